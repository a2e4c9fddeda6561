"""Tools are converted once, and their grammars are compiled beside the event loop."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.tools import StructuredTool, tool
from pydantic import BaseModel

from gba.backends.scripted import Scripted
from gba.errors import SchemaError
from gba.grammar import arguments, grammar
from gba.grammar.recent import Recent
from gba.langchain import ChatLlamaCpp, tools
from gba.langchain.tools import engine_tools, to_engine_tools, to_openai_tools
from tests.helpers.scripts import call, filled


def plus(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool
def search(query: str) -> str:
    """Search the web."""
    return query


class Joke(BaseModel):
    """A joke."""

    setup: str


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The tools that were converted, from an empty store on."""
    done: list[Any] = []
    convert = tools._to_openai_tool

    def noted(tool: Any, strict: bool | None) -> dict[str, Any]:
        done.append(tool)
        return convert(tool, strict)

    monkeypatch.setattr(tools, "_to_openai_tool", noted)
    tools._conversions._known.clear()
    return done


@pytest.fixture
def compiled_in(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads in which schemas were compiled."""
    threads: list[threading.Thread] = []

    def noting(compile_schema: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **options: Any) -> Any:
            threads.append(threading.current_thread())
            return compile_schema(*args, **options)

        return noted

    for module in (arguments, grammar):
        monkeypatch.setattr(module, "_compile", noting(module._compile))
        monkeypatch.setattr(module, "_RECENT", Recent(100, lambda _: 1))
    return threads


# conversions


@pytest.mark.parametrize("kind", [plus, search, Joke, Joke.model_json_schema()])
def test_a_tool_is_converted_once_for_all_steps(kind: Any, conversions: list[Any]) -> None:
    chat = ChatLlamaCpp(backend=Scripted())
    first = chat.bind_tools([kind]).kwargs["tools"]
    assert chat.bind(temperature=0).bind_tools([kind]).kwargs["tools"] == first
    assert to_engine_tools(first)[0] is to_engine_tools([kind])[0]
    assert len(conversions) == 1


def test_a_tool_that_says_something_else_is_converted_again() -> None:
    changing = StructuredTool.from_function(plus, name="plus")
    assert to_openai_tools([changing])[0]["function"]["description"] == "Add two numbers."
    changing.description = "Add them."
    assert to_openai_tools([changing])[0]["function"]["description"] == "Add them."
    changing.args_schema = Joke
    assert list(to_openai_tools([changing])[0]["function"]["parameters"]["properties"]) == ["setup"]
    given = {"name": "f", "parameters": {"type": "object", "properties": {"x": {"type": "string"}}}}
    assert list(to_engine_tools([given])[0].schema["properties"]) == ["x"]
    given["parameters"]["properties"] = {"y": {"type": "string"}}  # type: ignore[index]
    assert list(to_engine_tools([given])[0].schema["properties"]) == ["y"]


def test_what_is_handed_out_can_be_changed_without_harm() -> None:
    to_openai_tools([plus])[0]["function"]["parameters"]["properties"].clear()
    assert list(to_openai_tools([plus])[0]["function"]["parameters"]["properties"]) == ["a", "b"]


def test_strictness_makes_another_tool() -> None:
    assert to_openai_tools([plus], strict=False)[0]["function"]["strict"] is False
    assert "strict" not in to_openai_tools([plus])[0]["function"]
    assert engine_tools([plus], strict=True)[1] == {"plus"}
    assert engine_tools([plus])[1] == frozenset()


def test_tools_are_not_kept_alive(conversions: list[Any]) -> None:
    def made(number: int) -> StructuredTool:
        return StructuredTool.from_function(plus, name=f"plus_{number}")

    for number in range(40):  # the memory of one may be that of the next
        assert to_openai_tools([made(number)])[0]["function"]["name"] == f"plus_{number}"
    conversions.clear()
    gc.collect()
    assert not any(type(one) is StructuredTool and one.name.startswith("plus_") for one in gc.get_objects())


def test_what_cannot_be_a_tool_is_refused_every_time() -> None:
    for _ in range(2):
        with pytest.raises(SchemaError):
            to_openai_tools([{"type": "web_search_20250305"}])


# grammars


ADD = call("I add.", ("plus", {"a": 1, "b": 2}))


async def test_grammars_are_compiled_beside_the_event_loop(compiled_in: list[threading.Thread]) -> None:
    bound = ChatLlamaCpp(backend=Scripted.turns([ADD, ADD, ADD])).bind_tools([plus, search])
    assert (await bound.ainvoke("What?")).tool_calls
    assert compiled_in
    assert threading.current_thread() not in compiled_in
    before = len(compiled_in)
    assert (await bound.ainvoke("And?")).tool_calls
    assert [chunk async for chunk in bound.astream("And now?")]
    assert len(compiled_in) == before


async def test_many_calls_at_a_time_compile_once(compiled_in: list[threading.Thread]) -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns([ADD] * 9))
    bound = chat.bind_tools([plus, search])
    first, *others = (asyncio.create_task(bound.ainvoke(f"{number}?")) for number in range(9))
    await asyncio.sleep(0)
    first.cancel()
    messages = await asyncio.gather(*others)
    assert all(message.tool_calls for message in messages)
    assert len(compiled_in) == 2
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_so_is_that_of_an_answer(compiled_in: list[threading.Thread]) -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns([filled("Hm.", {"setup": "Why?"})])).with_structured_output(Joke)
    assert await chat.ainvoke("?") == Joke(setup="Why?")
    assert compiled_in
    assert threading.current_thread() not in compiled_in


async def test_a_schema_that_cannot_be_compiled_is_told_each_time() -> None:
    odd = {"name": "odd", "parameters": {"type": "object", "properties": {"x": {"$ref": "#/nowhere"}}}}
    bound = ChatLlamaCpp(backend=Scripted(["x"])).bind_tools([odd])
    for _ in range(2):
        with pytest.raises(SchemaError, match="odd"):
            await bound.ainvoke("?")
