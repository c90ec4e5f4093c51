"""The printed scale marker: what it looks like, and how it is found in a grey picture.

A black square of 40 mm with a white square in each corner, 30 mm apart from centre to
centre, and 4 by 4 cells of 6 mm in the middle whose pattern is the marker's own. Runs in
the decoding child. What fails any check is no marker: nothing is invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .edges import Edges, fitted
from .plane import Floats, Grey, mapped, mapping, pixels_per_millimetre, sampled
from .regions import quads

SIDE, APART, SQUARE, CELL = 40.0, 30.0, 4.0, 6.0
"""Millimetres: the whole marker, between the centres of its squares, a square, a cell."""
QUIET = 6.0
"""Millimetres of white paper around it."""
PATTERN = np.array([[1, 1, 0, 1], [1, 0, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]], bool)
"""True is white. Turned by any quarter it differs from itself in at least 6 cells."""
NEAR = 60.0
"""Millimetres from the marker's centre within which lengths are promised."""
MOST_OFF = 0.08
"""A scale that is wrong by more, for any length near the marker, is none."""

_LEAST_CONTRAST = 25.0
_LEAST_SIDE = 30.0
"""Pixels between the centres of the squares."""
_SEARCHED_AT = (800, 1600)
"""Pixels of the longer side at which the frame is looked for."""
_FIRST, _CELLS_FROM = (SIDE - APART) / 2, (SIDE - 4 * CELL) / 2
_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
_CENTRES, _OUTLINE = _FIRST + APART * _CORNERS, SIDE * _CORNERS
_ALIKE, _PART_ALIKE = 0.95, 0.7
"""How much of the marker, and of each cell, square, side and edge, must be as printed."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the marker says of the picture."""

    millimetres_per_pixel: float
    off: float
    """By what part a length near the marker may differ: a tilted plane has many scales."""

    @property
    def holds(self) -> bool:
        """Whether one spacing may be written for the picture."""
        return self.off <= MOST_OFF


