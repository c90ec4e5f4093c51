"""The worker against a fake catalog and the embedded index in a temporary folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from studies import make_study

from fakes import FakeCatalog
from hub.errors import SearchUnavailable
from hub.model import FeedEntry
from hub.settings import Settings
from indexing import worker as worker_module
from indexing.documents import Document
from indexing.engines.tantivy import TantivyIndex
from indexing.rebuild import rebuild
from indexing.worker import IndexingWorker
from search.engines.tantivy import TantivySearch
from search.query import Everything


class Writing(TantivyIndex):
    """The embedded index, which notes its writes and can be made to be down."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.down = False
        self.batches: list[list[str]] = []

    def write(self, documents: Sequence[Document], gone: Sequence[str]) -> Mapping[str, str]:
        if self.down:
            raise SearchUnavailable
        self.batches.append([str(d["study_instance_uid"][0]) for d in documents])
        return super().write(documents, gone)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Writing]:
    made = Writing(settings.index_dir)
    yield made
    made.close()


@pytest.fixture
def catalog() -> FakeCatalog:
    return FakeCatalog()


@pytest.fixture
def total(settings: Settings) -> Callable[[], int]:
    search = TantivySearch(settings.index_dir)
    return lambda: search.count(Everything())


def until(condition: Callable[[], bool], seconds: float = 5) -> float:
    """Wait for `condition`; return how long it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds
        time.sleep(0.005)
    return time.monotonic() - begun


@pytest.fixture
def run(
    catalog: FakeCatalog, engine: Writing, settings: Settings
) -> Iterator[Callable[[], IndexingWorker]]:
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def run() -> IndexingWorker:
        made = IndexingWorker(catalog, engine, settings)
        threads.append(threading.Thread(target=made.run, args=(stop,)))
        threads[-1].start()
        until(lambda: bool(engine.current()))
        return made

    yield run
    stop.set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def test_a_study_changed_three_times_is_written_once(
    catalog: FakeCatalog, engine: Writing, settings: Settings, total: Callable[[], int]
) -> None:
    worker = IndexingWorker(catalog, engine, settings)
    worker.drain()
    for version in (1, 2, 3):
        catalog.put(make_study("1.1", version=version))
    assert worker.drain() == 3
    assert engine.batches == [["1.1"]]
    assert total() == 1


def test_a_stored_study_is_searchable_within_a_second(
    catalog: FakeCatalog, run: Callable[[], IndexingWorker], total: Callable[[], int]
) -> None:
    run()
    catalog.put(make_study("1.1"))
    assert until(lambda: total() == 1) < 1.0


def test_a_hundred_studies_a_second_are_searchable_within_a_second(
    catalog: FakeCatalog,
    run: Callable[[], IndexingWorker],
    total: Callable[[], int],
    engine: Writing,
) -> None:
    run()
    for number in range(100):
        catalog.put(make_study(f"1.{number}"))
        time.sleep(0.01)
    assert until(lambda: total() == 100) < 1.0
    assert len(engine.batches) < 30


def test_the_cursor_does_not_move_while_the_engine_is_down_and_nothing_is_lost(
    catalog: FakeCatalog,
    run: Callable[[], IndexingWorker],
    total: Callable[[], int],
    engine: Writing,
) -> None:
    run()
    engine.down = True
    catalog.put(make_study("1.1"))
    time.sleep(0.3)
    assert list(catalog.cursors.values()) == [0]
    engine.down = False
    until(lambda: total() == 1)
    until(lambda: list(catalog.cursors.values()) == [1])


def test_a_crash_between_commit_and_cursor_repeats_work_and_loses_none(
    catalog: FakeCatalog,
    engine: Writing,
    settings: Settings,
    total: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = IndexingWorker(catalog, engine, settings)
    worker.drain()
    catalog.put(make_study("1.1"))
    with monkeypatch.context() as crash:
        crash.setattr(catalog, "move_cursor", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            worker.drain()
    engine.close()
    after = IndexingWorker(catalog, TantivyIndex(settings.index_dir), settings)
    assert after.drain() == 1
    assert total() == 1


def test_a_study_that_cannot_be_read_is_set_aside_by_uid_and_the_rest_goes_on(
    catalog: FakeCatalog,
    engine: Writing,
    settings: Settings,
    total: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = IndexingWorker(catalog, engine, settings)
    worker.drain()
    catalog.put(make_study("1.1", patient=None))
    catalog.put(make_study("1.2"))
    worker.drain()
    assert worker.set_aside == {"1.1": "AttributeError"}
    assert total() == 1
    assert "study 1.1 set aside: AttributeError" in caplog.text
    catalog.put(make_study("1.1"))
    worker.drain()
    assert worker.set_aside == {}
    assert total() == 2


def test_an_index_of_another_format_is_rebuilt_by_itself(
    catalog: FakeCatalog, engine: Writing, settings: Settings, total: Callable[[], int]
) -> None:
    catalog.put(make_study("1.1"))
    rebuild(catalog, engine, settings.zone)
    old = "0" * 12 + engine.current()[12:]
    (settings.index_dir / engine.current()).rename(settings.index_dir / old)
    (settings.index_dir / "CURRENT").write_text(old)
    assert engine.current() == ""
    IndexingWorker(catalog, engine, settings).drain()
    assert engine.current()
    assert total() == 1
    assert not (settings.index_dir / old).exists()


def test_a_reindex_beside_a_running_worker_loses_nothing(
    catalog: FakeCatalog,
    run: Callable[[], IndexingWorker],
    engine: Writing,
    settings: Settings,
    total: Callable[[], int],
) -> None:
    run()
    catalog.put(make_study("1.1"))
    until(lambda: total() == 1)
    first = engine.current()

    def store_meanwhile(done: int) -> None:
        catalog.put(make_study("1.2"))

    rebuild(catalog, TantivyIndex(settings.index_dir), settings.zone, store_meanwhile)
    catalog.put(make_study("1.3"))
    until(lambda: total() == 3)
    assert engine.current() != first


def test_a_second_writer_is_told_and_not_blocked(
    catalog: FakeCatalog, engine: Writing, settings: Settings
) -> None:
    worker = IndexingWorker(catalog, engine, settings)
    worker.drain()
    catalog.put(make_study("1.1"))
    worker.drain()
    second = IndexingWorker(catalog, TantivyIndex(settings.index_dir), settings)
    catalog.put(make_study("1.2"))
    with pytest.raises(SearchUnavailable, match="another process"):
        second.drain()
    engine.close()
    assert second.drain() == 1


def test_a_rebuild_that_fails_leaves_the_old_index_in_force(
    catalog: FakeCatalog, engine: Writing, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog.put(make_study("1.1"))
    rebuild(catalog, engine, settings.zone)
    before = engine.current()

    def broken(*_: object) -> Sequence[FeedEntry]:
        raise SearchUnavailable

    monkeypatch.setattr(catalog, "studies", broken)
    with pytest.raises(SearchUnavailable):
        rebuild(catalog, engine, settings.zone)
    assert engine.current() == before
    assert [p.name for p in settings.index_dir.iterdir() if p.is_dir()] == [before]


def test_the_worker_wakes_at_once_when_told(
    catalog: FakeCatalog,
    run: Callable[[], IndexingWorker],
    total: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "_POLL_SECONDS", 3.0)
    worker = run()
    time.sleep(0.1)
    catalog.put(make_study("1.1"))
    worker.wake.set()
    assert until(lambda: total() == 1) < 1.0
