"""Originals on files until an instance is made of them, beside the objects and never among them.

    ROOT/src/<sha256>-<random>   read-only; the digest says what it must hold

They hold places and names that no object may have, so nothing here is ever served.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hub.errors import ObjectDamaged
from hub.model import SourceFile

from .files import FileObjectStore, disk, fsync

_KEY = re.compile(r"([0-9a-f]{64})-[0-9a-f]{16}")


class FileSourceStore:
    """Sources in a folder of the object store. See `hub.store.ports.SourceStore`."""

    def __init__(self, objects: FileObjectStore) -> None:
        self._objects = objects
        self._folder = objects.root / "src"

    def keep(self, source: SourceFile) -> str:
        """Make the finished file durable: fsync, rename, fsync folders (D14)."""
        self._objects.require_mounted()
        key = f"{source.sha256}-{secrets.token_hex(8)}"
        with disk():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            target = self._place(key)
            os.chmod(source.path, 0o440)
            fsync(source.path)
            os.rename(source.path, target)
            os.utime(target)  # its age is from here on
            fsync(self._folder)
            fsync(self._folder.parent)
        self._objects.release(source.path)
        return key

    def path(self, key: str) -> str:
        """Return the path of a file whose bytes are those that were sent."""
        place = self._place(key)
        try:
            with place.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as exc:
            self._objects.require_mounted()
            raise ObjectDamaged from exc
        if not key.startswith(found):
            raise ObjectDamaged
        return str(place)

    def remove(self, key: str) -> None:
        """Remove the file; does nothing when it is gone already."""
        with disk(), suppress(FileNotFoundError):
            os.unlink(self._place(key))

    def left(self, older_than_seconds: float) -> Sequence[str]:
        """Return the keys of the files that are at least that old."""
        oldest = time.time() - older_than_seconds
        with disk():
            files = list(self._folder.iterdir()) if self._folder.is_dir() else []
            return sorted(f.name for f in files if f.stat().st_mtime <= oldest)

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ObjectDamaged
        return self._folder / key
