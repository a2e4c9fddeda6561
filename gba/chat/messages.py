"""What a conversation is made of, to the core: messages, and the record of one step of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from gba.backends.base import Timings
from gba.chat.choices import Choice
from gba.errors import ConversationError
from gba.schema.tools import ToolCall

__all__ = ["FinishReason", "Looped", "Message", "Part", "Role", "Span", "SpanKind", "Step", "Usage", "check_order"]

Role = Literal["system", "user", "assistant", "tool"]
SpanKind = Literal["forced", "thought", "choice", "argument", "answer"]
FinishReason = Literal["stop", "tool_calls", "length"]
Looped = Literal["thought", "arguments", "answer"]
"""What of a step can be ended because the model says the same thing over and over."""


@dataclass(frozen=True)
class Message:
    """One message. ``thought`` and ``calls`` are an assistant's; a tool message answers the call ``call_id``."""

    role: Role
    content: str = ""
    thought: str = ""
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Span:
    """The tokens ``start`` to ``end`` (exclusive) of a step's transcript, and how they came there.

    ``forced`` ones were put into the prompt, all others were generated. ``eog`` tells that the model ended the span
    with an end-of-generation token, which is not part of the transcript.
    """

    start: int
    end: int
    kind: SpanKind
    eog: bool = False


@dataclass(frozen=True)
class Part:
    """A part of a call's arguments, as its syntax writes them: ``forced`` by the grammar, or written by the model."""

    text: str
    forced: bool


@dataclass(frozen=True)
class Usage:
    """Tokens of one step. All are counts; the first three come from llama.cpp's counters.

    ``evaluated``: prompt tokens that were evaluated; ``cached``: those found in the KV cache; ``generated``: sampled
    tokens, end-of-generation ones included; ``forced``: tokens of the assistant's turn that were not generated;
    ``context``: length of the whole transcript; ``call_generated`` and ``call_total``: the sampled tokens of the call
    pass (end-of-generation ones included) and all tokens of the calls' text.
    """

    evaluated: int = 0
    cached: int = 0
    generated: int = 0
    forced: int = 0
    context: int = 0
    call_generated: int = 0
    call_total: int = 0


@dataclass(frozen=True)
class Step:
    """What one step of the model gave.

    ``thought``: what it thought before. ``content``: the answer, or the text before the calls; with a response schema
    the answer is that JSON text. ``closed``: the budget ran out, or the model repeated itself, and the text was ended
    along the grammar's shortest completion. ``prompt_tokens`` is where the assistant's turn begins in ``tokens``, the
    whole transcript. ``requests``: how many generations it took. ``chat_format``: where turns and calls come from, in
    words. ``choices``: how sure the model was of each choice between tools and an answer, as far as there was one and
    llama.cpp told. ``written``: for each call, its arguments as they were written, what was forced told apart from the
    model's own. ``looped``: what was ended because the model said the same thing over and over; an answer or
    arguments that were have the finish ``length``, and what a grammar held was ``closed``.
    """

    thought: str = ""
    calls: tuple[ToolCall, ...] = ()
    content: str = ""
    finish: FinishReason = "stop"
    closed: bool = False
    usage: Usage = field(default_factory=Usage)
    timings: Timings = field(default_factory=Timings)
    tokens: tuple[int, ...] = field(default=(), repr=False)
    prompt_tokens: int = 0
    spans: tuple[Span, ...] = field(default=(), repr=False)
    requests: int = 0
    chat_format: str = ""
    choices: tuple[Choice, ...] = ()
    written: tuple[tuple[Part, ...], ...] = field(default=(), repr=False)
    looped: tuple[Looped, ...] = ()

    @property
    def answer(self) -> str:
        """The answer to the user, "" where calls were made."""
        return "" if self.calls else self.content

    def message(self) -> Message:
        """The step as the assistant message that goes on with the conversation."""
        return Message("assistant", self.content, self.thought, self.calls)

    def _repr_html_(self) -> str:
        """The step as notebooks show it."""
        from gba.rendering import for_notebook, step_html

        return for_notebook(step_html(self))


def check_order(messages: Sequence[Message]) -> None:
    """Raise ConversationError, naming the message, unless a model can be asked to go on after these messages."""
    if not messages:
        raise ConversationError("there is no message. Give at least one user message.")
    open_calls: dict[str, str] = {}
    for index, message in enumerate(messages):
        if message.role == "tool":
            if message.call_id is None or open_calls.pop(message.call_id, None) is None:
                raise ConversationError(
                    f"message {index} is the result of the call {message.call_id!r}, which no message before it asks "
                    "for. Put it after the assistant message with that call, and give it that call's id.",
                    index=index,
                )
            continue
        if open_calls:
            names = ", ".join(f"{name} ({call})" for call, name in open_calls.items())
            raise ConversationError(
                f"message {index} ({message.role}) comes before the results of: {names}. Add a tool message for each.",
                index=index,
            )
        if message.role == "assistant":
            open_calls = {call.id: call.name for call in message.calls}
    if open_calls:
        raise ConversationError(
            "the last message asks for tool calls whose results are missing. Add a tool message for each.",
            index=len(messages) - 1,
        )
    if messages[-1].role == "assistant":
        raise ConversationError(
            "the last message is the assistant's: there is nothing to answer. Add a user message.",
            index=len(messages) - 1,
        )
    if all(message.role == "system" for message in messages):
        raise ConversationError("there are only system messages. Add a user message.", index=len(messages) - 1)
