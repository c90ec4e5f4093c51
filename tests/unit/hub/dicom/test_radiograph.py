"""A radiograph of the demo is what radiology would have sent."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import numpy as np
import pydicom
import pytest

from factories import make_patient
from hub.dicom.radiograph import Radiograph, computed_radiograph
from hub.model import Code, Laterality, Order

RAMP = np.arange(24 * 32, dtype="<u2").reshape(24, 32)
ORDER = Order(
    accession_number="RAD1",
    accession_issuer="RIS",
    placer_order_number="ORD-1",
    procedure=Code("99DEMO", "XR-HAND", "X-ray of left hand"),
    anatomic_region=Code("SCT", "85562004", "Hand"),
    laterality=Laterality.LEFT,
    reason="Fall",
)


class TestComputedRadiograph:
    def test_pixels_come_back(self, ds: pydicom.Dataset):
        assert (ds.pixel_array == RAMP).all()
        assert (ds.BitsStored, ds.PhotometricInterpretation) == (12, "MONOCHROME2")

    def test_patient_order_region_and_side_are_in_it(self, ds: pydicom.Dataset):
        assert (ds.PatientID, ds.IssuerOfPatientID) == ("1297287652", "HOSP")
        assert (ds.Modality, ds.Laterality, ds.BodyPartExamined) == ("CR", "L", "HAND")
        assert ds.AnatomicRegionSequence[0].CodeValue == "85562004"
        assert ds.AccessionNumber == "RAD1"
        assert ds.IssuerOfAccessionNumberSequence[0].LocalNamespaceEntityID == "RIS"
        assert ds.RequestAttributesSequence[0].ReasonForTheRequestedProcedure == "Fall"

    def test_it_says_when_with_offset(self, ds: pydicom.Dataset):
        assert (ds.StudyDate, ds.StudyTime, ds.TimezoneOffsetFromUTC) == (
            "20261120",
            "120000",
            "+0000",
        )

    def test_an_unpaired_region_has_no_side(self):
        order = Order(accession_number="RAD2", anatomic_region=Code("SCT", "816094009", "Chest"))

        assert "Laterality" not in read(radiograph(order))

    def test_a_partial_birth_date_is_left_empty(self):
        made = radiograph(ORDER, patient=make_patient(birth_date="1996"))

        assert read(made).PatientBirthDate == ""


@pytest.fixture
def ds() -> pydicom.Dataset:
    return read(radiograph(ORDER))


def radiograph(order: Order, **changes: object) -> Radiograph:
    facts: dict = {
        "patient": make_patient(),
        "order": order,
        "study_instance_uid": "2.25.1",
        "series_instance_uid": "2.25.2",
        "sop_instance_uid": "2.25.3",
        "acquired_at": datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        "body_part_examined": "HAND",
        "view_position": "PA",
        "rows": 24,
        "columns": 32,
        "pixels": RAMP.tobytes(),
        "pixel_spacing": 0.1,
    }
    return Radiograph(**{**facts, **changes})


def read(made: Radiograph) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(computed_radiograph(made)))
