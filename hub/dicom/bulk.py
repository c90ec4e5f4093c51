"""Single frames and bulk values of a stored file, without loading the rest of it.

The files were checked when they came in (`hub.dicom.received`); only their structure is
read here, nothing is decoded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import (
    HEVCM10P51,
    HEVCMP51,
    MPEG4HP41,
    MPEG4HP41BD,
    MPEG4HP41BDF,
    MPEG4HP41F,
    MPEG4HP42STEREO,
    MPEG4HP42STEREOF,
    MPEG4HP422D,
    MPEG4HP422DF,
    MPEG4HP423D,
    MPEG4HP423DF,
    EncapsulatedPDFStorage,
)

from hub.errors import NotAcceptable, NotFound, ObjectDamaged
from hub.slices import FileSlice, HasDescriptor, HeldFile, Piece

from .frame_index import FrameIndex

_LONG_HEADER = 12
"""Bytes of tag, VR and 32-bit length before the value of OB and OW (PS3.5 7.1.2)."""
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_ITEM = re.compile(r"[0-9]{1,6}")
_ITEM_TAG, _SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_MOST_FRAGMENTS = 10_000
VIDEO_TRANSFER_SYNTAXES = frozenset(
    {
        *(MPEG4HP41, MPEG4HP41F, MPEG4HP41BD, MPEG4HP41BDF, MPEG4HP422D, MPEG4HP422DF),
        *(MPEG4HP423D, MPEG4HP423DF, MPEG4HP42STEREO, MPEG4HP42STEREOF, HEVCMP51, HEVCM10P51),
    }
)
"""Those whose stream may be an MP4 (PS3.5 8.2.8 to 8.2.11)."""
PDF_SOP_CLASS = str(EncapsulatedPDFStorage)
_IMPLICIT_VR = "1.2.840.10008.1.2"


def frames(file: BinaryIO, numbers: Sequence[int]) -> Iterator[tuple[Piece, ...]]:
    """Yield where frames lie in the file, by number from 1, as they are encoded.

    They may be read after `file` is closed.
    Raises NotFound for a number there is not, NotAcceptable for frames that do not begin
    at a byte, ObjectDamaged.
    """
    ds = _header(file)
    total = int(ds.get("NumberOfFrames") or 1)
    if "Rows" not in ds or not all(1 <= number <= total for number in numbers):
        raise NotFound
    syntax = ds.file_meta.TransferSyntaxUID
    if syntax in VIDEO_TRANSFER_SYNTAXES:
        raise NotAcceptable("A video is one stream: its frames are given rendered.")
    start = file.tell() + (8 if syntax == _IMPLICIT_VR else _LONG_HEADER)
    held = HeldFile.of(file)
    if syntax.is_encapsulated:
        index = FrameIndex(held, ds, start)
        yield from (index.frame(number - 1) for number in numbers)
    else:
        length = _frame_length(ds)
        yield from (_native(held, number - 1, start, length) for number in numbers)


def video_stream(file: BinaryIO) -> tuple[FileSlice, ...]:
    """Return where the MP4 of a video object lies in its file, fragment by fragment.

    Raises NotAcceptable for an object that holds none, ObjectDamaged.
    """
    if _header(file).file_meta.TransferSyntaxUID not in VIDEO_TRANSFER_SYNTAXES:
        raise NotAcceptable
    position, found = file.tell() + _LONG_HEADER, []
    for _count in range(_MOST_FRAGMENTS):
        head = os.pread(file.fileno(), 8, position)
        if head[:4] == _SEQUENCE_END:
            break
        if len(head) < 8 or head[:4] != _ITEM_TAG:
            raise ObjectDamaged
        length = int.from_bytes(head[4:], "little")
        found.append(FileSlice(file, position + 8, length))
        position += 8 + length
    stream = tuple(found[1:])  # the first item is the offset table
    if not stream or os.pread(file.fileno(), 8, stream[0].offset)[4:] != b"ftyp":
        raise NotAcceptable
    return stream


def encapsulated_pdf(file: BinaryIO) -> bytes:
    """Return the PDF that an object holds, without the byte that made its length even.

    Raises NotFound for any other object, ObjectDamaged.
    """
    ds = _header(file)
    content = ds.get("EncapsulatedDocument")
    if ds.get("SOPClassUID") != EncapsulatedPDFStorage or not isinstance(content, bytes):
        raise NotFound
    return content[: int(ds.get("EncapsulatedDocumentLength") or len(content))]


def bulk_value(file: BinaryIO, path: Sequence[str]) -> bytes:
    """Return the value at a path of a tag, or of tags and item numbers in turn.

    Raises NotFound. Pixel Data is given by `frames`.
    """
    if len(path) % 2 == 0:
        raise NotFound
    ds: Dataset = _header(file)
    for tag, item in zip(path[:-1:2], path[1:-1:2], strict=True):
        ds = _item(ds, tag, item)
    element = ds.get(_tag(path[-1]))
    if element is None or not isinstance(element.value, bytes):
        raise NotFound
    return element.value


def _header(file: BinaryIO) -> FileDataset:
    try:
        return dcmread(file, stop_before_pixels=True)
    except Exception as exc:  # pydicom names no family for what damaged bytes raise.
        raise ObjectDamaged from exc


def _item(ds: Dataset, tag: str, number: str) -> Dataset:
    sequence = ds.get(_tag(tag))
    if sequence is None or sequence.VR != "SQ" or not _ITEM.fullmatch(number):
        raise NotFound
    if int(number) >= len(sequence.value):
        raise NotFound
    item: Dataset = sequence.value[int(number)]
    return item


def _tag(text: str) -> int:
    if not _TAG.fullmatch(text):
        raise NotFound
    return int(text, 16)


def _frame_length(ds: Dataset) -> int:
    bits = int(ds.BitsAllocated)
    if bits % 8 or "SamplesPerPixel" not in ds:
        raise NotAcceptable
    return int(ds.Rows) * int(ds.Columns) * int(ds.SamplesPerPixel) * (bits // 8)


def _native(file: HasDescriptor, index: int, start: int, length: int) -> tuple[FileSlice, ...]:
    first = start + index * length
    if first + length > os.fstat(file.fileno()).st_size:
        raise ObjectDamaged
    return (FileSlice(file, first, length),)
