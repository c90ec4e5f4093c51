"""The hub's own check of an object before it is written: what is wrong here never leaves.

`dciodvfy` says more, in the tests; this runs for every object and costs microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from pydicom import config
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.valuerep import VR, validate_value

from hub.errors import NotStorable
from hub.model import Media

_UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*")

_TYPE_1 = (
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "Modality",
    "PatientID",
    "SpecificCharacterSet",
)
_TYPE_2 = (
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
    "SeriesNumber",
    "InstanceNumber",
    "Manufacturer",
)
_BINARY_NUMBERS = frozenset({VR.US, VR.SS, VR.UL, VR.SL, VR.FL, VR.FD})
_CHECKED_ELSEWHERE = frozenset({VR.SQ, VR.OB, VR.OV, VR.OW, VR.UN, VR.PN})


def is_uid(text: object) -> bool:
    """Whether `text` is a UID (PS3.5 9.1): digits and dots, no leading zeros, at most 64."""
    return isinstance(text, str) and len(text) <= 64 and _UID.fullmatch(text) is not None


def check(ds: Dataset, media: Media) -> None:
    """Raise NotStorable, naming the attribute, for an object that is not valid."""
    check_header(ds)
    _check_payload(ds, media)


def check_header(ds: Dataset) -> None:
    """Raise NotStorable, naming the attribute, for a header that is not valid."""
    for keyword in _TYPE_1:
        if not ds.get(keyword):
            raise NotStorable(f"The object would have no {keyword}.")
    for keyword in _TYPE_2:
        if keyword not in ds:
            raise NotStorable(f"The object would lack {keyword}.")
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        if not is_uid(ds.get(keyword)):
            raise NotStorable(f"{keyword} would not be a UID.")
    _check_values(ds)


def _check_values(ds: Dataset) -> None:
    # Values and not the Dataset itself are gone through: their order does not matter here.
    for element in cast(Iterable[DataElement], ds.values()):
        if element.VR == VR.SQ:
            for item in element.value:
                _check_values(item)
        elif element.VR not in _CHECKED_ELSEWHERE and element.value is not None:
            several = isinstance(element.value, MultiValue)
            for value in element.value if several else (element.value,):
                _check_value(element, value)


def _check_value(element: DataElement, value: object) -> None:
    vr = str(element.VR)
    plain = value if vr in _BINARY_NUMBERS else str(value)
    try:
        validate_value(vr, plain, config.RAISE)
    except ValueError as exc:
        raise NotStorable(f"{element.keyword} would not be a valid {vr}.") from exc


def _check_payload(ds: Dataset, media: Media) -> None:
    """What the header says of the payload must be what it holds (C.7.6.3)."""
    size = sum(len(piece) for piece in media.payload)
    if not size:
        raise NotStorable("The object would have no content.")
    if "Rows" not in ds:
        return
    if not 0 < ds.Rows <= 0xFFFF or not 0 < ds.Columns <= 0xFFFF:
        raise NotStorable("The image has more rows or columns than DICOM can count.")
    if media.encoding == "native" and size != ds.Rows * ds.Columns * ds.SamplesPerPixel:
        raise NotStorable("The pixels do not have the size that rows and columns say.")
