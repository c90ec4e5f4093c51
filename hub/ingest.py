"""USE CASE Ingest: a capture or a DICOM object comes in, is checked, kept, and acknowledged.

The page to read first. Nothing is acknowledged that is not durable (D14): the object
is on disk under its digest before one transaction makes it known.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import hub.dicom
import hub.media
from hub import capture_rules as rules
from hub.capture_context import CaptureContexts, Circumstances
from hub.care_events import care_event_key, new_care_event
from hub.dicom import received
from hub.dicom.bulk import PDF_SOP_CLASS
from hub.dicom.uids import UIDs
from hub.errors import HubError, PatientMismatch, StoreUnavailable
from hub.making import Making
from hub.model import (
    AuditEvent,
    Capture,
    CaptureContext,
    CareEvent,
    Encounter,
    Instance,
    Media,
    Order,
    Practitioner,
    Receipt,
    ReviewFlag,
    SourceFile,
)
from hub.settings import Settings
from hub.store.conversion_ports import Conversions, PendingCapture, SourceStore
from hub.store.ports import Catalog, NewInstance, ObjectStore, StoredCapture


class Ingest:
    """Takes captures from phones and DICOM objects from radiology into the record.

    Parameters are ports; `uids` derives UIDs under the site secret (D8).
    """

    def __init__(
        self,
        catalog: Catalog,
        objects: ObjectStore,
        conversions: Conversions,
        sources: SourceStore,
        uids: UIDs,
        settings: Settings,
    ) -> None:
        self._catalog = catalog
        self._conversions = conversions
        self._sources = sources
        self._making = Making(objects, settings)
        self._contexts = CaptureContexts(uids, settings)
        self._uids = uids
        self._settings = settings

    def capture(
        self, capture: Capture, by: Practitioner, *, addressed_to: str = ""
    ) -> tuple[Receipt, bool]:
        """Wrap and keep one capture; return its receipt and whether it is new.

        `addressed_to` is the worklist key or encounter id it was sent to, when that is
        known apart from what was sealed. The same capture again is answered with the
        receipt of the first and stores nothing. Every refusal is a HubError, raised
        before anything is kept, and in the audit log. A video that has to be coded again is
        kept as it came: it has its receipt now, and its instance when `hub.conversion` has
        made it.
        """
        with self._refusals_audited("capture", capture.source, by, captureId=capture.capture_id):
            return self._captured(capture, by, addressed_to)

    def _captured(
        self, capture: Capture, by: Practitioner, addressed_to: str
    ) -> tuple[Receipt, bool]:
        stored = self._catalog.capture(capture.capture_id)
        if stored is not None:
            return rules.check_same_capture(stored, capture), False
        received_at = datetime.now(UTC)
        known, flags = self._judged(capture, by, addressed_to, received_at)
        media, is_later = self._read(capture)
        flags += rules.found_flags(capture, media, known.captured_at, known.department)
        context = self._contexts.of(capture, known, self._care_event(known), media)
        said = _Said(capture, context, received_at, flags, by)
        if is_later:
            hub.dicom.build(context, media)  # what its header would be refused for, it is now
            is_new = self._accepted(said)
        else:
            is_new = self._made(said, media)
        return self._confirmed(said, is_new)

    def dicom(
        self, source: SourceFile, by: Practitioner, *, study_instance_uid: str | None = None
    ) -> tuple[Instance, bool]:
        """Keep one DICOM object as it was received; return it and whether it is new.

        Raises NotStorable for an object that is incomplete or of another study than
        `study_instance_uid`, DuplicateInstance when its UID exists with other bytes.
        A refusal is in the audit log.
        """
        with self._refusals_audited("stow", source, by):
            return self._received(source, by, study_instance_uid)

    def _received(
        self, source: SourceFile, by: Practitioner, study_instance_uid: str | None
    ) -> tuple[Instance, bool]:
        incoming = received.read(source.path, study_instance_uid=study_instance_uid)
        kept = self._making.keep(incoming.write_to)
        study, series, instance = incoming.facts(kept.sha256, kept.size)
        if not study.patient.issuer:
            patient = replace(study.patient, issuer=self._settings.default_issuer)
            study = replace(study, patient=patient)
        event = AuditEvent(
            "create",
            by=by.id,
            role=by.role,
            study_instance_uid=study.study_instance_uid,
            detail={"via": "stow", "sopInstanceUID": instance.sop_instance_uid},
        )
        flags = hub.media.flags_of(source.path) if instance.sop_class_uid == PDF_SOP_CLASS else ()
        new = NewInstance(study, series, instance, event, flags=tuple(map(ReviewFlag, flags)))
        if self._catalog.add_instance(new):
            return instance, True
        stored = self._catalog.instance(instance.sop_instance_uid)
        if stored is None:
            raise StoreUnavailable
        return received.check_same(stored, instance), False

    @contextmanager
    def _refusals_audited(
        self, via: str, source: SourceFile, by: Practitioner, **ids: str
    ) -> Iterator[None]:
        """Write a row for what is refused: by whom, what bytes, and why by its code."""
        try:
            yield
        except HubError as refusal:
            detail = {"via": via, "code": refusal.code, "sha256": source.sha256, **ids}
            event = AuditEvent("create", by=by.id, role=by.role, outcome="refused", detail=detail)
            with suppress(HubError):  # the sender is told the first reason
                self._catalog.audit(event)
            raise

    def _judged(
        self, capture: Capture, by: Practitioner, addressed_to: str, received_at: datetime
    ) -> tuple[Circumstances, tuple[ReviewFlag, ...]]:
        """Judge what was sealed by what the catalog knows; return that and review flags."""
        rules.check_specimen(capture)
        encounter = self._encounter(capture, addressed_to)
        captured_at, flags = self._time(capture, encounter, received_at)
        operator = rules.choose_operator(capture.operator, by, self._settings.default_issuer)
        rules.region_of(capture)
        order = rules.choose_order(capture.order, self._orders(capture, encounter))
        department = rules.sealed_department(capture.encounter.department, encounter.department)
        return Circumstances(encounter, captured_at, operator, department, order), flags

    def _read(self, capture: Capture) -> tuple[Media, bool]:
        """Read the file; of a video that is coded again later, return what is expected."""
        coder = hub.media.Coder(self._settings.work_dir, only_move=True)
        try:
            media = hub.media.read(capture.kind, capture.source.path, self._settings, coder)
        except hub.media.CodedLater as later:
            return later.expected, True
        return hub.media.with_scale(media, capture, self._settings), False

    def _encounter(self, capture: Capture, addressed_to: str) -> Encounter:
        """Return the server's encounter of a capture, whose patient is the sealed one."""
        number = addressed_to or capture.encounter.encounter_id
        found = self._catalog.encounters(number, capture.encounter.issuer)
        encounter = rules.choose_encounter(found, capture.encounter)
        sealed = capture.patient
        if not sealed.issuer:
            # The encounter already names the authority; a phone may leave it out.
            sealed = replace(sealed, issuer=encounter.patient.issuer)
        if not self._catalog.same_patient(sealed, encounter.patient):
            raise PatientMismatch
        return encounter

    def _time(
        self, capture: Capture, encounter: Encounter, received_at: datetime
    ) -> tuple[datetime, tuple[ReviewFlag, ...]]:
        """Return the corrected shutter time and the review flags it brings."""
        captured_at = rules.corrected_time(capture) or received_at.astimezone(self._settings.zone)
        tolerance = timedelta(hours=self._settings.clock_tolerance_hours)
        flags = rules.check_time(captured_at, received_at, encounter.patient, tolerance)
        grace = timedelta(hours=self._settings.encounter_grace_hours)
        rules.check_within(encounter, captured_at, grace)
        return captured_at, flags + rules.demographics_flags(capture.patient, encounter.patient)

    def _orders(self, capture: Capture, encounter: Encounter) -> tuple[Order, ...]:
        """Return the orders to choose from; the patient's others only when one was picked."""
        if capture.order is None:
            return ()
        return (*encounter.orders, *self._catalog.orders_of(encounter.patient))

    def _care_event(self, known: Circumstances) -> CareEvent:
        """Return the stored care event, deciding it when this is its first capture."""
        encounter, department, captured_at = known.encounter, known.department, known.captured_at
        key = care_event_key(
            encounter.issuer,
            encounter.encounter_id,
            encounter.class_,
            department,
            captured_at,
            self._settings.zone,
        )
        event = new_care_event(
            key, captured_at, department, self._uids, self._settings.accession_issuer
        )
        return self._catalog.care_event(key) or self._catalog.decide_care_event(event)

    def _made(self, said: _Said, media: Media) -> bool:
        """Make the objects and make them known; False when the same capture won a race."""
        *reports, image = self._making.made(said.context, media, said.audit, said.flags)
        for report in reports:
            # When what follows fails, the phone sends again and finds this half done already.
            self._catalog.add_instance(report)
        return self._catalog.add_instance(replace(image, capture=said.stored))

    def _accepted(self, said: _Said) -> bool:
        """Keep the original and make the job known; False when the same capture won a race."""
        key = self._sources.keep(said.capture.source)
        audit = replace(said.audit, patient_key=self._catalog.patient_key(said.context.patient))
        pending = PendingCapture(said.stored, said.context, key, audit, said.flags)
        # After an error it may be known nevertheless: then the worker's sweep decides.
        is_new = self._conversions.accept(pending)
        if not is_new:
            self._sources.remove(key)
        return is_new

    def _confirmed(self, said: _Said, is_new: bool) -> tuple[Receipt, bool]:
        """Return the receipt; when the same capture won a race, that one's."""
        if is_new:
            return said.stored.receipt, True
        winner = self._catalog.capture(said.capture.capture_id)
        if winner is None:
            raise StoreUnavailable
        return rules.check_same_capture(winner, said.capture), False


@dataclass(frozen=True, slots=True)
class _Said:
    """What a capture that was not refused is known by, whenever its object is made."""

    capture: Capture
    context: CaptureContext
    received_at: datetime
    flags: tuple[ReviewFlag, ...]
    by: Practitioner

    @property
    def stored(self) -> StoredCapture:
        receipt = Receipt(
            capture_id=self.capture.capture_id,
            study_instance_uid=self.context.care_event.study_instance_uid,
            series_instance_uid=self.context.series_instance_uid,
            sop_instance_uid=self.context.sop_instance_uid,
            sha256=self.capture.source.sha256,
            size=self.capture.source.size,
            received_at=self.received_at,
        )
        return StoredCapture(receipt, self.capture.sealed_sha256, self.by.id)

    @property
    def audit(self) -> AuditEvent:
        return AuditEvent(
            "create",
            by=self.by.id,
            role=self.by.role,
            study_instance_uid=self.context.care_event.study_instance_uid,
            detail={
                "via": "capture",
                "captureId": self.capture.capture_id,
                "flags": [flag.code for flag in self.flags],
            },
        )
