"""A chat model with arguments bound to it, which keeps what is bound when more is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable, RunnableBinding

from gba.langchain.tools import ToolLike

__all__ = ["BoundChatLlamaCpp"]

_ABOUT_TOOLS = ("tools", "tool_choice", "parallel_tool_calls", "strict")


class BoundChatLlamaCpp(RunnableBinding[LanguageModelInput, AIMessage]):
    """What `ChatLlamaCpp.bind` and `bind_tools` return.

    LangChain's own binding hands these methods to the model inside and so forgets what was bound: with a response
    schema, the tools would be gone.
    """

    @classmethod
    def lc_id(cls) -> list[str]:
        """As RunnableBinding, which it is once it was written out."""
        return RunnableBinding.lc_id()

    def with_structured_output(self, schema: Any, **kwargs: Any) -> Runnable[LanguageModelInput, Any]:
        """As of the model, with the tools and all else that is bound."""
        model: Any = self.bound
        bound: Runnable[LanguageModelInput, Any] = model.with_structured_output(schema, **{**self.kwargs, **kwargs})
        return bound.with_config(self.config) if self.config else bound

    def bind_tools(self, tools: Sequence[ToolLike], **kwargs: Any) -> Runnable[LanguageModelInput, AIMessage]:
        """As of the model: these tools in place of those that were bound, and all else that is bound."""
        kept = {name: value for name, value in self.kwargs.items() if name not in _ABOUT_TOOLS}
        model: Any = self.bound
        bound: Runnable[LanguageModelInput, AIMessage] = model.bind_tools(tools, **{**kept, **kwargs})
        return bound.with_config(self.config) if self.config else bound
