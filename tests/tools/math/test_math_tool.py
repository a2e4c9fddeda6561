from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langchain_tests.unit_tests import ToolsUnitTests
from pydantic import ValidationError

from gba import ChatLlamaCpp, MathTool
from gba.backends.base import Chunk
from gba.backends.scripted import Scripted
from gba.chat.engine import Engine
from gba.errors import BackendError, ModelFileError, StepError
from gba.tools.math import MathResult
from gba.tools.math.prompt import SYSTEM, again, messages
from gba.tools.math.writer import ProgramWriter

QUESTION = "What is 25 raised to the 0.24 power?"


def tool(*replies: str, **settings: Any) -> tuple[MathTool, Scripted]:
    backend = Scripted(list(replies))
    return MathTool(llm=backend, timeout=60, **settings), backend


def call(question: str = QUESTION) -> dict[str, Any]:
    return {"type": "tool_call", "id": "call_1", "name": "calculate", "args": {"question": question}}


def test_a_question_is_answered_in_one_line() -> None:
    math, backend = tool("result = 25 ** 0.24\n")
    assert math.invoke(QUESTION) == "2.16524"
    assert math.invoke.__self__ is math
    (request,) = backend.requests
    assert QUESTION in request.text
    assert SYSTEM in request.text
    assert request.grammar is not None
    assert request.sampling.temperature == 0


def test_an_agent_gets_the_result_as_artifact() -> None:
    math, _ = tool("result = 7 / 3\n")
    message = math.invoke(call())
    assert isinstance(message, ToolMessage)
    assert message.content == "2.33333"
    assert isinstance(message.artifact, MathResult)
    assert message.artifact.program == "result = 7 / 3\n"
    assert message.artifact.latex == r"\frac{7}{3}"


async def test_async() -> None:
    math, _ = tool("result = 1 / 0\n", "result = 2 ** 0.5\n")
    assert await math.ainvoke(QUESTION) == "1.41421"


async def test_async_on_a_backend_that_is_not() -> None:
    backend = Scripted(["result = 2 + 2\n"])

    class Sync:
        """The synchronous half of a backend."""

        tokenize, detokenize = backend.tokenize, backend.detokenize
        complete, properties, close = backend.complete, backend.properties, backend.close

    assert await MathTool(llm=Sync(), timeout=60).ainvoke(QUESTION) == "4"


def test_the_model_gets_one_more_try_with_the_message() -> None:
    math, backend = tool("result = 1 / 0\n", "result = 1 / 2\n")
    assert math.invoke(QUESTION) == "0.5"
    assert "Division by zero." in backend.requests[1].text
    assert "result = 1 / 0" in backend.requests[1].text


def test_a_second_failure_is_the_agents_to_read() -> None:
    math, _ = tool("result = 1 / 0\n", "result = log(0)\n")
    message = math.invoke(call())
    assert message.status == "error"
    assert message.content.startswith("This could not be calculated: ")
    assert "not defined" in message.content
    assert message.artifact is None


def test_a_program_that_is_cut_off_is_not_evaluated() -> None:
    math, backend = tool("result = 1234 + 5678\n", "result = 1\n", max_tokens=16)
    assert math.invoke(QUESTION) == "1"
    assert "cut off" in backend.requests[1].text
    math, _ = tool("result = 1234 + 5678\n", "result = 1234 + 5678\n", max_tokens=16)
    assert "cut off" in math.invoke(call()).content


def test_generation_ends_with_the_program() -> None:
    backend = Scripted(["result = 3\n"])
    written = ProgramWriter(backend).write(messages("three"))
    assert written.text == "result = 3\n"
    assert not written.cut_off


def test_a_long_question_is_an_error_to_read() -> None:
    backend = Scripted(["result = 1\n"], context=400)
    message = MathTool(llm=backend).invoke(call("one plus " * 200))
    assert message.status == "error"
    assert "Ask a shorter question" in message.content


def test_no_room_for_a_second_try_is_the_first_error() -> None:
    prompt = len(Scripted(["x"]).tokenize(SYSTEM + QUESTION))
    backend = Scripted(["result = 1 / 0\n"], context=prompt + 110)
    message = MathTool(llm=backend, timeout=60).invoke(call())
    assert message.content == "This could not be calculated: Division by zero."


def test_a_backend_that_ignores_the_grammar_is_noticed() -> None:
    backend = Scripted(["x"])

    def anything(*_: Any, **__: Any) -> Iterator[Chunk]:
        yield Chunk("import os", (1, 2))

    backend.complete = anything  # type: ignore[method-assign]
    with pytest.raises(StepError, match="grammar does not allow"):
        MathTool(llm=backend).invoke(QUESTION)


def test_a_model_that_fails_is_no_answer() -> None:
    with pytest.raises(BackendError):
        MathTool(llm=Scripted([])).invoke(QUESTION)


@pytest.mark.parametrize("wrap", [lambda backend: backend, Engine, lambda backend: ChatLlamaCpp(backend=backend)])
def test_any_of_our_models_will_do(wrap: Any) -> None:
    assert MathTool(llm=wrap(Scripted(["result = 2 + 2\n"])), timeout=60).invoke(QUESTION) == "4"


def test_the_chat_format_of_the_model_is_kept() -> None:
    backend = Scripted(["result = 2 + 2\n"])
    model = ChatLlamaCpp(backend=backend, chat_format="llama-2")
    assert MathTool(llm=model, timeout=60).invoke(QUESTION) == "4"
    assert "[INST] <<SYS>>" in backend.requests[0].text


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(TypeError, match="llm is a dict"):
        MathTool(llm={}).invoke(QUESTION)
    with pytest.raises(ModelFileError):
        MathTool(llm="nowhere.gguf").invoke(QUESTION)


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan"), 3601])
def test_what_is_no_time_limit_is_refused_at_once(timeout: float) -> None:
    with pytest.raises(ValidationError, match="timeout"):
        MathTool(llm=Scripted([]), timeout=timeout)


@pytest.mark.parametrize(
    "given, told", [("timout", "Did you mean 'timeout'"), ("max_token", "'max_tokens'"), ("zzz", "There are llm")]
)
def test_an_argument_that_there_is_not_is_refused(given: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        MathTool(llm=Scripted([]), **{given: 1})  # type: ignore[arg-type]


def test_the_server_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CPP_MATH_BASE_URL", "http://127.0.0.1:1")
    with pytest.raises(BackendError, match=r"127\.0\.0\.1"):
        MathTool().invoke(QUESTION)


def test_prompts_are_stable() -> None:
    # tiny-math was trained on exactly these words.
    assert [(message.role, message.content) for message in messages(" 2 + 2 \n")] == [
        ("system", SYSTEM),
        ("user", "2 + 2"),
    ]
    assert [message.role for message in again("q", "result = 1/0\n", "Division by zero.")] == [
        "system",
        "user",
        "assistant",
        "user",
    ]
    assert len(SYSTEM.split()) <= 45


class TestStandard(ToolsUnitTests):
    """LangChain's own tests of a tool."""

    @property
    def tool_constructor(self) -> type[MathTool]:
        return MathTool

    @property
    def tool_constructor_params(self) -> dict[str, Any]:
        return {"llm": Scripted(["result = 1\n"])}

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return {"question": QUESTION}
