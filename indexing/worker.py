"""Follows the change feed into the index: feed, document, engine (step 13 of the walk)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from hub.errors import HubError
from hub.model import FeedEntry
from hub.settings import Settings
from hub.store.ports import Catalog
from indexing.engine import IndexEngine
from indexing.rebuild import cursor_name, documents_of, rebuild

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.1
_BATCH = 500
_LONGEST_BACKOFF_SECONDS = 10.0


class IndexingWorker:
    """Pulls the feed with the cursor of the index in force; nobody calls it (D4).

    `wake` may be set by who adds to the feed in the same process: the worker then looks
    at once instead of at its next poll. `set_aside` holds the studies that could not be
    indexed, each with why, until they change again.
    """

    def __init__(self, catalog: Catalog, engine: IndexEngine, settings: Settings) -> None:
        self.wake = threading.Event()
        self.set_aside: dict[str, str] = {}
        self._catalog = catalog
        self._engine = engine
        self._zone = settings.zone
        self._between_commits = settings.index_commit_ms / 1000

    def run(self, stop: threading.Event) -> None:
        """Index until `stop` is set; an engine or catalog that is down is waited for."""
        backoff = _POLL_SECONDS
        while not stop.is_set():
            try:
                indexed = self.step()
                backoff = _POLL_SECONDS
            except HubError as exc:
                log.warning("indexing waits %.1f s: %s", backoff, exc.code)
                stop.wait(backoff)
                backoff = min(backoff * 2, _LONGEST_BACKOFF_SECONDS)
                continue
            self._wait(stop, indexed)
        self._engine.close()

    def drain(self) -> int:
        """Index all that is pending now; return how many feed entries that were."""
        total = 0
        while indexed := self.step():
            total += indexed
        return total

    def step(self) -> int:
        """Index one batch; return how many feed entries it had.

        The cursor moves only after the engine has the batch on disk, so a crash repeats
        work and loses none. An index of another format is rebuilt first.
        Raises SearchUnavailable, StoreUnavailable; nothing is lost then.
        """
        name = self._engine.current() or self._rebuilt()
        entries = self._catalog.feed_after(self._catalog.cursor(cursor_name(name)), _BATCH)
        if entries:
            self._index(entries)
            self._catalog.move_cursor(cursor_name(name), entries[-1].seq)
        return len(entries)

    def _index(self, entries: Sequence[FeedEntry]) -> None:
        """Index the studies of `entries` as the catalog has them now, each once."""
        uids = list(dict.fromkeys(e.study_instance_uid for e in entries if e.study_instance_uid))
        studies = self._catalog.studies(uids)
        documents, refused = documents_of(studies, self._zone)
        gone = set(uids) - {study.study_instance_uid for study in studies}
        refused |= self._engine.write(documents, sorted(gone))
        for uid in uids:
            self.set_aside.pop(uid, None)
        self.set_aside |= refused

    def _rebuilt(self) -> str:
        log.info("the search index is being built from the catalog")
        started = time.monotonic()
        self.set_aside |= rebuild(self._catalog, self._engine, self._zone)
        log.info("the search index was built in %.1f s", time.monotonic() - started)
        return self._engine.current()

    def _wait(self, stop: threading.Event, indexed: int) -> None:
        """Let changes gather after a commit; a first change after quiet goes at once."""
        if indexed:
            stop.wait(self._between_commits)
        else:
            self.wake.wait(_POLL_SECONDS)
            self.wake.clear()
