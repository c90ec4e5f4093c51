"""What the kernel keeps from a child that decodes, should a file have taken it over.

Landlock leaves it the libraries it needs, its one file and the folder of its output;
seccomp leaves it no socket, no other owner or mode of a file, no other process and no
namespace. What a kernel lacks is left out, and `missing` says so (ADR 0030).
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from .syscall_filter import can_filter, filter_system_calls

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System call numbers of Landlock, the same on every architecture."""
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_PR_SET_NO_NEW_PRIVS, _CAPABILITIES_V3 = 38, 0x20080522

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_ALL_OF_VERSION_1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_TCP, _OUTSIDE_DOMAIN = 3, 3
"""Bind and connect; abstract sockets and signals."""

_LIBRARIES = (
    *("/bin", "/lib", "/lib64", "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/libexec"),
    *("/usr/local/bin", "/usr/local/lib", "/usr/share", "/nix/store"),
    *("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime", "/sys/devices/system/cpu"),
)
"""What programs and their libraries read, and no data of anybody."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def missing() -> tuple[str, ...]:
    """Name what this kernel does not offer to confine a decoder with; mostly nothing."""
    offered = {"Landlock": _landlock_version() > 0, "seccomp": can_filter()}
    return tuple(name for name, is_there in offered.items() if not is_there)


def confine(reads: Sequence[str], writes: Sequence[str], *, starts_programs: bool) -> None:
    """Give up for good everything but reading the files `reads` and the folders `writes`."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _drop_capabilities()
    _restrict_files(reads, writes)
    filter_system_calls(starts_programs=starts_programs)


def _landlock_version() -> int:
    found = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    return max(0, int(found))


def _drop_capabilities() -> None:
    """Be nobody special, also where the hub runs as root."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    _libc.capset(header, (ctypes.c_uint32 * 6)())


def _restrict_files(reads: Sequence[str], writes: Sequence[str]) -> None:
    version = _landlock_version()
    if not version:
        return
    handled = _handled(version)
    attributes = _Ruleset(
        handled, _TCP if version >= 4 else 0, _OUTSIDE_DOMAIN if version >= 6 else 0
    )
    # Older kernels know a shorter structure and take a longer one only with zeros.
    ruleset = _libc.syscall(
        _CREATE_RULESET,
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
        ctypes.c_uint32(0),
    )
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "no Landlock ruleset")
    _allow(ruleset, library_paths(), _EXECUTE | _READ_FILE | _READ_DIR)
    _allow(ruleset, reads, _READ_FILE)
    _allow(ruleset, _DEVICES, handled & (_READ_FILE | _WRITE_FILE | _TRUNCATE))
    _allow(ruleset, writes, handled & ~(_EXECUTE | _IOCTL_DEV))
    if _libc.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) != 0:
        raise OSError(ctypes.get_errno(), "Landlock refused")
    os.close(ruleset)


def _handled(version: int) -> int:
    """Kinds of access to files that this kernel can bar."""
    later = ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV))
    return _ALL_OF_VERSION_1 | sum(access for since, access in later if version >= since)


@cache
def library_paths() -> tuple[str, ...]:
    """What every child may read, found once, before the first of them is forked."""
    found = (shutil.which(name) for name in ("ffmpeg", "ffprobe", "jpegtran", "wsidicomizer"))
    programs = [Path(program).resolve() for program in found if program]
    # A program in an environment of its own has its libraries there, too.
    homes = [p.parent.parent for p in programs if (p.parent.parent / "pyvenv.cfg").exists()]
    ours = (sys.prefix, sys.base_prefix, Path(__file__).parent)
    return (*_LIBRARIES, *(str(path) for path in (*ours, *programs, *homes)))


def _allow(ruleset: int, paths: Iterable[str], access: int) -> None:
    for path in paths:
        with suppress(FileNotFoundError):
            _allow_one(ruleset, path, access)


def _allow_one(ruleset: int, path: str, access: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        of_files = _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE
        allowed = access if os.path.isdir(path) else access & of_files
        rule = _Beneath(allowed, descriptor)
        ruled = _libc.syscall(
            _ADD_RULE,
            ctypes.c_int(ruleset),
            ctypes.c_int(_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
        if ruled != 0:
            raise OSError(ctypes.get_errno(), "no Landlock rule")
    finally:
        os.close(descriptor)
