"""The processes that evaluate, seen from our side.

A nursery is started once, in Python's isolated mode and with an empty environment: it loads sympy, warms it, sees no
program, and forks a worker whenever one is asked for, within milliseconds. Each worker has a channel of its own to us.
Where a process cannot fork (Windows), every worker loads sympy itself.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from gba.errors import MathError
from gba.tools.math.replies import LONGEST, Reply, read_reply

__all__ = ["MESSAGE", "Nursery", "Source", "Spawner", "Worker", "WorkerDiedError", "best_source"]

MESSAGE = struct.Struct("=ci")
"""What is sent to a nursery: ``w`` for a new worker (its channel comes along), ``k`` and a process id to kill one."""

_START_SECONDS = 60.0
_STOP_SECONDS = 1.0
_CHUNK = 2**16
_BOOT = "import sys; sys.path[:0] = sys.argv[2:]; from gba.tools.math.worker import main; main(int(sys.argv[1]))"
_TIME = "The calculation was stopped after {seconds:g} seconds. Write a simpler program."
_NONSENSE = "The process that calculates gave an answer that cannot be read, and was replaced."
_ABSENT = "The process that calculates does not start. Is sympy there? pip install 'grammar-based-agents[math]'"


class WorkerDiedError(Exception):
    """The process ended, or was ended, before it answered; ``after`` so many seconds."""

    def __init__(self, after: float = 0.0) -> None:
        self.after = after
        super().__init__(f"a worker ended after {after:g} seconds")


class Worker:
    """One process. ``ask`` is for one thread at a time; after an error of it the worker is of no use any more.

    ``end`` kills the process; ``quiet`` says whether it is alive and has written nothing that was not read.
    """

    def __init__(
        self,
        pid: int,
        requests: BinaryIO,
        replies: io.BufferedReader,
        end: Callable[[], None],
        quiet: Callable[[], bool],
    ) -> None:
        self.pid = pid
        self.started = time.monotonic()
        self.retired = False
        self._requests, self._replies, self._end, self._quiet = requests, replies, end, quiet

    def wait_ready(self) -> None:
        """Wait until sympy is warm. Raises MathError where the process does not come up."""
        try:
            reply = self._within(_START_SECONDS)
        except (WorkerDiedError, ValueError):
            reply = None
        if reply != Reply():
            self.kill()
            raise MathError(_ABSENT, kind="process")

    def waits(self) -> bool:
        """Whether it can be asked: it has not died while it waited, and says nothing without being asked."""
        return self._quiet()

    def ask(self, request: Mapping[str, Any], seconds: float) -> Reply:
        """The reply to one request.

        Raises MathError (time, process) when none comes in time or it cannot be read, WorkerDiedError when the process
        ends before.
        """
        started = time.monotonic()
        with contextlib.suppress(OSError, ValueError):  # a worker that has died shows when it is read from
            self._requests.write(json.dumps({**request, "seconds": seconds}).encode() + b"\n")
            self._requests.flush()
        try:
            reply = self._within(seconds)
        except WorkerDiedError:
            after = time.monotonic() - started
            if after >= seconds:
                raise MathError(_TIME.format(seconds=seconds), kind="time") from None
            raise WorkerDiedError(after) from None
        except (ValueError, RecursionError):
            raise MathError(_NONSENSE, kind="process") from None
        self.retired = reply.retire
        return reply

    def _within(self, seconds: float) -> Reply:
        """What the process writes next. Raises WorkerDiedError without a line in time, ValueError for nonsense."""
        watch = threading.Timer(seconds, self._end)
        watch.daemon = True
        watch.start()
        try:
            return read_reply(self._line())
        finally:
            watch.cancel()

    def _line(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while not (parts and parts[-1].endswith(b"\n")):
            try:
                parts.append(self._replies.read1(_CHUNK))
            except (OSError, ValueError):  # closed by another thread
                raise WorkerDiedError from None
            size += len(parts[-1])
            if not parts[-1]:
                raise WorkerDiedError
            if size > LONGEST:
                raise ValueError("the reply is too long")
        return b"".join(parts)

    def kill(self) -> None:
        """End the process."""
        self._end()
        self.abandon()

    def abandon(self) -> None:
        """Close our ends of the channel, and nothing else: in a forked child the process is its parent's."""
        for end in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                end.close()


class Source(Protocol):
    """Where workers come from."""

    def worker(self) -> Worker:
        """A new worker, ready. Raises MathError."""

    def close(self) -> None:
        """End what was started for making workers."""

    def abandon(self) -> None:
        """Forget it, in a forked child."""


