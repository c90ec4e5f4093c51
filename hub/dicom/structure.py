"""The elements of a DICOM file by their headers alone, to its exact end (PS3.5 section 7).

pydicom reads a file that was cut anywhere without complaint, follows nesting until the
stack ends and counts nothing; this walk comes first and refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pydicom.datadict import dictionary_VR

MAX_DEPTH = 32
MAX_ITEMS = 50_000
MAX_ELEMENTS_OF_ITEM = 20_000
MAX_TEXT = 1024 * 1024
"""Longest value of a VR that is read into many small values, in bytes."""

_PIXEL_DATA = 0x7FE00010
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_UNDEFINED = 0xFFFFFFFF
_LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_SPLIT_VRS = frozenset(
    {b"AE", b"AS", b"CS", b"DA", b"DS", b"DT", b"IS", b"LO", b"PN", b"SH", b"TM", b"UC", b"UI"}
)


class Malformed(Exception):
    """The bytes are not one whole data set within the limits; the text says how."""


@dataclass(frozen=True, slots=True)
class Element:
    """Where one element of the data set lies."""

    tag: int
    vr: bytes
    """Empty in implicit VR."""
    start: int
    length: int
    """0xFFFFFFFF where it is undefined."""
    fragments: int = 0
    """Items after the offset table, for encapsulated Pixel Data."""


def elements(file: BinaryIO, size: int, *, explicit: bool) -> Iterator[Element]:
    """Yield the elements from the file's position to its end. Raises Malformed."""
    yield from _Walk(file, size, explicit).data_set(size, depth=0)


class _Walk:
    """One pass over a little endian data set."""

    def __init__(self, file: BinaryIO, size: int, explicit: bool) -> None:
        self._file = file
        self._size = size
        self._explicit = explicit
        self._items = 0

    def data_set(self, end: int | None, depth: int) -> Iterator[Element]:
        """Elements up to `end`, or up to the item delimiter where that is None."""
        if depth > MAX_DEPTH:
            raise Malformed(f"sequences are nested more than {MAX_DEPTH} deep")
        for _count in range(MAX_ELEMENTS_OF_ITEM + 1):
            if end is not None and self._file.tell() >= end:
                if self._file.tell() > end:
                    raise Malformed("an element is longer than what holds it")
                return
            tag, vr, length = self._header()
            if tag == _ITEM_END and end is None:
                return
            yield self._element(tag, vr, length, depth)
        raise Malformed(f"a data set has more than {MAX_ELEMENTS_OF_ITEM} elements")

    def _element(self, tag: int, vr: bytes, length: int, depth: int) -> Element:
        start = self._file.tell()
        if tag == _PIXEL_DATA and length == _UNDEFINED:
            return Element(tag, vr, start, length, self._fragments())
        if length == _UNDEFINED or self._is_sequence(tag, vr):
            self._sequence(vr, None if length == _UNDEFINED else start + length, depth)
        else:
            if vr in _SPLIT_VRS and length > MAX_TEXT:
                raise Malformed("a text value is too long")
            self._skip(length)
        return Element(tag, vr, start, length)

    def _header(self) -> tuple[int, bytes, int]:
        head = self._read(8)
        tag = int.from_bytes(head[0:2], "little") << 16 | int.from_bytes(head[2:4], "little")
        if not self._explicit or tag >> 16 == 0xFFFE:
            return tag, b"", int.from_bytes(head[4:8], "little")
        vr = head[4:6]
        if not (vr.isalpha() and vr.isupper()):
            raise Malformed("an element has no value representation")
        if vr in _LONG_VRS:
            return tag, vr, int.from_bytes(self._read(4), "little")
        return tag, vr, int.from_bytes(head[6:8], "little")

    def _is_sequence(self, tag: int, vr: bytes) -> bool:
        if self._explicit:
            return vr == b"SQ"
        try:
            return dictionary_VR(tag) == "SQ"
        except KeyError:
            return False  # private: skipped as a whole, by its length

    def _sequence(self, vr: bytes, end: int | None, depth: int) -> None:
        explicit = self._explicit
        # Of undefined length, UN is a sequence in implicit VR (PS3.5 6.2.2, note).
        self._explicit = explicit and vr != b"UN"
        self._items_until(end, depth)
        self._explicit = explicit

    def _items_until(self, end: int | None, depth: int) -> None:
        while end is None or self._file.tell() < end:
            tag, _vr, length = self._header()
            if tag == _SEQUENCE_END and end is None:
                return
            if tag != _ITEM:
                raise Malformed("a sequence holds something else than items")
            self._items += 1
            if self._items > MAX_ITEMS:
                raise Malformed(f"the object has more than {MAX_ITEMS} sequence items")
            stop = None if length == _UNDEFINED else self._file.tell() + length
            for _element in self.data_set(stop, depth + 1):
                pass

    def _fragments(self) -> int:
        """Pass over encapsulated Pixel Data (PS3.5 A.4); the offset table is no fragment."""
        for count in range(MAX_ITEMS * 20):
            tag, _vr, length = self._header()
            if tag == _SEQUENCE_END:
                return count - 1
            if tag != _ITEM or length == _UNDEFINED:
                raise Malformed("Pixel Data holds something else than fragments")
            self._skip(length)
        raise Malformed("Pixel Data has too many fragments")

    def _skip(self, length: int) -> None:
        end = self._file.tell() + length
        if end > self._size:
            raise Malformed("the object is incomplete")
        self._file.seek(end)

    def _read(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) != count:
            raise Malformed("the object is incomplete")
        return data
