"""Nothing is ignored: every field of ChatOpenAI and ChatOllama does here what it does there, or is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_ollama import ChatOllama
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, ValidationError

from gba.backends.base import Sampling
from gba.backends.scripted import Scripted
from gba.backends.server import LlamaServer
from gba.errors import SchemaError
from gba.langchain import ChatLlamaCpp
from gba.langchain.connection import SERVER_OPTIONS
from tests.helpers.scripts import call, filled

URL = "http://127.0.0.1:9"
Seen = Callable[[ChatLlamaCpp], Any]


def plus(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def sampling(chat: ChatLlamaCpp) -> Sampling:
    """What llama.cpp is asked for by this model."""
    backend = Scripted(["x"])
    copied = {"backend": backend, "base_url": None, "model_name": None, "timeout": None, "load_options": {}}
    chat.model_copy(update=copied).invoke("?")
    return backend.requests[0].sampling


def extra(name: str) -> Seen:
    return lambda chat: sampling(chat).extra[name]


def field(name: str) -> Seen:
    return lambda chat: getattr(chat, name)


def option(name: str) -> Seen:
    return lambda chat: chat.load_options[name]


DOES: dict[str, tuple[Any, Seen, Any]] = {
    # the field, a value, where it is seen, and as what
    "base_url": (URL, field("base_url"), URL),
    "extra_body": ({"top_n_sigma": 1.5}, extra("top_n_sigma"), 1.5),
    "format": ("json", field("response_format"), {"type": "json_object"}),
    "frequency_penalty": (0.5, lambda chat: sampling(chat).frequency_penalty, 0.5),
    "logit_bias": ({7: -100}, extra("logit_bias"), {7: -100}),
    "max_tokens": (7, field("max_tokens"), 7),
    "max_retries": (3, lambda chat: chat.engine.backend._max_retries, 3),  # type: ignore[union-attr]
    "mirostat": (2, extra("mirostat"), 2),
    "mirostat_eta": (0.1, extra("mirostat_eta"), 0.1),
    "mirostat_tau": (5.0, extra("mirostat_tau"), 5.0),
    "model": ("alpha", field("model_name"), "alpha"),
    "model_kwargs": ({"top_n_sigma": 1.5}, extra("top_n_sigma"), 1.5),
    "model_name": ("alpha", field("model_name"), "alpha"),
    "num_ctx": (64, field("context"), 64),
    "num_gpu": (3, option("gpu_layers"), 3),
    "num_predict": (7, field("max_tokens"), 7),
    "num_thread": (2, option("threads"), 2),
    "openai_api_base": (URL, field("base_url"), URL),
    "openai_api_key": ("hush", lambda chat: chat.api_key.get_secret_value(), "hush"),  # type: ignore[union-attr]
    "presence_penalty": (0.5, lambda chat: sampling(chat).presence_penalty, 0.5),
    "reasoning": (False, lambda chat: (chat.thinking, chat.max_thought_tokens), (False, 0)),
    "reasoning_effort": ("high", field("reasoning_effort"), "high"),
    "repeat_last_n": (5, extra("repeat_last_n"), 5),
    "repeat_penalty": (1.5, lambda chat: sampling(chat).repeat_penalty, 1.5),
    "request_timeout": (5.0, field("timeout"), 5.0),
    "default_headers": ({"X-A": "b"}, option("headers"), {"X-A": "b"}),
    "seed": (5, lambda chat: sampling(chat).seed, 5),
    "stop": ("end", field("stop"), ["end"]),
    "stream_usage": (False, field("stream_usage"), False),
    "streaming": (True, field("streaming"), True),
    "temperature": (0.3, lambda chat: sampling(chat).temperature, 0.3),
    "top_k": (3, lambda chat: sampling(chat).top_k, 3),
    "top_p": (0.5, lambda chat: sampling(chat).top_p, 0.5),
}
IN_PROCESS = {"num_gpu", "num_thread"}
WHERE_IT_IS = {"base_url", "openai_api_base"}
REFUSED: dict[str, Any] = {
    "async_client": object(),
    "async_client_kwargs": {"headers": {}},
    "client": object(),
    "client_kwargs": {"headers": {}},
    "context_management": [{"type": "compaction"}],
    "default_query": {"a": "b"},
    "disabled_params": {"parallel_tool_calls": None},
    "http_async_client": object(),
    "http_client": object(),
    "http_socket_options": [(1, 2, 3)],
    "include": ["reasoning.encrypted_content"],
    "include_response_headers": True,
    "keep_alive": "5m",
    "n": 2,
    "openai_organization": "us",
    "openai_proxy": "http://proxy",
    "prompt_cache_options": {"a": 1},
    "root_async_client": object(),
    "root_client": object(),
    "service_tier": "flex",
    "store": True,
    "stream_chunk_timeout": 5.0,
    "sync_client_kwargs": {"headers": {}},
    "tfs_z": 0.5,
    "tiktoken_model_name": "gpt-5",
    "truncation": "auto",
    "use_previous_response_id": True,
    "use_responses_api": True,
    "verbosity": "low",
}
ELSEWHERE = {"logprobs", "top_logprobs", "validate_model_on_init"}
"""Have tests of their own: test_logprobs.py, test_model_names.py."""


def names(peer: type[BaseChatModel]) -> set[str]:
    return set(peer.model_fields) - set(BaseChatModel.model_fields)


def given(**fields: Any) -> ChatLlamaCpp:
    if IN_PROCESS & set(fields):
        return ChatLlamaCpp(model_path="x.gguf", **fields)
    return ChatLlamaCpp(**fields) if WHERE_IT_IS & set(fields) else ChatLlamaCpp(base_url=URL, **fields)


@pytest.mark.parametrize("peer", [ChatOpenAI, ChatOllama])
def test_every_field_of_a_peer_is_known(peer: type[BaseChatModel]) -> None:
    assert names(peer) <= {*DOES, *REFUSED, *ELSEWHERE}


def test_nothing_is_listed_that_no_peer_has() -> None:
    assert {*DOES, *REFUSED, *ELSEWHERE} <= {*names(ChatOpenAI), *names(ChatOllama)} | {"model"}
    assert set(BaseChatModel.model_fields) <= set(ChatLlamaCpp.model_fields)


@pytest.mark.parametrize("name", DOES)
def test_a_field_does_what_it_does_there(name: str) -> None:
    value, seen, expected = DOES[name]
    assert seen(given(**{name: value})) == expected


@pytest.mark.parametrize("name", REFUSED)
def test_a_field_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValidationError, match=rf"\b{name}\b"):
        given(**{name: REFUSED[name]})
    with pytest.raises(TypeError, match=rf"\b{name}\b"):
        ChatLlamaCpp(backend=Scripted(["x"])).invoke("?", **{name: REFUSED[name]})
    with pytest.raises(TypeError, match=rf"\b{name}\b"):
        ChatLlamaCpp(backend=Scripted(["x"])).bind(**{name: REFUSED[name]})


def test_what_means_nothing_there_means_nothing_here() -> None:
    neutral = dict.fromkeys(REFUSED)
    chat = given(
        **neutral | {"n": 1, "store": False, "client_kwargs": {}, "format": "", "tfs_z": 1.0, "reasoning": True}
    )
    assert (chat.extra, chat.load_options, chat.response_format, chat.max_thought_tokens) == ({}, {}, None, None)


@pytest.mark.parametrize("value", ["high", {"effort": "high"}])
def test_reasoning_is_on_or_off(value: Any) -> None:
    with pytest.raises(ValidationError, match="reasoning="):
        given(reasoning=value)


# what a call may give


def test_a_call_takes_the_same_names() -> None:
    chat = ChatLlamaCpp(backend=Scripted(["x"] * 9), extra={"top_n_sigma": 1.5}, max_tokens=3)
    chat.invoke("?", num_predict=2, repeat_last_n=5, extra_body={"typical_p": 0.5})
    chat.invoke("?", max_tokens=-1)
    chat.invoke("?", n=1, stop_sequences=["x"])
    first, second, third = chat.backend.requests
    assert first.max_tokens == 2
    assert first.sampling.extra == {"top_n_sigma": 1.5, "typical_p": 0.5, "repeat_last_n": 5}
    assert second.max_tokens > 1000
    assert third.stop[-1] == "x"


@pytest.mark.parametrize(
    "wrong", [{"temperature": "hot"}, {"top_k": 2.5}, {"seed": "a"}, {"stop": [1]}, {"num_predict": -3}, {"extra": 3}]
)
def test_a_wrong_value_is_refused_by_name(wrong: dict[str, Any]) -> None:
    name = "max_tokens" if "num_predict" in wrong else next(iter(wrong))
    with pytest.raises(ValidationError, match=name):
        given(**wrong)
    with pytest.raises(TypeError, match=name):
        ChatLlamaCpp(backend=Scripted(["x"])).invoke("?", **wrong)
    with pytest.raises(TypeError, match=name):
        ChatLlamaCpp(backend=Scripted(["x"])).bind(**wrong)


def test_json_of_ollama() -> None:
    turn = filled("Hm.", {"x": [1]})
    assert ChatLlamaCpp(backend=Scripted.turns([turn]), format="json").invoke("?").content == '{"x": [1]}'
    assert ChatLlamaCpp(backend=Scripted.turns([turn])).invoke("?", format="json").content == '{"x": [1]}'


def test_two_names_of_one_parameter_agree_or_are_refused() -> None:
    assert given(max_tokens=3, num_predict=3).max_tokens == 3
    with pytest.raises(ValidationError, match="max_tokens and num_predict"):
        given(max_tokens=3, num_predict=4)


def test_reasoning_false_leaves_the_thought_out() -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns([call("", ("plus", {"a": 1, "b": 2}))[1:]]), reasoning=False)
    message = chat.bind_tools([plus], tool_choice="any").invoke("?")
    assert "reasoning_content" not in message.additional_kwargs
    assert message.tool_calls[0]["args"] == {"a": 1, "b": 2}


def test_a_stream_without_usage() -> None:
    for chat, options in (
        (ChatLlamaCpp(backend=Scripted(["x"]), stream_usage=False), {}),
        (ChatLlamaCpp(backend=Scripted(["x"])), {"stream_usage": False}),
    ):
        chunks = list(chat.stream("?", **options))
        assert all(chunk.usage_metadata is None for chunk in chunks)
        assert chunks[-1].response_metadata["finish_reason"] == "stop"
    assert list(ChatLlamaCpp(backend=Scripted(["x"])).stream("?"))[-1].usage_metadata is not None


def test_options_of_loading_come_too_late_in_a_call() -> None:
    with pytest.raises(TypeError, match="'num_gpu'"):
        ChatLlamaCpp(backend=Scripted(["x"])).invoke("?", num_gpu=3)


# what belongs to another place


def test_options_of_the_wrong_place_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"gpu_layers \(n_gpu_layers, num_gpu\): a llama-server"):
        ChatLlamaCpp(base_url=URL, num_gpu=3)
    with pytest.raises(ValidationError, match="mirostat: only a llama-server"):
        ChatLlamaCpp(model_path="x.gguf", mirostat=2)
    with pytest.raises(ValidationError, match="timeout: give this to the backend"):
        ChatLlamaCpp(backend=Scripted(), timeout=3)
    with pytest.raises(ValidationError, match="max_retries"):
        ChatLlamaCpp(base_url=URL, max_retries=-1)


def test_the_options_of_a_server_are_those_of_the_backend() -> None:
    own = {"api_key", "max_retries", "model", "timeout"}
    parameters = set(LlamaServer.__init__.__annotations__) - {"base_url", "return"}
    assert parameters == own | set(SERVER_OPTIONS)


# strict


UNIQUE = {
    "name": "pick",
    "parameters": {
        "type": "object",
        "properties": {"n": {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}},
        "required": ["n"],
    },
}


class Few(BaseModel):
    """Different numbers."""

    numbers: set[int]


async def test_strict_refuses_what_the_grammar_does_not_enforce() -> None:
    turn = call("I pick.", ("pick", {"n": [4]}))
    assert ChatLlamaCpp(backend=Scripted.turns([turn])).bind_tools([UNIQUE]).invoke("?").tool_calls
    strict = ChatLlamaCpp(backend=Scripted.turns([turn])).bind_tools([UNIQUE], strict=True)
    with pytest.raises(SchemaError, match="strict is True") as caught:
        strict.invoke("?")
    assert (caught.value.keyword, caught.value.tool) == ("uniqueItems", "pick")
    with pytest.raises(SchemaError, match="uniqueItems"):
        await strict.ainvoke("?")
    with pytest.raises(SchemaError, match="uniqueItems"):
        list(strict.stream("?"))
    with pytest.raises(SchemaError, match="uniqueItems"):
        ChatLlamaCpp(backend=Scripted.turns([turn])).invoke("?", tools=[{**UNIQUE, "strict": True}])
    with pytest.raises(SchemaError, match="strict is True"):
        ChatLlamaCpp(backend=Scripted.turns([turn])).with_structured_output(Few, strict=True).invoke("?")


def test_strict_is_kept_where_all_is_enforced() -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns([call("I add.", ("plus", {"a": 1, "b": 2}))]))
    assert chat.bind_tools([plus], strict=True).invoke("?").tool_calls[0]["args"] == {"a": 1, "b": 2}
