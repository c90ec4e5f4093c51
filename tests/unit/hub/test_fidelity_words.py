"""The report in words: what each kind of object says, and that it never says too much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.fidelity import FidelityReport
from hub.fidelity_page import page
from hub.fidelity_words import Section, sections
from hub.media import video_changes
from hub.media.transcode import Probed
from hub.model import Change, ReviewFlag

KEPT_JPEG = FidelityReport(
    sop_instance_uid="2.25.1",
    kind="image",
    source_name="",
    source_size=1234,
    source_format="jpeg",
    source_sha256="a" * 64,
    object_sha256="b" * 64,
    object_size=2345,
    stream_sha256="c" * 64,
    transfer_syntax_uid="1.2.840.10008.1.2.4.50",
    kept=("The coded image data (frame, tables and scans), byte for byte",),
    steps=(Change("Left out: Exif, XMP (2)", "Because"),),
    left_out=(("Exif", 1), ("XMP", 2)),
    orientation="As in the source",
    colour="No profile: shown as sRGB",
    compression=("JPEG, 8 to 1",),
    software="Encounter Imaging Hub 1",
)
VP8 = Probed("vp8", 640, 480, 0, 25.0, 4.0, "")
CODED_AGAIN = replace(
    KEPT_JPEG,
    kind="video",
    source_format="webm",
    transfer_syntax_uid="1.2.840.10008.1.2.4.102",
    kept=(),
    steps=video_changes.of_coded_again(video_changes.NOT_MP4, VP8, (640, 480)),
    left_out=(),
    compression=("VP8, 50 to 1", "H.264, 70 to 1"),
)
DOCUMENT = replace(
    KEPT_JPEG,
    kind="document",
    source_format="pdf",
    transfer_syntax_uid="1.2.840.10008.1.2.1",
    kept=("The source file, byte for byte",),
    steps=(),
    left_out=(),
    compression=(),
)
RECEIVED = replace(
    KEPT_JPEG,
    source_format="",
    source_sha256="",
    source_size=None,
    kept=("The object as it was received",),
    steps=(),
    left_out=(),
    software="",
)


def told(report: FidelityReport) -> dict[str, Section]:
    return {section.heading: section for section in sections(report)}


def test_a_kept_photo_lost_nothing_here():
    found = told(KEPT_JPEG)

    assert dict(found["The image now"].rows)["Lossy compression"] == (
        "JPEG, 8 to 1 (in the source); none added"
    )
    assert dict(found["Metadata left out, by kind and number"].rows) == {"Exif": "1", "XMP": "2"}
    assert "Needs a look" not in found


def test_a_video_that_was_coded_again_says_so_and_whose_loss_it_is():
    found = told(CODED_AGAIN)

    (kept,) = found["Kept"].sentences
    assert "coded again, which loses detail" in kept
    assert ("Coded again from VP8 to H.264 High", video_changes.OTHER_CODING) in (
        found["Changed, and why"].rows
    )
    assert found["Metadata left out, by kind and number"].sentences == (
        "All of the file: a new one was written.",
    )
    now = dict(found["The video now"].rows)
    assert now["Stored as"].startswith("H.264 High Profile, level 4.1")
    assert now["Lossy compression"] == (
        "VP8, 50 to 1 (in the source); then H.264, 70 to 1 (by the hub)"
    )


def test_a_document_has_neither_colour_nor_orientation():
    found = told(DOCUMENT)

    assert found["Kept"].sentences == ("The source file, byte for byte.",)
    assert found["Changed, and why"].sentences == ("Nothing was changed.",)
    assert found["The document now"].rows == (("Stored as", "PDF inside a DICOM object"),)
    assert "Encapsulated Document (0042,0011)" in found["How to check this"].sentences[-1]


def test_what_came_as_dicom_claims_nothing_about_a_source():
    found = told(RECEIVED)

    assert not [label for label, _ in found["Identity"].rows if "ource" in label]
    assert "Metadata left out, by kind and number" not in found
    assert dict(found["The image now"].rows)["Lossy compression"] == "JPEG, 8 to 1"
    assert not [s for s in found["How to check this"].sentences if s.startswith("The source")]


@pytest.mark.parametrize("report", [KEPT_JPEG, CODED_AGAIN, DOCUMENT, RECEIVED])
def test_every_row_has_a_value_and_every_sentence_an_end(report: FidelityReport):
    for section in sections(report):
        assert section.rows or section.sentences
        assert all(label and value for label, value in section.rows)
        assert all(text.endswith(".") for text in section.sentences)


def test_what_needs_a_look_is_in_the_page_of_its_own():
    text = page(replace(KEPT_JPEG, flags=(ReviewFlag("department-unknown", "<b>Ward</b>"),)))

    assert "Needs a look" in text
    assert "&lt;b&gt;Ward" in text
    assert "@page{size:A4" in text
