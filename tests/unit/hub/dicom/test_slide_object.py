"""Of a converter's file only what is listed is taken, and its tiles stay where tables say."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from drawn_slide import large_slide, whole_slide
from pydicom import dcmread, dcmwrite
from pydicom.dataset import FileDataset
from pydicom.encaps import get_frame

import hub.dicom
from factories import make_context
from hub.dicom.uids import UIDs
from hub.errors import DamagedImage
from hub.media.color import srgb_profile
from hub.model import Kind, Slide, Specimen

PRIVATE = "Okafor Grace"
SLIDE = Slide(
    encoding="slide",
    payload=(),
    source_format="svs",
    icc_profile=srgb_profile(),
    default_profile=srgb_profile(),
)
Made = Callable[..., list[FileDataset]]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def made(*files: bytes) -> list[FileDataset]:
        paths = [tmp_path / f"{number}.dcm" for number in range(len(files))]
        for path, content in zip(paths, files, strict=True):
            path.write_bytes(content)
        context = make_context(kind=Kind.MICROSCOPY, specimen=Specimen("S1"), capture_id="c1")
        objects = hub.dicom.slide_objects(paths, SLIDE, context, UIDs(b"a secret for tests"))
        return [_read_back(found) for found in objects]

    return made


def _read_back(found: hub.dicom.SlideObject) -> FileDataset:
    out = io.BytesIO()
    found.write_to(out.write)
    return dcmread(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize("table", ["basic", "extended"])
def test_the_offset_table_of_the_converter_still_leads_to_each_tile(made: Made, table: str):
    (ds,) = made(large_slide("1.2.3", "1.2.3.1", table, columns=64))

    assert ("ExtendedOffsetTable" in ds) == (table == "extended")
    tables = {}
    if table == "extended":
        tables["extended_offsets"] = (ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths)
    for number in (0, 100, 312):
        frame = get_frame(ds.PixelData, number, number_of_frames=313, **tables)
        # The tile's number stood in a comment, which is emptied.
        assert frame[:14] == b"\xff\xd8\xff\xfe\x00\x0a" + bytes(8)


def test_nothing_that_is_not_listed_is_taken_over(made: Made):
    ds = dcmread(io.BytesIO(whole_slide()))
    ds.PatientComments = ds.ImageComments = ds.StudyDescription = PRIVATE
    ds.private_block(0x0009, "Scanner", create=True).add_new(1, "LO", PRIVATE)
    ds.LabelText = ds.BarcodeValue = PRIVATE
    out = io.BytesIO()
    dcmwrite(out, ds)

    (found,) = made(out.getvalue())

    assert PRIVATE not in str(found)
    assert found.PatientName == "Okafor^Grace^^Mrs"
    assert found.StudyInstanceUID != ds.StudyInstanceUID


def test_the_largest_level_comes_first_and_the_label_last(made: Made):
    label, small, base = (
        whole_slide(sop="1.2.1", flavor="LABEL", columns=600),
        whole_slide(sop="1.2.2", columns=100),
        whole_slide(sop="1.2.3", columns=200),
    )

    found = made(label, small, base)

    assert [ds.TotalPixelMatrixColumns for ds in found] == [200, 100, 600]
    assert [ds.BurnedInAnnotation for ds in found] == ["NO", "NO", "YES"]
    assert len({ds.SOPInstanceUID for ds in found}) == 3
    assert ["PyramidUID" in ds for ds in found] == [True, True, False]


def test_another_kind_of_object_is_refused(made: Made):
    ds = dcmread(io.BytesIO(whole_slide()))
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.77.1.4"
    out = io.BytesIO()
    dcmwrite(out, ds)

    with pytest.raises(DamagedImage):
        made(out.getvalue())
