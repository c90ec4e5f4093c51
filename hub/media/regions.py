"""Dark connected shapes of a grey picture and the four corners each would have as a square."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

_LEAST_SIDE = 18
"""Pixels."""
_LEAST_FILLED = 0.2
_DARKER_BY = 8.0
_MOST = 300
"""Shapes that are looked at, largest first."""


def quads(grey: npt.NDArray[np.float32], radius: int) -> Iterator[Floats]:
    """Yield corners (x, y), clockwise, of shapes darker than their surroundings in `radius`."""
    dark = grey < _local_mean(grey, radius) - _DARKER_BY
    rows, starts, ends = _runs(dark)
    if not len(rows):
        return
    labels = _connected(rows, starts, ends, dark.shape[1] + 1)
    order = np.argsort(labels, kind="stable")
    rows, starts, ends = rows[order], starts[order], ends[order]
    firsts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    area = np.add.reduceat(ends - starts, firsts)
    may_be = np.flatnonzero(_may_be_squares(rows, starts, ends, firsts, area))
    lasts = np.append(firsts[1:], len(rows))
    for n in may_be[np.argsort(-area[may_be], kind="stable")][:_MOST]:
        one = slice(firsts[n], lasts[n])
        xs = np.concatenate([starts[one] - 0.5, ends[one] - 0.5])
        yield _corners(np.stack([xs, np.tile(rows[one], 2)], axis=1))


def _local_mean(grey: npt.NDArray[np.float32], radius: int) -> Floats:
    """Mean over a square of `radius` around each pixel, by an integral image."""
    total = np.pad(grey, ((1, 0), (1, 0))).cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    (top, bottom), (left, right) = (
        (np.clip(np.arange(n) - radius, 0, n), np.clip(np.arange(n) + radius + 1, 0, n))
        for n in grey.shape
    )
    area = np.outer(bottom - top, right - left)
    sums = total[bottom][:, right] - total[top][:, right] - total[bottom][:, left]
    return np.asarray((sums + total[top][:, left]) / area, dtype=np.float64)


def _runs(dark: npt.NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers]:
    """Row, first column and column after the last of each run of dark pixels, in order."""
    edges = np.diff(np.pad(dark, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    return rows, starts, np.nonzero(edges == -1)[1]


def _connected(rows: Numbers, starts: Numbers, ends: Numbers, stride: int) -> Numbers:
    """Return for each run the number of the first run it is connected to."""
    first, last = rows * stride + starts, rows * stride + ends
    below_from = np.searchsorted(last, first + stride, side="right")
    below_to = np.searchsorted(first, last + stride, side="left")
    counts = np.maximum(below_to - below_from, 0)
    upper = np.repeat(np.arange(len(rows)), counts)
    within = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts)
    lower = np.repeat(below_from, counts) + within
    labels = np.arange(len(rows))
    while np.any(labels[upper] != labels[lower]):
        least = np.minimum(labels[upper], labels[lower])
        np.minimum.at(labels, labels[upper], least)
        np.minimum.at(labels, labels[lower], least)
        labels = labels[labels]
    return labels


def _may_be_squares(
    rows: Numbers, starts: Numbers, ends: Numbers, firsts: Numbers, area: Numbers
) -> npt.NDArray[np.bool_]:
    """Whether each shape, which begins at one of `firsts`, is large, compact and full enough."""
    height = np.maximum.reduceat(rows, firsts) - np.minimum.reduceat(rows, firsts) + 1
    width = np.maximum.reduceat(ends, firsts) - np.minimum.reduceat(starts, firsts)
    short, long = np.minimum(height, width), np.maximum(height, width)
    compact = (short >= _LEAST_SIDE) & (long <= 2 * short)
    return np.asarray(compact & (area > _LEAST_FILLED * height * width), dtype=bool)


def _corners(points: Floats) -> Floats:
    """Two opposite ends and, on either side of the line between them, what is farthest off."""
    one = points[np.argmax(((points - points.mean(axis=0)) ** 2).sum(axis=1))]
    other = points[np.argmax(((points - one) ** 2).sum(axis=1))]
    (dx, dy), (x, y) = other - one, (points - one).T
    off = dx * y - dy * x
    return np.array([one, points[np.argmin(off)], other, points[np.argmax(off)]])
