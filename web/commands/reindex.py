"""`imaging-hub reindex`: the search index anew from the catalog, while search goes on."""

from __future__ import annotations

from pathlib import Path

import click

from indexing import build_engine
from indexing.rebuild import rebuild

from . import data_option, open_hub


@click.command()
@data_option
@click.pass_context
def reindex(ctx: click.Context, data: Path | None) -> None:
    """Build the search index anew and swap it in; fail when a study could not be indexed.

    The UIDs of studies set aside go to standard output, one a line.
    """
    hub = open_hub(data)
    done = 0

    def progress(studies: int) -> None:
        nonlocal done
        done = studies
        click.echo(f"\r  {studies} studies indexed", nl=False, err=True)

    set_aside = rebuild(hub.catalog, build_engine(hub.settings), hub.settings.zone, progress)
    click.echo(f"\r  {done} studies indexed", err=True)
    for uid in sorted(set_aside):
        click.echo(uid)
    if set_aside:
        click.echo(f"imaging-hub: {len(set_aside)} studies could not be indexed.", err=True)
        ctx.exit(1)
