"""Sample descriptions of the codecs that are kept, read and written anew (ISO/IEC 14496-15).

They are rebuilt from what a decoder needs, so that names, comments and whatever else a
device put there are not carried along.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from . import h264
from .boxes import Malformed, box, children
from .mp4 import numbers

_VISUAL, _SOUND = 78, 28
_H264_WITH_CHROMA = frozenset({100, 110, 122, 144})
_HEVC_PARAMETER_SETS = frozenset({32, 33, 34})
_AAC = 0x40
_MP3 = frozenset({0x69, 0x6B})
_LONGEST_CONFIG = 64
_LONGEST_RECORD = 64 * 1024
"""Bytes of a decoder configuration record; an honest one has some hundred."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A video sample description."""

    codec: str
    """`h264`, `hevc`, or the four letters of another."""
    profile: int
    level: int
    columns: int
    rows: int
    aspect: tuple[int, int]
    """Horizontal and vertical spacing of pixels."""
    entry: bytes
    """The description written anew; empty for a codec that is not kept."""


@dataclass(frozen=True, slots=True)
class Sound:
    """An audio sample description."""

    codec: str
    channels: int
    entry: bytes


def picture(format_: bytes, data: memoryview) -> Picture:
    """Read a video sample description. Raises Malformed."""
    columns, rows = numbers(data, "HH", 24)
    boxes = children(data, _VISUAL)
    if any(len(boxes.get(record, b"")) > _LONGEST_RECORD for record in (b"avcC", b"hvcC")):
        raise Malformed("a decoder's configuration is too long")
    aspect = numbers(boxes[b"pasp"], "II", 0) if b"pasp" in boxes else (1, 1)
    if format_ == b"avc1" and b"avcC" in boxes:
        return _avc(boxes, (aspect[0], aspect[1]))
    if format_ in (b"hvc1", b"hev1") and b"hvcC" in boxes:
        config = boxes[b"hvcC"]
        profile, level = numbers(config, "B", 1)[0], numbers(config, "B", 12)[0]
        clean = _clean_hvcc(config)
        entry = _visual(format_, columns, rows, box(b"hvcC", clean), boxes)
        profile = profile & 0x1F if _is_eight_bit_420(config) else 0
        return Picture("hevc", profile, level, columns, rows, (aspect[0], aspect[1]), entry)
    name = format_.decode("latin-1")
    return Picture(name, 0, 0, columns, rows, (aspect[0], aspect[1]), b"")


def sound(format_: bytes, data: memoryview) -> Sound:
    """Read an audio sample description; what is not kept has an empty `entry`."""
    name = format_.decode("latin-1")
    version, channels = numbers(data, "H", 8)[0], numbers(data, "H", 16)[0]
    boxes = children(data, _SOUND + {1: 16, 2: 36}.get(version, 0))
    if b"wave" in boxes:
        boxes = children(boxes[b"wave"])
    if format_ != b"mp4a" or b"esds" not in boxes:
        return Sound(name, channels, b"")
    kind, config = _decoder_config(boxes[b"esds"])
    if kind not in _MP3 and (kind != _AAC or not 2 <= len(config) <= _LONGEST_CONFIG):
        return Sound(name, channels, b"")
    # 15 tells an explicit sample rate of 24 bits, which no phone writes.
    if kind == _AAC and len(config) >= 2 and (config[0] & 7) << 1 | config[1] >> 7 != 15:
        channels = (config[1] >> 3) & 15 or channels
    rate = numbers(data, "I", 24)[0] if version < 2 else 0
    entry = struct.pack(">6xH8xHHII", 1, channels, 16, 0, rate)
    name = "aac" if kind == _AAC else "mp3"
    return Sound(name, channels, box(b"mp4a", entry, _esds(kind, config)))


def _avc(boxes: dict[bytes, memoryview], aspect: tuple[int, int]) -> Picture:
    clean, sps = _clean_avcc(boxes[b"avcC"])
    facts = h264.read(sps)
    entry = _visual(b"avc1", facts.columns, facts.rows, box(b"avcC", clean), boxes)
    return Picture("h264", facts.profile, facts.level, facts.columns, facts.rows, aspect, entry)


