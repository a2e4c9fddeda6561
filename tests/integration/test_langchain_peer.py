"""Peers on the same llama-server with the same random weights: columns of the table in README and docs.

They are ChatOpenAI, and ChatLlama of langchain-llama-cpp. The model's template has tools, so that llama-server's own
way to call them is at its best. Where one of these tests fails because a peer or llama-server got better, the table has
to say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_llama_cpp import ChatLlama
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from pydantic import BaseModel

from gba.backends.process import LlamaServerProcess
from gba.errors import ContextOverflowError, ConversationError, SchemaError, UnknownModelError
from gba.langchain import ChatLlamaCpp
from tests.helpers.gguf_factory import CHATML_WITH_TOOLS, write_gguf

SEEDS = range(1, 6)
CLIENT = httpx.Client(timeout=60)
"""Of ChatLlama, which does not close its own."""


def plus(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def minus(a: int, b: int) -> int:
    """Subtract a number from another."""
    return a - b


class City(BaseModel):
    """A city."""

    name: str
    people: int


class Drink(BaseModel):
    """A drink."""

    name: Literal["tea", "coffee"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path: Path = tmp_path_factory.mktemp("models") / "random.gguf"
    with LlamaServerProcess(
        write_gguf(path, chat_template=CHATML_WITH_TOOLS), context=2048, extra_args=["--jinja"]
    ) as server:
        yield server.base_url
    CLIENT.close()


def ours(url: str, **options: Any) -> ChatLlamaCpp:
    return ChatLlamaCpp(base_url=url, **{"model": "random", "max_tokens": 128, "seed": 1, **options})


def theirs(url: str, **options: Any) -> ChatOpenAI:
    defaults = {"max_tokens": 128, "seed": 1, "max_retries": 0}
    return ChatOpenAI(base_url=f"{url}/v1", api_key="none", **{"model": "random", **defaults, **options})  # type: ignore[arg-type]


def direct(url: str, **options: Any) -> ChatLlama:
    defaults = {"model": "random", "max_tokens": 128, "seed": 1, "max_retries": 0}
    return ChatLlama(base_url=url, http_client=CLIENT, **{**defaults, **options})


def called(model: BaseChatModel, choice: str, **options: Any) -> list[str]:
    message = model.bind_tools([plus, minus], tool_choice=choice, **options).invoke("How much is 3 and 4?")
    return [call["name"] for call in message.tool_calls]


def test_a_call_is_there_whatever_the_model_is(url: str) -> None:
    assert all(len(called(ours(url, seed=seed), "any")) == 1 for seed in SEEDS)
    assert not any(called(peer(url, seed=seed), "any") for peer in (theirs, direct) for seed in SEEDS)


def test_a_tool_that_is_named_is_called(url: str) -> None:
    assert all(called(ours(url, seed=seed), "minus") == ["minus"] for seed in SEEDS)
    assert not any(called(peer(url, seed=seed), "minus") for peer in (theirs, direct) for seed in SEEDS)


def test_none_is_kept_by_all(url: str) -> None:
    assert not any(called(model(url, seed=seed), "none") for model in (ours, theirs, direct) for seed in SEEDS)


def test_tools_stay_beside_a_schema(url: str) -> None:
    """With both, `any` asks for a call: llama-server follows the schema alone."""
    schema = {"type": "json_schema", "json_schema": {"name": "Drink", "schema": Drink.model_json_schema()}}
    assert all(called(ours(url, seed=seed), "any", response_format=schema) for seed in SEEDS)
    for peer in (theirs(url), direct(url)):
        bound = peer.bind_tools([plus, minus], tool_choice="any", response_format=schema)
        message = bound.invoke("How much is 3 and 4?")
        assert not message.tool_calls
        assert isinstance(Drink.model_validate_json(message.text), Drink)


def test_an_answer_by_a_schema_is_there_even_when_the_tokens_run_out(url: str) -> None:
    assert isinstance(ours(url, max_tokens=4).with_structured_output(City).invoke("Lyon?"), City)
    with pytest.raises(Exception, match=r"length limit|peg-native"):
        theirs(url, max_tokens=4).with_structured_output(City).invoke("Lyon?")


def test_what_llama_cpp_measured_is_in_the_message(url: str) -> None:
    models = (ours(url), theirs(url), direct(url))
    mine, other, third = (model.invoke("Hi").response_metadata for model in models)
    assert mine["timings"]["predicted_n"] > 0
    assert mine["build"]
    assert "timings" not in other
    assert third["timings"]["predicted_n"] > 0


def test_all_tell_what_was_cached(url: str) -> None:
    for model in (ours(url), theirs(url), direct(url)):
        model.invoke("Say it again, please.")
        usage = model.invoke("Say it again, please.").usage_metadata
        assert usage is not None
        assert usage["input_token_details"]["cache_read"] > 0


def test_a_stream_ends_with_the_usage(url: str) -> None:
    """ChatOpenAI has to be asked for it where it speaks to another server than OpenAI's."""
    models = (ours(url), theirs(url), theirs(url, stream_usage=True), direct(url))
    ended: list[Any] = [reduce(add, model.stream("Hi")) for model in models]
    assert [message.usage_metadata is not None for message in ended] == [True, False, True, True]


