"""Opening the catalog's database so that what is committed stays committed.

SQLite: WAL with synchronous=FULL; with NORMAL every acknowledged commit since the last
checkpoint was lost in a power cut. PostgreSQL: refused with fsync, synchronous_commit or
full_page_writes off. Both are asserted, not only set.

Writers take turns on both (BEGIN IMMEDIATE, an advisory lock): the audit chain has one end,
and a reader of the change feed may never see entry 8 before entry 7.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from hub.errors import HubError, InvalidRequest, MisconfiguredHub, StoreUnavailable

BUSY_SECONDS = 30
WRITER_LOCK = 0x45494857
"""Key of PostgreSQL's advisory lock that writers hold until they commit."""

_NO_ANSWER = "The hub's catalog does not answer just now. Please try again soon."


def open_engine(url: str) -> Engine:
    """Open the database of `url` and check that it is durable.

    Raises MisconfiguredHub when it is not, or is no database the hub knows;
    StoreUnavailable when it does not answer.
    """
    try:
        address = make_url(url)
        kind = address.get_backend_name()
        if kind not in _OPENERS:
            raise MisconfiguredHub("HUB_DATABASE_URL must be sqlite:// or postgresql://.")
        engine, assert_durable = _OPENERS[kind](url), _ASSERTIONS[kind]
    except (ArgumentError, NoSuchModuleError) as exc:
        raise MisconfiguredHub("HUB_DATABASE_URL cannot be read.") from exc
    try:
        with _answered(), engine.connect() as connection:
            assert_durable(connection)
    except HubError:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one state of the catalog and changes nothing."""
    with _answered(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open the only writing transaction; committed at the end, durable then."""
    with _answered(), _writer(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            # Each statement sees what was committed before it, so also what the
            # writer before this one did.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})
        yield connection


def _writer(engine: Engine) -> Engine:
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="READ COMMITTED")
    return engine.execution_options(writes=True)


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except DataError as exc:
        # PostgreSQL takes no NUL in text; whoever sends one may not have a 503.
        raise InvalidRequest from exc
    except (DBAPIError, sqlite3.Error, NoFreeConnection) as exc:
        raise StoreUnavailable(_NO_ANSWER) from exc


# --- SQLite ------------------------------------------------------------------


def _open_sqlite(url: str) -> Engine:
    _make_private(make_url(url).database)
    # hide_parameters: what a statement was given is PHI and would be in a traceback.
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(path: str | None) -> None:
    """Make a new file readable by its owner alone; SQLite gives its WAL the same mode."""
    # A folder that is missing or full is said by SQLite when it opens the file.
    with suppress(OSError):
        os.close(os.open(path or os.devnull, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    # Otherwise the driver begins transactions itself, too late and never IMMEDIATE.
    connection.isolation_level = None
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Make the file WAL for good; SQLite does not wait here for others who do the same."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
            return
        except sqlite3.OperationalError as exc:
            busy = exc.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _assert_sqlite(connection: Connection) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    for name, value in wanted.items():
        found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if found != value:
            raise MisconfiguredHub(f"The catalog's {name} is {found}, not {value}.")


# --- PostgreSQL --------------------------------------------------------------


def _open_postgresql(url: str) -> Engine:
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True}
    return create_engine(address, isolation_level="REPEATABLE READ", **options)


def _assert_postgresql(connection: Connection) -> None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if connection.execute(text(f"SHOW {name}")).scalar() == "off":
            raise MisconfiguredHub(f"The catalog's PostgreSQL has {name} off; it must be on.")


_OPENERS = {"sqlite": _open_sqlite, "postgresql": _open_postgresql}
_ASSERTIONS = {"sqlite": _assert_sqlite, "postgresql": _assert_postgresql}
