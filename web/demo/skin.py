"""Skin of six tones, and what may be seen on it: patches, moles, stitches, bruises.

Everything here is invented and drawn; it only has to look plausible at arm's length.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .canvas import (
    DOTS,
    SHAPE,
    Plane,
    Point,
    X,
    Y,
    blurred,
    distance,
    line_distance,
    noise,
    over,
    smoothstep,
)

TONES: dict[int, tuple[float, float, float]] = {
    1: (238, 205, 188),
    2: (229, 190, 164),
    3: (212, 167, 136),
    4: (184, 136, 104),
    5: (142, 96, 70),
    6: (98, 64, 48),
}
"""Skin colour by Fitzpatrick type."""


def skin(tone: int, height: Plane, rng: np.random.Generator) -> Plane:
    """Return skin of `tone`: mottled, finely lined, warmer where the body turns away."""
    mottle, pores = noise(rng, 1.6, 4), noise(rng, 0.07, 2)
    base = np.asarray(TONES[tone], np.float32)
    value = (1 + 0.022 * mottle + 0.017 * pores)[..., None] * base
    edge = 1 - smoothstep(0.1, 1.2, height)
    return over(value, base * (0.92, 0.74, 0.68), 0.35 * edge)


def creased(colour: Plane, *lines: tuple[Point, ...], depth: float = 0.2) -> Plane:
    """Return `colour` with a darker, slightly red crease along each line."""
    for points in lines:
        crease = np.exp(-((line_distance(points) / 0.05) ** 2))
        colour = over(colour, colour * (0.72, 0.6, 0.56), depth * 2 * crease)
    return colour


def mole(colour: Plane, at: Point, size: float, rng: np.random.Generator) -> Plane:
    """Return `colour` with a brown mole of `size` cm across."""
    ragged = distance(at, rng.uniform(1, 1.35), rng.uniform(0, 3)) + 0.03 * noise(rng, 0.25, 2)
    cover = 1 - smoothstep(size * 0.25, size * 0.66, ragged)
    brown = np.asarray((96, 58, 42), np.float32) * rng.uniform(0.75, 1.15)
    return over(colour, np.minimum(colour * 0.75, brown), 0.85 * cover)


def patch(at: Point, size: float, rng: np.random.Generator, ragged: float = 0.35) -> Plane:
    """Return the cover (0 to 1) of an uneven patch of about `size` cm across."""
    shape = distance(at, rng.uniform(1.0, 1.5), rng.uniform(0, 3))
    wobble = shape + ragged * size * 0.3 * noise(rng, size * 0.4, 3)
    return 1 - smoothstep(size * 0.32, size * 0.58, wobble)


def reddened(colour: Plane, cover: Plane, strength: float = 0.5) -> Plane:
    """Return `colour` inflamed where `cover` is: red on light skin, dusky on dark."""
    return over(colour, colour * (0.92, 0.52, 0.50) + (12, 0, 4), strength * cover)


def rash(
    colour: Plane, at: Point, size: float, rng: np.random.Generator, strength: float = 0.6
) -> Plane:
    """Return `colour` with an eczema-like patch: red, with small dry scales."""
    cover = patch(at, size, rng)
    spots = smoothstep(0.1, 1.4, noise(rng, 0.22, 2))
    colour = reddened(colour, cover * (0.55 + 0.45 * spots), strength)
    scales = cover * smoothstep(1.2, 2.0, noise(rng, 0.09, 1))
    return over(colour, (236, 220, 208), 0.45 * strength * scales)


def plaque(colour: Plane, at: Point, size: float, rng: np.random.Generator) -> Plane:
    """Return `colour` with a sharply bordered red plaque under silvery scale."""
    cover = smoothstep(0.35, 0.6, patch(at, size, rng, 0.2))
    colour = reddened(colour, cover, 0.8)
    scale = cover * smoothstep(-0.1, 1.1, noise(rng, 0.35, 3))
    return over(colour, (232, 224, 218), 0.6 * scale)


def bruise(colour: Plane, at: Point, size: float, rng: np.random.Generator) -> Plane:
    """Return `colour` with a bruise: purple within, yellow-green at the rim."""
    cover = blurred(patch(at, size, rng, 0.5), 0.3)
    colour = over(colour, colour * (1.0, 0.93, 0.58), 0.6 * smoothstep(0.0, 0.5, cover))
    inner = smoothstep(0.3, 1.0, cover) * (0.75 + 0.12 * noise(rng, 0.5, 3))
    return over(colour, colour * (0.64, 0.48, 0.66), 0.9 * inner)


def graze(
    colour: Plane, at: Point, size: float, rng: np.random.Generator, angle: float = 0.4
) -> Plane:
    """Return `colour` with a superficial graze of parallel scratches, healing."""
    across = (Y - at[1]) * np.cos(angle) - (X - at[0]) * np.sin(angle)
    streaks = smoothstep(0.0, 1.2, np.sin(across * 24) + 0.8 * noise(rng, 0.3, 2))
    cover = patch(at, size, rng, 0.5)
    colour = reddened(colour, cover, 0.45)
    return over(colour, (142, 62, 50), 0.65 * cover * streaks)


def stitched(colour: Plane, points: tuple[Point, ...], count: int) -> Plane:
    """Return `colour` with a closed, clean wound along `points` held by `count` stitches."""
    near = line_distance(points)
    colour = reddened(colour, np.exp(-((near / 0.45) ** 2)), 0.45)
    colour = over(colour, (120, 44, 40), 0.85 * np.exp(-((near / 0.05) ** 2)))
    thread = np.full(SHAPE, 9, np.float32)
    for (x, y), (nx, ny) in _along(points, count):
        ends = ((x - nx * 0.32, y - ny * 0.32), (x + nx * 0.32, y + ny * 0.32))
        thread = np.minimum(thread, line_distance(ends))
    return over(colour, (28, 34, 60), 1 - smoothstep(0.5 / DOTS, 2.4 / DOTS, thread))


def blister(colour: Plane, at: Point, size: float, rng: np.random.Generator) -> Plane:
    """Return `colour` with a pale, shining blister on a red ground."""
    colour = reddened(colour, patch(at, size * 1.9, rng), 0.55)
    dome = np.sqrt(np.clip(1 - (distance(at, 1.3, 0.5) / (size / 2)) ** 2, 0, 1))
    colour = over(colour, (238, 214, 178), 0.5 * smoothstep(0, 0.5, dome))
    shine = distance((at[0] - size * 0.16, at[1] - size * 0.16))
    return over(colour, (255, 252, 245), 0.7 * np.exp(-((shine / (size * 0.09)) ** 2)))


def ulcer(colour: Plane, at: Point, size: float, rng: np.random.Generator) -> Plane:
    """Return `colour` with a shallow, clean ulcer: callus rim, pink bed."""
    whole = patch(at, size * 1.5, rng, 0.25)
    colour = over(colour, (222, 196, 158), 0.6 * whole)
    bed = patch(at, size * 0.85, rng, 0.25)
    colour = over(colour, (186, 92, 84), 0.85 * bed)
    return over(colour, (214, 186, 128), 0.5 * bed * smoothstep(0.6, 1.6, noise(rng, 0.25, 2)))


def _along(points: tuple[Point, ...], count: int) -> list[tuple[Point, Point]]:
    """Return `count` places on the line with the unit normal at each."""
    steps = [np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    reached = np.concatenate([[0], np.cumsum(steps)])
    places = []
    for goal in np.linspace(reached[-1] * 0.06, reached[-1] * 0.94, count):
        i = int(np.searchsorted(reached, goal) - 1)
        (ax, ay), (bx, by) = points[i], points[i + 1]
        t = (goal - reached[i]) / steps[i]
        normal = (-(by - ay) / steps[i], (bx - ax) / steps[i])
        places.append(((ax + t * (bx - ax), ay + t * (by - ay)), normal))
    return places
