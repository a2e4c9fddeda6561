"""Runs of any agent are written down by a callback: LangGraph's graphs, other models, several at the same time."""

from __future__ import annotations

import asyncio
import operator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent as langchains_agent
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, AnyMessage, ChatMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Send, interrupt

from gba.backends.scripted import Scripted
from gba.langchain import ChatLlamaCpp, RecordRuns
from gba.schema.tools import ToolSpec
from gba.trajectory import Recorder, Trajectory, TrajectoryError, read_all
from gba.tuning.filters import Rewards, reason_to_drop
from tests.helpers.scripts import answer, call


@tool
def half(number: int) -> str:
    """Halve a number."""
    return str(number // 2)


TURNS = (call("I halve it.", ("half", {"number": 8})), answer("I know it.", "It is 4."))
ASKED: Any = {"messages": [HumanMessage("What is half of 8?")]}


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def graph(model: BaseChatModel) -> Any:
    """An agent out of LangGraph's own parts, without LangChain's middleware."""
    bound = model.bind_tools([half])
    builder = StateGraph(State)
    builder.add_node("model", lambda state: {"messages": [bound.invoke([SystemMessage("Short."), *state["messages"]])]})
    builder.add_node("tools", ToolNode([half]))
    builder.add_edge(START, "model")
    builder.add_conditional_edges("model", tools_condition)
    builder.add_edge("tools", "model")
    return builder.compile()


def only(folder: Path) -> Trajectory:
    (run,) = read_all(folder)
    return run


class Other(BaseChatModel):
    """A chat model of somebody else's, which says what it is given."""

    says: list[Any]

    @property
    def _llm_type(self) -> str:
        return "other"

    def bind_tools(self, tools: Any, **options: Any) -> Any:
        return self.bind(tools=[convert_to_openai_tool(each) for each in tools])

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **options: Any) -> ChatResult:
        said = self.says.pop(0)
        if isinstance(said, Exception):
            raise said
        return ChatResult(generations=[ChatGeneration(message=said)])


CALL = {"name": "half", "args": {"number": 8}, "id": "c1"}
USAGE = {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17, "input_token_details": {"cache_read": 4}}


def assert_recorded(run: Trajectory) -> None:
    assert run.complete
    assert [each.name for each in run.tools] == ["half"]
    assert [message.role for message in run.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert [message.content for message in run.messages][-2:] == ["4", "It is 4."]
    assert [step.finish for step in run.steps] == ["tool_calls", "stop"]
    assert run.steps[0].calls[0].arguments == {"number": 8}
    assert run.messages[3].call_id == run.steps[0].calls[0].id


@pytest.mark.parametrize("make", [graph, lambda model: langchains_agent(model, [half], system_prompt="Short.")])
@pytest.mark.parametrize("streamed", [False, True])
def test_any_graph_is_recorded_with_its_tokens(tmp_path: Path, make: Any, streamed: bool) -> None:
    agent = make(ChatLlamaCpp(backend=Scripted.turns(TURNS), streaming=streamed))
    agent.invoke(ASKED, {"callbacks": [RecordRuns(tmp_path, metadata={"from": "test"})]})
    run = only(tmp_path)
    assert_recorded(run)
    assert run.metadata == {"from": "test"}
    assert list(run.steps[1].tokens)[: len(run.steps[0].tokens)] == list(run.steps[0].tokens)
    assert all(step.tokens and step.spans for step in run.steps)


async def test_so_is_one_on_an_event_loop(tmp_path: Path) -> None:
    agent = langchains_agent(ChatLlamaCpp(backend=Scripted.turns(TURNS)), [half], system_prompt="Short.")
    recorded = agent.with_config(callbacks=[RecordRuns(tmp_path)])
    assert [part async for part in recorded.astream(ASKED, stream_mode="messages")]
    run = only(tmp_path)
    assert_recorded(run)
    assert all(step.tokens for step in run.steps)


def test_a_model_of_somebody_elses_is_recorded_without_tokens(tmp_path: Path) -> None:
    called = AIMessage(
        "I halve it.", tool_calls=[CALL], usage_metadata=USAGE, response_metadata={"finish_reason": "tool_calls"}
    )
    said = AIMessage("It is 4.", response_metadata={"finish_reason": "stop"})
    agent = langchains_agent(Other(says=[called, said]), [half], system_prompt="Short.")
    agent.invoke(ASKED, {"callbacks": [RecordRuns(tmp_path)]})
    run = only(tmp_path)
    assert_recorded(run)
    assert run.messages[2].content == "I halve it."
    assert run.steps[0].usage == {"evaluated": 8, "cached": 4, "generated": 5, "context": 17}
    assert not any(step.tokens for step in run.steps)
    assert [step is not None for _, step in run.turns()] == [False, False, True, False, True]


def test_what_was_cut_short_elsewhere_is_not_learnt_from(tmp_path: Path) -> None:
    for reason in ("length", "max_tokens", "stop"):
        said = AIMessage("It is", response_metadata={"stop_reason": reason})
        Other(says=[said]).invoke("Half of 8?", {"callbacks": [RecordRuns(tmp_path / reason)]})
        (path,) = (tmp_path / reason).iterdir()
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([*lines[:-1], b'{"type": "reward", "value": 1}\n', lines[-1]]))
        assert reason_to_drop(only(tmp_path / reason), Rewards()) == ("" if reason == "stop" else "cut short")


