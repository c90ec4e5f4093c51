"""Stretches of a file that are streamed when they are written, so that no video is ever held.

Where bytes of it must not go along, they are replaced on the way, one by one in their place.
"""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

_CHUNK = 1024 * 1024


class HasDescriptor(Protocol):
    """An open file."""

    def fileno(self) -> int:
        """Return its descriptor."""


class HeldFile:
    """A file that is open as long as a slice of it is held, and closed with the last one."""

    def __init__(self, path: str) -> None:
        self._descriptor = -1
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    @classmethod
    def of(cls, file: HasDescriptor) -> HeldFile:
        """Hold an open file, also after it is closed where it was opened."""
        held = cls.__new__(cls)
        held._descriptor = os.dup(file.fileno())
        return held

    def fileno(self) -> int:
        """Return its descriptor."""
        return self._descriptor

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class Patches:
    """Places of a file, in order and apart, whose bytes are replaced when they are read."""

    starts: Sequence[int]
    lengths: Sequence[int]
    instead: Callable[[bytes], bytes]
    """Returns as many bytes as it is given."""


@dataclass(frozen=True, slots=True)
class FileSlice:
    """`length` bytes of an open file from `offset`; it is read by position, never sought."""

    file: HasDescriptor
    offset: int
    length: int
    patches: tuple[Patches, ...] = ()

    def __len__(self) -> int:
        return self.length


Piece = bytes | memoryview | FileSlice


def chunks_of(piece: Piece) -> Iterator[bytes | memoryview]:
    """Yield the bytes of a piece, those of a file in chunks. Raises OSError when it is short."""
    if not isinstance(piece, FileSlice):
        yield piece
        return
    position, end = piece.offset, piece.offset + piece.length
    while position < end:
        chunk = _read(piece.file, min(_CHUNK, end - position), position)
        for patches in piece.patches:
            chunk = _patched(chunk, position, piece.file, patches)
        yield chunk
        position += len(chunk)


def _read(file: HasDescriptor, length: int, position: int) -> bytes:
    chunk = os.pread(file.fileno(), length, position)
    if not chunk:
        raise OSError("The file became shorter while it was read.")
    return chunk


def _patched(chunk: bytes, position: int, file: HasDescriptor, patches: Patches) -> bytes:
    """The bytes that were read at `position`, with what is to be there instead."""
    first = max(bisect_right(patches.starts, position) - 1, 0)
    last = bisect_left(patches.starts, position + len(chunk))
    if first == last:
        return chunk
    made = bytearray(chunk)
    for number in range(first, last):
        start, length = patches.starts[number], patches.lengths[number]
        low, high = max(start, position), min(start + length, position + len(chunk))
        if low < high:
            whole = high - low == length
            old = chunk[low - position : high - position] if whole else _read(file, length, start)
            new = memoryview(patches.instead(old))
            made[low - position : high - position] = new[low - start : high - start]
    return bytes(made)


def between(pieces: tuple[Piece, ...], start: int, stop: int) -> Iterator[Piece]:
    """Yield the parts of the pieces that hold bytes `start` to `stop` of all of them."""
    position = 0
    for piece in pieces:
        first, last = max(start - position, 0), min(stop - position, len(piece))
        if first < last:
            yield _part(piece, first, last - first)
        position += len(piece)


def cut(pieces: tuple[Piece, ...], most: int) -> Iterator[tuple[Piece, ...]]:
    """Yield the pieces in groups of exactly `most` bytes, and a last one of what is left."""
    group: list[Piece] = []
    room = most
    for piece in pieces:
        start = 0
        while start < len(piece):
            taken = min(room, len(piece) - start)
            group.append(_part(piece, start, taken))
            start, room = start + taken, room - taken
            if room == 0:
                yield tuple(group)
                group, room = [], most
    if group:
        yield tuple(group)


def _part(piece: Piece, start: int, length: int) -> Piece:
    if isinstance(piece, FileSlice):
        return replace(piece, offset=piece.offset + start, length=length)
    return memoryview(piece)[start : start + length]
