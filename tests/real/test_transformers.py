"""SmolLM2 by transformers and by llama.cpp, on the same weights: the same text, and the same order of choices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from gba import ChatLlamaCpp, LlamaInProcess, MathTool, Transformers, create_agent
from gba.backends.base import Backend, Sampling
from gba.llm import LanguageBackend
from gba.llm.options import By
from tests.helpers.gguf_f32 import write_f32
from tests.helpers.real_models import smollm2

REQUESTS = [
    "What is the capital of France?",
    "Write a sentence about the sea.",
    "Name three colours.",
    "Why is the sky blue?",
    "Translate 'good morning' into Spanish.",
    "What is a prime number?",
    "Give me a recipe for pancakes.",
    "Who wrote Hamlet?",
    "Count from one to ten.",
    "Explain photosynthesis to a child.",
]
CHOICES = [
    ("Is fire hot or cold?", ["hot", "cold", "a kind of music"]),
    ("Which animal says meow?", ["cat", "catfish", "dog", "elephant"]),
    ("What colour is grass?", ["green", "blue", "purple with orange dots"]),
]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Backend, Backend]]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more of them collapse where the machine has other work
    path = write_f32(smollm2(), tmp_path_factory.mktemp("f32") / "SmolLM2-135M-Instruct-f32.gguf")
    with (
        LlamaInProcess(path, context=1024, threads=1) as llama,
        Transformers(path, context=1024, dtype="float32") as ours,
    ):
        yield llama, ours
    torch.set_num_threads(threads)
    path.unlink()


def test_greedy_text_is_that_of_llama_cpp(both: tuple[Backend, Backend]) -> None:
    greedy = Sampling(temperature=0)
    texts = [
        [LanguageBackend(one, sampling=greedy, max_tokens=30).chat_completion(request).answer for request in REQUESTS]
        for one in both
    ]
    differing = [pair for pair in zip(*texts, strict=True) if pair[0] != pair[1]]
    assert all(map(len, texts[0]))
    assert len(differing) <= 2, differing


def test_choices_are_those_of_llama_cpp(both: tuple[Backend, Backend]) -> None:
    ways: tuple[By, ...] = ("grammar", "logprobs")
    for asked, options in CHOICES:
        for by in ways:
            first, other = [LanguageBackend(one).choose_from_options(asked, options, by=by) for one in both]
            assert sum(first.probabilities.values()) == pytest.approx(1)
            assert other.probabilities == pytest.approx(first.probabilities, abs=0.01)
            assert other.ranked == first.ranked


@pytest.mark.parametrize("asked, options", [("Is fire hot or cold?", ["hot", "cold"]), ("Is it so?", ["Yes", "No"])])
def test_both_ways_give_one_order_of_single_words(
    both: tuple[Backend, Backend], asked: str, options: list[str]
) -> None:
    """Of longer texts they need not: what a grammar forces costs nothing."""
    ways: tuple[By, ...] = ("grammar", "logprobs")
    ranked = [LanguageBackend(one).choose_from_options(asked, options, by=by).ranked for one in both for by in ways]
    assert all(order == ranked[0] for order in ranked), ranked


def test_an_agent_s_calls_are_valid(both: tuple[Backend, Backend]) -> None:
    model = ChatLlamaCpp(backend=both[1], temperature=0, max_tokens=96, max_thought_tokens=16, max_repeats=1)
    agent = create_agent(model, [MathTool()], max_steps=3)
    messages = agent.invoke({"messages": [("user", "What is 12 times 7?")]})["messages"]
    calls = [call for message in messages for call in getattr(message, "tool_calls", ())]
    assert all(call["name"] == "calculate" and list(call["args"]) == ["question"] for call in calls)
    assert not any(getattr(message, "invalid_tool_calls", ()) for message in messages)
    assert messages[-1].type == "ai"
    assert messages[-1].content
    forced = model.bind_tools([MathTool()], tool_choice="any").invoke("What is 12 times 7?")
    assert forced.tool_calls
    assert set(forced.tool_calls[0]["args"]) == {"question"}
