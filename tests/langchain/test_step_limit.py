"""The limit of steps, at which an agent answers from what it has or gives up."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel

from gba.backends.scripted import Scripted
from gba.errors import GbaError, StepLimitError
from gba.langchain import ChatLlamaCpp, create_agent
from tests.helpers.scripts import answer, call, filled

THREAD: Any = {"configurable": {"thread_id": "1"}}


def square(number: int) -> str:
    """Square a number."""
    return f"the square is {number * number}"


class Report(BaseModel):
    """What was found out."""

    square: int


def exchange(number: int) -> list[str]:
    """A call, and the answer that leans on its result."""
    return [call("", ("square", {"number": number})), answer("", f"answer {number} is {number * number}")]


def asked(number: int) -> Any:
    return {"messages": [HumanMessage(f"question {number}")]}


def model(*turns: str) -> ChatLlamaCpp:
    return ChatLlamaCpp(backend=Scripted.turns(turns))


def test_at_the_limit_the_agent_answers_from_what_it_has() -> None:
    chat = model(*(exchange(number)[0] for number in (2, 3)), answer("", "It is 4, I think."))
    state = create_agent(chat, [square], max_steps=3).invoke(asked(2))
    assert [message.type for message in state["messages"]] == ["human", "ai", "tool", "ai", "tool", "ai"]
    assert state["messages"][-1].text == "It is 4, I think."
    assert state["messages"][-1].response_metadata["step_limit"] == 3
    assert all("step_limit" not in message.response_metadata for message in state["messages"][:-1])
    prompts = [request.prompt for request in chat.backend.requests]
    assert all(after[: len(before)] == before for before, after in pairwise(prompts)), "the prompt only grows"


def test_the_limit_is_one_of_a_request_and_not_of_the_conversation() -> None:
    chat = model(*exchange(2), *exchange(3))
    agent = create_agent(chat, [square], max_steps=2, checkpointer=InMemorySaver())
    for number in (2, 3):
        state = agent.invoke(asked(number), THREAD)
        assert state["messages"][-2].text == f"the square is {number * number}"
        assert state["messages"][-1].text == f"answer {number} is {number * number}"


def test_one_step_is_an_answer_at_once() -> None:
    chat = model(answer("", "I do not know."))
    assert create_agent(chat, [square], max_steps=1).invoke(asked(1))["messages"][-1].text == "I do not know."


@pytest.mark.parametrize("response_format", [Report, ProviderStrategy(Report), ToolStrategy(Report)])
def test_at_the_limit_the_final_object_is_written(response_format: Any) -> None:
    last = filled("", {"square": 4})
    if isinstance(response_format, ToolStrategy):
        last = call("", ("Report", {"square": 4}))
    chat = model(exchange(2)[0], last)
    state = create_agent(chat, [square], max_steps=2, response_format=response_format).invoke(asked(2))
    assert state["structured_response"] == Report(square=4)


async def test_async_it_answers_as_well() -> None:
    chat = model(exchange(2)[0], answer("", "It is 4, I think."))
    state = await create_agent(chat, [square], max_steps=2).ainvoke(asked(2))
    assert state["messages"][-1].text == "It is 4, I think."
    assert state["messages"][-1].response_metadata["step_limit"] == 2


def test_an_answer_before_the_limit_is_as_it_was() -> None:
    state = create_agent(model(*exchange(2)), [square], max_steps=3).invoke(asked(2))
    assert state["messages"][-1].text == "answer 2 is 4"
    assert "step_limit" not in state["messages"][-1].response_metadata


def test_with_error_it_gives_up() -> None:
    chat = model(*(exchange(number)[0] for number in (2, 3, 4)))
    with pytest.raises(StepLimitError, match="no answer after 2 steps") as caught:
        create_agent(chat, [square], max_steps=2, early_stopping="error").invoke(asked(2))
    assert caught.value.steps == 2


class Deaf(GenericFakeChatModel):
    """A model that calls whatever it is told."""

    def bind_tools(self, tools: Any, **options: Any) -> Any:
        return self


def test_a_model_that_calls_all_the_same_does_not_go_on_forever() -> None:
    calls = (AIMessage("", tool_calls=[{"name": "square", "args": {"number": n}, "id": str(n)}]) for n in range(9))
    with pytest.raises(StepLimitError, match="no answer after 3 steps"):
        create_agent(Deaf(messages=calls), [square], max_steps=3).invoke(asked(2))


@pytest.mark.parametrize(
    "options, words",
    [({"max_steps": 0}, "max_steps is 0"), ({"max_steps": 1, "early_stopping": "no"}, "early_stopping is 'no'")],
)
def test_what_cannot_be_is_refused(options: Any, words: str) -> None:
    with pytest.raises(GbaError, match=words):
        create_agent(model(), [square], **options)
