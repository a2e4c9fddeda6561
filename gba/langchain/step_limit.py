"""The limit of steps of an agent, and the answer at the limit: middleware for LangChain's agents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any, Literal

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from gba.errors import GbaError, StepLimitError

__all__ = ["StepLimit"]


class StepLimit(AgentMiddleware[Any, Any]):
    """Lets the model make ``max_steps`` steps for one request.

    ``early_stopping``: with ``generate`` the model cannot call a tool in the last of them, and answers from what it
    has; that answer has the limit in ``response_metadata["step_limit"]``. With ``error`` it can, and a StepLimitError
    follows. The tools stay in the prompt of the last step, so that what llama.cpp has evaluated stays of use; with a
    response format they are taken out, and the last step is the final object.

    Raises GbaError for less than one step and for another kind of stopping; StepLimitError, when it runs, also after a
    last step in which a model called all the same, which those of gba cannot.
    """

    def __init__(self, max_steps: int, *, early_stopping: Literal["generate", "error"] = "generate") -> None:
        super().__init__()
        if max_steps < 1:
            raise GbaError(f"max_steps is {max_steps}: an agent needs at least one step to answer")
        if early_stopping not in ("generate", "error"):
            raise GbaError(f"early_stopping is {early_stopping!r}: it can be 'generate' or 'error'")
        self._max_steps, self._generate = max_steps, early_stopping == "generate"

    def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Ask, in the last step without calls."""
        if not self._must_answer(request):
            return handler(request)
        return self._marked(handler(_without_calls(request)))

    async def awrap_model_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """The same."""
        if not self._must_answer(request):
            return await handler(request)
        return self._marked(await handler(_without_calls(request)))

    def _must_answer(self, request: Any) -> bool:
        made = _steps(request.messages)
        if made >= self._max_steps:
            raise StepLimitError(
                f"no answer after {made} steps: allow more (max_steps), ask in parts, or let the agent answer from "
                'what it has (early_stopping="generate")',
                steps=made,
            )
        return self._generate and made == self._max_steps - 1 and bool(request.tools)

    def _marked(self, response: Any) -> Any:
        """The response, its message saying that no more calls were allowed."""
        return replace(response, result=[self._marked_message(message) for message in response.result])

    def _marked_message(self, message: BaseMessage) -> BaseMessage:
        if not isinstance(message, AIMessage):
            return message
        told = {**message.response_metadata, "step_limit": self._max_steps}
        return message.model_copy(update={"response_metadata": told})


def _steps(messages: Sequence[BaseMessage]) -> int:
    """How many steps the model has made since the user spoke last."""
    since = takewhile(lambda message: not isinstance(message, HumanMessage), reversed(messages))
    return sum(isinstance(message, AIMessage) for message in since)


def _without_calls(request: Any) -> Any:
    return request.override(tool_choice="none") if request.response_format is None else request.override(tools=[])
