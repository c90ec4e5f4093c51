"""`imaging-hub worker`: follows the change feed into the search index and to the EHR."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from hub.publish import Publisher, outward_messages
from indexing import build_engine
from indexing.worker import IndexingWorker

from . import data_option, open_hub


@click.command()
@data_option
def worker(data: Path | None) -> None:
    """Index what is stored and tell the EHR of it, until SIGTERM or SIGINT."""
    hub = open_hub(data)
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    publisher = Publisher(hub.catalog, outward_messages(hub.settings))
    publishing = threading.Thread(target=publisher.run, args=(stop,))
    publishing.start()
    try:
        IndexingWorker(hub.catalog, build_engine(hub.settings), hub.settings).run(stop)
    finally:
        stop.set()
        publishing.join()
