"""Untrusted bytes are decoded in a child process that lives for one call (D11).

A warden process imports the decoders once and forks for every call: the fork gets
memory, CPU and time limits, has no network and no files but those of the call
(`hub.sandbox`), writes its answer to a pipe and ends.
What happens to it stays with it: the caller sees an answer or `ChildDied`.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

MIB = 1024 * 1024
_HEADER_BYTES = 8
_WATCH_SECONDS = 0.5
_MAX_FACTS = 16 * MIB
"""Bytes of the facts of an answer: what is large is its payload."""
_COMMAND = (sys.executable, "-I", "-m", "hub.warden")


class ChildDied(Exception):
    """The child crashed, passed a limit or answered nonsense; its last words are not kept."""


@dataclass(frozen=True)
class Limits:
    """What one call may use."""

    memory: int = 1024 * MIB
    """Address space beyond what the warden has mapped, in bytes."""
    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    answer: int = 512 * MIB
    """Longest answer that is read, in bytes."""
    written: int = 0
    """Longest file that may be written, in bytes."""
    slow: bool = False
    """Takes minutes: it waits for its like, so that photos need not wait for it."""


def call(
    program: str,
    request: Mapping[str, object],
    limits: Limits = Limits(),
    watch: Callable[[], None] | None = None,
) -> tuple[dict[str, object], memoryview]:
    """Run `answer(request)` of the module `program` in a fresh child.

    It may read the file `request["path"]` and write beside `request["output"]`, if there is one.
    Returns its (facts, payload). `watch` is called while the child works; what it raises
    ends the child and comes out here. Raises ChildDied.
    """
    with _slow_slots if limits.slow else _slots:
        reader, writer = os.pipe()
        try:
            with suppress(OSError):  # the kernel may grant its users no more room
                fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, MIB)
            message = {"program": program, "request": request, "limits": vars(limits)}
            try:
                _warden.send(json.dumps(message).encode(), writer)
            finally:
                os.close(writer)
            return _parsed(_read_to_end(reader, limits, watch))
        finally:
            os.close(reader)  # a child that still works ends with it


_slots = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
"""As many children at once as there are processors: their memory adds up."""
_slow_slots = threading.BoundedSemaphore(1)


class _Warden:
    """The parent's end of the warden process, which is started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

    def send(self, message: bytes, writer: int) -> None:
        """Hand one call over; a warden that is gone is replaced once."""
        with self._lock:
            for attempt in (1, 2):
                if self._socket is None:
                    self._start()
                assert self._socket is not None  # noqa: S101 - for the type checker
                try:
                    socket.send_fds(self._socket, [message], [writer])
                    return
                except OSError as exc:
                    self.stop()
                    if attempt == 2:
                        raise ChildDied from exc

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [*_COMMAND, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.environ.get("PATH", os.defpath), "OPENBLAS_NUM_THREADS": "1"},
            )
        self._socket = ours

    def stop(self) -> None:
        """Close the line; the warden ends by itself when nobody is left on it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.wait()
            self._process = None


_warden = _Warden()


def _read_to_end(reader: int, limits: Limits, watch: Callable[[], None] | None = None) -> bytearray:
    """Read the child's answer until it closes the pipe. Raises ChildDied when it takes long."""
    answer = bytearray()
    deadline = time.monotonic() + limits.wall_seconds
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise ChildDied("time")
        if not select.select([reader], [], [], min(left, _WATCH_SECONDS) if watch else left)[0]:
            if watch:
                watch()
            continue
        chunk = os.read(reader, MIB)
        if not chunk:
            return answer
        answer += chunk
        if len(answer) > limits.answer:
            raise ChildDied("size")


def _parsed(answer: bytearray) -> tuple[dict[str, object], memoryview]:
    """Take apart: length of the facts, facts as JSON, payload. No answer at all is a death."""
    size = int.from_bytes(answer[:_HEADER_BYTES], "big")
    end = _HEADER_BYTES + size
    if len(answer) < _HEADER_BYTES or len(answer) < end or size > _MAX_FACTS:
        raise ChildDied
    try:
        facts = json.loads(answer[_HEADER_BYTES:end])
    except (ValueError, RecursionError) as exc:
        raise ChildDied from exc
    payload_size = facts.pop("payloadSize", 0) if isinstance(facts, dict) else -1
    if payload_size != len(answer) - end:
        raise ChildDied
    return facts, memoryview(answer)[end:]
