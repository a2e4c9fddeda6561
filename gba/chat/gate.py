"""A first-in, first-out semaphore for threads and event loops: as many steps at a time as the model has slots.

A step is several requests. A llama-server takes requests in turn, so that of many steps at once all would be half done
before the first one is finished, and would push each other's tokens out of the slots between two requests.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

__all__ = ["Gate", "Waiter"]

T = TypeVar("T")

IDLE = 1.0
"""Seconds after which a stream whose consumer asks for nothing more does not keep others waiting.

Otherwise who streams and, before the stream has ended, makes another call would wait for himself.
"""


class Waiter:
    """A step in the queue, or at work; see `Gate`."""

    def __init__(self, wake: Callable[[], None], closed: Callable[[], bool]) -> None:
        self._wake, self._closed = wake, closed
        self.at_work = False
        self._paused: float | None = None

    def pausing(self, events: Generator[T, None, Any]) -> Generator[T, None, Any]:
        """The events and the result of a step; it is noted when nobody asks for the next one."""
        try:
            while True:
                try:
                    event = next(events)
                except StopIteration as stop:
                    return stop.value
                self.pause()
                yield event
                self.resume()
        finally:
            events.close()

    def pause(self) -> None:
        """Note that the step waits for its consumer."""
        self._paused = time.monotonic()

    def resume(self) -> None:
        """Note that it goes on."""
        self._paused = None

    @property
    def busy(self) -> bool:
        """Whether others have to wait for this step."""
        return self._paused is None or time.monotonic() - self._paused < IDLE

    @property
    def abandoned(self) -> bool:
        """Whether the event loop was closed in which it ran: then nobody ends it."""
        return self._closed()

    def begin(self) -> bool:
        """Let it go to work; False where its event loop is closed, so that it never will."""
        try:
            self._wake()
        except RuntimeError:
            return False
        self.at_work = True
        return True


class Gate:
    """Lets a number of steps through at a time, first come, first served, from any threads and event loops.

    How many is not known before the model was asked. A step queues before that, so that the order is that in which the
    steps came, however long the answer takes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Waiter] = deque()
        self._working: set[Waiter] = set()
        self._places: int | None = None

    def widen(self, places: int) -> None:
        """Set how many may be at work at a time: it can be more or fewer than before."""
        with self._lock:
            self._places = max(1, places)
        self._let_in()

    @contextmanager
    def passed(self, places: Callable[[], int]) -> Iterator[Waiter]:
        """Queue, and hold a place when it is this step's turn. ``places``: tells how many there are, if nobody has."""
        woken = threading.Event()
        place = Waiter(woken.set, lambda: False)
        try:
            self._enter(place)
            if self._places is None:
                self.widen(places())
            while not woken.wait(IDLE):
                self._let_in()
            yield place
        finally:
            self._leave(place)

    @asynccontextmanager
    async def apassed(self, places: Callable[[], Awaitable[int]]) -> AsyncIterator[Waiter]:
        """`passed`, for an event loop. A task that is cancelled while it waits leaves the queue."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        place = Waiter(lambda: _wake(loop, woken), loop.is_closed)
        try:
            self._enter(place)
            if self._places is None:
                self.widen(await places())
            while not place.at_work:
                waiting = asyncio.ensure_future(woken.wait())
                try:
                    await asyncio.wait([waiting], timeout=IDLE)
                finally:
                    waiting.cancel()
                self._let_in()
            yield place
        finally:
            self._leave(place)

    def _enter(self, place: Waiter) -> None:
        with self._lock:
            self._waiting.append(place)
        self._let_in()

    def _leave(self, place: Waiter) -> None:
        with self._lock:
            self._working.discard(place)
            if place in self._waiting:
                self._waiting.remove(place)
        self._let_in()

    def _let_in(self) -> None:
        with self._lock:
            self._working = {place for place in self._working if not place.abandoned}
            places = self._places or 0
            while self._waiting and sum(place.busy for place in self._working) < places:
                place = self._waiting.popleft()
                if place.begin():
                    self._working.add(place)


def _wake(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    """Set the event of a loop, from any thread. Raises RuntimeError where the loop is closed."""
    if asyncio._get_running_loop() is loop:
        woken.set()
    else:
        loop.call_soon_threadsafe(woken.set)
