"""`imaging-hub demo`: fill with demo data once, then serve it."""

from __future__ import annotations

import os
from pathlib import Path

import click
import segno

from hub.bootstrap import build_hub
from hub.settings import Settings
from indexing import build_engine
from indexing.worker import IndexingWorker
from web.demo import ACCOUNTS, fill
from web.lan import lan_address, self_signed
from web.serving import serve_web, worker_beside

from . import data_option


@click.command()
@data_option
@click.option("--port", default=8000, show_default=True)
@click.option("--studies", type=int, help="So many further small studies, for load.")
@click.option("--no-serve", is_flag=True, help="Fill only.")
@click.option("--lan", is_flag=True, help="Listen on the network, with a certificate made here.")
def demo(data: Path | None, port: int, studies: int | None, no_serve: bool, lan: bool) -> None:
    """Fill with demo people, encounters, orders and images, and serve them."""
    host = lan_address() if lan else "localhost"
    url = f"{'https' if lan else 'http'}://{host}:{port}"
    settings = Settings.from_env(os.environ, data=data or _demo_data(), public_url=url)
    click.echo("Filling with demo data ...", err=True)
    hub = build_hub(settings)
    fill(hub, studies=studies, progress=_progress)
    # The worker would follow by itself; the first person to search should not have to wait.
    IndexingWorker(hub.catalog, build_engine(settings), settings).drain()
    hub.catalog.close()
    if no_serve:
        return
    certificate = self_signed(settings.data, host) if lan else None
    _greet(url, lan)
    with worker_beside(settings):
        serve_web(settings, "0.0.0.0" if lan else "127.0.0.1", port, certificate)  # noqa: S104


def _demo_data() -> Path | None:
    """Keep demo data apart from a real hub's, unless HUB_DATA says where."""
    if "HUB_DATA" in os.environ:
        return None
    return Path.home() / ".local" / "share" / "encounter-imaging-hub-demo"


def _progress(done: int, of: int) -> None:
    click.echo(f"\r  {done} of {of}", nl=done == of, err=True)


def _greet(url: str, lan: bool) -> None:
    click.echo(f"\nThe hub is at  {url}        phone app:  {url}/m/\n")
    for user, password, role, name in ACCOUNTS:
        click.echo(f"  {user:<16} {password:<18} {role:<11} {name}")
    click.echo()
    segno.make(f"{url}/m/").terminal(compact=True)
    if lan:
        click.echo(
            "The certificate was made by this hub. On the phone choose 'Advanced' and 'Proceed',\n"
            "or install tls/hub.crt of the data folder as a trusted certificate."
        )
    click.echo("Stop with Ctrl-C.")
