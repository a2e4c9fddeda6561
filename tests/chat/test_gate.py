"""Many steps at once, in threads and loops: as many at work as there are slots, in the order in which they came."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from gba.backends.base import Chunk
from gba.backends.scripted import Scripted
from gba.chat import Engine, Message, gate, io
from gba.chat.messages import Step
from gba.errors import BackendError, ConversationError
from gba.schema.tools import ToolSpec


class Held(Scripted):
    """A backend whose generations begin at once and go on when they are told to. ``begun``: their numbers, in order."""

    def __init__(self, slots: int) -> None:
        super().__init__(lambda prompt, grammar, stop: "Done.", slots=slots)
        self.begun: list[int] = []
        self.may_go_on: dict[int, asyncio.Event] = {}

    async def acomplete(self, prompt: Any, **asked: Any) -> AsyncIterator[Chunk]:
        number = int(self.detokenize(prompt).rpartition("number ")[2].partition(".")[0])
        self.begun.append(number)
        await self.may_go_on.setdefault(number, asyncio.Event()).wait()
        async for chunk in super().acomplete(prompt, **asked):
            yield chunk

    def go_on(self, *numbers: int) -> None:
        for number in numbers:
            self.may_go_on[number].set()


@pytest.fixture
def backend() -> Held:
    return Held(slots=3)


@pytest.fixture(autouse=True)
def _computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine computes in a thread is done at once: `settled` need not wait for threads."""

    async def at_once(function: Any) -> Any:
        return function()

    monkeypatch.setattr(io, "computed", at_once)


def start(backend: Held, engine: Engine, count: int) -> list[asyncio.Task[Any]]:
    return [asyncio.create_task(engine.astep([Message("user", f"number {number}.")])) for number in range(count)]


async def settled() -> None:
    """All that can go on has gone on."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_as_many_are_at_work_as_there_are_slots_first_come_first_served(backend: Held) -> None:
    steps = start(backend, Engine(backend), 8)
    await settled()
    assert backend.begun == [0, 1, 2]
    backend.go_on(1)
    await settled()
    assert backend.begun == [0, 1, 2, 3]
    backend.go_on(3, 0)
    await settled()
    assert backend.begun == [0, 1, 2, 3, 4, 5]
    backend.go_on(2, 4, 5)
    await settled()
    backend.go_on(6, 7)
    assert [(await step).answer for step in steps] == ["Done."] * 8
    assert backend.begun == list(range(8))


async def test_a_cancelled_step_leaves_its_place_or_the_queue(backend: Held) -> None:
    steps = start(backend, Engine(backend), 6)
    await settled()
    steps[1].cancel()
    steps[3].cancel()
    await settled()
    assert backend.begun == [0, 1, 2, 4]
    backend.go_on(0, 2, 4)
    await settled()
    backend.go_on(5)
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes] == [
        False,
        True,
        False,
        True,
        False,
        False,
    ]


async def test_a_step_that_fails_leaves_its_place(backend: Held) -> None:
    engine = Engine(backend)
    steps = start(backend, engine, 4)
    await settled()
    backend.close()
    backend.go_on(0, 1, 2)
    await settled()
    assert backend.begun == [0, 1, 2, 3]
    backend.go_on(3)
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    assert all(isinstance(outcome, Exception) for outcome in outcomes)


async def test_what_cannot_be_asked_does_not_wait(backend: Held) -> None:
    engine = Engine(backend)
    steps = start(backend, engine, 3)
    await settled()
    with pytest.raises(ConversationError):
        await asyncio.wait_for(engine.astep([]), timeout=60)
    backend.go_on(0, 1, 2)
    await asyncio.gather(*steps)


def test_loops_one_after_the_other_share_the_queue(backend: Held) -> None:
    engine = Engine(backend)
    for _ in range(2):

        async def alone() -> Any:
            (step,) = start(backend, engine, 1)
            await settled()
            backend.go_on(0)
            return (await step).answer

        backend.may_go_on.clear()
        assert asyncio.run(alone()) == "Done."


async def test_streams_wait_as_steps_do(backend: Held) -> None:
    engine = Engine(backend)
    steps = start(backend, engine, 3)
    await settled()

    async def streamed(number: int) -> list[Any]:
        return [event async for event in engine.arun([Message("user", f"number {number}.")])]

    stream = asyncio.create_task(streamed(3))
    await settled()
    assert backend.begun == [0, 1, 2]
    backend.go_on(0)
    await settled()
    assert backend.begun == [0, 1, 2, 3]
    backend.go_on(1, 2, 3)
    await asyncio.gather(*steps, stream)


class Counting(Scripted):
    """Notes how many generations are at work at the same time, in whichever threads and loops."""

    def __init__(self, slots: int) -> None:
        super().__init__(lambda prompt, grammar, stop: "Done.", slots=slots)
        self._lock = threading.Lock()
        self.now = self.most = 0

    def complete(self, *args: Any, **asked: Any) -> Any:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            time.sleep(0.02)
            yield from super().complete(*args, **asked)
        finally:
            with self._lock:
                self.now -= 1


def test_threads_and_loops_share_the_slots() -> None:
    backend = Counting(slots=2)
    engine, message = Engine(backend), [Message("user", "?")]

    def streams() -> None:
        assert list(engine.run(message))

    def steps() -> None:
        assert engine.step(message).answer == "Done."

    def loop() -> None:
        async def several() -> None:
            assert len(await asyncio.gather(*(engine.astep(message) for _ in range(3)))) == 3

        asyncio.run(several())

    threads = [threading.Thread(target=target) for target in (streams, steps, loop) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    assert backend.most == 2


def test_who_streams_can_make_another_call_before_the_stream_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "IDLE", 0.05)
    engine = Engine(Scripted(lambda prompt, grammar, stop: "Done.", slots=1))
    stream = engine.run([Message("user", "?")])
    next(stream)
    assert engine.step([Message("user", "?")]).answer == "Done."
    assert list(stream)


async def test_a_task_that_streams_can_make_another_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "IDLE", 0.05)
    engine = Engine(Scripted(lambda prompt, grammar, stop: "Done.", slots=1))
    async with aclosing(engine.arun([Message("user", "?")])) as stream:
        await anext(stream)
        step = await asyncio.create_task(engine.astep([Message("user", "?")]))
        assert step.answer == "Done."
        assert [event async for event in stream]


def test_a_loop_that_is_closed_under_a_stream_keeps_nobody_waiting() -> None:
    engine = Engine(Scripted(lambda prompt, grammar, stop: "Done.", slots=1))
    loop = asyncio.new_event_loop()
    stream = engine.arun([Message("user", "?")])
    loop.run_until_complete(anext(stream))
    loop.close()
    assert asyncio.run(engine.astep([Message("user", "?")])).answer == "Done."
    assert engine.step([Message("user", "?")]).answer == "Done."
    del stream
    gc.collect()


class Slow(Scripted):
    """A backend that knows its slots late: the later asked, the sooner."""

    def __init__(self, slots: int) -> None:
        super().__init__(lambda prompt, grammar, stop: "Done.", slots=slots)
        self.asked = 0

    async def aproperties(self) -> Any:
        self.asked += 1
        for _ in range(max(0, 30 - 3 * self.asked)):
            await asyncio.sleep(0)
        return self.properties()


async def test_the_order_is_kept_before_the_slots_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, begun = Slow(slots=1), list[int]()
    engine = Engine(backend)

    async def step(number: int) -> None:
        async for _ in engine.arun([Message("user", f"number {number}.")]):
            if number not in begun:
                begun.append(number)

    await asyncio.gather(*map(step, range(8)))
    assert begun == list(range(8))


async def test_compiling_does_not_change_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first steps take the longest to compile."""
    begun = list[int]()

    async def slowly(function: Any) -> Any:
        value = function()
        for _ in range(20 - 2 * len(begun)):
            await asyncio.sleep(0)
        return value

    monkeypatch.setattr(io, "computed", slowly)
    backend = Scripted(lambda prompt, grammar, stop: "Done.", slots=1)
    engine = Engine(backend)

    async def step(number: int) -> None:
        tool = ToolSpec(f"keep_{number}", "Keep it.", {"type": "object", "properties": {}})
        await engine.astep([Message("user", f"number {number}.")], [tool], tool_choice="none")
        begun.append(number)

    await asyncio.gather(*map(step, range(8)))
    assert begun == list(range(8))


