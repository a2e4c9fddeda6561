"""The scripted expert of a task as a chat model, so that it runs in the same agent as any other teacher."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from gba.environments import Task
from gba.errors import ConversationError
from gba.langchain.messages import REASONING_KEY

__all__ = ["Expert"]


class Expert(BaseChatModel):
    """Solves one task: makes the calls of its solution, one a step, then gives its answer."""

    task: Task

    @property
    def _llm_type(self) -> str:
        return "expert"

    def bind_tools(self, tools: Sequence[Any], **options: Any) -> Any:  # noqa: ARG002 - it knows what it will call
        """The same model."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **options: Any,  # noqa: ARG002
    ) -> ChatResult:
        done, acts = sum(isinstance(message, AIMessage) for message in messages), self.task.acts
        if done > len(acts):
            raise ConversationError(f"the expert has solved {self.task.id}: there is nothing more to say")
        if done == len(acts):
            said = AIMessage(self.task.answer, additional_kwargs={REASONING_KEY: self.task.thought})
        else:
            act = acts[done]
            call = {"name": act.tool, "args": dict(act.arguments), "id": f"{self.task.id}-{done}"}
            said = AIMessage("", tool_calls=[call], additional_kwargs={REASONING_KEY: act.thought})
        return ChatResult(generations=[ChatGeneration(message=said)])