class Spawner:
    """Workers that are started one by one."""

    def worker(self) -> Worker:
        """A new worker, which loads sympy first."""
        process = _start(-1, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def end() -> None:
            process.kill()
            process.wait()

        if process.stdin is None or process.stdout is None:
            raise MathError(_ABSENT, kind="process")
        replies = cast("io.BufferedReader", process.stdout)
        worker = Worker(process.pid, cast("BinaryIO", process.stdin), replies, end, lambda: process.poll() is None)
        worker.wait_ready()
        return worker

    def close(self) -> None:
        """Nothing is kept."""

    def abandon(self) -> None:
        """Nothing is kept."""


class Nursery:
    """Workers that are forked off a process in which sympy is warm."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def worker(self) -> Worker:
        """A new worker; the first one waits for sympy. A nursery that has died is started anew."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                pid, nursery = self._fork(theirs)
        except BaseException:
            ours.close()
            raise
        with ours:  # the files keep the socket open
            worker = Worker(
                pid,
                ours.makefile("wb"),
                ours.makefile("rb"),
                lambda: self._kill(pid, nursery),
                lambda: _is_quiet(ours),
            )
        worker.wait_ready()
        return worker

    def _fork(self, channel: socket.socket) -> tuple[int, Any]:
        """The process id of a new worker on this channel, and the nursery that it is a child of."""
        with self._lock:
            for _ in range(2):
                control = self._started()
                try:
                    socket.send_fds(control, [MESSAGE.pack(b"w", 0)], [channel.fileno()])
                    kind, pid = MESSAGE.unpack(_received(control))
                except (OSError, struct.error):
                    self._stop()
                    continue
                if kind == b"w":
                    return int(pid), self._process
        raise MathError(_ABSENT, kind="process")

    def _started(self) -> socket.socket:
        """The line to the nursery, which is running. Call it with the lock held."""
        if self._control is not None:
            return self._control
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = _start(theirs.fileno(), pass_fds=(theirs.fileno(),))
            ours.settimeout(_START_SECONDS)
            if ours.recv(1) != b"r":
                raise MathError(_ABSENT, kind="process")
        except (OSError, MathError) as error:
            ours.close()
            self._stop()
            raise MathError(_ABSENT, kind="process") from error
        self._control = ours
        return ours

    def _kill(self, pid: int, nursery: Any) -> None:
        """Only the nursery kills: as their parent it knows which process a number stands for."""
        with self._lock, contextlib.suppress(OSError):
            if self._control is not None and self._process is nursery:  # with another one its workers went, too
                self._control.sendall(MESSAGE.pack(b"k", pid))

    def _stop(self) -> None:
        """End the nursery, which ends its workers when its line is closed, and itself. With the lock held."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            if self._control is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(_STOP_SECONDS)
            self._process.kill()
            self._process.wait()
        self._control = self._process = None

    def close(self) -> None:
        """End the nursery and its workers. One that is still loading sympy has none, and is not waited for."""
        process = self._process
        if self._control is None and process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def abandon(self) -> None:
        """Drop the worker in a forked child. The lock is not taken: a thread may have held it at the fork."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.returncode = 0
        self._control = self._process = None


def best_source() -> Source:
    """What this system can do."""
    return Nursery() if hasattr(os, "fork") and hasattr(socket, "send_fds") else Spawner()


def _is_quiet(channel: socket.socket) -> bool:
    try:
        channel.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False  # closed by the other side, or something is there that nobody asked for


def _received(control: socket.socket) -> bytes:
    data = b""
    while len(data) < MESSAGE.size:
        more = control.recv(MESSAGE.size - len(data))
        if not more:
            raise OSError("the nursery is gone")
        data += more
    return data


def _start(control: int, **how: Any) -> subprocess.Popen[bytes]:
    """Start Python with nothing of ours but the places of the packages."""
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _BOOT, str(control), *_roots()],
        **{"stdin": nothing, "stdout": nothing, "stderr": nothing, **how},
        env={"SYSTEMROOT": os.environ.get("SYSTEMROOT", "")} if os.name == "nt" else {},
        cwd=Path(os.sep).resolve(),
        close_fds=True,
        start_new_session=True,
    )


def _roots() -> list[str]:
    """Where the packages are that a worker imports: it knows no PYTHONPATH and no directory of ours."""
    found = []
    for name in ("gba", "sympy", "mpmath"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise MathError(f"{name} is not installed. Run: pip install 'grammar-based-agents[math]'", kind="process")
        found.append(str(Path(spec.origin).resolve().parents[1]))
    return list(dict.fromkeys(found))
