"""How likely the model found its tokens, in OpenAI's form; never asked for unless the user does."""

from __future__ import annotations

import math
from functools import reduce
from operator import add
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from gba.backends.base import TokenLogprob
from gba.backends.scripted import Scripted
from gba.chat.logprobs import Told
from gba.chat.messages import Span, Step
from gba.langchain import ChatLlamaCpp
from tests.helpers.scripts import answer, call, filled


def plus(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


class City(BaseModel):
    """A city."""

    name: str


def model(*turns: str, **options: Any) -> ChatLlamaCpp:
    return ChatLlamaCpp(backend=Scripted.turns(turns), logprobs=True, **options)


def text_of(entries: list[dict[str, Any]]) -> str:
    return "".join(entry["token"] for entry in entries)


async def test_each_token_of_an_answer_is_told() -> None:
    chat = model("Hé!", "Hé!", "Hé!", "Hé!", top_logprobs=1)
    messages = [chat.invoke("?"), await chat.ainvoke("?"), reduce(add, chat.stream("?"))]
    messages.append(reduce(add, [chunk async for chunk in chat.astream("?")]))
    for message in messages:
        told = message.response_metadata["logprobs"]
        assert text_of(told["content"]) == message.content == "Hé!"
        only = {"token": "é", "bytes": [195, 169], "logprob": 0.0}
        assert told["content"][1] == {**only, "top_logprobs": [only]}
        assert (told["reasoning"], told["tool_calls"]) == ([], [])


def test_thought_call_and_answer_are_kept_apart() -> None:
    chat = model(call("I add.", ("plus", {"a": 1, "b": 23})), answer("There.", "It is 24."))
    bound = chat.bind_tools([plus])
    made, said = (bound.invoke(text).response_metadata["logprobs"] for text in ("What?", "And?"))
    assert "I add." in text_of(made["reasoning"])
    assert "23" in text_of(made["tool_calls"])
    assert made["content"] == []
    assert text_of(said["content"]) == "It is 24."
    assert all(entry["top_logprobs"] == [] for entry in said["content"])


def test_an_answer_of_a_form_is_content() -> None:
    structured = model(filled("Hm.", {"name": "Lyon"})).with_structured_output(City, include_raw=True)
    raw = structured.invoke("?")["raw"]
    assert "Lyon" in text_of(raw.response_metadata["logprobs"]["content"])


def test_only_who_asks_is_told() -> None:
    chat = ChatLlamaCpp(backend=Scripted(["One.", "Two.", "Three."]))
    assert "logprobs" not in chat.invoke("?").response_metadata
    assert chat.backend.requests[0].sampling.extra == {}
    told = chat.invoke("?", logprobs=True, top_logprobs=3).response_metadata["logprobs"]
    assert text_of(told["content"]) == "Two."
    assert chat.backend.requests[1].sampling.extra == {"n_probs": 3}
    assert "logprobs" not in chat.invoke("?").response_metadata


def test_alternatives_ask_for_logprobs_too() -> None:
    chat = ChatLlamaCpp(backend=Scripted(["x"]), top_logprobs=2)
    assert text_of(chat.invoke("?").response_metadata["logprobs"]["content"]) == "x"
    with pytest.raises(ValueError, match="top_logprobs is 2"):
        ChatLlamaCpp(backend=Scripted(["x"])).invoke("?", top_logprobs=2, logprobs=False)
    with pytest.raises(ValidationError, match="top_logprobs is 2"):
        ChatLlamaCpp(backend=Scripted(["x"]), top_logprobs=2, logprobs=False)


def test_generations_that_were_given_up_are_passed_over() -> None:
    """Arguments that broke a constraint were written a second time."""
    told = Told(0)
    for tokens, logprob in (((5, 6), -1.0), ((7, 8, 9), -2.0), ((7, 8, 3), -3.0)):
        told.begin().extend((token, TokenLogprob(token, b"x", logprob)) for token in tokens)
    spans = (Span(0, 2, "forced"), Span(2, 4, "thought"), Span(4, 5, "forced"), Span(5, 7, "answer"))
    kept = Step(tokens=(1, 1, 5, 6, 1, 8, 3), prompt_tokens=2, spans=spans)
    assert [entry["logprob"] for entry in told.of(kept)["reasoning"]] == [-1.0, -1.0]
    assert told.of(kept)["content"] == []  # no generation wrote this
    kept = Step(tokens=(1, 1, 5, 6, 1, 7, 8, 3), prompt_tokens=2, spans=(*spans[:3], Span(5, 8, "answer")))
    assert [entry["logprob"] for entry in told.of(kept)["content"]] == [-3.0] * 3


def test_of_a_token_that_nothing_was_told_of_nothing_is_said() -> None:
    told = Told(0)
    told.begin().extend([(5, None), (6, TokenLogprob(6, b"x", math.log(0.5)))])
    step = Step(tokens=(1, 5, 6), prompt_tokens=1, spans=(Span(1, 3, "answer"),))
    assert told.of(step)["content"] == [{"token": "x", "bytes": [120], "logprob": math.log(0.5), "top_logprobs": []}]
