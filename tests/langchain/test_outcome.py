"""A step becomes one message, and its events become chunks that add up to the same message."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from langchain_core.messages import AIMessageChunk, message_chunk_to_message

from gba.backends.base import Properties, Timings
from gba.chat.events import (
    AnswerDelta,
    ArgumentsDelta,
    CallDone,
    Event,
    Retry,
    StepDone,
    ThoughtDelta,
    ToolChosen,
)
from gba.chat.messages import Span, Step, Usage
from gba.langchain.outcome import Chunks, to_ai_message, usage_metadata
from gba.schema.tools import ToolCall

PROPERTIES = Properties(context=2048, model="/models/tiny.gguf", build="b9999")
CALLED = Step(
    thought="I add.",
    calls=(ToolCall("add", {"a": 1, "b": 2}, "c1"),),
    finish="tool_calls",
    closed=True,
    usage=Usage(evaluated=70, cached=60, generated=12, forced=30, context=142, call_generated=6, call_total=36),
    timings=Timings(60, 70, 12, 5.0, 7.0),
    prompt_tokens=100,
    spans=(Span(0, 100, "forced"), Span(100, 105, "thought", eog=True), Span(105, 135, "forced")),
    requests=3,
)
CALL_EVENTS: tuple[Event, ...] = (
    ThoughtDelta("I "),
    ThoughtDelta("add."),
    ToolChosen(0, "c1", "add"),
    ArgumentsDelta(0, "c1", '{"a": 1'),
    ArgumentsDelta(0, "c1", ', "b": 2}'),
    CallDone(0, "c1", "add", {"a": 1, "b": 2}),
    StepDone(CALLED),
)


def streamed(events: Sequence[Event]) -> list[AIMessageChunk]:
    chunks = Chunks()
    made = [chunks.of(event) for event in events]
    messages = [chunk.message for chunk in [*made, chunks.last(PROPERTIES, "tiny.gguf")] if chunk is not None]
    assert all(isinstance(message, AIMessageChunk) for message in messages)
    return messages  # type: ignore[return-value]


def test_a_call_becomes_a_message_with_everything_about_it() -> None:
    message = to_ai_message(CALLED, PROPERTIES, "tiny.gguf")
    assert message.content == ""
    assert message.tool_calls == [{"name": "add", "args": {"a": 1, "b": 2}, "id": "c1", "type": "tool_call"}]
    assert [block["type"] for block in message.content_blocks] == ["reasoning", "tool_call"]
    assert message.content_blocks[0] == {"type": "reasoning", "reasoning": "I add."}
    expected = {
        "model_provider": "llama.cpp",
        "model_name": "tiny.gguf",
        "build": "b9999",
        "finish_reason": "tool_calls",
        "closed": True,
        "requests": 3,
        "generated_tokens": 12,
        "forced_tokens": 30,
        "evaluated_tokens": 70,
        "context_tokens": 142,
    }
    assert expected.items() <= message.response_metadata.items()
    assert message.response_metadata["timings"]["predicted_n"] == 12


def test_usage_counts_every_token_once() -> None:
    usage = usage_metadata(CALLED)
    assert usage == {
        "input_tokens": 130,
        "output_tokens": 12,
        "total_tokens": 142,
        "input_token_details": {"cache_read": 60},
        "output_token_details": {"reasoning": 6},
    }


def test_chunks_add_up_to_the_message() -> None:
    total = reduce(add, streamed(CALL_EVENTS))
    message = message_chunk_to_message(total)
    whole = to_ai_message(CALLED, PROPERTIES, "tiny.gguf")
    for field in ("content", "additional_kwargs", "tool_calls", "usage_metadata", "response_metadata"):
        assert getattr(message, field) == getattr(whole, field), field
    assert message.content_blocks == whole.content_blocks
    assert total.chunk_position == "last"


def test_calls_come_as_they_are_decoded_under_one_index_and_id() -> None:
    pieces = [chunk.tool_call_chunks[0] for chunk in streamed(CALL_EVENTS) if chunk.tool_call_chunks]
    assert [piece["args"] for piece in pieces] == ["", '{"a": 1', ', "b": 2}']
    assert [piece["id"] for piece in pieces] == ["c1", None, None]
    assert {piece["index"] for piece in pieces} == {1}  # the thought is block 0


def test_a_streamed_thought_is_the_thought_of_the_step() -> None:
    pieces = ["<th", "ink>\n I", " add", ". 1 <", " 2 \n", "</thin", "k>\n\n"]
    events: list[Event] = [*map(ThoughtDelta, pieces), StepDone(Step(thought="I add. 1 < 2"))]
    total = reduce(add, streamed(events))
    assert total.additional_kwargs == {"reasoning_content": "I add. 1 < 2"}


def test_only_the_last_chunk_counts_tokens() -> None:
    chunks = streamed(CALL_EVENTS)
    assert [chunk.usage_metadata is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


def test_several_calls_stay_apart() -> None:
    calls = (ToolCall("add", {"a": 1}, "c1"), ToolCall("add", {"a": 2}, "c2"))
    events: list[Event] = []
    for index, call in enumerate(calls):
        text = json.dumps(call.arguments)
        events += [ToolChosen(index, call.id, "add"), ArgumentsDelta(index, call.id, text)]
        events.append(CallDone(index, call.id, "add", dict(call.arguments)))
    total = reduce(add, streamed([*events, StepDone(Step(calls=calls))]))
    assert [(call["id"], call["args"]) for call in total.tool_calls] == [("c1", {"a": 1}), ("c2", {"a": 2})]


def test_what_is_written_again_is_not_streamed_twice() -> None:
    events: list[Event] = [
        ToolChosen(0, "c1", "pick", final=False),
        ArgumentsDelta(0, "c1", '{"n": 4}'),
        Retry(0, "c1", ("4 is not a multiple of 3",)),
        ArgumentsDelta(0, "c1", '{"n": 6}'),
        CallDone(0, "c1", "pick", {"n": 6}),
        StepDone(Step(calls=(ToolCall("pick", {"n": 6}, "c1"),))),
    ]
    total = reduce(add, streamed(events))
    assert total.tool_calls[0]["args"] == {"n": 6}
    answered: list[Event] = [
        AnswerDelta('{"n": 4}', final=False),
        Retry(0, "c1", ("…",)),
        AnswerDelta('{"n": 6}', final=False),
        StepDone(Step(content='{"n": 6}')),
    ]
    assert reduce(add, streamed(answered)).content == '{"n": 6}'


def test_an_answer_comes_token_by_token() -> None:
    events: list[Event] = [AnswerDelta("It "), AnswerDelta("is 3."), StepDone(Step(content="It is 3."))]
    chunks = streamed(events)
    assert [chunk.content for chunk in chunks] == ["It ", "is 3.", ""]
    assert reduce(add, chunks).content == "It is 3."


def test_a_message_without_a_thought_has_no_reasoning() -> None:
    message: Any = to_ai_message(Step(content="Hi."), PROPERTIES, "m")
    assert message.additional_kwargs == {}
    assert message.content_blocks == [{"type": "text", "text": "Hi."}]
