"""Decode one untrusted photo to upright 8-bit pixels; runs only in a child of `hub.child`.

Answers `{"refused": code}` for what it can name. Anything else that goes wrong may end
the process: the parent calls that a damaged image.
"""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Mapping
from typing import Any

import jpeg_ls
import numpy as np
import pillow_heif
from PIL import Image, TiffImagePlugin

from .deep_jpeg import eight_bit_pixels_of
from .marker import scale_of
from .metadata import metadata_of
from .pixels import eight_bit_pixels
from .source_facts import facts_of_source

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

_XMP = ("xmp", "XML:com.adobe.xmp")
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

_ORIENTATION, _NEW_SUBFILE_TYPE, _BITS_PER_SAMPLE, _PLANAR = 0x0112, 254, 258, 284
_REDUCED_RESOLUTION, _IN_PLANES = 1, 2
_DNG_VERSION = 50706
_COMPRESSION, _SAMPLES, _SAMPLE_FORMAT, _FLOAT = 259, 277, 339, 3
_WEBP = 50001
"""A compression that Pillow knows but its libtiff is built without."""
_IMAGE_DESCRIPTION, _NDPI_FORMAT = 270, 65420
_STORED_NATIVE = frozenset({"heif", "avif"})
"""Photos from video coders: JPEG-LS would halve them and take three times their decoding."""

_MOST_ROWS = 0xFFFF
"""Rows (0028,0010) and Columns (0028,0011) are of 16 bits."""
_LEAST_FOR_JPEG_LS = 64
"""Samples below which the encoder's buffer is too small for its own headers."""

Answer = tuple[dict[str, Any], bytes | bytearray | memoryview]


def answer(request: Mapping[str, Any]) -> Answer:
    """Do what `request["do"]` names: `decode`, `turn` in the DCT domain, or find the `scale`.

    `deep` decodes a JPEG of 12 bits; it and `turn` start a program.
    """
    steps = {"decode": _decode, "deep": _decode_deep_jpeg, "turn": _turn, "scale": _scale}
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
        _forget_xmp(image)
        pixels = eight_bit_pixels(_upright(image, _orientation(image, kind)), {"deep": False}, [])
    grey = np.asarray(Image.fromarray(pixels).convert("L"))
    scale = scale_of(grey)
    if scale is None:
        return {}, b""
    return {"millimetresPerPixel": scale.millimetres_per_pixel, "off": scale.off}, b""


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


def _decode_deep_jpeg(request: Mapping[str, Any]) -> Answer:
    """What Pillow would do for 8 bits; the parent knows everything but the pixels."""
    pixels = eight_bit_pixels_of(request)
    if pixels is None:
        return {"refused": "deep-jpeg"}, b""
    pixels = np.asarray(_upright(Image.fromarray(pixels), request["orientation"]))
    return _finished("jpeg", pixels, request["orientation"], ["deep"])


def _decode(request: Mapping[str, Any]) -> Answer:
    kind = request["format"]
    if kind == "tiff" and not _is_coding_read(request["path"]):
        return {"refused": "tiff-coding"}, b""
    # Given a path, Pillow maps plain TIFF rows into memory without regard to a turn by 90 degrees.
    with (
        open(request["path"], "rb") as file,
        Image.open(file, formats=[_FORMATS[kind]]) as image,
    ):
        refused = _odd_tiff(image) if kind == "tiff" else ""
        if refused:
            return {"refused": refused}, b""
        if image.width * image.height > request["maxPixels"] or max(image.size) > _MOST_ROWS:
            return {"refused": "image-too-large"}, b""
        if kind not in _ONE_PRIMARY and _has_further_pictures(image, kind):
            return {"refused": "several-pictures"}, b""
        if kind == "png":
            image.load()  # its text and Exif may stand after the picture
        carried = metadata_of(image)
        _forget_xmp(image)
        facts = {**facts_of_source(image, request), "metadata": carried}
        orientation = request.get("orientation") or _orientation(image, kind)
        changes = [name for name in ("high", "crop") if facts[name]]
        # libheif cuts by itself, libavif leaves it to its caller.
        shown = image.crop(facts["crop"]) if facts["crop"] and kind == "avif" else image
        pixels = eight_bit_pixels(_upright(shown, orientation), facts, changes)
    found, stream = _finished(kind, pixels, orientation, changes)
    return {**facts, **found}, stream


def _finished(kind: str, pixels: Any, orientation: int, changes: list[str]) -> Answer:
    """Code the pixels without loss; native rows are handed over as they lie in memory."""
    samples = 3 if pixels.ndim == 3 else 1
    facts: dict[str, Any] = {
        "rows": pixels.shape[0],
        "columns": pixels.shape[1],
        "samples": samples,
    }
    facts |= {"orientation": orientation, "changes": changes}
    if kind in _STORED_NATIVE or pixels.size < _LEAST_FOR_JPEG_LS:
        return {**facts, "encoding": "native"}, memoryview(pixels.reshape(-1))
    stream = jpeg_ls.encode_array(pixels, 0, 1 if samples == 3 else 0)
    return {**facts, "encoding": "jpeg-ls-lossless"}, stream


def _is_slide(image: Image.Image) -> bool:
    """Whether a slide scanner of Aperio (SVS) or Hamamatsu (NDPI) wrote this TIFF."""
    tags = image.tag_v2  # type: ignore[attr-defined]
    return str(tags.get(_IMAGE_DESCRIPTION, "")).startswith("Aperio") or _NDPI_FORMAT in tags


def _is_coding_read(path: str) -> bool:
    """Whether the decoder knows the compression and the kind of numbers of a TIFF."""
    with open(path, "rb") as file:
        tags = TiffImagePlugin.ImageFileDirectory_v2(file.read(8))
        file.seek(tags.next)
        tags.load(file)
    coding, samples = tags.get(_COMPRESSION, 1), tags.get(_SAMPLES, 1)
    in_floats = max(tags.get(_SAMPLE_FORMAT, (1,))) == _FLOAT and samples > 1
    known = coding in TiffImagePlugin.COMPRESSION_INFO and coding != _WEBP
    return known and not in_floats


def _odd_tiff(image: Image.Image) -> str:
    """Why a TIFF is no photo that can be decoded rightly; empty for one that is."""
    tags = image.tag_v2  # type: ignore[attr-defined]
    if _is_slide(image):
        return "whole-slide"
    # Its first picture is a preview, the photo itself is what the sensor saw.
    if _DNG_VERSION in tags or tags.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED_RESOLUTION:
        return "raw"
    deep = max(tags.get(_BITS_PER_SAMPLE, (8,))) > 8
    # Pillow reads deep planes as if they were of 8 bits.
    return "deep-planes" if deep and tags.get(_PLANAR, 1) == _IN_PLANES else ""


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


def _orientation(image: Image.Image, kind: str) -> int:
    """The turn still to be applied; libheif and Pillow's TIFF reader do theirs.

    In HEIF the Exif orientation only informs (ISO/IEC 23008-12, A.2.1): obeying it
    as well as irot and imir would turn the photo twice. That of XMP, which Pillow would
    obey, is a copy for editors that browsers do not look at either.
    """
    value = 1 if kind in _TURNED_BY_DECODER else image.getexif().get(_ORIENTATION, 1)
    return value if value in _TRANSPOSE else 1


def _forget_xmp(image: Image.Image) -> None:
    for packet in _XMP:
        image.info.pop(packet, None)


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image if orientation == 1 else image.transpose(_TRANSPOSE[orientation])
