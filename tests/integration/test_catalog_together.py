"""Many writers at once lose nothing, and a reader of the feed misses nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from factories import NOON, make_new_instance, make_patient
from hub.model import AuditEvent
from hub.store.catalog import SqlCatalog

pytestmark = pytest.mark.integration

WRITERS, EACH = 8, 25


def test_writers_side_by_side_lose_nothing(catalog):
    seen: list[int] = []
    stop = threading.Event()

    def follow() -> None:
        """Read the feed as the indexing worker does, moving a cursor."""
        at, finished, entries = 0, False, []
        while entries or not finished:
            finished = stop.is_set()
            entries = catalog.feed_after(at, limit=7)
            seen.extend(entry.seq for entry in entries)
            at = seen[-1] if seen else 0

    def write(writer: int) -> list[bool]:
        numbers = range(writer * EACH, (writer + 1) * EACH)
        return [catalog.add_instance(make_new_instance(n, study=1 + n % 3)) for n in numbers]

    reader = threading.Thread(target=follow)
    reader.start()
    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            added = [ok for batch in pool.map(write, range(WRITERS)) for ok in batch]
    finally:
        stop.set()
        reader.join(30)

    assert added == [True] * WRITERS * EACH
    assert seen == list(range(1, WRITERS * EACH + 1))
    studies = catalog.studies(catalog.all_study_uids())
    assert sum(len(s.instances) for s in studies) == WRITERS * EACH
    assert sum(s.version for s in studies) == WRITERS * EACH
    assert catalog.verify_audit() == (WRITERS * EACH, None)


def test_one_capture_sent_many_times_at_once_is_one_instance(catalog):
    new = make_new_instance()
    start = threading.Barrier(8)

    def send(_: int) -> bool:
        start.wait()
        return catalog.add_instance(new)

    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(send, range(8)))

    assert added.count(True) == 1
    assert len(catalog.study("2.25.1").instances) == 1
    assert len(catalog.feed_after(0)) == 1
    assert catalog.verify_audit() == (1, None)


def test_a_care_event_is_decided_once_by_whoever_comes_first(catalog):
    event = make_new_instance().care_event
    start = threading.Barrier(6)

    def decide(second: int):
        start.wait()
        return catalog.decide_care_event(replace(event, started=NOON.replace(second=second)))

    with ThreadPoolExecutor(6) as pool:
        decided = set(pool.map(decide, range(6)))

    assert len(decided) == 1


def test_a_patient_met_many_times_at_once_gets_one_key(catalog):
    start = threading.Barrier(6)

    def key(_: int) -> str:
        start.wait()
        return catalog.patient_key(make_patient())

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(key, range(6)))) == 1


def test_threads_that_open_a_new_catalog_at_once_all_can_use_it(catalog_url):
    def use(number: int) -> None:
        catalog = SqlCatalog(catalog_url)
        catalog.audit(AuditEvent("read", by=f"user-{number}"))
        catalog.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(use, range(6)))

    catalog = SqlCatalog(catalog_url)
    assert catalog.verify_audit() == (6, None)
    catalog.close()


def test_processes_that_open_a_new_catalog_at_once_all_can_use_it(catalog_url):
    program = (
        "import sys; from hub.store.catalog import SqlCatalog; from hub.model import AuditEvent\n"
        "catalog = SqlCatalog(sys.argv[1])\n"
        "for _ in range(5): catalog.audit(AuditEvent('read', by='process'))\n"
    )
    line = [sys.executable, "-c", program, catalog_url]
    processes = [subprocess.Popen(line) for _ in range(4)]

    assert [p.wait(60) for p in processes] == [0] * 4

    catalog = SqlCatalog(catalog_url)
    assert catalog.verify_audit() == (20, None)
    catalog.close()
