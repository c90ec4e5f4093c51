"""Bits of a raw byte sequence payload, of H.264 and HEVC alike (7.2 and 9.1 of H.264)."""

from __future__ import annotations

import re

from .boxes import Malformed

_EMULATION = re.compile(rb"\x00\x00(?=[\x00-\x03])")


class Bits:
    """Bits that are read from the first to the last."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def take(self, count: int) -> int:
        """u(n). Raises Malformed behind the end."""
        if count > self._left:
            raise Malformed("a parameter set is cut")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """ue(v), 9.1."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise Malformed("a parameter set is damaged")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """se(v), 9.1.1."""
        value = self.golomb()
        return (value + 1) // 2 if value % 2 else -(value // 2)


def payload(nal: bytes) -> bytes:
    """Take the emulation prevention bytes out of a NAL unit (7.3.1)."""
    return nal.replace(b"\x00\x00\x03", b"\x00\x00")


def escaped(payload: bytes) -> bytes:
    """Put the emulation prevention bytes into what becomes a NAL unit (7.4.1)."""
    return _EMULATION.sub(b"\x00\x00\x03", payload)
