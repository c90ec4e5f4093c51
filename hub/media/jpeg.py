"""The structure of a JPEG stream (ITU-T T.81 annex B), and the stream without its metadata.

Nothing is decoded here: segments are walked by their lengths, the entropy-coded data are
only searched for the marker that ends them, and what is kept are slices of the source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hub.errors import DamagedImage

from .jpeg_tables import DHT, DQT, Tables, TableSegment
from .segments import EXIF, ICC, counted, name_of

SOF0, SOF1, SOF2, SOF9, SOF10 = 0xC0, 0xC1, 0xC2, 0xC9, 0xCA
LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
"""Start of frame of the lossless processes (T.81 table B.1)."""
_DAC, _SOI, _EOI, _SOS, _DRI = 0xCC, 0xD8, 0xD9, 0xDA, 0xDD
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_SOFS = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, _DAC}
_KEPT = _SOFS | {DHT, DQT, _DRI}
"""Marker segments a decoder needs. The list is of what stays, never of what goes."""

_MAX_SCANS = 100
_BITS_PER_BLOCK = {SOF0: 2, SOF1: 2, SOF2: 1}
"""Fewest bits of a block of 8 by 8 samples: a code for DC, and one for AC where those cannot be
left out for many blocks at once (T.81 F.1.2, G.1.2)."""
_MAX_SEGMENTS = 10_000
"""Marker segments; an hour could be spent on a large file that is nothing but empty ones."""
_NO_FILL = re.compile(rb"[^\xff]")
_END_OF_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_WINDOW = 256 * 1024
"""Bytes looked at in one go: what stays in a processor's cache."""


@dataclass(frozen=True, slots=True)
class Component:
    """One colour component of the frame header (T.81 B.2.2)."""

    id: int
    horizontal: int
    vertical: int
    quantization: int
    """Number of its quantization table."""


