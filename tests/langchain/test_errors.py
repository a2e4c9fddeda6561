"""What leaves the chat model is both a GbaError and the class of LangChain's that middleware decides by."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import ModelRetryMiddleware, SummarizationMiddleware
from langchain_core import exceptions
from langchain_core.messages import AIMessage, HumanMessage

from gba import errors
from gba.backends.scripted import Scripted
from gba.langchain import ChatLlamaCpp
from gba.langchain.errors import as_langchain, langchain_errors
from tests.helpers.fake_llama import FakeLlama

URL = "http://fake:8080"
ALL = [
    (errors.ContextOverflowError("x", needed=3, available=2), "ContextOverflowError", False),
    (errors.ModelFileError("x", path="p"), "ModelNotFoundError", False),
    (errors.UnknownModelError("x", name="n"), "ModelNotFoundError", False),
    (errors.ServerUnavailableError("x", url=URL), "ModelConnectionError", True),
    (errors.ServerUnavailableError("x", url=URL, timed_out=True), "ModelTimeoutError", True),
    (errors.ServerUnavailableError("x", url=URL, loading=True, status=503), "ModelAPIError", True),
    (errors.GenerationInterruptedError("x", text="a"), "ModelConnectionError", True),
    (errors.GenerationInterruptedError("x", timed_out=True), "ModelTimeoutError", True),
    (errors.GenerationInterruptedError("x", status=500), "ModelAPIError", True),
    (errors.ModelChangedError(before="a", after="b", text="c", tokens=(1,)), "ModelAPIError", True),
    (errors.ServerResponseError("x", url=URL, status=400), "ModelInvalidRequestError", False),
    (errors.ServerResponseError("x", url=URL, status=401), "ModelAuthenticationError", False),
    (errors.ServerResponseError("x", url=URL, status=403), "ModelPermissionDeniedError", False),
    (errors.ServerResponseError("x", url=URL, status=404), "ModelNotFoundError", False),
    (errors.ServerResponseError("x", url=URL, status=408), "ModelTimeoutError", True),
    (errors.ServerResponseError("x", url=URL, status=429), "ModelRateLimitError", True),
    (errors.ServerResponseError("x", url=URL, status=500), "ModelAPIError", True),
    (errors.SchemaError("x", keyword="k", tool="t"), "ModelInvalidRequestError", False),
    (errors.ToolsError([errors.SchemaError("x", tool="t")], ["u"]), "ModelInvalidRequestError", False),
    (errors.ConversationError("x", index=1), "ModelInvalidRequestError", False),
    (errors.GrammarError("x", line=1, column=2), "ModelInvalidRequestError", False),
    (errors.StepError("x", thought="t"), "ModelError", True),
    (errors.BackendError("x"), "ModelError", False),
]


@pytest.mark.parametrize("error, name, retryable", ALL)
def test_each_error_is_of_both_classes(error: errors.GbaError, name: str, retryable: bool) -> None:
    made = as_langchain(error)
    assert isinstance(made, type(error))
    assert isinstance(made, getattr(exceptions, name))
    assert made.is_retryable is retryable
    assert (str(made), made.__dict__, type(made).__name__) == (str(error), error.__dict__, type(error).__name__)


@pytest.mark.parametrize("error, name, retryable", ALL)
def test_errors_survive_a_pickle(error: errors.GbaError, name: str, retryable: bool) -> None:
    for one in (error, as_langchain(error)):
        again = pickle.loads(pickle.dumps(one))
        assert type(again) is type(one)
        assert str(again) == str(one)
        assert {key: str(value) for key, value in again.__dict__.items()} == {
            key: str(value) for key, value in one.__dict__.items()
        }


def test_every_class_of_the_tree_has_a_row() -> None:
    others = {  # that a chat model does not raise: the root, and errors of the math tool, agents, documents and gba.llm
        errors.GbaError,
        errors.MathError,
        errors.StepLimitError,
        errors.ConfigError,
        errors.DocumentError,
        errors.EmbeddingError,
        errors.OptionsError,
        errors.StoreError,
    }
    tree = {getattr(errors, name) for name in errors.__all__} - others
    assert {type(error) for error, _, _ in ALL} == tree


def test_the_cause_stays_and_nothing_is_translated_twice() -> None:
    error = errors.StepError("x", text="written")
    error.__cause__ = KeyError("behind")
    with pytest.raises(errors.StepError) as caught, langchain_errors(), langchain_errors():
        raise error
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.text == "written"


def over(answer: Callable[[httpx.Request], httpx.Response], **options: Any) -> ChatLlamaCpp:
    return ChatLlamaCpp(base_url=URL, load_options={"transport": httpx.MockTransport(answer)}, **options)


async def test_what_a_server_answers_reaches_every_method() -> None:
    chat = over(lambda _: httpx.Response(401, json={"error": {"message": "Invalid API Key"}}))
    with pytest.raises(exceptions.ModelAuthenticationError):
        chat.invoke("?")
    with pytest.raises(exceptions.ModelAuthenticationError):
        await chat.ainvoke("?")
    with pytest.raises(exceptions.ModelAuthenticationError):
        list(chat.stream("?"))
    with pytest.raises(exceptions.ModelAuthenticationError):
        [chunk async for chunk in chat.astream("?")]
    with pytest.raises(exceptions.ModelAuthenticationError):
        chat.get_num_tokens("?")
    with pytest.raises(exceptions.ModelAuthenticationError):
        chat.get_num_tokens_from_messages([HumanMessage("?")])


def test_a_time_out_is_one() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("silent", request=request)

    with pytest.raises(exceptions.ModelTimeoutError):
        over(silent).invoke("?")


def test_bad_requests_are_told_when_they_are_bound() -> None:
    chat = ChatLlamaCpp(backend=Scripted())
    with pytest.raises(exceptions.ModelInvalidRequestError):
        chat.bind_tools([], tool_choice="any")
    with pytest.raises(exceptions.ModelInvalidRequestError):
        chat.with_structured_output(None)


def test_a_summary_that_overflows_is_made_of_less() -> None:
    """SummarizationMiddleware asks again with a shorter history after a ContextOverflowError."""
    backend = Scripted(["They counted.", "Fine."], context=1200)
    chat = ChatLlamaCpp(backend=backend)
    middleware = SummarizationMiddleware(
        chat,
        trigger=("messages", 4),
        keep=("messages", 1),
        summary_prompt="Sum up:\n{messages}",
        trim_tokens_to_summarize=None,
    )
    history = [HumanMessage("word " * 160), AIMessage("ok " * 160), HumanMessage("word " * 160), AIMessage("ok")]
    agent = create_agent(chat, [], middleware=[middleware])
    state = agent.invoke({"messages": [*history, HumanMessage("And now?")]})
    assert "They counted." in state["messages"][0].text
    assert state["messages"][-1].text == "Fine."


def test_middleware_retries_what_may_pass_and_nothing_else() -> None:
    fake = FakeLlama([FakeLlama().word("ab")])
    refusals, tries = [429, 500], []

    def busy(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/completion":
            tries.append(request.url.path)
            if refusals:
                return httpx.Response(refusals.pop(0), json={"error": {"message": "no"}})
        body = json.loads(request.content) if request.content else None
        status, content = fake.answer(request.url.path, {}, body)
        return httpx.Response(status, content=content if isinstance(content, bytes) else b"".join(content))

    retry = ModelRetryMiddleware(max_retries=3, initial_delay=0, jitter=False, on_failure="error")
    agent = create_agent(over(busy, chat_format="llama-2"), [], middleware=[retry])
    assert agent.invoke({"messages": [("user", "?")]})["messages"][-1].text == "ab"
    assert len(tries) == 3
    refusals.append(400)
    with pytest.raises(exceptions.ModelInvalidRequestError):
        agent.invoke({"messages": [("user", "?")]})
    assert len(tries) == 4