class Faulty(Scripted):
    """A backend that fails at one of the points of a step, by turns, or goes on for ever."""

    def __init__(self) -> None:
        super().__init__(lambda prompt, grammar, stop: "Done.", slots=2)
        self.count = 0

    def _turn(self) -> None:
        self.count += 1
        if self.count % 3 == 0:
            raise BackendError("out of order")

    async def aproperties(self) -> Any:
        self._turn()
        return self.properties()

    async def atokenize(self, text: str, *, special: bool = False) -> list[int]:
        self._turn()
        await asyncio.sleep(0)
        return self.tokenize(text, special=special)

    async def acomplete(self, prompt: Any, **asked: Any) -> AsyncIterator[Chunk]:
        self._turn()
        async for chunk in super().acomplete(prompt, **asked):
            await asyncio.sleep(0)
            self._turn()
            yield chunk


@pytest.mark.parametrize("seed", range(8))
async def test_faults_and_cancellations_leave_no_place_taken(seed: int) -> None:
    backend, draw = Faulty(), random.Random(seed)
    engine = Engine(backend)
    steps = [asyncio.create_task(engine.astep([Message("user", f"number {number}.")])) for number in range(60)]
    while not all(step.done() for step in steps):
        for _ in range(draw.randrange(12)):
            await asyncio.sleep(0)
        draw.choice(steps).cancel()
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {BackendError, asyncio.CancelledError, Step}
    assert not engine._gate._working
    assert not engine._gate._waiting
    backend.count = -(10**9)
    backend._turn = lambda: None  # type: ignore[method-assign]
    assert (await asyncio.wait_for(engine.astep([Message("user", "?")]), timeout=60)).answer == "Done."


def test_streams_in_threads_that_are_given_up_leave_no_place_taken() -> None:
    engine = Engine(Scripted(lambda prompt, grammar, stop: "Done.", slots=2))

    def work(number: int) -> None:
        events = engine.run([Message("user", f"number {number}.")])
        if number % 3:
            next(events)
        if number % 2:
            events.close()
        else:
            list(events)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    assert not engine._gate._working
    assert not engine._gate._waiting
