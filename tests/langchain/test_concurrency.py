"""One ChatLlamaCpp for many threads and tasks, and faults of the backend at every point of a step."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage

from gba.backends.base import Chunk
from gba.backends.scripted import Scripted
from gba.errors import GenerationInterruptedError
from gba.langchain import ChatLlamaCpp
from tests.helpers.scripts import answer, call

START = "<|im_start|>assistant\n"
MANY = 24


def plus(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def rest_of_turn(text: str, _grammar: str | None, _stop: tuple[str, ...]) -> str:
    """What a model writes that adds 1 to the number in the question: a call of the tool, then the answer."""
    before, _, written = text.rpartition(START)
    number = list(re.finditer(r"number (\d+)\.", before))[-1]
    value = int(number[1])
    if START in before[number.end() :]:
        turn = answer("Now I know.", f"{value} and 1 is {value + 1}.")
    else:
        turn = call("", ("plus", {"a": value, "b": 1}))
    return turn.removeprefix(written)


def question(number: int) -> dict[str, Any]:
    return {"messages": [HumanMessage(f"Add 1 to the number {number}.")]}


def check(number: int, state: dict[str, Any]) -> None:
    _, called, result, last = state["messages"]
    assert [one["args"] for one in called.tool_calls] == [{"a": number, "b": 1}]
    assert result.content == str(number + 1)
    assert last.content == f"{number} and 1 is {number + 1}."


class Breaking(Scripted):
    """A backend that is lost once, after so many tokens: at first ``left``, then never."""

    def __init__(self, left: int | None) -> None:
        super().__init__(rest_of_turn, slots=2)
        self.left = left

    def count_down(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise GenerationInterruptedError("the server went away", text="", tokens=())

    def complete(self, prompt: Any, **asked: Any) -> Iterator[Chunk]:
        for chunk in super().complete(prompt, **asked):
            self.count_down()
            yield chunk

    async def acomplete(self, prompt: Any, **asked: Any) -> AsyncIterator[Chunk]:
        for chunk in self.complete(prompt, **asked):
            await asyncio.sleep(0)
            yield chunk


def tokens_of_a_run() -> int:
    """How many tokens are generated when nothing breaks."""
    backend = Breaking(10**9)
    check(7, create_agent(ChatLlamaCpp(backend=backend), [plus]).invoke(question(7)))
    return 10**9 - (backend.left or 0)


def test_one_model_serves_agents_in_many_threads() -> None:
    agent = create_agent(ChatLlamaCpp(backend=Scripted(rest_of_turn, slots=3)), [plus])
    with ThreadPoolExecutor(MANY) as pool:
        states = list(pool.map(lambda number: agent.invoke(question(number)), range(MANY)))
    for number, state in enumerate(states):
        check(number, state)


def test_one_model_serves_threads_with_event_loops_of_their_own() -> None:
    agent = create_agent(ChatLlamaCpp(backend=Scripted(rest_of_turn, slots=3)), [plus])

    async def several(first: int) -> list[Any]:
        return await asyncio.gather(*(agent.ainvoke(question(number)) for number in range(first, first + 4)))

    with ThreadPoolExecutor(6) as pool:
        groups = list(pool.map(lambda first: asyncio.run(several(first)), range(0, MANY, 4)))
    for number, state in enumerate(state for group in groups for state in group):
        check(number, state)


def test_batches_in_threads_keep_their_order() -> None:
    chat = ChatLlamaCpp(backend=Scripted(rest_of_turn, slots=2)).bind_tools([plus], tool_choice="any")
    asked = [[question(number)["messages"] for number in range(first, first + 6)] for first in range(0, MANY, 6)]
    with ThreadPoolExecutor(4) as pool:
        groups = list(pool.map(chat.batch, asked))
    values = [message.tool_calls[0]["args"]["a"] for group in groups for message in group]
    assert values == list(range(MANY))


@pytest.mark.parametrize("part", range(8))
async def test_a_fault_at_any_token_is_an_error_after_which_all_goes_on(part: int) -> None:
    tokens = tokens_of_a_run()
    assert tokens > 50
    for left in range(part, tokens, 8):
        agent = create_agent(ChatLlamaCpp(backend=Breaking(left)), [plus])
        with pytest.raises(GenerationInterruptedError, match="went away"):
            await agent.ainvoke(question(7))
        check(7, await agent.ainvoke(question(7)))


async def test_a_fault_in_one_task_leaves_the_others_alone() -> None:
    for left in range(0, 4 * tokens_of_a_run(), 29):
        agent = create_agent(ChatLlamaCpp(backend=Breaking(left)), [plus])
        states = await asyncio.gather(*(agent.ainvoke(question(n)) for n in range(5)), return_exceptions=True)
        failed = [state for state in states if isinstance(state, BaseException)]
        assert [isinstance(error, GenerationInterruptedError) for error in failed] == [True]
        for number, state in enumerate(states):
            if isinstance(state, dict):
                check(number, state)


@pytest.mark.parametrize("part", range(4))
async def test_a_stream_that_breaks_has_shown_what_was_written(part: int) -> None:
    whole = "".join(str(chunk.text) for chunk in ChatLlamaCpp(backend=Scripted(lambda *_: "It is 42.")).stream("?"))
    for left in range(part, len(whole), 4):
        backend = Breaking(left)
        backend._reply = lambda *_: "It is 42."
        seen = []

        async def read(backend: Breaking = backend, seen: list[str] = seen) -> None:
            async for chunk in ChatLlamaCpp(backend=backend).astream("?"):
                seen.append(str(chunk.text))

        with pytest.raises(GenerationInterruptedError):
            await read()
        assert whole.startswith("".join(seen))
        assert len("".join(seen)) >= left - 1


async def test_a_step_that_is_cancelled_at_any_time_keeps_no_slot() -> None:
    chat = ChatLlamaCpp(backend=Breaking(None))
    agent = create_agent(chat, [plus])
    for passes in range(0, 120, 5):
        tasks = [asyncio.create_task(agent.ainvoke(question(number))) for number in range(3)]
        for _ in range(passes):
            await asyncio.sleep(0)
        for task in tasks[:2]:
            task.cancel()
        ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), timeout=60)
        assert all(isinstance(state, (dict, asyncio.CancelledError)) for state in ended)
        check(2, ended[2])
