"""The command `imaging-hub`: one module of `web.commands` per command, composed here."""

from __future__ import annotations

import sys

import click

from hub.errors import HubError

from .commands import (
    audit,
    conversions,
    demo,
    load,
    reindex,
    serve,
    token,
    user,
    verify,
    worker,
    wrap,
)

COMMANDS = (
    serve.serve,
    serve.web,
    worker.worker,
    demo.demo,
    wrap.wrap,
    load.load,
    user.user,
    token.token,
    verify.verify,
    reindex.reindex,
    audit.audit,
    conversions.conversions,
)
"""Every command. A new one is one new module and one line here."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="encounter-imaging-hub")
def cli() -> None:
    """Encounter imaging hub: clinical photos become findable, linkable DICOM images."""


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; a HubError becomes one clear line and exit code 1."""
    try:
        cli()
    except HubError as error:
        click.echo(f"imaging-hub: {error.message}", err=True)
        sys.exit(1)