def test_each_run_has_a_file(tmp_path: Path) -> None:
    agent = graph(ChatLlamaCpp(backend=Scripted.turns(TURNS * 3)))
    recorder = RecordRuns(tmp_path)
    for _ in range(3):
        agent.invoke(ASKED, {"callbacks": [recorder]})
    for run in read_all(tmp_path):
        assert_recorded(run)
    assert len(list(read_all(tmp_path))) == 3


async def test_runs_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    class Slow(Other):
        async def _agenerate(self, messages: Any, *arguments: Any, **options: Any) -> ChatResult:
            await asyncio.sleep(0.01)
            text = f"{messages[-1].content} and {len(messages)}"
            return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    agent = langchains_agent(Slow(says=[]), [half])
    questions = [{"messages": [HumanMessage(f"Question {number}")]} for number in range(8)]
    await agent.abatch(questions, {"callbacks": [RecordRuns(tmp_path)]})
    said = [tuple(message.content for message in run.messages) for run in read_all(tmp_path)]
    assert sorted(said) == [(f"Question {number}", f"Question {number} and 1") for number in range(8)]


async def test_a_run_that_is_cancelled_is_ended_and_forgotten(tmp_path: Path) -> None:
    class Waiting(Other):
        async def _agenerate(self, *arguments: Any, **options: Any) -> ChatResult:
            started.set()
            await asyncio.sleep(60)
            raise AssertionError

    started = asyncio.Event()
    recorder = RecordRuns(tmp_path)
    work = asyncio.create_task(langchains_agent(Waiting(says=[])).ainvoke(ASKED, {"callbacks": [recorder]}))
    await started.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    run = only(tmp_path)
    assert run.error.startswith("CancelledError")
    assert [message.content for message in run.messages] == ["What is half of 8?"]
    assert [*recorder._runs, *recorder._roots, *recorder._asked] == []


def test_a_stream_that_is_left_ends_its_run(tmp_path: Path) -> None:
    agent = graph(ChatLlamaCpp(backend=Scripted.turns(TURNS)))
    stream = agent.stream(ASKED, {"callbacks": [RecordRuns(tmp_path)]}, stream_mode="updates")
    next(stream)
    stream.close()
    run = only(tmp_path)
    assert run.error.startswith("GeneratorExit")
    assert len(run.steps) == 1


def test_agents_side_by_side_and_in_tools_have_files_of_their_own(tmp_path: Path) -> None:
    class Question(TypedDict):
        text: str

    class All(TypedDict):
        said: Annotated[list[str], operator.add]

    inner = langchains_agent(GenericFakeChatModel(messages=iter(AIMessage(f"Inner {n}.") for n in range(9))))

    def ask(state: Question) -> Any:
        return {"said": [inner.invoke({"messages": [HumanMessage(state["text"])]})["messages"][-1].content]}

    builder = StateGraph(All)
    builder.add_node("ask", ask)
    builder.add_conditional_edges(START, lambda _: [Send("ask", {"text": f"Part {number}"}) for number in range(3)])
    builder.add_edge("ask", END)
    builder.compile().invoke({"said": []}, {"callbacks": [RecordRuns(tmp_path)]})
    runs = list(read_all(tmp_path))
    assert sorted(run.messages[0].content for run in runs) == ["Part 0", "Part 1", "Part 2"]
    assert all(run.complete and len(run.messages) == 2 for run in runs)


