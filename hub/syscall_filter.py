"""System calls that a decoder has no use for, refused by a seccomp filter (seccomp(2)).

A list of what is refused, not of what is allowed: the decoders are large and their needs
change with each release. Everything here answers EPERM, so that a library may go on.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable

_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Audit architecture of each machine and its column in the tables below."""

_REFUSED = {
    **{"socket": (41, 198)},
    **{"chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452)},
    **{"chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54)},
    **{"utime": (132, None), "utimes": (235, None), "futimesat": (261, None)},
    **{"utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6)},
    **{"fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15)},
    **{"fremovexattr": (199, 16), "setxattrat": (463, 463), "removexattrat": (466, 466)},
    **{"file_setattr": (469, 469), "ptrace": (101, 117), "kcmp": (312, 272)},
    **{"process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"process_madvise": (440, 440), "pidfd_getfd": (438, 438)},
    **{"unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280)},
    **{"perf_event_open": (298, 241), "userfaultfd": (323, 282)},
    **{"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)},
    **{"io_uring_setup": (425, 425), "io_uring_enter": (426, 426)},
    **{"io_uring_register": (427, 427)},
}
_REFUSED_TO_LONERS = {
    **{"fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281)},
    **{"kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131)},
    **{"rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240)},
    **{"pidfd_send_signal": (424, 424)},
}
"""Refused as well to a decoder that starts no program."""
_CLONE, _CLONE3, _PRLIMIT = (56, 220), 435, (302, 261)
_CLONE_THREAD, _NEW_NAMESPACES = 0x10000, 0x7E020000

_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_PR_SET_SECCOMP, _FILTER = 22, 2
_X32_CALLS = 0x40000000

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand (linux/filter.h)."""

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def can_filter() -> bool:
    """Whether the kernel takes filters, and this machine's call numbers are known here."""
    # Asked with no program, a kernel with filters says EFAULT, one without says EINVAL.
    _libc.prctl(_PR_SET_SECCOMP, _FILTER, None, 0, 0)
    return ctypes.get_errno() == errno.EFAULT and platform.machine() in _MACHINES


def filter_system_calls(*, starts_programs: bool) -> None:
    """Refuse them to this process and all it starts; does nothing where it cannot."""
    if not can_filter():
        return
    architecture, column = _MACHINES[platform.machine()]
    rules = b"".join(
        struct.pack("=HBBI", *each) for each in _rules(architecture, column, starts_programs)
    )
    program = _Program(len(rules) // 8, rules)
    if _libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter was refused")


def _rules(architecture: int, column: int, starts_programs: bool) -> Iterable[Instruction]:
    """One test after the other; the one that holds decides."""
    refused = _REFUSED if starts_programs else {**_REFUSED, **_REFUSED_TO_LONERS}
    yield (_LOAD, 0, 0, _ARCHITECTURE)
    yield (_EQUAL, 1, 0, architecture)
    yield (_RETURN, 0, 0, _KILL)
    yield (_LOAD, 0, 0, _NUMBER)
    if column == 0:
        # The same calls by other numbers, which nothing here uses.
        yield from _when((_ANY_BIT, _X32_CALLS), errno.EPERM)
    for numbers in refused.values():
        if numbers[column] is not None:
            yield from _when((_EQUAL, numbers[column] or 0), errno.EPERM)
    # Its flags cannot be looked at; C libraries then use clone.
    yield from _when((_EQUAL, _CLONE3), errno.ENOSYS)
    # Limits of its own, no new namespace and, where it starts no program, only threads.
    yield from _of_argument(_PRLIMIT[column], _unless((_EQUAL, 0), errno.EPERM))
    yield from _of_argument(_CLONE[column], _when((_ANY_BIT, _NEW_NAMESPACES), errno.EPERM))
    if not starts_programs:
        yield from _of_argument(_CLONE[column], _unless((_ANY_BIT, _CLONE_THREAD), errno.EPERM))
    yield (_RETURN, 0, 0, _ALLOW)


def _when(test: tuple[int, int], error: int) -> tuple[Instruction, ...]:
    return (test[0], 0, 1, test[1]), (_RETURN, 0, 0, _ERROR | error)


def _unless(test: tuple[int, int], error: int) -> tuple[Instruction, ...]:
    return (test[0], 1, 0, test[1]), (_RETURN, 0, 0, _ERROR | error)


def _of_argument(number: int, tests: tuple[Instruction, ...]) -> Iterable[Instruction]:
    """Apply `tests` to the first argument of one call."""
    yield (_EQUAL, 0, len(tests) + 2, number)
    yield (_LOAD, 0, 0, _FIRST_ARGUMENT)
    yield from tests
    yield (_LOAD, 0, 0, _NUMBER)
