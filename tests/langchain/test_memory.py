"""What an agent remembers: a window of exchanges, and a conversation kept on disk."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from gba.backends.scripted import Scripted
from gba.errors import GbaError
from gba.langchain import ChatLlamaCpp, create_agent
from gba.langchain.memory import Window, last_exchanges
from gba.trajectory import Recorder, read
from tests.helpers.scripts import answer, call

THREAD: Any = {"configurable": {"thread_id": "1"}}
TURNS = 20


def square(number: int) -> str:
    """Square a number."""
    return f"the square is {number * number}"


def exchange(number: int) -> list[str]:
    """A call, and the answer that leans on its result."""
    return [call("", ("square", {"number": number})), answer("", f"answer {number} is {number * number}")]


def asked(number: int) -> Any:
    return {"messages": [HumanMessage(f"question {number}")]}


def model(*turns: str) -> ChatLlamaCpp:
    return ChatLlamaCpp(backend=Scripted.turns(turns))


def seen(text: str) -> list[int]:
    """The questions that a prompt holds."""
    return [number for number in range(TURNS) if f"question {number}\n" in text or f"question {number}<" in text]


@pytest.mark.parametrize("syntax", ["gba", "react"])
@pytest.mark.parametrize("slack", [0, 3])
def test_twenty_turns_nothing_is_forgotten_in_the_window_and_nothing_is_invented(slack: int, syntax: str) -> None:
    turns = [turn for number in range(TURNS) for turn in exchange(number)]
    chat = model(*turns) if syntax == "gba" else ChatLlamaCpp(backend=_react(), call_syntax="react")
    agent = create_agent(
        chat, [square], system_prompt="Be short.", middleware=[Window(4, slack=slack)], checkpointer=InMemorySaver()
    )
    for number in range(TURNS):
        begun = len(chat.backend.requests)
        state = agent.invoke(asked(number), THREAD)
        for request in chat.backend.requests[begun:]:
            held = seen(request.text)
            assert held == list(range(held[0], number + 1)), "one after the other, the one at hand last"
            assert min(number, 4) < len(held) <= min(number, 4 + slack) + 1
            assert "Be short." in request.text
            for earlier in held[:-1]:
                assert f"the square is {earlier * earlier}" in request.text, "a call stays with its result"
                assert f"answer {earlier} is {earlier * earlier}" in request.text
            assert all(f"answer {gone} is" not in request.text for gone in range(held[0]))
        assert state["messages"][-1].text == f"answer {number} is {number * number}"
    assert [message.text for message in state["messages"] if isinstance(message, HumanMessage)] == [
        f"question {number}" for number in range(TURNS)
    ], "the state is whole"


def _react() -> Scripted:
    turns = []
    for number in range(TURNS):
        turns += [
            f'Thought: I square it.\nAction: square\nAction Input: {{"number": {number}}}',
            f"Thought: I know it.\nAnswer: answer {number} is {number * number}",
        ]
    return Scripted.turns(turns)


def test_the_prompt_only_grows_between_the_requests_at_which_the_window_slides() -> None:
    chat = model(*(turn for number in range(TURNS) for turn in exchange(number)))
    agent = create_agent(
        chat, [square], middleware=[Window(2, slack=3)], checkpointer=InMemorySaver(), system_prompt="Be short."
    )
    for number in range(TURNS):
        agent.invoke(asked(number), THREAD)
    prompts = [request.prompt for request in chat.backend.requests]
    slides = [(before, after) for before, after in pairwise(prompts) if after[: len(before)] != before]
    assert len(slides) == 4, "17 exchanges beyond the window, in one of four requests each"
    for before, after in slides:
        same = next(at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
        assert "Be short." in chat.backend.detokenize(after[:same]), "the system prompt is not evaluated again"


MESSAGES: list[BaseMessage] = [
    SystemMessage("s"),
    AIMessage("welcome"),
    HumanMessage("1"),
    HumanMessage("1, I mean"),
    AIMessage("", tool_calls=[{"name": "a", "args": {}, "id": "c"}]),
    ToolMessage("r", tool_call_id="c"),
    AIMessage("one"),
    HumanMessage("2"),
    AIMessage("two"),
    HumanMessage("3"),
]


@pytest.mark.parametrize(
    "count, slack, kept",
    [
        (0, 0, [0, 9]),
        (1, 0, [0, 7, 8, 9]),
        (2, 0, list(range(10))),
        (9, 0, list(range(10))),
        (0, 1, [0, 9]),
        (1, 1, list(range(10))),
        (0, 2, list(range(10))),
    ],
)
def test_exchanges_are_kept_whole(count: int, slack: int, kept: list[int]) -> None:
    assert last_exchanges(MESSAGES, count, slack=slack) == [MESSAGES[at] for at in kept]


def test_messages_without_a_user_are_left() -> None:
    assert last_exchanges(MESSAGES[:2], 0) == MESSAGES[:2]
    assert last_exchanges([], 3) == []


@pytest.mark.parametrize("options", [{"exchanges": -1}, {"exchanges": 1, "slack": -1}])
def test_numbers_that_cannot_be_are_refused(options: Any) -> None:
    with pytest.raises(GbaError, match="give numbers from 0 on"):
        Window(**options)


def test_a_run_is_recorded_whole_in_its_order(tmp_path: Path) -> None:
    chat = model(*exchange(3))
    with Recorder(tmp_path / "run.jsonl") as recorder:
        agent = create_agent(chat, [square], recorder=recorder, window=0)
        agent.invoke({"messages": [HumanMessage("hi"), AIMessage("hello"), HumanMessage("question 3")]})
    assert "hello" not in chat.backend.requests[0].text
    said = [message.content for message in read(tmp_path / "run.jsonl").messages]
    assert said[:3] == ["hi", "hello", "question 3"]


def test_a_conversation_goes_on_after_a_restart(tmp_path: Path) -> None:
    """Nothing but the file is shared: another model, another agent, another connection."""
    path = str(tmp_path / "talk.sqlite")
    for number in range(4):
        chat = model(*exchange(number))
        with SqliteSaver.from_conn_string(path) as saver:
            agent = create_agent(chat, [square], checkpointer=saver, window=2)
            state = agent.invoke(asked(number), THREAD)
            assert seen(chat.backend.requests[-1].text) == list(range(max(0, number - 2), number + 1))
            assert len(state["messages"]) == 4 * (number + 1)


async def test_the_same_without_blocking(tmp_path: Path) -> None:
    path = str(tmp_path / "talk.sqlite")
    for number in range(3):
        chat = model(*exchange(number))
        async with AsyncSqliteSaver.from_conn_string(path) as saver:
            agent = create_agent(chat, [square], checkpointer=saver, window=1)
            state = await agent.ainvoke(asked(number), THREAD)
        assert seen(chat.backend.requests[-1].text) == list(range(max(0, number - 1), number + 1))
        assert state["messages"][-1].text == f"answer {number} is {number * number}"
