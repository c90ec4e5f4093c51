"""NAL units that stay as they are, and what all others become: bytes that mean nothing.

Coded slices and parameter sets of the one picture that players show stay, not those of further
views and layers. Of supplemental enhancement information (SEI) those
messages stay that decoders need or that say how the picture is to be shown, in no more bytes
than they need. Everything else could carry names, places or captions: it is written
over, in its place and length (ITU-T H.264 and H.265, 7.3 and annex D).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .bits import escaped, payload

LONGEST_BLANKED = 4 << 20
"""Bytes of the longest NAL unit that is written over; it is held in memory."""

_MESSAGES = {
    0: 64,  # buffering_period
    1: 40,  # pic_timing
    6: 8,  # recovery_point
    45: 24,  # frame_packing_arrangement
    47: 8,  # display_orientation
    137: 24,  # mastering_display_colour_volume
    144: 4,  # content_light_level_info
    147: 1,  # alternative_transfer_characteristics
    148: 8,  # ambient_viewing_environment
}
"""Payload types that stay, each with the most bytes that it has."""
_HEVC_MESSAGES = {
    129: 16,  # active_parameter_sets
    130: 16,  # decoding_unit_info
    132: 49,  # decoded_picture_hash
}
_USER_DATA = frozenset({4, 5})
_FILLER_PAYLOAD, _UNREGISTERED = 3, 5
_NOTHING = bytes.fromhex("9c5f1e7ab6d34a4f8b3e6d21c7f4a952")
"""The UUID of user data that say nothing."""
_STOP = b"\x80"
"""rbsp_trailing_bits of a payload that ends with a byte."""


@dataclass(frozen=True, slots=True)
class Coding:
    """The NAL units of one codec."""

    header: int
    """Bytes of a NAL unit's header."""
    shift: int
    """Bits to the right of the type in the header's first byte."""
    types: int
    """Mask of the type."""
    coded: frozenset[int]
    """Slices and parameter sets."""
    delimiters: Mapping[int, int]
    """Types without content of their own, and the bytes they have."""
    messages: Mapping[int, Mapping[int, int]]
    """Types with SEI, and the messages that stay in them."""
    filler: bytes
    """Header of filler data."""

    def type_of(self, nal: bytes) -> int:
        """Return nal_unit_type by the header; that of a layer or form decoders pass over is -1."""
        if nal[0] & 0x80 or (self.header == 2 and (nal[0] & 1 or nal[1] >> 3)):
            return -1
        return nal[0] >> self.shift & self.types

    def stays(self, head: bytes, length: int) -> bool:
        """Whether a NAL unit stays without being looked into, by its header and length."""
        type_ = self.type_of(head)
        return type_ in self.coded or length <= self.delimiters.get(type_, 0)


H264 = Coding(
    header=1,
    shift=0,
    types=0x1F,
    coded=frozenset({1, 5, 7, 8}),
    delimiters={9: 2, 10: 1, 11: 1},
    messages={6: _MESSAGES},
    filler=b"\x0c",
)
HEVC = Coding(
    header=2,
    shift=1,
    types=0x3F,
    coded=frozenset({*range(10), *range(16, 22), 32, 33, 34}),
    delimiters={35: 3, 36: 2, 37: 2},
    messages={39: _MESSAGES | _HEVC_MESSAGES, 40: _MESSAGES | _HEVC_MESSAGES},
    filler=b"\x4c\x01",
)


def blanked(nal: bytes, coding: Coding) -> bytes:
    """Return a NAL unit of the same length without what is private; itself if nothing is."""
    kept = coding.messages.get(coding.type_of(nal))
    if kept is None:
        return _filler(len(nal), coding)
    content = payload(nal[coding.header :])
    found = list(_messages(content))
    stay = [part for type_, part, size in found if size <= kept.get(type_, -1)]
    if len(stay) == len(found) and b"".join(stay) + _STOP == content.rstrip(b"\x00"):
        return nal
    return _without(nal, b"".join(stay), coding) or _filler(len(nal), coding)


def has_user_data(nal: bytes, coding: Coding) -> bool:
    """Whether SEI holds user data, of which nobody can know what they say (D.2.5, D.2.6)."""
    if coding.type_of(nal) not in coding.messages:
        return False
    found = _messages(payload(nal[coding.header :]))
    return any(type_ in _USER_DATA for type_, _part, _size in found)


def _messages(content: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Type, bytes and payload size of each sei_message (7.3.2.3.1), as far as they are whole."""
    position = 0
    while position < len(content) - 1:
        start, numbers = position, []
        for _number in ("payloadType", "payloadSize"):
            value = 0
            while position < len(content) and content[position] == 0xFF:
                value, position = value + 255, position + 1
            if position == len(content):
                return
            numbers.append(value + content[position])
            position += 1
        type_, size = numbers
        position += size
        if position > len(content):
            return
        yield type_, content[start:position], size


def _without(nal: bytes, stay: bytes, coding: Coding) -> bytes | None:
    """SEI with the messages that stay and a blank one; None where that does not come out even."""
    room = len(nal) - coding.header - len(escaped(stay)) - len(_STOP)
    if room < 2:
        return None
    # From 255 bytes on the size of a message takes more room: some lengths need two messages.
    blank = _blank(room) if (room - 2) % 256 < 255 else _blank(2) + _blank(room - 2)
    made = nal[: coding.header] + escaped(stay + blank + _STOP)
    return made if len(made) == len(nal) else None


def _blank(room: int) -> bytes:
    """A message of `room` bytes that says nothing."""
    whole, rest = divmod(room - 2, 256)
    size = 255 * whole + rest
    # ISO/IEC 14496-15 wants no filler in files; what is shorter than a UUID has no other form.
    type_ = _UNREGISTERED if size >= len(_NOTHING) else _FILLER_PAYLOAD
    content = _NOTHING if type_ == _UNREGISTERED else b""
    return bytes([type_]) + b"\xff" * whole + bytes([rest]) + content.ljust(size, b"\xff")


def _filler(length: int, coding: Coding) -> bytes:
    """Filler data (7.3.2.7), which decoders leave aside wherever it stands."""
    room = length - coding.header
    return (coding.filler + b"\xff" * (room - 1) + _STOP * (room > 0))[:length]
