"""A model without a grammar: it is told of the tools in words, and calls are read out of what it writes.

What a grammar brings is seen next to this. The prompt is the one that models get whose template knows no tools.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from gba.chat.messages import Message
from gba.chat.syntaxes.gba import GBA, instructions, turn_text
from gba.langchain.messages import REASONING_KEY, to_messages
from gba.langchain.tools import to_engine_tools
from gba.schema.tools import RESPOND, ToolCall, ToolSpec

__all__ = ["Free"]

_CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)


class Free(BaseChatModel):
    """Any chat model, asked for plain text. A text in which no call can be read is the answer.

    ``prompted``: it is asked to think before a call.
    """

    model: BaseChatModel
    prompted: bool = True
    tools: tuple[ToolSpec, ...] = Field(default=(), exclude=True)

    @property
    def _llm_type(self) -> str:
        return "free"

    def bind_tools(self, tools: Sequence[Any], **options: Any) -> Any:  # noqa: ARG002 - all are free to choose
        """The model, with these tools to be told of."""
        return Free(model=self.model, prompted=self.prompted, tools=to_engine_tools(tools))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **options: Any,  # noqa: ARG002
    ) -> ChatResult:
        said = self.model.invoke(_in_words(to_messages(messages), self.tools, self.prompted), stop=stop)
        return ChatResult(generations=[ChatGeneration(message=_read(str(said.text)))])


def _in_words(messages: Sequence[Message], tools: Sequence[ToolSpec], prompted: bool) -> list[BaseMessage]:
    """The conversation as plain text: tools in the system message, results as the user's."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    told: list[BaseMessage] = [SystemMessage(instructions(system, tools, prompted=prompted))]
    for message in messages:
        if message.role == "assistant":
            told.append(AIMessage(turn_text(message)))
        elif message.role == "tool":
            told.append(HumanMessage(message.content.join(GBA.result)))
        elif message.role == "user":
            told.append(HumanMessage(message.content))
    return told


def _read(text: str) -> AIMessage:
    found = _CALL.search(text)
    call = _call(found[1]) if found else None
    if found is None or call is None:
        return AIMessage(text)
    thought, rest = text[: found.start()].strip(), text[found.end() :].strip()
    name, arguments = call
    noted = {REASONING_KEY: thought} if thought else {}
    if name == RESPOND:
        return AIMessage(rest, additional_kwargs=noted)
    made = {"name": name, "args": arguments, "id": ToolCall(name, arguments).id}
    return AIMessage("", tool_calls=[made], additional_kwargs=noted)


def _call(text: str) -> tuple[str, dict[str, Any]] | None:
    """Name and arguments; None for what is no call."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        return None
    arguments = found.get("arguments", {})
    return (found["name"], arguments) if isinstance(arguments, dict) else None
