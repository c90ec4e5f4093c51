"""Profiles written here, for files that say their colours by a code, a name or numbers only."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

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

_ADOBE_RGB = (563 / 256, 0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
_BRADFORD = np.array(
    [(0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)]
)

Vector = npt.NDArray[np.float64]

_V4_MONITOR_RGB = bytes(8) + b"\x04\x00\x00\x00mntrRGB XYZ " + bytes(104)


@cache
def display_p3() -> bytes:
    """Return a version 4 profile of Display P3; equal on every machine."""
    curve = b"para" + bytes(4) + struct.pack(">2H", 3, 0) + _fixed(*_SRGB_CURVE)
    return _profile(_COLORANTS, curve, _ADAPTATION, "Display P3")


@cache
def adobe_rgb() -> bytes:
    """Return a version 4 profile of Adobe RGB (1998), which Exif names by R03 alone."""
    return measured(_ADOBE_RGB, "Adobe RGB (1998)")


def measured(numbers: Sequence[float], name: str = "RGB by its primaries") -> bytes:
    """Return a profile of gamma and x, y of white, red, green and blue, adapted to D50."""
    gamma, *places = numbers
    white, *primaries = (_of_place(x, y) for x, y in zip(places[::2], places[1::2], strict=True))
    colorants = np.array(primaries).T
    adaptation = _adaptation(white)
    scaled = adaptation @ (colorants * np.linalg.solve(colorants, white))
    curve = b"para" + bytes(4) + struct.pack(">2H", 0, 0) + _fixed(gamma)
    columns = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), scaled.T.tolist(), strict=True))
    return _profile(columns, curve, adaptation.ravel().tolist(), name)


def _of_place(x: float, y: float) -> Vector:
    """XYZ of a chromaticity at Y = 1."""
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _adaptation(white: Vector) -> Vector:
    """Bradford's matrix from `white` to D50 (ICC.1, annex E)."""
    cones = np.diag((_BRADFORD @ np.array(_WHITE)) / (_BRADFORD @ white))
    return np.asarray(np.linalg.inv(_BRADFORD) @ cones @ _BRADFORD)


def _profile(
    colorants: Mapping[bytes, Sequence[float]], curve: bytes, chad: Sequence[float], name: str
) -> bytes:
    elements = {b"wtpt": _xyz(_WHITE)}
    elements |= {tag: _xyz(value) for tag, value in colorants.items()}
    elements |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    elements[b"chad"] = b"sf32" + bytes(4) + _fixed(*chad)
    return assembled(_V4_MONITOR_RGB, elements, name)


def _xyz(value: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*value)


def _fixed(*numbers: float) -> bytes:
    """Write s15Fixed16Numbers (ICC.1, 4.6)."""
    return struct.pack(f">{len(numbers)}i", *(round(n * 65536) for n in numbers))
