"""Decode one untrusted photo to upright 8-bit pixels; runs only in a child of `hub.child`.

Answers `{"refused": code}` for what it can name. Anything else that goes wrong may end
the process: the parent calls that a damaged image.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import warnings
from collections.abc import Mapping
from typing import Any

import jpeg_ls
import numpy as np
import pillow_heif
from PIL import Image

from .marker import millimetres_per_pixel
from .metadata import metadata_of
from .pixels import eight_bit_pixels

Image.MAX_IMAGE_PIXELS = None  # the limit of the request is checked before decoding
pillow_heif.register_heif_opener()
warnings.simplefilter("ignore")

_FORMATS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "gif": "GIF",
    "tiff": "TIFF",
    "bmp": "BMP",
    "webp": "WEBP",
    "avif": "AVIF",
    "heif": "HEIF",
}
_ONE_PRIMARY = frozenset({"jpeg", "heif"})
"""Kinds whose further pictures stand beside the one that was taken: depth, gain map, preview."""

_TURNED_BY_DECODER = frozenset({"heif", "tiff"})

_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes each Exif orientation upright."""

_ORIENTATION, _NEW_SUBFILE_TYPE, _BITS_PER_SAMPLE = 0x0112, 254, 258
_REDUCED_RESOLUTION = 1
_IMAGE_DESCRIPTION, _TILE_WIDTH, _NDPI_FORMAT = 270, 322, 65420
_STORED_NATIVE = frozenset({"heif", "avif"})
"""Photos from video coders: JPEG-LS would halve them and take three times their decoding."""

_NAMED_SPACES = {(1, 13): "SRGB", (12, 13): "P3"}
"""Colour primaries and transfer characteristics of nclx (ISO/IEC 23091-2)."""

_LOSSY_TIFF = frozenset({"jpeg", "tiff_jpeg", "webp"})
_MOST_ROWS = 0xFFFF
"""Rows (0028,0010) and Columns (0028,0011) are of 16 bits."""
_LEAST_FOR_JPEG_LS = 64
"""Samples below which the encoder's buffer is too small for its own headers."""
_MAX_METADATA = 4 * 1024 * 1024

Answer = tuple[dict[str, Any], bytes | bytearray | memoryview]


def answer(request: Mapping[str, Any]) -> Answer:
    """Do what `request["do"]` names: `decode`, `turn` in the DCT domain, or find the `scale`."""
    steps = {"decode": _decode, "turn": _turn, "slide": _slide, "scale": _scale}
    return steps[request["do"]](request)


def _scale(request: Mapping[str, Any]) -> Answer:
    """Look for the printed scale marker in the upright picture, in grey."""
    kind = request["format"]
    with (
        open(request["path"], "rb") as file,
        Image.open(file, formats=[_FORMATS[kind]]) as image,
    ):
        if image.width * image.height > request["maxPixels"]:
            return {"refused": "image-too-large"}, b""
        pixels = eight_bit_pixels(_upright(image, _orientation(image, kind)), {"deep": False}, [])
    grey = np.asarray(Image.fromarray(pixels).convert("L"))
    return {"millimetresPerPixel": millimetres_per_pixel(grey)}, b""


def _slide(request: Mapping[str, Any]) -> Answer:
    """Say whether a TIFF is a slide, or like one: its first picture lies in several tiles."""
    with Image.open(request["path"], formats=["TIFF"]) as image:
        across = int(image.tag_v2.get(_TILE_WIDTH, 0))  # type: ignore[attr-defined]
        return {"slide": _is_slide(image) or 0 < across < image.width}, b""


def _turn(request: Mapping[str, Any]) -> Answer:
    """Run jpegtran over the stream: lossless, so it refuses what it cannot do perfectly."""
    program = shutil.which("jpegtran")
    if program is None:
        return {"refused": "no-jpegtran"}, b""
    command = [program, "-copy", "none", *request["options"]]
    with open(request["path"], "rb") as source:
        done = subprocess.run(command, stdin=source, capture_output=True, check=False)  # noqa: S603
    if done.returncode == 0:
        return {}, done.stdout
    # Also a mere warning about the data ends here: the decoder has the last word then.
    perfect = b"not perfect" not in done.stderr
    return {"refused": "doubtful" if perfect else "not-aligned"}, b""


