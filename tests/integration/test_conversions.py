"""Jobs of conversion on both databases: one lease at a time, and nothing from a lost one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from factories import make_new_instance, make_pending
from hub.model import Conversion, ConversionState
from hub.store.catalog import SqlCatalog
from hub.store.conversion_ports import Lease
from hub.store.conversions import WORKER_LOST, SqlConversions

pytestmark = pytest.mark.integration

WAITING, RUNNING, DONE, FAILED = ConversionState
SECONDS, MOST = 60, 3


@dataclass
class Clock:
    time: datetime = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(catalog: SqlCatalog, clock: Clock) -> SqlConversions:
    return SqlConversions(catalog.engine, now=clock)


def leased(jobs: SqlConversions) -> Lease:
    lease = jobs.lease(SECONDS, MOST)
    assert lease is not None
    return lease


def image_of(number: int = 1):
    return replace(make_new_instance(number), capture=None)


def the_one(jobs: SqlConversions) -> Conversion:
    (conversion,) = jobs.of_study("2.25.1")
    return conversion


class TestAccept:
    def test_one_transaction_has_receipt_care_event_audit_and_job(self, catalog, jobs):
        pending = make_pending()

        assert jobs.accept(pending) is True

        receipt = pending.capture.receipt
        assert catalog.capture(receipt.capture_id) == pending.capture
        assert catalog.care_event("key-1") == pending.context.care_event
        assert [row.event.action for row in catalog.audit_rows()] == ["create"]
        waits = Conversion(
            receipt.capture_id, "2.25.1", "2.25.1.1.1", received_at=receipt.received_at
        )
        assert the_one(jobs) == jobs.of_capture(receipt.capture_id) == waits
        assert jobs.unfinished() == [waits]
        assert jobs.source_keys() == {"key-1"}
        # It is no instance yet: nothing follows it.
        assert catalog.study("2.25.1") is None
        assert catalog.feed_after(0) == []

    def test_the_same_capture_again_writes_nothing(self, catalog, jobs):
        jobs.accept(make_pending())
        before = (catalog.audit_head(), jobs.unfinished())

        assert jobs.accept(make_pending(source_key="another")) is False

        assert (catalog.audit_head(), jobs.unfinished()) == before

    def test_a_capture_whose_instance_is_there_is_not_taken_again(self, catalog, jobs):
        catalog.add_instance(make_new_instance())

        assert jobs.accept(make_pending()) is False
        assert jobs.unfinished() == []

    def test_an_instance_of_a_capture_that_waits_is_not_added_by_the_other_way(self, catalog, jobs):
        jobs.accept(make_pending())

        assert catalog.add_instance(make_new_instance()) is False

    def test_when_one_part_fails_there_is_none(self, catalog, jobs, monkeypatch):
        def fail(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("hub.store.conversions.audit.append", fail)
        with pytest.raises(KeyboardInterrupt):
            jobs.accept(make_pending())

        assert jobs.unfinished() == []
        assert catalog.capture(make_pending().capture.receipt.capture_id) is None

    def test_what_the_object_is_made_of_comes_back_as_it_was(self, jobs):
        pending = make_pending()
        jobs.accept(pending)

        lease = leased(jobs)

        assert lease.context == pending.context
        assert (lease.source_key, lease.flags, lease.by) == ("key-1", pending.flags, "test")
        assert jobs.pending(lease.capture_id) == (pending.context, "key-1")


class TestLease:
    def test_the_oldest_is_taken_first_and_each_by_one(self, jobs):
        for number in (1, 2):
            jobs.accept(make_pending(number))

        tokens = [leased(jobs), leased(jobs)]

        assert len({lease.capture_id for lease in tokens}) == 2
        assert jobs.lease(SECONDS, MOST) is None

    def test_many_workers_at_once_share_no_job(self, catalog, jobs):
        for number in range(1, 7):
            jobs.accept(make_pending(number))

        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(lambda _: jobs.lease(SECONDS, MOST), range(12)))

        ids = [lease.capture_id for lease in found if lease]
        assert len(ids) == len(set(ids)) == 6

    def test_progress_is_told_and_keeps_the_lease(self, jobs, clock):
        jobs.accept(make_pending())
        lease = leased(jobs)

        for percent in (10, 20, 30):
            clock.pass_(SECONDS - 1)
            assert jobs.renew(lease, SECONDS, percent) is True

        assert (the_one(jobs).state, the_one(jobs).percent) == (RUNNING, 30)
        assert jobs.lease(SECONDS, MOST) is None

    def test_a_worker_that_died_loses_the_job_to_the_next(self, jobs, clock):
        jobs.accept(make_pending())
        first = leased(jobs)
        clock.pass_(SECONDS + 1)

        second = leased(jobs)

        assert (second.capture_id, second.token) == (first.capture_id, first.token + 1)


class TestFinish:
    def test_the_instance_is_there_and_the_job_keeps_nothing_more(self, catalog, jobs):
        jobs.accept(make_pending())
        lease = leased(jobs)

        assert jobs.finish(lease, [image_of()]) is True

        assert catalog.study("2.25.1").instances[0].sop_instance_uid == "2.25.1.1.1"
        assert [e.kind for e in catalog.feed_after(0)] == ["instance-stored"]
        assert (the_one(jobs).state, the_one(jobs).percent) == (DONE, 100)
        assert jobs.pending(lease.capture_id) is None
        assert jobs.source_keys() == frozenset()
        assert catalog.capture(lease.capture_id) == make_pending().capture

    @pytest.mark.parametrize("taken", [True, False], ids=["taken by another", "taken by nobody"])
    def test_a_worker_that_comes_back_after_its_lease_writes_nothing(
        self, catalog, jobs, clock, taken
    ):
        jobs.accept(make_pending())
        late = leased(jobs)
        clock.pass_(SECONDS + 1)
        if taken:
            leased(jobs)
        before = (the_one(jobs), catalog.feed_after(0), catalog.audit_head())

        assert jobs.renew(late, SECONDS, 99) is False
        assert jobs.finish(late, [image_of()]) is False
        jobs.fail(late, "damaged-video", 0, MOST)
        jobs.give_back(late)

        assert catalog.study("2.25.1") is None
        assert (the_one(jobs), catalog.feed_after(0), catalog.audit_head()) == before

    def test_two_workers_make_one_result(self, catalog, jobs, clock):
        jobs.accept(make_pending())
        first = leased(jobs)
        clock.pass_(SECONDS + 1)
        second = leased(jobs)

        assert jobs.finish(second, [image_of()]) is True
        assert jobs.finish(first, [image_of()]) is False

        assert len(catalog.study("2.25.1").instances) == 1
        assert len(catalog.feed_after(0)) == 1

    def test_a_refused_instance_leaves_the_job_as_it_was(self, catalog, jobs, monkeypatch):
        jobs.accept(make_pending())
        lease = leased(jobs)

        def fail(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("hub.store.instances.audit.append", fail)
        with pytest.raises(KeyboardInterrupt):
            jobs.finish(lease, [image_of()])

        assert catalog.study("2.25.1") is None
        assert the_one(jobs).state == RUNNING
        assert jobs.source_keys() == {"key-1"}


class TestFailing:
    def test_it_is_tried_three_times_and_then_parked(self, jobs, clock):
        jobs.accept(make_pending())

        states = []
        for _ in range(MOST):
            jobs.fail(leased(jobs), "damaged-video", 30, MOST)
            states.append(the_one(jobs).state)
            assert jobs.lease(SECONDS, MOST) is None
            clock.pass_(31)

        assert states == [WAITING, WAITING, FAILED]
        assert jobs.lease(SECONDS, MOST) is None
        assert (the_one(jobs).problem, the_one(jobs).attempts) == ("damaged-video", MOST)
        assert jobs.source_keys() == {"key-1"}

    def test_one_that_ends_its_workers_is_parked_too(self, jobs, clock):
        jobs.accept(make_pending(1))
        for _ in range(MOST):
            leased(jobs)
            clock.pass_(SECONDS + 1)
        jobs.accept(make_pending(2))

        assert leased(jobs).source_key == "key-2"
        parked, other = jobs.of_study("2.25.1")
        assert (parked.state, parked.problem) == (FAILED, WORKER_LOST)
        assert other.state == RUNNING

    def test_what_is_given_back_was_no_attempt(self, jobs, clock):
        jobs.accept(make_pending())

        for _ in range(MOST + 1):
            jobs.give_back(leased(jobs), 5)
            assert jobs.lease(SECONDS, MOST) is None
            clock.pass_(6)

        assert (the_one(jobs).state, the_one(jobs).attempts) == (WAITING, 0)

    def test_a_person_may_begin_anew_with_a_parked_one(self, jobs, clock):
        jobs.accept(make_pending())
        capture_id = make_pending().capture.receipt.capture_id
        assert jobs.retry(capture_id) is False
        for _ in range(MOST):
            jobs.fail(leased(jobs), "damaged-video", 0, MOST)

        assert jobs.retry(capture_id) is True

        assert (the_one(jobs).state, the_one(jobs).attempts) == (WAITING, 0)
        assert leased(jobs).capture_id == capture_id
        assert jobs.retry("no such capture") is False
