"""Of many steps at once each gets its turn, and so do the other tasks of the event loop; none waits for ever."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from gba.backends.scripted import Scripted
from gba.chat import Engine, Message, aside


async def test_others_get_their_turn_between_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_MOST", 0.0)
    seen: list[str] = []

    async def step(number: int) -> None:
        await aside.turn()
        seen.append(str(number))

    async def other() -> None:
        while len(seen) < 20:
            seen.append("other")
            await asyncio.sleep(0)

    await asyncio.gather(*map(step, range(5)), other())
    steps = [at for at, name in enumerate(seen) if name != "other"]
    assert [seen[at] for at in steps] == ["0", "1", "2", "3", "4"]
    assert all(later - earlier > 1 for earlier, later in pairwise(steps[1:]))


async def test_a_loop_that_others_keep_busy_starves_no_step() -> None:
    busy = True

    async def greedy() -> None:
        while busy:
            time.sleep(0.003)
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(greedy()) for _ in range(2)]
    engine = Engine(Scripted(lambda prompt, grammar, stop: "Done.", slots=2))
    steps = [engine.astep([Message("user", f"number {number}.")]) for number in range(4)]
    answers = await asyncio.wait_for(asyncio.gather(*steps), timeout=60)
    busy = False
    await asyncio.gather(*tasks)
    assert [step.answer for step in answers] == ["Done."] * 4


def test_each_loop_has_its_own_turns() -> None:
    async def passes() -> list[int]:
        """In which pass of the loop over its tasks each of three steps goes on."""
        current, went = 0, []

        async def step() -> None:
            await aside.turn()
            went.append(current)
            time.sleep(0.003)  # more than the steps of one pass may take together

        tasks = [asyncio.create_task(step()) for _ in range(3)]
        while not all(task.done() for task in tasks):
            current += 1
            await asyncio.sleep(0)
        return went

    for _ in range(2):
        first, second, third = asyncio.run(passes())
        assert first < second < third
