"""Publishing: what the EHR hears, and what happens while it does not listen."""

from __future__ import annotations

from dataclasses import replace
from threading import Event, Thread

import pytest

from factories import make_patient
from fakes import FakeCatalog
from hub.errors import AuditUnavailable, EhrRefused, EhrUnavailable
from hub.model import AuditEvent, Study
from hub.publish import Publisher, outward_messages
from hub.settings import Settings

ONE = Study("2.25.1", make_patient(), patient_key="k1")
TWO = Study("2.25.2", make_patient(), patient_key="k1")


class AuditedCatalog(FakeCatalog):
    """FakeCatalog that also keeps audit events."""

    def __init__(self, *studies: Study) -> None:
        super().__init__(studies)
        self.events: list[AuditEvent] = []

    def audit(self, event: AuditEvent) -> None:
        self.events.append(event)


class Receiver:
    """A message to a receiver that fails as it is told."""

    def __init__(self, name: str = "ehr") -> None:
        self.name = name
        self.heard: list[Study] = []
        self.failures: list[Exception] = []

    def send(self, study: Study) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.heard.append(study)


def test_every_study_is_told_once_per_batch_as_it_is_now() -> None:
    catalog, ehr = AuditedCatalog(ONE, TWO), Receiver()
    catalog.put(replace(ONE, description="later"))

    sent = Publisher(catalog, [ehr]).drain()

    assert sent == 2
    assert [(s.study_instance_uid, s.description) for s in ehr.heard] == [
        ("2.25.1", "later"),
        ("2.25.2", ""),
    ]


def test_what_was_told_is_not_told_again_until_it_changes() -> None:
    catalog, ehr = AuditedCatalog(ONE), Receiver()
    publisher = Publisher(catalog, [ehr])
    publisher.drain()

    assert publisher.drain() == 0
    catalog.put(ONE)
    assert publisher.drain() == 1


def test_an_ehr_that_is_down_loses_nothing() -> None:
    catalog, ehr = AuditedCatalog(ONE, TWO), Receiver()
    ehr.failures = [EhrUnavailable(status=503)]
    publisher = Publisher(catalog, [ehr])

    with pytest.raises(EhrUnavailable):
        publisher.drain()

    assert publisher.drain() == 2


def test_a_refused_study_is_audited_and_does_not_stop_those_after_it() -> None:
    catalog, ehr = AuditedCatalog(ONE, TWO), Receiver()
    ehr.failures = [EhrRefused(status=422)]

    Publisher(catalog, [ehr]).drain()

    assert [s.study_instance_uid for s in ehr.heard] == ["2.25.2"]
    assert [(e.study_instance_uid, e.outcome, e.action) for e in catalog.events] == [
        ("2.25.1", "refused", "export"),
        ("2.25.2", "success", "export"),
    ]


def test_receivers_do_not_wait_for_each_other() -> None:
    catalog, down, up = AuditedCatalog(ONE), Receiver("down"), Receiver("up")
    down.failures = [EhrUnavailable()] * 1000
    stop = Event()
    publisher = Thread(target=Publisher(catalog, [down, up]).run, args=(stop,))

    publisher.start()
    try:
        assert _until(lambda: bool(up.heard))
    finally:
        stop.set()
        publisher.join(5)

    assert not publisher.is_alive()
    assert catalog.cursor("publish:up") == 1
    assert catalog.cursor("publish:down") == 0


def test_what_could_not_be_audited_stays_pending() -> None:
    catalog, ehr = AuditedCatalog(ONE), Receiver()
    catalog.audit = _refuse  # type: ignore[method-assign]
    stop = Event()
    publisher = Thread(target=Publisher(catalog, [ehr]).run, args=(stop,))

    publisher.start()
    try:
        assert _until(lambda: bool(ehr.heard))
    finally:
        stop.set()
        publisher.join(5)

    assert catalog.cursor("publish:ehr") == 0


def test_a_study_that_is_gone_is_passed_over() -> None:
    catalog, ehr = AuditedCatalog(ONE), Receiver()
    catalog.remove("2.25.1")

    assert Publisher(catalog, [ehr]).drain() == 0
    assert catalog.cursor("publish:ehr") == 2


def test_nothing_is_published_where_no_ehr_is_named() -> None:
    assert outward_messages(Settings()) == ()


def test_an_ehr_that_is_named_hears_of_imaging_studies() -> None:
    messages = outward_messages(Settings(ehr_fhir_url="http://127.0.0.1:9/fhir"))

    assert [m.name for m in messages] == ["fhir-imaging-study"]


def _refuse(event: AuditEvent) -> None:
    raise AuditUnavailable


def _until(condition, seconds: float = 5.0) -> bool:
    pause = Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return True
        pause.wait(0.02)
    return False
