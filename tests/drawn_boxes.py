"""One more property for the picture of a HEIF or AVIF file: no encoder here writes all of them."""

from __future__ import annotations

import struct


def with_property(content: bytes, box: bytes) -> bytes:
    """The file of one picture with `box` among its properties (ISO/IEC 23008-12, 9.3)."""
    meta, iprp, ipco = path_to(content, b"meta", b"iprp", b"ipco")
    ipma = path_to(content, b"meta", b"iprp", b"ipma")[-1]
    number = len(list(boxes(content, ipco + 8, end_of(content, ipco)))) + 1
    associations = ipma + 18
    last = associations + 1 + content[associations]
    more = len(box) + 1
    new = bytearray(content)
    for at, growth in ((meta, more), (iprp, more), (ipco, len(box)), (ipma, 1)):
        new[at : at + 4] = struct.pack(">I", end_of(content, at) - at + growth)
    move_data(new, path_to(content, b"meta", b"iloc")[-1], more)
    new[associations] += 1
    new[last:last] = bytes([0x80 | number])
    new[end_of(content, ipco) : end_of(content, ipco)] = box
    return bytes(new)


def move_data(content: bytearray, iloc: int, by: int) -> None:
    """Say that the items' data lie `by` bytes later (ISO/IEC 14496-12, 8.11.3)."""
    offset, length, base = content[iloc + 12] >> 4, content[iloc + 12] & 15, content[iloc + 13] >> 4
    at = iloc + 16
    for _ in range(struct.unpack_from(">H", content, iloc + 14)[0]):
        at += (6 if content[iloc + 8] else 4) + base + 2
        place = int.from_bytes(content[at : at + offset], "big") + by
        content[at : at + offset] = place.to_bytes(offset, "big")
        at += offset + length


def path_to(content: bytes, *types: bytes) -> list[int]:
    """Where each box of a path begins."""
    found, start, end = [], 0, len(content)
    for type_ in types:
        at = next(at for at in boxes(content, start, end) if content[at + 4 : at + 8] == type_)
        found.append(at)
        start, end = at + (12 if type_ == b"meta" else 8), end_of(content, at)
    return found


def boxes(content: bytes, start: int, end: int):
    while start < end:
        yield start
        start = end_of(content, start)


def end_of(content: bytes, at: int) -> int:
    return at + struct.unpack_from(">I", content, at)[0]


def clean_aperture(size: tuple[int, int], left: int, top: int, width: int, height: int) -> bytes:
    """A clap box that shows this part of a picture (ISO/IEC 14496-12, 12.1.4)."""
    across, down = 2 * left + width - size[0], 2 * top + height - size[1]
    body = struct.pack(">4IiIiI", width, 1, height, 1, across, 2, down, 2)
    return struct.pack(">I", 8 + len(body)) + b"clap" + body
