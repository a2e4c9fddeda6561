"""LangChain's own agents, and LangGraph's, on a scripted llama.cpp."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import pytest
from langchain.agents import create_agent as langchain_create_agent
from langchain.agents.middleware import (
    HumanInTheLoopMiddleware,
    ModelCallLimitMiddleware,
    SummarizationMiddleware,
    ToolErrorMiddleware,
)
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command
from pydantic import BaseModel

from gba.backends.scripted import Scripted
from gba.errors import GbaError
from gba.langchain import ChatLlamaCpp, create_agent
from gba.langchain.agent import _model
from gba.tools.facts import search
from tests.helpers.scripts import answer, call, filled

POPULATIONS = {"France": 68_000_000}


def population(country: str) -> str:
    """Look up how many people live in a country."""
    if country not in POPULATIONS:
        raise KeyError(f"{country} is not in the table")
    return str(POPULATIONS[country])


def half(number: int) -> str:
    """Halve a number."""
    return str(number // 2)


class Report(BaseModel):
    """What was found out."""

    country: str
    people: int


LOOK = call("I look it up.", ("population", {"country": "France"}))
HALVE = call("Now I halve it.", ("half", {"number": 68_000_000}))
DONE = answer("I know it.", "It is 34000000.")
QUESTION: Any = {"messages": [HumanMessage("What is half the population of France?")]}


def model(*turns: str) -> ChatLlamaCpp:
    return ChatLlamaCpp(backend=Scripted.turns(turns))


def contents(state: dict[str, Any]) -> list[str]:
    return [message.text for message in state["messages"]]


def test_two_tools_in_turn_then_the_answer() -> None:
    chat = model(LOOK, HALVE, DONE)
    state = create_agent(chat, [population, half]).invoke(QUESTION)
    assert [type(message) for message in state["messages"]] == [
        HumanMessage,
        AIMessage,
        ToolMessage,
        AIMessage,
        ToolMessage,
        AIMessage,
    ]
    assert contents(state)[-1] == "It is 34000000."
    prompts = [request.prompt for request in chat.backend.requests]
    assert all(after[: len(before)] == before for before, after in pairwise(prompts))


@pytest.mark.xfail(
    sys.version_info < (3, 11), reason="LangGraph streams the messages of async nodes from Python 3.11 on"
)
async def test_async_and_streamed_they_say_the_same_and_only_add() -> None:
    state = await create_agent(model(LOOK, HALVE, DONE), [population, half]).ainvoke(QUESTION)
    assert contents(state)[-1] == "It is 34000000."
    chat = model(LOOK, HALVE, DONE)
    agent = create_agent(chat, [population, half])
    pieces = [chunk async for chunk, _ in agent.astream(QUESTION, stream_mode="messages")]
    assert "".join(piece.text for piece in pieces if piece.type == "AIMessageChunk") == "It is 34000000."
    thoughts = "".join(piece.additional_kwargs.get("reasoning_content", "") for piece in pieces)
    assert thoughts == "I look it up.Now I halve it.I know it."
    prompts = [request.prompt for request in chat.backend.requests]
    assert all(after[: len(before)] == before for before, after in pairwise(prompts))


def test_what_a_tool_raises_goes_back_to_the_model() -> None:
    wrong = call("I look it up.", ("population", {"country": "Narnia"}))
    chat = model(wrong, answer("It is not there.", "I do not know."))
    state = create_agent(chat, [population]).invoke(QUESTION)
    result = state["messages"][2]
    assert result.status == "error"
    assert result.text == "Error: population failed: KeyError: 'Narnia is not in the table'"
    assert contents(state)[-1] == "I do not know."
    assert result.text in chat.backend.requests[-1].text


def test_a_handler_of_the_users_own_is_kept() -> None:
    own = ToolErrorMiddleware(on_error=lambda error, request: "broken")
    wrong = call("I look it up.", ("population", {"country": "Narnia"}))
    agent = create_agent(model(wrong, answer("So be it.", "No.")), [population], middleware=[own])
    assert agent.invoke(QUESTION)["messages"][2].text == "broken"


@pytest.mark.parametrize("response_format", [Report, ProviderStrategy(Report)])
def test_each_turn_may_be_a_call_or_the_final_object(response_format: Any) -> None:
    final = filled("I know it.", {"country": "France", "people": 68_000_000})
    chat = model(LOOK, final)
    state = create_agent(chat, [population], response_format=response_format).invoke(QUESTION)
    assert state["structured_response"] == Report(country="France", people=68_000_000)
    assert [type(message).__name__ for message in state["messages"]][1:3] == ["AIMessage", "ToolMessage"]
    assert len(state["messages"]) == 4


def test_the_final_object_as_a_tool_works_as_well() -> None:
    final = call("I know it.", ("Report", {"country": "France", "people": 68_000_000}))
    state = create_agent(model(LOOK, final), [population], response_format=ToolStrategy(Report)).invoke(QUESTION)
    assert state["structured_response"] == Report(country="France", people=68_000_000)


def test_a_schema_without_tools() -> None:
    final = filled("I guess.", {"country": "France", "people": 1})
    state = create_agent(model(final), response_format=Report).invoke(QUESTION)
    assert state["structured_response"] == Report(country="France", people=1)


def test_a_conversation_with_memory_goes_on_where_it_was() -> None:
    chat = model(LOOK, answer("Here it is.", "68000000."), answer("I said it.", "68000000, as I said."))
    agent = create_agent(chat, [population], system_prompt="Be short.", checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    agent.invoke({"messages": [HumanMessage("How many people live in France?")]}, config)
    state = agent.invoke({"messages": [HumanMessage("Say it again.")]}, config)
    assert contents(state)[-1] == "68000000, as I said."
    prompts = [request.prompt for request in chat.backend.requests]
    assert all(after[: len(before)] == before for before, after in pairwise(prompts))


def test_a_person_can_stop_and_change_a_call() -> None:
    middleware = HumanInTheLoopMiddleware(interrupt_on={"population": True})
    agent = create_agent(model(LOOK, DONE), [population], middleware=[middleware], checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    state = agent.invoke(QUESTION, config)
    assert state["__interrupt__"]
    rejected: Any = Command(resume={"decisions": [{"type": "reject", "message": "Not that one."}]})
    state = agent.invoke(rejected, config)
    assert "Not that one." in contents(state)[2]
    assert contents(state)[-1] == "It is 34000000."


def test_calls_can_be_limited() -> None:
    limit = ModelCallLimitMiddleware(run_limit=1, exit_behavior="end")
    state = create_agent(model(LOOK, DONE), [population], middleware=[limit]).invoke(QUESTION)
    assert "limit" in contents(state)[-1].lower()


def test_a_long_conversation_is_summed_up() -> None:
    chat = model("The user asked about France.", answer("Short.", "Fine."))
    summary = SummarizationMiddleware(model=chat, trigger=("messages", 4), keep=("messages", 1))
    agent = create_agent(chat, [population], middleware=[summary])
    history = [HumanMessage("Hi"), AIMessage("Hello"), HumanMessage("France?"), AIMessage("Yes."), HumanMessage("So?")]
    state = agent.invoke({"messages": history})
    assert "The user asked about France." in contents(state)[0]
    assert contents(state)[-1] == "Fine."


def test_the_same_agent_with_only_the_model_line_changed() -> None:
    agent = langchain_create_agent(model=model(LOOK, HALVE, DONE), tools=[population, half], system_prompt="Be short.")
    assert contents(agent.invoke(QUESTION))[-1] == "It is 34000000."


def test_a_graph_of_langgraph_with_only_the_model_line_changed() -> None:
    chat = model(LOOK, HALVE, DONE)
    bound = chat.bind_tools([population, half])

    def assistant(state: MessagesState) -> dict[str, Any]:
        return {"messages": [bound.invoke([SystemMessage("Be short."), *state["messages"]])]}

    graph = StateGraph(MessagesState)
    graph.add_node("assistant", assistant)
    graph.add_node("tools", ToolNode([population, half]))
    graph.add_edge(START, "assistant")
    graph.add_conditional_edges("assistant", tools_condition, {"tools": "tools", END: END})
    graph.add_edge("tools", "assistant")
    assert contents(graph.compile().invoke(QUESTION))[-1] == "It is 34000000."


def test_a_model_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLAMA_CPP_BASE_URL", raising=False)

    def target(given: Any) -> Any:
        chat = _model(given)
        return (chat.base_url, chat.model_path) if isinstance(chat, ChatLlamaCpp) else chat

    assert target("http://127.0.0.1:9") == ("http://127.0.0.1:9", None)
    assert target("x.gguf") == (None, "x.gguf")
    assert target(None) == (None, None)
    assert target("openai:gpt-5") == "openai:gpt-5"


def test_a_call_syntax_for_the_agent_alone() -> None:
    backend = Scripted.turns(
        ['Thought: I look.\nAction: search\nAction Input: {"query": "Oslo"}', "Thought: I know.\nAnswer: Oslo."]
    )
    model = ChatLlamaCpp(backend=backend)
    agent = create_agent(model, [search], call_syntax="react")
    messages = agent.invoke({"messages": [("user", "Where?")]})["messages"]
    assert messages[-1].text == "Oslo."
    assert "Action: the name of one tool" in backend.requests[0].text
    assert model.call_syntax is None, "the model itself stays as it is"


def test_call_syntaxes_that_cannot_be() -> None:
    with pytest.raises(GbaError, match="reakt"):
        create_agent(ChatLlamaCpp(base_url="http://127.0.0.1:9"), call_syntax="reakt")
    with pytest.raises(GbaError, match="is for ChatLlamaCpp"):
        create_agent(GenericFakeChatModel(messages=iter([])), call_syntax="react")
