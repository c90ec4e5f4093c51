"""What the boxes of a HEIF or AVIF file say of its primary picture (ISO/IEC 23008-12).

The decoders hand over pixels; how they were coded, in how many bits and bytes and in which
colours stands in the item properties. Runs in the decoding child.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from pathlib import Path

from .boxes import Malformed, children, inside, top_level

_DEEP_AV1 = 0x40
"""high_bitdepth in the third byte of av1C (AV1 in ISOBMFF, 2.3.3)."""


@dataclass
class Properties:
    """Facts of the primary picture; empty where the file does not say them."""

    codings: set[str] = field(default_factory=set)
    """Types of the coded items: `hvc1`, `av01`, `jpeg`, ..."""
    bits: int = 8
    nclx: tuple[int, int] = (2, 2)
    """Colour primaries and transfer characteristics (ISO/IEC 23091-2); 2 says nothing."""
    size: int = 0
    """Coded bytes of the picture alone."""
    crop: tuple[int, ...] = ()
    """Left, top, right and bottom of the part that is shown (`clap`)."""


def properties_of(path: str) -> Properties:
    """Read the file's `meta` box; what is broken in it says nothing."""
    try:
        meta = _meta_of(path)
        return _Meta(memoryview(meta)).properties() if meta else Properties()
    except (Malformed, IndexError, KeyError, OSError, ArithmeticError, struct.error):
        return Properties()


def _meta_of(path: str) -> bytes:
    with Path(path).open("rb") as file:
        for box in top_level(file, os.fstat(file.fileno()).st_size):
            if box.type == b"meta":
                return os.pread(file.fileno(), box.end - box.start, box.start)
    return b""


def _number(data: memoryview, start: int, size: int) -> int:
    if start + size > len(data):
        raise Malformed("a box ends early")
    return int.from_bytes(data[start : start + size], "big")


def _crop(clap: memoryview, ispe: memoryview) -> tuple[int, int, int, int]:
    """The clean aperture in pixels: its size, and how far its middle is off (12.1.4)."""
    across, down = _number(ispe, 4, 4), _number(ispe, 8, 4)
    left, right = _part(clap, 0, across)
    top, bottom = _part(clap, 8, down)
    return left, top, right, bottom


def _part(clap: memoryview, at: int, whole: int) -> tuple[int, int]:
    size, per, off, per_off = struct.unpack(
        ">IIiI", bytes(clap[at : at + 8]) + bytes(clap[at + 16 : at + 24])
    )
    shown = min(Fraction(size, per), Fraction(whole))
    start = Fraction(off, per_off) + (whole - shown) / 2
    first = min(max(floor(start), 0), whole - 1)
    return first, min(max(first + floor(shown), first + 1), whole)


class _Meta:
    """The tables of one `meta` box (8.11)."""

    def __init__(self, data: memoryview) -> None:
        boxes = children(data, 4)
        self._boxes = boxes
        self._types = dict(self._items(boxes[b"iinf"]))
        long = boxes[b"pitm"][0] > 0
        self._primary = _number(boxes[b"pitm"], 4, 4 if long else 2)

    def properties(self) -> Properties:
        found = Properties()
        parts = {self._primary, *self._tiles(self._boxes.get(b"iref"))}
        found.codings = {self._types[item] for item in parts if item in self._types} - {"grid"}
        associated = list(self._properties())
        for type_, body in associated:
            if type_ == b"clap":
                found.crop = _crop(body, dict(associated)[b"ispe"])
            elif type_ == b"pixi":
                found.bits = max([found.bits, *body[5:]])
            elif type_ == b"av1C" and body[2] & _DEEP_AV1:
                found.bits = max(found.bits, 10)
            elif type_ == b"colr" and bytes(body[:4]) == b"nclx":
                found.nclx = _number(body, 4, 2), _number(body, 6, 2)
        found.size = sum(size for item, size in self._sizes(self._boxes[b"iloc"]) if item in parts)
        return found

    def _items(self, iinf: memoryview) -> Iterator[tuple[int, str]]:
        """Number and type of each item (8.11.6)."""
        for box in inside(iinf, 6 if iinf[0] == 0 else 8):
            body, wide = iinf[box.start : box.end], 4 if iinf[box.start] == 3 else 2
            if body[0] >= 2:
                type_ = bytes(body[6 + wide : 10 + wide])
                yield _number(body, 4, wide), type_.decode("latin-1")

    def _tiles(self, iref: memoryview | None) -> Iterator[int]:
        """The items that the primary one is put together of: a grid's tiles (8.11.12)."""
        if iref is None:
            return
        wide = 4 if iref[0] else 2
        for box in inside(iref, 4):
            body = iref[box.start : box.end]
            if box.type == b"dimg" and _number(body, 0, wide) == self._primary:
                for number in range(_number(body, wide, 2)):
                    yield _number(body, wide + 2 + wide * number, wide)

    def _properties(self) -> Iterator[tuple[bytes, memoryview]]:
        """The properties associated with the primary item (8.11.14)."""
        iprp = children(self._boxes[b"iprp"])
        ipco, ipma = iprp[b"ipco"], iprp[b"ipma"]
        every = [(box.type, ipco[box.start : box.end]) for box in inside(ipco)]
        wide, index = (4 if ipma[0] else 2), (2 if ipma[3] & 1 else 1)
        at = 8
        for _ in range(_number(ipma, 4, 4)):
            item, count = _number(ipma, at, wide), _number(ipma, at + wide, 1)
            at += wide + 1
            for _ in range(count):
                place = _number(ipma, at, index) & (0x7FFF if index == 2 else 0x7F)
                at += index
                if item == self._primary and place:
                    yield every[place - 1]

    def _sizes(self, iloc: memoryview) -> Iterator[tuple[int, int]]:
        """Number and bytes of each item (8.11.3)."""
        version, wide = iloc[0], 4 if iloc[0] == 2 else 2
        offset, length, base, index = (iloc[4 + n // 2] >> (4 - n % 2 * 4) & 15 for n in range(4))
        index = index if version else 0
        at = 6 + wide
        for _ in range(_number(iloc, 6, wide)):
            item = _number(iloc, at, wide)
            at += wide + (2 if version else 0) + 2 + base
            extents = _number(iloc, at, 2)
            at += 2
            for _ in range(extents):
                yield item, _number(iloc, at + index + offset, length)
                at += index + offset + length
