"""DICOM objects from outside: whole and within limits, or refused with a sentence."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from hub.dicom import received
from hub.errors import DuplicateInstance, NotStorable

Kept = Callable[[bytes], Path]
STUDY = "1.2.3.4"


def radiograph(**changes: object) -> Dataset:
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.SOPClassUID, ds.SOPInstanceUID = ComputedRadiographyImageStorage, "1.2.3.4.1.1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = STUDY, "1.2.3.4.1"
    ds.PatientName, ds.PatientID, ds.Modality = "Müller^Jörg", "77", "CR"
    ds.StudyDate, ds.StudyTime, ds.InstanceNumber = "20260102", "101500", 1
    ds.BodyPartExamined, ds.Laterality, ds.AccessionNumber = "HAND", "R", "A1"
    ds.Rows, ds.Columns, ds.SamplesPerPixel = 8, 6, 1
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.PixelData = bytes(8 * 6 * 2)
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    return ds


def as_file(ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    out = io.BytesIO()
    pydicom.dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    def kept(content: bytes) -> Path:
        path = tmp_path / "upload.part"
        path.write_bytes(content)
        return path

    return kept


def refusal(path: Path, **options: str) -> str:
    with pytest.raises(NotStorable) as refused:
        received.read(str(path), **options)
    return refused.value.message


class TestWholeObjects:
    @pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
    def test_its_facts_are_read(self, kept: Kept, syntax: str):
        path = kept(as_file(radiograph(), syntax))
        study, series, instance = received.read(str(path)).facts("ab" * 32, 123)
        assert (study.study_instance_uid, study.accession_number) == (STUDY, "A1")
        assert (study.patient.name, study.patient.patient_id) == ("Müller^Jörg", "77")
        assert (series.modality, series.laterality) == ("CR", "R")
        assert (instance.rows, instance.sha256, instance.size) == (8, "ab" * 32, 123)
        assert instance.transfer_syntax_uid == syntax
        assert study.encounter_based is False

    def test_it_is_written_as_it_came_with_an_empty_preamble(self, kept: Kept):
        content = as_file(radiograph())
        path = kept(b"MZ\x90\x00" + b"\xcc" * 124 + content[128:])
        out = io.BytesIO()
        received.read(str(path)).write_to(out.write)
        assert out.getvalue() == bytes(128) + content[128:]

    def test_the_header_has_no_bulk(self, kept: Kept):
        ds = radiograph()
        ds.add_new(0x00091001, "OB", bytes(5000))
        header = received.read(str(kept(as_file(ds)))).header
        assert header["00091001"] == {"vr": "OB", "BulkDataURI": "bulk/00091001"}
        assert header["7FE00010"] == {"vr": "OB", "BulkDataURI": "bulk/7FE00010"}

    def test_a_value_of_the_wrong_form_is_no_reason_to_refuse(self, kept: Kept):
        content = as_file(radiograph()).replace(b"IS\x02\x001 ", b"IS\x02\x00x ")
        _, _, instance = received.read(str(kept(content))).facts("0" * 64, 1)
        assert instance.instance_number is None

    def test_text_in_an_unknown_character_set_is_still_text(self, kept: Kept):
        content = as_file(radiograph()).replace(b"ISO_IR 100", b"ISO_IR 999")
        study, _, _ = received.read(str(kept(content))).facts("0" * 64, 1)
        study.patient.name.encode()

    def test_an_encapsulated_object_is_taken(self, kept: Kept):
        ds = radiograph()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.compress(RLELossless)
        path = kept(as_file(ds, RLELossless))
        assert received.read(str(path)).transfer_syntax_uid == RLELossless

    def test_an_own_photo_gives_the_same_facts_again(
        self, kept: Kept, wrapped: Callable[..., bytes]
    ):
        study, series, _ = received.read(str(kept(wrapped()))).facts("0" * 64, 1)
        assert study.encounter_based is True
        assert (study.encounter_id, study.encounter_issuer) == ("V-1001", "HOSP")
        assert study.patient.issuer == "HOSP"
        assert (series.laterality, series.anatomic_region.value) == ("L", "85562004")


class TestBrokenObjects:
    def test_one_that_is_cut_anywhere_is_refused(self, kept: Kept):
        content = as_file(radiograph())
        for end in range(0, len(content), 13):
            refusal(kept(content[:end]))

    def test_bytes_after_the_end_are_refused(self, kept: Kept):
        refusal(kept(as_file(radiograph()) + b"\x00" * 7))

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"PixelData": bytes(94)}, "length that rows and columns say"),
            ({"Rows": 65535, "Columns": 65535}, "length that rows and columns say"),
            ({"NumberOfFrames": 2**31 - 1}, "length that rows and columns say"),
            ({"BitsAllocated": 64}, "length that rows and columns say"),
        ],
    )
    def test_pixels_that_are_not_what_the_header_says(
        self, kept: Kept, change: dict, sentence: str
    ):
        assert sentence in refusal(kept(as_file(radiograph(**change))))

    def test_pixels_without_a_description(self, kept: Kept):
        ds = radiograph()
        del ds.Rows
        assert "incomplete" in refusal(kept(as_file(ds)))

    @pytest.mark.parametrize(
        "uid", ["../../etc/passwd", "1.2.03", "1." + "2" * 63, "1..2", "", "1.2 3"]
    )
    def test_a_uid_that_is_none(self, kept: Kept, uid: str):
        content = as_file(radiograph()).replace(
            b"\x20\x00\x0d\x00UI\x08\x00" + STUDY.encode() + b"\x00",
            b"\x20\x00\x0d\x00UI"
            + struct.pack("<H", len(uid + uid[:0] + " " * (len(uid) % 2)))
            + (uid + " " * (len(uid) % 2)).encode(),
        )
        assert "StudyInstanceUID" in refusal(kept(content))

    def test_file_meta_that_names_another_object(self, kept: Kept):
        content = as_file(radiograph()).replace(b"1.2.3.4.1.1\x00", b"1.2.3.4.1.9\x00", 1)
        assert "another SOPInstanceUID" in refusal(kept(content))

    def test_another_study_than_it_was_sent_to(self, kept: Kept):
        path = kept(as_file(radiograph()))
        assert "another study" in refusal(path, study_instance_uid="1.2.3.5")
        assert received.read(str(path), study_instance_uid=STUDY)

    def test_a_deflated_one(self, kept: Kept):
        assert "deflated" in refusal(kept(as_file(radiograph(), DeflatedExplicitVRLittleEndian)))

    @pytest.mark.parametrize("content", [b"", b"hello", bytes(132), bytes(128) + b"DICM"])
    def test_what_is_no_dicom(self, kept: Kept, content: bytes):
        refusal(kept(content))

    @pytest.mark.timeout(20)
    @pytest.mark.parametrize("depth", [33, 240, 5000])
    def test_sequences_nested_without_end(self, kept: Kept, depth: int):
        assert "nested" in refusal(kept(with_private(nested(depth))))

    def test_sequences_nested_within_reason_are_taken(self, kept: Kept):
        assert received.read(str(kept(with_private(nested(30)))))

    @pytest.mark.timeout(20)
    def test_items_without_end(self, kept: Kept):
        items = b"\xfe\xff\x00\xe0\x00\x00\x00\x00" * 200_000
        assert "items" in refusal(kept(with_private(sequence(items))))

    def test_a_text_of_a_million_values(self, kept: Kept):
        text = b"A\\" * 2_000_000
        element = b"\x09\x00\x02\x10UC\x00\x00" + struct.pack("<I", len(text)) + text
        assert "too long" in refusal(kept(with_private(element)))

    def test_a_length_beyond_the_end(self, kept: Kept):
        element = b"\x09\x00\x02\x10OB\x00\x00\xf0\xff\xff\xff"
        assert "incomplete" in refusal(kept(with_private(element)))


def sequence(items: bytes) -> bytes:
    return b"\x09\x00\x02\x10SQ\x00\x00\xff\xff\xff\xff" + items + END


END = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"


def nested(depth: int) -> bytes:
    opening = b"\x09\x00\x02\x10SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closing = b"\xfe\xff\x0d\xe0\x00\x00\x00\x00" + END
    return opening * depth + closing * depth


def with_private(element: bytes) -> bytes:
    """The radiograph with raw bytes of an element of group 0009 put in their place."""
    content = as_file(radiograph())
    place = content.index(b"\x10\x00\x10\x00PN")
    return content[:place] + element + content[place:]


class TestCheckSame:
    def test_same_bytes_are_the_same_instance(self, kept: Kept):
        incoming = received.read(str(kept(as_file(radiograph()))))
        _, _, stored = incoming.facts("a" * 64, 1)
        assert received.check_same(stored, stored) is stored

    def test_other_bytes_are_refused(self, kept: Kept):
        incoming = received.read(str(kept(as_file(radiograph()))))
        _, _, stored = incoming.facts("a" * 64, 1)
        _, _, other = incoming.facts("b" * 64, 1)
        with pytest.raises(DuplicateInstance):
            received.check_same(stored, other)


def test_a_sequence_of_items_is_in_the_header(kept: Kept):
    item = Dataset()
    item.CodeValue = "T1"
    header = received.read(
        str(kept(as_file(radiograph(ProcedureCodeSequence=Sequence([item])))))
    ).header
    assert header["00081032"]["Value"][0]["00080100"]["Value"] == ["T1"]
