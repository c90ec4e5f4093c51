"""A photo that is decoded once, in a child process, and stored without further loss."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

from hub import child
from hub.errors import DamagedImage, HubError, ImageTooLarge, UnsupportedMedia
from hub.model import Photograph

from . import changes
from .color import Color, color_of, color_of_inks
from .exif import ExifFacts, facts_of
from .jpeg import LOSSLESS, Jpeg
from .sniff import WHOLE_SLIDE

JPEG_METHOD = "ISO_10918_1"
"""Lossy Image Compression Method (0028,2114) of JPEG, PS3.3 C.7.6.1.1.5.2."""


@dataclass(frozen=True)
class Source:
    """One file and what the caller asks of it."""

    path: str
    size: int
    format: str
    max_pixels: int
    keep_serial: bool


def decoded(source: Source, parsed: Jpeg | None, reason: str) -> Photograph:
    """Decode in a child; the parsed JPEG, if it is one, knows its metadata better than Pillow."""
    request: dict[str, Any] = {"do": "decode", "path": source.path, "format": source.format}
    request["maxPixels"] = source.max_pixels
    exif = facts_of(parsed.exif) if parsed else None
    if parsed and exif:
        request |= _known_of(parsed) | {"orientation": exif.orientation}
        request["do"] = "decode" if parsed.precision == 8 else "deep"
    facts, stream = in_child(source, request)
    _refuse(facts)
    exif = exif or facts_of(base64.b64decode(facts["exif"]))
    color = _color(parsed, facts, exif)
    dropped = parsed.dropped if parsed else facts["metadata"]
    photo = Photograph(
        encoding=facts["encoding"],
        payload=(stream,),
        rows=facts["rows"],
        columns=facts["columns"],
        samples_per_pixel=facts["samples"],
        lossy=_lossy(source, parsed, facts),
        icc_profile=color.profile,
        color_space=color.space,
        changes=changes.of_decoded(source.format, reason, facts, dropped) + color.changes,
        source_format=source.format,
    )
    return with_exif(photo, exif, source)


def _known_of(parsed: Jpeg) -> dict[str, Any]:
    """What the child need not find out, and cannot where Pillow does not read the stream."""
    samples = len(parsed.components)
    return {"samples": samples, "rows": parsed.rows, "columns": parsed.columns}


def in_child(source: Source, request: dict[str, Any]) -> tuple[dict[str, Any], memoryview]:
    """Ask the decoding child. Raises DamagedImage when it dies over the file."""
    # Decoder, turned copy, flattened copy and encoder hold some 16 bytes a pixel at worst.
    limits = child.Limits(
        memory=768 * child.MIB + 16 * source.max_pixels,
        answer=max(source.size, 3 * source.max_pixels) + 64 * child.MIB,
    )
    try:
        return child.call("hub.media.decode", request, limits)
    except child.ChildDied as exc:
        raise DamagedImage from exc


_REFUSALS: dict[str, HubError] = {
    "image-too-large": ImageTooLarge(),
    "whole-slide": UnsupportedMedia(WHOLE_SLIDE),
    "raw": UnsupportedMedia(
        "This file is a camera's raw data with a preview. Please send the photo as JPEG or HEIC."
    ),
    "deep-jpeg": UnsupportedMedia(
        "This JPEG has more than 8 bits a colour and cannot be read here. Please save it as PNG."
    ),
    "tiff-coding": UnsupportedMedia(
        "This TIFF is coded in a way that cannot be read here. Please save it as PNG or JPEG."
    ),
    "deep-planes": UnsupportedMedia(
        "This TIFF holds its colours in planes of more than 8 bits. Please save it as PNG."
    ),
    "several-pictures": UnsupportedMedia(
        "This file holds several pictures or an animation. Please choose a single photo."
    ),
}


def _refuse(facts: dict[str, Any]) -> None:
    """Raise what the child found, as a fresh error."""
    if "refused" in facts:
        known = _REFUSALS.get(str(facts["refused"]))
        raise type(known)(known.message) if known else DamagedImage


def _color(parsed: Jpeg | None, facts: dict[str, Any], exif: ExifFacts) -> Color:
    if facts.get("inks"):
        return color_of_inks("inksProfile" in facts)
    if parsed:
        had_profile = bool(parsed.icc_count)
        return color_of(parsed.icc_profile, had_profile, exif.color_space, facts["samples"])
    profile = base64.b64decode(facts["icc"]) or None
    space = facts["space"] or exif.color_space
    return color_of(profile, profile is not None, space, facts["samples"], facts["measured"])


def _lossy(
    source: Source, parsed: Jpeg | None, facts: dict[str, Any]
) -> tuple[tuple[float, str], ...]:
    """The one lossy step of the source; decoding and JPEG-LS add none.

    Its compressed bytes are those of the picture, where the file tells them apart from
    previews, films and further pictures.
    """
    if parsed:
        method = "" if parsed.process in LOSSLESS else JPEG_METHOD
    else:
        method = facts["method"]
    if not method:
        return ()
    compressed = parsed.stream_size if parsed else facts["codedBytes"] or source.size
    uncompressed = facts["rows"] * facts["columns"] * facts["samples"]
    return ((uncompressed / compressed, method),)


def with_exif(photo: Photograph, exif: ExifFacts, source: Source) -> Photograph:
    """Add camera, time and exposure; serial numbers only by the site's policy."""
    exposure = dict(exif.exposure)
    if source.keep_serial and exif.lens_serial:
        exposure["LensSerialNumber"] = exif.lens_serial
    return replace(
        photo,
        exposure=exposure,
        manufacturer=exif.manufacturer,
        model=exif.model,
        software=exif.software,
        serial=exif.serial if source.keep_serial else "",
        taken_at=exif.taken_at,
    )
