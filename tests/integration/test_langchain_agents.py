"""Agents of LangChain and LangGraph on real llama.cpp with random weights: whatever it writes, they go through."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import uuid4

import pytest
from langchain.agents.middleware import (
    HumanInTheLoopMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    SummarizationMiddleware,
    wrap_model_call,
)
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage, trim_messages
from langchain_mcp_adapters.client import MultiServerMCPClient
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.prebuilt import create_react_agent
from langgraph.types import Command
from pydantic import BaseModel, Field

from gba.backends.process import LlamaServerProcess
from gba.backends.server import LlamaServer
from gba.errors import ContextOverflowError
from gba.langchain import ChatLlamaCpp, create_agent

MCP_SERVER = '''
from mcp.server.fastmcp import FastMCP

server = FastMCP("numbers")


@server.tool()
def triple(number: int) -> int:
    """Triple a number."""
    return 3 * number


server.run()
'''


class Order(BaseModel):
    """What is to be sent."""

    item: Literal["tea", "coffee"]
    pieces: int = Field(ge=1, le=99)
    note: str = Field(max_length=12)


def buy(item: Literal["tea", "coffee"], pieces: Annotated[int, Field(ge=1, le=99)]) -> str:
    """Buy something."""
    return f"{pieces} of {item}"


def weather(city: str, days: list[int]) -> str:
    """Forecast the weather."""
    return f"{city}: rain on {days}"


@pytest.fixture(params=["server", "in process"])
def chat(request: pytest.FixtureRequest) -> ChatLlamaCpp:
    options: dict[str, Any] = {"seed": 3, "max_tokens": 60, "max_thought_tokens": 12}
    if request.param == "server":
        return ChatLlamaCpp(base_url=request.getfixturevalue("server_process").base_url, **options)
    return ChatLlamaCpp(backend=request.getfixturevalue("in_process"), **options)


@pytest.fixture
def over_http(server_process: LlamaServerProcess) -> ChatLlamaCpp:
    return ChatLlamaCpp(base_url=server_process.base_url, seed=3)


@wrap_model_call
async def always_a_tool(request: ModelRequest, handler: Callable[[ModelRequest], Any]) -> Any:
    """Random weights would as soon answer; the choice is the middleware's."""
    return await handler(request.override(tool_choice="any"))


def results(state: dict[str, Any]) -> list[ToolMessage]:
    return [message for message in state["messages"] if isinstance(message, ToolMessage)]


async def test_every_call_of_an_agent_is_valid(chat: ChatLlamaCpp) -> None:
    limit = ModelCallLimitMiddleware(run_limit=4, exit_behavior="end")
    agent = create_agent(chat, [buy, weather], middleware=[always_a_tool, limit])
    state = await agent.ainvoke({"messages": [HumanMessage("Buy tea.")]})
    assert len(results(state)) == 4
    assert all(message.status == "success" for message in results(state))


async def test_the_final_object_is_always_valid(chat: ChatLlamaCpp) -> None:
    limit = ModelCallLimitMiddleware(run_limit=12, exit_behavior="error")
    for number in range(3):
        agent = create_agent(chat, [buy], response_format=Order, middleware=[limit])
        state = await agent.ainvoke({"messages": [HumanMessage(f"Order {number}.")]}, {"recursion_limit": 60})
        assert isinstance(state["structured_response"], Order)
        assert all(message.status == "success" for message in results(state))


def test_a_streamed_step_is_the_step(chat: ChatLlamaCpp) -> None:
    bound = chat.bind(temperature=0).bind_tools([weather], tool_choice="any")
    whole = bound.invoke("Rain?")
    chunks = list(bound.stream("Rain?"))
    total: Any = chunks[0]
    for chunk in chunks[1:]:
        total += chunk
    assert [call["args"] for call in total.tool_calls] == [call["args"] for call in whole.tool_calls]
    assert total.additional_kwargs == whole.additional_kwargs
    assert total.response_metadata["finish_reason"] == whole.response_metadata["finish_reason"]


