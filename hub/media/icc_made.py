"""The Display P3 profile, written here: some HEIF files only name the space by its code."""

from __future__ import annotations

import struct
from functools import cache

from .icc_clean import assembled

_COLORANTS = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
"""Red, green and blue of SMPTE RP 431-2 with white D65, adapted to D50 by Bradford's matrix."""

_WHITE = (0.96420, 1.00000, 0.82491)
_ADAPTATION = (1.04788, 0.02292, -0.05020, 0.02959, 0.99048, -0.01706, -0.00923, 0.01508, 0.75168)
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""Function type 3 of ICC.1, 10.18, with the numbers of IEC 61966-2-1."""

_V4_MONITOR_RGB = bytes(8) + b"\x04\x00\x00\x00mntrRGB XYZ " + bytes(104)


@cache
def display_p3() -> bytes:
    """Return a version 4 profile of Display P3; equal on every machine."""
    curve = b"para" + bytes(4) + struct.pack(">2H", 3, 0) + _fixed(*_SRGB_CURVE)
    elements = {b"wtpt": _xyz(_WHITE)}
    elements |= {tag: _xyz(value) for tag, value in _COLORANTS.items()}
    elements |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    elements[b"chad"] = b"sf32" + bytes(4) + _fixed(*_ADAPTATION)
    return assembled(_V4_MONITOR_RGB, elements, "Display P3")


def _xyz(value: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*value)


def _fixed(*numbers: float) -> bytes:
    """Write s15Fixed16Numbers (ICC.1, 4.6)."""
    return struct.pack(f">{len(numbers)}i", *(round(n * 65536) for n in numbers))
