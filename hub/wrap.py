"""USE CASE Wrap: one file and its context become a DICOM object, without a server.

The rules and the path are those of `hub.ingest`; only what a catalog would know is
missing, so the study's time is the encounter's start and an order is taken as given.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import file_digest, sha256
from pathlib import Path

import hub.dicom
import hub.media
from hub import capture_rules as rules
from hub.capture_context import CaptureContexts, Circumstances
from hub.care_events import care_event_key, new_care_event
from hub.dicom import BuiltObject, SlideObject
from hub.dicom.uids import UIDs
from hub.errors import CapturedAtImplausible, InvalidRequest, SpecimenMissing
from hub.model import (
    Capture,
    CaptureContext,
    Change,
    Department,
    Encounter,
    EncounterClass,
    FlagCode,
    Kind,
    Media,
    Operator,
    Order,
    Patient,
    ReviewFlag,
    Slide,
    SourceFile,
)
from hub.settings import Settings

_CAPTURES = uuid.UUID("6f1c4b52-3f0e-5d0a-9a53-0d6f3a7be1c4")
"""Namespace of capture ids that follow from content and encounter."""

_SMALL = 32 * 1024 * 1024
"""Bytes of a file that is held in memory; photos are mostly smaller, videos mostly larger."""

_LOCAL_TIME = Change(
    "Time of the photo written without an offset from UTC", "The camera names none"
)
_NOT_BELIEVED = Change(
    "Time of the camera left out, the start of the encounter stands in",
    "It lies before 2000, before the patient's birth or in the future",
)


def derived_capture_id(capture: Capture) -> str:
    """Return the capture id that the file's digest and the encounter decide.

    A capture id that was given for several files at once is a third ingredient.
    """
    encounter = capture.encounter
    parts = (capture.source.sha256, encounter.issuer, encounter.encounter_id, capture.capture_id)
    return str(uuid.uuid5(_CAPTURES, "\x1f".join(parts)))


def source_of(path: Path) -> SourceFile:
    """Hash the file where it is. A small one is read once, and so is what was hashed.

    Raises OSError.
    """
    with path.open("rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size <= _SMALL:
            content = file.readall()
            return SourceFile(str(path), sha256(content).hexdigest(), len(content), content)
        digest = file_digest(file, "sha256").hexdigest()
        return SourceFile(str(path), digest, file.tell())


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
        source = capture.source
        media = hub.media.read(capture.kind, source.path, self._settings, content=source.content)
        media = hub.media.with_scale(media, capture, self._settings)
        media = replace(media, changes=media.changes + self._said_of_time(capture, media))
        return hub.dicom.build(self._context(capture, media), media), media

    def flags_of(self, capture: Capture, media: Media) -> tuple[ReviewFlag, ...]:
        """Return what a person should look at in a file that `object_of` took."""
        given = rules.corrected_time(capture)
        now, tolerance = datetime.now(UTC), timedelta(hours=self._settings.clock_tolerance_hours)
        clock = rules.check_time(given, now, capture.patient, tolerance) if given else ()
        department = rules.sealed_department(capture.encounter.department, Department(""))
        if not self._offset_known(capture, media):
            clock += (ReviewFlag(FlagCode.TIME_ZONE),)
        taken = self._captured_at(capture, media)
        return clock + rules.found_flags(capture, media, taken, department)

    def slide_of(self, capture: Capture) -> Slide | None:
        """Return what a scanner's slide says of itself; None for what becomes one object.

        Raises DamagedImage.
        """
        return hub.media.slide(capture.source.path) if capture.kind is Kind.MICROSCOPY else None

    def slide_objects_of(
        self, capture: Capture, slide: Slide, folder: Path
    ) -> tuple[SlideObject, ...]:
        """Return the objects of a slide; their tiles lie in files below `folder`.

        Raises what `object_of` raises.
        """
        if capture.specimen is None:
            raise SpecimenMissing
        context = self._context(capture, slide)
        files = hub.media.converted_slide(capture.source.path, folder)
        return hub.dicom.slide_objects(files, slide, context, self._uids)

    def note_of(
        self, capture: Capture, media: Media, built: BuiltObject | SlideObject
    ) -> BuiltObject | None:
        """Return the report of the capture's note; None without a note or by setting."""
        if not self._settings.note_sr or not capture.note.strip():
            return None
        return hub.dicom.note_report(self._context(capture, media), media, built)

    def _context(self, capture: Capture, media: Media) -> CaptureContext:
        known = self._circumstances(capture, media)
        event = new_care_event(
            self._key(known),
            capture.encounter.started or known.captured_at,
            known.department,
            self._uids,
            self._settings.accession_issuer,
        )
        return self._contexts.of(capture, known, event, media)

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
            offset_known=self._offset_known(capture, media),
        )

    def _captured_at(self, capture: Capture, media: Media) -> datetime:
        """Return the time given, else the camera's, else the encounter's start."""
        given = rules.corrected_time(capture)
        if given is not None:
            self._check_time(given, capture)
            return given
        taken = self._camera_time(capture, media) or capture.encounter.started
        if taken is not None:
            return taken
        if media.taken_at is not None:
            raise CapturedAtImplausible
        raise InvalidRequest("No capturedAt is given and the file names no time.")

    def _camera_time(self, capture: Capture, media: Media) -> datetime | None:
        """The camera's time, taken for site time when it names no offset; None when implausible."""
        if media.taken_at is None:
            return None
        taken = media.taken_at
        taken = taken if taken.tzinfo else taken.replace(tzinfo=self._settings.zone)
        try:
            self._check_time(taken, capture)
        except CapturedAtImplausible:
            return None
        return taken

    def _check_time(self, moment: datetime, capture: Capture) -> None:
        tolerance = timedelta(hours=self._settings.clock_tolerance_hours)
        rules.check_time(moment, datetime.now(UTC), capture.patient, tolerance)

    def _said_of_time(self, capture: Capture, media: Media) -> tuple[Change, ...]:
        """What the object tells of a time that nobody sealed."""
        if capture.captured_at is not None or media.taken_at is None:
            return ()
        if self._camera_time(capture, media) is None:
            return (_NOT_BELIEVED,)
        return () if self._offset_known(capture, media) else (_LOCAL_TIME,)

    def _offset_known(self, capture: Capture, media: Media) -> bool:
        """Whether the time used says its offset; only a camera's may say none."""
        if capture.captured_at is not None or media.taken_at is None or media.taken_at.tzinfo:
            return True
        return self._camera_time(capture, media) is None

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
