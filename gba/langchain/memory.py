"""What an agent is shown of a long conversation: middleware for LangChain's agents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import takewhile
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from gba.errors import GbaError

__all__ = ["Window", "last_exchanges"]


class Window(AgentMiddleware[Any, Any]):
    """Shows the model the request at hand and the last ``exchanges`` before it; see `last_exchanges`.

    The state of the agent, and so what a checkpointer keeps, stays whole: a wider window later sees all of it again.
    Raises GbaError for numbers below 0.
    """

    def __init__(self, exchanges: int, *, slack: int = 0) -> None:
        super().__init__()
        if exchanges < 0 or slack < 0:
            raise GbaError(f"a window of {exchanges} exchanges with a slack of {slack}: give numbers from 0 on")
        self._exchanges, self._slack = exchanges, slack

    def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Ask with the messages in the window."""
        return handler(self._seen(request))

    async def awrap_model_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """The same."""
        return await handler(self._seen(request))

    def _seen(self, request: Any) -> Any:
        return request.override(messages=last_exchanges(request.messages, self._exchanges, slack=self._slack))


def last_exchanges(messages: Sequence[BaseMessage], count: int, *, slack: int = 0) -> list[BaseMessage]:
    """System messages at the head, the last ``count`` exchanges, and the one that has begun.

    An exchange is what a user says and all that follows until the user speaks again, so that a call always stays with
    its result. With a ``slack`` up to that many more are kept before all of them are dropped at once: the beginning of
    the prompt then changes in one of ``slack + 1`` requests only.
    """
    starts = [
        at
        for at, message in enumerate(messages)
        if isinstance(message, HumanMessage) and not (at and isinstance(messages[at - 1], HumanMessage))
    ]
    beyond = len(starts) - 1 - count
    dropped = beyond - beyond % (slack + 1)
    if dropped <= 0:
        return list(messages)
    head = takewhile(lambda message: isinstance(message, SystemMessage), messages)
    return [*head, *messages[starts[dropped] :]]
