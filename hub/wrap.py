"""USE CASE Wrap: one file and its context become a DICOM object, without a server.

The rules and the path are those of `hub.ingest`; only what a catalog would know is
missing, so the study's time is the encounter's start and an order is taken as given.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hub.dicom
import hub.media
from hub import capture_rules as rules
from hub.capture_context import CaptureContexts, Circumstances
from hub.care_events import care_event_key, new_care_event
from hub.dicom import SLIDE_MODALITY, BuiltObject, SlideObject
from hub.dicom.uids import UIDs
from hub.errors import InvalidRequest, SpecimenMissing
from hub.model import (
    Capture,
    CaptureContext,
    Department,
    Encounter,
    EncounterClass,
    Kind,
    Media,
    Operator,
    Order,
    Patient,
)
from hub.settings import Settings

_CAPTURES = uuid.UUID("6f1c4b52-3f0e-5d0a-9a53-0d6f3a7be1c4")
"""Namespace of capture ids that follow from content and encounter."""


def derived_capture_id(capture: Capture) -> str:
    """Return the capture id that the file's digest and the encounter decide.

    A capture id that was given for several files at once is a third ingredient.
    """
    encounter = capture.encounter
    parts = (capture.source.sha256, encounter.issuer, encounter.encounter_id, capture.capture_id)
    return str(uuid.uuid5(_CAPTURES, "\x1f".join(parts)))


class Wrap:
    """Wraps captures under one site's secret and settings."""

    def __init__(self, uids: UIDs, settings: Settings) -> None:
        self._contexts = CaptureContexts(uids, settings)
        self._uids = uids
        self._settings = settings

    def object_of(self, capture: Capture) -> tuple[BuiltObject, Media]:
        """Return the finished object and what became of the file.

        Raises the refusals of a capture: UnsupportedMedia and its kinds, UnknownRegion,
        LateralityMissing, SpecimenMissing, CapturedAtImplausible; InvalidRequest when no
        time is known.
        """
        rules.check_specimen(capture)
        rules.region_of(capture)
        media = hub.media.read(capture.kind, capture.source.path, self._settings)
        media = hub.media.with_scale(media, capture, self._settings)
        return hub.dicom.build(self._context(capture, media), media), media

    def is_slide(self, capture: Capture) -> bool:
        """Whether the file is a scanner's slide, which becomes several objects."""
        return capture.kind is Kind.MICROSCOPY and hub.media.is_slide(capture.source.path)

    def slide_objects_of(self, capture: Capture, folder: Path) -> tuple[SlideObject, ...]:
        """Return the objects of a slide; their tiles lie in files below `folder`.

        Raises what `object_of` raises.
        """
        if capture.specimen is None:
            raise SpecimenMissing
        context = self._context(capture, Media(encoding="slide", payload=()), SLIDE_MODALITY)
        # A series has one Frame of Reference, which is one scan's.
        study = context.care_event.study_instance_uid
        series = self._uids.series(study, SLIDE_MODALITY, capture.capture_id.lower())
        files = hub.media.converted_slide(capture.source.path, folder)
        context = replace(context, series_instance_uid=series)
        return hub.dicom.slide_objects(files, context, self._uids)

    def note_of(self, capture: Capture, media: Media, built: BuiltObject) -> BuiltObject | None:
        """Return the report of the capture's note; None without a note or by setting."""
        if not self._settings.note_sr or not capture.note.strip():
            return None
        return hub.dicom.note_report(self._context(capture, media), media, built)

    def _context(self, capture: Capture, media: Media, series_kind: str = "") -> CaptureContext:
        known = self._circumstances(capture, media)
        event = new_care_event(
            self._key(known),
            capture.encounter.started or known.captured_at,
            known.department,
            self._uids,
            self._settings.accession_issuer,
        )
        kind = series_kind or hub.dicom.series_kind(capture, media)
        return self._contexts.of(capture, known, event, media, kind)

    def _circumstances(self, capture: Capture, media: Media) -> Circumstances:
        """Take what was sealed for what a catalog would know."""
        encounter = Encounter(
            encounter_id=capture.encounter.encounter_id,
            issuer=capture.encounter.issuer or self._settings.default_issuer,
            patient=self._patient(capture.patient),
        )
        return Circumstances(
            encounter=encounter,
            captured_at=self._captured_at(capture, media),
            operator=self._operator(capture.operator or Operator("", "")),
            department=rules.sealed_department(capture.encounter.department, Department("")),
            order=_order(capture),
        )

    def _captured_at(self, capture: Capture, media: Media) -> datetime:
        """Return the time given; else the camera's, in site time when it names no offset."""
        given = rules.corrected_time(capture)
        if given is not None:
            tolerance = timedelta(hours=self._settings.clock_tolerance_hours)
            rules.check_time(given, datetime.now(UTC), capture.patient, tolerance)
            return given
        taken = media.taken_at or capture.encounter.started
        if taken is None:
            raise InvalidRequest("No capturedAt is given and the file names no time.")
        return taken if taken.tzinfo else taken.replace(tzinfo=self._settings.zone)

    def _key(self, known: Circumstances) -> str:
        # The context does not say the class; outside a hospital stay there is no day in the key.
        return care_event_key(
            known.encounter.issuer,
            known.encounter.encounter_id,
            EncounterClass.OUTPATIENT,
            known.department,
            known.captured_at,
            self._settings.zone,
        )

    def _operator(self, operator: Operator) -> Operator:
        return replace(operator, issuer=operator.issuer or self._settings.default_issuer)

    def _patient(self, patient: Patient) -> Patient:
        return replace(patient, issuer=patient.issuer or self._settings.default_issuer)


def _order(capture: Capture) -> Order | None:
    if capture.order is None:
        return None
    return Order(
        accession_number=capture.order.accession_number,
        placer_order_number=capture.order.placer_order_number,
        procedure=capture.procedure,
    )
