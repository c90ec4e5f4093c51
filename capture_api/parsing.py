"""JSON to Capture: the fields of CONTEXT.json (DESIGN section 4), read strictly.

Used by the capture's POST and by `imaging-hub wrap`. Unknown fields are ignored, so
that an older hub takes a newer phone's captures.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime

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
    Specimen,
)

from .json_values import ONE_LINE, Json, choice_of, object_of, text_of, time_of, uuid_of
from .subject_parsing import dermoscopy_of, specimen_of, stage_of

_BIRTH = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
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
    patient = _patient(object_of(data, "patient"))
    encounter = _encounter(object_of(data, "encounter"), encounter_id)
    region = _code(data, "anatomicRegion", default_scheme="SCT")
    laterality = choice_of(data, "laterality", Laterality)
    note = text_of(data, "note", _NOTE, multiline=True)
    specimen = specimen_of(data)
    return Capture(
        capture_id=uuid_of(data, "captureId") or capture_id,
        source=source,
        patient=patient,
        encounter=encounter,
        anatomic_region=region,
        laterality=laterality,
        captured_at=time_of(data, "capturedAt"),
        kind=choice_of(data, "kind", Kind) or Kind.PHOTO,
        operator=_operator(data),
        note=note,
        procedure=_code(data, "procedure"),
        order=_order(data),
        device=_device(data),
        session_id=uuid_of(data, "sessionId"),
        clock_offset_ms=_clock_offset(data),
        sealed_sha256=_sealed(patient, encounter, region, laterality, note, specimen),
        dermoscopy=dermoscopy_of(data),
        specimen=specimen,
        stage=stage_of(data),
        scale_marker=_scale_marker(data),
    )


def _patient(data: Json) -> Patient:
    birth_date = text_of(data, "birthDate", 10)
    if birth_date and not _is_birth_date(birth_date):
        raise InvalidRequest("patient.birthDate must be YYYY-MM-DD, YYYY-MM or YYYY.")
    sex = text_of(data, "sex", 1)
    if sex not in ("", "M", "F", "O", "U"):
        raise InvalidRequest("patient.sex must be M, F, O or U.")
    patient_id = text_of(data, "patientId", ONE_LINE)
    if not patient_id:
        raise InvalidRequest("patient.patientId is missing.")
    name = text_of(data, "name", 3 * ONE_LINE + 2)
    if any(len(group) > ONE_LINE for group in name.split("=")):
        raise InvalidRequest("patient.name is too long.")
    return Patient(patient_id, text_of(data, "issuer", ONE_LINE), name, birth_date, sex)


def _is_birth_date(text: str) -> bool:
    try:
        return bool(_BIRTH.fullmatch(text)) and bool(datetime.strptime(text[:10], _form(text)))
    except ValueError:
        return False


def _form(text: str) -> str:
    return {4: "%Y", 7: "%Y-%m"}.get(len(text), "%Y-%m-%d")


def _encounter(data: Json, encounter_id: str) -> SealedEncounter:
    return SealedEncounter(
        encounter_id=text_of(data, "encounterId", ONE_LINE) or encounter_id,
        issuer=text_of(data, "issuer", ONE_LINE),
        department=text_of(data, "department", ONE_LINE),
        started=time_of(data, "started"),
    )


def _operator(data: Json) -> Operator | None:
    operator = object_of(data, "operator")
    if not operator:
        return None
    fields = {k: text_of(operator, k, ONE_LINE) for k in ("id", "name", "issuer", "role")}
    if not fields["id"] and not fields["name"]:
        raise InvalidRequest("operator needs an id or a name.")
    return Operator(**fields)


def _order(data: Json) -> OrderChoice | None:
    order = object_of(data, "order")
    choice = OrderChoice(
        text_of(order, "accessionNumber", 16), text_of(order, "placerOrderNumber", ONE_LINE)
    )
    return None if choice == OrderChoice() else choice


def _device(data: Json) -> Device:
    device = object_of(data, "device")
    return Device(**{k: text_of(device, k, ONE_LINE) for k in ("id", "manufacturer", "model")})


def _code(data: Json, key: str, default_scheme: str = "") -> Code | None:
    code = object_of(data, key)
    if not code:
        return None
    value = text_of(code, "code", 16)
    scheme = text_of(code, "scheme", 16) or default_scheme
    if not value or not scheme:
        raise InvalidRequest(f"{key} needs a code and a scheme.")
    return Code(scheme, value, text_of(code, "meaning", ONE_LINE))


def _scale_marker(data: Json) -> bool:
    said = data.get("scaleMarker")
    if said is not None and not isinstance(said, bool):
        raise InvalidRequest("scaleMarker must be true or false.")
    return bool(said)


def _clock_offset(data: Json) -> int:
    offset = data.get("clockOffsetMs") or 0
    is_number = isinstance(offset, int | float) and not isinstance(offset, bool)
    if not is_number or not abs(offset) <= _MAX_CLOCK_OFFSET_MS:  # NaN, too
        raise InvalidRequest("clockOffsetMs must be a number of milliseconds.")
    return int(offset)


def _sealed(
    patient: Patient,
    encounter: SealedEncounter,
    region: Code | None,
    laterality: Laterality | None,
    note: str,
    specimen: Specimen | None,
) -> str:
    """Return the digest of what a repeated capture must have the same (settled 1).

    A specimen's label says whose tissue it is, so it counts where there is one.
    """
    region_key = (region.scheme, region.value) if region else None
    who = (patient.patient_id, patient.issuer, patient.name, patient.birth_date, patient.sex)
    where = (encounter.encounter_id, encounter.issuer, encounter.department)
    facts: list[object] = [who, where, region_key, laterality, note]
    if specimen:
        facts.append((specimen.container_id, specimen.issuer, specimen.specimen_id))
    sealed = json.dumps(facts, ensure_ascii=False)
    return hashlib.sha256(sealed.encode()).hexdigest()
