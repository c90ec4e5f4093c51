"""`imaging-hub serve` and `imaging-hub web`: all in one, or the web role alone."""

from __future__ import annotations

import os
from pathlib import Path

import click

from hub.bootstrap import build_hub
from hub.settings import Settings
from web.serving import serve_web, worker_beside

from . import data_option


@click.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(data: Path | None, host: str, port: int) -> None:
    """Serve the hub: web and workers."""
    settings = _settings(data, port)
    _check(settings)
    with worker_beside(settings):
        serve_web(settings, host, port)


@click.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def web(data: Path | None, host: str, port: int) -> None:
    """Serve the web role alone; run `imaging-hub worker` beside it."""
    settings = _settings(data, port)
    _check(settings)
    serve_web(settings, host, port)


def _settings(data: Path | None, port: int) -> Settings:
    """Read the settings; without HUB_PUBLIC_URL the hub is reached on this machine."""
    public_url = None if "HUB_PUBLIC_URL" in os.environ else f"http://localhost:{port}"
    return Settings.from_env(os.environ, data=data, public_url=public_url)


def _check(settings: Settings) -> None:
    """Raise for a wrong setting now, in one line, and not in every worker process."""
    # SQLite's locks do not survive a fork, so nothing stays open for gunicorn to inherit.
    build_hub(settings).catalog.close()
