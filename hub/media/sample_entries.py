"""Sample descriptions of the codecs that are kept, read and written anew (ISO/IEC 14496-15).

They are rebuilt from what a decoder needs, so that names, comments and whatever else a
device put there are not carried along.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from . import h264, hevc
from .bits import payload
from .boxes import Malformed, box, children
from .mp4 import numbers

_VISUAL, _SOUND = 78, 28
_H264_WITH_CHROMA = frozenset({100, 110, 122, 144})
_HEVC_PARAMETER_SETS, _HEVC_SEQUENCE = frozenset({32, 33, 34}), 33
_AAC = 0x40
_AAC_OBJECTS = frozenset({1, 2, 3, 4, 5, 29})
"""Main, LC, SSR, LTP and the two with spectral band replication."""
_MP3 = frozenset({0x69, 0x6B})
_LONGEST_CONFIG = 12
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
    length_size: int = 4
    """Bytes of the length before each NAL unit."""


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
        return _hevc(format_, boxes, (columns, rows), (aspect[0], aspect[1]))
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
    if kind in _MP3:
        config = b""
    elif kind != _AAC or not _is_plain_aac(config):
        return Sound(name, channels, b"")
    else:
        channels = config[1] >> 3 & 15
    rate = numbers(data, "I", 24)[0] if version < 2 else 0
    entry = struct.pack(">6xH8xHHII", 1, channels, 16, 0, rate)
    name = "aac" if kind == _AAC else "mp3"
    return Sound(name, channels, box(b"mp4a", entry, _esds(kind, config)))


def _is_plain_aac(config: bytes) -> bool:
    """Whether an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) is of blocks of elements.

    One with a rate of 24 bits or a program configuration, with its comment, is not: no phone
    writes them.
    """
    if not 2 <= len(config) <= _LONGEST_CONFIG:
        return False
    rate, channels = (config[0] & 7) << 1 | config[1] >> 7, config[1] >> 3 & 15
    return config[0] >> 3 in _AAC_OBJECTS and rate != 15 and channels > 0


def _avc(boxes: dict[bytes, memoryview], aspect: tuple[int, int]) -> Picture:
    clean, sps = _clean_avcc(boxes[b"avcC"])
    facts = h264.read(sps)
    entry = _visual(b"avc1", facts.columns, facts.rows, box(b"avcC", clean), boxes)
    size = (facts.columns, facts.rows)
    return Picture("h264", facts.profile, facts.level, *size, aspect, entry, (clean[4] & 3) + 1)


def _hevc(
    format_: bytes,
    boxes: dict[bytes, memoryview],
    size: tuple[int, int],
    aspect: tuple[int, int],
) -> Picture:
    """What the parameter set says; one that is only in the samples is not looked for."""
    clean, sps = _clean_hvcc(boxes[b"hvcC"])
    if not sps:
        return Picture("hevc", 0, 0, *size, aspect, b"")
    facts = hevc.read(sps)
    entry = _visual(format_, facts.columns, facts.rows, box(b"hvcC", clean), boxes)
    profile = facts.profile if facts.is_eight_bit_420 else 0
    size = (facts.columns, facts.rows)
    return Picture("hevc", profile, facts.level, *size, aspect, entry, (clean[21] & 3) + 1)


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
    """AVCDecoderConfigurationRecord of its parameter sets, and the first of a sequence."""
    position, lists = 5, []
    for mask, type_ in ((0x1F, 7), (0xFF, 8)):
        (count,) = numbers(data, "B", position)
        found, position = _sets(data, position + 1, count & mask)
        lists.append([s for s in found if s and s[0] & 0x1F == type_])
    sequences, pictures = lists
    if not sequences or len(sequences[0]) < 4:
        raise Malformed("it has no parameter sets")
    with_chroma = sequences[0][1] in _H264_WITH_CHROMA
    end = bytes(data[position : position + 3]) if with_chroma else b""
    clean = b"".join(
        (
            b"\x01" + sequences[0][1:4] + bytes([data[4] | 0xFC]),
            bytes([len(sequences) | 0xE0]) + _joined(sequences),
            bytes([len(pictures)]) + _joined(pictures),
            end + b"\x00" if len(end) == 3 else b"",
        )
    )
    return clean, sequences[0]


def _clean_hvcc(data: memoryview) -> tuple[bytes, bytes]:
    """HEVCDecoderConfigurationRecord with its parameter sets and nothing else, such as SEI.

    Returns the first set of a sequence, too; empty where it has none.
    """
    (arrays,) = numbers(data, "B", 22)
    position, kept, sps = 23, [], b""
    for _ in range(arrays):
        kind, count = numbers(data, "BH", position)
        found, position = _sets(data, position + 3, count)
        found = [s for s in found if s and s[0] >> 1 & 0x3F == kind & 0x3F]
        if found and kind & 0x3F in _HEVC_PARAMETER_SETS:
            kept.append(struct.pack(">BH", kind & 0xBF, len(found)) + _joined(found))
            sps = sps or (found[0] if kind & 0x3F == _HEVC_SEQUENCE else b"")
    general = payload(sps)[3:15] or bytes(data[1:13])
    clean = b"\x01" + general + bytes(data[13:22]) + bytes([len(kept)]) + b"".join(kept)
    return clean, sps


def _sets(data: memoryview, position: int, count: int) -> tuple[list[bytes], int]:
    """Return NAL units with a length of two bytes each, and where they end."""
    found = []
    for _ in range(count):
        (length,) = numbers(data, "H", position)
        found.append(bytes(data[position + 2 : position + 2 + length]))
        position += 2 + length
        if position > len(data):
            raise Malformed("a parameter set is cut")
    return found, position


def _joined(sets: list[bytes]) -> bytes:
    return b"".join(struct.pack(">H", len(s)) + s for s in sets)


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
