"""An object is made of a context and its media, and is durable before anything knows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import hub.dicom
from hub.dicom import BuiltObject
from hub.model import AuditEvent, CaptureContext, Media, ReviewFlag, SourceFile
from hub.settings import Settings
from hub.store.ports import NewInstance, ObjectStore

WriteAll = Callable[[Callable[[bytes | memoryview], object]], object]


def _always() -> None:
    """Go on in any case."""


class Making:
    """Makes the objects of a capture: its image, and the report of its note where asked for."""

    def __init__(self, objects: ObjectStore, settings: Settings) -> None:
        self._objects = objects
        self._settings = settings

    def made(
        self,
        context: CaptureContext,
        media: Media,
        audit: AuditEvent,
        flags: tuple[ReviewFlag, ...],
        go_on: Callable[[], None] = _always,
    ) -> tuple[NewInstance, ...]:
        """Write the objects durably; return what the catalog shall say of them, the image last.

        `go_on` is called while the image is written and may end that.
        """
        built = hub.dicom.build(context, media)
        reports = []
        if self._settings.note_sr and context.note.strip():
            said = replace(audit, detail={"via": "note", "captureId": context.capture_id})
            reports.append(self._new(context, hub.dicom.note_report(context, media, built), said))
        image = self._new(context, built, audit, go_on)
        instance = replace(image.instance, capture_id=context.capture_id, note=context.note)
        return (*reports, replace(image, instance=instance, flags=flags))

    def _new(
        self,
        context: CaptureContext,
        built: BuiltObject,
        audit: AuditEvent,
        go_on: Callable[[], None] = _always,
    ) -> NewInstance:
        kept = self.keep(built.write_to, go_on)
        study, series, instance = built.instance_facts(kept.sha256, kept.size)
        return NewInstance(study, series, instance, audit, care_event=context.care_event)

    def keep(self, write_to: WriteAll, go_on: Callable[[], None] = _always) -> SourceFile:
        """Stream an object into the store and make it durable there."""
        incoming = self._objects.incoming()

        def write(chunk: bytes | memoryview) -> None:
            go_on()
            incoming.write(chunk)

        try:
            write_to(write)
            source = incoming.finish()
            self._objects.keep(source)
        finally:
            incoming.discard()
        return source
