"""Folders for files that live only as long as the work on them, below the data folder.

Each is locked by the process that made it. The lock goes with the process, however it
ends, so that a sweep can tell a folder in use from one that was left behind.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.errors import StoreUnavailable


@contextmanager
def work_folder(below: Path) -> Iterator[Path]:
    """Make an empty folder and remove it afterwards. Raises StoreUnavailable."""
    try:
        path, descriptor = _new(below)
    except OSError as exc:
        raise StoreUnavailable from exc
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def sweep(below: Path) -> int:
    """Remove the folders of dead processes; return how many."""
    return sum(_remove_if_left(path) for path in below.glob("*.work"))


def _new(below: Path) -> tuple[Path, int]:
    below.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        path = below / f"{os.getpid()}-{secrets.token_hex(8)}.work"
        path.mkdir(mode=0o700)
        descriptor = os.open(path, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # A sweep of another process may have taken it between these two calls.
        if path.exists():
            return path, descriptor
        os.close(descriptor)


def _remove_if_left(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        shutil.rmtree(path, ignore_errors=True)
        return True
    finally:
        os.close(descriptor)
