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

IMPLEMENTATION_CLASS_UID = "2.25.165263392993682770000513382694328274937"
IMPLEMENTATION_VERSION_NAME = "EIH_1"

_PREFIX = bytes(128) + b"DICM"
_LONG_VRS = frozenset({"OB", "OV", "SQ", "UC", "UN", "UR", "UT"})
_NUMBERS = {"US": "<H", "UL": "<I", "SS": "<h", "SL": "<i", "FL": "<f", "FD": "<d"}
_ITEM = b"\xfe\xff\x00\xe0"


def file_header(sop_uids: tuple[str, str], transfer_syntax_uid: str, ds: Dataset) -> bytes:
    """Return preamble, file meta information (PS3.10 7.1) and data set.

    `sop_uids` are SOP Class and SOP Instance UID.
    """
    meta = (
        (0x00020001, "OB", b"\x00\x01"),  # File Meta Information Version
        (0x00020002, "UI", sop_uids[0]),
        (0x00020003, "UI", sop_uids[1]),
        (0x00020010, "UI", transfer_syntax_uid),
        (0x00020012, "UI", IMPLEMENTATION_CLASS_UID),
        (0x00020013, "SH", IMPLEMENTATION_VERSION_NAME),
    )
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
