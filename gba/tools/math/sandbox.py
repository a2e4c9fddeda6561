"""The fourth wall, from the inside: what the worker gives up before it reads its first program.

Memory, files, processes and core dumps are limited by rlimits where the system has them. On Linux (x86-64, aarch64) no
new privileges can be had, and a seccomp filter leaves only the system calls for calculating and for the two open
pipes: nothing can be opened, no socket made, no process started, no memory made executable. The filter is set with
prctl alone, so that no library has to be installed for it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys

__all__ = ["MEMORY", "confine", "filter_program", "follow", "resident_memory"]

MEMORY = 700 * 2**20
"""Address space of a worker in bytes."""
_CPU_SECONDS = 1_200

_ARCHITECTURES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "read": 0,
            "write": 1,
            "close": 3,
            "fstat": 5,
            "lseek": 8,
            "mmap": 9,
            "mprotect": 10,
            "munmap": 11,
            "brk": 12,
            "rt_sigaction": 13,
            "rt_sigprocmask": 14,
            "rt_sigreturn": 15,
            "sched_yield": 24,
            "mremap": 25,
            "madvise": 28,
            "setitimer": 38,
            "getpid": 39,
            "exit": 60,
            "gettimeofday": 96,
            "getrusage": 98,
            "times": 100,
            "sigaltstack": 131,
            "futex": 202,
            "restart_syscall": 219,
            "clock_gettime": 228,
            "exit_group": 231,
            "getrandom": 318,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "read": 63,
            "write": 64,
            "close": 57,
            "fstat": 80,
            "lseek": 62,
            "mmap": 222,
            "mprotect": 226,
            "munmap": 215,
            "brk": 214,
            "rt_sigaction": 134,
            "rt_sigprocmask": 135,
            "rt_sigreturn": 139,
            "sched_yield": 124,
            "mremap": 216,
            "madvise": 233,
            "setitimer": 103,
            "getpid": 172,
            "exit": 93,
            "gettimeofday": 169,
            "getrusage": 165,
            "times": 153,
            "sigaltstack": 132,
            "futex": 98,
            "restart_syscall": 128,
            "clock_gettime": 113,
            "exit_group": 94,
            "getrandom": 278,
        },
    ),
}
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE, _PR_SET_PDEATHSIG = 22, 2, 38, 4, 1
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_PROT_EXEC = 4


def follow(parent: int) -> None:
    """End this process with its parent, whose id that is, where the system can do it (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(0)


def confine() -> None:
    """Give up everything but calculating, as far as this system can hold us to it."""
    _limit()
    if sys.platform == "linux":
        _filter()


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no rlimits
        return
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_CPU": _CPU_SECONDS, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0}
    limits |= {"RLIMIT_NPROC": 0, "RLIMIT_NOFILE": 8}
    for name, limit in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        most = resource.getrlimit(kind)[1]
        wanted = limit if most == resource.RLIM_INFINITY else min(limit, most)
        try:
            resource.setrlimit(kind, (wanted, wanted))
        except (OSError, ValueError):  # macOS refuses some of them
            continue


def _filter() -> None:
    program = filter_program(platform.machine())
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or not program:
        return
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header, len(header)), 0, 0)


def filter_program(machine: str) -> bytes:
    """The filter for the kernel as BPF instructions (struct sock_filter, 8 bytes each); b"" for an unknown machine.

    The data it looks at is struct seccomp_data: the call's number at 0, the architecture at 4, arguments from 16 on.
    """
    if machine not in _ARCHITECTURES:
        return b""
    architecture, calls = _ARCHITECTURES[machine]
    mapping = ("mmap", "mprotect")
    plain = [number for name, number in calls.items() if name not in mapping]
    code = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    # Jumps are relative: behind the comparisons stand refuse, allow, and the look at a mapping's third argument.
    remaining = len(plain) + len(mapping)
    for number in plain:
        remaining -= 1
        code.append((_EQUAL, remaining + 1, 0, number))
    for name in mapping:
        remaining -= 1
        code.append((_EQUAL, remaining + 2, 0, calls[name]))
    code += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    code += [(_LOAD, 0, 0, 32), (_ANY_BIT, 0, 1, _PROT_EXEC), (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


def resident_memory() -> int:
    """Bytes of memory that this process holds at its highest; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
