"""The encapsulated tiles of a slide in a converter's file (PS3.5 A.4), read one at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property

from hub.errors import DamagedImage
from hub.slices import HeldFile

from .built import Write
from .codestream import Codestream, cleaned

_ELEMENT_HEADER = 12
_ITEM, _SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
_UNDEFINED_LENGTH = b"\xff\xff\xff\xff"
_LARGEST = 1 << 28
"""Bytes of a tile or of an offset table."""


class SlideTiles:
    """Pixel Data of a file from `start`, which stays open as long as this does.

    `number` tiles of `size`: rows, columns and samples per pixel.
    """

    def __init__(self, path: str, start: int, number: int, size: tuple[int, int, int]) -> None:
        self._file = HeldFile(path)
        self._start = start
        self._number = number
        self._size = size

    @cached_property
    def first(self) -> Codestream:
        """What the first tile says of itself. Raises DamagedImage."""
        fragments = self._fragments()
        next(fragments)
        return cleaned(next(fragments, b""))[0]

    def write_to(self, write: Write) -> None:
        """Write the element with every tile cleaned. Raises DamagedImage.

        A tile keeps its length, so the offset tables stay right.
        """
        number = 0
        write(self._read(self._start, _ELEMENT_HEADER))
        for number, fragment in enumerate(self._fragments()):
            content = self._cleaned(fragment) if number else fragment
            write(_ITEM + len(content).to_bytes(4, "little"))
            write(content)
        if number != self._number:
            raise DamagedImage("This slide has another number of tiles than it needs.")
        write(_SEQUENCE_END)

    def _cleaned(self, tile: bytes) -> bytes:
        found, content = cleaned(tile)
        if (found.rows, found.columns, found.samples) != self._size:
            raise DamagedImage("A tile of this slide is not as large as the slide says.")
        if found.jpeg != self.first.jpeg:
            raise DamagedImage("The tiles of this slide are not all coded in one way.")
        return content

    def _fragments(self) -> Iterator[bytes]:
        """Yield the offset table and the fragments; wsidicomizer writes one for each tile."""
        if self._read(self._start, _ELEMENT_HEADER)[8:] != _UNDEFINED_LENGTH:
            raise DamagedImage
        at = self._start + _ELEMENT_HEADER
        while (head := self._read(at, 8))[:4] == _ITEM:
            length = int.from_bytes(head[4:], "little")
            yield self._read(at + 8, length)
            at += 8 + length

    def _read(self, at: int, count: int) -> bytes:
        data = os.pread(self._file.fileno(), min(count, _LARGEST), at)
        if len(data) != count:
            raise DamagedImage
        return data
