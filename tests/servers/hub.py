"""The hub as a user starts it: `imaging-hub` processes on a free loopback port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from hub.bootstrap import build_hub
from hub.model import AuditEvent
from hub.settings import Settings


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def command(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """Run one `imaging-hub` command to its end; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "web", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class RunningHub:
    url: str
    data: Path
    log: Path

    def token(self, role: str) -> str:
        arguments = ("--user", f"machine-{role}", "--role", role, "--data", str(self.data))
        return command("token", "create", *arguments).strip()

    def audited(self, study_instance_uid: str, **detail: str) -> list[AuditEvent]:
        """Audit events about a study whose detail has these values."""
        catalog = build_hub(Settings(data=self.data)).catalog
        events = [row.event for row in catalog.audit_rows(limit=100_000)]
        return [
            e
            for e in events
            if e.study_instance_uid == study_instance_uid and detail.items() <= e.detail.items()
        ]

    def client(self, role: str) -> httpx.Client:
        """A machine of this role."""
        headers = {"Authorization": f"Bearer {self.token(role)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@contextmanager
def running_hub(data: Path, *arguments: str, role: str = "serve") -> Iterator[RunningHub]:
    """Start `imaging-hub serve` (or another role) and wait until it is ready; stop it by pid."""
    port = free_port()
    log = data.parent / f"hub-{port}.log"
    line = [sys.executable, "-m", "web", role, "--data", str(data), "--port", str(port), *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(
            line, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        running = RunningHub(f"http://localhost:{port}", data, log)
        _wait_until_ready(running, process)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _wait_until_ready(running: RunningHub, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the hub ended at start:\n{running.log.read_text()}")
        try:
            if httpx.get(f"{running.url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the hub was not ready in time:\n{running.log.read_text()}")
