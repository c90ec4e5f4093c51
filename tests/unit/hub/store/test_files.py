from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub.errors import ObjectDamaged, StoreUnavailable
from hub.model import SourceFile
from hub.store.files import SENTINEL, FileObjectStore

CONTENT = b"a photo of a left hand" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def store(root: Path) -> FileObjectStore:
    return FileObjectStore(root)


def receive(store: FileObjectStore, content: bytes = CONTENT) -> SourceFile:
    incoming = store.incoming()
    for start in range(0, len(content), 999):
        incoming.write(content[start : start + 999])
    return incoming.finish()


def kept(store: FileObjectStore, content: bytes = CONTENT) -> str:
    source = receive(store, content)
    store.keep(source)
    return source.sha256


def tmp_files(root: Path) -> list[Path]:
    return list((root / "tmp").iterdir())


class TestKeeping:
    def test_what_is_kept_is_read_back(self, store, root):
        source = receive(store)
        assert (source.sha256, source.size) == (DIGEST, len(CONTENT))

        store.keep(source)

        with store.open(DIGEST) as file:
            assert file.read() == CONTENT
        assert Path(store.path(DIGEST)).read_bytes() == CONTENT
        assert store.verify(DIGEST) is True
        assert tmp_files(root) == []

    def test_the_place_follows_from_the_content_alone(self, store, root):
        kept(store)

        place = root / "obj" / DIGEST[:2] / DIGEST[2:4] / DIGEST
        assert stat.S_IMODE(place.stat().st_mode) == 0o440
        for folder in (root, root / "tmp", root / "obj", place.parent, place.parent.parent):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_slices_of_a_larger_buffer_are_written_as_they_are(self, store):
        incoming = store.incoming()
        view = memoryview(CONTENT)
        assert incoming.write(view[:10]) == 10
        assert incoming.write(view[10:].cast("B")) == len(CONTENT) - 10

        assert incoming.finish().sha256 == DIGEST

    def test_the_same_content_twice_is_one_object(self, store, root):
        kept(store)
        kept(store)

        assert len([p for p in (root / "obj").rglob("*") if p.is_file()]) == 1
        assert tmp_files(root) == []

    def test_keeping_again_heals_a_damaged_copy(self, store):
        damage(store, kept(store))
        kept(store)

        assert store.verify(DIGEST) is True

    def test_a_discarded_file_is_gone_and_a_kept_one_stays(self, store, root):
        incoming = store.incoming()
        incoming.write(CONTENT)
        incoming.discard()
        incoming.discard()
        assert tmp_files(root) == []

        incoming = store.incoming()
        incoming.write(CONTENT)
        store.keep(incoming.finish())
        incoming.discard()
        assert store.verify(DIGEST) is True

    def test_no_file_stays_open(self, store):
        def open_files() -> int:
            return len(os.listdir("/proc/self/fd"))

        before = open_files()
        for number in range(20):
            kept(store, b"%d" % number)
            store.incoming().discard()

        assert open_files() == before


class TestOrder:
    """The steps of D14, in their order; each one left out has lost photos in a power cut."""

    def test_file_then_rename_then_folders(self, store, root, monkeypatch):
        source = receive(store)
        steps: list[str] = []
        fsync, rename = os.fsync, os.rename

        def note_fsync(descriptor: int) -> None:
            name = os.readlink(f"/proc/self/fd/{descriptor}")
            steps.append(f"fsync {os.path.relpath(name, root)}")
            fsync(descriptor)

        def note_rename(old, new) -> None:
            steps.append("rename")
            rename(old, new)

        monkeypatch.setattr(os, "fsync", note_fsync)
        monkeypatch.setattr(os, "rename", note_rename)
        store.keep(source)

        ab, cd = DIGEST[:2], DIGEST[2:4]
        assert steps == [
            f"fsync tmp/{Path(source.path).name}",
            "rename",
            f"fsync obj/{ab}/{cd}",
            f"fsync obj/{ab}",
            "fsync obj",
        ]

    @pytest.mark.parametrize("call", ["chmod", "fsync", "rename", "open"])
    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
    def test_any_step_that_the_disk_refuses_is_no_success(self, store, monkeypatch, call, code):
        """Fail the n-th call of each kind, n = 1, 2, ... until all of it passes."""
        real = getattr(os, call)
        for nth in range(1, 20):
            source = receive(store, CONTENT + bytes([nth]))
            calls = 0

            def fail(*args, nth=nth, **kwargs):
                nonlocal calls
                calls += 1
                if calls == nth:
                    raise OSError(code, os.strerror(code))
                return real(*args, **kwargs)

            with monkeypatch.context() as faulty:
                faulty.setattr(os, call, fail)
                try:
                    store.keep(source)
                except StoreUnavailable:
                    refused = True
                else:
                    refused = False
            assert refused is (calls >= nth)
            if not refused:
                break
            # The phone sends it again, and then it is there.
            assert kept(store, CONTENT + bytes([nth])) == source.sha256
            assert store.verify(source.sha256) is True
        assert nth > 1

    def test_a_full_disk_while_receiving_is_said(self, store, root, monkeypatch):
        incoming = store.incoming()
        incoming.write(CONTENT)

        def full(descriptor: int, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as faulty:
            faulty.setattr(os, "write", full)
            with pytest.raises(StoreUnavailable):
                incoming.write(CONTENT)
        incoming.discard()

        assert tmp_files(root) == []

    def test_short_writes_lose_nothing(self, store, monkeypatch):
        write = os.write
        monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:7]))
        incoming = store.incoming()
        incoming.write(CONTENT[:500])
        source = incoming.finish()
        store.keep(source)

        with store.open(source.sha256) as file:
            assert file.read() == CONTENT[:500]


