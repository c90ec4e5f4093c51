"""The tags of an untrusted Exif block, read by exifread within bounds."""

from __future__ import annotations

import io
import logging
import re
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta

import exifread
from exifread.core.ifd_tag import IfdTag

# The library logs what it finds broken; a broken block is said by `read` instead.
logging.getLogger("exifread").disabled = True

_BYTE_ORDERS = (b"II*\x00", b"MM\x00*")
_MAX_READS = 20_000
"""An honest block takes some hundred reads; crossing directories could take billions."""
_MAX_BYTES = 1024 * 1024
"""Bytes read in all: a thousand tags may name the same megabytes as their text."""

_MAX_TEXT = 64
_FIRST_OF_EXIF = 0x8000
"""Lower numbers are tags of TIFF: Orientation, Make, DateTime."""
_RATIONALS = (5, 10)
"""Field types RATIONAL and SRATIONAL."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,()+/:&'_*-]*")
_LONG_WORD, _LONG_NUMBER = re.compile(r"[^ ]{21}"), re.compile(r"[0-9]{10}")
"""Words and numbers that no camera or program is called, but owners and serials are."""


class _TooManyReads(Exception):
    """The block makes its reader go in circles."""


class _Block(io.BytesIO):
    """The Exif block, which ends a reader that never would."""

    _reads = _bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self._reads += 1
        self._bytes += len(found)
        if self._reads > _MAX_READS or self._bytes > _MAX_BYTES:
            raise _TooManyReads
        return found


class Tags:
    """Values by Exif tag number, from the main and the Exif directory.

    A tag of TIFF itself counts in the main directory only, one of Exif first in its own.
    """

    def __init__(self, tags: Mapping[str, object], block: bytes) -> None:
        main, exif = _directory(tags, "Image "), _directory(tags, "EXIF ")
        own = {number: tag for number, tag in exif.items() if number >= _FIRST_OF_EXIF}
        self._tags = {**main, **own}
        self._block = block
        index = tags.get("Interoperability InteroperabilityIndex")
        self.interoperability = str(index).strip(" \x00") if index else ""
        self._gps = (tags.get("GPS GPSDate"), tags.get("GPS GPSTimeStamp"))

    def text(self, number: int) -> str:
        """Return a text value in one printable line, cut at 64 characters."""
        value = self._values(number)
        text = value if isinstance(value, str) else ""
        return "".join(c for c in text if c.isprintable()).strip()[:_MAX_TEXT]

    def name(self, number: int) -> str:
        """Return a text that may be the name of a camera, lens or program, else nothing.

        Anybody may write into these tags; what is no plausible name is not carried over.
        """
        text = self.text(number)
        too_long = _LONG_WORD.search(text) or _LONG_NUMBER.search(text)
        return text if _NAME.fullmatch(text) and not too_long else ""

    def numbers(self, number: int) -> list[object]:
        """Return the values of a numeric tag; none when it is missing or text."""
        value = self._values(number)
        return list(value) if isinstance(value, list) else []

    def rationals(self, number: int) -> list[tuple[int, int]]:
        """Return numerators and denominators as they are written, both without sign.

        The library reduces fractions, and with them what Exif says by special numbers.
        """
        tag = self._tags.get(number)
        if tag is None or tag.field_type not in _RATIONALS:
            return []
        form = "<2I" if self._block[:2] == b"II" else ">2I"
        start, end = tag.field_offset, tag.field_offset + 8 * len(tag.values)
        return list(struct.iter_unpack(form, self._block[start:end]))

    def utc(self) -> datetime | None:
        """Return the satellites' time; the position beside it is not read."""
        date, time = (getattr(tag, "values", None) for tag in self._gps)
        try:
            day = datetime.strptime(str(date).strip("\x00 "), "%Y:%m:%d")
            hours, minutes, seconds = (float(number) for number in time)  # type: ignore[union-attr]
            return day + timedelta(hours=hours, minutes=minutes, seconds=seconds)
        except (TypeError, ValueError, ArithmeticError):
            return None

    def _values(self, number: int) -> object:
        tag = self._tags.get(number)
        return None if tag is None else tag.values

    def integer(self, number: int) -> int | None:
        """Return the first value when it is a whole number."""
        values = self.numbers(number)
        return values[0] if values and isinstance(values[0], int) else None


def _directory(tags: Mapping[str, object], prefix: str) -> dict[int, IfdTag]:
    return {
        tag.tag: tag
        for name, tag in tags.items()
        if isinstance(tag, IfdTag) and name.startswith(prefix)
    }


def read(block: bytes) -> Tags | None:
    """Read a TIFF-structured Exif block; None when it cannot be read."""
    if block[:4] not in _BYTE_ORDERS:
        return None  # the library would look for other kinds of file in it
    try:
        tags = exifread.process_file(_Block(block), details=False, extract_thumbnail=False)
    except Exception:  # a library on hostile bytes: its exception types are not a contract
        return None
    # It swallows most of what goes wrong inside it; then there are no tags.
    return Tags(tags, block) if tags else None
