"""The transfer syntax that a stream fits, by profile and level (PS3.5 8.2.7, 8.2.8, 8.2.10).

Profile and level are the stream's own word; size and rate of its pictures must bear it out
(ITU-T H.264, table A-1; ITU-T H.265, tables A.8 and A.9). The bit rate is not checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

from . import h264, hevc
from .sample_entries import Picture

_SIDE = 16
"""Samples on each side of a macroblock."""


@dataclass(frozen=True, slots=True)
class _Level:
    encoding: str
    number: int
    """level_idc of H.264, general_level_idc of HEVC."""
    size: int
    """Most macroblocks, in HEVC luma samples, of a picture."""
    rate: int
    """Most of them in a second."""


_H264: tuple[_Level, ...] = (
    _Level("h264-high-4.1", 41, 8192, 245_760),
    _Level("h264-high-4.2", 42, 8704, 522_240),
)
_HEVC: tuple[_Level, ...] = (_Level("hevc-main-5.1", 153, 8_912_896, 534_773_760),)


def encoding(picture: Picture, frames_per_second: float) -> str | None:
    """Return the first encoding whose limits the pictures keep; None where none carries them."""
    if picture.codec == "h264" and picture.profile == h264.HIGH:
        sides = (-(-picture.columns // _SIDE), -(-picture.rows // _SIDE))
        levels = _H264
    elif picture.codec == "hevc" and picture.profile == hevc.MAIN:
        sides, levels = (picture.columns, picture.rows), _HEVC
    else:
        return None
    size = sides[0] * sides[1]
    for level in levels:
        fits = size <= level.size and size * frames_per_second <= level.rate
        if picture.level <= level.number and fits and max(sides) <= isqrt(8 * level.size):
            return level.encoding
    return None