def is_white(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
    """Whether the marker is white at points in millimetres from its top left corner."""
    part = _part(x, y)
    return np.asarray((part > _BLACK) | ((part >= 0) & (part < 16) & _white_cell(part)), bool)


_BLACK = 16
"""Number of the frame; 0 to 15 are the cells, 17 to 20 the squares, 21 to 24 the paper."""


def _white_cell(part: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.asarray(PATTERN.ravel()[part.clip(0, 15)], bool)


def _part(x: Floats, y: Floats) -> npt.NDArray[np.int64]:
    """Which part of the marker a point belongs to."""
    column = np.floor((x - _CELLS_FROM) / CELL).astype(int)
    row = np.floor((y - _CELLS_FROM) / CELL).astype(int)
    in_cells = (row >= 0) & (row < 4) & (column >= 0) & (column < 4)
    part = np.where(in_cells, 4 * row + column, _BLACK)
    for n, (cx, cy) in enumerate(_CENTRES.tolist()):
        part[(abs(x - cx) < SQUARE / 2) & (abs(y - cy) < SQUARE / 2)] = 17 + n
    for n, outside in enumerate((y < 0, x >= SIDE, y >= SIDE, x < 0)):
        part[outside] = 21 + n
    return part


def scale_of(grey: Grey) -> Scale | None:
    """Return what the marker in the picture says; None when there is none.

    Several markers must agree: what they differ by is what lengths may be off by.
    """
    found = [_scale(to_picture) for to_picture in _markers(grey)]
    if not found:
        return None
    spacings = [scale.millimetres_per_pixel for scale in found]
    best = min(found, key=lambda scale: scale.millimetres_per_pixel)
    apart = max(spacings) / min(spacings) - 1
    return Scale(best.millimetres_per_pixel, max(apart, *(scale.off for scale in found)))


def _scale(to_picture: Floats) -> Scale:
    """The mean spacing at the marker's centre, and what it is off by near it."""
    least, most = pixels_per_millimetre(to_picture, np.array([[SIDE / 2, SIDE / 2]]))[0]
    spacing = 1 / np.sqrt(least * most)
    turns = np.arange(24) * np.pi / 12
    around = SIDE / 2 + NEAR * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    lengths = pixels_per_millimetre(to_picture, around)
    off = np.abs(spacing * np.append(lengths, (least, most)) - 1).max()
    return Scale(float(spacing), float(off) if np.isfinite(off) else 1.0)


def _markers(grey: Grey) -> Iterator[Floats]:
    """The mapping from millimetres to pixels of each marker that passes every check."""
    for outline in _candidates(grey):
        centres = _squares(grey, outline)
        if centres is None or _sides(centres).min() < _LEAST_SIDE:
            continue
        turn = _turn(grey, mapping(_CENTRES, centres))
        if turn is None:
            continue
        to_picture = fitted(grey, mapping(_CENTRES, np.roll(centres, -turn, axis=0)), _EDGES)
        if to_picture is not None:
            yield to_picture


def _sides(corners: Floats) -> Floats:
    return np.asarray(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1))


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


def _squares(grey: Grey, outline: Floats) -> Floats | None:
    """Centres of the four white squares by their centre of brightness; None without them."""
    to_picture = mapping(_OUTLINE, outline)
    if not _is_dark_on_light(grey, to_picture):
        return None
    for _ in range(6):
        values = sampled(grey, to_picture, (_CENTRES[:, None] + _AROUND).reshape(-1, 2))
        if values is None:
            return None
        values = values.reshape(4, -1)
        least, most = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
        if (most - least).min() < _LEAST_CONTRAST:
            return None
        weights = np.clip(values - (0.7 * least + 0.3 * most), 0, None)
        places = _CENTRES + weights @ _AROUND / weights.sum(axis=1, keepdims=True)
        found = mapped(to_picture, places)
        to_picture = mapping(_CENTRES, found)
    return found


def _is_dark_on_light(grey: Grey, to_picture: Floats) -> bool:
    """Whether the frame is darker than the paper beside it: nearly all else is out by that."""
    values = sampled(grey, to_picture, _BESIDE)
    if values is None:
        return False
    inside, outside = values.reshape(2, -1)
    return bool((outside - inside > _LEAST_CONTRAST).mean() > _PART_ALIKE)


_ALONG = np.linspace(3.0, SIDE - 3.0, 8)
_BESIDE = np.concatenate(
    [
        np.concatenate(
            [[(x, at), (x, SIDE - at), (at, x), (SIDE - at, x)] for x in _ALONG.tolist()]
        )
        for at in (2.0, -2.5)
    ]
)
"""Points on the frame, and as many on the paper beside them."""
_AROUND = np.stack(np.meshgrid(*[np.linspace(-3.0, 3.0, 21)] * 2), axis=-1).reshape(-1, 2)
"""Points around the centre of a square, in which nothing else is white."""
_STEPS = np.arange(-3.0, SIDE + 3.1, 1.0)
_X, _Y = np.meshgrid(_STEPS, _STEPS)
_PARTS = _part(_X, _Y)
_EXPECTED = is_white(_X, _Y)
_CLEAR = np.logical_and.reduce(
    [is_white(_X + dx, _Y + dy) == _EXPECTED for dx in (-1.0, 1.0) for dy in (-1.0, 1.0)]
)
"""Points within 1 mm of an edge may have either colour."""
_WINDOW = 13
"""Millimetres in which there is always some black and some white."""


def _turn(grey: Grey, to_picture: Floats) -> int | None:
    """By how many quarters the marker is turned; None where it is not as printed."""
    values = sampled(grey, to_picture, np.stack([_X.ravel(), _Y.ravel()], axis=1))
    if values is None:
        return None
    values = values.reshape(_X.shape)
    least, most = _range(values)
    if np.median(most - least) < _LEAST_CONTRAST:
        return None
    seen = values > (least + most) / 2
    for turn in range(4):
        right = np.rot90(seen, turn) == _EXPECTED
        parts = [right[_CLEAR & (n == _PARTS)].mean() for n in range(25)]
        if right[_CLEAR].mean() > _ALIKE and min(parts) > _PART_ALIKE:
            return turn
    return None


def _range(values: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest brightness in a window around each point: light is uneven."""
    padded = np.pad(values, _WINDOW // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (_WINDOW, _WINDOW))
    return windows.min(axis=(2, 3)), windows.max(axis=(2, 3))


_EDGES = Edges.between(is_white, SIDE)