def _visual(
    format_: bytes, columns: int, rows: int, config: bytes, boxes: dict[bytes, memoryview]
) -> bytes:
    """VisualSampleEntry, 12.1.3: its compressor name is empty, its colour the coded one."""
    head = struct.pack(">6xH16xHHIIIH32xHh", 1, columns, rows, 0x480000, 0x480000, 0, 1, 24, -1)
    kept = [box(b"pasp", boxes[b"pasp"][:8])] if b"pasp" in boxes else []
    colour = bytes(boxes.get(b"colr", b""))
    if colour[:4] in (b"nclx", b"nclc"):
        kept.append(box(b"colr", colour[: 11 if colour[:4] == b"nclx" else 10]))
    return box(format_, head, config, *kept)


def _clean_avcc(data: memoryview) -> tuple[bytes, bytes]:
    """AVCDecoderConfigurationRecord up to its end, and the first sequence parameter set."""
    position, sets = 5, []
    for mask in (0x1F, 0xFF):
        (count,) = numbers(data, "B", position)
        position += 1
        for _ in range(count & mask):
            (length,) = numbers(data, "H", position)
            sets.append(bytes(data[position + 2 : position + 2 + length]))
            position += 2 + length
            if position > len(data):
                raise Malformed("a parameter set is cut")
    if not sets:
        raise Malformed("it has no parameter sets")
    end = bytes(data[position : position + 3]) if data[1] in _H264_WITH_CHROMA else b""
    return bytes(data[:position]) + (end + b"\x00" if len(end) == 3 else b""), sets[0]


def _clean_hvcc(data: memoryview) -> bytes:
    """HEVCDecoderConfigurationRecord with its parameter sets and nothing else, such as SEI."""
    (arrays,) = numbers(data, "B", 22)
    position, kept = 23, []
    for _ in range(arrays):
        start = position
        kind, count = numbers(data, "BH", position)
        position += 3
        for _nal in range(count):
            position += 2 + numbers(data, "H", position)[0]
        if position > len(data):
            raise Malformed("a parameter set is cut")
        if kind & 0x3F in _HEVC_PARAMETER_SETS:
            kept.append(bytes(data[start:position]))
    return bytes(data[:22]) + bytes([len(kept)]) + b"".join(kept)


def _is_eight_bit_420(config: memoryview) -> bool:
    chroma, luma_depth, chroma_depth = numbers(config, "BBB", 16)
    return (chroma & 3, luma_depth & 7, chroma_depth & 7) == (1, 0, 0)


def _descriptor(data: memoryview, position: int) -> tuple[int, int, int]:
    """Tag, start and end of a descriptor of ISO/IEC 14496-1, 7.2.2.2."""
    (tag,) = numbers(data, "B", position)
    length = 0
    for step in range(1, 5):
        (byte,) = numbers(data, "B", position + step)
        length = length << 7 | byte & 0x7F
        if not byte & 0x80:
            break
    start = position + step + 1
    return tag, start, min(start + length, len(data))


def _decoder_config(esds: memoryview) -> tuple[int, bytes]:
    """Object type and DecoderSpecificInfo of an ES descriptor."""
    tag, start, _end = _descriptor(esds, 4)
    if tag != 3:
        return 0, b""
    flags = numbers(esds, "HB", start)[1]
    if flags & 0xE0:  # dependencies, URL or clock reference: not of one file
        return 0, b""
    tag, start, end = _descriptor(esds, start + 3)
    if tag != 4:
        return 0, b""
    (kind,) = numbers(esds, "B", start)
    if start + 13 >= end:
        return kind, b""
    tag, start, end = _descriptor(esds, start + 13)
    return kind, bytes(esds[start:end]) if tag == 5 else b""


def _esds(kind: int, config: bytes) -> bytes:
    """The descriptor box of one stream, without rates and names."""
    specific = bytes([5, len(config)]) + config if config else b""
    decoder = bytes([4, 13 + len(specific), kind, 0x15]) + bytes(11) + specific
    stream = bytes([3, 3 + len(decoder) + 3]) + bytes(3) + decoder + b"\x06\x01\x02"
    return box(b"esds", bytes(4), stream)
