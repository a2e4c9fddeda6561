"""The thread that owns a model, with something else in place of the model."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator

import pytest

from gba.backends.worker import Owner
from gba.errors import BackendError


class Resource:
    def __init__(self) -> None:
        self.made_in = threading.current_thread()
        self.closed_in: threading.Thread | None = None
        self.log: list[object] = []

    def close(self) -> None:
        self.closed_in = threading.current_thread()


Cancelled = Callable[[], bool]


def counting(count: int) -> Callable[[Resource, Cancelled], Iterator[int]]:
    def run(resource: Resource, cancelled: Cancelled) -> Iterator[int]:
        for number in range(count):
            resource.log.append(threading.current_thread())
            yield number

    return run


def endless(resource: Resource, cancelled: Cancelled) -> Iterator[int]:
    number = 0
    while not cancelled():
        yield number
        number += 1
    resource.log.append("cancelled")


def failing(resource: Resource, cancelled: Cancelled) -> Iterator[int]:
    yield 1
    raise ValueError("broken")


@pytest.fixture
def owner() -> Iterator[Owner[Resource]]:
    owner = Owner(Resource, "the resource")
    yield owner
    owner.shutdown()


def test_one_thread_does_everything(owner: Owner[Resource]) -> None:
    assert list(owner.stream(counting(3))) == [0, 1, 2]
    owner.shutdown()
    resource = owner.resource
    assert {resource.made_in, *resource.log, resource.closed_in} == {resource.made_in}
    assert resource.made_in is not threading.current_thread()


def test_first_come_first_served(owner: Owner[Resource]) -> None:
    order: list[str] = []

    def job(name: str) -> Callable[[Resource, Cancelled], Iterator[str]]:
        def run(resource: Resource, cancelled: Cancelled) -> Iterator[str]:
            for _ in range(3):
                order.append(name)
                yield name

        return run

    streams = [owner.stream(job(name)) for name in "abc"]
    for stream in streams:
        next(stream)
    for stream in reversed(streams):
        list(stream)
    assert "".join(order) == "aaabbbccc"


def test_errors_reach_who_asked_and_the_thread_lives_on(owner: Owner[Resource]) -> None:
    stream = owner.stream(failing)
    assert next(stream) == 1
    with pytest.raises(ValueError, match="broken"):
        next(stream)
    assert list(owner.stream(counting(2))) == [0, 1]


def test_an_error_when_it_is_made() -> None:
    def make() -> Resource:
        raise BackendError("cannot be made")

    with pytest.raises(BackendError, match="cannot be made"):
        Owner(make, "the resource")


def test_closing_the_stream_cancels(owner: Owner[Resource]) -> None:
    stream = owner.stream(endless)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert list(owner.stream(counting(1))) == [0]
    assert "cancelled" in owner.resource.log


async def test_async_streams(owner: Owner[Resource]) -> None:
    assert [number async for number in owner.astream(counting(3))] == [0, 1, 2]
    with pytest.raises(ValueError, match="broken"):
        [number async for number in owner.astream(failing)]
    stream = owner.astream(endless)
    await anext(stream)
    await stream.aclose()
    assert [number async for number in owner.astream(counting(1))] == [0]


def test_a_loop_that_ends_in_the_middle_cancels(owner: Owner[Resource]) -> None:
    async def leave() -> None:
        stream = owner.astream(endless)
        await anext(stream)

    asyncio.run(leave())
    assert list(owner.stream(counting(1))) == [0]
    assert "cancelled" in owner.resource.log


def test_shutdown_ends_the_running_job(owner: Owner[Resource]) -> None:
    stream = owner.stream(endless)
    next(stream)
    owner.shutdown()
    owner.shutdown()
    with pytest.raises(BackendError, match="the resource was closed in the middle"):
        list(stream)
    with pytest.raises(BackendError, match="the resource is closed"):
        list(owner.stream(counting(1)))


def test_jobs_that_wait_at_a_shutdown_end_too(owner: Owner[Resource]) -> None:
    first, errors, waiting = owner.stream(endless), [], threading.Event()
    next(first)

    def wait() -> None:
        waiting.set()
        try:
            list(owner.stream(counting(1)))
        except BackendError as error:
            errors.append(str(error))

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait()
    owner.shutdown()
    thread.join(20)
    assert not thread.is_alive()
    assert len(errors) == 1
    assert "closed" in errors[0]


def test_it_does_not_survive_a_fork(owner: Owner[Resource], monkeypatch: pytest.MonkeyPatch) -> None:
    pid = os.getpid()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: pid + 1)
        with pytest.raises(BackendError, match="fork"):
            list(owner.stream(counting(1)))
        owner.shutdown()  # of the child: the thread is not there, nothing may be freed
    assert owner.resource.closed_in is None
    assert list(owner.stream(counting(1))) == [0]