@dataclass
class Jpeg:
    """What the markers of the primary image say; `slices` is its stream without metadata."""

    process: int = 0
    """The SOF marker: 0xC0 baseline, 0xC1 extended, 0xC2 progressive, ..."""
    precision: int = 0
    rows: int = 0
    columns: int = 0
    components: tuple[Component, ...] = ()
    scans: int = 0
    jfif: bool = False
    adobe_transform: int | None = None
    exif: bytes = b""
    icc_chunks: dict[int, bytes] = field(default_factory=dict)
    icc_count: int = 0
    slices: tuple[memoryview, ...] = ()
    dropped: tuple[str, ...] = ()
    """Names of the kinds of metadata that are not in `slices`, with their number."""

    @property
    def icc_profile(self) -> bytes | None:
        """The ICC profile joined from its APP2 segments (ICC.1 annex B.4); None when not whole."""
        expected = range(1, self.icc_count + 1)
        if not self.icc_count or set(self.icc_chunks) != set(expected):
            return None
        return b"".join(self.icc_chunks[number] for number in expected)

    @property
    def stream_size(self) -> int:
        """Bytes of the stream without metadata."""
        return sum(len(piece) for piece in self.slices)

    @property
    def blocks(self) -> int:
        """Blocks of 8 by 8 samples in all components (T.81 A.1.1)."""
        across = max((c.horizontal for c in self.components), default=1)
        down = max((c.vertical for c in self.components), default=1)
        return sum(
            -(-self.columns * c.horizontal // (8 * across))
            * -(-self.rows * c.vertical // (8 * down))
            for c in self.components
        )

    @property
    def has_data_for_its_size(self) -> bool:
        """False for the header of a hundred megapixels over the data of a small picture."""
        return 8 * self.stream_size >= _BITS_PER_BLOCK.get(self.process, 0) * self.blocks

    @property
    def is_ycbcr(self) -> bool:
        """Whether three components are YCbCr by their numbers alone, as DICOM decoders assume.

        Adobe's transform 0 means RGB. Component ids "RGB" are read as RGB by libjpeg
        once the JFIF or Adobe segment is gone, whatever they were before.
        """
        ids = bytes(c.id for c in self.components)
        return len(ids) == 3 and ids != b"RGB" and self.adobe_transform != 0


def parse(data: bytes) -> Jpeg:
    """Walk the primary image of `data` from SOI to EOI.

    What follows EOI (second images of MPO and Ultra HDR, motion photo videos) is dropped.
    Raises DamagedImage when the stream ends early or contradicts itself.
    """
    try:
        return _Walk(data).to_end()
    except (IndexError, ValueError) as exc:
        raise DamagedImage from exc


def _end_of_scan(data: bytes, start: int) -> int:
    """Where the entropy-coded data end: at a marker that is no restart (T.81 B.1.1.5).

    Stuffed bytes are frequent in them, which makes the expression slow: it is only asked
    where the window has a candidate. Raises DamagedImage when no marker follows.
    """
    for begin in range(start, len(data) - 1, _WINDOW):
        window = np.frombuffer(data, np.uint8, min(_WINDOW + 1, len(data) - begin), begin)
        after = window[1:]
        # 1 where FF is followed by anything but 00: the fewest passes over the bytes.
        found = np.equal(window[:-1], 0xFF).view(np.uint8)
        np.minimum(found, after, out=found)
        if not found.max():
            continue
        candidates = found.view(np.bool_) & ((after & 0xF8) != 0xD0)
        first = int(candidates.argmax())
        if candidates[first]:
            ending = _END_OF_SCAN.search(data, begin + first)
            if ending is None:
                break
            return ending.start()
    raise DamagedImage


class _Walk:
    """One pass over the markers."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._jpeg = Jpeg()
        self._parts: list[tuple[int, int] | TableSegment] = []
        self._tables = Tables()
        self._dropped: Counter[str] = Counter()
        self._scanned: set[int] = set()

    def to_end(self) -> Jpeg:
        self._keep(0, 2)
        position = 2
        for _count in range(_MAX_SEGMENTS):
            marker, position = self._next_marker(position)
            if marker == _EOI:
                self._keep(position - 2, position)
                self._finish(position)
                return self._jpeg
            position = self._segment(marker, position)
        raise DamagedImage

    def _next_marker(self, position: int) -> tuple[int, int]:
        """The next marker and the offset after it; fill bytes (T.81 B.1.1.2) are passed over."""
        start = self._data.find(b"\xff", position)
        code = _NO_FILL.search(self._data, start) if start >= 0 else None
        if code is None:
            raise DamagedImage
        return self._data[code.start()], code.end()

    def _segment(self, marker: int, start: int) -> int:
        """Take one marker segment whose length field is at `start`; return where it ends."""
        if marker in (0x00, 0x01, _SOI) or 0xD0 <= marker <= 0xD7:
            raise DamagedImage
        end = start + int.from_bytes(self._data[start : start + 2], "big")
        if end < start + 2 or end > len(self._data):
            raise DamagedImage
        body = memoryview(self._data)[start + 2 : end]
        if marker == _SOS:
            return self._scan(start - 2, body, end)
        if marker in (DHT, DQT):
            whole = memoryview(self._data)[start - 2 : end]
            self._parts.append(self._tables.define(marker, whole))
        elif marker in _KEPT:
            self._keep(start - 2, end)
            self._check(marker, body)
        elif marker != _DAC:  # without use but for arithmetic streams, which are coded again
            self._metadata(marker, body)
        return end

    def _check(self, marker: int, body: memoryview) -> None:
        """Take a frame header; of a restart interval only that it is one and no more."""
        if marker in _SOFS:
            self._frame(marker, body)
        elif len(body) != 2:
            raise DamagedImage

    def _frame(self, marker: int, body: memoryview) -> None:
        jpeg = self._jpeg
        if jpeg.process or len(body) != 6 + 3 * body[5]:
            raise DamagedImage
        jpeg.process, jpeg.precision = marker, body[0]
        jpeg.rows = int.from_bytes(body[1:3], "big")
        jpeg.columns = int.from_bytes(body[3:5], "big")
        jpeg.components = tuple(
            Component(body[i], body[i + 1] >> 4, body[i + 1] & 15, body[i + 2])
            for i in range(6, 6 + 3 * body[5], 3)
        )

    def _scan(self, start: int, body: memoryview, data_start: int) -> int:
        jpeg = self._jpeg
        jpeg.scans += 1
        if not jpeg.process or jpeg.scans > _MAX_SCANS:
            raise DamagedImage
        if len(body) != 4 + 2 * body[0]:
            raise DamagedImage
        for at in range(1, 1 + 2 * body[0], 2):
            self._scanned.add(body[at])
            self._use(body[at], body[at + 1])
        ending = _end_of_scan(self._data, data_start)
        self._keep(start, ending)
        return ending

    def _use(self, id_: int, tables: int) -> None:
        for component in self._jpeg.components:
            if component.id == id_:
                self._tables.use(component.quantization, tables >> 4, tables & 15)

    def _metadata(self, marker: int, body: memoryview) -> None:
        jpeg, head = self._jpeg, bytes(body[:64])
        if marker == _APP1 and head.startswith(EXIF) and not jpeg.exif:
            jpeg.exif = bytes(body[len(EXIF) :])
        elif marker == _APP2 and head.startswith(ICC) and len(body) > 14:
            jpeg.icc_count = body[13]
            jpeg.icc_chunks.setdefault(body[12], bytes(body[14:]))
        elif marker == _APP0 and head.startswith(b"JFIF\x00"):
            jpeg.jfif = True
        elif marker == _APP14 and head.startswith(b"Adobe") and len(body) >= 12:
            jpeg.adobe_transform = body[11]
        self._dropped[name_of(marker, head)] += 1

    def _keep(self, start: int, end: int) -> None:
        last = self._parts[-1] if self._parts else None
        if isinstance(last, tuple) and last[1] == start:
            self._parts[-1] = (last[0], end)
        else:
            self._parts.append((start, end))

    def _finish(self, end: int) -> None:
        jpeg = self._jpeg
        if not {c.id for c in jpeg.components} <= self._scanned or not self._scanned:
            raise DamagedImage
        if not jpeg.rows or not jpeg.columns:
            raise DamagedImage
        if end < len(self._data):
            self._dropped["data after the end of the image"] += 1
        jpeg.slices = tuple(self._slices())
        del self._dropped["ICC profile"]  # it moves to an attribute, which says so itself
        jpeg.dropped = counted(self._dropped)

    def _slices(self) -> Iterator[memoryview]:
        """What stays, as views of the source; only a segment that is made anew is copied."""
        for part in self._parts:
            if isinstance(part, TableSegment):
                yield from (memoryview(piece) for piece in part.pieces())
            else:
                yield memoryview(self._data)[part[0] : part[1]]
