"""Where each frame lies in a file's encapsulated Pixel Data (PS3.5 A.4), without reading it.

By the extended or the basic offset table where there is one that leads to a frame; else
by a walk over the headers of the fragments.
"""

from __future__ import annotations

import os
import struct
from array import array
from functools import cached_property

from pydicom.dataset import Dataset
from pydicom.encaps import get_frame

from hub.errors import ObjectDamaged
from hub.slices import FileSlice, HasDescriptor, Piece

_ITEM = b"\xfe\xff\x00\xe0"
_HEADER = 8
"""Bytes of an item's tag and length."""
_MOST_FRAGMENTS = 1_000_000

Frame = tuple[Piece, ...]


class FrameIndex:
    """The frames of the object in `file`, whose first item, the offset table, is at `start`."""

    def __init__(self, file: HasDescriptor, ds: Dataset, start: int) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        self._total = int(ds.get("NumberOfFrames") or 1)
        self._extended: bytes = ds.get("ExtendedOffsetTable") or b""
        self._table = start + _HEADER
        self._basic = self._item(start)
        self._first = self._table + self._basic

    def frame(self, index: int) -> Frame:
        """Return the fragments of a frame, from 0. Raises ObjectDamaged."""
        start = self._offset(index)
        if start is not None and self._is_item(start):
            stop = self._offset(index + 1) if index + 1 < self._total else None
            return self._fragments(start, None if self._total == 1 else stop)
        if self._total == 1:
            return self._fragments(self._first, None)
        if len(self._walked) != self._total:
            return (self._searched(index),)
        at = self._walked[index]
        return (FileSlice(self._file, at + _HEADER, self._item(at)),)

    def _offset(self, index: int) -> int | None:
        """What an offset table says of a frame: 8 or 4 bytes, from the first fragment."""
        if len(self._extended) >= 8 * self._total:
            (offset,) = struct.unpack_from("<Q", self._extended, 8 * index)
        elif self._basic >= 4 * self._total:
            offset = int.from_bytes(self._read(self._table + 4 * index, 4), "little")
        else:
            return None
        return self._first + int(offset)

    def _fragments(self, start: int, stop: int | None) -> Frame:
        """The fragments from `start` up to `stop`, or to the last one."""
        found, at = [], start
        while at != stop and (stop is not None or self._is_item(at)):
            length = self._item(at)
            found.append(FileSlice(self._file, at + _HEADER, length))
            at += _HEADER + length
            if len(found) > _MOST_FRAGMENTS or (stop is not None and at > stop):
                raise ObjectDamaged
        if not found:
            raise ObjectDamaged
        return tuple(found)

    @cached_property
    def _walked(self) -> array[int]:
        """Where every fragment begins."""
        found, at = array("Q"), self._first
        while self._is_item(at) and len(found) <= _MOST_FRAGMENTS:
            found.append(at)
            at += _HEADER + self._item(at)
        return found

    def _searched(self, index: int) -> bytes:
        """Frames of several fragments without a table are told apart by how a stream ends."""
        try:
            with os.fdopen(os.dup(self._file.fileno()), "rb") as file:
                file.seek(self._table - _HEADER)
                return get_frame(file, index, number_of_frames=self._total)
        except (ValueError, struct.error, OSError) as exc:
            raise ObjectDamaged from exc

    def _is_item(self, at: int) -> bool:
        return os.pread(self._file.fileno(), 4, at) == _ITEM

    def _item(self, at: int) -> int:
        """Return the length of the item at a place. Raises ObjectDamaged where there is none."""
        head = self._read(at, _HEADER)
        length = int.from_bytes(head[4:], "little")
        if head[:4] != _ITEM or at + _HEADER + length > self._size:
            raise ObjectDamaged
        return length

    def _read(self, at: int, count: int) -> bytes:
        data = os.pread(self._file.fileno(), count, at)
        if len(data) != count:
            raise ObjectDamaged
        return data
