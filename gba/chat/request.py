"""What is asked of one step: one object, from whoever asks down to the passes of the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gba.backends.base import Sampling
from gba.chat.formats import ChatFormat, Conversation
from gba.chat.messages import Message, check_order
from gba.chat.options import StepOptions
from gba.errors import ConversationError, GrammarError
from gba.schema.tools import RESPOND, ToolSpec

if TYPE_CHECKING:
    from typing_extensions import TypedDict

    class StepArguments(TypedDict, total=False):
        """The keyword arguments of `Engine.step`, which explains them, and of `run`, `arun` and `astep`."""

        tool_choice: str
        parallel: bool
        response_schema: Mapping[str, Any] | None
        stop: Sequence[str]
        sampling: Sampling | None
        options: StepOptions | None
        slot: int | None
        strict: frozenset[str]
        grammar: str | None


__all__ = ["Request"]


@dataclass(frozen=True)
class Request:
    """The request for one step; see `gba.chat.engine.Engine.step` for the fields."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = "auto"
    parallel: bool = False
    response_schema: Mapping[str, Any] | None = None
    stop: tuple[str, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    options: StepOptions = field(default_factory=StepOptions)
    slot: int | None = None
    strict: frozenset[str] = frozenset()
    grammar: str | None = None

    @property
    def schemas(self) -> dict[str, Mapping[str, Any]]:
        """What can be written under a grammar, by name: the arguments of each tool, and the answer as `RESPOND`."""
        named: dict[str, Mapping[str, Any]] = {tool.name: tool.schema for tool in self.tools}
        return named if self.response_schema is None else {**named, RESPOND: self.response_schema}

    def check(self) -> None:
        """Raise ConversationError for messages out of order and for a ``tool_choice`` that cannot be met, GrammarError
        for a grammar beside another form."""
        check_order(self.messages)
        if self.grammar is not None and (self.tools or self.response_schema is not None):
            raise GrammarError("a grammar is for a plain answer: leave out the tools and the response schema, or it.")
        if self.tools or self.response_schema is not None:
            self.allowed()

    def allowed(self) -> list[str]:
        """The names that the model may choose from. Raises ConversationError for a tool_choice that cannot be met."""
        names = [tool.name for tool in self.tools]
        if self.tool_choice == "auto":
            return [*names, RESPOND]
        if self.tool_choice == "none":
            return [RESPOND]
        if self.tool_choice in {"any", "required"}:
            if names:
                return names
            raise ConversationError("tool_choice asks for a tool call, but there are no tools. Give at least one.")
        if self.tool_choice in names:
            return [self.tool_choice]
        raise ConversationError(
            f"tool_choice {self.tool_choice!r} is neither auto, required, any, none nor the name of a tool "
            f"({', '.join(names) or 'there are none'})."
        )

    def conversation(self, chat_format: ChatFormat) -> Conversation:
        """What is laid out in a format."""
        options = self.options
        prompted = options.thought == "prompted" or (options.thought == "auto" and not chat_format.syntax.native)
        return Conversation(
            self.messages,
            self.tools,
            self.response_schema,
            prompted and bool(self.tools or self.response_schema is not None),
            options.template_variables,
        )
