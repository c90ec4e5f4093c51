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
_LONG_VRS = frozenset({"OB", "SQ", "UC", "UN", "UR", "UT"})
_NUMBERS = {"US": "<H", "UL": "<I", "SS": "<h", "SL": "<i", "FL": "<f", "FD": "<d"}
_ITEM = b"\xfe\xff\x00\xe0"


def file_header(meta: Iterable[tuple[int, str, object]], ds: Dataset) -> bytes:
    """Return preamble, file meta information (PS3.10 7.1) and data set.

    `meta` has tag, VR and value of each element after the group's length, in order.
    """
    group = b"".join(_encoded(*each) for each in meta)
    return b"".join((_PREFIX, _encoded(0x00020000, "UL", len(group)), group, data_set(ds)))


def data_set(ds: Dataset) -> bytes:
    """Return the elements of `ds` in the order of their tags."""
    # Plain numbers sort much faster than tags do.
    elements = cast(Iterable[DataElement], ds.values())
    plain = sorted((int(element.tag), element) for element in elements)
    return b"".join(_encoded(tag, str(element.VR), element.value) for tag, element in plain)


def _encoded(tag: int, vr: str, value: Any) -> bytes:
    content = _sequence(value) if vr == "SQ" else _value(vr, value)
    head = tag >> 16, tag & 0xFFFF, vr.encode()
    if vr in _LONG_VRS:
        return struct.pack("<HH2sHI", *head, 0, len(content)) + content
    return struct.pack("<HH2sH", *head, len(content)) + content


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
