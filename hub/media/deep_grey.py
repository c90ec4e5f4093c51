"""Grey values of more than 8 bits in 8, as visible light images have them (PS3.3 C.8.12.1)."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

_PHOTOMETRIC, _BITS, _SAMPLE_FORMAT = 262, 258, 339
_WHITE_IS_ZERO, _UNSIGNED, _SIGNED = 0, 1, 2


def eight_bit(image: Image.Image) -> Image.Image:
    """Scale from black to white of the values' own kind, never to what the picture uses of it."""
    tags = getattr(image, "tag_v2", {})
    values = np.asarray(image)
    kind = _first(tags.get(_SAMPLE_FORMAT), _UNSIGNED)
    bits = _first(tags.get(_BITS), 16)
    if kind == _UNSIGNED and values.dtype == np.int32:
        values = values.view(np.uint32)  # what Pillow calls I has a sign; these have none
    real = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
    low, high = _range(real, image.mode, bits, kind)
    part = (np.clip(real, low, high) - low) / (high - low)
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        part = 1 - part
    return Image.fromarray((part * 255 + 0.5).astype(np.uint8))


def _range(values: Any, mode: str, bits: int, kind: int) -> tuple[float, float]:
    """Black and white (TIFF 6.0, section 8: black is 0, or what is below it)."""
    least = min(float(values.min()), 0.0)
    if mode == "F":
        return least, max(float(values.max()), 1.0)
    if kind == _SIGNED:
        top = 2.0 ** (bits - 1) - 1
        return (-top - 1 if least < 0 else 0.0), top
    return 0.0, 2.0**bits - 1


def _first(value: Any, otherwise: int) -> int:
    return int(value[0] if isinstance(value, tuple) else value or otherwise)
