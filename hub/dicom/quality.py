"""How sharp and how well exposed a picture is: numbers for a warning, never for a refusal.

Sharpness is the variance of the Laplacian (Pech-Pacheco et al., ICPR 2000) of a grey copy
of at most 640 pixels a side, so that it does not depend on the camera's resolution.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

SIDE = 640
_DARK_BELOW, _BRIGHT_FROM = 5, 251
"""Grey values that hold no detail any more."""
_LEAST = 3


def measure(image: Image.Image) -> dict[str, float]:
    """Return `sharpness`, `mean`, and the fractions `dark` and `bright` that are clipped."""
    small = image.convert("L")
    small.thumbnail((SIDE, SIDE))
    grey = np.asarray(small, dtype=np.float32)
    facts = {
        "sharpness": _sharpness(grey),
        "mean": float(grey.mean()),
        "dark": float((grey < _DARK_BELOW).mean()),
        "bright": float((grey >= _BRIGHT_FROM).mean()),
    }
    return {name: round(value, 4) for name, value in facts.items()}


def _sharpness(grey: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    if min(grey.shape) < _LEAST:
        return 0.0
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((around - 4 * grey[1:-1, 1:-1]).var())
