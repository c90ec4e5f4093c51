"""Where the edges of something printed lie in a picture, to a part of a pixel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .plane import Floats, Grey, sampled

_REACH, _STEP = 1.2, 0.1
"""Millimetres to either side in which an edge is looked for, and between two looks."""
_ALONG = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
_LEAST_CONTRAST = 0.35
"""Part of the usual contrast below which there is no edge: something lies on it."""
_ROUNDS = 4
_MOST_BENT = 0.03
"""Millimetres, in the mean, by which the edges may lie on a common curve: paper around a limb."""
_LEAST_SEEN, _MOST_OFF = 0.85, 0.5
"""Part of the edges that must be seen, and millimetres by which they may be off."""


@dataclass(frozen=True)
class Edges:
    """Points on edges, in millimetres, with the direction in which it gets white."""

    points: Floats
    normals: Floats

    @classmethod
    def between(
        cls, is_white: Callable[[Floats, Floats], npt.NDArray[np.bool_]], side: float
    ) -> Edges:
        """Find the upright and level edges of a square drawing, clear of its corners."""
        points, normals = [], []
        lines, along = np.arange(0, side + 0.5, 1.0), np.arange(0.5, side, 1.0)
        at, on = (axis.ravel() for axis in np.meshgrid(lines, along))
        for turned in (False, True):

            def white(off: float, slip: float, turned: bool = turned) -> npt.NDArray[np.bool_]:
                return is_white(on + slip, at + off) if turned else is_white(at + off, on + slip)

            after, before = white(0.5, 0), white(-0.5, 0)
            same = [
                (white(n, slip) == after) & (white(-n, slip) == before)
                for n in (0.5, 1.5)
                for slip in (-1.0, 1.0)
            ]
            here = (after != before) & np.logical_and.reduce(same)
            sign = np.where(after, 1.0, -1.0)[here]
            zero = np.zeros_like(sign)
            place, across = (at[here], on[here]), (sign, zero)
            points.append(np.stack(place[::-1] if turned else place, axis=1))
            normals.append(np.stack(across[::-1] if turned else across, axis=1))
        return cls(np.concatenate(points), np.concatenate(normals))


def fitted(grey: Grey, to_picture: Floats, edges: Edges) -> Floats | None:
    """Return the mapping under which the edges lie where they are seen.

    None when too many are not there, or not where they would be on flat paper.
    """
    for _ in range(_ROUNDS):
        seen = _seen(grey, to_picture, edges)
        if seen is None:
            return None
        off, there = seen
        terms = _terms(edges)
        weights = there.astype(float)
        for _ in range(8):
            change = np.linalg.lstsq(terms * weights[:, None], off * weights, rcond=None)[0]
            left = off - terms @ change
            spread = 1.5 * np.median(np.abs(left[there])) + 0.01
            weights = there / (1 + (left / (2 * spread)) ** 2)
        a, b, c, d, e, f, g, h, _spread_of_ink = change
        to_picture = to_picture @ np.array([[1 + a, b, c], [d, 1 + e, f], [g, h, 1]])
        to_picture = to_picture / to_picture[2, 2]
    return to_picture if _is_flat(edges, left, there) else None


def _seen(
    grey: Grey, to_picture: Floats, edges: Edges
) -> tuple[Floats, npt.NDArray[np.bool_]] | None:
    """How many millimetres each edge is off, and whether it is there; None for too few."""
    places = edges.points[:, None, :] + _ALONG[None, :, None] * edges.normals[:, None, :]
    values = sampled(grey, to_picture, places.reshape(-1, 2))
    if values is None:
        return None
    profiles = values.reshape(len(edges.points), -1)
    contrast = profiles[:, -4:].mean(axis=1) - profiles[:, :4].mean(axis=1)
    there = contrast > _LEAST_CONTRAST * max(float(np.median(contrast)), 0.0)
    rise = np.clip(np.diff(profiles, axis=1), 0, None)
    middles = (_ALONG[1:] + _ALONG[:-1]) / 2
    off = (rise * middles).sum(axis=1) / np.maximum(rise.sum(axis=1), 1e-6)
    return (off, there) if there.mean() > _LEAST_SEEN else None


def _terms(edges: Edges) -> Floats:
    """What each of eight small changes of the mapping moves the points by, across their edge.

    The ninth moves all edges towards the white: ink spreads, and so does bright light.
    """
    (x, y), (n, m) = edges.points.T, edges.normals.T
    along = n * x + m * y
    terms = [n * x, n * y, n, m * x, m * y, m, -along * x, -along * y, np.ones_like(n)]
    return np.stack(terms, axis=1)


def _is_flat(edges: Edges, left: Floats, there: npt.NDArray[np.bool_]) -> bool:
    """Whether enough edges are seen, and what they are off by has no curve in common.

    Single ones may be off, by a stain; noise has no common curve.
    """
    if (there & (np.abs(left) < _MOST_OFF)).mean() < _LEAST_SEEN:
        return False
    (x, y), (n, m) = (edges.points.T - edges.points.mean(axis=0)[:, None]) / 20, edges.normals.T
    curves = (x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3)
    terms = np.stack([across * curve for across in (n, m) for curve in curves], axis=1)
    weights = there / (1 + (left / _MOST_OFF) ** 2)
    bent = terms @ np.linalg.lstsq(terms * weights[:, None], left * weights, rcond=None)[0]
    return bool(np.sqrt((bent**2).mean()) < _MOST_BENT)
