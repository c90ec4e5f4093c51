"""USE CASE Reading: the one door through which studies and images are shown.

Every answer has its audit row first: when the row cannot be written, nothing is shown
(AuditUnavailable). What a person may not see does not exist for them (NotFound).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Protocol

from hub import access
from hub.capture_context import awaited_study
from hub.errors import NotFound, ObjectDamaged
from hub.model import (
    AuditEvent,
    Conversion,
    ConversionState,
    Instance,
    Patient,
    Practitioner,
    Receipt,
    ReviewFlag,
    Study,
)
from hub.review_flags import doubts
from hub.store.conversion_ports import Conversions
from hub.store.ports import Catalog, ObjectStore

_log = logging.getLogger(__name__)

HASHED_ON_READ = 64 * 1024 * 1024
"""Objects up to this size are compared with their digest each time they are read."""


class Renderer(Protocol):
    """Makes pictures for browsers of a stored object; may keep them."""

    def rendered(
        self,
        path: str,
        instance: Instance,
        *,
        frame: int | None = None,
        viewport: tuple[int, int] | None = None,
        quality: int | None = None,
        media_type: str = "image/jpeg",
        window: tuple[float, float] | None = None,
    ) -> bytes:
        """Return an image of one frame, or of the whole instance."""

    def thumbnail(self, path: str, instance: Instance, size: int = 256) -> bytes:
        """Return a small JPEG, `size` pixels on its longer side."""

    def kept_measures(self, instance: Instance) -> Mapping[str, float] | None:
        """Return how sharp and bright a still was found; None when nobody has looked yet."""


class Reading:
    """Shows studies, images and objects to those who may see them."""

    def __init__(
        self,
        catalog: Catalog,
        objects: ObjectStore,
        renderer: Renderer,
        conversions: Conversions,
    ) -> None:
        self._catalog = catalog
        self._objects = objects
        self._renderer = renderer
        self._conversions = conversions

    def study(self, uid: str, by: Practitioner, *, via: str = "page") -> Study:
        """Return a study. Raises NotFound, AuditUnavailable."""
        study = self._permitted(uid, by, via)
        self._audit_read(by, study.study_instance_uid, via, patient_key=study.patient_key)
        return study

    def study_page(self, uid: str, by: Practitioner) -> tuple[Study, Sequence[Conversion]]:
        """Return a study with its videos that are being prepared, which may be all it has.

        Raises NotFound, AuditUnavailable.
        """
        found = self._conversions.of_study(uid) if access.may_read_study(by, uid) else ()
        pending = [c for c in found if c.state is not ConversionState.DONE]
        study = self._awaited(pending)
        if study is None:
            return self.study(uid, by), pending
        self._audit_read(by, uid, "page", patient_key=study.patient_key)
        return study, pending

    def conversions(self, uid: str, by: Practitioner) -> Sequence[Conversion]:
        """Return the conversions of a study; they tell nothing of its patient. Raises NotFound."""
        found = self._conversions.of_study(uid) if access.may_read_study(by, uid) else ()
        if not found:
            raise self._refused(by, uid, "conversions")
        return found

    def flags(self, instances: Sequence[Instance]) -> Mapping[str, tuple[ReviewFlag, ...]]:
        """Return what is to be looked at in instances of one study, as `instances` gave them.

        It is what was found when they came in, and what is doubted of the measures since.
        """
        found = {i.sop_instance_uid: tuple[ReviewFlag, ...]() for i in instances}
        for study_uid in {i.study_instance_uid for i in instances}:
            found |= self._catalog.review_flags(study_uid)
        for uid, measures in self.measures(instances).items():
            found[uid] += tuple(map(ReviewFlag, doubts(measures)))
        return found

    def receipt(self, instance: Instance) -> Receipt | None:
        """Return the receipt of the capture of an instance that `instances` gave."""
        stored = self._catalog.capture(instance.capture_id) if instance.capture_id else None
        return stored.receipt if stored else None

    def measures(self, instances: Sequence[Instance]) -> Mapping[str, Mapping[str, float]]:
        """Return what `hub.measuring` found of instances, as `instances` gave them, so far."""
        found = {i.sop_instance_uid: self._renderer.kept_measures(i) for i in instances}
        return {uid: measures for uid, measures in found.items() if measures is not None}

    def studies(
        self, uids: Iterable[str], by: Practitioner, *, query: Mapping[str, object]
    ) -> tuple[Study, ...]:
        """Return the studies of a list of results; `query` is what was asked for.

        Those that are gone or not for this person are left out.
        """
        permitted = [uid for uid in uids if access.may_read_study(by, uid)]
        found = tuple(self._catalog.studies(permitted))
        detail = {**query, "shown": len(found)}
        self._catalog.audit(AuditEvent("query", by=by.id, role=by.role, detail=detail))
        return found

    def patient(self, key: str, by: Practitioner) -> tuple[Patient, tuple[Study, ...]]:
        """Return a patient with their studies, newest first. Raises NotFound."""
        patient = self._catalog.patient(key) if access.may_read(by) else None
        found = self._catalog.studies_of_patient(key) if patient else ()
        studies = tuple(s for s in found if access.may_read_study(by, s.study_instance_uid))
        # Without the right to search, only the patient of a named study is known.
        if patient is None or not (studies or access.may_search(by)):
            raise self._refused(by, "", "patient", patient_key=key)
        self._audit_read(by, "", "patient", patient_key=key)
        return patient, studies

    def instances(
        self,
        study_uid: str,
        series_uid: str | None,
        sop_uid: str | None,
        by: Practitioner,
        *,
        via: str,
    ) -> tuple[Instance, ...]:
        """Return the instances of a study, series or instance (WADO-RS). Raises NotFound."""
        study = self._permitted(study_uid, by, via)
        found = tuple(
            instance
            for instance in study.instances
            if series_uid in (None, instance.series_instance_uid)
            and sop_uid in (None, instance.sop_instance_uid)
        )
        if not found:
            raise self._refused(by, study_uid, via, patient_key=study.patient_key)
        self._audit_read(by, study_uid, via, patient_key=study.patient_key, shown=len(found))
        return found

    def instance(self, sop_uid: str, by: Practitioner) -> Instance:
        """Return the instance of a picture's URL. Raises NotFound.

        Only `rendered`, `thumbnail`, `video` and `document`, which write the audit row, may show
        anything of it.
        """
        instance = self._catalog.instance(sop_uid) if access.may_read(by) else None
        if instance is None or not access.may_read_study(by, instance.study_instance_uid):
            raise self._refused(by, "", "image")
        return instance

    def open(self, instance: Instance, by: Practitioner) -> BinaryIO:
        """Open the stored object of an instance that `instances` gave, which audited it.

        Raises NotFound, ObjectDamaged.
        """
        self._require(instance, by, "object")
        file = self._objects.open(instance.sha256)
        try:
            self._check(instance, os.fstat(file.fileno()).st_size)
        except ObjectDamaged:
            file.close()
            raise
        return file

    def rendered(self, instance: Instance, by: Practitioner, **options: Any) -> bytes:
        """Return an image of one frame. Raises NotFound, ObjectDamaged, AuditUnavailable."""
        path = self._picture_of(instance, by, "rendered")
        return self._renderer.rendered(path, instance, **options)

    def video(self, instance: Instance, by: Practitioner) -> BinaryIO:
        """Open the object of a video. Raises NotFound, ObjectDamaged, AuditUnavailable."""
        return open(self._picture_of(instance, by, "video"), "rb")

    def document(self, instance: Instance, by: Practitioner) -> BinaryIO:
        """Open the object of a document. Raises NotFound, ObjectDamaged, AuditUnavailable."""
        return open(self._picture_of(instance, by, "document"), "rb")

    def thumbnail(self, instance: Instance, by: Practitioner, size: int = 256) -> bytes:
        """Return a small JPEG. Raises NotFound, ObjectDamaged, AuditUnavailable."""
        path = self._picture_of(instance, by, "thumbnail")
        return self._renderer.thumbnail(path, instance, size)

    def _picture_of(self, instance: Instance, by: Practitioner, via: str) -> str:
        self._require(instance, by, via)
        path = self._objects.path(instance.sha256)
        self._check(instance, os.path.getsize(path))
        self._audit_read(
            by, instance.study_instance_uid, via, sopInstanceUID=instance.sop_instance_uid
        )
        return path

    def _awaited(self, pending: Sequence[Conversion]) -> Study | None:
        """Return the study of videos that have no instance yet; None where it is there."""
        if not pending or self._catalog.study(pending[0].study_instance_uid) is not None:
            return None
        found = self._conversions.pending(pending[0].capture_id)
        if found is None:  # it has one by now
            return None
        context, _source_key = found
        return awaited_study(context, self._catalog.patient_key(context.patient))

    def _permitted(self, uid: str, by: Practitioner, via: str) -> Study:
        study = self._catalog.study(uid) if access.may_read_study(by, uid) else None
        if study is None:
            raise self._refused(by, uid, via)
        return study

    def _require(self, instance: Instance, by: Practitioner, via: str) -> None:
        uid = instance.study_instance_uid
        if not access.may_read_study(by, uid):
            raise self._refused(by, uid, via)

    def _check(self, instance: Instance, size: int) -> None:
        """Raise ObjectDamaged rather than show bytes that are not those that were stored."""
        intact = size == instance.size and (
            size > HASHED_ON_READ or self._objects.verify(instance.sha256)
        )
        if not intact:
            _log.error("object %s is damaged: see `imaging-hub verify`", instance.sha256)
            raise ObjectDamaged

    def _refused(self, by: Practitioner, uid: str, via: str, *, patient_key: str = "") -> NotFound:
        event = AuditEvent("read", by=by.id, role=by.role, outcome="refused")
        detail = {"via": via}
        self._catalog.audit(
            replace(event, study_instance_uid=uid, patient_key=patient_key, detail=detail)
        )
        return NotFound()

    def _audit_read(
        self, by: Practitioner, uid: str, via: str, *, patient_key: str = "", **facts: object
    ) -> None:
        self._catalog.audit(
            AuditEvent(
                "read",
                by=by.id,
                role=by.role,
                patient_key=patient_key,
                study_instance_uid=uid,
                detail={"via": via, **facts},
            )
        )
