"""A picture of 16 x 12 cm as numpy arrays: noise, rounded bodies, light, cloth and ruler.

Positions and sizes are centimetres in the picture, so that the ruler drawn beside a
lesion tells the truth. Shapes are worked out at 50 dots per cm and only grain and
texture are drawn at the full 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Plane = NDArray[Any]
Point = tuple[float, float]

WIDTH_CM, HEIGHT_CM = 16, 12
DOTS = 50
SHAPE = (HEIGHT_CM * DOTS, WIDTH_CM * DOTS)
Y, X = (
    (grid + np.float32(0.5)) / DOTS for grid in np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float32)
)


def resized(plane: Plane, scale: int = 2) -> Plane:
    """Return `plane` enlarged smoothly."""
    rows, columns = plane.shape
    image = Image.fromarray(plane.astype(np.float32))
    return np.asarray(image.resize((columns * scale, rows * scale), Image.Resampling.BICUBIC))


def noise(rng: np.random.Generator, size_cm: float, octaves: int = 3) -> Plane:
    """Return smooth noise around 0 with a standard deviation of 1 and spots of `size_cm`."""
    total = np.zeros(SHAPE, np.float32)
    for octave in range(octaves):
        step = max(size_cm / 2**octave, 1 / DOTS)
        cells = (max(int(HEIGHT_CM / step), 2), max(int(WIDTH_CM / step), 2))
        coarse = Image.fromarray(rng.standard_normal(cells).astype(np.float32))
        grown = coarse.resize((SHAPE[1], SHAPE[0]), Image.Resampling.BICUBIC)
        total += np.asarray(grown) / np.float32(2**octave)
    return (total - total.mean()) / total.std()


def smoothstep(low: float, high: float, value: Plane) -> Plane:
    """Return 0 below `low`, 1 above `high` and a soft S between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blurred(plane: Plane, radius_cm: float) -> Plane:
    """Return `plane` blurred, by shrinking and growing it again."""
    factor = max(int(radius_cm * DOTS), 1)
    small = Image.fromarray(plane.astype(np.float32)).resize(
        (max(SHAPE[1] // factor, 2), max(SHAPE[0] // factor, 2)), Image.Resampling.BOX
    )
    return np.asarray(small.resize((SHAPE[1], SHAPE[0]), Image.Resampling.BICUBIC))


def bone(a: Point, b: Point, radius_a: float, radius_b: float) -> Plane:
    """Return the height of a rounded body from `a` to `b`, 0 outside of it."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = np.clip(((X - a[0]) * dx + (Y - a[1]) * dy) / max(dx * dx + dy * dy, 1e-6), 0, 1)
    off = (X - a[0] - along * dx) ** 2 + (Y - a[1] - along * dy) ** 2
    radius = radius_a + (radius_b - radius_a) * along
    return np.sqrt(np.clip(radius * radius - off, 0, None))


def joined(bodies: Sequence[Plane], softness: float = 0.25) -> Plane:
    """Return one body of several, their seams rounded by `softness` cm."""
    whole = bodies[0]
    for body in bodies[1:]:
        mix = np.clip(0.5 + 0.5 * (whole - body) / softness, 0, 1)
        bridge = softness * mix * (1 - mix) * ((whole > 0) | (body > 0))
        whole = body + (whole - body) * mix + bridge
    return whole


def distance(centre: Point, aspect: float = 1.0, angle: float = 0.0) -> Plane:
    """Return the distance from `centre` in cm, stretched by `aspect` along `angle`."""
    c, s = np.cos(angle), np.sin(angle)
    dx, dy = X - centre[0], Y - centre[1]
    return np.sqrt(((dx * c + dy * s) / aspect) ** 2 + (dy * c - dx * s) ** 2)


def line_distance(points: Sequence[Point]) -> Plane:
    """Return the distance from a line through `points`, in cm."""
    nearest = np.full(SHAPE, 99, np.float32)
    for (ax, ay), (bx, by) in pairwise(points):
        dx, dy = bx - ax, by - ay
        along = np.clip(((X - ax) * dx + (Y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
        nearest = np.minimum(nearest, np.hypot(X - ax - along * dx, Y - ay - along * dy))
    return nearest


def light(height: Plane, strength: float = 0.55) -> Plane:
    """Return how bright each point of a body is under a lamp at the upper left."""
    slope_y, slope_x = np.gradient(height * DOTS)
    norm = np.sqrt(slope_x**2 + slope_y**2 + 1)
    lambert = (slope_x * 0.45 + slope_y * 0.55 + 1) / norm / np.float32(1.23)
    return 1 - strength + strength * np.clip(lambert, -0.3, 1.2)


def cloth(rng: np.random.Generator, colour: tuple[int, int, int]) -> Plane:
    """Return a surgical drape of `colour` with soft folds."""
    folds = 1 + 0.035 * noise(rng, 5, 1) + 0.012 * noise(rng, 0.06, 1)
    return np.asarray(colour, np.float32) * folds[..., None]


def over(below: Plane, above: Plane | tuple[float, ...], cover: Plane) -> Plane:
    """Return `above` laid over `below` where `cover` is 1."""
    return below + (np.asarray(above, np.float32) - below) * cover[..., None]


def on_cloth(body: Plane, height: Plane, background: Plane) -> Plane:
    """Return the lit body on a background that it throws a soft shadow on."""
    mask = smoothstep(0.0, 0.22, height)
    shadow = blurred(np.pad(mask, ((14, 0), (10, 0)), "edge")[:-14, :-10], 0.35)
    return over(background * (1 - 0.45 * shadow[..., None]), body, mask)


def finished(picture: Plane, rng: np.random.Generator) -> Image.Image:
    """Return the picture at full size with lens vignette and sensor grain."""
    fall_off = 1 - 0.16 * (((X - 8) / 10) ** 2 + ((Y - 6) / 8) ** 2)
    full = np.dstack([resized(picture[..., i] * fall_off) for i in range(3)])
    grain = rng.standard_normal(full.shape[:2], dtype=np.float32)[..., None]
    return Image.fromarray(np.clip(full + 2.2 * grain, 0, 255).astype(np.uint8))


def with_ruler(image: Image.Image, at: Point, length_cm: int = 6) -> Image.Image:
    """Draw a paper ruler with its upper left corner `at` (cm); 100 dots are 1 cm."""
    draw = ImageDraw.Draw(image)
    left, top = int(at[0] * 100), int(at[1] * 100)
    draw.rectangle((left + 8, top + 10, left + length_cm * 100 + 68, top + 128), (60, 60, 58))
    draw.rectangle((left, top, left + length_cm * 100 + 60, top + 120), (238, 238, 232))
    small, large = ImageFont.load_default(22), ImageFont.load_default(30)
    for millimetre in range(length_cm * 10 + 1):
        tick = 46 if millimetre % 10 == 0 else 34 if millimetre % 5 == 0 else 22
        x = left + 30 + millimetre * 10
        draw.line((x, top, x, top + tick), (30, 30, 30), 2)
    for centimetre in range(length_cm + 1):
        x = left + 30 + centimetre * 100
        draw.text((x, top + 50), str(centimetre), (30, 30, 30), large, anchor="ma")
    draw.text((left + length_cm * 100 + 50, top + 92), "cm", (30, 30, 30), small, anchor="ra")
    return image
