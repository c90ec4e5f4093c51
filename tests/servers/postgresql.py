"""Debian's PostgreSQL on a Unix socket in a temporary folder, as an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`, newest version first; None when not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


@dataclass(frozen=True)
class PostgreSQL:
    socket_folder: Path

    def new_database(self) -> str:
        """Create an empty database; return its SQLAlchemy URL."""
        name = f"hub_{uuid.uuid4().hex}"
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql://hub@/{name}?host={self.socket_folder}"

    def drop(self, url: str) -> None:
        """Drop a database with whoever is still connected to it."""
        name = url.partition("?")[0].rpartition("/")[2]
        with self.connect("postgres") as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def connect(self, database: str) -> psycopg.Connection[Any]:
        options: dict[str, Any] = {"host": str(self.socket_folder), "user": "hub"}
        return psycopg.connect(dbname=database, autocommit=True, **options)


@contextmanager
def running_postgresql(*settings: str) -> Iterator[PostgreSQL]:
    """Start a server of our own, e.g. with "fsync=off"; stop it by its pid at the end."""
    where = programs()
    assert where is not None, "PostgreSQL is not installed"
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-"))
    user = _unprivileged()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    try:
        _initdb(where, folder, user)
        process = _start(where, folder, user, settings)
        try:
            server = PostgreSQL(folder)
            _wait(server, process, folder)
            yield server
        finally:
            # SIGINT is PostgreSQL's fast shutdown; SIGTERM waits for clients to leave.
            process.send_signal(signal.SIGINT)
            process.wait(30)
    finally:
        shutil.rmtree(folder)


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; its own user is there where it is installed."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _initdb(where: Path, folder: Path, user: pwd.struct_passwd | None) -> None:
    line = [where / "initdb", "-D", folder / "data", "-U", "hub", "-A", "trust", "-E", "UTF8"]
    subprocess.run(
        [*line, "--locale=C.UTF-8", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        **_as(user),
    )


def _start(
    where: Path, folder: Path, user: pwd.struct_passwd | None, settings: tuple[str, ...]
) -> subprocess.Popen[bytes]:
    line = [where / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses="]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*line, *(word for setting in settings for word in ("-c", setting))],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            **_as(user),
        )


def _wait(server: PostgreSQL, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"PostgreSQL ended at start:\n{(folder / 'log').read_text()}")
        try:
            server.connect("postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PostgreSQL was not ready in time")
