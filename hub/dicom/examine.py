"""Read one untrusted DICOM file; runs only in a child of `hub.child`.

Answers `{"refused": sentence}`, or the header as DICOM JSON with the transfer syntax.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from typing import Any, BinaryIO

from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_file_meta_info
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from . import dicom_json
from .check import is_uid
from .structure import Element, Malformed, elements

_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
"""Float, Double Float and plain Pixel Data."""
_NATIVE = frozenset({ImplicitVRLittleEndian, ExplicitVRLittleEndian})
_NOT_TAKEN: dict[str, str] = {
    DeflatedExplicitVRLittleEndian: "deflated objects are not taken",
    ExplicitVRBigEndian: "big endian objects are not taken",
}
_UIDS = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")

warnings.simplefilter("ignore")


def answer(request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Examine the file at `request["path"]`."""
    try:
        return {}, _examined(request["path"])
    except Malformed as exc:
        return {"refused": str(exc)}, b""


def _examined(path: str) -> bytes:
    with open(path, "rb") as file:
        meta, pixels = _structure(file, os.path.getsize(path))
        file.seek(0)
        ds = dcmread(file, stop_before_pixels=True)
        _check_uids(ds, meta)
        _check_pixels(ds, str(meta.TransferSyntaxUID), pixels)
    found = {"transferSyntaxUID": str(meta.TransferSyntaxUID), "header": dicom_json.header(ds)}
    # Undecodable text must not travel on as lone surrogates.
    return json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _structure(file: BinaryIO, size: int) -> tuple[FileMetaDataset, Element | None]:
    """Walk the whole file; return its file meta and where Pixel Data lies."""
    if file.read(132)[128:] != b"DICM":
        raise Malformed("it is not a DICOM file")
    meta = _file_meta(file)
    syntax = str(meta.get("TransferSyntaxUID", ""))
    if not is_uid(syntax) or syntax in _NOT_TAKEN:
        raise Malformed(_NOT_TAKEN.get(syntax, "it names no transfer syntax"))
    pixels, last_tag = None, -1
    for element in elements(file, size, explicit=syntax != ImplicitVRLittleEndian):
        if element.tag <= last_tag:
            raise Malformed("its elements are not in order")
        last_tag = element.tag
        if element.tag in _PIXELS:
            pixels = element
    return meta, pixels


def _file_meta(file: BinaryIO) -> FileMetaDataset:
    """Read group 0002 and leave the file at the first element after it."""
    meta = read_file_meta_info(file.name)
    head = file.read(12)
    if head[:6] != b"\x02\x00\x00\x00UL" or "TransferSyntaxUID" not in meta:
        raise Malformed("its file meta information is incomplete")
    file.seek(int.from_bytes(head[8:12], "little"), os.SEEK_CUR)
    return meta


def _check_uids(ds: Dataset, meta: FileMetaDataset) -> None:
    for keyword in _UIDS:
        if not is_uid(str(ds.get(keyword, ""))):
            raise Malformed(f"its {keyword} is missing or not a UID")
    for keyword in ("SOPClassUID", "SOPInstanceUID"):
        if meta.get(f"MediaStorage{keyword}", ds[keyword].value) != ds[keyword].value:
            raise Malformed(f"its file meta information names another {keyword}")


def _check_pixels(ds: Dataset, syntax: str, pixels: Element | None) -> None:
    """Pixel Data must be all there: by length where native, by its fragments where not."""
    if pixels is None:
        _check_needs_none(ds)
        return
    encapsulated = pixels.length == 0xFFFFFFFF
    if encapsulated == (syntax in _NATIVE):
        raise Malformed("its Pixel Data does not fit its transfer syntax")
    if encapsulated:
        if pixels.fragments < 1:
            raise Malformed("its Pixel Data is empty")
        return
    expected = _native_bytes(ds)
    if pixels.length not in (expected, expected + expected % 2):
        raise Malformed("its Pixel Data does not have the length that rows and columns say")


def _check_needs_none(ds: Dataset) -> None:
    """An image without its pixels was cut between two elements; a report never had any."""
    is_image = "Image Storage" in UID(ds.SOPClassUID).name
    if (is_image or "Rows" in ds) and "PixelDataProviderURL" not in ds:
        raise Malformed("the object is incomplete")


def _native_bytes(ds: Dataset) -> int:
    try:
        frames = int(ds.get("NumberOfFrames") or 1)
        samples = int(ds.get("SamplesPerPixel", 1))
        if ds.get("PhotometricInterpretation") == "YBR_FULL_422":
            samples = 2  # chrominance of every other pixel (PS3.3 C.7.6.3.1.2)
        bits = int(ds.Rows) * int(ds.Columns) * samples * int(ds.BitsAllocated) * frames
    except (AttributeError, TypeError, ValueError) as exc:
        raise Malformed("its pixel description is incomplete") from exc
    return (bits + 7) // 8
