"""Hand demo images to the hub as a phone and as radiology would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from capture_api.parsing import capture_from
from hub.bootstrap import Hub
from hub.model import Encounter, Laterality, Operator, Role, SourceFile

from .accounts import practitioner

Json = dict[str, object]


def send_photo(hub: Hub, sealed: Json, jpeg: bytes) -> None:
    """Store one photo with its sealed metadata."""
    with _received(hub, jpeg) as source:
        hub.ingest.capture(capture_from(sealed, source), practitioner(Role.CLINICIAN))


def send_dicom(hub: Hub, content: bytes) -> None:
    """Store one DICOM file."""
    with _received(hub, content) as source:
        hub.ingest.dicom(source, practitioner(Role.RADIOLOGY))


def sealed(
    encounter: Encounter,
    capture_id: str,
    taken_at: datetime,
    region_code: str,
    side: Laterality | None,
    note: str,
    operator: Operator | None = None,
    accession_number: str = "",
) -> Json:
    """Return the JSON part that a phone would have sent with the photo."""
    patient = encounter.patient
    who = operator and {k: getattr(operator, k) for k in ("id", "name", "issuer", "role")}
    return {
        "captureId": capture_id,
        "patient": {
            "patientId": patient.patient_id,
            "issuer": patient.issuer,
            "name": patient.name,
            "birthDate": patient.birth_date,
            "sex": patient.sex,
        },
        "encounter": {
            "encounterId": encounter.encounter_id,
            "issuer": encounter.issuer,
            "department": encounter.department.name,
        },
        "anatomicRegion": {"code": region_code, "scheme": "SCT"},
        "laterality": side,
        "capturedAt": taken_at.isoformat(),
        "note": note,
        "operator": who,
        "order": {"accessionNumber": accession_number} if accession_number else None,
    }


@contextmanager
def _received(hub: Hub, content: bytes) -> Iterator[SourceFile]:
    """Give `content` as a file in the hub's temporary folder, as an upload would be."""
    incoming = hub.objects.incoming()
    try:
        incoming.write(content)
        yield incoming.finish()
    finally:
        incoming.discard()
