"""One thread that owns a resource, and a queue of jobs for it, first come, first served.

llama.cpp's contexts are not to be used from two threads; a queue in front of one thread also makes it fair. A job is
a function from the resource to an iterator; its items go to whoever asked, as they come, until that one goes away.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from gba.errors import BackendError

__all__ = ["Owner"]

R = TypeVar("R", bound="Closeable")
T = TypeVar("T")
Cancelled = Callable[[], bool]


class Closeable(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True)
class _Failure:
    error: BaseException


_END = object()


@dataclass(frozen=True)
class _Job:
    run: Callable[[Any, Cancelled], Iterator[Any]]
    deliver: Callable[[Any], None]
    cancelled: threading.Event


class Owner(Generic[R]):
    """Starts the thread and makes the resource in it; raises here what making it raises."""

    def __init__(self, make: Callable[[], R], name: str) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._stopping, self._door = threading.Event(), threading.Lock()
        self._pid = os.getpid()
        self._name = name
        made: queue.SimpleQueue[R | _Failure] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, args=(make, made), name=name, daemon=True)
        self._thread.start()
        result = made.get()
        if isinstance(result, _Failure):
            raise result.error
        self.resource = result

    def _main(self, make: Callable[[], R], made: queue.SimpleQueue[R | _Failure]) -> None:
        try:
            resource = make()
        except BaseException as error:  # noqa: BLE001 - raised where the resource was asked for
            made.put(_Failure(error))
            return
        made.put(resource)
        while (job := self._jobs.get()) is not None:
            self._run(resource, job)
        resource.close()

    def _run(self, resource: R, job: _Job) -> None:
        def cancelled() -> bool:
            return job.cancelled.is_set() or self._stopping.is_set()

        last: Any = _END
        try:
            if not cancelled():
                for item in job.run(resource, cancelled):
                    job.deliver(item)
            if self._stopping.is_set() and not job.cancelled.is_set():
                last = _Failure(BackendError(f"{self._name} was closed in the middle of a request."))
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever asked; the thread must live on
            last = _Failure(error)
        job.deliver(last)

    def check(self) -> None:
        """Raises BackendError where the owner cannot take a job any more, or not in this process."""
        if os.getpid() != self._pid:
            raise BackendError(f"{self._name} was loaded before a fork: load the model in each process that uses it.")
        if self._stopping.is_set():
            raise BackendError(f"{self._name} is closed.")

    def _enqueue(self, job: _Job) -> None:
        with self._door:  # so that no job comes after the one that ends the thread
            self.check()
            self._jobs.put(job)

    def stream(self, run: Callable[[R, Cancelled], Iterator[T]]) -> Iterator[T]:
        """The items of the job. Closing the iterator cancels the job."""
        items: queue.SimpleQueue[Any] = queue.SimpleQueue()
        job = _Job(run, items.put, threading.Event())
        self._enqueue(job)
        try:
            while (item := items.get()) is not _END:
                yield _value(item)
        finally:
            job.cancelled.set()

    async def astream(self, run: Callable[[R, Cancelled], Iterator[T]]) -> AsyncGenerator[T, None]:
        """`stream` for an event loop, which is never blocked."""
        loop, items, gone = asyncio.get_running_loop(), asyncio.Queue[Any](), threading.Event()

        def deliver(item: Any) -> None:
            try:
                loop.call_soon_threadsafe(items.put_nowait, item)
            except RuntimeError:  # the loop is closed: nobody waits any more
                gone.set()

        self._enqueue(_Job(run, deliver, gone))
        try:
            while (item := await items.get()) is not _END:
                yield _value(item)
        finally:
            gone.set()

    def shutdown(self) -> None:
        """Ends the running job, frees the resource and waits for it. A second call does nothing."""
        if os.getpid() != self._pid:
            return
        with self._door:
            if not self._stopping.is_set():
                self._stopping.set()
                self._jobs.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()


def _value(item: Any) -> Any:
    if isinstance(item, _Failure):
        raise item.error
    return item
