"""gunicorn (gthread) over `create_app`, with the worker beside it as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from hub.bootstrap import build_hub
from hub.settings import Settings
from search import build_search

from .wsgi import create_app

THREADS = 16
_TIMEOUT_SECONDS = 120
_STOP_SECONDS = 15

# %(U)s is the path without its query: QIDO's may name a patient.
ACCESS_LOG = '%(t)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'


class HubServer(BaseApplication):  # type: ignore[misc]
    """gunicorn with the hub's settings; the application is made in each worker process."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand the options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Compose hub, search and application after the fork."""
        return create_app(build_hub(self._settings), build_search(self._settings))


def serve_web(
    settings: Settings, host: str, port: int, certificate: tuple[Path, Path] | None = None
) -> None:
    """Serve until SIGTERM or SIGINT. `certificate` is (certificate, key) in PEM."""
    options: dict[str, Any] = {
        "bind": f"{host}:{port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": THREADS,
        "timeout": _TIMEOUT_SECONDS,
        "graceful_timeout": _STOP_SECONDS,
        "accesslog": "-",
        "access_log_format": ACCESS_LOG,
        "loglevel": "warning",
        "control_socket_disable": True,
    }
    if certificate is not None:
        options |= {"certfile": str(certificate[0]), "keyfile": str(certificate[1])}
    HubServer(settings, options).run()


@contextmanager
def worker_beside(settings: Settings) -> Iterator[None]:
    """Keep `imaging-hub worker` running as a child; start it again when it ends."""
    owner = os.getpid()
    stop = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep_running() -> None:
        while not stop.is_set():
            command = [sys.executable, "-m", "web", "worker", "--data", str(settings.data)]
            child = subprocess.Popen(command)  # noqa: S603 - our own interpreter and module
            running[:] = [child]
            child.wait()
            stop.wait(1)

    watcher = threading.Thread(target=keep_running, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        # gunicorn's forked processes leave through here too; the worker is not theirs to end.
        if os.getpid() == owner:
            stop.set()
            for child in running:
                child.send_signal(signal.SIGTERM)
                child.wait(_STOP_SECONDS)
