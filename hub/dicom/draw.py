"""Make a picture of one frame of a stored object; runs only in a child of `hub.child`.

Answers `{"refused": "frame" | "no-picture"}` for what cannot be drawn.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageCms
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_windowing
from pydicom.pixels.utils import pixel_array
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from hub.slices import chunks_of

from .draw_slide import WHOLE, is_whole, mosaic
from .frame_index import FrameIndex
from .jpeg_icc import with_icc
from .quality import SIDE, measure

Image.MAX_IMAGE_PIXELS = None
warnings.simplefilter("ignore")

_LARGEST_FRAME = 1 << 30
_JPEG = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit})
_PILLOW = {"image/jpeg": "JPEG", "image/png": "PNG"}

_PIXEL_DATA, _ELEMENT_HEADER = b"\xe0\x7f\x10\x00", 12

Answer = tuple[dict[str, Any], bytes]
Stream = Callable[[int], bytes]
"""Gives an encapsulated frame by its number; only that frame is read."""


def answer(request: Mapping[str, Any]) -> Answer:
    """Draw `request["frame"]` of `request["path"]` as it is asked for, or measure it."""
    with open(request["path"], "rb") as file:
        ds = dcmread(file, stop_before_pixels=True)
        start = file.tell()
        if "Rows" not in ds or file.read(4) != _PIXEL_DATA:
            return {"refused": "no-picture"}, b""

        def stream(frame: int) -> bytes:
            pieces = FrameIndex(file, ds, start + _ELEMENT_HEADER).frame(frame - 1)
            return b"".join(chunk for piece in pieces for chunk in chunks_of(piece))

        return _drawn(ds, request, stream)


def _drawn(ds: Dataset, request: Mapping[str, Any], stream: Stream) -> Answer:
    frame, frames = request["frame"], int(ds.get("NumberOfFrames") or 1)
    known = is_whole(ds) if frame == WHOLE else 1 <= frame <= frames
    if not known or _frame_bytes(ds) > _LARGEST_FRAME:
        return {"refused": "frame"}, b""
    if request.get("measure"):
        small = _picture(ds, {**request, "viewport": (SIDE, SIDE)}, stream)
        return {}, json.dumps(measure(small)).encode()
    if _is_as_stored(ds, request):
        return {}, with_icc(stream(frame), _profile(ds))
    return {}, _encoded(_srgb(_picture(ds, request, stream), ds), request)


def _is_as_stored(ds: Dataset, request: Mapping[str, Any]) -> bool:
    """Whether nothing was asked for that the stored stream does not already have."""
    changed = request["viewport"] or request["window"] or request["quality"]
    jpeg = request["mediaType"] == "image/jpeg" and _is_photo_stream(ds)
    return jpeg and request["frame"] != WHOLE and not changed


def _frame_bytes(ds: Dataset) -> int:
    return int(ds.Rows * ds.Columns * ds.get("SamplesPerPixel", 1) * ds.BitsAllocated) // 8


def _is_photo_stream(ds: Dataset) -> bool:
    """Whether the frame is a JPEG stream that any browser shows in the right colours."""
    photometric = str(ds.get("PhotometricInterpretation", ""))
    shown = photometric.startswith("YBR_FULL") or photometric == "MONOCHROME2"
    return ds.file_meta.TransferSyntaxUID in _JPEG and ds.BitsAllocated == 8 and shown


def _picture(ds: Dataset, request: Mapping[str, Any], stream: Stream) -> Image.Image:
    """What was asked for in 8 bits, made smaller to fit the viewport, never larger."""
    viewport = request["viewport"]
    if request["frame"] == WHOLE:
        image = mosaic(ds, lambda frame: _one(ds, {**request, "frame": frame}, None, stream))
    else:
        image = _one(ds, request, viewport, stream)
    if viewport:
        image.thumbnail(tuple(viewport), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def _one(ds: Dataset, request: Mapping[str, Any], viewport: Any, stream: Stream) -> Image.Image:
    """One frame, read no larger than the viewport needs."""
    if not _is_photo_stream(ds) or request["window"]:
        return Image.fromarray(_eight_bit(ds, request))
    image: Image.Image = Image.open(io.BytesIO(stream(request["frame"])), formats=["JPEG"])
    if viewport:
        image.draft(image.mode, tuple(viewport))
    return image


def _eight_bit(ds: Dataset, request: Mapping[str, Any]) -> Any:
    pixels = pixel_array(request["path"], index=request["frame"] - 1)
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, ds)
    if pixels.ndim == 3:
        top = 255 if pixels.dtype == np.uint8 else float(1 << ds.BitsStored) - 1
        return pixels if pixels.dtype == np.uint8 else _scaled(pixels, 0.0, top)
    return _grey(ds, pixels, request["window"])


def _grey(ds: Dataset, pixels: Any, window: list[float] | None) -> Any:
    """Grey values by the window asked for, else the object's first one, else their range."""
    values = apply_modality_lut(pixels, ds)
    if window:
        ds.WindowCenter, ds.WindowWidth = window
        ds.pop("VOILUTFunction", None)
    if "WindowCenter" in ds and "WindowWidth" in ds:
        values = apply_windowing(values, ds)
        low, high = _window_range(ds)
    else:
        low, high = float(values.min()), float(values.max())
    drawn = _scaled(values, low, high)
    return 255 - drawn if ds.PhotometricInterpretation == "MONOCHROME1" else drawn


def _window_range(ds: Dataset) -> tuple[float, float]:
    """The range that windowing maps to: that of the modality's values (PS3.3 C.11.2.1.2)."""
    signed = ds.PixelRepresentation == 1
    low = -(2.0 ** (ds.BitsStored - 1)) if signed else 0.0
    high = 2.0 ** (ds.BitsStored - signed) - 1
    slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
    return low * slope + intercept, high * slope + intercept


def _scaled(values: Any, low: float, high: float) -> Any:
    span = max(high - low, 1e-9)
    return (np.clip((values - low) / span, 0, 1) * 255 + 0.5).astype(np.uint8)


def _srgb(image: Image.Image, ds: Dataset) -> Image.Image:
    """Convert by the object's profile, so that a small picture needs none."""
    profile = _profile(ds)
    if image.mode not in {"L", "RGB"}:
        image = image.convert("RGB")
    if not profile or image.mode != "RGB":
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return image
    return converted or image


def _profile(ds: Dataset) -> bytes | None:
    """The object's ICC profile; of a slide that of its first optical path (C.8.12.5)."""
    paths = ds.get("OpticalPathSequence") or (ds,)
    profile: bytes | None = ds.get("ICCProfile") or paths[0].get("ICCProfile")
    return profile


def _encoded(image: Image.Image, request: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    clean = Image.frombytes(image.mode, image.size, image.tobytes())
    clean.save(out, _PILLOW[request["mediaType"]], quality=request["quality"] or 90)
    return out.getvalue()
