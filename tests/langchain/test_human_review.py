"""The middleware of docs/how-to/human-review.md: an agent that is not sure of a tool asks a person first."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from gba.backends.base import Chunk, TokenLogprob
from gba.backends.scripted import Scripted
from gba.langchain import ChatLlamaCpp, create_agent
from tests.helpers.scripts import answer, call

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "human-review.md"


def buy(item: str) -> str:
    """Buy something."""
    return f"bought: {item}"


def weather(city: str) -> str:
    """Forecast the weather."""
    return f"rain in {city}"


class Unsure(Scripted):
    """Is as sure of the choices that it writes as it is told, and else thought of buying or of the weather."""

    sure = 1.0

    def complete(self, prompt: Any, **asked: Any) -> Iterator[Chunk]:
        for chunk in super().complete(prompt, **asked):
            told = []
            for one in chunk.logprobs:
                assert one is not None
                mine = replace(one, logprob=math.log(self.sure), top=())
                other = b"weather" if one.data.startswith(b"b") else b"buy"
                told.append(replace(mine, top=(mine, TokenLogprob(10**6, other, math.log(1 - self.sure + 1e-9)))))
            yield replace(chunk, logprobs=tuple(told))


def agent_of(sure: float, threshold: float) -> Any:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    page: dict[str, Any] = {}
    exec(compile(blocks[0], str(PAGE), "exec", dont_inherit=True), page)
    reply = Scripted.turns([call("Tea.", ("buy", {"item": "tea"})), answer("Done.", "I did.")])._reply
    backend = Unsure(lambda text, grammar, stop: reply(text, grammar, stop))
    backend.sure = sure
    return create_agent(
        ChatLlamaCpp(backend=backend),
        [buy, weather],
        middleware=[page["review_below"](threshold)],
        checkpointer=InMemorySaver(),
    )


CONFIG: Any = {"configurable": {"thread_id": "1"}}
ASKED: Any = {"messages": [HumanMessage("Buy tea.")]}


def test_a_sure_call_runs_at_once() -> None:
    state = agent_of(0.9, threshold=0.8).invoke(ASKED, CONFIG)
    assert "__interrupt__" not in state
    assert [message.text for message in state["messages"] if isinstance(message, ToolMessage)] == ["bought: tea"]


@pytest.mark.parametrize("decision", ["approve", "decline"])
def test_below_the_threshold_the_agent_waits_for_a_person(decision: str) -> None:
    agent = agent_of(0.6, threshold=0.8)
    state = agent.invoke(ASKED, CONFIG)
    asked = state["__interrupt__"][0].value
    assert asked["calls"][0]["args"] == {"item": "tea"}
    assert asked["choices"][0]["probability"] == pytest.approx(0.6)
    assert asked["choices"][0]["alternatives"] == pytest.approx({"buy": 0.6, "weather": 0.4, "respond": 0.0})
    assert not any(isinstance(message, ToolMessage) for message in state["messages"])
    state = agent.invoke(Command(resume=decision), CONFIG)
    assert any(isinstance(message, ToolMessage) for message in state["messages"]) is (decision == "approve")
    assert isinstance(state["messages"][-1], AIMessage)
    assert not state["messages"][-1].tool_calls
