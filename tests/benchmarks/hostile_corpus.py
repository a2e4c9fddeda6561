"""Cases that break each bound of the runner, with cases that hold before and behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

from benchmarks.attack.cases import Case

TITLE, SECONDS, MEGABYTES = "cases that break every bound", 1.0, 64


def cases() -> list[Case]:
    return [
        Case("holds", lambda: None),
        Case("fails", _fails),
        Case("exits", lambda: sys.exit(3)),
        Case("hangs", lambda: time.sleep(60)),
        Case("hangs and cannot be interrupted", _deaf),
        Case("is killed", lambda: os.kill(os.getpid(), signal.SIGKILL)),
        Case("ends the process", lambda: os._exit(7)),
        Case("leaks", _leaks),
        Case("asks for too much at once", lambda: _fill(1 << 40)),
        Case("holds behind all others", lambda: None),
    ]


def _fails() -> None:
    raise AssertionError("it does not hold")


def _deaf() -> None:
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(60)


def _leaks() -> None:
    blocks = [b"x" * (1 << 20) for _ in range(200)]
    time.sleep(0.2)
    blocks.clear()


def _fill(size: int) -> None:
    bytearray(size)