def damage(store: FileObjectStore, sha256: str, content: bytes | None = None) -> None:
    path = Path(store.path(sha256))
    path.chmod(0o640)
    flipped = bytearray(path.read_bytes())
    flipped[100] ^= 1
    path.write_bytes(flipped if content is None else content)


class TestDamage:
    def test_one_flipped_bit_is_found(self, store):
        damage(store, kept(store))

        assert store.verify(DIGEST) is False

    def test_a_truncated_object_is_found(self, store):
        damage(store, kept(store), CONTENT[:-1])

        assert store.verify(DIGEST) is False

    def test_a_missing_object_is_said(self, store):
        Path(store.path(kept(store))).unlink()

        assert store.verify(DIGEST) is False
        with pytest.raises(ObjectDamaged):
            store.open(DIGEST)
        with pytest.raises(ObjectDamaged):
            store.path(DIGEST)

    @pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, f"{'a' * 64}\n"])
    def test_what_is_no_digest_reaches_no_path(self, store, name):
        for ask in (store.open, store.path, store.verify):
            with pytest.raises(ObjectDamaged):
                ask(name)


class TestUnmountedDisk:
    def test_nothing_is_written_to_the_folder_under_it(self, store, root):
        source = receive(store)
        incoming = store.incoming()
        shutil.move(root, root.with_name("the disk"))
        (root / "tmp").mkdir(parents=True)

        with pytest.raises(StoreUnavailable):
            store.incoming()
        with pytest.raises(StoreUnavailable):
            store.keep(source)
        with pytest.raises(StoreUnavailable):
            store.open(DIGEST)
        with pytest.raises(StoreUnavailable):
            store.verify(DIGEST)
        assert [p for p in root.rglob("*") if p.is_file()] == []
        incoming.discard()

    def test_it_works_again_when_the_disk_is_back(self, store, root):
        (root / SENTINEL).rename(root / "away")
        with pytest.raises(StoreUnavailable):
            store.incoming()
        (root / "away").rename(root / SENTINEL)

        assert kept(store) == DIGEST

    def test_a_store_that_must_exist_is_not_made_anew(self, root):
        root.mkdir()
        store = FileObjectStore(root, must_exist=True)

        with pytest.raises(StoreUnavailable):
            store.incoming()
        assert list(root.iterdir()) == []

    def test_a_folder_that_cannot_be_made_is_said(self, tmp_path):
        (tmp_path / "file").write_text("no folder")

        with pytest.raises(StoreUnavailable):
            FileObjectStore(tmp_path / "file" / "objects")


HOLDING = """
import sys, time
from hub.store.files import FileObjectStore
incoming = FileObjectStore(sys.argv[1]).incoming()
incoming.write(b"half a photo")
finished = sys.argv[2] == "finished" and incoming.finish()
print(incoming.path, flush=True)
time.sleep(60)
"""


class TestSweeping:
    @pytest.fixture(params=["receiving", "finished"])
    def other_process(self, request, root):
        line = [sys.executable, "-c", HOLDING, str(root), request.param]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
            process.tmp = Path(process.stdout.readline().strip())
            yield process
            process.kill()

    def test_what_a_dead_process_left_is_swept_at_start(self, other_process, root):
        os.kill(other_process.pid, signal.SIGKILL)
        other_process.wait()
        assert other_process.tmp.exists()

        FileObjectStore(root)

        assert not other_process.tmp.exists()

    def test_what_a_living_process_receives_is_left_alone(self, other_process, root):
        store = FileObjectStore(root)

        assert store.sweep(3600) == 0
        assert other_process.tmp.read_bytes() == b"half a photo"

    def test_our_own_are_left_alone_until_they_are_old(self, store, root):
        source = receive(store)
        FileObjectStore(root)
        assert Path(source.path).exists()
        long_ago = time.time() - 7200
        os.utime(source.path, (long_ago, long_ago))

        assert store.sweep(older_than_seconds=3600) == 1
        assert tmp_files(root) == []
