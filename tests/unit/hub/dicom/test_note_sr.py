"""The report of a note says where, how, by whom and why, and points at its image."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest
from drawn import jpeg
from drawn_pdf import pdf

import hub.dicom
import hub.media
from factories import make_context
from hub.errors import InvalidRequest
from hub.model import CaptureContext, Kind, Operator
from hub.settings import Settings


@pytest.fixture
def reported(tmp_path: Path):
    def reported(context: CaptureContext, content: bytes = jpeg()):
        path = tmp_path / "upload.part"
        path.write_bytes(content)
        media = hub.media.read(context.kind, str(path), Settings())
        shown = hub.dicom.build(context, media)
        out = io.BytesIO()
        hub.dicom.note_report(context, media, shown).write_to(out.write)
        return pydicom.dcmread(io.BytesIO(out.getvalue())), shown.ds

    return reported


def said(ds: pydicom.Dataset) -> dict[str, object]:
    found = {}
    for item in ds.ContentSequence:
        if "ConceptNameCodeSequence" in item:
            value = item.get("TextValue") or item.get("PersonName")
            code = item.get("ConceptCodeSequence")
            name = item.ConceptNameCodeSequence[0].CodeMeaning
            found[name] = str(value) if value else code[0].CodeMeaning
    return found


def test_where_why_by_whom_and_the_note_itself(reported):
    ds, _ = reported(make_context(reason="Itching", note="Naevus 3 × 4 mm\nwatch"))

    assert ds.SOPClassUID.name == "Basic Text SR Storage"
    assert said(ds) == {
        "Observer Type": "Person",
        "Person Observer Name": "Berg^Ida",
        "Finding Site": "Hand",
        "Comment": "Naevus 3 × 4 mm\nwatch",
        "Indications for Procedure": "Itching",
    }
    (site,) = [i for i in ds.ContentSequence if "ContentSequence" in i]
    assert site.ContentSequence[0].ConceptCodeSequence[0].CodeMeaning == "Left"
    assert (ds.CompletionFlag, ds.VerificationFlag) == ("COMPLETE", "UNVERIFIED")


def test_it_points_at_its_image_in_another_series_of_the_study(reported):
    ds, shown = reported(make_context())

    (evidence,) = ds.CurrentRequestedProcedureEvidenceSequence
    (series,) = evidence.ReferencedSeriesSequence
    reference = ds.ContentSequence[-1].ReferencedSOPSequence[0]
    assert ds.StudyInstanceUID == shown.StudyInstanceUID == evidence.StudyInstanceUID
    assert series.SeriesInstanceUID == shown.SeriesInstanceUID != ds.SeriesInstanceUID
    assert reference.ReferencedSOPInstanceUID == shown.SOPInstanceUID != ds.SOPInstanceUID
    assert ds.ContentSequence[-1].ValueType == "IMAGE"


def test_a_document_is_referenced_as_what_it_is(reported):
    ds, _ = reported(make_context(kind=Kind.DOCUMENT), pdf())
    assert ds.ContentSequence[-1].ValueType == "COMPOSITE"


def test_what_nobody_said_is_not_there(reported):
    context = make_context(
        operator=Operator("", ""), anatomic_region=None, laterality=None, kind=Kind.DOCUMENT
    )
    ds, _ = reported(context, pdf())
    assert set(said(ds)) == {"Comment"}
    assert "AuthorObserverSequence" not in ds


def test_a_note_that_does_not_fit_is_refused(reported):
    with pytest.raises(InvalidRequest):
        reported(make_context(note="x" * 10_241))
