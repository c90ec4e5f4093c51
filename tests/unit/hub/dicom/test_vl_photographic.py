"""A photo of a patient, read back from its file as any receiver would read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pydicom
import pytest
from drawn import exif, jpeg
from PIL.TiffImagePlugin import IFDRational

from factories import make_context, make_patient
from hub.errors import InvalidRequest, NotStorable
from hub.model import AnatomicRegion, Code, Department, Device, Laterality, Operator, Order

ReadBack = Callable[..., pydicom.Dataset]
KATHMANDU = timezone(timedelta(hours=5, minutes=45))
FACE = AnatomicRegion(Code("SCT", "89545001", "Face"), body_part_examined="FACE")


class TestPatient:
    def test_identity_with_its_authority(self, read_back: ReadBack):
        ds = read_back()
        assert (ds.PatientName, ds.PatientID) == ("Okafor^Grace^^Mrs", "1297287652")
        assert (ds.PatientBirthDate, ds.PatientSex) == ("19450714", "F")
        assert ds.IssuerOfPatientID == "HOSP"

    def test_an_authority_with_universal_id_has_qualifiers(self, read_back: ReadBack):
        ds = read_back(patient=make_patient(issuer="HOSPA&1.2.3.4&ISO"))
        (qualifiers,) = ds.IssuerOfPatientIDQualifiersSequence
        assert ds.IssuerOfPatientID == "HOSPA"
        assert (qualifiers.UniversalEntityID, qualifiers.UniversalEntityIDType) == (
            "1.2.3.4",
            "ISO",
        )

    @pytest.mark.parametrize(
        ("facts", "keyword", "value"),
        [
            ({"birth_date": "1945"}, "PatientBirthDate", ""),
            ({"birth_date": ""}, "PatientBirthDate", ""),
            ({"sex": "U"}, "PatientSex", ""),
            ({"name": "山田^太郎=Yamada^Taro"}, "PatientName", "山田^太郎=Yamada^Taro"),
            ({"name": "X" * 100}, "PatientName", "X" * 64),
        ],
    )
    def test_what_dicom_cannot_say_is_empty_or_cut(
        self, read_back: ReadBack, facts: dict, keyword: str, value: str
    ):
        assert str(read_back(patient=make_patient(**facts))[keyword].value or "") == value

    @pytest.mark.parametrize("patient_id", ["9" * 65, "a\\b", "a\nb"])
    def test_an_identifier_is_never_cut(self, read_back: ReadBack, patient_id: str):
        with pytest.raises(NotStorable):
            read_back(patient=make_patient(patient_id=patient_id))


class TestEncounter:
    def test_admission_department_and_reason(self, read_back: ReadBack):
        ds = read_back(reason="Itching since Monday", encounter_issuer="VISITS&1.2.3&ISO")
        assert (ds.AdmissionID, ds.ReasonForVisit) == ("V-1001", "Itching since Monday")
        (issuer,) = ds.IssuerOfAdmissionIDSequence
        assert (issuer.LocalNamespaceEntityID, issuer.UniversalEntityID) == ("VISITS", "1.2.3")
        assert ds.InstitutionalDepartmentName == "Dermatology"
        assert ds.InstitutionalDepartmentTypeCodeSequence[0].CodeValue == "309923008"
        assert ds.InstitutionName == "Demo Hospital"

    def test_a_department_without_code_keeps_its_text(self, read_back: ReadBack):
        ds = read_back(department=Department("Tattoo clinic"))
        assert ds.InstitutionalDepartmentName == "Tattoo clinic"
        assert "InstitutionalDepartmentTypeCodeSequence" not in ds

    def test_accession_with_its_namespace(self, read_back: ReadBack):
        ds = read_back()
        assert ds.AccessionNumber == make_context().care_event.accession_number
        assert ds.IssuerOfAccessionNumberSequence[0].LocalNamespaceEntityID == "EIH"
        assert "RequestAttributesSequence" not in ds

    def test_a_chosen_order_gives_its_accession_and_procedure(self, read_back: ReadBack):
        code = Code("SCT", "241439007", "Photography of hand")
        order = Order("RAD-77", "RIS", "PL-9", code, reason="Follow-up")
        ds = read_back(order=order, procedure=code)
        (request,) = ds.RequestAttributesSequence
        assert ds.AccessionNumber == request.AccessionNumber == "RAD-77"
        assert ds.IssuerOfAccessionNumberSequence[0].LocalNamespaceEntityID == "RIS"
        assert request.RequestedProcedureID == "PL-9"
        assert request.ReasonForTheRequestedProcedure == "Follow-up"
        assert ds.ProcedureCodeSequence[0].CodeValue == "241439007"

    def test_an_order_number_too_long_for_dicom_is_not_cut(self, read_back: ReadBack):
        order = Order(placer_order_number="urn:uuid:0c0b1c5e-5a6c-4a0e-9a34-6b1a")
        (request,) = read_back(order=order).RequestAttributesSequence
        assert "RequestedProcedureID" not in request


class TestTime:
    def test_every_time_is_in_the_offset_of_the_capture(self, read_back: ReadBack):
        event = replace(make_context().care_event, started=datetime(2026, 1, 1, 20, 0, tzinfo=UTC))
        taken = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=KATHMANDU)
        ds = read_back(captured_at=taken, care_event=event)
        assert ds.TimezoneOffsetFromUTC == "+0545"
        assert (ds.StudyDate, ds.StudyTime) == ("20260102", "014500")
        assert (ds.ContentDate, ds.ContentTime) == ("20260102", "030405.678000")
        assert ds.AcquisitionDateTime == "20260102030405.678000+0545"

    def test_utc_is_written_with_plus(self, read_back: ReadBack):
        assert read_back().TimezoneOffsetFromUTC == "+0000"

    def test_instances_are_numbered_in_the_order_of_time(self, read_back: ReadBack):
        times = [
            datetime(2026, 1, 2, h, m, s, tzinfo=UTC)
            for h, m, s in [(0, 0, 0), (0, 0, 1), (9, 59, 59), (23, 59, 59)]
        ]
        numbers = [int(read_back(captured_at=time).InstanceNumber) for time in times]
        assert numbers == [1, 1001, 35_999_001, 86_399_001]


class TestWhereOnTheBody:
    def test_a_paired_region_has_its_side_twice(self, read_back: ReadBack):
        ds = read_back()
        (region,) = ds.AnatomicRegionSequence
        assert (region.CodeValue, region.CodeMeaning) == ("85562004", "Hand")
        assert region.AnatomicRegionModifierSequence[0].CodeValue == "7771000"
        assert (ds.ImageLaterality, ds.BodyPartExamined) == ("L", "HAND")
        assert ds.SeriesDescription == ds.StudyDescription

    @pytest.mark.parametrize(
        ("side", "code", "letter"),
        [(Laterality.RIGHT, "24028007", "R"), (Laterality.BOTH, "51440002", "B")],
    )
    def test_other_sides(self, read_back: ReadBack, side: Laterality, code: str, letter: str):
        ds = read_back(laterality=side)
        modifier = ds.AnatomicRegionSequence[0].AnatomicRegionModifierSequence[0]
        assert (modifier.CodeValue, ds.ImageLaterality) == (code, letter)

    def test_an_unpaired_region_has_no_laterality(self, read_back: ReadBack):
        ds = read_back(anatomic_region=FACE, laterality=None)
        assert "ImageLaterality" not in ds
        assert "AnatomicRegionModifierSequence" not in ds.AnatomicRegionSequence[0]

    def test_a_side_of_an_unpaired_region_is_kept_as_modifier(self, read_back: ReadBack):
        ds = read_back(anatomic_region=FACE, laterality=Laterality.LEFT)
        modifier = ds.AnatomicRegionSequence[0].AnatomicRegionModifierSequence[0]
        assert modifier.CodeMeaning == "Left"
        assert "ImageLaterality" not in ds


class TestNoteAndPeople:
    def test_the_note_keeps_its_lines_and_characters(self, read_back: ReadBack):
        note = "Naevus 3 × 4 mm\nDr. Müller: watch ∅"
        assert read_back(note=note).ImageComments == note

    def test_a_note_that_does_not_fit_is_refused_not_cut(self, read_back: ReadBack):
        with pytest.raises(InvalidRequest):
            read_back(note="x" * 10_241)

    def test_the_operator_by_name_and_by_id(self, read_back: ReadBack):
        ds = read_back()
        (operator,) = ds.OperatorIdentificationSequence
        assert ds.OperatorsName == "Berg^Ida"
        assert operator.PersonIdentificationCodeSequence[0].CodeValue == "berg"

    def test_without_an_operator_there_is_none(self, read_back: ReadBack):
        ds = read_back(operator=Operator("", ""))
        assert "OperatorsName" not in ds
        assert "OperatorIdentificationSequence" not in ds


class TestPicture:
    def test_pixels_and_compression(self, read_back: ReadBack):
        ds = read_back()
        assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"
        assert ds.SOPClassUID == "1.2.840.10008.5.1.4.1.1.77.1.4"
        assert (ds.Modality, list(ds.ImageType)) == ("XC", ["ORIGINAL", "PRIMARY"])
        assert (ds.Columns, ds.Rows, ds.SamplesPerPixel) == (160, 128, 3)
        assert ds.PhotometricInterpretation == "YBR_FULL_422"
        assert (ds.LossyImageCompression, ds.LossyImageCompressionMethod) == ("01", "ISO_10918_1")
        assert ds.pixel_array.shape == (128, 160, 3)

    def test_a_sideways_photo_that_had_to_be_decoded_is_rgb(self, read_back: ReadBack):
        ds = read_back(jpeg(150, 115, 6))
        assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.80"
        assert (ds.Columns, ds.Rows, ds.PhotometricInterpretation) == (150, 115, "RGB")
        assert ds.pixel_array.shape == (115, 150, 3)

    def test_camera_and_exposure(self, read_back: ReadBack):
        block = exif(
            t010F="Acme", t0110="Phone 7", t0131="1.2", t829D=IFDRational(18, 10), tA434="Wide"
        )
        ds = read_back(jpeg(exif=block))
        assert (ds.Manufacturer, ds.ManufacturerModelName) == ("Acme", "Phone 7")
        assert (ds.SoftwareVersions, ds.FNumber, ds.LensModel) == ("1.2", 1.8, "Wide")

    def test_the_device_stands_in_for_a_camera_without_name(self, read_back: ReadBack):
        ds = read_back(device=Device("ward-phone-3", "Acme", "Tablet"))
        assert (ds.Manufacturer, ds.ManufacturerModelName) == ("Acme", "Tablet")
        assert ds.StationName == "ward-phone-3"

    def test_the_digest_of_the_source_is_in_the_object(self, read_back: ReadBack):
        equipment = read_back(source_sha256="cd" * 32).ContributingEquipmentSequence[0]
        assert "cd" * 32 in equipment.ContributionDescription
        assert equipment.PurposeOfReferenceCodeSequence[0].CodeValue == "109103"
