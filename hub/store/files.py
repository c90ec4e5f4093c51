"""The object store on files: content addressed by SHA-256, durable before it is acknowledged.

    ROOT/.imaging-hub-store      says that this is the store, and not the empty folder under it
    ROOT/tmp/<pid>-<random>.part being received; locked by the process that receives it
    ROOT/obj/ab/cd/<sha256>      kept, read-only
    ROOT/src/                    originals that wait (`hub.store.sources`)

No UID, name or other input becomes part of a path (D3). The order of `keep` is that of D14;
leaving out one of its steps lost acknowledged photos in a power cut.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from hub.errors import HubError, ObjectDamaged, StoreUnavailable
from hub.model import SourceFile

SENTINEL = ".imaging-hub-store"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1024 * 1024
_NOT_MOUNTED = "The image store cannot be reached just now. Please try again soon."


class FileObjectStore:
    """Objects in a folder of their own. See `hub.store.ports.ObjectStore`.

    With `must_exist` a folder without its sentinel is never made into a store: the catalog
    knows of objects, so an empty folder is a disk that is not mounted.
    """

    def __init__(self, root: str | os.PathLike[str], *, must_exist: bool = False) -> None:
        self.root = Path(root)
        """The folder of everything that is kept here."""
        self._tmp = self.root / "tmp"
        self._obj = self.root / "obj"
        self._held: dict[str, int] = {}
        if not must_exist:
            self._make()
        if self._is_mounted():
            self.sweep(older_than_seconds=24 * 3600)

    def incoming(self) -> IncomingFile:
        """Open a new temporary file."""
        self.require_mounted()
        with disk():
            path, descriptor = self._new_tmp()
        self._held[path] = descriptor
        return IncomingFile(self, path, descriptor)

    def keep(self, source: SourceFile) -> None:
        """Make the finished file durable under its digest: fsync, rename, fsync folders.

        An object that is there already is replaced by the same content in one step, which
        also heals a damaged copy.
        """
        self.require_mounted()
        target = self._place(source.sha256)
        with disk():
            os.chmod(source.path, 0o440)
            fsync(source.path)
            folders = (self._obj, target.parent.parent, target.parent)
            for folder in folders[1:]:
                folder.mkdir(mode=0o700, exist_ok=True)
            os.rename(source.path, target)
            # Another process may have made a parent and died before it was durable,
            # so all of them are synced, not only those made here.
            for folder in reversed(folders):
                fsync(folder)
        self.release(source.path)

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading. Raises ObjectDamaged when the object is missing."""
        try:
            return open(self._place(sha256), "rb")
        except OSError as exc:
            raise self._unreadable() from exc

    def path(self, sha256: str) -> str:
        """Return the file's path, for child processes that read it."""
        place = self._place(sha256)
        if not place.is_file():
            raise self._unreadable()
        return str(place)

    def verify(self, sha256: str) -> bool:
        """Read all of it and compare with its digest; False when it is missing."""
        try:
            with open(self._place(sha256), "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError as exc:
            if not self._is_mounted():
                raise self._unreadable() from exc
            return False

    def sweep(self, older_than_seconds: float) -> int:
        """Remove temporary files of dead processes or of that age; return how many."""
        oldest = time.time() - older_than_seconds
        with disk():
            return sum(_remove_if_left(path, oldest) for path in self._tmp.iterdir())

    def release(self, path: str) -> None:
        """Let go of the lock on a temporary file; a second call does nothing."""
        descriptor = self._held.pop(path, None)
        if descriptor is not None:
            os.close(descriptor)

    def _make(self) -> None:
        with disk():
            for folder in (self.root, self._tmp, self._obj):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_mounted():
                (self.root / SENTINEL).write_text("The image objects of an imaging hub.\n")
                fsync(self.root / SENTINEL)
                fsync(self.root)

    def _is_mounted(self) -> bool:
        return (self.root / SENTINEL).is_file()

    def require_mounted(self) -> None:
        """Raise StoreUnavailable where the folder is not the store (a disk that is away)."""
        if not self._is_mounted():
            raise StoreUnavailable

    def _unreadable(self) -> HubError:
        return ObjectDamaged() if self._is_mounted() else StoreUnavailable(_NOT_MOUNTED)

    def _new_tmp(self) -> tuple[str, int]:
        while True:
            path = str(self._tmp / f"{os.getpid()}-{secrets.token_hex(8)}.part")
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # A sweep of another process may have taken it between these two calls.
            if os.fstat(descriptor).st_nlink:
                return path, descriptor
            os.close(descriptor)

    def _place(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise ObjectDamaged
        return self._obj / sha256[:2] / sha256[2:4] / sha256


class IncomingFile:
    """A file being received, hashed while it comes. See `hub.store.ports.Incoming`."""

    def __init__(self, store: FileObjectStore, path: str, descriptor: int) -> None:
        self.path = path
        self._store = store
        self._descriptor = descriptor
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, chunk: bytes | memoryview) -> int:
        """Append `chunk`; raise StoreUnavailable when the disk refuses."""
        rest = memoryview(chunk).cast("B")
        with disk():
            while rest:
                written = os.write(self._descriptor, rest[:_CHUNK])
                self._digest.update(rest[:written])
                self._size += written
                rest = rest[written:]
        return len(chunk) if isinstance(chunk, bytes) else chunk.nbytes

    def finish(self) -> SourceFile:
        """Return path, SHA-256 and size. It stays locked until it is kept or discarded."""
        return SourceFile(self.path, self._digest.hexdigest(), self._size)

    def discard(self) -> None:
        """Close and remove; does nothing when it is gone already."""
        self._store.release(self.path)
        with disk(), suppress(FileNotFoundError):
            os.unlink(self.path)


@contextmanager
def disk() -> Iterator[None]:
    """Turn what the disk says (full, failing, read-only) into StoreUnavailable."""
    try:
        yield
    except OSError as exc:
        raise StoreUnavailable from exc


def fsync(path: str | os.PathLike[str]) -> None:
    """Make the content of a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_if_left(path: Path, oldest: float) -> bool:
    """Remove a temporary file whose process is dead: its lock went with it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        left = _lock(descriptor) or os.fstat(descriptor).st_mtime < oldest
        if left:
            path.unlink(missing_ok=True)
        return left
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
