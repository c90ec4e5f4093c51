"""What a file that is decoded says of itself: bits, colours, coding. Runs in the decoding child."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from . import riff
from .heif_properties import Properties, properties_of
from .png_colour import Colour, colour_of_bmp, colour_of_png

_BITS_PER_SAMPLE = 258
_HEAD = 4096
_MAX_METADATA = 4 * 1024 * 1024

_NAMED_SPACES = {(1, 13): "SRGB", (12, 13): "P3"}
"""Colour primaries and transfer characteristics of nclx and cICP (ISO/IEC 23091-2)."""
_HIGH_RANGE = frozenset({16, 18})
"""Transfer characteristics of high dynamic range: PQ and HLG."""

_LOSSY_TIFF = frozenset({"jpeg", "tiff_jpeg"})
_METHODS = {"jpeg": "ISO_10918_1", "j2k1": "ISO_15444_1", "avc1": "ISO_14496_10", "av01": "AV1"}
_METHODS |= {"hvc1": "ISO_23008_2"}
_METHOD_OF_FORMAT = {"heif": "ISO_23008_2", "avif": "AV1", "webp": "VP8"}
"""Lossy Image Compression Method (0028,2114), PS3.3 C.7.6.1.1.5.2."""


def facts_of_source(image: Image.Image, request: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that Pillow, or the file's own boxes and chunks, can tell before decoding."""
    kind, path = request["format"], request["path"]
    properties = properties_of(path) if kind in {"heif", "avif"} else Properties()
    colour = _colour(image, kind, path, properties)
    return {
        "exif": _base64(_exif_block(image, kind)),
        "icc": _base64(image.info.get("icc_profile") or colour.profile),
        "space": _NAMED_SPACES.get(colour.codes, colour.named),
        "measured": colour.measured,
        "high": colour.codes[1] in _HIGH_RANGE,
        "method": _method(image, kind, path, properties),
        "codedBytes": properties.size,
        "crop": properties.crop,
        "deep": _is_deep(image, kind, path, properties),
    }


def _colour(image: Image.Image, kind: str, path: str, properties: Properties) -> Colour:
    if kind == "png":
        return colour_of_png(image, path)
    if kind == "bmp":
        return colour_of_bmp(path)
    return Colour(codes=properties.nclx)


def _method(image: Image.Image, kind: str, path: str, properties: Properties) -> str:
    """How the picture was lossily coded; empty for one that was not, and for JPEG itself."""
    if kind == "tiff":
        return _METHODS["jpeg"] if image.info.get("compression") in _LOSSY_TIFF else ""
    if kind == "webp" and not riff.is_lossy(path):
        return ""
    known = {_METHODS[coding] for coding in properties.codings if coding in _METHODS}
    return known.pop() if len(known) == 1 else _METHOD_OF_FORMAT.get(kind, "")


def _is_deep(image: Image.Image, kind: str, path: str, properties: Properties) -> bool:
    """Whether the file has more than 8 bits a sample, which the decoder may already have cut."""
    if kind == "png":
        with Path(path).open("rb") as file:
            return file.read(_HEAD)[24:25] == b"\x10"
    if kind == "tiff":
        return bool(max(image.tag_v2.get(_BITS_PER_SAMPLE, (8,))) > 8)  # type: ignore[attr-defined]
    return max(int(image.info.get("bit_depth", 8)), properties.bits) > 8


def _exif_block(image: Image.Image, kind: str) -> bytes:
    block: bytes = image.getexif().tobytes() if kind == "tiff" else image.info.get("exif") or b""
    return block.removeprefix(b"Exif\x00\x00")


def _base64(block: bytes | None) -> str:
    return base64.b64encode(block).decode() if block and len(block) <= _MAX_METADATA else ""
