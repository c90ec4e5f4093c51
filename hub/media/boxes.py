"""Boxes of an ISO base media file (ISO/IEC 14496-12, 4.2): found, never interpreted."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from hub.slices import HasDescriptor

MAX_BOXES = 10_000
"""Boxes in one container; a phone's file has a dozen."""


class Malformed(Exception):
    """The boxes are not those of a whole file; the text says how."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where the content of one box lies, in the file or in the bytes it was found in."""

    type: bytes
    start: int
    end: int


def top_level(file: HasDescriptor, size: int) -> Iterator[Box]:
    """Yield the boxes of a file by their headers alone. Raises Malformed.

    What follows the last whole box is not a box: it is left out with the rest.
    """
    position = 0
    for _count in range(MAX_BOXES):
        head = os.pread(file.fileno(), 16, position)
        found = _box(head, position, size)
        if found is None or found.end > size:
            return
        yield found
        position = found.end
    raise Malformed("it has too many boxes")


def inside(data: memoryview, start: int = 0) -> Iterator[Box]:
    """Yield the boxes in `data` from `start`. Raises Malformed."""
    position = start
    for _count in range(MAX_BOXES):
        found = _box(bytes(data[position : position + 16]), position, len(data))
        if found is None:
            # QuickTime ends some containers with 32 zero bits in place of a box.
            return
        if found.end > len(data):
            raise Malformed("a box is longer than what holds it")
        yield found
        position = found.end
    raise Malformed("it has too many boxes")


def _box(head: bytes, position: int, size: int) -> Box | None:
    """The box whose first bytes are `head`, or None where no box begins."""
    if len(head) < 8:
        return None
    length, type_ = struct.unpack(">I4s", head[:8])
    start = position + 8
    if length == 1 and len(head) == 16:
        length = struct.unpack(">Q", head[8:16])[0]
        start += 8
    end = size if length == 0 and type_ == b"mdat" else position + length
    return None if end < start or type_ == bytes(4) else Box(type_, start, end)


def children(data: memoryview, start: int = 0) -> dict[bytes, memoryview]:
    """Return the content of the first box of each type."""
    found: dict[bytes, memoryview] = {}
    for box in inside(data, start):
        found.setdefault(box.type, data[box.start : box.end])
    return found


def box(type_: bytes, *content: bytes | memoryview) -> bytes:
    """Return a box with this content."""
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, type_) + body
