"""Bringing the catalog to the schema of this version, once, whoever opens it first."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from hub.errors import MisconfiguredHub

from .engine import reading, writing
from .tables import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, in one transaction; others wait and find it done.

    Raises MisconfiguredHub for a catalog that a newer hub has made.
    """
    with reading(engine) as connection:
        if _revision(connection) == REVISION:
            return
    with writing(engine) as connection:
        if _revision(connection) != REVISION:
            _migrate(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar()
    return revision


def _migrate(connection: Connection) -> None:
    # Alembic is slow to import, and most openings find nothing to do.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as exc:
        raise MisconfiguredHub("The catalog was made by a newer version of the hub.") from exc
