"""Records one run of an agent of LangChain's: what was said, and every step of the model with its tokens."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import AIMessage, BaseMessage

from gba.chat.messages import Step
from gba.langchain.conversation import Conversation
from gba.langchain.steps import noted
from gba.trajectory import Recorder

__all__ = ["Recording"]


class Recording(AgentMiddleware[Any, Any]):
    """Middleware that writes one run of an agent to a Recorder, which has to be open.

    Each message of the run is recorded once, in its order, before the step of the model that reads it; after the run
    the rest. The steps of other chat models than `ChatLlamaCpp` have no tokens.
    """

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._conversation = Conversation(recorder)

    def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Record what the model reads, and the step."""
        read = self._read(request)
        with noted() as steps:
            start = time.monotonic()
            response = handler(request)
        self._wrote(read, response, steps, time.monotonic() - start)
        return response

    async def awrap_model_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """The same."""
        read = self._read(request)
        with noted() as steps:
            start = time.monotonic()
            response = await handler(request)
        self._wrote(read, response, steps, time.monotonic() - start)
        return response

    def after_agent(self, state: Any, runtime: Any) -> None:  # noqa: ARG002
        """Record what came after the last step."""
        self._conversation.read(state["messages"])

    def _read(self, request: Any) -> list[BaseMessage]:
        system = [request.system_message] if request.system_message is not None else []
        read = [*system, *request.messages]
        self._conversation.read(read, request.tools)
        return read

    def _wrote(self, read: Sequence[BaseMessage], response: Any, steps: Sequence[Step], seconds: float) -> None:
        said = [message for message in response.result if isinstance(message, AIMessage)]
        self._conversation.wrote(read, said[-1] if said else None, steps, seconds)
