"""What a marker lies on: drawn skin, cloth and wood, or a real photo where there are some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

SKIN = ((244, 208, 177), (222, 171, 127), (187, 128, 88), (141, 85, 54), (94, 57, 40), (61, 38, 30))
"""About the six types of Fitzpatrick."""
CLOTH = ((38, 92, 140), (52, 120, 96), (30, 30, 34), (228, 230, 232))
WOOD = (134, 92, 58)


def surface(name: str, size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Draw `skin`, `cloth`, `wood` or `black`, another one for each state of the generator."""
    if name == "skin":
        return _uneven(SKIN[rng.integers(len(SKIN))], size, rng, (2, 9, 40), (14, 10, 8))
    if name == "cloth":
        return _woven(CLOTH[rng.integers(len(CLOTH))], size, rng)
    if name == "wood":
        return _uneven(WOOD, size, rng, (3, 60), (10, 18), stretched=12)
    return _uneven((14, 13, 13), size, rng, (10,), (4,))


def photo(path: Path, size: tuple[int, int]) -> Image.Image:
    """A real photo, cut and enlarged to the size wanted."""
    with Image.open(path) as image:
        image.draft("RGB", size)
        return ImageOps.fit(image.convert("RGB"), size, Image.Resampling.BILINEAR)


def _uneven(
    colour: tuple[int, int, int],
    size: tuple[int, int],
    rng: np.random.Generator,
    grains: tuple[int, ...],
    strengths: tuple[int, ...],
    stretched: int = 1,
) -> Image.Image:
    """One colour with soft noise of several sizes, in pixels of a picture 1600 wide."""
    value = np.zeros((size[1], size[0]), np.float32)
    for grain, strength in zip(grains, strengths, strict=True):
        cell = max(1.0, grain * size[0] / 1600)
        columns, rows = int(size[0] / cell / stretched) + 2, int(size[1] / cell) + 2
        noise = rng.integers(0, 256, (rows, columns), dtype=np.uint8)
        soft = Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)
        value += (np.asarray(soft, np.float32) / 127.5 - 1) * strength
    pixels = value[..., None] + np.array(colour, np.float32)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _woven(
    colour: tuple[int, int, int], size: tuple[int, int], rng: np.random.Generator
) -> Image.Image:
    soft = np.asarray(_uneven(colour, size, rng, (70,), (16,)), np.float32)
    period = max(3.0, size[0] / 300)
    u = np.sin(np.arange(size[0]) * 2 * np.pi / period)
    v = np.sin(np.arange(size[1]) * 2 * np.pi / period)
    pixels = soft + 9 * (u + v[:, None])[..., None]
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
