"""What is said about a conversation that does not fit: how much is too much, and what trimming would keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from langchain_core.messages import BaseMessage, trim_messages

from gba.chat.engine import Engine
from gba.errors import ContextOverflowError
from gba.langchain.messages import to_messages
from gba.schema.tools import ToolSpec

__all__ = ["overflow_explained"]

_ROOM = 4
"""A step needs some room: trimming leaves this part (one of four) of the context free."""


@contextmanager
def overflow_explained(messages: Sequence[BaseMessage], engine: Engine, tools: Sequence[ToolSpec]) -> Iterator[None]:
    """Makes a ContextOverflowError inside say what ``trim_messages`` would do about these messages."""
    try:
        yield
    except ContextOverflowError as error:
        raise _explained(error, messages, engine, tools) from error


def _explained(
    error: ContextOverflowError, messages: Sequence[BaseMessage], engine: Engine, tools: Sequence[ToolSpec]
) -> ContextOverflowError:
    def count(some: list[BaseMessage]) -> int:
        return engine.count_tokens(to_messages(some), tools) if some else 0

    limit = error.available - error.available // _ROOM
    kept: list[BaseMessage] = trim_messages(
        list(messages), max_tokens=limit, token_counter=count, strategy="last", include_system=True, start_on="human"
    )
    if kept and kept[-1] == messages[-1]:
        outcome = f"{len(kept)} of {len(messages)} messages ({count(kept)} tokens) would be left."
    else:
        outcome = "the last message would be gone: shorten it, or give the model a larger context."
    explained = ContextOverflowError(
        f"the conversation is {error.needed - error.available} tokens too long: {error.needed} do not fit into a "
        f"context of {error.available}. After trim_messages(messages, max_tokens={limit}, token_counter=model, "
        f'strategy="last", include_system=True, start_on="human"), {outcome}',
        needed=error.needed,
        available=error.available,
    )
    explained.thought, explained.written = error.thought, error.written
    return explained
