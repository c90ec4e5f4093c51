"""What the hub found out about an image stands at the image, in words."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from drawn import encoded, exif, jpeg, scene
from drawn_pdf import pdf
from PIL import Image
from pydicom import dcmread
from pydicom.uid import EncapsulatedPDFStorage
from served import Served, make_radiograph, serving

from factories import NOON, make_patient
from hub.model import Kind, Receipt, Role, SealedEncounter


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("look"), encounter_grace_hours=100_000) as served:
        yield served


def said(page: str) -> list[str]:
    """The sentences of the first block on a page that asks for a look."""
    block = re.search(r'<div class="message look-at">(.*?)</ul>', page, re.DOTALL)
    return (
        [html.unescape(text) for text in re.findall(r"<li>(.*?)</li>", block[1])] if block else []
    )


def study_page(served: Served, receipt: Receipt) -> str:
    address = f"/studies/{receipt.study_instance_uid}?image={receipt.sop_instance_uid}"
    page = served.client(Role.CLINICIAN).get(address).text
    parts = re.findall(r"<section data-facts[^>]*>.*?</section>", page, re.DOTALL)
    return next((part for part in parts if " hidden" not in part.split(">")[0]), page)


def report_page(served: Served, receipt: Receipt) -> str:
    return served.client(Role.CLINICIAN).get(f"/images/{receipt.sop_instance_uid}/report").text


CASES = {
    "camera clock": (
        jpeg(exif=exif(t9003="2026:11:20 07:55:00", t9011="+00:00")),
        {},
        "camera's own clock is 4 hours 5 minutes behind",
    ),
    "demographics": (b"", {"patient": make_patient(name="Okafor^Gracie")}, "had another name"),
    "marker": (b"", {"scale_marker": True}, "none was found"),
    "department": (
        b"",
        {"encounter": SealedEncounter("V-1001", "HOSP", "Ward <7>")},
        "“Ward <7>” is not in the hub's list",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_flag_is_read_at_the_image_and_in_its_report(served: Served, case: str):
    content, changes, words = CASES[case]
    receipt = served.photo(content, **changes)

    (sentence,) = said(study_page(served, receipt))
    assert words in sentence
    assert sentence in html.unescape(report_page(served, receipt))


def test_a_clock_ahead_of_the_hub_is_said_with_how_much(served: Served):
    ahead = datetime.now(UTC) + timedelta(hours=3, minutes=30, seconds=20)
    receipt = served.photo(captured_at=ahead)

    assert "3 hours 30 minutes ahead" in " ".join(said(study_page(served, receipt)))


def test_a_photo_without_findings_says_nothing(served: Served):
    receipt = served.photo(captured_at=NOON - timedelta(days=1))

    assert "Needs a look" not in study_page(served, receipt)
    assert "Needs a look" not in report_page(served, receipt)


def test_a_doubtful_picture_is_said_once_it_was_measured(served: Served):
    receipt = served.photo(encoded(Image.new("RGB", (320, 240), (8, 8, 8)), "PNG"))
    assert said(study_page(served, receipt)) == []

    served.hub.measuring.drain()

    assert said(study_page(served, receipt)) == ["May be blurred.", "May be too dark."]
    assert "May be too dark." in report_page(served, receipt)


def test_what_a_document_would_do_stands_before_its_button(served: Served):
    content = pdf(b"<< /S /JavaScript /JS (app.alert) >>", b"<< /S /Launch /F (cmd.exe) >>")
    receipt = served.photo(content, kind=Kind.DOCUMENT, note="Consent form with scripts")
    page = served.client(Role.CLINICIAN).get(f"/studies/{receipt.study_instance_uid}").text

    start = page.index("<h2>Consent form with scripts</h2>")
    part = page[start : page.index("</section>", start)]
    assert [s.split(":")[0] for s in said(part)] == [
        "The document asks to start other programs",
        "The document has scripts in it",
    ]
    assert part.index("Needs a look") < part.index("Open document")
    assert "has scripts in it" in report_page(served, receipt)


def test_a_document_that_came_as_dicom_is_looked_into(served: Served):
    uid = "1.2.826.0.1.3680043.9.9999.8"
    ds = dcmread(io.BytesIO(make_radiograph(study=uid, Modality="DOC")))
    for keyword in ("Rows", "Columns", "PixelData"):
        del ds[keyword]
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = EncapsulatedPDFStorage
    content = pdf(b"<< /S /Launch /F (cmd.exe) >>")
    ds.EncapsulatedDocument = content + b"\0" * (len(content) % 2)
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    served.dicom(out.getvalue())

    page = served.client(Role.CLINICIAN).get(f"/studies/{uid}").text

    assert "The document asks to start other programs" in " ".join(said(page))


def test_sides_that_contradict_each_other_are_said_at_the_study(served: Served):
    study = "1.2.826.0.1.3680043.9.9999.7"
    served.dicom(make_radiograph(study=study, Laterality="L", SeriesDescription="Right hand"))

    page = served.client(Role.CLINICIAN).get(f"/studies/{study}").text

    assert said(page) == ["Its codes and descriptions name both left and right."]


def test_the_sentences_of_another_image_are_hidden(served: Served):
    first = served.photo(encoded(scene(), "PNG"), scale_marker=True)
    second = served.photo(captured_at=NOON + timedelta(minutes=3))

    assert said(study_page(served, first))
    assert not said(study_page(served, second))
