"""Which care event and series a capture belongs to (D8, D9, settled 2)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hub.dicom.uids import UIDs
from hub.model import (
    Capture,
    CareEvent,
    Department,
    EncounterClass,
    Patient,
    RelatedUIDs,
)


def care_event_key(
    issuer: str,
    encounter_id: str,
    class_: EncounterClass,
    department: Department,
    captured_at: datetime,
    zone: ZoneInfo,
) -> str:
    """Return the canonical text of (issuer, encounter, department, day when inpatient).

    The day is the day of capture in the site's zone; for other classes it is empty.
    """
    day = ""
    if class_ is EncounterClass.INPATIENT:
        day = captured_at.astimezone(zone).date().isoformat()
    code = department.code
    name = f"{code.scheme}:{code.value}" if code else department.name.casefold()
    return "\x1f".join((issuer, encounter_id, name, day))


def new_care_event(
    key: str, started: datetime, department: Department, uids: UIDs, accession_issuer: str
) -> CareEvent:
    """Decide the care event of `key`: UID and accession number follow from the key alone.

    `started` becomes Study Date and Time.
    """
    return CareEvent(
        study_instance_uid=uids.study(key),
        started=started,
        accession_number=uids.accession(key),
        accession_issuer=accession_issuer,
        description=f"{department.name or 'Clinical'} photos"[:64],
        key=key,
    )


def series_instance_uid(
    capture: Capture, event: CareEvent, modality: str, camera: tuple[str, str], uids: UIDs
) -> str:
    """Return the UID of (study, modality, device, session).

    Without a device the camera's (make, model) stand in, without a session the care event.
    Fields at places of a slide make one series for each slide, because a series has one
    Frame of Reference.
    """
    device = capture.device.id or "\x1f".join(camera)
    session = capture.session_id or event.study_instance_uid
    on = capture.specimen if capture.stage else None
    slide = (on.issuer, on.container_id) if on else ()
    return uids.series(event.study_instance_uid, modality, device, session, *slide)


def related_uids(
    capture: Capture, patient: Patient, series_instance_uid: str, uids: UIDs
) -> RelatedUIDs:
    """Return UIDs of the lesion, the specimen and the frame of reference a capture is in.

    A lesion is the same in every follow-up of one patient, a specimen wherever it is shown.
    """
    lesion, specimen = capture.dermoscopy.lesion_id, capture.specimen
    identity = (patient.issuer, patient.patient_id)
    specimen_uid = ""
    if specimen:
        # Without an issuer a label is only known to be unique among the patient's own.
        issuer = (specimen.issuer,) if specimen.issuer else identity
        number = specimen.specimen_id or specimen.container_id
        specimen_uid = uids.named("specimen", *issuer, number)
    return RelatedUIDs(
        frame_of_reference=uids.named("frame of reference", series_instance_uid),
        lesion=uids.named("lesion", *identity, lesion) if lesion else "",
        specimen=specimen_uid,
        note=uids.named("note", capture.capture_id.lower()),
        note_series=uids.named("notes", series_instance_uid),
    )
