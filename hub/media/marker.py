"""The printed scale marker: what it looks like, and how it is found in a grey picture.

A black square of 40 mm with a white square in each corner, 30 mm apart from centre to
centre, and 4 by 4 cells of 6 mm in the middle whose pattern is the marker's own. Runs in
the decoding child. What fails any check is no marker: nothing is invented.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from .regions import quads

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

SIDE, APART, SQUARE, CELL = 40.0, 30.0, 4.0, 6.0
"""Millimetres: the whole marker, between the centres of its squares, a square, a cell."""
QUIET = 6.0
"""Millimetres of white paper around it."""
PATTERN = np.array([[1, 1, 0, 1], [1, 0, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]], bool)
"""True is white. Turned by any quarter it differs from itself in at least 6 cells."""

_MOST_TILTED = 0.08
"""Sides that differ by more would mean another scale at each end of the picture."""
_LEAST_CONTRAST = 40.0
_LEAST_SIDE = 40.0
"""Pixels between the centres of the squares (60 for the whole marker has 45)."""
_SEARCHED_AT = (800, 1600)
"""Pixels of the longer side at which the frame is looked for."""
_FIRST, _CELLS_FROM = (SIDE - APART) / 2, (SIDE - 4 * CELL) / 2
_CENTRES = _FIRST + APART * np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
_OUTLINE = SIDE * np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)


def is_white(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
    """Whether the marker is white at points in millimetres from its top left corner."""
    inside = (x >= 0) & (x < SIDE) & (y >= 0) & (y < SIDE)
    column = np.floor((x - _CELLS_FROM) / CELL).astype(int)
    row = np.floor((y - _CELLS_FROM) / CELL).astype(int)
    in_cells = (row >= 0) & (row < 4) & (column >= 0) & (column < 4)
    cells = in_cells & PATTERN[row.clip(0, 3), column.clip(0, 3)]
    near = [(abs(x - cx) < SQUARE / 2) & (abs(y - cy) < SQUARE / 2) for cx, cy in _CENTRES.tolist()]
    return np.asarray(~inside | cells | np.logical_or.reduce(near), dtype=bool)


def millimetres_per_pixel(grey: Grey) -> float | None:
    """Return the spacing of the pixels; None when there is no marker, or not just one scale."""
    for outline in _candidates(grey):
        centres = _refined(grey, outline)
        if centres is None or not _is_marker(grey, _mapping(_CENTRES, centres)):
            continue
        lengths = np.linalg.norm(np.roll(centres, -1, axis=0) - centres, axis=1)
        if lengths.min() < _LEAST_SIDE or lengths.max() / lengths.min() > 1 + _MOST_TILTED:
            return None
        return float(APART / lengths.mean())
    return None


def _candidates(grey: Grey) -> Iterator[Floats]:
    """Corners of dark shapes in full pixels, found in smaller copies of the picture."""
    done = 0
    for side in _SEARCHED_AT:
        step = max(1, -(-max(grey.shape) // side))
        if step == done:
            return
        done = step
        rows, columns = (length // step * step for length in grey.shape)
        blocks = grey[:rows, :columns].reshape(rows // step, step, columns // step, step)
        small = blocks.mean(axis=(1, 3), dtype=np.float32)
        for part in (8, 24):
            for corners in quads(small, max(small.shape) // part):
                yield (corners + 0.5) * step - 0.5


def _refined(grey: Grey, outline: Floats) -> Floats | None:
    """Centres of the four white squares by their centre of brightness; None without them."""
    mapping = _mapping(_OUTLINE, outline)
    around = np.linspace(-3.0, 3.0, 31)
    x, y = np.meshgrid(around, around)
    offsets = np.stack([x.ravel(), y.ravel()], axis=1)
    for _ in range(6):
        places = _CENTRES.copy()
        for n, centre in enumerate(_CENTRES):
            values = _sampled(grey, mapping, centre + offsets)
            if values is None or np.ptp(values) < _LEAST_CONTRAST:
                return None
            weights = np.clip(values - (values.min() + np.ptp(values) * 0.3), 0, None)
            places[n] += (weights[:, None] * offsets).sum(axis=0) / weights.sum()
        found = _mapped(mapping, places)
        mapping = _mapping(_CENTRES, found)
    return found


def _is_marker(grey: Grey, mapping: Floats) -> bool:
    """Whether frame, quiet zone and, in one of four turns, every cell are as printed."""
    steps = np.arange(-3.0, SIDE + 3.1, 1.0)
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    values = _sampled(grey, mapping, np.stack([x, y], axis=1))
    if values is None:
        return False
    black, white = np.percentile(values, (10, 90))
    seen = values > (black + white) / 2
    # Points within 1 mm of an edge may have either colour.
    expected = [is_white(x + dx, y + dy) for dx in (-1.0, 1.0) for dy in (-1.0, 1.0)]
    for _ in range(4):
        clear = np.logical_and.reduce([e == expected[0] for e in expected])
        if white - black >= _LEAST_CONTRAST and (seen == expected[0])[clear].mean() > 0.985:
            return True
        expected = [np.rot90(e.reshape(len(steps), -1)).ravel() for e in expected]
    return False


def _mapping(marker: Floats, picture: Floats) -> Floats:
    """Projective mapping that takes four points of the marker to those of the picture."""
    rows, values = [], []
    for (x, y), (u, v) in zip(marker.tolist(), picture.tolist(), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    try:
        found = np.linalg.solve(np.array(rows), np.array(values))
    except np.linalg.LinAlgError:
        return np.full((3, 3), np.nan)
    return np.append(found, 1.0).reshape(3, 3)


def _mapped(mapping: Floats, points: Floats) -> Floats:
    with np.errstate(all="ignore"):
        there = np.column_stack([points, np.ones(len(points))]) @ mapping.T
        return np.asarray(there[:, :2] / there[:, 2:], dtype=np.float64)


def _sampled(grey: Grey, mapping: Floats, points: Floats) -> Floats | None:
    """Brightness at points of the marker, bilinear; None where one is outside the picture."""
    x, y = _mapped(mapping, points).T
    rows, columns = grey.shape
    if not (np.all(x >= 0) and np.all(y >= 0) and np.all(x < columns - 1) and np.all(y < rows - 1)):
        return None
    left, top = x.astype(int), y.astype(int)
    dx, dy = x - left, y - top
    upper = grey[top, left] * (1 - dx) + grey[top, left + 1] * dx
    lower = grey[top + 1, left] * (1 - dx) + grey[top + 1, left + 1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy, dtype=np.float64)
