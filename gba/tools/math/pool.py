"""The worker processes, seen from our side: kept warm, asked one program at a time, killed and replaced at the limit.

There are two, so that while one is being replaced the next program finds the other one warm. Whoever waits is served
in the order of asking. Nothing is started before the first program; a process that forks starts its own.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gba.errors import MathError

__all__ = ["Pool", "Worker", "shared"]

_START_SECONDS = 60.0
_LONGEST_REPLY = 4 * 2**20
_BOOT = "import sys; sys.path[:0] = sys.argv[1:]; from gba.tools.math.worker import main; main()"
_TIME = "The calculation was stopped after {seconds:g} seconds. Write a simpler program."
_CRASH = "The calculation took too much memory and was stopped. Write a simpler program."


class Worker:
    """One process. ``ask`` is for one thread at a time; after an error of it the worker is dead."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, *_roots()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd=Path(os.sep).resolve(),
            close_fds=True,
            start_new_session=True,
        )
        self.retired = False

    def wait_ready(self) -> None:
        """Wait until sympy is warm. Raises MathError where the process does not come up."""
        reply = self._within(_START_SECONDS)
        if not (reply and reply.get("ready")):
            self.kill()
            raise MathError(
                "The process that calculates does not start. Is sympy there? pip install 'grammar-based-agents[math]'",
                kind="domain",
            )

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The reply to one request. Raises MathError (time, too large) when none comes."""
        started = time.monotonic()
        with contextlib.suppress(OSError):  # a worker that died meanwhile shows as an empty reply
            self._stdin.write(json.dumps({**request, "seconds": seconds}).encode() + b"\n")
            self._stdin.flush()
        reply = self._within(seconds)
        if reply is None:
            self.kill()
            late = time.monotonic() - started >= seconds
            raise MathError(_TIME.format(seconds=seconds) if late else _CRASH, kind="time" if late else "too large")
        self.retired = bool(reply.get("retire"))
        return reply

    def _within(self, seconds: float) -> dict[str, Any] | None:
        """The next line that the process writes; None if it writes none in time, or nonsense, or is dead."""
        watch = threading.Timer(seconds, self.process.kill)
        watch.daemon = True
        watch.start()
        try:
            line = self._stdout.readline(_LONGEST_REPLY)
            reply = json.loads(line) if line.endswith(b"\n") else None
        except (OSError, ValueError):
            reply = None
        finally:
            watch.cancel()
        return reply if isinstance(reply, dict) else None

    @property
    def _stdin(self) -> Any:
        return self.process.stdin

    @property
    def _stdout(self) -> Any:
        return self.process.stdout

    def kill(self) -> None:
        """End the process and wait for its end."""
        with contextlib.suppress(OSError):
            self.process.kill()
        self.close()
        self.process.wait()

    def close(self) -> None:
        """Close our ends of the pipes."""
        for pipe in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def abandon(self) -> None:
        """Forget the process in a forked child: it is our parent's."""
        self.close()
        self.process.returncode = 0


def _roots() -> list[str]:
    """Where the packages are that the worker imports: it knows no PYTHONPATH and no directory of ours."""
    found = []
    for name in ("gba", "sympy", "mpmath"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise MathError(f"{name} is not installed. Run: pip install 'grammar-based-agents[math]'", kind="domain")
        found.append(str(Path(spec.origin).resolve().parents[1]))
    return list(dict.fromkeys(found))


def _environment() -> dict[str, str]:
    return {"SYSTEMROOT": os.environ.get("SYSTEMROOT", "")} if os.name == "nt" else {}


class _Ticket:
    """A caller's place in the queue: gets a worker, or the error that there is none."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.worker: Worker | None = None
        self.error: Exception | None = None

    def give(self, worker: Worker | None, error: Exception | None = None) -> None:
        self.worker, self.error = worker, error
        self.ready.set()


class Pool:
    """Workers and the queue in front of them. Safe to use from several threads."""

    def __init__(self, size: int = 2) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._idle: deque[Worker] = deque()
        self._waiting: deque[_Ticket] = deque()
        self._all: set[Worker] = set()
        self._coming = 0
        self._closed = False

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The reply of a warm worker; the time limit begins when it gets the request."""
        worker = self._acquire()
        try:
            reply = worker.ask(request, seconds)
        except BaseException:
            self._replace(worker)
            raise
        if worker.retired:
            self._replace(worker)
        else:
            self._release(worker)
        return reply

    def warm(self) -> None:
        """Start the workers without waiting for them."""
        with self._lock:
            missing = 0 if self._closed else self._size - len(self._all) - self._coming
            self._coming += missing
        for _ in range(missing):
            threading.Thread(target=self._start, name="gba-math-start", daemon=True).start()

    def workers(self) -> list[int]:
        """The process ids of the workers that are there."""
        with self._lock:
            return [worker.process.pid for worker in self._all]

    def close(self) -> None:
        """End all workers. Who waits for one gets an error."""
        with self._lock:
            self._closed = True
            workers, tickets = list(self._all), list(self._waiting)
            self._all.clear()
            self._idle.clear()
            self._waiting.clear()
        for ticket in tickets:
            ticket.give(None, MathError("The processes that calculate are being closed.", kind="time"))
        for worker in workers:
            worker.kill()

    def abandon(self) -> None:
        """Forget all workers, in a forked child, without touching the lock that another thread may have held."""
        for worker in list(self._all):
            worker.abandon()

    def _acquire(self) -> Worker:
        self.warm()
        ticket = _Ticket()
        with self._lock:
            if self._closed:
                raise MathError("The processes that calculate are closed.", kind="time")
            if self._idle and not self._waiting:
                return self._idle.popleft()
            self._waiting.append(ticket)
        ticket.ready.wait()
        if ticket.worker is None:
            raise ticket.error or MathError("There is no process that calculates.", kind="time")
        return ticket.worker

    def _release(self, worker: Worker) -> None:
        with self._lock:
            if self._closed:
                return
            if self._waiting:
                self._waiting.popleft().give(worker)
            else:
                self._idle.append(worker)

    def _replace(self, worker: Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.kill()
        self.warm()

    def _start(self) -> None:
        try:
            worker = Worker()
        except Exception as error:  # noqa: BLE001  (goes to whoever waits for the worker)
            self._failed(error)
            return
        with self._lock:
            self._all.add(worker)
            self._coming -= 1
            closed = self._closed
        try:
            worker.wait_ready()
        except MathError as error:
            with self._lock:
                self._all.discard(worker)
                self._coming += 1
            self._failed(error)
            return
        if closed:
            worker.kill()
        else:
            self._release(worker)

    def _failed(self, error: Exception) -> None:
        """A worker that did not start is the answer to all who wait; the next program tries again."""
        with self._lock:
            self._coming -= 1
            tickets = list(self._waiting) if not self._all else []
            if tickets:
                self._waiting.clear()
        for ticket in tickets:
            ticket.give(None, error)


_pool: Pool | None = None
_lock = threading.Lock()


def shared() -> Pool:
    """The pool of this process."""
    global _pool
    with _lock:
        if _pool is None:
            _pool = Pool()
            atexit.register(_pool.close)
            if hasattr(os, "register_at_fork"):
                os.register_at_fork(after_in_child=_forget)
        return _pool


def _forget() -> None:
    global _pool, _lock
    _lock = threading.Lock()
    if _pool is not None:
        atexit.unregister(_pool.close)
        _pool.abandon()
    _pool = None
