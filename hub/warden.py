"""The process that forks a child for every call of `hub.child`; it reads no untrusted bytes.

Run as `python -m hub.warden FD`. A program is a module of this distribution with a function
`answer(request) -> (facts, payload)`; it is imported here, before the fork, so that a
child starts in milliseconds. The children are nobody's to wait for: they are reaped by
the kernel, and an alarm and the CPU limit end them.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any

PROGRAMS = frozenset(
    {
        *("hub.media.decode", "hub.media.ffmpeg", "hub.media.wsidicomizer"),
        "hub.media.slide_tiff",
        *("hub.dicom.examine", "hub.dicom.draw"),
    }
)

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_MAX_MESSAGE = 64 * 1024
_OPEN_FILES = 64


def main(descriptor: int) -> None:
    """Serve calls until the last parent has closed its end."""
    leave_the_network()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as line:
        while True:
            message, descriptors, _flags, _address = socket.recv_fds(line, _MAX_MESSAGE, 1)
            if not message:
                return
            _fork_for(json.loads(message), descriptors[0], line)


def leave_the_network() -> None:
    """Move to a network namespace without interfaces, where the kernel lets us."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _fork_for(call: Mapping[str, Any], writer: int, line: socket.socket) -> None:
    if call["program"] not in PROGRAMS:
        os.close(writer)
        return
    program = importlib.import_module(call["program"])
    gc.freeze()  # a child that collected garbage would copy every page it shares with us
    if os.fork() == 0:
        try:
            line.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            limit(call["limits"])
            _answer(program, call["request"], writer)
        finally:
            # Without a whole answer the parent sees a death; a traceback would only leak.
            os._exit(0)
    os.close(writer)


def limit(limits: Mapping[str, Any]) -> None:
    """Bound this process for good: address space, CPU, wall time, files, no core dumps."""
    with open("/proc/self/statm") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, mapped + limits["memory"]),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, limits.get("written", 0)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.setitimer(signal.ITIMER_REAL, limits["wall_seconds"])


def _answer(program: Any, request: Mapping[str, Any], writer: int) -> None:
    facts, payload = program.answer(request)
    head = json.dumps({**facts, "payloadSize": len(payload)}).encode()
    with open(writer, "wb", buffering=0) as pipe:
        for piece in (len(head).to_bytes(8, "big"), head, payload):
            view = memoryview(piece)
            while view:
                view = view[pipe.write(view) :]


if __name__ == "__main__":
    main(int(sys.argv[1]))
