"""The walls around the picture worker: what it keeps once it has nothing left to load.

Three layers, each enough to stop a different surprise:
1. rlimits, on every POSIX system: memory, size of a written file, no core dump, and not one file
   descriptor more than a job hands over, so that no library can open a file.
2. If the server runs as root, the worker becomes nobody.
3. On Linux (x86_64, aarch64) a list of the system calls that decoding needs; any other one (open,
   socket, execve, kill, fork ...) fails with EPERM, for good.  Threads are let through: the HEIC
   decoder starts one whatever it is told, which also rules out RLIMIT_NPROC.

It does not replace limits on what a job may ask: those are checked before decoding.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import struct
import sys

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH_* of linux/audit.h, by machine."""

_CALLS = {
    # On what is open already
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "readv": (19, 65),
    "writev": (20, 66),
    "fsync": (74, 82),
    "ftruncate": (77, 46),
    "fcntl": (72, 25),
    "ppoll": (271, 73),
    # The socket to the server
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    # Memory
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "brk": (12, 214),
    "madvise": (28, 233),
    # Signals of one's own
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    # What the C library does to itself
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "gettid": (186, 178),
    "getpid": (39, 172),
    # Clocks and chance
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "restart_syscall": (219, 128),
    "gettimeofday": (96, 169),
    "clock_gettime": (228, 113),
    "getrandom": (318, 278),
    # Its own limits
    "getrlimit": (97, 163),
    "setrlimit": (160, 164),
    "prlimit64": (302, 261),
    "getrusage": (98, 165),
    # The end
    "exit": (60, 93),
    "exit_group": (231, 94),
}
"""What decoding needs, with the numbers on x86_64 and on aarch64 (the two unistd tables)."""

_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_CLONE_THREAD = 0x00010000  # linux/sched.h

_NOBODY = 65534
_EPERM = 1
_ENOSYS = 38

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

# linux/bpf_common.h and linux/seccomp.h
_LOAD_WORD = 0x20
_JUMP_IF_EQUAL = 0x15
_JUMP_IF_SET = 0x45
_RETURN = 0x06
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000
_ALLOW = 0x7FFF0000


def lock(*, memory: int, file_size: int, descriptors: int) -> bool:
    """Put up the walls around this process; True if the kernel filters system calls as well.

    *memory* and *file_size* are bytes, *descriptors* the highest number of a file plus one.
    Call it last: from here on nothing can be imported or opened.
    """
    with contextlib.suppress(OSError):
        os.nice(10)  # serving pages goes first
    if os.geteuid() == 0:
        # A container without this number mapped refuses; the other walls stand.
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    confined = _filter_calls()
    _cap(resource.RLIMIT_CORE, 0)
    _cap(resource.RLIMIT_FSIZE, file_size)
    with contextlib.suppress(OSError, ValueError):  # macOS knows the name and refuses the value
        _cap(resource.RLIMIT_AS, memory)
    _cap(resource.RLIMIT_NOFILE, descriptors)
    return confined


def allow_cpu(seconds: int) -> None:
    """Let this process use *seconds* more of the processor; the kernel ends it after that."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = usage.ru_utime + usage.ru_stime
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(spent) + 1 + seconds
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def allow_bytes(size: int) -> None:
    """Let this process write files of *size* bytes, if the walls let it."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (min(size, hard), hard))


def _cap(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def _filter_calls() -> bool:
    machine = os.uname().machine
    if not sys.platform.startswith("linux") or machine not in _ARCHITECTURES or sys.maxsize < 2**32:
        return False
    architecture = _ARCHITECTURES[machine]
    column = list(_ARCHITECTURES).index(machine)
    calls = [numbers[column] for numbers in _CALLS.values()]
    # Of struct seccomp_data: the call's number at 0, the architecture at 4, the first argument's
    # lower half at 16.  A 32-bit call on a 64-bit kernel has other numbers, hence the check of the
    # architecture; x32 numbers match none of ours.  clone3 keeps its flags in memory, where they
    # cannot be looked at; told that it does not exist, the C library uses clone.
    steps = [
        (_LOAD_WORD, 0, 0, 4),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD_WORD, 0, 0, 0),
        (_JUMP_IF_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
        (_JUMP_IF_EQUAL, 0, 4, _CLONE[machine]),
        (_LOAD_WORD, 0, 0, 16),
        (_JUMP_IF_SET, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        *((_JUMP_IF_EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(steps), ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, None, 0, 0) != 0:
        return False
    installed: int = prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0)
    return installed == 0