def test_a_name_that_no_model_has(url: str) -> None:
    with pytest.raises(UnknownModelError, match="no model 'nonsense-70b'"):
        ours(url, model="nonsense-70b").invoke("Hi")
    for peer in (theirs(url, model="nonsense-70b"), direct(url, model="nonsense-70b")):
        assert isinstance(peer.invoke("Hi"), AIMessage)  # of the model that runs there


def test_how_likely_the_tokens_were(url: str) -> None:
    for model in (ours(url), theirs(url), direct(url)):
        (generation,) = model.generate([[HumanMessage("Say it again, please.")]], logprobs=True).generations[0]
        assert generation.message.response_metadata["logprobs"]["content"]


@pytest.mark.parametrize(
    "messages, error",
    [
        ([], ConversationError),
        ([HumanMessage("Hi"), ToolMessage("3", tool_call_id="c9")], ConversationError),
    ],
)
def test_a_conversation_out_of_order_is_refused(url: str, messages: list[Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        ours(url).invoke(messages)
    assert isinstance(theirs(url).invoke(messages), AIMessage)


def test_two_tools_of_one_name_are_refused(url: str) -> None:
    tools: list[Any] = [plus, {"name": "plus", "description": "?", "parameters": {"type": "object", "properties": {}}}]
    with pytest.raises(SchemaError):
        ours(url).bind_tools(tools)
    assert isinstance(theirs(url).bind_tools(tools).invoke("Hi"), AIMessage)


def test_both_say_that_a_conversation_is_too_long_and_one_by_how_much(url: str) -> None:
    long = "many words " * 2000
    with pytest.raises(ContextOverflowError, match=r"\d+ tokens too long.*trim_messages"):
        ours(url).invoke(long)
    with pytest.raises(Exception, match="exceeds the available context size"):
        theirs(url).invoke(long)


# an agent that was written for ChatOpenAI: only the line with the model changes


def of_langchain(model: BaseChatModel) -> Any:
    return create_agent(model, [plus, minus], system_prompt="Be short.")


def of_langgraph(model: BaseChatModel) -> Any:
    bound = model.bind_tools([plus, minus])

    def assistant(state: MessagesState) -> dict[str, Any]:
        return {"messages": [bound.invoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("assistant", assistant)
    graph.add_node("tools", ToolNode([plus, minus]))
    graph.add_edge(START, "assistant")
    graph.add_conditional_edges("assistant", tools_condition, {"tools": "tools", END: END})
    graph.add_edge("tools", "assistant")
    return graph.compile()


@pytest.mark.parametrize("agent_of", [of_langchain, of_langgraph])
@pytest.mark.parametrize("make", [theirs, ours])
def test_an_agent_runs_with_either_model(url: str, make: Any, agent_of: Any) -> None:
    agent = agent_of(make(url, max_tokens=40))
    state = agent.invoke({"messages": [HumanMessage("How much is 3 and 4?")]}, {"recursion_limit": 60})
    last = state["messages"][-1]
    assert isinstance(last, AIMessage)
    assert not last.tool_calls
    assert all(message.status == "success" for message in state["messages"] if isinstance(message, ToolMessage))
