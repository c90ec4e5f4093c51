"""JSON to Capture: the fields of CONTEXT.json (DESIGN section 4), read strictly.

Used by the capture's POST and by `imaging-hub wrap`. Unknown fields are ignored, so
that an older hub takes a newer phone's captures.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from hub.errors import InvalidRequest
from hub.model import (
    Capture,
    Code,
    Device,
    Kind,
    Laterality,
    Operator,
    OrderChoice,
    Patient,
    SealedEncounter,
    SourceFile,
)

Json = Mapping[str, Any]
E = TypeVar("E", bound=StrEnum)

_BIRTH = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ONE_LINE = 64
_NOTE = 10_240
"""Characters of an LT value (PS3.5 table 6.2-1)."""
_MAX_CLOCK_OFFSET_MS = 10 * 365 * 24 * 3600 * 1000


def read_json(text: bytes) -> Json:
    """Read one JSON object. Raises InvalidRequest, also for absurd nesting."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise InvalidRequest("The capture's description is not valid JSON.") from exc
    if not isinstance(data, dict):
        raise InvalidRequest("The capture's description must be a JSON object.")
    return data


def capture_from(
    data: Json, source: SourceFile, *, encounter_id: str = "", capture_id: str = ""
) -> Capture:
    """Read a Capture; `encounter_id` of the path and `capture_id` stand in for absent ones.

    Raises InvalidRequest naming the field that cannot be read, never its value.
    """
    patient = _patient(_object(data, "patient"))
    encounter = _encounter(_object(data, "encounter"), encounter_id)
    region = _code(data, "anatomicRegion", default_scheme="SCT")
    laterality = _choice(data, "laterality", Laterality)
    note = _text(data, "note", _NOTE, multiline=True)
    return Capture(
        capture_id=_uuid(data, "captureId") or capture_id,
        source=source,
        patient=patient,
        encounter=encounter,
        anatomic_region=region,
        laterality=laterality,
        captured_at=_time(data, "capturedAt"),
        kind=_choice(data, "kind", Kind) or Kind.PHOTO,
        operator=_operator(data),
        note=note,
        procedure=_code(data, "procedure"),
        order=_order(data),
        device=_device(data),
        session_id=_uuid(data, "sessionId"),
        clock_offset_ms=_clock_offset(data),
        sealed_sha256=_sealed(patient, encounter, region, laterality, note),
    )


def _patient(data: Json) -> Patient:
    birth_date = _text(data, "birthDate", 10)
    if birth_date and not _is_birth_date(birth_date):
        raise InvalidRequest("patient.birthDate must be YYYY-MM-DD, YYYY-MM or YYYY.")
    sex = _text(data, "sex", 1)
    if sex not in ("", "M", "F", "O", "U"):
        raise InvalidRequest("patient.sex must be M, F, O or U.")
    patient_id = _text(data, "patientId", _ONE_LINE)
    if not patient_id:
        raise InvalidRequest("patient.patientId is missing.")
    name = _text(data, "name", 3 * _ONE_LINE + 2)
    if any(len(group) > _ONE_LINE for group in name.split("=")):
        raise InvalidRequest("patient.name is too long.")
    return Patient(patient_id, _text(data, "issuer", _ONE_LINE), name, birth_date, sex)


def _is_birth_date(text: str) -> bool:
    try:
        return bool(_BIRTH.fullmatch(text)) and bool(datetime.strptime(text[:10], _form(text)))
    except ValueError:
        return False


def _form(text: str) -> str:
    return {4: "%Y", 7: "%Y-%m"}.get(len(text), "%Y-%m-%d")


def _encounter(data: Json, encounter_id: str) -> SealedEncounter:
    return SealedEncounter(
        encounter_id=_text(data, "encounterId", _ONE_LINE) or encounter_id,
        issuer=_text(data, "issuer", _ONE_LINE),
        department=_text(data, "department", _ONE_LINE),
        started=_time(data, "started"),
    )


def _operator(data: Json) -> Operator | None:
    operator = _object(data, "operator")
    if not operator:
        return None
    fields = {k: _text(operator, k, _ONE_LINE) for k in ("id", "name", "issuer", "role")}
    if not fields["id"] and not fields["name"]:
        raise InvalidRequest("operator needs an id or a name.")
    return Operator(**fields)


def _order(data: Json) -> OrderChoice | None:
    order = _object(data, "order")
    choice = OrderChoice(
        _text(order, "accessionNumber", 16), _text(order, "placerOrderNumber", _ONE_LINE)
    )
    return None if choice == OrderChoice() else choice


def _device(data: Json) -> Device:
    device = _object(data, "device")
    return Device(**{k: _text(device, k, _ONE_LINE) for k in ("id", "manufacturer", "model")})


def _code(data: Json, key: str, default_scheme: str = "") -> Code | None:
    code = _object(data, key)
    if not code:
        return None
    value = _text(code, "code", 16)
    scheme = _text(code, "scheme", 16) or default_scheme
    if not value or not scheme:
        raise InvalidRequest(f"{key} needs a code and a scheme.")
    return Code(scheme, value, _text(code, "meaning", _ONE_LINE))


def _clock_offset(data: Json) -> int:
    offset = data.get("clockOffsetMs") or 0
    is_number = isinstance(offset, int | float) and not isinstance(offset, bool)
    if not is_number or abs(offset) > _MAX_CLOCK_OFFSET_MS:
        raise InvalidRequest("clockOffsetMs must be a number of milliseconds.")
    return int(offset)


def _object(data: Json, key: str) -> Json:
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidRequest(f"{key} must be a JSON object.")
    return value


def _text(data: Json, key: str, limit: int, *, multiline: bool = False) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidRequest(f"{key} must be text.")
    value = value.strip()
    one_line = multiline or not any(c in value for c in "\r\n\t\\")
    if len(value) > limit or _CONTROL.search(value) or not one_line:
        raise InvalidRequest(f"{key} is too long or has characters that are not allowed.")
    if any(0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise InvalidRequest(f"{key} is not valid Unicode text.")
    return value


def _uuid(data: Json, key: str) -> str:
    text = _text(data, key, 45)
    try:
        return str(uuid.UUID(text)) if text else ""
    except ValueError as exc:
        raise InvalidRequest(f"{key} must be a UUID.") from exc


def _time(data: Json, key: str) -> datetime | None:
    text = _text(data, key, 40)
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError as exc:
        raise InvalidRequest(f"{key} must be a date and time as in RFC 3339.") from exc
    if value.tzinfo is None:
        raise InvalidRequest(f"{key} must have an offset from UTC, such as +01:00 or Z.")
    return value


def _choice(data: Json, key: str, kind: type[E]) -> E | None:
    text = _text(data, key, _ONE_LINE)
    try:
        return kind(text) if text else None
    except ValueError as exc:
        allowed = ", ".join(kind)
        raise InvalidRequest(f"{key} must be one of {allowed}.") from exc


def _sealed(
    patient: Patient,
    encounter: SealedEncounter,
    region: Code | None,
    laterality: Laterality | None,
    note: str,
) -> str:
    """Return the digest of what a repeated capture must have the same (settled 1)."""
    region_key = (region.scheme, region.value) if region else None
    who = (patient.patient_id, patient.issuer, patient.name, patient.birth_date, patient.sex)
    where = (encounter.encounter_id, encounter.issuer, encounter.department)
    sealed = json.dumps([who, where, region_key, laterality, note], ensure_ascii=False)
    return hashlib.sha256(sealed.encode()).hexdigest()
