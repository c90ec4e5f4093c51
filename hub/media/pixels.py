"""Pixels of any mode as visible light images have them: 8 bits, grey or RGB.

Used in the decoding child only: the parent never imports Pillow for a photo.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from .deep_grey import eight_bit

_DEEP_MODES = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N", "F"})


def eight_bit_pixels(image: Image.Image, facts: dict[str, Any], changes: list[str]) -> Any:
    """8-bit grey or RGB; every reduction on the way is named in `changes`."""
    if facts["deep"]:
        changes.append("deep")
    if image.mode in _DEEP_MODES:
        image = eight_bit(image)
    if image.mode == "CMYK":
        image = _from_cmyk(image, facts, changes)
    if image.mode == "P":
        changes.append("palette")
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        image = _flattened(image.convert("RGBA"), changes)
    mode = "L" if image.mode in {"L", "1"} else "RGB"
    # Pillow would copy an image that has the mode already.
    return np.asarray(image if image.mode == mode else image.convert(mode))


def _from_cmyk(image: Image.Image, facts: dict[str, Any], changes: list[str]) -> Image.Image:
    """Four inks to sRGB, by the file's own profile when it has one."""
    changes.append("cmyk")
    profile = image.info.get("icc_profile")
    facts["inks"] = True
    if not profile:
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        return image.convert("RGB")
    facts["inksProfile"] = True
    return converted or image.convert("RGB")


def _flattened(image: Image.Image, changes: list[str]) -> Image.Image:
    """Lay a transparent image on white: DICOM has no alpha."""
    low, _high = image.getchannel("A").getextrema()
    if low == 255:
        return image.convert("RGB")
    changes.append("transparent")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")
