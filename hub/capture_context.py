"""What a capture becomes in DICOM, decided once: at its receipt, and for `wrap` at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import hub.dicom
from hub import capture_rules as rules
from hub.care_events import related_uids, series_instance_uid
from hub.dicom.uids import UIDs
from hub.model import (
    Capture,
    CaptureContext,
    CareEvent,
    Department,
    Encounter,
    Media,
    Operator,
    Order,
    Slide,
    Study,
)
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a capture beside what it says itself."""

    encounter: Encounter
    """The catalog's; for `wrap` what was sealed."""
    captured_at: datetime
    operator: Operator
    department: Department
    order: Order | None = None
    offset_known: bool = True


class CaptureContexts:
    """Puts captures into their context, under one site's secret and settings."""

    def __init__(self, uids: UIDs, settings: Settings) -> None:
        self._uids = uids
        self._settings = settings

    def of(
        self,
        capture: Capture,
        known: Circumstances,
        event: CareEvent,
        media: Media,
    ) -> CaptureContext:
        """Return all that making the object needs beside the media.

        Raises the refusals of `capture_rules.region_of`.
        """
        region, laterality = rules.region_of(capture)
        encounter, order = known.encounter, known.order
        series = self._series(capture, event, media)
        return CaptureContext(
            patient=encounter.patient,
            encounter_id=encounter.encounter_id,
            encounter_issuer=encounter.issuer,
            department=known.department,
            care_event=event,
            series_instance_uid=series,
            sop_instance_uid=self._uids.instance(capture.capture_id),
            captured_at=known.captured_at,
            offset_known=known.offset_known,
            anatomic_region=region,
            laterality=laterality,
            operator=known.operator,
            kind=capture.kind,
            source_sha256=capture.source.sha256,
            note=capture.note,
            procedure=capture.procedure or (order.procedure if order else None),
            order=order,
            device=capture.device,
            reason=encounter.reason or (order.reason if order else ""),
            institution=self._settings.institution,
            capture_id=capture.capture_id,
            dermoscopy=capture.dermoscopy,
            specimen=capture.specimen,
            stage=capture.stage,
            related=related_uids(capture, encounter.patient, series, self._uids),
        )

    def _series(self, capture: Capture, event: CareEvent, media: Media) -> str:
        if isinstance(media, Slide):
            # A series has one Frame of Reference, which is one scan's.
            scan = capture.capture_id.lower()
            return self._uids.series(event.study_instance_uid, hub.dicom.SLIDE_MODALITY, scan)
        modality = hub.dicom.series_kind(capture, media)
        camera = (media.manufacturer, media.model)
        return series_instance_uid(capture, event, modality, camera, self._uids)


def awaited_study(context: CaptureContext, patient_key: str) -> Study:
    """Return the study of a capture as its page shows it before it has an instance."""
    event = context.care_event
    return Study(
        study_instance_uid=event.study_instance_uid,
        patient=context.patient,
        study_date=event.started.date(),
        study_time=event.started.strftime("%H%M%S"),
        timezone_offset=event.started.strftime("%z"),
        accession_number=event.accession_number,
        accession_issuer=event.accession_issuer,
        description=event.description,
        department=context.department,
        encounter_id=context.encounter_id,
        encounter_issuer=context.encounter_issuer,
        reason=context.reason,
        procedure=context.procedure,
        encounter_based=True,
        patient_key=patient_key,
    )
