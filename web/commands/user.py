"""`imaging-hub user`: the people and machines that can sign in."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.errors import InvalidRequest, NotFound
from hub.model import Role
from hub.store.ports import Account

from . import audit_change, data_option, open_hub

SHORTEST_PASSWORD = 8
ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Add, disable and list accounts."""


@user.command()
@click.argument("name")
@click.option("--role", type=ROLES, required=True)
@click.option("--person", default="", help="The person's name as DICOM PN, e.g. Berg^Ida.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@data_option
def add(name: str, role: str, person: str, password_stdin: bool, data: Path | None) -> None:
    """Add the account NAME, or give it another role and password."""
    password = _password(password_stdin)
    hub = open_hub(data)
    audit_change(hub, "account-added", user=name, role=role)
    hub.accounts.add(Account(name, person or name, Role(role)), password)
    click.echo(f"{name} can sign in as {role}.", err=True)


@user.command()
@click.argument("name")
@data_option
def disable(name: str, data: Path | None) -> None:
    """Stop sign-in, sessions and tokens of NAME at once."""
    hub = open_hub(data)
    if hub.accounts.get(name) is None:
        raise NotFound(f"There is no user {name}.")
    audit_change(hub, "account-disabled", user=name)
    hub.accounts.disable(name)
    click.echo(f"{name} cannot sign in any more.", err=True)


@user.command("list")
@data_option
def list_(data: Path | None) -> None:
    """List user, role and state of all accounts, one a line."""
    for account in open_hub(data).accounts.all():
        state = "disabled" if account.disabled else "machine" if account.machine else "active"
        click.echo(f"{account.user}\t{account.role}\t{state}")


def _password(from_stdin: bool) -> str:
    """Read the password; a terminal asks for it twice and does not show it."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidRequest(f"A password has at least {SHORTEST_PASSWORD} characters.")
    return password
