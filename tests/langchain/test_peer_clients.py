"""What peers say and do without a server: cells of the table in README and docs."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from langchain_core import exceptions
from langchain_core.language_models import BaseChatModel, BaseLanguageModel
from langchain_llama_cpp import ChatLlama
from langchain_ollama import ChatOllama
from langchain_openai import ChatOpenAI
from pydantic import ValidationError

from gba.langchain import ChatLlamaCpp

URL = "http://127.0.0.1:9"


def plus(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@pytest.mark.parametrize("choice", ["any", "none", "plus"])
def test_ollama_is_not_told_of_a_choice(choice: str) -> None:
    seen: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        reply = {"model": "x", "message": {"role": "assistant", "content": "Hi"}, "done": True, "done_reason": "stop"}
        return httpx.Response(200, text=json.dumps(reply) + "\n")

    model = ChatOllama(model="x", base_url=URL, client_kwargs={"transport": httpx.MockTransport(answer)})
    model.bind_tools([plus], tool_choice=choice).invoke("Hi")
    assert seen[0]["tools"]
    assert "tool_choice" not in json.dumps(seen)


@pytest.mark.filterwarnings("ignore:.*temprature:UserWarning")
def test_a_parameter_that_is_misspelt() -> None:
    with pytest.raises(ValidationError, match="temprature"):
        ChatLlamaCpp(base_url=URL, temprature=1)
    passed_on = ChatOpenAI(model="x", api_key="x", base_url=URL, temprature=1)  # type: ignore[call-arg, arg-type]
    assert passed_on.model_kwargs == {"temprature": 1}
    for ignored in (ChatLlama(model="x", base_url=URL, temprature=1), ChatOllama(model="x", temprature=1)):  # type: ignore[call-arg]
        assert "temprature" not in repr(ignored)


def test_errors_by_the_classes_of_langchain() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"error": {"message": "Invalid API Key", "code": 401}})

    transport = httpx.MockTransport(refuse)
    models: list[BaseChatModel] = [
        ChatLlamaCpp(base_url=URL, load_options={"transport": transport}),
        ChatLlama(model="x", base_url=URL, http_client=httpx.Client(transport=transport)),
        ChatOllama(model="x", base_url=URL, client_kwargs={"transport": transport}),
    ]
    kinds: list[bool] = []
    for model in models:
        with pytest.raises(Exception, match="Invalid API Key") as caught:
            model.invoke("Hi")
        kinds.append(isinstance(caught.value, exceptions.ModelAuthenticationError))
    assert kinds == [True, True, False]


def test_who_counts_tokens_by_the_model() -> None:
    generic = BaseLanguageModel.get_token_ids
    assert ChatLlamaCpp.get_token_ids is not generic
    assert ChatLlama.get_token_ids is generic
    assert ChatOllama.get_token_ids is generic
