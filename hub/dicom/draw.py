"""Make a picture of one frame of a stored object; runs only in a child of `hub.child`.

Answers `{"refused": "frame" | "no-picture"}` for what cannot be drawn.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageCms
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_windowing
from pydicom.pixels.utils import pixel_array
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from .jpeg_icc import with_icc
from .quality import SIDE, measure

Image.MAX_IMAGE_PIXELS = None
warnings.simplefilter("ignore")

_LARGEST_FRAME = 1 << 30
_JPEG = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit})
_PILLOW = {"image/jpeg": "JPEG", "image/png": "PNG"}

Answer = tuple[dict[str, Any], bytes]


def answer(request: Mapping[str, Any]) -> Answer:
    """Draw `request["frame"]` of `request["path"]` as it is asked for, or measure it."""
    ds = dcmread(request["path"], defer_size=64 * 1024)
    if "Rows" not in ds or "PixelData" not in ds:
        return {"refused": "no-picture"}, b""
    frames = int(ds.get("NumberOfFrames") or 1)
    if not 1 <= request["frame"] <= frames or _frame_bytes(ds) > _LARGEST_FRAME:
        return {"refused": "frame"}, b""
    if request.get("measure"):
        small = _picture(ds, {**request, "viewport": (SIDE, SIDE)})
        return {}, json.dumps(measure(small)).encode()
    if _is_photo_stream(ds) and request["mediaType"] == "image/jpeg" and not _is_drawn(request):
        return {}, with_icc(_stream(ds, request["frame"]), ds.get("ICCProfile"))
    return {}, _encoded(_srgb(_picture(ds, request), ds), request)


def _is_drawn(request: Mapping[str, Any]) -> bool:
    """Whether anything was asked for that the stored stream does not already have."""
    return bool(request["viewport"] or request["window"] or request["quality"])


def _frame_bytes(ds: Dataset) -> int:
    return int(ds.Rows * ds.Columns * ds.get("SamplesPerPixel", 1) * ds.BitsAllocated) // 8


def _is_photo_stream(ds: Dataset) -> bool:
    """Whether the frame is a JPEG stream that any browser shows in the right colours."""
    photometric = str(ds.get("PhotometricInterpretation", ""))
    shown = photometric.startswith("YBR_FULL") or photometric == "MONOCHROME2"
    return ds.file_meta.TransferSyntaxUID in _JPEG and ds.BitsAllocated == 8 and shown


def _stream(ds: Dataset, frame: int) -> bytes:
    frames = int(ds.get("NumberOfFrames") or 1)
    return get_frame(ds.PixelData, frame - 1, number_of_frames=frames)


def _picture(ds: Dataset, request: Mapping[str, Any]) -> Image.Image:
    """The frame in 8 bits, made smaller to fit the viewport, never larger."""
    viewport = request["viewport"]
    image: Image.Image
    if _is_photo_stream(ds) and not request["window"]:
        image = Image.open(io.BytesIO(_stream(ds, request["frame"])), formats=["JPEG"])
        if viewport:
            image.draft(image.mode, tuple(viewport))
    else:
        image = Image.fromarray(_eight_bit(ds, request))
    if viewport:
        image.thumbnail(tuple(viewport), Image.Resampling.LANCZOS, reducing_gap=2.0)
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
    profile = ds.get("ICCProfile")
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


def _encoded(image: Image.Image, request: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    clean = Image.frombytes(image.mode, image.size, image.tobytes())
    clean.save(out, _PILLOW[request["mediaType"]], quality=request["quality"] or 90)
    return out.getvalue()
