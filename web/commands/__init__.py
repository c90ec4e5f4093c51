"""One module per command of `imaging-hub`; what they share is here: the data folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hub.bootstrap import Hub, build_hub
from hub.model import AuditEvent, Role
from hub.settings import Settings

data_option: Callable[[Any], Any] = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of catalog, objects and index; HUB_DATA otherwise.",
)
"""The option `--data DIR`, given to the command as `data`, None when it is left out."""

COMMAND_LINE = "imaging-hub"
"""Who acts, for the audit log, where nobody signs in."""


def open_hub(data: Path | None) -> Hub:
    """Open the hub of `data`, else of the environment. Raises MisconfiguredHub."""
    return build_hub(Settings.from_env(os.environ, data=data))


def audit_change(hub: Hub, action: str, **detail: object) -> None:
    """Write what is about to be done on the command line to the audit log, or refuse it."""
    hub.catalog.audit(AuditEvent(action, by=COMMAND_LINE, role=Role.ADMIN, detail=detail))
