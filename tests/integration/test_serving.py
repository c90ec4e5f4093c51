"""`imaging-hub serve` as a service manager sees it: what it starts, it also stops."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from servers.hub import running_hub

pytestmark = pytest.mark.integration


def processes_of(data: Path) -> set[int]:
    """Processes whose command line names this data folder."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if str(data).encode() in line and int(folder.name) != os.getpid():
            found.add(int(folder.name))
    return found


def worker_of(data: Path) -> int:
    """The pid of the worker process, once there is one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for pid in processes_of(data):
            if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        time.sleep(0.1)
    raise AssertionError("no worker was started")


def test_a_worker_that_dies_is_started_again_and_all_end_with_the_server(tmp_path):
    data = tmp_path / "data"
    with running_hub(data):
        first = worker_of(data)
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while worker_of(data) == first and time.monotonic() < deadline:
            time.sleep(0.1)
        assert worker_of(data) != first

    assert processes_of(data) == set()


def test_a_wrong_setting_is_one_line_at_start(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_TIME_ZONE", "Mars/Olympus")

    with pytest.raises(AssertionError, match="HUB_TIME_ZONE") as ended, running_hub(tmp_path / "d"):
        pass
    assert "Traceback" not in str(ended.value)
