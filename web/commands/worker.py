"""`imaging-hub worker`: follows the change feed into the search index."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from indexing import build_engine
from indexing.worker import IndexingWorker

from . import data_option, open_hub


@click.command()
@data_option
def worker(data: Path | None) -> None:
    """Index what is stored, until SIGTERM or SIGINT."""
    hub = open_hub(data)
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    IndexingWorker(hub.catalog, build_engine(hub.settings), hub.settings).run(stop)
