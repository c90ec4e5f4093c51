"""Reads the URL of IHE Invoke Image Display (RAD TF-2, RAD-106); refuses what it cannot mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from hub.errors import InvalidRequest
from hub.model import Study

MOST_KEYS = 100

_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


@dataclass(frozen=True)
class StudyInvocation:
    """`requestType=STUDY`: by UIDs or by accession numbers, never both."""

    study_instance_uids: tuple[str, ...] = ()
    accession_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class PatientInvocation:
    """`requestType=PATIENT`: a patient's studies, narrowed as asked."""

    patient_id: str
    issuer: str = ""
    newest: int = 0
    """How many; 0 for all."""
    modalities: frozenset[str] = frozenset()
    lower: date | None = None
    upper: date | None = None

    def narrow(self, studies: Sequence[Study]) -> tuple[Study, ...]:
        """Return the studies that were asked for, of `studies` newest first."""
        fitting = [study for study in studies if self._fits(study)]
        return tuple(fitting[: self.newest] if self.newest else fitting)

    def _fits(self, study: Study) -> bool:
        if self.modalities and not self.modalities.intersection(study.modalities):
            return False
        if not (self.lower or self.upper):
            return True
        day = study.study_date
        return bool(day) and (self.lower or date.min) <= day <= (self.upper or date.max)


def invocation_from(args: MultiDict[str, str]) -> StudyInvocation | PatientInvocation:
    """Return what the link asks for. Raises InvalidRequest with what is wrong with it."""
    repeated = [name for name, values in args.lists() if len(values) > 1]
    if repeated:
        raise InvalidRequest(f"The link gives {repeated[0][:32]} more than once.")
    kind = args.get("requestType", "")
    if kind == "STUDY":
        return _study(args)
    if kind == "PATIENT":
        return _patient(args)
    raise InvalidRequest("The link must say requestType=STUDY or requestType=PATIENT.")


def _study(args: MultiDict[str, str]) -> StudyInvocation:
    uids = _listed(args.get("studyUID", ""))
    accessions = _listed(args.get("accessionNumber", ""))
    if bool(uids) == bool(accessions):
        raise InvalidRequest("The link must name studyUID or accessionNumber, and not both.")
    if any(len(uid) > 64 or not _UID.fullmatch(uid) for uid in uids):
        raise InvalidRequest("The link names a studyUID that is no UID.")
    if any(len(number) > 64 for number in accessions):
        raise InvalidRequest("The link names an accessionNumber that is too long.")
    return StudyInvocation(uids, accessions)


def _patient(args: MultiDict[str, str]) -> PatientInvocation:
    patient_id, issuer = _cx(args.get("patientID", ""))
    if not patient_id:
        raise InvalidRequest("The link must name patientID.")
    newest = args.get("mostRecentResults", "0")
    if not newest.isascii() or not newest.isdecimal() or len(newest) > 6:
        raise InvalidRequest("mostRecentResults must be a whole number, 0 or more.")
    return PatientInvocation(
        patient_id=patient_id,
        issuer=issuer,
        newest=int(newest),
        modalities=frozenset(_listed(args.get("modalitiesInStudy", ""))),
        lower=_day(args, "lowerDateTime"),
        upper=_day(args, "upperDateTime"),
    )


def _cx(text: str) -> tuple[str, str]:
    """Return id and assigning authority of an HL7 CX such as `99998410^^^AcmeHospital`.

    The authority is an HD: its namespace, or its universal id where it has no namespace.
    """
    parts = [*text.strip().split("^"), "", "", "", ""]
    namespace, universal = [*parts[3].split("&"), ""][:2]
    return parts[0].strip(), (namespace or universal).strip()


def _listed(text: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if len(values) > MOST_KEYS:
        raise InvalidRequest(f"The link names more than {MOST_KEYS} studies.")
    return values


def _day(args: MultiDict[str, str], name: str) -> date | None:
    text = args.get(name, "")
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as exc:
        raise InvalidRequest(f"{name} must be an RFC 3339 date and time.") from exc
