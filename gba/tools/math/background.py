"""Work of event loops in threads that nobody waits for at the end: an interpreter that ends just leaves them.

The threads of asyncio's own executor would be waited for, until the programs that they evaluate are at their limits.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["Background"]

_T = TypeVar("_T")
_THREADS = 4
"""More than there are workers, whom the threads wait for."""


class Background:
    """A few daemon threads, started at first use, that run functions for event loops: first in, first out."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        """Begin without threads, as a forked child does."""
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._count = 0

    async def run(self, function: Callable[[], _T]) -> _T:
        """What the function gives, or raises. Where the caller is cancelled, the function still comes to its end."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_T] = loop.create_future()

        def settle(give: Callable[[Any], None], outcome: Any) -> None:
            if not future.done():
                give(outcome)

        def job() -> None:
            if future.cancelled():
                return
            try:
                give, outcome = future.set_result, function()
            except BaseException as error:  # noqa: BLE001  (whoever awaits the future gets it)
                give, outcome = future.set_exception, error  # type: ignore[assignment]
            with contextlib.suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(settle, give, outcome)

        self._jobs.put(job)
        self._grow()
        return await future

    def _grow(self) -> None:
        with self._lock:
            if self._count >= _THREADS:
                return
            self._count += 1
            name = f"{self._name}-{self._count}"
        threading.Thread(target=self._serve, args=(self._jobs,), name=name, daemon=True).start()

    @staticmethod
    def _serve(jobs: queue.SimpleQueue[Callable[[], None]]) -> None:
        while True:
            jobs.get()()