async def test_how_sure_the_choice_of_the_tool_was_is_told_in_every_way_to_ask(chat: ChatLlamaCpp) -> None:
    bound = chat.bind(temperature=0).bind_tools([buy, weather])
    chunks = [list(bound.stream("Rain?")), [chunk async for chunk in bound.astream("Rain?")]]
    whole = [bound.invoke("Rain?"), await bound.ainvoke("Rain?"), *(reduce(add, each) for each in chunks)]
    for message in whole:
        (choice,) = message.response_metadata["choices"]
        assert choice["chosen"] in {*(call["name"] for call in message.tool_calls), "respond"}
        assert set(choice["alternatives"]) == {"buy", "weather", "respond"}
        assert sum(choice["alternatives"].values()) == pytest.approx(1)
        assert choice["probability"] == choice["alternatives"][choice["chosen"]]
    greedy = max(choice["alternatives"], key=choice["alternatives"].__getitem__)
    assert choice["chosen"] == greedy


def test_nothing_is_evaluated_twice(chat: ChatLlamaCpp) -> None:
    """Two tokens a request aside: the last one generated, and the one that heals a boundary."""
    bound = chat.bind_tools([weather], tool_choice="any")
    messages: list[Any] = [HumanMessage(f"Rain in the north, and in the south? {uuid4()}")]
    first = bound.invoke(messages)
    messages += [first, ToolMessage("rain", tool_call_id=first.tool_calls[0]["id"])]
    second = bound.invoke(messages)
    both = [first.response_metadata, second.response_metadata]
    spent = sum(step["evaluated_tokens"] + step["generated_tokens"] for step in both)
    again = spent - second.response_metadata["context_tokens"]
    assert again <= 2 * sum(step["requests"] for step in both)


def test_tokens_are_counted_exactly_and_trimming_helps(chat: ChatLlamaCpp) -> None:
    messages = [
        SystemMessage("Be short."),
        *[HumanMessage("many words " * 40), AIMessage("ok")] * 12,
        HumanMessage("?"),
    ]
    with pytest.raises(ContextOverflowError, match="tokens too long"):
        chat.invoke(messages)
    kept = trim_messages(
        messages, max_tokens=1500, token_counter=chat, strategy="last", include_system=True, start_on="human"
    )
    message = chat.invoke(kept)
    assert message.usage_metadata is not None
    assert message.usage_metadata["input_tokens"] == chat.get_num_tokens_from_messages(kept) <= 1500


