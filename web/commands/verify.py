"""`imaging-hub verify`: whether every stored object still has the bytes it was stored with."""

from __future__ import annotations

from pathlib import Path

import click

from . import data_option, open_hub

_REPORT_EVERY = 100


@click.command()
@data_option
@click.pass_context
def verify(ctx: click.Context, data: Path | None) -> None:
    """Hash all stored objects again; fail when one is damaged or missing.

    The digests of damaged objects go to standard output, one a line.
    """
    hub = open_hub(data)
    read = damaged = 0
    for sha256 in hub.catalog.all_object_digests():
        if not hub.objects.verify(sha256):
            click.echo(sha256)
            damaged += 1
        read += 1
        if read % _REPORT_EVERY == 0:
            click.echo(f"\r  {read} objects read", nl=False, err=True)
    click.echo(f"\r  {read} objects read", err=True)
    if damaged:
        click.echo(f"imaging-hub: {damaged} of {read} objects are damaged or missing.", err=True)
        ctx.exit(1)
