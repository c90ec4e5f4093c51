"""USE CASE Measuring: every still that was captured is looked at for blur and exposure.

It pulls from the change feed after the acknowledgement, so that no phone waits for it
(ADR 0013). What it finds is kept beside the thumbnails and shown as a warning; nothing is
refused for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from threading import Event
from typing import Protocol

from hub.errors import HubError, NotAcceptable, NotFound, ObjectDamaged
from hub.model import Instance, Study
from hub.store.ports import Catalog, ObjectStore

log = logging.getLogger(__name__)

CURSOR = "measure:stills"
_POLL_SECONDS = 1.0
_WAIT_SECONDS = 30.0


class Meter(Protocol):
    """Measures stored stills and keeps what it found."""

    def measured(self, path: str, instance: Instance) -> Mapping[str, float]:
        """Return the measures of a still, from what is kept where it was measured before."""


def is_still(instance: Instance) -> bool:
    """Whether an instance is one picture, not a video, a document or a report."""
    return bool(instance.rows) and instance.number_of_frames == 1


class Measuring:
    """Follows the feed with a cursor of its own; nobody calls it (D4)."""

    def __init__(self, catalog: Catalog, objects: ObjectStore, meter: Meter) -> None:
        self._catalog = catalog
        self._objects = objects
        self._meter = meter

    def run(self, stop: Event) -> None:
        """Measure until `stop` is set; a catalog or store that is down is waited for."""
        while not stop.is_set():
            wait = _POLL_SECONDS
            try:
                self.drain()
            except HubError as exc:
                log.warning("measuring waits: %s", exc.code)
                wait = _WAIT_SECONDS
            stop.wait(wait)

    def drain(self) -> int:
        """Measure all that is pending and return how many stills that were."""
        count = 0
        while entries := self._catalog.feed_after(self._catalog.cursor(CURSOR)):
            uids = list(dict.fromkeys(e.study_instance_uid for e in entries))
            for study in self._catalog.studies([uid for uid in uids if uid]):
                count += self._measure(study)
            self._catalog.move_cursor(CURSOR, entries[-1].seq)
        return count

    def _measure(self, study: Study) -> int:
        stills = [i for i in study.instances if i.capture_id and is_still(i)]
        return sum(self._is_measured(still) for still in stills)

    def _is_measured(self, still: Instance) -> bool:
        try:
            self._meter.measured(self._objects.path(still.sha256), still)
        except (NotAcceptable, NotFound, ObjectDamaged) as exc:
            log.warning("%s was not measured: %s", still.sop_instance_uid, exc.code)
            return False
        return True
