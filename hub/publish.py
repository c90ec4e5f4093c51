"""USE CASE Publish: what happened to a study, told to the systems around the hub.

It pulls from the change feed (D4): each kind of message has a cursor of its own, so
that one receiver being down holds back nobody else and loses nothing. A new message
is one new class with `name` and `send`, and one line in `outward_messages`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from threading import Event
from typing import Protocol

from hub.errors import EhrRefused, HubError
from hub.fhir.outward import ImagingStudyMessage
from hub.model import AuditEvent, Study
from hub.settings import Settings
from hub.store.ports import Catalog

log = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 300.0


class OutwardMessage(Protocol):
    """One kind of message to one receiver."""

    @property
    def name(self) -> str:
        """Names the cursor; never changed once released."""

    def send(self, study: Study) -> None:
        """Tell the study as it is now; sending it twice is harmless.

        Raises EhrUnavailable to be tried again, EhrRefused to be passed over.
        """


def outward_messages(settings: Settings) -> tuple[OutwardMessage, ...]:
    """Return the messages this hub's settings ask for."""
    messages: list[OutwardMessage] = []
    if settings.ehr_fhir_url:
        messages.append(ImagingStudyMessage.from_settings(settings))
    return tuple(messages)


class Publisher:
    """Sends every changed study through every message, in the order of the feed."""

    def __init__(self, catalog: Catalog, messages: Sequence[OutwardMessage]) -> None:
        self._catalog = catalog
        self._messages = messages

    def run(self, stop: Event) -> None:
        """Send until `stop` is set; wait longer and longer while a receiver is down."""
        wait = _POLL_SECONDS
        while self._messages and not stop.is_set():
            reachable = [self._caught_up(message) for message in self._messages]
            wait = _POLL_SECONDS if all(reachable) else min(wait * 2, _LONGEST_WAIT_SECONDS)
            stop.wait(wait)

    def drain(self) -> int:
        """Send all that is pending and return how many messages went out.

        Raises EhrUnavailable with the rest still pending.
        """
        return sum(self._send_pending(message) for message in self._messages)

    def _caught_up(self, message: OutwardMessage) -> bool:
        try:
            self._send_pending(message)
        except HubError as exc:
            # The receiver, the catalog or the audit log is down: all of it stays pending.
            log.warning("%s waits: %s (%s)", message.name, exc.code, exc.facts.get("status", "-"))
            return False
        return True

    def _send_pending(self, message: OutwardMessage) -> int:
        cursor = f"publish:{message.name}"
        sent = 0
        while entries := self._catalog.feed_after(self._catalog.cursor(cursor)):
            # A study is told once per batch, as it is now, not once per instance.
            for uid in dict.fromkeys(entry.study_instance_uid for entry in entries):
                sent += self._send(message, uid)
            self._catalog.move_cursor(cursor, entries[-1].seq)
        return sent

    def _send(self, message: OutwardMessage, study_instance_uid: str) -> bool:
        study = self._catalog.study(study_instance_uid) if study_instance_uid else None
        if study is None:
            return False
        try:
            message.send(study)
        except EhrRefused as exc:
            log.error("%s: study %s refused", message.name, study_instance_uid)
            self._audit(message, study, "refused", exc.facts.get("status"))
            return False
        self._audit(message, study, "success", None)
        return True

    def _audit(self, message: OutwardMessage, study: Study, outcome: str, status: object) -> None:
        event = AuditEvent(
            "export",
            by="publisher",
            outcome=outcome,
            patient_key=study.patient_key,
            study_instance_uid=study.study_instance_uid,
            detail={"message": message.name, **({"status": status} if status else {})},
        )
        self._catalog.audit(event)
