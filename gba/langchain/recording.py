"""Records the runs of an agent: what was said, and every step of the model with its tokens."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import AIMessage, BaseMessage

from gba.chat.messages import Step
from gba.langchain.messages import to_messages
from gba.langchain.steps import STEPS
from gba.trajectory import Recorder

__all__ = ["Recording"]


class Recording(AgentMiddleware[Any, Any]):
    """Middleware that writes one run of an agent to a Recorder, which has to be open.

    Each message of the run is recorded once, in its order, before the step of the model that reads it; after the run
    the rest. The steps of other chat models than `ChatLlamaCpp` have no tokens, and are recorded as messages.
    """

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder
        self._known: set[str | int] = set()

    def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Record what the model reads, and the step."""
        self._read(request)
        with _noted() as steps:
            start = time.monotonic()
            response = handler(request)
        self._wrote(response, steps, time.monotonic() - start)
        return response

    async def awrap_model_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """The same."""
        self._read(request)
        with _noted() as steps:
            start = time.monotonic()
            response = await handler(request)
        self._wrote(response, steps, time.monotonic() - start)
        return response

    def after_agent(self, state: Any, runtime: Any) -> None:  # noqa: ARG002
        """Record what came after the last step."""
        self._messages(state["messages"])

    def _read(self, request: Any) -> None:
        system = [request.system_message] if request.system_message is not None else []
        self._messages([*system, *request.messages])

    def _messages(self, messages: Sequence[BaseMessage]) -> None:
        """Record those that were not recorded yet."""
        for message, made in zip(messages, to_messages(messages), strict=True):
            if self._is_new(message):
                self._recorder.message(made)

    def _wrote(self, response: Any, steps: Sequence[Step], seconds: float) -> None:
        """Record the steps of the model. They stand for its messages; a step whose message was thrown away (by another
        middleware that asks again) is recorded as well."""
        for step in steps:
            self._recorder.step(step, seconds=seconds / len(steps))
        for message in response.result if steps else ():
            if isinstance(message, AIMessage):
                self._is_new(message)

    def _is_new(self, message: BaseMessage) -> bool:
        key: str | int = message.id or hash((message.type, str(message.content)))
        new = key not in self._known
        self._known.add(key)
        return new


@contextmanager
def _noted() -> Iterator[list[Step]]:
    """The steps that chat models make inside, in their order."""
    steps: list[Step] = []
    token = STEPS.set(steps)
    try:
        yield steps
    finally:
        STEPS.reset(token)
