"""The directories of a scanner's TIFF by their entries alone (TIFF 6.0 section 2, BigTIFF).

Nothing is decoded. What leads in circles, beyond the end of the file, to more than a slide
can hold or to another file is refused here, before wsidicomizer sees it. Runs only in a
child of `hub.child`.
"""

from __future__ import annotations

import base64
import os
import re
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

MAX_DIRECTORIES = 2_000
MAX_TILES = 1_000_000
"""Frames of one image; the hub takes no more fragments from outside either."""
MAX_PIXELS = 1 << 39
_MAX_ENTRIES = 1_000
_MAX_TEXT = 4 << 20
_MAX_SEGMENT_PIXELS = 1 << 28
_MOST_SHARED = 8
"""How often the bytes of a file may be pointed at: scanners share their blank tiles."""

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SIZES |= {16: 8, 17: 8, 18: 8}
_UNSIGNED = {1: "B", 3: "H", 4: "I", 7: "B", 13: "I", 16: "Q", 18: "Q"}

_WIDTH, _LENGTH, _COMPRESSION, _DESCRIPTION, _DATE = 256, 257, 259, 270, 306
_STRIPS, _SAMPLES, _ROWS_PER_STRIP, _STRIP_COUNTS = 273, 277, 278, 279
_TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_COUNTS = 322, 323, 324, 325
_SUB_DIRECTORIES, _ICC, _NDPI = 330, 34675, 65420

_PRIVATE = {
    **{269: "document name", _DESCRIPTION: "image description", 285: "page name"},
    **{_DATE: "scan time", 315: "artist", 316: "host computer", 337: "target printer"},
    **{700: "XMP", 33432: "copyright", 33723: "IPTC", 34377: "Photoshop", 34665: "Exif"},
    **{34853: "GPS", 37510: "user comment"},
}
_FIRST_PRIVATE_TAG = 32768
_NEEDED = frozenset({_ICC, 32997, 32998, 34016, 34736})
_WRONG_COLORS = frozenset({33003, 33004})
"""JPEG 2000 of YCbCr without its own transform: no DICOM reader knows it, wsidicomizer 0.26
takes it for RGB, and so would everybody after it."""
_LOSSY = dict.fromkeys((6, 7), "ISO_10918_1") | dict.fromkeys((33005, 34712), "ISO_15444_1")

Answer = tuple[dict[str, Any], bytes]


class Malformed(Exception):
    """No TIFF that a slide could be."""


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    count: int
    at: int
    """Where its value lies."""


Directory = Mapping[int, _Entry]


def answer(request: Mapping[str, Any]) -> Answer:
    """Say whether the file at `path` is a slide, and what its directories tell.

    What is no slide is not judged: it may be a photo.
    """
    with open(request["path"], "rb") as file:
        try:
            tiff = _Tiff(file)
            if not tiff.is_slide():
                return {"slide": False}, b""
        except (Malformed, struct.error):
            return {"slide": False}, b""
        try:
            return {"slide": True, **tiff.facts()}, b""
        except (Malformed, struct.error) as exc:
            return {"slide": True, "refused": str(exc)}, b""


