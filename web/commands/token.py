"""`imaging-hub token`: bearer tokens for machine access."""

from __future__ import annotations

from pathlib import Path

import click

from hub.bootstrap import Hub
from hub.errors import Forbidden, InvalidRequest
from hub.model import Role
from hub.store.ports import Account

from . import audit_change, data_option, open_hub
from .user import ROLES


@click.group()
def token() -> None:
    """Make bearer tokens."""


@token.command()
@click.option("--user", required=True, help="Account of the token; made when it does not exist.")
@click.option("--role", type=ROLES, help="Role of an account that is made.")
@data_option
def create(user: str, role: str | None, data: Path | None) -> None:
    """Print a new bearer token, and nothing else, on standard output."""
    hub = open_hub(data)
    account = hub.accounts.get(user) or _add_machine(hub, user, role)
    if account.disabled:
        raise Forbidden(f"The account {user} is disabled.")
    if role not in (None, account.role):
        raise InvalidRequest(f"{user} has the role {account.role}, not {role}.")
    audit_change(hub, "token-created", user=user, role=account.role)
    click.echo(hub.accounts.new_token(user))


def _add_machine(hub: Hub, user: str, role: str | None) -> Account:
    if role is None:
        raise InvalidRequest(f"There is no user {user}; give --role to make a machine account.")
    account = Account(user, user, Role(role), machine=True)
    audit_change(hub, "account-added", user=user, role=role)
    hub.accounts.add(account, None)
    return account
