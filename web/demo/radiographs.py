"""Two drawn radiographs, a left hand and a chest: 12 bits, bone bright and air dark.

The physics is a sketch of the real one: thickness of tissue and bone is added up
along the ray, and the detector sees the logarithm of what is left.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from .bodies import FINGERS, THUMB, hand
from .canvas import Plane, Point, X, Y, blurred, bone, distance, line_distance, noise, resized

Rng = np.random.Generator
Pixels = NDArray[np.uint16]

CARPALS: tuple[tuple[Point, float], ...] = (
    ((6.35, 9.1), 0.52),
    ((7.1, 8.75), 0.46),
    ((7.85, 8.7), 0.56),
    ((8.7, 8.9), 0.52),
    ((6.9, 9.85), 0.6),
    ((7.85, 9.75), 0.52),
    ((8.65, 9.8), 0.46),
)


def _shaft(a: Point, b: Point, radius: float) -> Plane:
    """Return a long bone: knobs at its ends, a waist, and a marrow that lets more through."""
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    outer = np.maximum.reduce(
        [
            bone(a, middle, radius * 1.35, radius * 0.85),
            bone(b, middle, radius * 1.25, radius * 0.85),
        ]
    )
    inner = bone(a, b, radius * 0.55, radius * 0.55)
    return outer - 0.6 * inner


def _between(a: Point, b: Point, share_a: float, share_b: float) -> tuple[Point, Point]:
    """Return the part of a-b from `share_a` to `share_b`, to leave room for the joints."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    return (
        (a[0] + dx * share_a, a[1] + dy * share_a),
        (a[0] + dx * share_b, a[1] + dy * share_b),
    )


def _finger(knuckle: Point, joint: Point, tip: Point, wrist: Point) -> list[Plane]:
    far = _between(joint, tip, 0.52, 1.05)
    return [
        _shaft(*_between(wrist, knuckle, 0.1, 0.9), 0.26),
        _shaft(*_between(knuckle, joint, 0.04, 0.9), 0.23),
        _shaft(*_between(joint, tip, 0.06, 0.44), 0.19),
        bone(*far, 0.2, 0.13) * np.float32(0.9),
    ]


def hand_radiograph(rng: Rng) -> Pixels:
    """Return a left hand, fingers up, dorsum to the detector's viewer (PA)."""
    bones = [
        part
        for i, (knuckle, joint, tip) in enumerate(FINGERS)
        for part in _finger(knuckle, joint, tip, (6.5 + i * 0.72, 8.3))
    ]
    base, middle, tip = THUMB
    bones += [
        _shaft(*_between((6.0, 9.2), base, 0.0, 0.6), 0.28),
        _shaft(*_between(base, middle, -0.15, 0.62), 0.27),
        _shaft(*_between(middle, tip, -0.2, 0.3), 0.23),
        bone(*_between(middle, tip, 0.5, 0.95), 0.24, 0.15),
        _shaft((6.9, 10.7), (7.0, 14.5), 0.52),
        _shaft((8.75, 10.8), (8.6, 14.5), 0.38),
    ]
    bones += [bone(at, (at[0] + 0.12, at[1]), r, r) for at, r in CARPALS]
    dense = np.maximum.reduce(bones)
    spongy = 1 + 0.05 * noise(rng, 0.12, 2)
    film = (
        140
        + 760 * np.sqrt(np.clip(blurred(hand(), 0.05), 0, None))
        + 2600 * blurred(dense, 0.04) * spongy
    )
    return _exposed(np.fliplr(film), rng)


def _ribs() -> Plane:
    """Return ten pairs of ribs that fall from the spine and turn to the front."""
    ribs = np.zeros_like(X)
    for i in range(10):
        top, reach, fall = 1.0 + i * 0.86, min(2.5 + i * 0.42, 5.3), 0.8 + i * 0.05
        for side in (-1, 1):
            arc = [
                (8 + side * (0.5 + reach * np.sin(t)), top + fall * (1 - np.cos(t)))
                for t in np.linspace(0.05, 2.35, 14)
            ]
            edge = line_distance(arc)
            ribs += 0.7 * np.exp(-(((edge - 0.17) / 0.08) ** 2)) + 0.5 * (edge < 0.2)
    return blurred(ribs, 0.05)


def _lungs() -> Plane:
    """Return how much air the ray crosses; the right dome of the diaphragm is higher."""
    whole = np.zeros_like(X)
    for side, dome in ((-1, 9.0), (1, 9.5)):
        wide = 2.55 * np.clip(0.55 + 0.075 * Y, 0, 1.1)
        across = np.abs(X - (8 + side * 3.05)) / wide
        long = np.clip((Y - 0.9) / 2.2, 0, 1) ** 0.5
        foot = np.clip((dome + 0.22 * (X - 8 - side * 3) ** 2 * 0.5 - Y) / 0.25, 0, 1)
        whole += np.clip(1 - across**3, 0, 1) ** 0.6 * long * foot
    return blurred(whole, 0.12)


def _clavicles() -> Plane:
    near = [
        line_distance(((8 + s * 0.8, 2.0), (8 + s * 2.6, 1.5), (8 + s * 5.2, 1.1))) for s in (-1, 1)
    ]
    return blurred((np.minimum(*near) < 0.24).astype(np.float32), 0.08)


def chest_radiograph(rng: Rng) -> Pixels:
    """Return a chest seen from the front: the heart on the patient's left, clear lungs."""
    shoulders = 7.9 - 0.9 * np.clip((Y - 2.5) / 5, 0, 1) - 2.5 * np.clip(0.9 - Y, 0, 1)
    body = np.clip(1 - (np.abs(X - 8) / shoulders) ** 4, 0, 1) ** 0.5
    heart = np.clip(1 - (distance((8.9, 7.3), 1.35, 0.85) / 1.9) ** 3, 0, 1)
    great_vessels = 0.55 * np.clip(1 - (np.abs(X - 8.3) / 1.15) ** 4, 0, 1) * (Y > 2) * (Y < 7)
    spine = np.exp(-(((X - 8) / 0.75) ** 4)) * (1 + 0.1 * np.sin(Y * 6.3))
    hila = np.exp(-(distance((6.7, 5.8)) ** 2)) + np.exp(-(distance((9.5, 5.6)) ** 2))
    vessels = (hila + 0.4) * np.clip(noise(rng, 0.6, 4), 0, None)
    lungs = _lungs()
    film = (
        100
        + 2350 * body
        - 1750 * lungs
        + 1500 * blurred(np.maximum(heart, great_vessels), 0.15) * np.clip(lungs + 0.3, 0, 1)
        + 300 * spine
        + 190 * lungs * vessels
        + 300 * _ribs() * body
        + 330 * _clavicles()
    )
    return _exposed(film, rng)


def _exposed(film: Plane, rng: Rng) -> Pixels:
    """Return the film at full size with quantum noise, and the side marker in lead."""
    full = resized(np.clip(film, 0, 4095).astype(np.float32))
    full = full + 22 * rng.standard_normal(full.shape, dtype=np.float32)
    return np.clip(full, 0, 4095).astype(np.uint16)


def radiograph(name: str) -> Pixels:
    """Return the radiograph called `hand` or `chest`, the same one every time."""
    draw = {"hand": hand_radiograph, "chest": chest_radiograph}[name]
    return draw(np.random.default_rng(zlib.crc32(name.encode())))
