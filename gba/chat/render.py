"""A conversation as tokens.

What was rendered once is never rendered otherwise: the format is linear glue, and turns that the model wrote are put
back with exactly the tokens that it wrote (`Turns`), as long as they are remembered; else their text is tokenized.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from gba.chat.formats import ChatFormat, Place
from gba.chat.io import Task
from gba.chat.messages import Message
from gba.chat.prompts import MARKERS, RESPONSE_CLOSE, RESPONSE_OPEN, assistant_text, system_text
from gba.chat.tokens import Tokens
from gba.schema.tools import ToolSpec

__all__ = ["Renderer", "Turns"]

_REMEMBERED_TURNS = 4096


class Turns:
    """The tokens of turns that a model wrote, by the conversation before them and what they say."""

    def __init__(self) -> None:
        self._turns: OrderedDict[tuple[Any, ...], tuple[int, ...]] = OrderedDict()

    @staticmethod
    def _key(before: Sequence[int], message: Message) -> tuple[Any, ...]:
        calls = tuple((call.name, call.key()) for call in message.calls)
        return len(before), hash(tuple(before)), message.thought, message.content, calls

    def remember(self, before: Sequence[int], message: Message, tokens: Sequence[int]) -> None:
        """Keep the tokens of a turn that was written after the tokens ``before``."""
        self._turns[self._key(before, message)] = tuple(tokens)
        while len(self._turns) > _REMEMBERED_TURNS:
            self._turns.popitem(last=False)

    def recall(self, before: Sequence[int], message: Message) -> tuple[int, ...] | None:
        """The tokens of that turn, or None where they are not known (any more)."""
        return self._turns.get(self._key(before, message))


class Renderer:
    """Renders the conversations of one chat format. Methods are tasks (see `gba.chat.io`)."""

    def __init__(self, chat_format: ChatFormat, tokens: Tokens, turns: Turns, *, bos: int | None) -> None:
        self.format, self._tokens, self._turns = chat_format, tokens, turns
        self._head = [] if bos is None else [bos]
        self._foreign = _any_of(chat_format.stops)
        self._markers = _any_of((*chat_format.stops, *MARKERS))

    def render(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec] = (), response: Mapping[str, Any] | None = None
    ) -> Task[list[int]]:
        """The prompt, up to where the assistant's turn begins."""
        tokens, before = list(self._head), "start"
        for message in _arrange(messages, tools, response):
            tokens += yield from self.turn(tokens, before, message, agent=bool(tools) or response is not None)
            before = message.role
        tokens += yield from self.prompt(before)
        return tokens

    def prompt(self, before: Place | str) -> Task[list[int]]:
        """The tokens that ask for an assistant's turn after a message of role ``before``."""
        return (yield from self._tokens.glue(self.format.between(before, "assistant")))  # type: ignore[arg-type]

    def turn(self, tokens: Sequence[int], before: Place | str, message: Message, *, agent: bool) -> Task[list[int]]:
        """The tokens that one message adds to a conversation that ends with a message of role ``before``."""
        glue = self.format.between(before, message.role)  # type: ignore[arg-type]
        body = glue.rstrip(" ")
        added: list[int] = yield from self._tokens.glue(body)
        if message.role == "assistant":
            known = self._turns.recall([*tokens, *added], message)
            if known is not None:
                return [*added, *known]
        # spaces at the end of the glue belong to the first word of the content
        added += yield from self._body(glue[len(body) :], message, agent)
        return added

    def _body(self, spaces: str, message: Message, agent: bool) -> Task[list[int]]:
        """The content of a message. Ours and the format's marks are structure only where gba itself put them."""
        write = self._tokens.content
        if message.role == "assistant":
            text = spaces + self.format.lead + assistant_text(message, agent=agent)
            return (yield from write(text, self._foreign))
        if message.role == "system":
            return (yield from write(spaces + message.content, self._foreign))
        if message.role == "user" or self.format.native_tools:
            return (yield from write(spaces + message.content, self._markers))
        opened: list[int] = yield from write(spaces + RESPONSE_OPEN)
        inner: list[int] = yield from write(message.content, self._markers)
        closed: list[int] = yield from write(RESPONSE_CLOSE)
        return opened + inner + closed


def _any_of(texts: Sequence[str]) -> re.Pattern[str] | None:
    """A pattern that finds any of the texts, the longest first; None where there are none."""
    ordered = sorted(set(texts), key=lambda text: (-len(text), text))
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


def _arrange(
    messages: Sequence[Message], tools: Sequence[ToolSpec], response: Mapping[str, Any] | None
) -> list[Message]:
    """One system message at the head, with the tools in it; later system messages become user turns."""
    head = 0
    while head < len(messages) and messages[head].role == "system":
        head += 1
    system = system_text("\n\n".join(message.content for message in messages[:head]), tools, response)
    rest = [Message("user", message.content) if message.role == "system" else message for message in messages[head:]]
    return [Message("system", system), *rest] if system else rest
