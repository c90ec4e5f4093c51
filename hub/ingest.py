"""USE CASE Ingest: a capture or a DICOM object comes in, is checked, kept, and acknowledged.

The page to read first. Nothing is acknowledged that is not durable (D14): the object
is on disk under its digest before one transaction makes it known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import hub.dicom
import hub.media
from hub import capture_rules as rules
from hub.care_events import (
    care_event_key,
    new_care_event,
    related_uids,
    series_instance_uid,
)
from hub.dicom import BuiltObject, received
from hub.dicom.uids import UIDs
from hub.errors import HubError, PatientMismatch, StoreUnavailable
from hub.model import (
    AuditEvent,
    Capture,
    CaptureContext,
    CareEvent,
    Department,
    Encounter,
    Instance,
    Media,
    Order,
    Practitioner,
    Receipt,
    SourceFile,
)
from hub.settings import Settings
from hub.store.ports import Catalog, NewInstance, ObjectStore, StoredCapture

WriteAll = Callable[[Callable[[bytes | memoryview], object]], object]


class Ingest:
    """Takes captures from phones and DICOM objects from radiology into the record.

    Parameters are ports; `uids` derives UIDs under the site secret (D8).
    """

    def __init__(
        self, catalog: Catalog, objects: ObjectStore, uids: UIDs, settings: Settings
    ) -> None:
        self._catalog = catalog
        self._objects = objects
        self._uids = uids
        self._settings = settings

    def capture(
        self, capture: Capture, by: Practitioner, *, addressed_to: str = ""
    ) -> tuple[Receipt, bool]:
        """Wrap and keep one capture; return its receipt and whether it is new.

        `addressed_to` is the worklist key or encounter id it was sent to, when that is
        known apart from what was sealed. The same capture again is answered with the
        receipt of the first and stores nothing. Every refusal is a HubError, raised
        before anything is kept, and in the audit log.
        """
        with self._refusals_audited("capture", capture.source, by, captureId=capture.capture_id):
            return self._captured(capture, by, addressed_to)

    def _captured(
        self, capture: Capture, by: Practitioner, addressed_to: str
    ) -> tuple[Receipt, bool]:
        stored = self._catalog.capture(capture.capture_id)
        if stored is not None:
            return rules.check_same_capture(stored, capture), False
        rules.check_specimen(capture)
        received_at = datetime.now(UTC)
        encounter = self._encounter(capture, addressed_to)
        captured_at, flags = self._time(capture, encounter, received_at)
        operator = rules.choose_operator(capture.operator, by, self._settings.default_issuer)
        region, laterality = rules.region_of(capture)
        order = rules.choose_order(capture.order, self._orders(capture, encounter))
        media = hub.media.read(capture.kind, capture.source.path, self._settings)
        media = hub.media.with_scale(media, capture, self._settings)
        flags += rules.camera_flags(media, captured_at) + rules.scale_flags(capture, media)
        department = rules.sealed_department(capture.encounter.department, encounter.department)
        event = self._care_event(encounter, department, captured_at)
        series = self._series(capture, event, media)
        context = CaptureContext(
            patient=encounter.patient,
            encounter_id=encounter.encounter_id,
            encounter_issuer=encounter.issuer,
            department=department,
            care_event=event,
            series_instance_uid=series,
            sop_instance_uid=self._uids.instance(capture.capture_id),
            captured_at=captured_at,
            anatomic_region=region,
            laterality=laterality,
            operator=operator,
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
        new = self._kept(capture, context, media, received_at, flags, by)
        return self._confirmed(capture, new)

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
        kept = self._write(incoming.write_to)
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
        if self._catalog.add_instance(NewInstance(study, series, instance, event)):
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
    ) -> tuple[datetime, tuple[str, ...]]:
        """Return the corrected shutter time and the review flags it brings."""
        captured_at = rules.corrected_time(capture) or received_at.astimezone(self._settings.zone)
        tolerance = timedelta(hours=self._settings.clock_tolerance_hours)
        flags = rules.check_time(captured_at, received_at, encounter.patient, tolerance)
        grace = timedelta(hours=self._settings.encounter_grace_hours)
        rules.check_within(encounter, captured_at, grace)
        if rules.demographics_differ(capture.patient, encounter.patient):
            flags += ("demographics-differ",)
        return captured_at, flags

    def _orders(self, capture: Capture, encounter: Encounter) -> tuple[Order, ...]:
        """Return the orders to choose from; the patient's others only when one was picked."""
        if capture.order is None:
            return ()
        return (*encounter.orders, *self._catalog.orders_of(encounter.patient))

    def _care_event(
        self, encounter: Encounter, department: Department, captured_at: datetime
    ) -> CareEvent:
        """Return the stored care event, deciding it when this is its first capture."""
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

    def _series(self, capture: Capture, event: CareEvent, media: Media) -> str:
        camera = (media.manufacturer, media.model)
        modality = hub.dicom.series_kind(capture, media)
        return series_instance_uid(capture, event, modality, camera, self._uids)

    def _kept(
        self,
        capture: Capture,
        context: CaptureContext,
        media: Media,
        received_at: datetime,
        flags: tuple[str, ...],
        by: Practitioner,
    ) -> NewInstance:
        """Write the object durably and return what the catalog shall say of it."""
        built = hub.dicom.build(context, media)
        if self._settings.note_sr and context.note.strip():
            self._keep_note(context, hub.dicom.note_report(context, media, built), by)
        kept = self._write(built.write_to)
        study, series, instance = built.instance_facts(kept.sha256, kept.size)
        instance = replace(instance, capture_id=capture.capture_id, note=capture.note)
        receipt = Receipt(
            capture_id=capture.capture_id,
            study_instance_uid=study.study_instance_uid,
            series_instance_uid=series.series_instance_uid,
            sop_instance_uid=instance.sop_instance_uid,
            sha256=capture.source.sha256,
            size=capture.source.size,
            received_at=received_at,
        )
        event = AuditEvent(
            "create",
            by=by.id,
            role=by.role,
            patient_key=self._catalog.patient_key(context.patient),
            study_instance_uid=study.study_instance_uid,
            detail={"via": "capture", "captureId": capture.capture_id, "flags": list(flags)},
        )
        stored = StoredCapture(receipt, capture.sealed_sha256, by.id)
        return NewInstance(
            study, series, instance, event, stored, care_event=context.care_event, flags=flags
        )

    def _keep_note(self, context: CaptureContext, report: BuiltObject, by: Practitioner) -> None:
        """Keep the report of a note before its image is acknowledged.

        When what follows fails, the phone sends again and finds this half done already.
        """
        kept = self._write(report.write_to)
        study, series, instance = report.instance_facts(kept.sha256, kept.size)
        event = AuditEvent(
            "create",
            by=by.id,
            role=by.role,
            patient_key=self._catalog.patient_key(context.patient),
            study_instance_uid=study.study_instance_uid,
            detail={"via": "note", "captureId": context.capture_id},
        )
        new = NewInstance(study, series, instance, event, care_event=context.care_event)
        self._catalog.add_instance(new)

    def _confirmed(self, capture: Capture, new: NewInstance) -> tuple[Receipt, bool]:
        """Make the instance known; when the same capture won a race, answer its receipt."""
        if self._catalog.add_instance(new) and new.capture is not None:
            return new.capture.receipt, True
        winner = self._catalog.capture(capture.capture_id)
        if winner is None:
            raise StoreUnavailable
        return rules.check_same_capture(winner, capture), False

    def _write(self, write_to: WriteAll) -> SourceFile:
        """Stream an object into the store and make it durable there."""
        incoming = self._objects.incoming()
        try:
            write_to(incoming.write)
            source = incoming.finish()
            self._objects.keep(source)
        finally:
            incoming.discard()
        return source