def _decode(request: Mapping[str, Any]) -> Answer:
    kind = request["format"]
    # Given a path, Pillow maps plain TIFF rows into memory without regard to a turn by 90 degrees.
    with (
        open(request["path"], "rb") as file,
        Image.open(file, formats=[_FORMATS[kind]]) as image,
    ):
        if kind == "tiff" and _is_slide(image):
            return {"refused": "whole-slide"}, b""
        if image.width * image.height > request["maxPixels"] or max(image.size) > _MOST_ROWS:
            return {"refused": "image-too-large"}, b""
        if kind not in _ONE_PRIMARY and _has_further_pictures(image, kind):
            return {"refused": "several-pictures"}, b""
        facts = _source_facts(image, request)
        orientation = request.get("orientation") or _orientation(image, kind)
        changes: list[str] = []
        pixels = eight_bit_pixels(_upright(image, orientation), facts, changes)
    facts["encoding"], stream = _stored(kind, pixels)
    facts |= {"rows": pixels.shape[0], "columns": pixels.shape[1], "orientation": orientation}
    facts |= {"samples": 3 if pixels.ndim == 3 else 1, "changes": changes}
    return facts, stream


def _stored(kind: str, pixels: Any) -> tuple[str, bytes | bytearray | memoryview]:
    """Encoding and payload; native rows are handed over as they lie in memory."""
    if kind in _STORED_NATIVE or pixels.size < _LEAST_FOR_JPEG_LS:
        return "native", memoryview(pixels.reshape(-1))
    return "jpeg-ls-lossless", jpeg_ls.encode_array(pixels, 0, 1 if pixels.ndim == 3 else 0)


def _is_slide(image: Image.Image) -> bool:
    """Whether a slide scanner of Aperio (SVS) or Hamamatsu (NDPI) wrote this TIFF."""
    tags = image.tag_v2  # type: ignore[attr-defined]
    return str(tags.get(_IMAGE_DESCRIPTION, "")).startswith("Aperio") or _NDPI_FORMAT in tags


def _has_further_pictures(image: Image.Image, kind: str) -> bool:
    """Frames of an animation, or pages that are not a smaller copy of the first."""
    frames = int(getattr(image, "n_frames", 1))
    if kind != "tiff" or frames == 1:
        return frames > 1
    for page in range(1, frames):
        image.seek(page)
        if not image.tag_v2.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED_RESOLUTION:  # type: ignore[attr-defined]
            return True
    image.seek(0)
    return False


def _source_facts(image: Image.Image, request: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that Pillow alone can read: blocks of metadata, bit depth, whether it was lossy."""
    kind, head = request["format"], _head(request["path"])
    return {
        "exif": _base64(_exif_block(image, kind)),
        "icc": _base64(image.info.get("icc_profile")),
        "metadata": metadata_of(image),
        "space": _named_space(image),
        "lossy": _is_lossy(image, kind, head),
        "deep": _is_deep(image, kind, head),
    }


def _named_space(image: Image.Image) -> str:
    """The colour space a HEIF file names by code (nclx) where it has no profile."""
    codes = image.info.get("nclx_profile") or {}
    primaries, transfer = codes.get("color_primaries"), codes.get("transfer_characteristics")
    return _NAMED_SPACES.get((int(primaries or 2), int(transfer or 2)), "")


def _head(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(4096)


def _exif_block(image: Image.Image, kind: str) -> bytes:
    block: bytes = image.getexif().tobytes() if kind == "tiff" else image.info.get("exif") or b""
    return block.removeprefix(b"Exif\x00\x00")


def _is_deep(image: Image.Image, kind: str, head: bytes) -> bool:
    """Whether the file has more than 8 bits a sample, which the decoder may already have cut."""
    if kind == "png":
        return head[24:25] == b"\x10"
    if kind == "tiff":
        return bool(max(image.tag_v2.get(_BITS_PER_SAMPLE, (8,))) > 8)  # type: ignore[attr-defined]
    return int(image.info.get("bit_depth", 8)) > 8


def _base64(block: bytes | None) -> str:
    return base64.b64encode(block).decode() if block and len(block) <= _MAX_METADATA else ""


def _is_lossy(image: Image.Image, kind: str, head: bytes) -> bool:
    if kind == "tiff":
        return image.info.get("compression") in _LOSSY_TIFF
    if kind == "webp":
        return b"VP8L" not in head
    return kind in {"jpeg", "heif", "avif"}


def _orientation(image: Image.Image, kind: str) -> int:
    """The turn still to be applied; libheif and Pillow's TIFF reader have done theirs.

    In HEIF the Exif orientation only informs (ISO/IEC 23008-12, A.2.1): obeying it
    as well as irot and imir would turn the photo twice.
    """
    value = 1 if kind in _TURNED_BY_DECODER else image.getexif().get(_ORIENTATION, 1)
    return value if value in _TRANSPOSE else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image if orientation == 1 else image.transpose(_TRANSPOSE[orientation])
