"""ImagingStudy: what an EHR reads about a study, in FHIR's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fhir.resources.R4B.imagingstudy import ImagingStudy

from factories import DERMATOLOGY, HAND, make_patient
from hub.fhir.identifiers import issuer_of, system_of
from hub.fhir.imaging_study import imaging_study, study_uid_of
from hub.model import Code, Instance, Laterality, Series, Study

URL = "https://hub.example/dicom-web"

PHOTO = Instance(
    sop_instance_uid="2.25.3",
    sop_class_uid="1.2.840.10008.5.1.4.1.1.77.1.4",
    series_instance_uid="2.25.2",
    study_instance_uid="2.25.1",
    transfer_syntax_uid="1.2.840.10008.1.2.4.50",
    sha256="00",
    size=1,
    header={},
    instance_number=1,
    acquired_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
    note="Eczema on the back of the hand",
)
SERIES = Series(
    "2.25.2",
    "2.25.1",
    "XC",
    series_number=1,
    anatomic_region=HAND,
    laterality=Laterality.LEFT,
    operator_name="Berg^Ida^^Dr",
    instances=(PHOTO,),
)
STUDY = Study(
    "2.25.1",
    make_patient(),
    study_date=date(2026, 11, 20),
    study_time="130000",
    timezone_offset="+0100",
    accession_number="E-1",
    accession_issuer="EIH",
    description="Photos Dermatology",
    department=DERMATOLOGY,
    encounter_id="V-1001",
    encounter_issuer="1.2.3",
    encounter_based=True,
    patient_key="k7",
    version=3,
    series=(SERIES,),
)


def resource(study: Study = STUDY, **options: Any) -> dict[str, Any]:
    return imaging_study(study, dicomweb_url=URL, **options)


def test_it_is_valid_fhir_when_read_again() -> None:
    assert ImagingStudy.model_validate(resource()).model_dump(mode="json") == resource()


def test_the_study_uid_is_its_id_and_its_official_identifier() -> None:
    assert resource()["id"] == "2.25.1"
    assert resource()["identifier"][0]["system"] == "urn:dicom:uid"
    assert resource()["identifier"][0]["value"] == "urn:oid:2.25.1"


def test_patient_and_encounter_are_named_by_number_and_authority() -> None:
    assert resource()["subject"]["reference"] == "Patient/k7"
    assert resource()["subject"]["identifier"]["value"] == "1297287652"
    assert issuer_of(resource()["subject"]["identifier"]["system"]) == "HOSP"
    assert resource()["encounter"]["identifier"]["system"] == "urn:oid:1.2.3"
    assert resource()["encounter"]["identifier"]["value"] == "V-1001"


def test_another_server_is_not_told_our_key_of_the_patient() -> None:
    assert "reference" not in resource(known_patient=False)["subject"]


def test_region_and_side_are_coded_on_the_series() -> None:
    (series,) = resource()["series"]

    assert series["bodySite"]["system"] == "http://snomed.info/sct"
    assert series["bodySite"]["code"] == "85562004"
    assert series["laterality"]["code"] == "7771000"
    assert series["modality"]["code"] == "XC"
    assert series["performer"][0]["actor"]["display"] == "Dr Ida Berg"


def test_an_unpaired_region_has_no_side() -> None:
    series = replace(SERIES, laterality=Laterality.UNPAIRED)

    assert "laterality" not in resource(replace(STUDY, series=(series,)))["series"][0]


def test_the_note_of_several_photos_is_told_once() -> None:
    series = replace(SERIES, instances=(PHOTO, replace(PHOTO, sop_instance_uid="2.25.4")))

    assert resource(replace(STUDY, series=(series,)))["note"] == [
        {"text": "Eczema on the back of the hand"}
    ]


def test_it_says_where_the_objects_are_retrieved() -> None:
    (endpoint,) = resource()["contained"]

    assert resource()["endpoint"] == [{"reference": f"#{endpoint['id']}"}]
    assert endpoint["address"] == URL
    assert endpoint["connectionType"]["code"] == "dicom-wado-rs"


@pytest.mark.parametrize(
    ("time", "offset", "started"),
    [
        ("130000", "+0100", "2026-11-20T13:00:00+01:00"),
        ("1300", "-0330", "2026-11-20T13:00:00-03:30"),
        ("130000", "", "2026-11-20"),
        ("", "+0100", "2026-11-20"),
        ("99", "+0100", "2026-11-20"),
    ],
)
def test_the_start_has_a_time_only_where_its_offset_is_known(
    time: str, offset: str, started: str
) -> None:
    study = replace(STUDY, study_time=time, timezone_offset=offset)

    assert resource(study)["started"] == started


def test_only_an_order_based_study_points_to_its_order() -> None:
    assert "basedOn" not in resource()
    assert resource(replace(STUDY, encounter_based=False))["basedOn"][0]["identifier"]["value"] == (
        "E-1"
    )


def test_a_poor_radiology_study_is_still_valid() -> None:
    bare = Instance("1.2.5", "1.2.840.10008.5.1.4.1.1.1", "1.2.4", "1.2.3", "1.2", "0", 1, {})
    series = Series(
        "1.2.4",
        "1.2.3",
        "",
        series_number=-2,
        anatomic_region=Code("99LOCAL", " T  1 "),
        operator_name="^",
        instances=(replace(bare, instance_number=-1),),
    )
    study = Study(
        "1.2.3", make_patient(patient_id="", issuer=""), series=(series,), description=" "
    )

    found = resource(study)

    assert found["series"][0]["bodySite"]["code"] == "T 1"
    assert "number" not in found["series"][0]
    assert "description" not in found


@pytest.mark.parametrize(
    "issuer", ["HOSP", "1.2.840.1", "http://hospital.example", "Acme Hospital & Sons", ""]
)
def test_an_issuer_is_read_back_from_its_system(issuer: str) -> None:
    assert issuer_of(system_of(issuer)) == issuer
    assert " " not in system_of(issuer)


@pytest.mark.parametrize(
    ("identifier", "uid"),
    [
        ("urn:dicom:uid|urn:oid:1.2.3", "1.2.3"),
        ("urn:oid:1.2.3", "1.2.3"),
        ("http://other|urn:oid:1.2.3", ""),
        ("A-1", ""),
    ],
)
def test_a_study_identifier_is_told_from_an_accession_number(identifier: str, uid: str) -> None:
    assert study_uid_of(identifier) == uid
