"""A decoder that a file has taken over: a program for the warden, which tries what it is told.

Run as a program it is a warden that knows it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)
_PTRACE_SEIZE, _NEW_USER_NAMESPACE = 0x4206, 0x10000000


def _succeeded(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _linger(seconds: str) -> None:
    """Leave a program behind that no hang-up or alarm ends."""
    subprocess.Popen(["sleep", seconds], start_new_session=True, preexec_fn=_deaf)


def _deaf() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)


def _hang() -> None:
    _deaf()
    time.sleep(60)


def _babble() -> None:
    """Answer facts that are nested without end."""
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, (100_000).to_bytes(8, "big") + b"[" * 100_000)
        except OSError:
            continue
    os._exit(0)


TRICKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "read a file": lambda r: Path(r["folder"], "secret").read_bytes(),
    "list a folder": lambda r: os.listdir(r["folder"]),
    "read the accounts": lambda _r: Path("/etc/passwd").read_bytes(),
    "read the parent": lambda r: Path(f"/proc/{r['parent']}/environ").read_bytes(),
    "open the memory": lambda r: os.open(f"/proc/{r['parent']}/mem", os.O_RDWR),
    "make a file": lambda r: os.open(f"{r['folder']}/new", os.O_CREAT | os.O_WRONLY),
    "make a link": lambda r: os.symlink("/etc", f"{r['folder']}/link"),
    "cut a file": lambda r: os.truncate(f"{r['folder']}/secret", 0),
    "remove a file": lambda r: os.unlink(f"{r['folder']}/secret"),
    "rename a file": lambda r: os.rename(f"{r['folder']}/secret", f"{r['folder']}/moved"),
    "write its source": lambda r: os.open(r["path"], os.O_WRONLY),
    "change a mode": lambda r: os.chmod(r["folder"], 0o777),
    "change a time": lambda r: os.utime(r["folder"]),
    "open a socket": lambda _r: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "reach a local socket": lambda r: socket.socket(socket.AF_UNIX).connect(r["socket"]),
    "signal the parent": lambda r: os.kill(r["parent"], 0),
    "trace the parent": lambda r: _succeeded(_libc.ptrace(_PTRACE_SEIZE, r["parent"], 0, 0)),
    "make a namespace": lambda _r: _succeeded(_libc.unshare(_NEW_USER_NAMESPACE)),
    "fork": lambda _r: _fork(),
    "start a program": lambda _r: subprocess.run(["true"], check=True),
    "take all memory": lambda _r: bytearray(3 << 30),
}

WRECKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "linger": lambda r: _linger(r["seconds"]),
    "hang": lambda _r: _hang(),
    "babble": lambda _r: _babble(),
    "crash": lambda _r: ctypes.string_at(0),
    "abort": lambda _r: os.abort(),
    "read its source": lambda r: Path(r["path"]).read_bytes(),
    "write beside its output": lambda r: Path(r["output"]).write_bytes(b"made"),
}


def answer(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Try each of `request["tricks"]`; name those that worked."""
    worked = []
    for trick in request["tricks"]:
        try:
            {**TRICKS, **WRECKS}[trick](request)
            worked.append(trick)
        except (OSError, MemoryError, subprocess.SubprocessError):
            continue
    return {"worked": worked}, b""


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
    from hub import warden

    warden.PROGRAMS |= {"taken_over"}
    if sys.argv[1] == "starts":
        warden.STARTS_PROGRAMS |= {"taken_over"}
    warden.main(int(sys.argv[2]))
