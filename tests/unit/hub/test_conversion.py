"""What becomes of a video between its receipt and its instance, with a coder that is told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from factories import make_pending, make_source
from hub.bootstrap import Hub, build_hub
from hub.conversion import Conversion
from hub.errors import DamagedVideo, StoreUnavailable
from hub.model import ConversionState, Media, Receipt, Video
from hub.settings import Settings
from hub.store.conversions import SqlConversions
from hub.store.files import FileObjectStore
from hub.store.sources import FileSourceStore

WAITING, RUNNING, DONE, FAILED = ConversionState
ORIGINAL = b"a video that is to be coded again" * 99
CODED = Video(
    encoding="h264-high-4.1",
    payload=(b"\x00\x00\x00\x08ftyp",),
    rows=240,
    columns=320,
    number_of_frames=25,
    frame_time_ms=40,
    duration=1,
)
GO_ON = Event()

Reads = Callable[[str, Callable[[int], None]], Media]


@dataclass
class Bench:
    """A hub with one video that waits, and a clock that only moves when it is told to."""

    hub: Hub
    receipt: Receipt
    now: datetime

    @property
    def sources(self) -> FileSourceStore:
        assert isinstance(self.hub.objects, FileObjectStore)
        return FileSourceStore(self.hub.objects)

    @property
    def jobs(self) -> SqlConversions:
        return SqlConversions(self.hub.catalog.engine, now=lambda: self.now)

    def worker(self, read: Reads = lambda path, progress: CODED) -> Conversion:
        told = lambda context, path, progress: read(path, progress)  # noqa: E731
        return Conversion(self.jobs, self.sources, self.hub.objects, self.hub.settings, told)

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def state(self) -> ConversionState:
        (conversion,) = self.jobs.of_study(self.receipt.study_instance_uid)
        return conversion.state

    def originals(self) -> list[Path]:
        return list((self.hub.settings.objects_dir / "src").iterdir())

    def stored(self) -> list[str]:
        return list(self.hub.catalog.all_object_digests())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    settings = Settings(data=tmp_path / "data", conversion_lease_seconds=1, note_sr=True)
    bench = Bench(
        build_hub(settings), Receipt("", "", "", "", "", 0, datetime.now(UTC)), datetime.now(UTC)
    )
    key = bench.sources.keep(make_source(tmp_path, ORIGINAL))
    pending = make_pending(source_key=key)
    bench.jobs.accept(pending)
    bench.receipt = pending.capture.receipt
    return bench


def damaged(path: str, progress: Callable[[int], None]) -> Media:
    raise DamagedVideo


class TestDone:
    def test_the_image_and_the_report_of_its_note_are_there_and_the_original_is_gone(self, bench):
        assert bench.worker().step(GO_ON) is True

        study = bench.hub.catalog.study(bench.receipt.study_instance_uid)
        image, note = sorted(study.instances, key=lambda i: i.rows is None)
        assert image.sop_instance_uid == bench.receipt.sop_instance_uid
        assert image.capture_id == bench.receipt.capture_id
        assert image.note == "Eczema on the back of the hand"
        assert note.sop_class_uid == "1.2.840.10008.5.1.4.1.1.88.11"
        assert bench.state() == DONE
        assert bench.originals() == []
        assert all(bench.hub.objects.verify(digest) for digest in bench.stored())

    def test_the_coder_reads_the_bytes_that_were_sent(self, bench):
        seen = []
        bench.worker(lambda path, _: seen.append(Path(path).read_bytes()) or CODED).step(GO_ON)

        assert seen == [ORIGINAL]

    def test_the_audit_names_the_machine_and_for_whom(self, bench):
        bench.worker().step(GO_ON)

        last = bench.hub.catalog.audit_rows()[-1].event
        assert (last.action, last.by) == ("create", "imaging-hub")
        assert last.detail == {
            "via": "conversion",
            "captureId": bench.receipt.capture_id,
            "for": "test",
        }

    def test_there_is_nothing_to_do_without_a_job(self, bench):
        bench.worker().step(GO_ON)

        assert bench.worker().step(GO_ON) is False


class TestFailed:
    def test_a_poison_video_is_parked_after_three_tries_and_its_original_kept(self, bench):
        tries = 0
        for _ in range(9):
            tries += bench.worker(damaged).step(GO_ON)
            bench.pass_(2)

        assert tries == 3
        assert bench.state() == FAILED
        (original,) = bench.originals()
        assert original.read_bytes() == ORIGINAL
        assert bench.stored() == []

    def test_any_other_exception_is_one_failed_try_and_its_words_are_not_logged(
        self, bench, caplog
    ):
        name = "Okafor^Grace"

        def broken(path, progress):
            raise RuntimeError(f"{name} is no date")

        bench.worker(broken).step(GO_ON)

        (conversion,) = bench.jobs.unfinished()
        assert (conversion.state, conversion.problem) == (WAITING, "internal-error")
        assert "RuntimeError" in caplog.text
        assert "Okafor" not in caplog.text

    def test_after_a_failure_the_next_try_may_succeed(self, bench):
        bench.worker(damaged).step(GO_ON)
        assert bench.worker().step(GO_ON) is False  # not at once
        bench.pass_(2)

        assert bench.worker().step(GO_ON) is True
        assert bench.state() == DONE

    def test_a_full_disk_is_waited_for_and_is_no_try(self, bench, monkeypatch):
        def full(*_):
            raise StoreUnavailable

        monkeypatch.setattr(FileObjectStore, "keep", full)
        for _ in range(4):
            with pytest.raises(StoreUnavailable):
                bench.worker().step(GO_ON)
            bench.pass_(2)

        (conversion,) = bench.jobs.unfinished()
        assert (conversion.state, conversion.attempts) == (WAITING, 0)
        assert len(bench.originals()) == 1

    def test_an_original_that_is_not_what_was_sent_is_not_coded(self, bench):
        (original,) = bench.originals()
        original.chmod(0o600)
        original.write_bytes(ORIGINAL[:-1] + b"!")

        bench.worker().step(GO_ON)

        assert bench.jobs.unfinished()[0].problem == "object-damaged"
        assert bench.stored() == []


class TestEnded:
    def test_a_worker_that_stops_gives_the_job_back(self, bench):
        stop = Event()

        def coding(path, progress):
            progress(40)
            stop.set()
            progress(41)
            raise AssertionError("the coding went on")

        bench.worker(coding).step(stop)

        (conversion,) = bench.jobs.unfinished()
        assert (conversion.state, conversion.attempts, conversion.percent) == (WAITING, 0, 0)
        assert bench.worker().step(GO_ON) is True

    def test_progress_is_told_while_it_works(self, bench):
        seen = []

        def coding(path, progress):
            progress(40)
            wait_until(lambda: bench.jobs.unfinished()[0].percent == 40)
            seen.append(bench.jobs.unfinished()[0])
            return CODED

        bench.worker(coding).step(GO_ON)

        assert [(c.state, c.percent) for c in seen] == [(RUNNING, 40)]

    def test_one_that_stood_still_past_its_lease_learns_it_and_writes_nothing(self, bench):
        def coding(path, progress):
            bench.pass_(2)
            while True:  # until what renews the lease has seen that it is lost
                progress(50)

        bench.worker(coding).step(GO_ON)

        assert bench.stored() == []
        assert len(bench.originals()) == 1
        assert bench.worker().step(GO_ON) is True
        assert bench.state() == DONE

    def test_one_that_was_overtaken_at_the_last_moment_writes_nothing(self, bench):
        def coding(path, progress):
            bench.pass_(2)
            bench.worker().step(GO_ON)
            return CODED

        bench.worker(coding).step(GO_ON)

        study = bench.hub.catalog.study(bench.receipt.study_instance_uid)
        assert len([i for i in study.instances if i.rows]) == 1
        assert len(bench.hub.catalog.feed_after(0)) == 2
        assert bench.state() == DONE

    def test_run_ends_when_it_is_told(self, bench):
        stop = Event()
        worker = bench.worker(lambda path, _: stop.set() or CODED)

        worker.run(stop)

        assert bench.state() in (DONE, WAITING)


class TestSweep:
    def test_an_original_without_a_job_goes_after_an_hour(self, bench, tmp_path):
        forgotten = bench.sources.keep(make_source(tmp_path, b"its capture was never known"))
        worker = bench.worker()
        assert worker.sweep() == 0

        for path in bench.originals():
            os.utime(path, (time.time() - 7200,) * 2)
        assert worker.sweep() == 1

        assert [path.name for path in bench.originals()] != [forgotten]
        assert worker.step(GO_ON) is True

    def test_a_key_is_no_path(self, bench):
        for key in ("../obj", "", "a" * 64, f"{'a' * 64}-{'b' * 16}/x"):
            with pytest.raises(Exception, match="damaged"):
                bench.sources.path(key)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def test_two_captures_of_the_same_bytes_do_not_share_a_file(bench, tmp_path):
    second = make_pending(2, source_key=bench.sources.keep(make_source(tmp_path, ORIGINAL)))
    bench.jobs.accept(replace(second))

    bench.worker().step(GO_ON)

    assert len(bench.originals()) == 1
    assert bench.worker().step(GO_ON) is True
    assert bench.originals() == []
