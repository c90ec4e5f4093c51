"""A decoder that was taken over finds nothing to read, nobody to reach, and leaves nothing."""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import taken_over

from hub import child, sandbox
from hub.errors import MisconfiguredHub
from hub.media.decoders import check_decoders

STARTER = frozenset({"fork", "start a program"})
"""What a child may do whose work is to start ffmpeg or jpegtran."""

LIMITS = child.Limits()
Attempt = Callable[..., set[str]]


@pytest.fixture(params=["alone", "starts"])
def attempt(request, tmp_path: Path, monkeypatch) -> Iterator[Attempt]:
    """Try tricks in a child of a warden that knows `taken_over`; the names of what worked."""
    command = (sys.executable, taken_over.__file__, request.param)
    monkeypatch.setattr(child, "_COMMAND", command)
    monkeypatch.setattr(child, "_warden", child._Warden())
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("secret", "photo"):
        (folder / name).write_bytes(b"of a patient")
    facts = {"folder": str(folder), "path": str(folder / "photo"), "parent": os.getpid()}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(facts["folder"] + "/s")
        listener.listen()
        facts["socket"] = facts["folder"] + "/s"

        def attempt(*tricks: str, limits: child.Limits = LIMITS, **more: Any) -> set[str]:
            asked = {**facts, "tricks": tricks, **more}
            return set(child.call("taken_over", asked, limits)[0]["worked"])

        attempt.may = STARTER if request.param == "starts" else frozenset()
        yield attempt
    child._warden.stop()


def test_this_kernel_can_confine_decoders():
    assert sandbox.missing() == ()


def test_nothing_but_its_own_work_is_open_to_a_child(attempt, tmp_path):
    before = sorted((tmp_path / "data").iterdir())

    worked = attempt(*taken_over.TRICKS)

    assert worked == attempt.may
    assert sorted((tmp_path / "data").iterdir()) == before
    assert (tmp_path / "data" / "secret").read_bytes() == b"of a patient"


def test_a_child_reads_its_file_and_writes_where_its_output_is_asked_for(attempt, tmp_path):
    (tmp_path / "made").mkdir()
    tricks = ("read its source", "write beside its output", "read a file")

    worked = attempt(
        *tricks, output=str(tmp_path / "made" / "x"), limits=child.Limits(written=1000)
    )

    assert worked == {"read its source", "write beside its output"}
    assert (tmp_path / "made" / "x").read_bytes() == b"made"


def test_what_a_child_has_started_ends_with_it(attempt):
    if not attempt.may:
        assert attempt("linger", seconds="61.25") == set()
        return
    assert attempt("linger", seconds="61.25") == {"linger"}
    assert is_gone("61.25")


def test_when_the_warden_ends_its_children_end(attempt):
    if not attempt.may:
        return  # it starts nothing that could be left
    with ThreadPoolExecutor(1) as pool:
        patient = child.Limits(wall_seconds=120)
        call = pool.submit(attempt, "linger", "hang", seconds="62.75", limits=patient)
        assert is_there("62.75")
        child._warden._process.kill()
        with pytest.raises(child.ChildDied):
            call.result()
    assert is_gone("62.75")


@pytest.mark.parametrize("wreck", ["hang", "babble", "crash", "abort"])
def test_a_child_that_will_not_answer_is_one_failed_call(attempt, wreck):
    with pytest.raises(child.ChildDied):
        attempt(wreck, limits=child.Limits(wall_seconds=1.0))
    assert attempt("read its source") == {"read its source"}


def test_a_kernel_that_cannot_is_named_in_the_log_or_refused(monkeypatch, caplog):
    monkeypatch.setattr(sandbox, "missing", lambda: ("Landlock", "seccomp"))

    with caplog.at_level(logging.WARNING):
        check_decoders()
    assert "no Landlock and no seccomp" in caplog.text

    with pytest.raises(MisconfiguredHub, match="HUB_REQUIRE_SANDBOX"):
        check_decoders(require_sandbox=True)


def is_gone(argument: str) -> bool:
    """Whether no process with this argument is left; the kernel takes a moment."""
    return soon(lambda: not any(argument in line for line in command_lines()))


def is_there(argument: str) -> bool:
    return soon(lambda: any(argument in line for line in command_lines()))


def soon(holds: Callable[[], bool]) -> bool:
    for _ in range(500):
        if holds():
            return True
        time.sleep(0.02)
    return False


def command_lines() -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(process.read_text())
        except OSError:
            continue
    return found
