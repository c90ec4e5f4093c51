"""`imaging-hub verify`: whether every stored object still has the bytes it was stored with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from hub.bootstrap import Hub

from . import data_option, open_hub

_REPORT_EVERY = 100


@click.command()
@data_option
@click.pass_context
def verify(ctx: click.Context, data: Path | None) -> None:
    """Hash all stored objects, and originals that wait; fail when one is damaged or missing.

    The digests of damaged objects go to standard output, one a line.
    """
    hub = open_hub(data)
    read = damaged = 0
    for name, is_intact in _checked(hub):
        if not is_intact:
            click.echo(name)
            damaged += 1
        read += 1
        if read % _REPORT_EVERY == 0:
            click.echo(f"\r  {read} objects read", nl=False, err=True)
    click.echo(f"\r  {read} objects read", err=True)
    if damaged:
        click.echo(f"imaging-hub: {damaged} of {read} objects are damaged or missing.", err=True)
        ctx.exit(1)


def _checked(hub: Hub) -> Iterator[tuple[str, bool]]:
    for sha256 in hub.catalog.all_object_digests():
        yield sha256, hub.objects.verify(sha256)
    for key in sorted(hub.conversions.source_keys()):
        # One that was converted meanwhile is not missing.
        yield key, hub.conversion.has(key) or key not in hub.conversions.source_keys()
