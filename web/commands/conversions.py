"""`imaging-hub conversions`: videos that are coded again after their receipt."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from pathlib import Path

import click

from hub.errors import InvalidRequest, NotFound

from . import audit_change, data_option, open_hub

_NONE = "There is no such conversion that is not done."


@click.group()
def conversions() -> None:
    """List, retry and export videos that wait for their conversion, or convert them."""


@conversions.command("list")
@data_option
def list_(data: Path | None) -> None:
    """List capture, state, percent, attempts and last problem of what is not done."""
    for c in open_hub(data).conversions.unfinished():
        came = c.received_at.isoformat(timespec="seconds") if c.received_at else ""
        facts = (c.capture_id, c.state, f"{c.percent} %", c.attempts, c.problem or "-", came)
        click.echo("\t".join(str(fact) for fact in facts))


@conversions.command()
@click.argument("capture_id")
@data_option
def retry(capture_id: str, data: Path | None) -> None:
    """Begin anew with a conversion that was given up."""
    hub = open_hub(data)
    audit_change(hub, "conversion-retried", captureId=capture_id)
    if not hub.conversions.retry(capture_id):
        raise NotFound("There is no such conversion that was given up.")
    click.echo(f"{capture_id} waits for a worker.", err=True)


@conversions.command()
@click.argument("capture_id")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@data_option
def export(capture_id: str, out: Path, data: Path | None) -> None:
    """Write the original of a conversion that is not done, as it was sent.

    It may hold places and names; it is not for viewing in the hub.
    """
    hub = open_hub(data)
    found = hub.conversions.pending(capture_id)
    if found is None:
        raise NotFound(_NONE)
    audit_change(hub, "export", captureId=capture_id, what="original")
    source = hub.conversion.original(found[1])
    try:
        with open(source, "rb") as original, open(out, "xb", opener=_private) as copy:
            shutil.copyfileobj(original, copy)
    except OSError as exc:
        raise InvalidRequest(f"{out} exists already or cannot be written.") from exc
    click.echo(f"{out} holds the original of {capture_id}.", err=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@conversions.command()
@data_option
def run(data: Path | None) -> None:
    """Convert what waits until SIGTERM or SIGINT; several of these may run, on several hosts."""
    hub = open_hub(data)
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    hub.conversion.run(stop)
