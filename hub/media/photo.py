"""A photo file becomes a Photograph: kept as it is wherever DICOM allows it (D10).

JPEG that DICOM can carry is kept byte for byte, less its metadata; a sideways one is
turned in the DCT domain where its size permits; everything else is decoded once, in a
child process, and stored without further loss.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hub.errors import DamagedImage, ImageTooLarge
from hub.model import Photograph

from . import changes, jpeg
from .color import color_of
from .decoded import JPEG_METHOD, Source, decoded, in_child, with_exif
from .exif import ExifFacts, facts_of
from .jpeg import Jpeg
from .sniff import HEAD_BYTES, format_of

MAX_STILL_BYTES = 256 * 1024 * 1024
"""Largest still, in bytes; a larger file is no photo."""

_KEPT = {jpeg.SOF0: "jpeg-baseline", jpeg.SOF1: "jpeg-extended"}

_TURNS = {
    2: ("-flip", "horizontal"),
    3: ("-rotate", "180"),
    4: ("-flip", "vertical"),
    5: ("-transpose",),
    6: ("-rotate", "90"),
    7: ("-transverse",),
    8: ("-rotate", "270"),
}


def photograph(
    source_path: str,
    *,
    max_pixels: int,
    keep_serial: bool = False,
    content: bytes | None = None,
) -> Photograph:
    """Read one photo file of any kind the hub takes; `content` is all of it, if it is known.

    Raises NotAnImage, UnsupportedMedia, DamagedImage, ImageTooLarge.
    """
    head, size = (content, len(content)) if content is not None else _beginning(source_path)
    kind = format_of(head[:HEAD_BYTES])
    if size > MAX_STILL_BYTES:
        raise ImageTooLarge
    source = Source(source_path, size, kind, max_pixels, keep_serial)
    if kind == "jpeg":
        return _from_jpeg(source, content or Path(source_path).read_bytes())
    return decoded(source, None, changes.NO_TRANSFER_SYNTAX)


def _beginning(path: str) -> tuple[bytes, int]:
    """The first bytes of a file, and how many it has."""
    with open(path, "rb", buffering=0) as file:
        return file.read(HEAD_BYTES), os.fstat(file.fileno()).st_size


def _from_jpeg(source: Source, data: bytes) -> Photograph:
    """The decision list for JPEG: keep, turn or recode without loss, else decode."""
    parsed = jpeg.parse(data)
    if parsed.rows * parsed.columns > source.max_pixels:
        raise ImageTooLarge
    if not parsed.has_data_for_its_size:
        raise DamagedImage
    exif = facts_of(parsed.exif)
    reason = changes.why_decoded(parsed)
    if reason is not None:
        return decoded(source, parsed, reason)
    if parsed.process in _KEPT and exif.orientation == 1:
        return _kept(source, parsed, parsed, exif)
    outcome, stream = _turned(source, exif.orientation)
    if "refused" in outcome:
        return decoded(source, parsed, changes.NOT_TURNED[str(outcome["refused"])])
    return _kept(source, parsed, jpeg.parse(bytes(stream)), exif)


def _turned(source: Source, orientation: int) -> tuple[dict[str, Any], memoryview]:
    """Turn upright and make sequential by jpegtran, without touching a coefficient.

    Refused where the size does not permit it: edge blocks would have to be cut.
    """
    options = ["-perfect", *_TURNS.get(orientation, ())]
    return in_child(source, {"do": "turn", "path": source.path, "options": options})


def _kept(source: Source, original: Jpeg, stream: Jpeg, exif: ExifFacts) -> Photograph:
    samples = len(stream.components)
    ratio = stream.rows * stream.columns * samples / original.stream_size
    color = color_of(original.icc_profile, bool(original.icc_count), exif.color_space, samples)
    facts = Photograph(
        encoding=_KEPT[stream.process],
        payload=stream.slices,
        rows=stream.rows,
        columns=stream.columns,
        samples_per_pixel=samples,
        lossy=((ratio, JPEG_METHOD),),
        icc_profile=color.profile,
        color_space=color.space,
        changes=changes.of_kept(original, stream, exif) + color.changes,
        source_format="jpeg",
    )
    return with_exif(facts, exif, source)
