"""Parts of the body as height planes: hand, foot, arm, leg, ear, trunk."""

from __future__ import annotations

import numpy as np

from .canvas import Plane, Point, X, Y, bone, distance, joined, over, smoothstep

FINGERS: tuple[tuple[Point, Point, Point], ...] = (
    ((5.55, 5.7), (4.75, 3.4), (4.35, 1.75)),
    ((7.15, 5.3), (6.95, 2.6), (6.9, 0.9)),
    ((8.65, 5.4), (8.95, 2.8), (9.1, 1.25)),
    ((9.95, 6.0), (10.75, 4.1), (11.2, 2.75)),
)
"""Knuckle, middle joint and tip of the four fingers of a hand with the thumb at the left."""
THUMB: tuple[Point, Point, Point] = ((5.1, 9.3), (3.0, 7.5), (1.85, 5.9))


def hand() -> Plane:
    """Return a hand with fingers up and the thumb at the left of the picture."""
    palm = [
        bone((7.6, 8.7), (6.2, 6.6), 2.35, 1.35),
        bone((7.8, 8.7), (9.3, 6.8), 2.3, 1.25),
        bone((7.7, 7.4), (7.9, 6.5), 2.2, 1.6),
        bone((7.75, 10.0), (7.9, 13.5), 1.95, 1.8),
    ]
    fingers = [
        part
        for (k, j, t), r in zip(FINGERS, (0.84, 0.88, 0.83, 0.7), strict=True)
        for part in (bone(k, j, r * 1.04, r * 0.94), bone(j, t, r * 0.94, r * 0.76))
    ]
    thumb = [bone(THUMB[0], THUMB[1], 1.25, 0.98), bone(THUMB[1], THUMB[2], 0.98, 0.74)]
    flat = [np.float32(0.6) * p for p in palm]
    return joined([*flat, *fingers, *thumb], 0.3)


def nails(colour: Plane, ends: tuple[tuple[Point, Point], ...], size: float = 0.42) -> Plane:
    """Return `colour` with a nail at each finger's end, `ends` being (joint, tip)."""
    for joint, tip in ends:
        angle = float(np.arctan2(tip[1] - joint[1], tip[0] - joint[0]))
        at = (tip[0] + 0.16 * np.cos(angle), tip[1] + 0.16 * np.sin(angle))
        shape = distance(at, 1.32, angle)
        cover = 1 - smoothstep(size * 0.9, size * 1.04, shape)
        rim = np.exp(-(((shape - size) / 0.05) ** 2))
        colour = over(colour, colour * 0.72, 0.5 * rim)
        colour = over(colour, colour * (1.02, 0.93, 0.92) + (14, 10, 12), 0.75 * cover)
        moon = distance((at[0] - 0.34 * np.cos(angle), at[1] - 0.34 * np.sin(angle)), 0.7, angle)
        colour = over(colour, (246, 226, 218), 0.35 * cover * (1 - smoothstep(0.1, 0.24, moon)))
    return colour


TOES: tuple[tuple[Point, Point], ...] = (
    ((3.9, 7.75), (2.0, 7.65)),
    ((4.0, 6.35), (2.3, 6.15)),
    ((4.3, 5.35), (2.85, 5.05)),
    ((4.7, 4.5), (3.5, 4.15)),
    ((5.3, 3.75), (4.3, 3.4)),
)
"""Joint and tip of each toe of a foot that points to the left of the picture."""


def foot() -> Plane:
    """Return a foot seen from above, toes at the left, great toe at the bottom."""
    body = [
        bone((12.5, 5.9), (8.0, 6.1), 1.95, 2.4),
        bone((9.0, 6.4), (4.6, 7.4), 2.2, 1.3),
        bone((9.0, 5.8), (5.9, 4.9), 2.3, 1.55),
        bone((7.2, 6.2), (4.9, 6.0), 2.0, 1.5),
        bone((12.2, 5.9), (17.5, 5.7), 1.95, 1.9),
    ]
    toes = [
        bone(joint, tip, r * 0.94, r)
        for (joint, tip), r in zip(TOES, (0.88, 0.6, 0.56, 0.52, 0.5), strict=True)
    ]
    return joined([*[np.float32(0.7) * b for b in body], *toes], 0.35)


def limb(start: Point, end: Point, radius_start: float, radius_end: float) -> Plane:
    """Return a stretch of arm or leg that leaves the picture at both ends."""
    return np.float32(0.8) * bone(start, end, radius_start, radius_end)


def trunk() -> Plane:
    """Return a back that fills the picture, with the furrow of the spine."""
    arch = 5 - 0.035 * (X - 8) ** 2
    furrow = 0.5 * np.exp(-(((X - 8) / 0.9) ** 2))
    blades = 0.35 * (
        np.exp(-(distance((4.4, 4.6), 1.5, 1.2) ** 2) / 4)
        + np.exp(-(distance((11.6, 4.6), 1.5, 1.9) ** 2) / 4)
    )
    return (arch - furrow + blades + 0 * Y).astype(np.float32)


def ear() -> Plane:
    """Return an ear seen from the side: rim, inner fold, bowl and lobe on a flat cheek."""
    outline = joined(
        [
            bone((8.5, 4.4), (8.4, 5.4), 2.35, 2.2),
            bone((8.4, 5.4), (7.7, 8.0), 2.1, 1.2),
            bone((7.6, 8.4), (7.6, 8.6), 1.1, 1.1),
        ],
        0.6,
    )
    edge = np.clip(outline, 0, 1.2)
    rim = 0.42 * np.exp(-(((outline - 1.0) / 0.42) ** 2)) * (outline > 0)
    inner = 0.35 * np.exp(-(((distance((8.0, 5.5), 1.4, 1.7) - 1.05) / 0.3) ** 2))
    bowl = 1.0 * np.exp(-((distance((7.6, 6.0), 1.3, 1.5) / 0.8) ** 2))
    front = 0.6 * np.exp(-((distance((6.6, 6.2), 1.5, 1.5) / 0.42) ** 2))
    return (edge * 0.6 + rim + inner - bowl + front).astype(np.float32)
