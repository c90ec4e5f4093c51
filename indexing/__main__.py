"""Runs the indexing worker as a process of its own: `python -m indexing`."""

from __future__ import annotations

import os
import signal
import threading

from hub.settings import Settings
from hub.store.catalog import SqlCatalog
from indexing import build_engine
from indexing.worker import IndexingWorker


def main() -> None:
    """Index until SIGTERM or SIGINT."""
    settings = Settings.from_env(os.environ)
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    IndexingWorker(SqlCatalog(settings.catalog_url), build_engine(settings), settings).run(stop)


if __name__ == "__main__":
    main()