class _Tiff:
    """One pass over the directories of an open file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        head = self._read(0, 16)
        self._order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
        version = head[2:4] if self._order == "<" else head[3:1:-1]
        if not self._order or version not in (b"*\0", b"+\0"):
            raise Malformed("no TIFF")
        self._big = version == b"+\0"
        self._ndpi = not self._big and self._is_ndpi(self._number(head[4:8]))
        wide = self._big or self._ndpi
        self._first = self._number(head[8:16] if self._big else head[4:12] if wide else head[4:8])

    def is_slide(self) -> bool:
        """Whether Aperio or Hamamatsu wrote it, or its first image lies in several tiles."""
        first, _following = self._directory(self._first)
        tiled = 0 < self._value(first, _TILE_WIDTH) < self._value(first, _WIDTH)
        return self._text(first, _DESCRIPTION).startswith("Aperio") or self._ndpi or tiled

    def facts(self) -> dict[str, Any]:
        """Check every directory; return what the first one tells."""
        directories = list(self._directories())
        used = sum(map(self._checked, directories))
        if used > _MOST_SHARED * self._size:
            raise Malformed("its tiles share their bytes too often")
        first = directories[0]
        text = self._text(first, _DESCRIPTION)
        _refuse_other_files(text)
        return {
            "format": self._format(text),
            "icc": base64.b64encode(self._bytes(first, _ICC)).decode(),
            "takenAt": _taken_at(text, self._text(first, _DATE)),
            "lossy": self._lossy(first),
            "leftOut": self._left_out(directories),
        }

    def _format(self, description: str) -> str:
        aperio = description.startswith("Aperio")
        return "ndpi" if self._ndpi else "svs" if aperio else "tiff"

    # --- the chain ---------------------------------------------------------------

    def _directories(self) -> Iterator[Directory]:
        """Yield every directory, those below others too, each once."""
        waiting, seen = [self._first], set[int]()
        while waiting:
            offset = waiting.pop()
            if offset == 0:
                continue
            if offset in seen:
                raise Malformed("its directories lead in circles")
            seen.add(offset)
            if len(seen) > MAX_DIRECTORIES:
                raise Malformed("it has too many directories")
            directory, following = self._directory(offset)
            waiting.append(following)
            waiting += self._values(directory, _SUB_DIRECTORIES, MAX_DIRECTORIES)
            yield directory
        if not seen:
            raise Malformed("it holds no image")

    def _directory(self, offset: int) -> tuple[Directory, int]:
        head, size, inline = (8, 20, 8) if self._big else (2, 12, 4)
        count = self._number(self._read(offset, head))
        if count > _MAX_ENTRIES:
            raise Malformed("a directory has too many entries")
        block = self._read(offset + head, count * size)
        link = offset + head + count * size
        wide = self._big or self._ndpi
        # Hamamatsu: 32 bits more of every entry stand after the link (tifffile).
        high = self._read(link + 8, count * 4) if self._ndpi else bytes(count * 4)
        entries = {}
        for number in range(count):
            raw = block[number * size : (number + 1) * size]
            tag, kind = struct.unpack(f"{self._order}2H", raw[:4])
            length = self._number(raw[4 : size - inline])
            at = offset + head + (number + 1) * size - inline
            if _SIZES.get(kind, 0) * length > inline:
                at = self._number(raw[-inline:])
                at |= self._number(high[number * 4 : number * 4 + 4]) << 32
                if at + _SIZES[kind] * length > self._size:
                    raise Malformed("an entry leads beyond the end of the file")
            entries[tag] = _Entry(kind, length, at)
        return entries, self._number(self._read(link, 8 if wide else 4))

    def _is_ndpi(self, offset: int) -> bool:
        """Whether the first directory has Hamamatsu's mark: then links have 64 bits."""
        count = min(self._number(self._read(offset, 2)), _MAX_ENTRIES)
        tags = self._read(offset + 2, count * 12)
        return _NDPI in struct.unpack(f"{self._order}{count * 6}H", tags)[::6]

    # --- one image ---------------------------------------------------------------

    def _checked(self, directory: Directory) -> int:
        """Check one image against the file; return how many bytes its segments say to be."""
        columns, rows = self._value(directory, _WIDTH), self._value(directory, _LENGTH)
        if self._value(directory, _COMPRESSION) in _WRONG_COLORS:
            raise Malformed("its colours are coded in a way that would come out wrong")
        if not 0 < columns * rows <= MAX_PIXELS:
            raise Malformed("an image has more pixels than a slide, or none")
        tiled = _TILES in directory
        offsets, counts = (_TILES, _TILE_COUNTS) if tiled else (_STRIPS, _STRIP_COUNTS)
        if not self._ndpi:
            self._check_grid(directory, columns, rows, tiled)
        starts = self._values(directory, offsets, MAX_TILES)
        lengths = self._values(directory, counts, MAX_TILES)
        if not starts or len(starts) != len(lengths):
            raise Malformed("an image does not say where its pixels are")
        if any(s + n > self._size for s, n in zip(starts, lengths, strict=True)):
            raise Malformed("a tile lies beyond the end of the file")
        return sum(lengths)

    def _check_grid(self, directory: Directory, columns: int, rows: int, tiled: bool) -> None:
        """The number of segments follows from their size, which must be one that fits memory."""
        across, down = columns, min(self._value(directory, _ROWS_PER_STRIP) or rows, rows)
        if tiled:
            across = self._value(directory, _TILE_WIDTH)
            down = self._value(directory, _TILE_LENGTH)
        if not 0 < across * down <= _MAX_SEGMENT_PIXELS:
            raise Malformed("a tile is too large, or nothing")
        wanted = -(-columns // across) * -(-rows // down)
        found = directory[_TILES if tiled else _STRIPS].count if wanted else 0
        if found % wanted or found // wanted not in (1, self._value(directory, _SAMPLES)):
            raise Malformed("an image has another number of tiles than it needs")

    def _lossy(self, first: Directory) -> list[Any]:
        """Ratio and method of the first image, where its coding loses something (C.7.6.1.1.5)."""
        method = _LOSSY.get(self._value(first, _COMPRESSION))
        if method is None:
            return []
        samples = max(1, self._value(first, _SAMPLES))
        raw = self._value(first, _WIDTH) * self._value(first, _LENGTH) * samples
        tag = _TILE_COUNTS if _TILE_COUNTS in first else _STRIP_COUNTS
        return [round(raw / max(1, sum(self._values(first, tag, MAX_TILES))), 2), method]

    def _left_out(self, directories: list[Directory]) -> dict[str, int]:
        """Kinds of tags that could say something about somebody, with their number."""
        found: Counter[str] = Counter()
        for tag in (tag for directory in directories for tag in directory):
            other = "private tag" if tag >= _FIRST_PRIVATE_TAG and tag not in _NEEDED else ""
            name = _PRIVATE.get(tag, other)
            found.update([name] if name else [])
        return dict(sorted(found.items()))

    # --- values ------------------------------------------------------------------

    def _value(self, directory: Directory, tag: int) -> int:
        values = self._values(directory, tag, MAX_TILES)
        return values[0] if values else 0

    def _values(self, directory: Directory, tag: int, most: int) -> tuple[int, ...]:
        entry = directory.get(tag)
        if entry is None:
            return ()
        form = _UNSIGNED.get(entry.kind)
        if form is None or entry.count > most:
            raise Malformed("an entry has a type or a number of values that it cannot have")
        raw = self._read(entry.at, entry.count * _SIZES[entry.kind])
        return struct.unpack(f"{self._order}{entry.count}{form}", raw)

    def _bytes(self, directory: Directory, tag: int) -> bytes:
        entry = directory.get(tag)
        if entry is None or _SIZES.get(entry.kind) != 1 or entry.count > _MAX_TEXT:
            return b""
        return self._read(entry.at, entry.count)

    def _text(self, directory: Directory, tag: int) -> str:
        return self._bytes(directory, tag).rstrip(b"\0").decode("utf-8", "replace")

    def _number(self, raw: bytes) -> int:
        return int.from_bytes(raw, "little" if self._order == "<" else "big")

    def _read(self, offset: int, count: int) -> bytes:
        data = os.pread(self._file.fileno(), count, min(offset, self._size))
        if len(data) != count:
            raise Malformed("it ends too early")
        return data


def _refuse_other_files(text: str) -> None:
    """An OME-TIFF may name files to be read beside it; that would be another patient's slide."""
    if len(set(re.findall(r"<UUID[^>]*>\s*([^<]*?)\s*</UUID", text))) > 1:
        raise Malformed("it leads to other files")
    own = re.search(r"<OME\b[^>]*\bUUID=\"([^\"]*)\"", text)
    named = re.search(r"<UUID[^>]*>\s*([^<]*?)\s*</UUID", text)
    if named and (own is None or own[1] != named[1]):
        raise Malformed("it leads to other files")


def _taken_at(description: str, date: str) -> str:
    """When the slide was scanned, without offset: Date Time, else what Aperio says."""
    if found := re.fullmatch(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", date):
        return f"{found[1]}-{found[2]}-{found[3]}T{found[4]}"
    day = re.search(r"\|Date = (\d\d)/(\d\d)/(\d\d)(?:\||$)", description)
    time = re.search(r"\|Time = (\d\d:\d\d:\d\d)(?:\||$)", description)
    return f"20{day[3]}-{day[1]}-{day[2]}T{time[1]}" if day and time else ""
