"""A conversation of LangChain's, written to a Recorder as it goes on; whichever model it is with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage

from gba.chat.messages import Message, Step
from gba.errors import ConversationError, SchemaError
from gba.langchain.messages import to_messages
from gba.langchain.tools import to_engine_tools
from gba.schema.tools import ToolSpec
from gba.trajectory import MessageRecord, Recorder, StepRecord

__all__ = ["Conversation"]

_FINISHES = {"length": "length", "max_tokens": "length", "model_length": "length"}


class Conversation:
    """Records each message once, in its order, and the steps of the model between them.

    A step of `ChatLlamaCpp` has its tokens. One of another model has what its message says: text, calls, the usage and
    why it ended.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._known: set[str] = set()
        self._nameless: Counter[Hashable] = Counter()
        self._last: BaseMessage | None = None

    def has_spoken(self) -> bool:
        """Whether the model has said something in it."""
        return self._last is not None

    def goes_on(self, messages: Sequence[BaseMessage]) -> bool:
        """Whether these messages hold what the model said last."""
        last = self._last
        return last is not None and any(_same(message, last) for message in messages)

    def read(self, messages: Sequence[BaseMessage], tools: Sequence[Any] = ()) -> None:
        """Record what the model, or whoever comes behind it, reads: the messages that were not recorded yet."""
        self._recorder.tools(_specs(tools))
        nameless: Counter[Hashable] = Counter()
        for message, made in zip(messages, _records(messages), strict=True):
            if message.id:
                new = message.id not in self._known
                self._known.add(message.id)
            else:  # the third "yes" of a conversation is new if there were two of them before
                nameless[_key(message)] += 1
                new = nameless[_key(message)] > self._nameless[_key(message)]
            if new:
                self._recorder.message(made)
        self._nameless |= nameless

    def wrote(
        self, before: Sequence[BaseMessage], said: AIMessage | None, steps: Sequence[Step], seconds: float
    ) -> None:
        """Record what the model made of the messages ``before``: its ``steps``, of which the last one is ``said``.

        Steps whose messages were thrown away (by a middleware that asks again) are recorded as well.
        """
        each = seconds / max(1, len(steps))
        made = cast("MessageRecord", _records([*before, said])[-1]) if said is not None else None
        for number, step in enumerate(steps, 1):
            taken = step if made is None or number < len(steps) else _as_said(step, made)
            self._recorder.step(taken, seconds=each)
        if said is not None and made is not None:
            if not steps:
                self._recorder.step(_other_models(said, made), seconds=seconds)
            if said.id:
                self._known.add(said.id)
            else:
                self._nameless[_key(said)] += 1
            self._last = said


def _key(message: BaseMessage) -> Hashable:
    return (message.type, str(message.content), getattr(message, "tool_call_id", None), str(_call_ids(message)))


def _call_ids(message: BaseMessage) -> list[str | None]:
    return [call["id"] for call in message.tool_calls] if isinstance(message, AIMessage) else []


def _same(one: BaseMessage, other: BaseMessage) -> bool:
    return one is other or (one.id == other.id if one.id and other.id else _key(one) == _key(other))


def _as_said(step: Step, made: MessageRecord | Message) -> Step:
    """The step, with what became of it: a model around this one may have read calls out of its text."""
    calls = [(call.name, call.key()) for call in step.calls]
    if (step.content, step.thought, calls) == (made.content, made.thought, [(c.name, c.key()) for c in made.calls]):
        return step
    return replace(step, content=made.content, thought=made.thought, calls=tuple(made.calls), written=())


def _other_models(said: AIMessage, made: MessageRecord) -> StepRecord:
    """A step of a model that is none of gba's: no tokens, but how many there were, and why it ended."""
    metadata = said.response_metadata
    reason = next((metadata[key] for key in ("finish_reason", "stop_reason", "done_reason") if metadata.get(key)), "")
    finish = _FINISHES.get(str(reason).lower()) or ("tool_calls" if made.calls else "stop")
    return StepRecord(
        made.thought,
        made.calls,
        "" if made.calls else made.content,
        finish,
        usage=_usage(said),
        requests=1,
        content=made.content,
    )


def _usage(said: AIMessage) -> dict[str, int]:
    """Counts as those of `gba.chat.Usage`, as far as the model's server told them."""
    told: Mapping[str, Any] = said.usage_metadata or {}
    if not told:
        return {}
    cached = int((told.get("input_token_details") or {}).get("cache_read") or 0)
    return {
        "evaluated": max(0, int(told["input_tokens"]) - cached),
        "cached": cached,
        "generated": int(told["output_tokens"]),
        "context": int(told["total_tokens"]),
    }


def _records(messages: Sequence[BaseMessage]) -> Sequence[Message | MessageRecord]:
    """The messages as they are recorded. What gba's own models cannot read, such as an image, is named in its place."""
    if not messages:
        return ()
    try:
        return to_messages(messages)
    except ConversationError:
        return [_record(message) for message in messages]


def _record(message: BaseMessage) -> Message | MessageRecord:
    for each in (message, message.model_copy(update={"content": _words(message)})):
        try:
            return to_messages([each])[0]
        except ConversationError:
            continue
    return MessageRecord(str(getattr(message, "role", message.type)), _words(message))


def _words(message: BaseMessage) -> str:
    content = message.content
    blocks = [content] if isinstance(content, str) else content
    texts = [each if isinstance(each, str) else str(each.get("text", f"[{each.get('type')}]")) for each in blocks]
    return "\n".join(texts)


def _specs(tools: Sequence[Any]) -> tuple[ToolSpec, ...]:
    """The tools that can be told in a schema; those that a provider runs on its own servers cannot."""
    found: list[ToolSpec] = []
    for tool in tools:
        try:
            found += to_engine_tools([tool])
        except (SchemaError, TypeError, ValueError):
            continue
    return tuple(found)
