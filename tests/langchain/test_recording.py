"""A run of an agent is written to a file: what was said, and each step with its tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage

from gba.backends.scripted import Scripted
from gba.langchain import ChatLlamaCpp, create_agent
from gba.langchain.tools import to_engine_tools
from gba.trajectory import Recorder, TrajectoryError, read
from tests.helpers.scripts import answer, call


def half(number: int) -> str:
    """Halve a number."""
    return str(number // 2)


TURNS = (call("I halve it.", ("half", {"number": 8})), answer("I know it.", "It is 4."))
ASKED: Any = {"messages": [HumanMessage("What is half of 8?")]}


def assert_recorded(path: Path) -> None:
    run = read(path)
    assert run.complete
    assert [tool.name for tool in run.tools] == ["half"]
    assert [message.role for message in run.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert [message.content for message in run.messages][-2:] == ["4", "It is 4."]
    assert [step.finish for step in run.steps] == ["tool_calls", "stop"]
    assert run.steps[0].calls[0].arguments == {"number": 8}
    assert list(run.steps[1].tokens)[: len(run.steps[0].tokens)] == list(run.steps[0].tokens)
    assert all(step.tokens for step in run.steps)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_run_is_recorded(tmp_path: Path, streamed: bool) -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns(TURNS), streaming=streamed)
    with Recorder(tmp_path / "run.jsonl", tools=to_engine_tools([half])) as recorder:
        create_agent(chat, [half], recorder=recorder, system_prompt="Be short.").invoke(ASKED)
    assert_recorded(tmp_path / "run.jsonl")


async def test_so_is_one_on_an_event_loop(tmp_path: Path) -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns(TURNS))
    with Recorder(tmp_path / "run.jsonl", tools=to_engine_tools([half])) as recorder:
        agent = create_agent(chat, [half], recorder=recorder, system_prompt="Be short.")
        assert [part async for part in agent.astream(ASKED, stream_mode="messages")]
    assert_recorded(tmp_path / "run.jsonl")


def test_the_step_of_another_model_is_recorded_without_tokens(tmp_path: Path) -> None:
    chat = GenericFakeChatModel(messages=iter([AIMessage("It is 4.")]))
    with Recorder(tmp_path / "run.jsonl") as recorder:
        create_agent(chat, recorder=recorder).invoke(ASKED)
    run = read(tmp_path / "run.jsonl")
    assert [message.content for message in run.messages] == ["What is half of 8?", "It is 4."]
    assert [(step.answer, step.finish, list(step.tokens)) for step in run.steps] == [("It is 4.", "stop", [])]


def test_what_was_recorded_stays_when_the_run_fails(tmp_path: Path) -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns(TURNS[:1]))
    path = tmp_path / "run.jsonl"
    with pytest.raises(Exception, match="used up"), Recorder(path) as recorder:
        create_agent(chat, [half], recorder=recorder).invoke(ASKED)
    run = read(path)
    assert len(run.steps) == 1
    assert run.messages[-1].content == "4"


def test_a_recorder_that_is_not_open_is_refused(tmp_path: Path) -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns(TURNS))
    with pytest.raises(TrajectoryError, match="not open"):
        create_agent(chat, [half], recorder=Recorder(tmp_path / "run.jsonl")).invoke(ASKED)
