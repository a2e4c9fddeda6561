"""LanguageBackend on a llama-server, on llama.cpp in process and on transformers: the same of each."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gba import LlamaInProcess, LlamaServer, Transformers
from gba.backends.base import Sampling
from gba.errors import ContextOverflowError, ConversationError, OptionsError
from gba.llm import LanguageBackend
from gba.models import packaged

GREEDY = Sampling(temperature=0)
TALK = [("system", "Be brief."), ("user", "Which one is it?")]
OPTIONS = ["yes", "no", "nobody at all", "日本"]


@pytest.fixture(scope="module")
def every(server: LlamaServer, in_process: LlamaInProcess, by_transformers: Transformers) -> list[LanguageBackend]:
    return [LanguageBackend(backend, sampling=GREEDY) for backend in (in_process, server, by_transformers)]


@pytest.mark.parametrize("by, length", [("grammar", "sum"), ("logprobs", "sum"), ("logprobs", "tokens")])
def test_choices_are_the_same_on_each_backend(every: list[LanguageBackend], by: Any, length: Any) -> None:
    first, *others = [llm.choose_from_options(TALK, OPTIONS, by=by, length=length) for llm in every]
    assert math.fsum(first.probabilities.values()) == pytest.approx(1)
    for other in others:
        assert other.probabilities == pytest.approx(first.probabilities, rel=0.05, abs=0.002)
        assert other.ranked == first.ranked


def test_both_ways_give_the_same_order_of_what_a_model_has_learnt() -> None:
    path = packaged()
    options = ["I will use calculate.", "I have the result.", "The moon is blue."]
    with LlamaInProcess(path) as one, Transformers(path) as other:
        ranked = [
            LanguageBackend(backend).choose_from_options("What is 2 + 2?", options, by=by).ranked  # type: ignore[arg-type]
            for backend in (one, other)
            for by in ("grammar", "logprobs")
        ]
    assert all(order == ranked[0] for order in ranked)


def test_tokens_are_counted_as_they_are_given_to_the_model(every: list[LanguageBackend]) -> None:
    for llm in every:
        step = llm.chat_completion(TALK, max_tokens=5)
        asked = llm.history[-1]
        assert llm.count_tokens(TALK) == len(asked.prompt) == step.prompt_tokens
        assert asked.answer == step.answer
        assert "Which one is it?" in llm.text(asked)
        assert llm.count_tokens("Which") == len(llm.backend.tokenize("Which"))
    assert len({llm.count_tokens(TALK) for llm in every}) == 1


def test_a_grammar_holds(every: list[LanguageBackend]) -> None:
    for llm in every:
        assert llm.chat_completion(TALK, grammar='root ::= [0-9] "-" [0-9]', max_tokens=20).answer[1] == "-"


def test_a_conversation_that_is_too_long_is_an_error_with_the_numbers(in_process: LlamaInProcess) -> None:
    llm = LanguageBackend(in_process)
    needed = llm.count_tokens([("user", "word " * 3000)])
    with pytest.raises(ContextOverflowError, match=f"{needed} tokens.*overflow='trim'") as caught:
        llm.chat_completion("word " * 3000)
    assert (caught.value.needed, caught.value.available) == (needed, in_process.properties().context - 64)
    with pytest.raises(ContextOverflowError):
        llm.choose_from_options("word " * 3000, ["a", "b"])
    assert llm.history == ()


def test_the_oldest_exchanges_are_left_out_whole(in_process: LlamaInProcess) -> None:
    llm = LanguageBackend(in_process, overflow="trim", sampling=GREEDY)
    room = in_process.properties().context - 8
    exchange = [("user", "old " * 100), ("assistant", "yes")]
    talk = [("system", "Be brief."), *exchange * 60, ("user", "and now?")]
    llm.chat_completion(talk, max_tokens=8)
    asked = llm.history[-1]
    assert asked.messages[0].role == "system"
    assert asked.messages[-1].content == "and now?"
    assert asked.messages[1].role == "user"
    assert asked.dropped % 2 == 0
    assert asked.dropped > 0
    assert len(asked.prompt) <= room < llm.count_tokens([*talk[:1], *exchange, *_pairs(asked)])
    with pytest.raises(ContextOverflowError):
        llm.chat_completion("word " * 3000)


def _pairs(asked: Any) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in asked.messages[1:]]


def test_the_history_is_bounded(in_process: LlamaInProcess) -> None:
    llm = LanguageBackend(in_process, history=2, max_tokens=2)
    for text in ("one", "two", "three"):
        llm.chat_completion(text)
    assert [asked.messages[0].content for asked in llm.history] == ["two", "three"]


def test_bad_input(in_process: LlamaInProcess) -> None:
    llm = LanguageBackend(in_process)
    with pytest.raises(OptionsError):
        llm.choose_from_options("which?", ["a", "a"])
    with pytest.raises(ConversationError, match="message 0"):
        llm.chat_completion([("robot", "hello")])
    with pytest.raises(ConversationError, match="'gramar'"):
        llm.choose_from_options("which?", ["a", "b"], by="gramar")  # type: ignore[arg-type]
    with pytest.raises(ConversationError, match="overflow"):
        LanguageBackend(in_process, overflow="cut")  # type: ignore[arg-type]
