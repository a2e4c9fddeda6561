"""What gba guarantees, on real models: agents, structured answers, streams, and that nothing is evaluated twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Annotated, Any, Literal
from uuid import uuid4

import pytest
from langchain.agents.middleware import ModelCallLimitMiddleware, ModelRequest, wrap_model_call
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, Field

from gba.langchain import ChatLlamaCpp, create_agent


class Order(BaseModel):
    """What is to be sent."""

    item: Literal["tea", "coffee"]
    pieces: int = Field(ge=1, le=99)
    code: str = Field(pattern=r"^[A-Z]{2}-[0-9]{4}$")
    note: str = Field(max_length=24)


def buy(item: Literal["tea", "coffee"], pieces: Annotated[int, Field(ge=1, le=99)]) -> str:
    """Buy something."""
    return f"{pieces} of {item}"


def weather(city: str, days: Annotated[list[Literal["today", "tomorrow"]], Field(max_length=2)]) -> str:
    """Forecast the weather of a city."""
    return f"{city}: rain {' and '.join(days)}"


@wrap_model_call  # type: ignore[arg-type]
async def always_a_tool(request: ModelRequest, handler: Callable[[ModelRequest], Any]) -> Any:
    return await handler(request.override(tool_choice="any"))


def results(state: dict[str, Any]) -> list[ToolMessage]:
    return [message for message in state["messages"] if isinstance(message, ToolMessage)]


async def test_every_call_of_an_agent_is_valid(chat: ChatLlamaCpp) -> None:
    limit = ModelCallLimitMiddleware(run_limit=4, exit_behavior="end")
    agent = create_agent(chat, [buy, weather], middleware=[always_a_tool, limit])
    state = await agent.ainvoke({"messages": [HumanMessage("Buy two packets of tea, and look how it is in Oslo.")]})
    assert len(results(state)) == 4
    assert all(message.status == "success" for message in results(state))


def test_an_agent_that_chooses_freely_runs_to_its_end(chat: ChatLlamaCpp) -> None:
    limit = ModelCallLimitMiddleware(run_limit=6, exit_behavior="end")
    agent = create_agent(chat, [buy, weather], system_prompt="You are a shop.", middleware=[limit])
    state = agent.invoke({"messages": [HumanMessage("Please buy one packet of coffee.")]}, {"recursion_limit": 30})
    assert isinstance(state["messages"][-1], AIMessage)
    assert not state["messages"][-1].tool_calls
    assert all(message.status == "success" for message in results(state))


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_a_structured_answer_follows_its_schema(chat: ChatLlamaCpp, method: Any) -> None:
    model = chat.with_structured_output(Order, method=method)
    assert isinstance(model.invoke("Three packets of coffee, code AB-1234, please in a green bag."), Order)


def test_a_structured_answer_follows_its_schema_when_the_tokens_run_out(chat: ChatLlamaCpp) -> None:
    model = chat.with_structured_output(Order)
    assert isinstance(model.invoke("Three packets of coffee.", max_tokens=6), Order)


def test_an_answer_streams_token_by_token(chat: ChatLlamaCpp) -> None:
    """A second run would be no measure: greedy models, too, say something else where llama.cpp rounds otherwise, which
    depends on how much of a prompt is in its cache."""
    chunks = list(chat.stream([HumanMessage("Hi!"), AIMessage("Hello."), HumanMessage("Tell me about the sea.")]))
    total: Any = reduce(add, chunks)
    texts = [chunk.text for chunk in chunks if chunk.text]
    assert len(texts) > 3
    assert max(map(len, texts)) < 40
    assert total.usage_metadata["output_tokens"] >= len(texts)
    assert total.response_metadata["finish_reason"] in {"stop", "length"}


def test_a_call_streams_piece_by_piece(chat: ChatLlamaCpp) -> None:
    chunks = list(chat.bind_tools([buy, weather], tool_choice="weather").stream("How will it be in Lima tomorrow?"))
    total: Any = reduce(add, chunks)
    (call,) = total.tool_calls
    pieces = [piece["args"] or "" for chunk in chunks for piece in chunk.tool_call_chunks]  # type: ignore[union-attr]
    assert json.loads("".join(pieces)) == call["args"]
    assert len(list(filter(None, pieces))) > 2
    assert weather(**call["args"]).startswith(call["args"]["city"])
    assert total.response_metadata["finish_reason"] == "tool_calls"


@pytest.mark.parametrize("name", ["buy", "weather"])
def test_a_tool_that_is_named_is_called(chat: ChatLlamaCpp, name: str) -> None:
    (call,) = chat.bind_tools([buy, weather], tool_choice=name).invoke("Hello!").tool_calls
    assert call["name"] == name


def test_nothing_is_evaluated_twice(chat: ChatLlamaCpp) -> None:
    """Two tokens a request aside: the last one generated, and the one that heals a boundary."""
    bound = chat.bind_tools([buy, weather], tool_choice="any")
    messages: list[Any] = [HumanMessage(f"Two packets of tea, and how is it in Oslo? {uuid4()}")]
    first = bound.invoke(messages)
    messages += [first, ToolMessage("done", tool_call_id=first.tool_calls[0]["id"])]
    second = bound.invoke(messages)
    both = [first.response_metadata, second.response_metadata]
    spent = sum(step["evaluated_tokens"] + step["generated_tokens"] for step in both)
    again = spent - second.response_metadata["context_tokens"]
    assert again <= 2 * sum(step["requests"] for step in both)
