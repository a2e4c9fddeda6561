"""A chat model with arguments bound to it, which keeps what is bound when more is asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable, RunnableBinding

from gba.langchain.structured import response_schema
from gba.langchain.tools import ToolLike, can_choose, to_engine_tools, to_openai_tools, to_tool_choice

__all__ = ["BoundChatLlamaCpp", "bound_tools"]


class BoundChatLlamaCpp(RunnableBinding[LanguageModelInput, AIMessage]):
    """What `ChatLlamaCpp.bind`, `bind_tools` and `with_config` return: whatever is bound later, what is bound stays.

    LangChain's own binding hands these methods to the model inside, and so forgets what was bound.
    """

    @classmethod
    def lc_id(cls) -> list[str]:
        """As RunnableBinding, which it is once it was written out."""
        return RunnableBinding.lc_id()

    def with_structured_output(self, schema: Any, **kwargs: Any) -> Runnable[LanguageModelInput, Any]:
        """`ChatLlamaCpp.with_structured_output`, keeping the tools and other arguments that are bound here."""
        made = self._model.with_structured_output(schema, **{**self.kwargs, **_given(kwargs)})
        if not self.config and not self.config_factories:
            return made  # type: ignore[no-any-return]
        return RunnableBinding(bound=made, config=self.config, config_factories=self.config_factories)

    def bind_tools(self, tools: Sequence[ToolLike], **kwargs: Any) -> Runnable[LanguageModelInput, AIMessage]:
        """`ChatLlamaCpp.bind_tools`: these tools replace those that are bound; other bound arguments are kept.

        An argument that is None leaves what is bound. A ``tool_choice`` that names a tool which is gone is dropped.
        """
        given = _given(kwargs)
        wanted = {**self.kwargs, **given}
        wanted.pop("tools", None)
        names = [tool.name for tool in to_engine_tools(tools, strict=wanted.get("strict"))]
        if "tool_choice" not in given and not can_choose(wanted.get("tool_choice"), names):
            del wanted["tool_choice"]
        return BoundChatLlamaCpp(
            bound=self.bound,
            kwargs=self._model.bind_tools(tools, **wanted).kwargs,
            config=self.config,
            config_factories=self.config_factories,
        )

    @property
    def _model(self) -> Any:
        return self.bound


def bound_tools(tools: Sequence[ToolLike], given: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments to bind for tools. ``given``: those of `ChatLlamaCpp.bind_tools` by name, ``others``: the rest.

    Raises SchemaError for a choice that is not known, and for tools and response formats that cannot be.
    """
    strict = given["strict"]
    converted = to_openai_tools(tools, strict=strict)
    if "response_format" in others:
        response_schema(others["response_format"], strict=strict)
    bound = {"tools": converted, **others, **_given(given)}
    if given["tool_choice"] is not None:
        bound["tool_choice"] = to_tool_choice(given["tool_choice"], [tool["function"]["name"] for tool in converted])
    return bound


def _given(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kwargs.items() if value is not None}
