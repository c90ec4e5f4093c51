"""A photo that is decoded once, in a child process, and stored without further loss."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

from hub import child
from hub.errors import DamagedImage, HubError, ImageTooLarge, UnsupportedMedia
from hub.model import Photograph

from . import changes
from .color import color_of
from .exif import ExifFacts, facts_of
from .jpeg import Jpeg

JPEG_METHOD = "ISO_10918_1"
_METHODS = {
    "jpeg": JPEG_METHOD,
    "tiff": JPEG_METHOD,
    "heif": "ISO_23008_2",
    "avif": "AV1",
    "webp": "VP8",
}
"""Lossy Image Compression Method (0028,2114), PS3.3 C.7.6.1.1.5.2, by source format."""


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
    if exif is not None:
        request["orientation"] = exif.orientation
    facts, stream = in_child(source, request)
    _refuse(facts)
    exif = exif or facts_of(base64.b64decode(facts["exif"]))
    profile = base64.b64decode(facts["icc"]) or None
    space = "SRGB" if facts.get("srgb") else facts["space"] or exif.color_space
    color = color_of(profile, profile is not None, space, facts["samples"])
    dropped = parsed.dropped if parsed else facts["metadata"]
    photo = Photograph(
        encoding=facts["encoding"],
        payload=(stream,),
        rows=facts["rows"],
        columns=facts["columns"],
        samples_per_pixel=facts["samples"],
        lossy=_lossy(source, facts),
        icc_profile=color.profile,
        color_space=color.space,
        changes=changes.of_decoded(source.format, reason, facts, dropped) + color.changes,
        source_format=source.format,
    )
    return with_exif(photo, exif, source)


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
    "whole-slide": UnsupportedMedia(
        "This file is a whole slide. Please convert it to DICOM, with wsidicomizer for example, "
        "and send that by STOW-RS."
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


def _lossy(source: Source, facts: dict[str, Any]) -> tuple[tuple[float, str], ...]:
    """The one lossy step of the source; decoding and JPEG-LS add none."""
    if not facts["lossy"]:
        return ()
    uncompressed = facts["rows"] * facts["columns"] * facts["samples"]
    return ((uncompressed / source.size, _METHODS[source.format]),)


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
