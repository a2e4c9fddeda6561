"""A conversation as tokens.

What was rendered once is never rendered otherwise: the tokens of a conversation up to the end of a turn that the model
wrote are kept (`Transcripts`), and only what comes behind them is laid out anew. So prompts only ever grow, also with
templates that rewrite their history.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from gba.chat.formats import ChatFormat, Conversation, Layout
from gba.chat.io import Compute, Task
from gba.chat.messages import Message
from gba.chat.tokens import Tokens

__all__ = ["Prompt", "Renderer", "Transcripts"]

_KEPT_TOKENS = 4_000_000
_KEPT_TURNS = 2048
"""Tokens of transcripts that are kept, which are 16 MB; and of how many turns, since short ones take room as well."""


class Transcripts:
    """The tokens of conversations up to the end of turns that a model wrote."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, array[int]] = OrderedDict()
        self._size = 0

    def remember(self, key: bytes, tokens: Sequence[int]) -> None:
        """Keep the tokens; the ones that were not used for the longest time are forgotten."""
        old = self._kept.pop(key, None)
        self._size += len(tokens) - (0 if old is None else len(old))
        self._kept[key] = array("i", tokens)
        while len(self._kept) > _KEPT_TURNS or (self._size > _KEPT_TOKENS and len(self._kept) > 1):
            self._size -= len(self._kept.popitem(last=False)[1])

    def recall(self, key: bytes) -> array[int] | None:
        """The tokens, or None where they are not known (any more)."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found


class Prompt:
    """A conversation as tokens, up to where the model goes on. ``opening``: the structure at its end.

    ``key``: tells the conversation from all others, so that its next turn can be remembered.
    """

    def __init__(self, tokens: Sequence[int], opening: str, key: bytes) -> None:
        self.tokens, self.opening, self.key = list(tokens), opening, key


class Renderer:
    """Renders the conversations of one chat format. Methods are tasks (see `gba.chat.io`)."""

    def __init__(self, chat_format: ChatFormat, tokens: Tokens, transcripts: Transcripts, *, bos: int | None) -> None:
        self.format, self._tokens, self._transcripts = chat_format, tokens, transcripts
        self._head = [] if bos is None else [bos]

    def render(self, conversation: Conversation) -> Task[Prompt]:
        """The prompt of a conversation, up to where the assistant's turn begins."""
        layout = yield from self._layout(conversation)
        keys = _keys(conversation)
        turns = [number for number, message in enumerate(conversation.messages) if message.role == "assistant"]
        tokens, begin = list(self._head), 0
        for number, end in reversed(list(zip(turns, layout.turns, strict=False))):
            known = self._transcripts.recall(keys[number])
            if known is not None and end:
                tokens, begin = list(known), end
                break
        tokens += yield from self._tokens.pieces(layout.pieces[begin:])
        return Prompt(tokens, layout.prompt(), keys[-1])

    def remember(self, prompt: Prompt, message: Message, tokens: Sequence[int]) -> None:
        """Keep the tokens of a conversation that ends with the turn that the model wrote to this prompt."""
        self._transcripts.remember(_extended(prompt.key, message), tokens)

    def behind(self, conversation: Conversation) -> Task[tuple[list[int], str]]:
        """The tokens behind the assistant's last turn, up to where it goes on, and the structure at their end."""
        layout = yield from self._layout(conversation)
        tokens = yield from self._tokens.pieces(layout.pieces[layout.turns[-1] :])
        return tokens, layout.prompt()

    def _layout(self, conversation: Conversation) -> Task[Layout]:
        lay_out: Callable[[], Layout] = lambda: self.format.layout(conversation)  # noqa: E731
        layout: Layout = yield Compute(lay_out)
        return layout


def _keys(conversation: Conversation) -> list[bytes]:
    """What tells the conversation up to each message from all others."""
    tools = [[tool.name, tool.description, tool.parameters] for tool in conversation.tools]
    key = _digest(tools, conversation.response, dict(conversation.variables), conversation.prompted)
    keys = []
    for message in conversation.messages:
        key = _extended(key, message)
        keys.append(key)
    return keys


def _extended(key: bytes, message: Message) -> bytes:
    calls = [[call.name, call.key()] for call in message.calls]
    return _digest(key.hex(), message.role, message.content, message.thought, calls)


def _digest(*parts: Any) -> bytes:
    return hashlib.blake2b(json.dumps(parts, default=str).encode(), digest_size=16).digest()
