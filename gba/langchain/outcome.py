"""What a step gave, as LangChain's messages: whole, or piece by piece as it happens."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from gba.backends.base import Properties
from gba.chat.choices import Choice
from gba.chat.events import AnswerDelta, ArgumentsDelta, CallDone, Event, Retry, StepDone, ThoughtDelta, ToolChosen
from gba.chat.logprobs import Told
from gba.chat.messages import Step
from gba.langchain.messages import REASONING_KEY

__all__ = ["PROVIDER", "Chunks", "response_metadata", "to_ai_message", "usage_metadata"]

PROVIDER = "llama.cpp"

_TAG = re.compile(r"</?think(?:ing)?>")
_PERHAPS_A_TAG = re.compile(r"<[/a-z]{0,9}$")


def to_ai_message(step: Step, properties: Properties, model_name: str, told: Told | None = None) -> AIMessage:
    """The assistant's message of a step. ``told``: the logprobs, where they were asked for."""
    return AIMessage(
        content=step.content,
        additional_kwargs={REASONING_KEY: step.thought} if step.thought else {},
        tool_calls=[tool_call(name=call.name, args=dict(call.arguments), id=call.id) for call in step.calls],
        usage_metadata=usage_metadata(step),
        response_metadata=response_metadata(step, properties, model_name, told),
    )


def usage_metadata(step: Step) -> UsageMetadata:
    """The tokens of a step, each counted once.

    ``input_tokens`` were put in: the prompt, and what the grammar forced; ``output_tokens`` were generated, those of
    the thought among them. Their sum is the length of the conversation so far, end-of-generation tokens included.
    """
    given = step.prompt_tokens + step.usage.forced
    thought = sum(span.end - span.start + span.eog for span in step.spans if span.kind == "thought")
    return UsageMetadata(
        input_tokens=given,
        output_tokens=step.usage.generated,
        total_tokens=given + step.usage.generated,
        input_token_details={"cache_read": min(step.usage.cached, given)},
        output_token_details={"reasoning": min(thought, step.usage.generated)},
    )


def response_metadata(step: Step, properties: Properties, model_name: str, told: Told | None = None) -> dict[str, Any]:
    """How the step went: why it ended, what it cost, and which llama.cpp ran it.

    ``choices``: for each choice between tools and an answer (``respond``) what was ``chosen``, its ``probability``, and
    the probabilities of all ``alternatives`` by name; see `gba.chat.choices.Choice`. ``looped``: the thought,
    arguments or the answer that was ended because the model repeated itself.
    """
    metadata: dict[str, Any] = {
        "model_provider": PROVIDER,
        "model_name": model_name,
        "build": properties.build,
        "finish_reason": step.finish,
        "closed": step.closed,
        "requests": step.requests,
        "chat_format": step.chat_format,
        "timings": asdict(step.timings),
        "generated_tokens": step.usage.generated,
        "forced_tokens": step.usage.forced,
        "evaluated_tokens": step.usage.evaluated,
        "context_tokens": step.usage.context,
    }
    if step.choices:
        metadata["choices"] = [_choice(choice) for choice in step.choices]
    if step.looped:
        metadata["looped"] = list(step.looped)
    return metadata if told is None else {**metadata, "logprobs": told.of(step)}


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "chosen": choice.chosen,
        "probability": choice.probability,
        "alternatives": dict(choice.probabilities),
    }


class Chunks:
    """Turns the events of one step into LangChain's chunks.

    A chunk cannot be taken back. So what is not ``final``, because it may have to be written again, is held until it is
    valid. A call's ``index`` counts content blocks, as LangChain has it: the thought is one. ``step``: the whole step,
    after its last event.
    """

    def __init__(self, told: Told | None = None) -> None:
        self._told, self._answer_held = told, False
        self._first, self._live, self._held = 0, False, ""
        self._raw, self._shown = "", ""
        self.step = Step()

    def of(self, event: Event) -> ChatGenerationChunk | None:
        """The chunk that an event makes, or None."""
        match event:
            case ThoughtDelta(text):
                return self._thought(text)
            case ToolChosen(index, call_id, name, final):
                self._live, self._held = final, ""
                return self._call(index, name=name, call_id=call_id, args="")
            case ArgumentsDelta(index, _, text) if self._live:
                return self._call(index, args=text)
            case ArgumentsDelta(_, _, text):
                self._held += text
            case Retry():
                self._held = ""
            case CallDone(index):
                return self._released(index)
            case AnswerDelta(text, True):
                return _chunk(content=text)
            case AnswerDelta():
                self._answer_held = True
            case StepDone(step):
                self.step = step
        return None

    def _thought(self, text: str) -> ChatGenerationChunk | None:
        """More of the thought, without the tags and the white space around it that are no part of it.

        What might be either is held until it is known: streamed and whole thoughts are to be the same, for they lead
        to the same tokens in the next step's prompt.
        """
        self._raw += text
        sure = _TAG.sub("", _PERHAPS_A_TAG.sub("", self._raw)).strip()
        new, self._shown = sure[len(self._shown) :], sure
        if not new:
            return None
        self._first = 1
        return _chunk(additional_kwargs={REASONING_KEY: new})

    def _released(self, index: int) -> ChatGenerationChunk | None:
        return self._call(index, args=self._held) if self._held else None

    def _call(
        self, index: int, *, args: str, name: str | None = None, call_id: str | None = None
    ) -> ChatGenerationChunk:
        piece = tool_call_chunk(name=name, args=args, id=call_id, index=self._first + index)
        return _chunk(tool_call_chunks=[piece])

    def last(self, properties: Properties, model_name: str, *, usage: bool = True) -> ChatGenerationChunk:
        """The chunk that ends the stream, after all events: metadata, and the ``usage``."""
        return _chunk(
            content=self.step.content if self._answer_held else "",
            usage_metadata=usage_metadata(self.step) if usage else None,
            response_metadata=response_metadata(self.step, properties, model_name, self._told),
            chunk_position="last",
        )


def _chunk(*, content: str = "", **fields: Any) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=content, **fields))
