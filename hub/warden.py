"""The process that forks a child for every call of `hub.child`; it reads no untrusted bytes.

Run as `python -m hub.warden FD`. A program is a module of this distribution with a function
`answer(request) -> (facts, payload)`; it is imported here, before the fork, so that a
child starts in milliseconds. It reads the file `path` of its request, and writes into the
folder of the file or folder `output`, where it has one: all else is kept from it by
`hub.sandbox`.

A call is two processes where the kernel allows: a keeper, which runs no code of a file,
and below it the child, which is the first process of a namespace. The keeper's alarm ends
the child, and with it everything that the child has started.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from . import sandbox

PROGRAMS = frozenset(
    {
        *(
            "hub.media.decode",
            "hub.media.ffmpeg",
            "hub.media.pdf_findings",
            "hub.media.wsidicomizer",
        ),
        "hub.media.slide_tiff",
        *("hub.dicom.examine", "hub.dicom.draw"),
    }
)

STARTS_PROGRAMS = frozenset({"hub.media.ffmpeg", "hub.media.wsidicomizer"})
_STARTING_STEPS = frozenset({"turn", "deep"})
"""Of `hub.media.decode`: jpegtran and ffmpeg."""

_CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
_PR_SET_PDEATHSIG = 1
_MAX_MESSAGE = 64 * 1024
_OPEN_FILES = 64


def main(descriptor: int) -> None:
    """Serve calls until the last parent has closed its end."""
    leave_the_network()
    sandbox.library_paths()
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
            _end_with_parent()
            _end_unless_read(writer)
            line.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if _is_child(call["limits"]["wall_seconds"]):
                _run(call, program, writer)
        finally:
            # Without a whole answer the parent sees a death; a traceback would only leak.
            os._exit(0)
    os.close(writer)


def _is_child(wall_seconds: float) -> bool:
    """Go on as the first process of a namespace; False for the keeper, when that has ended."""
    signal.setitimer(signal.ITIMER_REAL, wall_seconds)
    if ctypes.CDLL(None).unshare(_CLONE_NEWPID) != 0:
        return True  # this process is the child, and has only its own alarm
    child = os.fork()
    if child == 0:
        _end_with_parent()
        return True
    os.waitpid(child, 0)
    return False


def _end_with_parent() -> None:
    """End when the process above does: the warden's end, and so the hub's, is everybody's."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _run(call: Mapping[str, Any], program: Any, writer: int) -> None:
    request = call["request"]
    limit(call["limits"])
    outputs = [os.path.dirname(request[key]) for key in ("output",) if key in request]
    starts = call["program"] in STARTS_PROGRAMS or request.get("do") in _STARTING_STEPS
    sandbox.confine([request["path"]], outputs, starts_programs=starts)
    _answer(program, request, writer)


def limit(limits: Mapping[str, Any]) -> None:
    """Bound this process for good: address space, CPU, files, no core dumps."""
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
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")  # when memory runs out, this goes and the hub stays


def _end_unless_read(writer: int) -> None:
    """Let the kernel end this process when nobody is left who would read the answer.

    The default action of SIGIO is to terminate; what was started here goes with us. It is
    for the keeper: the first process of a namespace is spared by signals that it ignores.
    """
    fcntl.fcntl(writer, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(writer, fcntl.F_SETFL, fcntl.fcntl(writer, fcntl.F_GETFL) | os.O_ASYNC)
    closed = select.poll()
    closed.register(writer, 0)
    if closed.poll(0):  # before the kernel was asked
        os._exit(0)


def _answer(program: Any, request: Mapping[str, Any], writer: int) -> None:
    facts, payload = program.answer(request)
    # From here on the kernel would also tell us when there is room in the pipe.
    fcntl.fcntl(writer, fcntl.F_SETFL, fcntl.fcntl(writer, fcntl.F_GETFL) & ~os.O_ASYNC)
    head = json.dumps({**facts, "payloadSize": len(payload)}).encode()
    with open(writer, "wb", buffering=0) as pipe:
        for piece in (len(head).to_bytes(8, "big"), head, payload):
            view = memoryview(piece)
            while view:
                view = view[pipe.write(view) :]


if __name__ == "__main__":
    main(int(sys.argv[1]))
