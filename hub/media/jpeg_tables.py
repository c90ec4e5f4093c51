"""The tables of a JPEG stream (T.81 B.2.4), of which only those stay that a scan uses.

A decoder reads over a table that no scan asks for; whatever stands in one is no picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.errors import DamagedImage

DHT, DQT = 0xC4, 0xDB
_QUANTIZATION, _DC, _AC = "quantization", "DC", "AC"
_MOST_TABLES = 4

Key = tuple[str, int]
Piece = bytes | memoryview


@dataclass
class Table:
    """One table of a segment: what it is for, its bytes, and whether a scan used it."""

    key: Key
    body: memoryview
    used: bool = False


@dataclass
class TableSegment:
    """A DQT or DHT segment with its tables."""

    marker: int
    whole: memoryview
    """The segment from its marker on."""
    tables: list[Table] = field(default_factory=list)

    def pieces(self) -> Iterator[Piece]:
        """The segment as it is, or made anew of the tables that are used."""
        used = [table.body for table in self.tables if table.used]
        if len(used) == len(self.tables):
            yield self.whole
        elif used:
            size = 2 + sum(len(body) for body in used)
            yield bytes((0xFF, self.marker)) + size.to_bytes(2, "big")
            yield from used


class Tables:
    """The tables in force at one place of the stream."""

    def __init__(self) -> None:
        self._in_force: dict[Key, Table] = {}

    def define(self, marker: int, whole: memoryview) -> TableSegment:
        """Take the tables of a segment. Raises DamagedImage where they do not fill it."""
        segment, body = TableSegment(marker, whole), whole[4:]
        while len(body):
            table = _quantization(body) if marker == DQT else _huffman(body)
            if table is None:
                raise DamagedImage
            segment.tables.append(table)
            self._in_force[table.key] = table
            body = body[len(table.body) :]
        return segment

    def use(self, quantization: int, dc: int, ac: int) -> None:
        """Mark the tables that one component of a scan names."""
        for key in ((_QUANTIZATION, quantization), (_DC, dc), (_AC, ac)):
            if key in self._in_force:
                self._in_force[key].used = True


def _quantization(body: memoryview) -> Table | None:
    """64 numbers of 8 or 16 bits (B.2.4.1); None where they are cut."""
    return _table(_QUANTIZATION, body, 129 if body[0] >> 4 else 65)


def _huffman(body: memoryview) -> Table | None:
    """16 counts of codes and a symbol for each (B.2.4.2); None where they are cut."""
    return _table(_AC if body[0] >> 4 else _DC, body, 17 + sum(body[1:17]))


def _table(kind: str, body: memoryview, size: int) -> Table | None:
    precision_or_class, number = body[0] >> 4, body[0] & 15
    if precision_or_class > 1 or number >= _MOST_TABLES or size > len(body):
        return None
    return Table((kind, number), body[:size])
