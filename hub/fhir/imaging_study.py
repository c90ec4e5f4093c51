"""A Study as FHIR R4 ImagingStudy: the same facts as in DICOM, catalog and index."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from fhir.resources.R4B.imagingstudy import ImagingStudy

from hub.fhir.identifiers import DICOM_UID, IDENTIFIER_TYPES, coding_of, system_of
from hub.model import Code, Instance, Laterality, Patient, Series, Study

_SIDES = {
    Laterality.LEFT: Code("SCT", "7771000", "Left"),
    Laterality.RIGHT: Code("SCT", "24028007", "Right"),
    Laterality.BOTH: Code("SCT", "51440002", "Right and left"),
}
_TIME = re.compile(r"([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]")
_OFFSET = re.compile(r"[+-][0-9]{4}")


def imaging_study(study: Study, *, dicomweb_url: str, known_patient: bool = True) -> dict[str, Any]:
    """Return `study` as a valid FHIR R4 ImagingStudy, its Study Instance UID as logical id.

    Patient, encounter and order are named by their identifiers. `known_patient` adds the
    reference to the Patient of our own FHIR API, which means nothing on another server.
    """
    resource = _pruned(
        {
            "resourceType": "ImagingStudy",
            "id": study.study_instance_uid,
            "meta": _meta(study),
            "contained": [_endpoint(dicomweb_url)],
            "identifier": [_study_identifier(study), _accession(study)],
            "status": "available" if study.instances else "registered",
            "modality": [coding_of(Code("DCM", m)) for m in study.modalities],
            "subject": _subject(study.patient, study.patient_key if known_patient else ""),
            "encounter": _logical("Encounter", "VN", study.encounter_id, study.encounter_issuer),
            "started": _started(study),
            "basedOn": [] if study.encounter_based else [_order(study)],
            "referrer": _person(study.referring_physician_name),
            "endpoint": [{"reference": "#wado"}],
            "numberOfSeries": len(study.series),
            "numberOfInstances": len(study.instances),
            "procedureCode": [{"coding": [coding_of(study.procedure)]}] if study.procedure else [],
            "location": {"display": study.department.name},
            "reasonCode": [{"text": study.reason}],
            "note": [{"text": text} for text in dict.fromkeys(i.note for i in study.instances)],
            "description": study.description,
            "series": [_series(s) for s in study.series],
        }
    )
    return ImagingStudy.model_validate(resource).model_dump(mode="json")


def study_uid_of(identifier: str) -> str:
    """Return the Study Instance UID in `urn:oid:UID`, with or without its system, or ''."""
    system, _, value = identifier.rpartition("|")
    is_uid = value.startswith("urn:oid:") and system in ("", DICOM_UID)
    return value.removeprefix("urn:oid:") if is_uid else ""


def _meta(study: Study) -> dict[str, Any]:
    return {
        "versionId": str(study.version),
        "lastUpdated": study.changed_at.isoformat() if study.changed_at else "",
    }


def _endpoint(dicomweb_url: str) -> dict[str, Any]:
    connection = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type"
    return {
        "resourceType": "Endpoint",
        "id": "wado",
        "status": "active",
        "connectionType": {"system": connection, "code": "dicom-wado-rs"},
        "payloadType": [{"text": "DICOM"}],
        "payloadMimeType": ["application/dicom"],
        "address": dicomweb_url,
    }


def _study_identifier(study: Study) -> dict[str, Any]:
    value = f"urn:oid:{study.study_instance_uid}"
    return {"use": "official", "system": DICOM_UID, "value": value}


def _accession(study: Study) -> dict[str, Any]:
    return _identifier("ACSN", study.accession_number, study.accession_issuer)


def _identifier(kind: str, value: str, issuer: str) -> dict[str, Any]:
    if not value:
        return {}
    type_ = {"coding": [{"system": IDENTIFIER_TYPES, "code": kind}]}
    return {"type": type_, "system": system_of(issuer), "value": value}


def _logical(type_: str, kind: str, value: str, issuer: str) -> dict[str, Any]:
    """Return a reference that names its target by identifier only (FHIR R4 2.3.0.2)."""
    return {"type": type_, "identifier": _identifier(kind, value, issuer)} if value else {}


def _subject(patient: Patient, patient_key: str) -> dict[str, Any]:
    logical = _logical("Patient", "MR", patient.patient_id, patient.issuer)
    reference = {"reference": f"Patient/{patient_key}"} if patient_key else {}
    return {**reference, **logical} or {"display": "Patient without identifier"}


def _order(study: Study) -> dict[str, Any]:
    # An order-based study carries the accession number of the order it fulfils; that of
    # an encounter's study is the hub's own and points to no ServiceRequest.
    return _logical("ServiceRequest", "ACSN", study.accession_number, study.accession_issuer)


def _started(study: Study) -> str:
    """Return a FHIR dateTime; only the date where no offset is known, for FHIR asks for one."""
    if study.study_date is None:
        return ""
    day = study.study_date.isoformat()
    time = study.study_time.split(".")[0]
    time = time.ljust(6, "0") if time else ""
    if not _OFFSET.fullmatch(study.timezone_offset) or not _TIME.fullmatch(time):
        return day
    offset = f"{study.timezone_offset[:3]}:{study.timezone_offset[3:]}"
    return f"{day}T{time[:2]}:{time[2:4]}:{time[4:6]}{offset}"


def _series(series: Series) -> dict[str, Any]:
    taken = [i.acquired_at for i in series.instances if i.acquired_at]
    return {
        "uid": series.series_instance_uid,
        "number": _unsigned(series.series_number),
        "modality": coding_of(Code("DCM", series.modality or "OT")),
        "description": series.description,
        "numberOfInstances": len(series.instances),
        "bodySite": coding_of(series.anatomic_region) if series.anatomic_region else {},
        "laterality": coding_of(_SIDES[series.laterality]) if series.laterality in _SIDES else {},
        "started": _instant(min(taken)) if taken else "",
        "performer": [{"actor": _person(series.operator_name)}],
        "instance": [_instance(i) for i in series.instances],
    }


def _instance(instance: Instance) -> dict[str, Any]:
    sop_class = f"urn:oid:{instance.sop_class_uid}"
    return {
        "uid": instance.sop_instance_uid,
        "sopClass": {"system": "urn:ietf:rfc:3986", "code": sop_class},
        "number": _unsigned(instance.instance_number),
    }


def _instant(moment: datetime) -> str:
    return moment.isoformat() if moment.tzinfo else moment.date().isoformat()


def _unsigned(number: int | None) -> int | None:
    # Series and Instance Number are IS and may be negative; FHIR's unsignedInt may not.
    return number if number is not None and number >= 0 else None


def _person(name: str) -> dict[str, Any]:
    """Return a reference that shows a PN as people write names."""
    family, given, middle, prefix, suffix = (name.split("=")[0].split("^") + [""] * 5)[:5]
    return {"display": " ".join(filter(None, (prefix, given, middle, family, suffix)))}


def _pruned(value: Any) -> Any:
    """Return `value` without what is empty: FHIR has no empty strings, lists or objects."""
    if isinstance(value, dict):
        kept = {k: _pruned(v) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v not in ("", None, [], {})}
    if isinstance(value, list):
        return [v for v in map(_pruned, value) if v not in ("", None, [], {})]
    return value.strip() if isinstance(value, str) else value
