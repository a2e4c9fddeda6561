"""The chat format of a model's own template: conversations are laid out by rendering it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gba.chat.formats import ChatFormat, Conversation, Layout, arranged
from gba.chat.messages import Message
from gba.chat.signature import fields
from gba.chat.syntax import written
from gba.chat.templates.dialect import Dialect
from gba.chat.templates.marked import Marked, as_result
from gba.chat.templates.order import alternating, heads_joined, one_call_each, without_system
from gba.chat.templates.process import RefusedError, Template
from gba.errors import ConversationError

__all__ = ["REMEDY", "TemplateFormat"]

REMEDY = "Name a built-in format with chat_format=."
_FORM = "response_fields"
"""The variable in which a template is told of the properties that the answer has to have."""


@dataclass(frozen=True)
class TemplateFormat(ChatFormat):
    """A template, and how it wants to be told. ``changes``: what it does to the contents of each role. ``plain``: the
    template of conversations without tools, where that is another one.
    """

    template: Template = field(default_factory=lambda: Template(""), repr=False)
    dialect: Dialect = field(default_factory=Dialect, repr=False)
    changes: Mapping[str, str] = field(default_factory=dict, repr=False)
    plain: Template | None = field(default=None, repr=False)

    def layout(self, conversation: Conversation) -> Layout:
        """See `ChatFormat.layout`. The template renders the conversation, its contents marked."""
        said = ""
        ways = [(way, False) for way in self._ways(conversation)]
        for messages, as_text in [*ways, *((way, True) for way, _ in ways if self.syntax.native)]:
            try:
                return Marked(self, conversation, messages, as_text=as_text).layout()
            except RefusedError as error:
                said = said or str(error)
        raise ConversationError(f"the model's chat template does not render this conversation: {said}. {REMEDY}")

    def _ways(self, conversation: Conversation) -> Iterator[list[Message]]:
        """The messages as they are; and, for templates that insist on it, in a plainer order."""
        native = self.syntax.native
        told = not native or conversation.prompted or (conversation.response is not None and not self._takes_form)
        messages = list(conversation.messages)
        if told:
            messages = arranged(conversation, self.syntax, form=not self._takes_form)
        if not native:
            messages = [self._told(message, agent=conversation.agent) for message in messages]
        if native and not self.syntax.many:
            messages = one_call_each(messages)
        if not self.dialect.system:
            messages = without_system(messages)
        yield messages
        plain = heads_joined(messages)
        if plain != messages:
            yield plain
        in_turns = alternating(plain if self.dialect.system else without_system(plain))
        if in_turns != plain:
            yield in_turns
        yield alternating(without_system(plain))

    @property
    def _takes_form(self) -> bool:
        """Whether the template itself tells of the form of the answer, as that of gba's tiny agent does."""
        return _FORM in self.template.source

    def variables(self, conversation: Conversation) -> dict[str, Any]:
        """What the template is given beside messages and tools."""
        form = {_FORM: fields(conversation.response)} if conversation.response is not None and self._takes_form else {}
        return {**form, **conversation.variables}

    def _told(self, message: Message, *, agent: bool) -> Message:
        """A message for a template that knows no calls: they are text."""
        if message.role == "assistant":
            return Message("assistant", written(message, self.syntax, agent=agent))
        if message.role == "tool" and (not self.dialect.tools or self.syntax.results_of_user):
            return Message("user", as_result(message.content))
        return message
