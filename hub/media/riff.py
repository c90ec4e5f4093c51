"""The chunks of a WebP file (RFC 9649): which coder made its picture."""

from __future__ import annotations

import struct
from pathlib import Path

_HEADER = 12
_MOST_CHUNKS = 1000


def is_lossy(path: str) -> bool:
    """Whether the picture is VP8, not VP8L; a profile of any length may stand before it."""
    with Path(path).open("rb") as file:
        position = _HEADER
        for _ in range(_MOST_CHUNKS):
            file.seek(position)
            head = file.read(8)
            if len(head) < 8 or head[:4] == b"VP8 ":
                break
            if head[:4] == b"VP8L":
                return False
            (size,) = struct.unpack("<I", head[4:])
            position += 8 + size + size % 2
    return True
