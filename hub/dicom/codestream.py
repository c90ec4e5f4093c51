"""One tile as a scanner coded it: what its markers say, and the tile with nothing private.

JPEG (ITU-T T.81 annex B) and JPEG 2000 (ITU-T T.800 annex A). Nothing is decoded. Private
segments are emptied where they stand, so that lengths and offset tables stay right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.errors import DamagedImage

_EOI, _SOS, _SOF0 = 0xD9, 0xDA, 0xC0
_APP0, _APP14, _APP15, _COM, _DHT, _DQT, _DRI = 0xE0, 0xEE, 0xEF, 0xFE, 0xC4, 0xDB, 0xDD
_NEEDED = frozenset({_SOF0, _DHT, _DQT, _DRI, _SOS})
_END_OF_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_JFIF, _JFIF_BYTES = b"JFIF\x00", 14
_ADOBE, _ADOBE_BYTES = b"Adobe", 12
_CUT = "A tile of this slide is damaged or incomplete."

_SIZ, _COD, _SOT, _SOD, _EOC, _CME = 0x51, 0x52, 0x90, 0x93, 0xD9, 0x64
_CODING = frozenset(range(0x51, 0x64))
"""Markers of J2K segments that a decoder needs: SIZ to CRG; comments are none."""


@dataclass(frozen=True, slots=True)
class Codestream:
    """What the markers of a tile say."""

    jpeg: bool
    rows: int
    columns: int
    samples: int
    reversible: bool = False
    """JPEG 2000 with the 5-3 wavelet, which loses nothing unless it was cut short."""
    color_transform: bool = False
    """JPEG 2000 with its own transform from RGB."""


def cleaned(tile: bytes) -> tuple[Codestream, bytes]:
    """Return what a tile is, and the tile with its private segments emptied.

    Raises DamagedImage for anything but a whole baseline JPEG or JPEG 2000 codestream.
    """
    try:
        if tile.startswith(b"\xff\xd8"):
            return _Jpeg(tile).to_end()
        if tile.startswith(b"\xff\x4f"):
            return _Jpeg2000(tile).to_end()
        raise DamagedImage("A tile of this slide is neither JPEG nor JPEG 2000.")
    except (IndexError, ValueError) as exc:
        raise DamagedImage(_CUT) from exc


class _Walk:
    """One pass over the marker segments of a codestream."""

    def __init__(self, tile: bytes) -> None:
        self._tile = tile
        self._clean: bytearray | None = None

    def _number(self, at: int, count: int = 2) -> int:
        if at + count > len(self._tile):
            raise IndexError
        return int.from_bytes(self._tile[at : at + count], "big")

    def _marker(self, at: int) -> int:
        if self._tile[at] != 0xFF:
            raise IndexError
        return self._tile[at + 1]

    def _empty(self, start: int, end: int) -> None:
        """Blank bytes, copying the tile only where there is something to blank."""
        if self._tile.count(0, start, end) < end - start:
            if self._clean is None:
                self._clean = bytearray(self._tile)
            self._clean[start:end] = bytes(end - start)

    def _result(self, found: Codestream, end: int) -> tuple[Codestream, bytes]:
        self._empty(end, len(self._tile))
        return found, self._tile if self._clean is None else bytes(self._clean)


class _Jpeg(_Walk):
    """A baseline stream from SOI to EOI."""

    def to_end(self) -> tuple[Codestream, bytes]:
        at, found = 2, None
        while (marker := self._marker(at)) != _EOI:
            if marker == 0xFF:  # a fill byte (T.81 B.1.1.2)
                at += 1
                continue
            length = self._number(at + 2)
            if marker == _SOF0:
                found = self._frame(at + 4)
            elif marker not in _NEEDED:
                self._private(marker, at + 4, at + 2 + length)
            at += 2 + length
            if marker == _SOS:
                ending = _END_OF_SCAN.search(self._tile, at)
                if ending is None:
                    raise IndexError
                at = ending.start()
        if found is None:
            raise DamagedImage("A tile of this slide is no baseline JPEG.")
        return self._result(found, at + 2)

    def _frame(self, at: int) -> Codestream:
        if self._number(at, 1) != 8:
            raise DamagedImage("A tile of this slide has more than 8 bits a sample.")
        return Codestream(True, self._number(at + 1), self._number(at + 3), self._number(at + 5, 1))

    def _private(self, marker: int, start: int, end: int) -> None:
        """Of application segments only what says how to read the colours stays."""
        if end > len(self._tile) or not (_APP0 <= marker <= _APP15 or marker == _COM):
            raise IndexError
        if marker == _APP0 and self._tile.startswith(_JFIF, start):
            start = min(start + _JFIF_BYTES, end)
        elif marker == _APP14 and self._tile.startswith(_ADOBE, start):
            start = min(start + _ADOBE_BYTES, end)
        self._empty(start, end)


class _Jpeg2000(_Walk):
    """A codestream from SOC to EOC."""

    def to_end(self) -> tuple[Codestream, bytes]:
        at, found = self._header(2, _SOT)
        while self._marker(at) == _SOT:
            length = self._number(at + 6, 4)
            data, _found = self._header(at + 12, _SOD)
            # Length 0 means up to the end; no marker occurs within the data (T.800 A.4.2).
            at = at + length if length else self._tile.index(b"\xff\xd9", data)
            if at <= data:
                raise DamagedImage(_CUT)
        if self._marker(at) != _EOC or not {_SIZ, _COD} <= set(found):
            raise DamagedImage(_CUT)
        return self._result(self._frame(found[_SIZ], found[_COD]), at + 2)

    def _header(self, at: int, until: int) -> tuple[int, dict[int, int]]:
        """Pass over the segments of a main or tile-part header; return its end and their places."""
        found: dict[int, int] = {}
        while (marker := self._marker(at)) != until:
            end = at + 2 + self._number(at + 2)
            if end > len(self._tile) or (marker != _CME and marker not in _CODING):
                raise DamagedImage(_CUT)
            if marker == _CME:
                self._empty(at + 4, end)
            found[marker] = at + 4
            at = end
        return at, found

    def _frame(self, siz: int, cod: int) -> Codestream:
        edges = [self._number(siz + offset, 4) for offset in (2, 6, 10, 14)]
        if self._number(siz + 36, 1) != 7:
            raise DamagedImage("A tile of this slide has more or less than 8 bits a sample.")
        return Codestream(
            jpeg=False,
            rows=edges[1] - edges[3],
            columns=edges[0] - edges[2],
            samples=self._number(siz + 34),
            reversible=self._number(cod + 9, 1) == 1,
            color_transform=self._number(cod + 4, 1) == 1,
        )
