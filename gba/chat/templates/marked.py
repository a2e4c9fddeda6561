"""One rendering of a conversation: contents go in as marks, and come out as pieces at the places of the marks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gba.chat.formats import Conversation, Layout, Piece
from gba.chat.messages import Message
from gba.chat.syntax import CallSyntax
from gba.chat.templates.changes import changed
from gba.chat.templates.marks import MARK, mark
from gba.chat.templates.process import RefusedError
from gba.schema.tools import ToolCall

if TYPE_CHECKING:
    from gba.chat.templates.format import TemplateFormat

__all__ = ["Marked", "as_result"]

_OPENED, _CLOSED = "\0[", "\0]"
"""Around a tool's result in a user's message, until it is known what the syntax has there."""


def as_result(text: str) -> str:
    """The content of a user's message that is a tool's result."""
    return f"{_OPENED}{text}{_CLOSED}"


class Marked:
    """One rendering with marks for all that is not the template's, and what these stand for.

    ``as_text``: calls are put into the text of their turn, for templates that cannot render theirs.
    """

    def __init__(
        self, chat_format: TemplateFormat, conversation: Conversation, messages: Sequence[Message], *, as_text: bool
    ) -> None:
        self._native = chat_format.syntax.native and not as_text
        self._format, self._conversation, self._messages = chat_format, conversation, messages
        self._pieces: dict[str, list[Piece]] = {}
        self._count = 100
        self._written: list[tuple[int, str, str]] = []  # the turn, its calls as the template writes them, their mark
        self._last: dict[int, str] = {}  # the last mark of each assistant's turn
        self._ids: dict[str, str] = {}

    def layout(self) -> Layout:
        told = [self._message(number, message) for number, message in enumerate(self._messages)]
        text = self._render(told)
        at = 0
        for number, calls, stands in self._written:
            found = text.find(calls, at)
            if found < 0:
                raise RefusedError(f"it writes the calls of message {number} in another way than before")
            text = text[:found] + stands + text[found + len(calls) :]
            at = found + len(stands)
        return self._cut(text)

    def _mark(self, *pieces: Piece) -> str:
        self._count += 1
        made = mark(self._count)
        self._pieces[made] = list(pieces)
        return made

    def _content(self, role: str, text: str) -> str:
        """The mark of a content; one that is empty, or nothing but white space, stays as it is: templates ask."""
        if not text.strip():
            return text
        native = self._format.syntax.native
        text = changed(self._format.changes, role, text)
        if _OPENED in text and not native:
            return self._mark(*_results(text, self._format.syntax))
        own = role == "assistant" or (role == "system" and self._conversation.free_of_marks)
        return self._mark(Piece(text, True, own=own and not native))

    def _message(self, number: int, message: Message) -> Message:
        content = self._content(message.role, message.content)
        if message.role == "tool":
            call_id = self._ids.get(message.call_id or "") or message.call_id
            return replace(message, content=content, call_id=call_id, name=message.name and self._name(message.name))
        if message.role != "assistant":
            return replace(message, content=content)
        thought = self._content("assistant", message.thought)
        self._last[number] = content or thought
        if not message.calls:
            return replace(message, content=content, thought=thought)
        calls = tuple(self._call(call) for call in message.calls)
        self._last[number], written = self._calls(message.calls, calls)
        if not self._native:
            return replace(message, content=content + self._last[number], thought=thought, calls=())
        self._written.append((number, written, self._last[number]))
        return replace(message, content=content, thought=thought, calls=calls)

    def _name(self, name: str) -> str:
        return self._mark(Piece(name, True))

    def _call(self, call: ToolCall) -> ToolCall:
        """A call that is all marks; its arguments are one of a name and a value that only mark the place."""
        syntax = self._format.syntax
        call_id = self._ids[call.id] = self._mark(Piece(syntax.id(call.id), True))
        return ToolCall(self._name(call.name), {self._mark(): self._mark()}, call_id)

    def _calls(self, calls: Sequence[ToolCall], marked: Sequence[ToolCall]) -> tuple[str, str]:
        """The mark that stands for the calls of a turn, and what the template writes for them."""
        syntax = self._format.syntax
        pieces = syntax.write(calls)
        return self._mark(*pieces), "".join(piece.text for piece in syntax.write(marked))

    def _render(self, told: Sequence[Message]) -> str:
        chat_format, conversation = self._format, self._conversation
        dialect = chat_format.dialect
        native = chat_format.syntax.native
        tools = [dialect.tool(tool) for tool in conversation.tools] if native else []
        if conversation.specials(json.dumps(tools, ensure_ascii=False, default=str)):
            tools = self._without_specials(tools)
        template = (
            chat_format.plain if chat_format.plain is not None and not conversation.agent else chat_format.template
        )
        return template.render(
            [dialect.message(message) for message in told],
            tools,
            **{**dialect.variables(chat_format.template.source, tools), **chat_format.variables(conversation)},
        )

    def _without_specials(self, value: Any) -> Any:
        """Tools in which names of control tokens are marked: they are to be text."""
        if isinstance(value, str):
            for special in sorted(set(self._conversation.specials(value)), key=len, reverse=True):
                value = value.replace(special, self._mark(Piece(special, True)))
            return value
        if isinstance(value, Mapping):
            return {self._without_specials(key): self._without_specials(inner) for key, inner in value.items()}
        return [self._without_specials(inner) for inner in value] if isinstance(value, list) else value

    def _cut(self, text: str) -> Layout:
        """The text, cut at its marks."""
        pieces: list[Piece] = []
        ends: dict[str, int] = {}
        at = 0
        for found in MARK.finditer(text):
            if found.start() > at:
                pieces.append(Piece(text[at : found.start()]))
            pieces += self._pieces.get(found.group(), [Piece(found.group())])
            ends[found.group()] = len(pieces)
            at = found.end()
        self._check(ends)
        if at < len(text) or not pieces:
            pieces.append(Piece(text[at:]))
        bos = self._format.template.bos
        if bos and not pieces[0].content:
            pieces[0] = Piece(pieces[0].text.removeprefix(bos))
        turns = [ends.get(self._last[number], 0) for number in sorted(self._last)]
        return Layout(tuple(_spaces_moved(pieces)), tuple(turns))

    def _check(self, ends: Mapping[str, int]) -> None:
        for number, message in enumerate(self._messages):
            if message.role == "assistant" or not message.content.strip():
                continue
            marked = [name for name, pieces in self._pieces.items() if _is(pieces, message, self._format.changes)]
            if marked and not any(name in ends for name in marked):
                raise RefusedError(f"it leaves the content of message {number} ({message.role}) out")


def _results(text: str, syntax: CallSyntax) -> list[Piece]:
    """A user's message with tools' results in it."""
    marks = dict(zip((_OPENED, _CLOSED), syntax.result, strict=True))
    parts = re.split(r"(\0[\[\]])", text)
    return [Piece(marks.get(part, part), True, own=part in marks) for part in parts if part]


def _is(pieces: Sequence[Piece], message: Message, changes: Mapping[str, str]) -> bool:
    return len(pieces) == 1 and pieces[0].text == changed(changes, message.role, message.content)


def _spaces_moved(pieces: Sequence[Piece]) -> list[Piece]:
    """Spaces at the end of structure belong to the first word of the content behind it."""
    moved: list[Piece] = []
    spaces = ""
    for number, piece in enumerate(pieces):
        text = spaces + piece.text
        spaces = ""
        if not piece.content and number + 1 < len(pieces) and pieces[number + 1].content:
            kept = text.rstrip(" ")
            text, spaces = kept, text[len(kept) :]
        moved.append(replace(piece, text=text))
    return moved
