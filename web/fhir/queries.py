"""The search parameters of ImagingStudy (FHIR R4 3.1.1): read, turned into keys, checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hub.errors import InvalidRequest
from hub.fhir.identifiers import issuer_of
from hub.fhir.imaging_study import study_uid_of
from hub.model import Study

KNOWN = {
    "_id": "token",
    "patient": "reference",
    "patient.identifier": "token",
    "identifier": "token",
    "started": "date",
    "modality": "token",
}
"""What ImagingStudy is searched by; the CapabilityStatement says the same."""
ALIASES = {"subject": "patient", "subject.identifier": "patient.identifier"}
CONTROL = frozenset({"_count", "_offset", "_format", "_include"})
MOST_RESULTS = 100

_DATE = re.compile(r"(eq|ge|le|gt|lt|sa|eb)?([0-9]{4}-[0-9]{2}-[0-9]{2})(T.*)?")


@dataclass(frozen=True, slots=True)
class StudyQuery:
    """A search for ImagingStudy resources; empty fields do not restrict it."""

    patient_key: str = ""
    patient_identifier: tuple[str, str] | None = None
    """(issuer, id); an empty issuer is any."""
    study_uid: str = ""
    accession: tuple[str, str] | None = None
    """(issuer, accession number); an empty issuer is any."""
    first: date = date.min
    last: date = date.max
    modality: str = ""
    count: int = 20
    offset: int = 0
    ignored: tuple[str, ...] = ()
    """Parameters that are not known here."""

    def keys(self) -> list[tuple[str, str]]:
        """Return the query in DICOM keywords, for the search engine."""
        keys: list[tuple[str, str]] = []
        if self.patient_identifier:
            keys.append(("PatientID", self.patient_identifier[1]))
            keys.append(("IssuerOfPatientID", self.patient_identifier[0]))
        if self.accession:
            keys.append(("AccessionNumber", self.accession[1]))
        if self.modality:
            keys.append(("ModalitiesInStudy", self.modality))
        if (self.first, self.last) != (date.min, date.max):
            keys.append(("StudyDate", f"{_day(self.first)}-{_day(self.last)}"))
        return [key for key in keys if key[1]]

    def holds_for(self, study: Study) -> bool:
        """Whether a study is what was asked for, whatever the index said."""
        return (
            self.study_uid in ("", study.study_instance_uid)
            and _is(self.patient_identifier, study.patient.issuer, study.patient.patient_id)
            and _is(self.accession, study.accession_issuer, study.accession_number)
            and (not self.modality or self.modality in study.modalities)
            and self.first <= (study.study_date or self.first) <= self.last
        )


def read_query(arguments: Iterable[tuple[str, str]]) -> StudyQuery:
    """Read the arguments of a search URL. Raises InvalidRequest."""
    facts: dict[str, object] = {}
    first, last, ignored = date.min, date.max, []
    for name, value in arguments:
        name = ALIASES.get(name, name)
        if name == "started":
            earliest, latest = _days(value)
            first, last = max(first, earliest), min(last, latest)
        elif name in KNOWN:
            facts.update(_restriction(name, value))
        elif name in ("_count", "_offset"):
            facts[name[1:]] = _number(name, value)
        elif name not in CONTROL:
            ignored.append(name)
    return StudyQuery(**facts, first=first, last=last, ignored=tuple(ignored))  # type: ignore[arg-type]


def _restriction(name: str, value: str) -> dict[str, object]:
    if name == "_id":
        return {"study_uid": _id(value)}
    if name == "patient":
        return {"patient_key": _id(value.removeprefix("Patient/"))}
    if name == "patient.identifier":
        return {"patient_identifier": _token(value)}
    if name == "modality":
        return {"modality": _token(value)[1]}
    uid = study_uid_of(value)
    return {"study_uid": _id(uid)} if uid else {"accession": _token(value)}


def _id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", value):
        raise InvalidRequest("A resource id has letters, digits, dots and dashes only.")
    return value


def _token(value: str) -> tuple[str, str]:
    system, _, code = value.rpartition("|")
    if not code:
        raise InvalidRequest("A token needs a value: system|value or value.")
    return issuer_of(system), code


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise InvalidRequest(f"{name} must be a number from 0.")
    return min(int(text), MOST_RESULTS) if name == "_count" else int(text)


def _days(text: str) -> tuple[date, date]:
    """Return the first and last day that a FHIR date with its prefix allows."""
    match = _DATE.fullmatch(text)
    try:
        day = date.fromisoformat(match[2] if match else "")
    except ValueError as exc:
        raise InvalidRequest("started must be a date such as ge2026-11-20.") from exc
    one = timedelta(days=1)
    return {
        "ge": (day, date.max),
        "le": (date.min, day),
        "gt": (day + one, date.max),
        "sa": (day + one, date.max),
        "lt": (date.min, day - one),
        "eb": (date.min, day - one),
    }.get(match[1] or "eq", (day, day))


def _day(day: date) -> str:
    return "" if day in (date.min, date.max) else day.strftime("%Y%m%d")


def _is(wanted: tuple[str, str] | None, issuer: str, value: str) -> bool:
    return wanted is None or (wanted[0] in ("", issuer) and wanted[1] == value)
