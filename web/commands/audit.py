"""`imaging-hub audit`: the access log and whether anyone has changed it."""

from __future__ import annotations

from pathlib import Path

import click

from . import data_option, open_hub


@click.group()
def audit() -> None:
    """Check the access log."""


@audit.command()
@data_option
@click.pass_context
def verify(ctx: click.Context, data: Path | None) -> None:
    """Read the whole chain; fail when a row was changed, added, removed or moved.

    Note the last hash outside the hub: it proves later that nothing before it was rewritten.
    """
    catalog = open_hub(data).catalog
    click.echo("Reading the access log ...", err=True)
    rows, broken_at = catalog.verify_audit()
    if broken_at is not None:
        click.echo(f"imaging-hub: the access log is broken at row {broken_at}.", err=True)
        ctx.exit(1)
    click.echo(f"{rows} rows, unbroken; last hash {catalog.audit_head()[1]}")
