"""What is wrong with an object is found before it is written, and named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drawn import jpeg
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from factories import make_context, make_source
from hub.dicom import build
from hub.dicom.check import check_header
from hub.dicom.vl_photographic import dataset
from hub.errors import NotStorable
from hub.media import photograph


@pytest.fixture
def header(tmp_path) -> Dataset:
    source = make_source(tmp_path, jpeg())
    return dataset(make_context(), photograph(source.path, max_pixels=1_000_000))


def test_a_header_as_it_is_made_passes(header: Dataset):
    check_header(header)


@pytest.mark.parametrize("keyword", ["SOPClassUID", "StudyInstanceUID", "Modality", "PatientID"])
def test_what_is_required_has_a_value(header: Dataset, keyword: str):
    setattr(header, keyword, "")
    with pytest.raises(NotStorable, match=f"would have no {keyword}"):
        check_header(header)


@pytest.mark.parametrize("keyword", ["PatientName", "StudyID", "Manufacturer", "AccessionNumber"])
def test_what_may_be_empty_is_there(header: Dataset, keyword: str):
    setattr(header, keyword, "")
    check_header(header)
    delattr(header, keyword)
    with pytest.raises(NotStorable, match=f"would lack {keyword}"):
        check_header(header)


@pytest.mark.parametrize(
    ("keyword", "value", "vr"),
    [
        ("SeriesInstanceUID", "1.02", "UI"),
        ("StudyDate", "2026-01-02", "DA"),
        ("StudyID", "x" * 17, "SH"),
        ("ImageType", ["ORIGINAL", "primary"], "CS"),
        ("Rows", 70_000, "US"),
    ],
)
def test_each_value_has_the_form_of_its_vr(header: Dataset, keyword: str, value: object, vr: str):
    setattr(header, keyword, value)
    with pytest.raises(NotStorable, match=f"{keyword} would not be a valid {vr}"):
        check_header(header)


def test_items_are_looked_at_too(header: Dataset):
    item = Dataset()
    item.CodeValue = "x" * 17
    header.ProcedureCodeSequence = Sequence([item])
    with pytest.raises(NotStorable, match="CodeValue would not be a valid SH"):
        check_header(header)


def test_native_pixels_have_the_size_that_the_header_says(tmp_path):
    taken = photograph(make_source(tmp_path, jpeg()).path, max_pixels=1_000_000)
    with pytest.raises(NotStorable, match="do not have the size"):
        build(make_context(), replace(taken, encoding="native"))
    with pytest.raises(NotStorable, match="no content"):
        build(make_context(), replace(taken, payload=()))
