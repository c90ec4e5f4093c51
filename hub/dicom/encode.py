"""A header made here as bytes: explicit VR little endian, UTF-8 (PS3.5 7.1.2).

pydicom's writer serves every encoding and costs as much as hashing the photo; this one
serves the objects that `hub.dicom` makes. A test holds it to the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, cast

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

_PREFIX = bytes(128) + b"DICM"
_LONG_VRS = frozenset({"OB", "OV", "SQ", "UC", "UN", "UR", "UT"})
_NUMBERS = {"US": "<H", "UL": "<I", "SS": "<h", "SL": "<i", "FL": "<f", "FD": "<d"}
_ITEM = b"\xfe\xff\x00\xe0"


def file_header(meta: Dataset, ds: Dataset) -> bytes:
    """Return preamble, file meta information (PS3.10 7.1) and data set."""
    group = data_set(meta)
    length = b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", len(group))
    return b"".join((_PREFIX, length, group, data_set(ds)))


def data_set(ds: Dataset) -> bytes:
    """Return the elements of `ds` in the order of their tags."""
    # Plain numbers sort much faster than tags do.
    elements = cast(Iterable[DataElement], ds.values())
    return b"".join(map(_element, sorted(elements, key=lambda element: int(element.tag))))


def _element(element: DataElement) -> bytes:
    vr, tag = str(element.VR), element.tag
    value = _sequence(element.value) if vr == "SQ" else _value(vr, element.value)
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    length = struct.pack("<HI" if vr in _LONG_VRS else "<H", *_length(vr, value))
    return head + length + value


def _length(vr: str, value: bytes) -> tuple[int, ...]:
    return (0, len(value)) if vr in _LONG_VRS else (len(value),)


def _sequence(items: Iterable[Dataset]) -> bytes:
    bodies = [data_set(item) for item in items]
    return b"".join(_ITEM + struct.pack("<I", len(body)) + body for body in bodies)


def _value(vr: str, value: object) -> bytes:
    values: Any = value if isinstance(value, MultiValue | list) else [value]
    if vr in _NUMBERS:
        return b"".join(struct.pack(_NUMBERS[vr], number) for number in values)
    if vr == "AT":
        return b"".join(struct.pack("<HH", v >> 16, v & 0xFFFF) for v in values)
    if isinstance(value, bytes):
        return _even(value, b"\x00")
    text = "\\".join("" if v is None else str(v) for v in values)
    return _even(text.encode(), b"\x00" if vr == "UI" else b" ")


def _even(value: bytes, padding: bytes) -> bytes:
    return value + padding if len(value) % 2 else value
