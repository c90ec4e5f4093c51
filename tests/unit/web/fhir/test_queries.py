"""The search parameters by themselves: the index may be behind, the answer may not be wrong."""

from __future__ import annotations

from datetime import date

import pytest

from factories import make_patient
from hub.model import Series, Study
from web.fhir.queries import read_query

STUDY = Study(
    "2.25.1",
    make_patient(),
    study_date=date(2026, 11, 20),
    accession_number="E-1",
    accession_issuer="EIH",
    series=(Series("2.25.2", "2.25.1", "XC"),),
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("patient.identifier", "HOSP|1297287652"),
        ("patient.identifier", "1297287652"),
        ("subject.identifier", "urn:encounter-imaging-hub:issuer:HOSP|1297287652"),
        ("identifier", "EIH|E-1"),
        ("identifier", "urn:oid:2.25.1"),
        ("_id", "2.25.1"),
        ("started", "ge2026-11-20T12:00:00Z"),
        ("started", "2026-11-20"),
        ("modality", "http://dicom.nema.org/resources/ontology/DCM|XC"),
    ],
)
def test_a_study_is_what_was_asked_for(name: str, value: str) -> None:
    assert read_query([(name, value)]).holds_for(STUDY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("patient.identifier", "CLINIC|1297287652"),
        ("patient.identifier", "HOSP|1"),
        ("identifier", "RIS|E-1"),
        ("identifier", "urn:oid:2.25.2"),
        ("started", "lt2026-11-20"),
        ("modality", "CR"),
    ],
)
def test_or_it_is_not(name: str, value: str) -> None:
    assert not read_query([(name, value)]).holds_for(STUDY)


def test_two_dates_make_a_span() -> None:
    query = read_query([("started", "ge2026-11-01"), ("started", "le2026-11-30")])

    assert query.keys() == [("StudyDate", "20261101-20261130")]
    assert query.holds_for(STUDY)


def test_a_page_is_never_longer_than_the_limit() -> None:
    assert read_query([("_count", "5000")]).count == 100
