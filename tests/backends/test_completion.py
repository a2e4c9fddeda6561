"""Exact chunks from a stream that is not exact, over all that a model may write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gba.backends.base import Chunk
from gba.backends.completion import CompletionReader, Spelling
from gba.backends.events import EventDecoder
from gba.backends.replies import Event, parse
from gba.backends.wire import Flow
from gba.errors import GenerationInterruptedError
from tests.helpers.fake_llama import EOS, FakeLlama


def drive(fake: FakeLlama, flow: Flow[Any]) -> Any:
    answer = None
    while True:
        try:
            call = flow.send(answer)
        except StopIteration as end:
            return end.value
        status, content = fake.answer(call.path, {}, call.body)
        assert status == 200
        assert isinstance(content, bytes)
        answer = parse(call.reply, content)


def read(
    output: list[int],
    stop: tuple[str, ...] = (),
    limit: int = 10_000,
    spelling: Spelling | None = None,
    n_probs: int = 0,
) -> list[Chunk]:
    fake = FakeLlama()
    reader, decoder = (
        CompletionReader(spelling or Spelling(), frozenset({EOS}), limit=limit),
        EventDecoder(tokens=limit),
    )
    chunks: list[Chunk] = []
    body = {"prompt": [1], "n_predict": limit, "stop": list(stop), "n_probs": n_probs}
    for data in fake.stream(body, output):
        for event in decoder.feed(data):
            chunks += drive(fake, reader.feed(event))
    assert reader.done
    return chunks


FAKE = FakeLlama()
WORDS = [FAKE.word(w) for w in ("the", " the", "\n", "\n\n", "ab", "b\nc", "é", "日", " 😀", "stop", "st", "op", "x")]
PARTS = st.lists(
    st.one_of(
        st.sampled_from([[word] for word in WORDS]),
        st.sampled_from([FAKE.byte_tokens(c) for c in "éü日😀\u2028\x85a\n"]),
        st.just([3]),  # a control token
    ),
    max_size=12,
).map(lambda parts: [token for part in parts for token in part])
STOPS = st.lists(st.sampled_from(["\n", "\n\n", "stop", "the", "b\n", "\nst", "é", "never"]), max_size=3).map(tuple)


@settings(max_examples=300, deadline=None)
@given(output=PARTS, stop=STOPS)
def test_tokens_and_text_are_exact(output: list[int], stop: tuple[str, ...]) -> None:
    """Whatever characters are cut into bytes, withheld or without text: the tokens are those that were generated."""
    chunks = read(output, stop)
    tokens = [token for chunk in chunks for token in chunk.tokens]
    text = "".join(chunk.text for chunk in chunks)
    last = chunks[-1]
    assert all(chunk.finish is None for chunk in chunks[:-1])
    assert last.finish == "stop" or (last.finish == "eog" and tokens == output)
    assert tokens == output[: len(tokens)]
    assert text == FAKE.spell(tokens).decode()
    assert last.timings is not None
    assert last.timings.predicted_n == len(tokens) + (last.finish == "eog")
    if last.finish == "stop":
        seen = text.replace("<|im_start|>", "")  # to the server a control token has no text
        assert any(word in seen for word in stop)


@settings(max_examples=100, deadline=None)
@given(output=PARTS, limit=st.integers(1, 20))
def test_a_limit_loses_at_most_an_unfinished_character(output: list[int], limit: int) -> None:
    chunks = read(output, (), limit)
    tokens = [token for chunk in chunks for token in chunk.tokens]
    generated = output[:limit]
    assert tokens == generated[: len(tokens)]
    assert "".join(chunk.text for chunk in chunks) == FAKE.spell(tokens).decode()
    lost = FAKE.spell(generated[len(tokens) :])
    assert len(lost) < 4
    assert not lost.decode(errors="ignore")


def test_text_comes_as_it_is_sent() -> None:
    chunks = read([FAKE.word("the"), FAKE.word(" the")])
    assert [(chunk.text, len(chunk.tokens)) for chunk in chunks] == [("the", 1), (" the", 1), ("", 0)]


def test_what_a_piece_spells_is_asked_once() -> None:
    spelling, newline = Spelling(), FAKE.word("\n")
    read([newline, FAKE.word("x"), newline, FAKE.word("x")], ("\n\n",), spelling=spelling)
    fake = FakeLlama()
    assert drive(fake, spelling.spell([newline, FAKE.word("x")])) == "\nx"
    assert not fake.requests


def test_bytes_that_are_no_character_do_not_stop_it() -> None:
    """What was sent as U+FFFD cannot be found again; the tokens are then those of the text."""
    output = [FAKE.word("the"), *FAKE.byte_tokens("é")[:1], FAKE.word("x"), FAKE.word(" the")]
    chunks = read(output)
    assert "".join(chunk.text for chunk in chunks) == "the\ufffdx the"
    tokens = [token for chunk in chunks for token in chunk.tokens]
    assert tokens[0] == output[0]
    assert tokens[-1] == output[-1]


def feed_all(events: list[dict[str, Any]]) -> list[Chunk]:
    fake, reader = FakeLlama(), CompletionReader(Spelling(), frozenset({EOS}), limit=100)
    return [chunk for event in events for chunk in drive(fake, reader.feed(Event.model_validate(event)))]


def test_servers_without_token_ids() -> None:
    chunks = feed_all([{"content": "the the"}, {"content": "", "stop": True, "stopped_eos": True}])
    assert [token for chunk in chunks for token in chunk.tokens] == [FAKE.word("the"), FAKE.word(" the")]
    assert chunks[-1].finish == "eog"


@pytest.mark.parametrize("kind, finish", [("eos", "eog"), ("word", "stop"), ("limit", "length")])
def test_older_names_of_the_end(kind: str, finish: str) -> None:
    written = {"content": "x", "tokens": [FAKE.word("x")]}
    assert feed_all([written, {"content": "", "stop": True, f"stopped_{kind}": True}])[-1].finish == finish


def test_older_timings() -> None:
    [chunk] = feed_all(
        [{"stop": True, "stop_type": "eos", "tokens_evaluated": 9, "timings": {"prompt_n": 2, "predicted_n": 0}}]
    )
    assert chunk.timings is not None
    assert (chunk.timings.cache_n, chunk.timings.prompt_n) == (7, 2)


def test_counts_that_run_ahead_lose_nothing() -> None:
    """Speculative decoding in some builds counts all accepted tokens before it sends the first."""
    x, the = FAKE.word("x"), FAKE.word("the")
    chunks = feed_all(
        [
            {"content": "x", "tokens": [x], "tokens_predicted": 3},
            {"content": "the", "tokens": [the], "tokens_predicted": 3},
            {"content": "x", "tokens": [x], "tokens_predicted": 3},
            {"stop": True, "stop_type": "limit", "tokens_predicted": 3},
        ]
    )
    assert [token for chunk in chunks for token in chunk.tokens] == [x, the, x]
    assert "".join(chunk.text for chunk in chunks) == "xthex"


def test_an_error_in_the_stream_keeps_what_there_was() -> None:
    fake, reader = FakeLlama(), CompletionReader(Spelling(), frozenset({EOS}), limit=9)
    drive(fake, reader.feed(Event(content="x", tokens=[FAKE.word("x")], tokens_predicted=1)))
    with pytest.raises(GenerationInterruptedError, match="out of memory") as caught:
        drive(fake, reader.feed(Event(error={"message": "out of memory"})))
    assert (caught.value.text, caught.value.tokens) == ("x", (FAKE.word("x"),))


@settings(max_examples=100, deadline=None)
@given(output=PARTS, stop=STOPS)
def test_each_token_has_its_own_logprob(output: list[int], stop: tuple[str, ...]) -> None:
    chunks = read(output, stop, n_probs=2)
    for chunk in chunks:
        assert len(chunk.logprobs) in {0, len(chunk.tokens)}
        for token, told in zip(chunk.tokens, chunk.logprobs, strict=False):
            if told is not None:
                assert (told.token, told.logprob, told.data) == (token, -float(token), FAKE.spell([token]))
                assert [other.token for other in told.top] == [token, (token + 1) % len(FAKE.pieces)]
    if not stop and all(token in WORDS for token in output):
        assert all(told is not None for chunk in chunks for told in chunk.logprobs)
        assert sum(len(chunk.logprobs) for chunk in chunks) == len(output)
    assert not any(chunk.logprobs for chunk in read(output, stop))


@pytest.mark.parametrize("told", [{"token": "x", "prob": 0.5}, {"id": 5, "bytes": [120], "logprob": None}, {}])
def test_probabilities_in_another_form_are_left_out(told: dict[str, Any]) -> None:
    fake = FakeLlama()
    reader = CompletionReader(Spelling(), frozenset({EOS}), limit=9)
    event = {"content": "x", "tokens": [fake.word("x")], "tokens_predicted": 1, "completion_probabilities": [told]}
    chunks = drive(fake, reader.feed(parse(Event, json.dumps(event).encode())))
    assert [chunk.logprobs for chunk in chunks] == [()]


@pytest.mark.parametrize("code, status", [(503, 503), (7, 500), ("no", 500), (None, 500)])
def test_an_error_in_the_stream_has_a_status(code: object, status: int) -> None:
    fake = FakeLlama()
    reader = CompletionReader(Spelling(), frozenset({EOS}), limit=9)
    event = {"error": {"message": "slot gone", "code": code}}
    with pytest.raises(GenerationInterruptedError, match="slot gone") as caught:
        drive(fake, reader.feed(parse(Event, json.dumps(event).encode())))
    assert (caught.value.status, caught.value.timed_out) == (status, False)
