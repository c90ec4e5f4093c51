"""How long an element of an ICC profile is by its own numbers (ICC.1:2022, 10).

What follows is no colour: a reader never looks at it.
"""

from __future__ import annotations

import math
import struct

_LENGTHS = {b"XYZ ": 20, b"sf32": 44, b"chrm": 36, b"sig ": 12, b"view": 36, b"meas": 36}
_LENGTHS |= {b"cicp": 12}
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
"""Parameters of each function type of a parametric curve (10.18, table 68)."""
_NEVER = 1 << 40
_MATRIX = 48


def length_of(element: bytes) -> int:
    """Return the bytes that the element's numbers ask for; more than any has where they are cut."""
    kind = element[:4]
    try:
        if kind in {b"curv", b"para"}:
            return _curve(element, 0)
        if kind in {b"mft1", b"mft2"}:
            return _table(element)
        if kind in {b"mAB ", b"mBA "}:
            return _stages(element)
    except (struct.error, IndexError):
        return _NEVER
    return _LENGTHS.get(kind, len(element))


def _curve(element: bytes, at: int) -> int:
    """A sampled or a parametric curve at `at` (10.6, 10.18)."""
    kind = element[at : at + 4]
    if kind == b"curv":
        return 12 + 2 * int(struct.unpack_from(">I", element, at + 8)[0])
    if kind == b"para":
        return 12 + 4 * _PARAMETERS.get(struct.unpack_from(">H", element, at + 8)[0], _NEVER)
    return _NEVER


def _table(element: bytes) -> int:
    """A table of one precision with its curves (10.10, 10.11)."""
    inputs, outputs, points = element[8], element[9], element[10]
    colours = int(points**inputs) * outputs
    if element[:4] == b"mft1":
        return 48 + 256 * (inputs + outputs) + colours
    before, after = struct.unpack_from(">2H", element, 48)
    return int(52 + 2 * (before * inputs + after * outputs + colours))


def _stages(element: bytes) -> int:
    """Curves, matrix, curves, table and curves, each where an offset says (10.12, 10.13)."""
    inputs, outputs = element[8], element[9]
    first, last = (inputs, outputs) if element[:4] == b"mAB " else (outputs, inputs)
    b_curves, matrix, m_curves, colours, a_curves = struct.unpack_from(">5I", element, 12)
    ends = [32]
    for start, count in ((b_curves, last), (m_curves, last), (a_curves, first)):
        ends.append(_curves(element, start, count))
    if matrix:
        ends.append(matrix + _MATRIX)
    if colours:
        points = element[colours : colours + inputs]
        ends.append(colours + 20 + math.prod(points) * outputs * element[colours + 16])
    return max(ends)


def _curves(element: bytes, start: int, count: int) -> int:
    """Where `count` curves from `start` end; each begins at a multiple of four bytes."""
    end = start
    for _ in range(count if start else 0):
        end = start + _curve(element, start)
        start = end + -end % 4
    return end
