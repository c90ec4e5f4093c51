"""`imaging-hub worker`: follows the change feed to the search index, the EHR and the meter.

Beside that it converts videos that wait, in a thread of their own.
"""

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
    """Index, measure and convert what is stored and tell the EHR of it, until SIGTERM or SIGINT."""
    hub = open_hub(data)
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    publisher = Publisher(hub.catalog, outward_messages(hub.settings))
    beside = [
        threading.Thread(target=follower.run, args=(stop,))
        for follower in (publisher, hub.measuring, hub.conversion)
    ]
    for thread in beside:
        thread.start()
    try:
        IndexingWorker(hub.catalog, build_engine(hub.settings), hub.settings).run(stop)
    finally:
        stop.set()
        for thread in beside:
            thread.join()
