"""The queue in front of the workers: warm ones are kept, killed at the time limit, and replaced.

There are two, so that while one is being replaced the next program finds the other one warm. Whoever waits is served
in the order of asking. Nothing is started before the first program; a process that forks starts its own.
"""

from __future__ import annotations

import atexit
import importlib
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from gba.errors import MathError
from gba.tools.math.process import Source, Worker, WorkerDiedError, best_source
from gba.tools.math.replies import Reply

__all__ = ["Pool", "shared"]

_CLOSED = "The processes that calculate are closed."
_CRASH = "The calculation took too much memory and was stopped. Write a simpler program."


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

    def __init__(self, size: int = 2, source: Source | None = None) -> None:
        self._size = size
        self._source = source or best_source()
        self._lock = threading.Lock()
        self._idle: deque[Worker] = deque()
        self._waiting: deque[_Ticket] = deque()
        self._all: set[Worker] = set()
        self._coming = 0
        self._closed = False

    def ask(self, request: Mapping[str, Any], seconds: float) -> Reply:
        """The reply of a warm worker; the time limit begins when it gets the request. Raises MathError.

        A worker that ends before it answers may have been killed from outside, and others with it: one that is started
        after that is asked in the time that is left, once.
        """
        try:
            return self._ask(request, seconds)
        except WorkerDiedError as died:
            left, now = seconds - died.after, time.monotonic()
        try:
            return self._ask(request, left, now)
        except WorkerDiedError:
            raise MathError(_CRASH, kind="too large") from None

    def _ask(self, request: Mapping[str, Any], seconds: float, since: float = 0.0) -> Reply:
        worker = self._acquire(since)
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
        """Start the workers that are missing, without waiting for them."""
        with self._lock:
            missing = 0 if self._closed else self._size - len(self._all) - self._coming
            self._coming += missing
        for _ in range(missing):
            threading.Thread(target=self._start, name="gba-math-start", daemon=True).start()

    def workers(self) -> list[int]:
        """The process ids of the workers that are there."""
        with self._lock:
            return sorted(worker.pid for worker in self._all)

    def close(self) -> None:
        """End all workers. Who waits for one gets an error."""
        with self._lock:
            self._closed = True
            workers, tickets = list(self._all), list(self._waiting)
            self._all.clear()
            self._idle.clear()
            self._waiting.clear()
        for ticket in tickets:
            ticket.give(None, MathError(_CLOSED, kind="process"))
        self._source.close()
        for worker in workers:
            worker.kill()

    def abandon(self) -> None:
        """Forget all workers, in a forked child, without the lock, which another thread may have held."""
        for worker in list(self._all):
            worker.abandon()
        self._source.abandon()

    def _acquire(self, since: float) -> Worker:
        """A worker started since then that waits to be asked. Older ones, and those that have died, are replaced."""
        while True:
            worker = self._next()
            if worker.started >= since and worker.waits():
                return worker
            self._replace(worker)

    def _next(self) -> Worker:
        self.warm()
        ticket = _Ticket()
        with self._lock:
            if self._closed:
                raise MathError(_CLOSED, kind="process")
            if self._idle and not self._waiting:
                return self._idle.popleft()
            self._waiting.append(ticket)
        ticket.ready.wait()
        if ticket.worker is None:
            raise ticket.error or MathError(_CLOSED, kind="process")
        return ticket.worker

    def _release(self, worker: Worker) -> None:
        with self._lock:
            if not self._closed:
                if self._waiting:
                    self._waiting.popleft().give(worker)
                else:
                    self._idle.append(worker)
                return
        worker.kill()

    def _replace(self, worker: Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.kill()
        self.warm()

    def _start(self) -> None:
        try:
            worker = self._source.worker()
        except Exception as error:  # noqa: BLE001  (it is the answer to those who wait for the worker)
            self._failed(error)
            return
        with self._lock:
            self._coming -= 1
            self._all.add(worker)
        self._release(worker)

    def _failed(self, error: Exception) -> None:
        """A worker that did not start is the answer to all who wait; the next program tries again."""
        with self._lock:
            self._coming -= 1
            tickets = [] if self._all or self._coming else list(self._waiting)
            if tickets:
                self._waiting.clear()
        for ticket in tickets:
            ticket.give(None, error)


_pool: Pool | None = None
_lock = threading.Lock()
_registered = False


def shared() -> Pool:
    """The pool of this process."""
    global _pool, _registered
    with _lock:
        if _pool is None:
            _pool = Pool()
        if not _registered:
            _registered = True
            if not _close_at_exit():
                _pool.close()
            if hasattr(os, "register_at_fork"):
                os.register_at_fork(after_in_child=_forget)
        return _pool


def _close_at_exit() -> bool:
    """End the workers before Python waits for the threads of executors, which may wait for a worker.

    ``atexit`` would be too late for that. Threads are waited for by a function that concurrent.futures registers in the
    same way when it is imported; the last one registered is called first. False where Python is ending already.
    """
    importlib.import_module("concurrent.futures.thread")
    register = getattr(threading, "_register_atexit", atexit.register)
    try:
        register(_close_shared)
    except RuntimeError:
        return False
    return True


def _close_shared() -> None:
    pool = _pool
    if pool is not None:
        pool.close()


def _forget() -> None:
    global _pool, _lock
    _lock = threading.Lock()
    if _pool is not None:
        _pool.abandon()
    _pool = None
