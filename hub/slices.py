"""Stretches of a file that are streamed when they are written, so that no video is ever held."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
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
class FileSlice:
    """`length` bytes of an open file from `offset`; it is read by position, never sought."""

    file: HasDescriptor
    offset: int
    length: int

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
        chunk = os.pread(piece.file.fileno(), min(_CHUNK, end - position), position)
        if not chunk:
            raise OSError("The file became shorter while it was read.")
        yield chunk
        position += len(chunk)


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
        return FileSlice(piece.file, piece.offset + start, length)
    return memoryview(piece)[start : start + length]
