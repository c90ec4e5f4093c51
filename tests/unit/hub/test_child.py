"""A child that dies, hangs or floods is one failed call, and the next call works."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from drawn import encoded, scene

from hub import child


@pytest.fixture
def request_for(tmp_path: Path):
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(scene(2000, 1500), "PNG"))
    return {"do": "decode", "path": str(path), "format": "png", "maxPixels": 10**8}


def works(request: dict[str, object]) -> bool:
    facts, payload = child.call("hub.media.decode", request)
    return facts["rows"] == 1500 and len(payload) > 100


class TestCall:
    def test_an_answer_comes_back(self, request_for):
        assert works(request_for)

    def test_a_child_that_passes_its_memory_dies_alone(self, request_for):
        with pytest.raises(child.ChildDied):
            child.call("hub.media.decode", request_for, child.Limits(memory=4 * child.MIB))
        assert works(request_for)

    def test_a_child_that_takes_too_long_dies_alone(self, request_for):
        with pytest.raises(child.ChildDied):
            child.call("hub.media.decode", request_for, child.Limits(wall_seconds=0.02))
        assert works(request_for)

    def test_an_answer_that_is_too_long_is_not_read(self, request_for):
        with pytest.raises(child.ChildDied):
            child.call("hub.media.decode", request_for, child.Limits(answer=100))

    def test_an_exception_in_the_child_is_a_death(self, request_for):
        with pytest.raises(child.ChildDied):
            child.call("hub.media.decode", {**request_for, "path": "/nowhere"})
        assert works(request_for)

    def test_a_program_that_is_not_listed_does_not_run(self):
        with pytest.raises(child.ChildDied):
            child.call("antigravity", {})

    def test_many_at_once_do_not_mix(self, request_for):
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(works, [request_for] * 16))

    def test_a_warden_that_was_killed_is_replaced(self, request_for):
        assert works(request_for)
        process = child._warden._process
        assert process is not None
        process.kill()
        process.wait()
        assert works(request_for)

    def test_what_watches_may_end_the_child(self, tmp_path):
        class Stop(Exception):
            pass

        pids: list[int] = []

        def watch() -> None:
            pids[:] = forks_of(child._warden._process.pid)
            raise Stop

        fifo = tmp_path / "photo.png"
        os.mkfifo(fifo)  # reading it waits for ever
        request = {"do": "decode", "path": str(fifo), "format": "png", "maxPixels": 10**8}

        with pytest.raises(Stop):
            child.call("hub.media.decode", request, child.Limits(wall_seconds=600), watch)

        assert len(pids) == 1
        assert wait_until(lambda: not forks_of(child._warden._process.pid))


def forks_of(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()
