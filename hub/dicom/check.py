"""The hub's own check of an object before it is written: what is wrong here never leaves.

`dciodvfy` says more, in the tests; this runs for every object and costs microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from pydicom.datadict import keyword_for_tag, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from hub.errors import NotStorable
from hub.model import Media

from .value_forms import fits


def _tags(*keywords: str) -> tuple[int, ...]:
    return tuple(cast(int, tag_for_keyword(keyword)) for keyword in keywords)


_TYPE_1 = _tags(
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "Modality",
    "PatientID",
    "SpecificCharacterSet",
)
_TYPE_2 = _tags(
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


def is_uid(text: object) -> bool:
    """Whether `text` is a UID (PS3.5 9.1): digits and dots, no leading zeros, at most 64."""
    return isinstance(text, str) and bool(text) and fits("UI", text)


def check(ds: Dataset, media: Media) -> None:
    """Raise NotStorable, naming the attribute, for an object that is not valid."""
    check_header(ds)
    _check_payload(ds, media)


def check_header(ds: Dataset) -> None:
    """Raise NotStorable, naming the attribute, for a header that is not valid."""
    # Plain numbers are compared much faster than tags.
    elements = {int(element.tag): element for element in _elements(ds)}
    for tag in _TYPE_1:
        if tag not in elements or not elements[tag].value:
            raise NotStorable(f"The object would have no {keyword_for_tag(tag)}.")
    for tag in _TYPE_2:
        if tag not in elements:
            raise NotStorable(f"The object would lack {keyword_for_tag(tag)}.")
    _check_values(elements.values())


def _elements(ds: Dataset) -> Iterable[DataElement]:
    """The elements in no order, which is all that is needed here and costs nothing."""
    return cast(Iterable[DataElement], ds.values())


def _check_values(elements: Iterable[DataElement]) -> None:
    for element in elements:
        vr, value = str(element.VR), element.value
        if vr == "SQ":
            for item in value:
                _check_values(_elements(item))
        elif value is not None and not isinstance(value, bytes):
            for one in value if isinstance(value, MultiValue) else (value,):
                if not fits(vr, one):
                    raise NotStorable(f"{element.keyword} would not be a valid {vr}.")


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