async def test_a_person_approves_a_call(over_http: ChatLlamaCpp) -> None:
    limit = ModelCallLimitMiddleware(run_limit=1, exit_behavior="end")
    middleware: list[Any] = [always_a_tool, HumanInTheLoopMiddleware(interrupt_on={"buy": True}), limit]
    agent = create_agent(over_http, [buy], middleware=middleware, checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    state = await agent.ainvoke({"messages": [HumanMessage("Buy tea.")]}, config)
    asked = state["__interrupt__"][0].value["action_requests"][0]
    assert asked["name"] == "buy"
    resumed: Any = Command(resume={"decisions": [{"type": "approve"}]})
    state = await agent.ainvoke(resumed, config)
    assert results(state)[0].text == f"{asked['args']['pieces']} of {asked['args']['item']}"


async def test_a_long_conversation_is_summed_up(over_http: ChatLlamaCpp) -> None:
    short = ChatLlamaCpp(base_url=over_http.base_url, max_tokens=12, seed=3)
    middleware: list[Any] = [
        SummarizationMiddleware(model=short, trigger=("tokens", 150), keep=("messages", 1)),
        ModelCallLimitMiddleware(run_limit=1, exit_behavior="end"),
    ]
    history = [HumanMessage("one " * 200), AIMessage("two"), HumanMessage("three")]
    state = await create_agent(short, [buy], middleware=middleware).ainvoke({"messages": history})
    assert "summary" in state["messages"][0].text
    assert "one one" not in state["messages"][0].text


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_prebuilt_agent_of_langgraph(over_http: ChatLlamaCpp) -> None:
    """Random weights may go on calling: then the agent itself says that it needs more steps."""
    agent = create_react_agent(over_http.bind(max_thought_tokens=8).bind_tools([buy, weather]), [buy, weather])
    state = agent.invoke({"messages": [HumanMessage("Buy tea.")]}, {"recursion_limit": 12})
    assert isinstance(state["messages"][-1], AIMessage)
    assert not state["messages"][-1].tool_calls
    assert all(message.status == "success" for message in results(state))


async def test_tools_of_an_mcp_server(over_http: ChatLlamaCpp, tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(MCP_SERVER)
    connection: Any = {"command": sys.executable, "args": [str(script)], "transport": "stdio"}
    tools = await MultiServerMCPClient({"numbers": connection}).get_tools()
    limit = ModelCallLimitMiddleware(run_limit=1, exit_behavior="end")
    agent = create_agent(over_http, tools, middleware=[always_a_tool, limit])
    state = await agent.ainvoke({"messages": [HumanMessage("Triple 14.")]})
    (result,) = results(state)
    asked = next(message for message in state["messages"] if isinstance(message, AIMessage)).tool_calls[0]
    assert result.status == "success"
    assert result.text == str(3 * asked["args"]["number"])


def seconds_until_idle(server: LlamaServer) -> float:
    """How long it takes until no slot is at work; more than ten seconds are infinite."""
    start = time.monotonic()
    while any(slot.busy for slot in server.slots()):
        if time.monotonic() > start + 10:
            return math.inf
        time.sleep(0.02)
    return time.monotonic() - start


@dataclass(frozen=True)
class Freed:
    """What came after the end of a consumer: seconds until its slot was free, and all tokens that were generated."""

    seconds: float
    tokens: float


def freed(server: LlamaServer, begin_and_end: Callable[[], None]) -> Freed:
    """The quickest of five tries, of which something else on the machine may hold up some."""
    tries = []
    for _ in range(5):
        before = predicted(server)
        begin_and_end()
        tries.append(Freed(seconds_until_idle(server), predicted(server) - before))
    return min(tries, key=lambda each: each.seconds)


def predicted(server: LlamaServer) -> float:
    return server.metrics()["llamacpp:tokens_predicted_total"]


@pytest.fixture
def endless(server: LlamaServer) -> Iterator[dict[str, Any]]:
    """Arguments of a call that goes on until the context of 2048 tokens is full: without tokens that end a turn."""
    assert seconds_until_idle(server) < math.inf
    control_tokens = range(1, 5)  # of the model with random weights
    yield {"extra": {"ignore_eos": True, "logit_bias": [[token, False] for token in control_tokens]}}
    assert seconds_until_idle(server) < math.inf


def test_closing_the_consumer_frees_its_slot_within_a_second(
    over_http: ChatLlamaCpp, server: LlamaServer, endless: dict[str, Any]
) -> None:
    def close() -> None:
        stream = over_http.stream("Go on.", **endless)
        next(stream)
        stream.close()  # type: ignore[attr-defined]

    best = freed(server, close)
    assert best.seconds < 1
    assert best.tokens < 1500


def test_cancelling_a_task_frees_its_slot_within_a_second(
    over_http: ChatLlamaCpp, server: LlamaServer, endless: dict[str, Any]
) -> None:
    async def cancel() -> None:
        task = asyncio.create_task(over_http.ainvoke("Go on.", **endless))
        while not any(slot.busy for slot in await asyncio.to_thread(server.slots)):
            assert not task.done(), task.result()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    best = freed(server, lambda: asyncio.run(cancel()))
    assert best.seconds < 1
    assert best.tokens < 1500


async def test_two_hundred_at_once_are_answered_in_their_order_and_none_mixed_up(
    over_http: ChatLlamaCpp, server: LlamaServer
) -> None:
    """One in ten is cancelled while some are at work and others wait: the rest do not notice."""
    count, finished = 200, list[int]()

    def tool(number: int) -> dict[str, Any]:
        parameters = {"type": "object", "properties": {"value": {"const": number}}, "required": ["value"]}
        return {"name": f"keep_{number}", "description": f"Keep {number}.", "parameters": parameters}

    async def ask(number: int) -> Any:
        bound = over_http.bind_tools([tool(number), buy], tool_choice=f"keep_{number}")
        message = await bound.ainvoke(f"Keep {number}.", max_thought_tokens=4)
        finished.append(number)
        if len(finished) == 20:
            for other in range(9, count, 10):
                tasks[other].cancel()
        return message.tool_calls[0]["name"], message.tool_calls[0]["args"]

    await ask(count)  # from here on the server is known
    finished.clear()
    tasks = [asyncio.create_task(ask(number)) for number in range(count)]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    cancelled = {number for number, answer in enumerate(answers) if isinstance(answer, asyncio.CancelledError)}
    assert cancelled
    assert cancelled <= set(range(9, count, 10))
    answered = [number for number in range(count) if number not in cancelled]
    assert [answers[number] for number in answered] == [(f"keep_{number}", {"value": number}) for number in answered]
    overtaken = [sum(before > number for before in finished[:at]) for at, number in enumerate(finished)]
    assert max(overtaken) <= 20  # they begin in the order in which they were asked, four at a time
    assert await asyncio.to_thread(seconds_until_idle, server) < math.inf