def test_a_call_that_failed_is_asked_again_in_the_same_file(tmp_path: Path) -> None:
    model = Other(says=[ValueError("busy"), AIMessage("It is 4.")]).with_retry(wait_exponential_jitter=False)
    model.invoke("Half of 8?", {"callbacks": [RecordRuns(tmp_path)]})
    run = only(tmp_path)
    assert [message.content for message in run.messages] == ["Half of 8?", "It is 4."]
    assert run.complete


def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    agent = graph(Other(says=[AIMessage("", tool_calls=[CALL]), ValueError("the server is gone")]))
    with pytest.raises(ValueError, match="gone"):
        agent.invoke(ASKED, {"callbacks": [RecordRuns(tmp_path)]})
    run = only(tmp_path)
    assert run.error == "ValueError: the server is gone"
    assert [message.role for message in run.messages] == ["system", "user", "assistant", "tool"]


def test_the_same_words_twice_are_two_messages(tmp_path: Path) -> None:
    said = [HumanMessage("Yes."), AIMessage("Go on."), HumanMessage("Yes."), AIMessage("Go on."), HumanMessage("Yes.")]
    Other(says=[AIMessage("Done.")]).invoke(said, {"callbacks": [RecordRuns(tmp_path)]})
    assert [message.content for message in only(tmp_path).messages] == [*(each.content for each in said), "Done."]


def test_what_no_model_of_gbas_can_read_is_named(tmp_path: Path) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    asked = HumanMessage([{"type": "text", "text": "What is this?"}, image])
    Other(says=[AIMessage("A dot.")]).invoke([asked], {"callbacks": [RecordRuns(tmp_path)]})
    assert [message.content for message in only(tmp_path).messages] == ["What is this?\n[image_url]", "A dot."]


def test_calls_and_results_stay_beside_what_cannot_be_read(tmp_path: Path) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    told = [
        HumanMessage([image]),
        AIMessage([{"type": "text", "text": "I look."}, image], tool_calls=[CALL]),
        ToolMessage([image], tool_call_id="c1", name="half"),
        ChatMessage("What is it?", role="judge"),
    ]
    Other(says=[AIMessage("A dot.")]).invoke(told, {"callbacks": [RecordRuns(tmp_path)]})
    run = only(tmp_path)
    assert [message.role for message in run.messages] == ["user", "assistant", "tool", "judge", "assistant"]
    assert [call.name for call in run.messages[1].calls] == ["half"]
    assert run.messages[1].content == "I look.\n[image_url]"
    assert run.messages[2].call_id == "c1"
    assert "image" in run.messages[2].content


def test_a_graph_that_waits_for_somebody_has_not_failed(tmp_path: Path) -> None:
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.types import Command

    builder = StateGraph(State)
    model = Other(says=[AIMessage("May I?")])
    builder.add_node("model", lambda state: {"messages": [model.invoke(state["messages"])]})
    builder.add_node("wait", lambda state: {"messages": [HumanMessage(interrupt("Well?"))]})
    builder.add_edge(START, "model")
    builder.add_edge("model", "wait")
    waiting = builder.compile(checkpointer=InMemorySaver())
    options: Any = {"callbacks": [RecordRuns(tmp_path)], "configurable": {"thread_id": "1"}}
    waiting.invoke(ASKED, options)
    assert only(tmp_path).complete
    waiting.invoke(Command(resume="Yes."), options)
    assert only(tmp_path).complete


def test_a_folder_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrajectoryError, match="cannot be written"):
        Other(says=[AIMessage("It is 4.")]).invoke("Half of 8?", {"callbacks": [RecordRuns(tmp_path / "file")]})


def test_tools_that_come_later_are_recorded_once(tmp_path: Path) -> None:
    one, two = (ToolSpec(name, name, {"type": "object", "properties": {}}) for name in ("one", "two"))
    with Recorder(tmp_path / "run.jsonl", tools=[one]) as recorder:
        recorder.tools([one, two])
        recorder.tools([two])
    assert only(tmp_path).tools == (one, two)
    assert (tmp_path / "run.jsonl").read_text().count('"two"') == 2
