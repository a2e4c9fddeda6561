"""What no llama-server answers: each of it is a typed error, reading has an end, and nothing wrong is kept."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.attack.server_faults import cases
from gba.backends.base import Chunk
from gba.backends.events import EventDecoder
from gba.backends.server import LlamaServer
from gba.chat.engine import Engine
from gba.chat.messages import Message
from gba.errors import (
    BackendError,
    ContextOverflowError,
    GenerationInterruptedError,
    GrammarError,
    ServerResponseError,
)
from gba.schema.tools import ToolSpec
from tests.helpers.fake_llama import FakeLlama, Listening

USER = [Message("user", "the x")]
SEARCH = ToolSpec("search", "Searches.", {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]})


def client_of(fake: FakeLlama) -> LlamaServer:
    return LlamaServer("http://fake:8080", transport=fake.transport())


def event(**fields: Any) -> bytes:
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


@pytest.mark.parametrize("case", cases()[::20], ids=lambda case: case.name)
def test_some_of_the_attack(case: Any) -> None:
    case.run()  # raises AssertionError unless the case holds


def test_the_attack_is_large_enough() -> None:
    names = [case.name for case in cases()]
    assert len(names) == len(set(names)) >= 200


@pytest.mark.parametrize("tokens", [[None], ["5"], [5.0], [True], [-1], [2**31], {"0": 5}, "5", None])
def test_tokens_that_are_none(tokens: Any) -> None:
    fake = FakeLlama()
    fake.overrides["/tokenize"] = fake.ok({"tokens": tokens})
    with client_of(fake) as backend, pytest.raises(ServerResponseError, match="no llama-server"):
        backend.tokenize("x")
    fake = FakeLlama()
    fake.overrides["/completion"] = (200, event(content="x", tokens=tokens or [None]))
    with client_of(fake) as backend, pytest.raises(GenerationInterruptedError, match="no event of a llama-server"):
        list(backend.complete([1, 5]))


@pytest.mark.parametrize("timings", ["x", [], {"prompt_n": "x"}, {"prompt_n": -1}, {"predicted_ms": 1e300}, 3])
def test_timings_that_are_none(timings: Any) -> None:
    fake = FakeLlama()
    last = event(content="", stop=True, stop_type="eos", tokens_predicted=2, timings=timings)
    fake.overrides["/completion"] = (200, event(content="x", tokens=[fake.word("x")]) + last)
    with client_of(fake) as backend, pytest.raises(GenerationInterruptedError, match="timings") as caught:
        list(backend.complete([1, 5]))
    assert caught.value.text == "x"


def test_numbers_that_a_server_has_none_for() -> None:
    """llama-server writes null for what is not finite."""
    fake = FakeLlama()
    last = event(content="", stop=True, stop_type="eos", tokens_predicted=1, timings={"prompt_ms": None, "prompt_n": 2})
    fake.overrides["/completion"] = (200, last)
    with client_of(fake) as backend:
        timings = list(backend.complete([1, 5]))[-1].timings
    assert timings is not None
    assert (timings.prompt_ms, timings.prompt_n) == (0.0, 2)


@pytest.mark.parametrize("slots", [-1, 0, 10**9, "4", 4.0, True, None])
def test_slots_that_cannot_be(slots: Any) -> None:
    fake = FakeLlama()
    fake.overrides["/props"] = fake.ok({**fake.props(), "total_slots": slots})
    with client_of(fake) as backend, pytest.raises(ServerResponseError, match="total_slots"):
        backend.properties()


def test_a_count_of_a_billion_takes_no_memory() -> None:
    fake = FakeLlama()
    fake.overrides["/completion"] = (200, event(content="x", tokens=[fake.word("x")], tokens_predicted=10**9))
    with client_of(fake) as backend:
        backend.properties()
        tracemalloc.start()
        with pytest.raises(GenerationInterruptedError, match="does not keep to the 510 tokens"):
            list(backend.complete([1, 5]))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 10 * 2**20


@pytest.mark.parametrize("asked", [1, 3])
def test_a_server_that_ignores_how_much_was_asked_for(asked: int) -> None:
    fake = FakeLlama()
    x = fake.word("x")

    def endless(*_: Any) -> Iterator[bytes]:
        count = 0
        while True:
            count += 1
            yield event(content="x", tokens=[x], tokens_predicted=count)

    fake.stream = endless  # type: ignore[method-assign]
    fake.output = [[]]
    with Listening(fake) as listening, LlamaServer(listening.url) as backend:
        received: list[Chunk] = []
        with pytest.raises(GenerationInterruptedError, match=f"keep to the {asked} tokens") as caught:
            received.extend(backend.complete([1, 5], max_tokens=asked))
        assert caught.value.tokens == (x,) * asked
        assert caught.value.text == "x" * asked


def test_an_empty_answer_of_the_tokenizer_is_not_kept() -> None:
    fake = FakeLlama()
    with client_of(fake) as backend:
        engine = Engine(backend, chat_format="chatml")
        fake.overrides["/tokenize"] = fake.ok({"tokens": []})
        backend._watch.doubt()
        with pytest.raises(BackendError, match="0 tokens of a text of"):
            engine.count_tokens(USER)
        del fake.overrides["/tokenize"]
        assert engine.count_tokens(USER) == Engine(client_of(FakeLlama()), chat_format="chatml").count_tokens(USER)
        assert backend.tokenize("") == []


def test_more_tokens_than_characters() -> None:
    fake = FakeLlama()
    fake.overrides["/tokenize"] = fake.ok({"tokens": [7] * 1000})
    with client_of(fake) as backend, pytest.raises(BackendError, match="1000 tokens of a text of 1 bytes"):
        backend.tokenize("x")


def fed(part: bytes) -> int:
    """How often a decoder takes the same part before it gives up, for a generation of ten tokens."""
    decoder = EventDecoder(tokens=10)
    with contextlib.suppress(ValueError):
        for count in itertools.count():
            assert count < 100_000
            assert not list(decoder.feed(part))
    return count


def test_a_line_without_an_end_is_not_read_for_ever() -> None:
    assert fed(b"x" * 65536) < 100


def test_lines_without_events_are_not_read_for_ever() -> None:
    assert fed(b": ping\n") < 10_000


def test_a_line_in_many_small_pieces() -> None:
    """Each byte is looked at once, however small the pieces are."""
    data = event(content="x" * 100_000, tokens=[5])
    decoder = EventDecoder(tokens=10)
    found = [each for start in range(0, len(data), 7) for each in decoder.feed(data[start : start + 7])]
    assert [each.content for each in found] == ["x" * 100_000]


def test_compressed_answers_are_refused() -> None:
    body = gzip.compress(b" " * 10**7)
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with (
        Listening(FakeLlama(), raw={"/props": lambda: iter([raw])}) as listening,
        LlamaServer(listening.url) as backend,
        pytest.raises(ServerResponseError, match="'gzip', which was not asked for"),
    ):
        backend.properties()


def test_a_short_answer_has_to_come_in_time() -> None:
    def trickle() -> Iterator[bytes]:
        for _ in range(200):
            time.sleep(0.02)
            yield b" "

    fake = FakeLlama()
    fake.overrides["/props"] = (200, trickle())
    with (
        Listening(fake) as listening,
        LlamaServer(listening.url, timeout=0.3) as backend,
        pytest.raises(ServerResponseError, match="does not end"),
    ):
        backend.properties()


@pytest.mark.parametrize(
    "answer, error",
    [
        ({"message": "failed to parse grammar"}, GrammarError),
        ({"message": "x", "type": "exceed_context_size_error", "n_prompt_tokens": 9, "n_ctx": 8}, ContextOverflowError),
        ({"message": "x"}, ServerResponseError),
    ],
)
def test_errors_tell_what_was_written(answer: dict[str, Any], error: type[Exception]) -> None:
    """The thought was written before the request that fails."""
    fake = FakeLlama()
    fake.output = [[fake.word("the"), fake.word("x")]]
    stream = fake.on_completion

    def second_fails(body: dict[str, Any]) -> Any:
        return stream(body) if fake.output else (400, json.dumps({"error": answer}).encode())

    fake.on_completion = second_fails  # type: ignore[method-assign]
    with client_of(fake) as backend, pytest.raises(error) as caught:
        Engine(backend, chat_format="chatml").step(USER, [SEARCH])
    assert caught.value.thought == "thex"  # type: ignore[attr-defined]


def test_a_server_that_writes_nothing_is_not_asked_for_ever() -> None:
    fake = FakeLlama()
    last = event(content="", tokens=[], stop=True, stop_type="limit", tokens_predicted=1)
    fake.on_completion = lambda _: (200, last)  # type: ignore[method-assign]
    with client_of(fake) as backend, pytest.raises(BackendError, match="nothing came of 16 generations"):
        Engine(backend, chat_format="chatml").step(USER, [SEARCH, ToolSpec("send", "", SEARCH.parameters)])
    assert len(fake.requests) < 100
