"""The scale marker drawn into a photo: any size, turn, tilt, blur and noise."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from hub.media.marker import QUIET, SIDE, is_white


def with_marker(
    photo: Image.Image,
    size: float,
    *,
    turn: float = 0.0,
    tilt: float = 0.0,
    blur: float = 0.0,
    noise: float = 0.0,
    at: tuple[float, float] = (0.5, 0.5),
) -> Image.Image:
    """Lay a marker `size` pixels wide on the photo; its spacing is 40 mm / `size`.

    `tilt` is the part by which its far side is shorter.
    """
    over = 3
    pixels = np.asarray(photo.convert("RGB"), dtype=float)
    rows, columns = pixels.shape[:2]
    fine = (np.arange(n * over) / over + 0.5 / over - 0.5 for n in (rows, columns))
    v, u = np.meshgrid(*fine, indexing="ij")
    u, v = u - at[0] * columns, v - at[1] * rows
    angle = np.radians(turn)
    x, y = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    depth = 1 / (1 - tilt * y / size)
    x, y = x * depth * SIDE / size + SIDE / 2, y * depth * SIDE / size + SIDE / 2
    paper = (abs(x - SIDE / 2) < SIDE / 2 + QUIET) & (abs(y - SIDE / 2) < SIDE / 2 + QUIET)
    ink = np.where(is_white(x, y), 235.0, 25.0)

    def coarse(fine_values: np.ndarray) -> np.ndarray:
        return fine_values.reshape(rows, over, columns, over).mean(axis=(1, 3))

    part = coarse(paper.astype(float))[..., None]
    pixels = pixels * (1 - part) + coarse(np.where(paper, ink, 0))[..., None]
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    if noise:
        spread = np.random.default_rng(5).normal(0, noise, (rows, columns, 3))
        image = Image.fromarray((np.asarray(image) + spread).clip(0, 255).astype(np.uint8))
    return image
