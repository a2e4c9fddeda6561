"""The chat format of a model's own template: read by probing, and laid out by rendering it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gba.chat.formats import ChatFormat, Conversation, Layout, Piece, arranged
from gba.chat.messages import Message
from gba.chat.signature import fields
from gba.chat.syntax import CallSyntax, written
from gba.chat.syntaxes import GBA
from gba.chat.templates.dialect import Dialect, variants
from gba.chat.templates.marks import ANSWER, MARK, USER, mark
from gba.chat.templates.probe import Probe, UnreadableError, hold_out, probe_of, read_calls
from gba.chat.templates.process import RefusedError, Template
from gba.chat.templates.thinking import Turn, markers, read_turn
from gba.errors import ConversationError
from gba.grammar.arguments import write_arguments
from gba.schema.tools import ToolCall

__all__ = ["TemplateFormat", "read_format"]

_REMEDY = "Name a built-in format with chat_format=."
_FORM = "response_fields"
"""The variable in which a template is told of the properties that the answer has to have."""
_OPENED, _CLOSED = "\0[", "\0]"
"""Around a tool's result in a user's message, until it is known what the syntax has there."""
_TRICKY = ' \n a"b\\c é\nd \n '


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
                return _Marked(self, conversation, messages, as_text=as_text).layout()
            except RefusedError as error:
                said = said or str(error)
        raise ConversationError(f"the model's chat template does not render this conversation: {said}. {_REMEDY}")

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
            messages = _one_call_each(messages)
        if not self.dialect.system:
            messages = _without_system(messages)
        yield messages
        plain = _heads_joined(messages)
        if plain != messages:
            yield plain
        alternating = _alternating(plain if self.dialect.system else _without_system(plain))
        if alternating != plain:
            yield alternating
        yield _alternating(_without_system(plain))

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
            return Message("user", f"{_OPENED}{message.content}{_CLOSED}")
        return message


class _Marked:
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
        changed = _CHANGES[self._format.changes.get(role, "as it is")](text)
        if _OPENED in changed and not native:
            return self._mark(*_results(changed, self._format.syntax))
        own = role == "assistant" or (role == "system" and self._conversation.free_of_marks)
        return self._mark(Piece(changed, True, own=own and not native))

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

        def spell(call: ToolCall) -> str:
            return write_arguments(syntax.arguments, call.arguments)

        return self._mark(*syntax.write(calls, spell)), "".join(piece.text for piece in syntax.write(marked, spell))

    def _render(self, told: Sequence[Message]) -> str:
        chat_format, conversation = self._format, self._conversation
        dialect = chat_format.dialect
        native = chat_format.syntax.native
        tools = [dialect.tool(tool) for tool in conversation.tools] if native else []
        tools = self._without_specials(tools)
        template = (
            chat_format.plain if chat_format.plain is not None and not conversation.agent else chat_format.template
        )
        return template.render(
            [dialect.message(message) for message in told],
            tools,
            **{**dialect.variables(tools), **chat_format.variables(conversation)},
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
    change = _CHANGES[changes.get(message.role, "as it is")]
    return len(pieces) == 1 and pieces[0].text == change(message.content)


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


_CHANGES: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "stripped": lambda text: text.strip(),
    "left stripped": lambda text: text.lstrip(),
    "right stripped": lambda text: text.rstrip(),
    "as JSON": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "as ASCII JSON": lambda text: json.dumps(text)[1:-1],
    "stripped, as JSON": lambda text: json.dumps(text.strip(), ensure_ascii=False)[1:-1],
    "newlines stripped": lambda text: text.strip("\n"),
}
"""What templates do to contents, by name."""


def _one_call_each(messages: Sequence[Message]) -> list[Message]:
    """Turns of several calls as turns of one call each, every one with its result behind it."""
    made: list[Message] = []
    results = {each.call_id: each for each in messages if each.role == "tool"}
    for message in messages:
        if message.role == "tool" and message.call_id in results:
            if not any(each is message for each in made):
                made.append(message)
            continue
        if len(message.calls) < 2:
            made.append(message)
            continue
        for number, call in enumerate(message.calls):
            first = number == 0
            made.append(
                replace(message, content=message.content * first, thought=message.thought * first, calls=(call,))
            )
            if call.id in results:
                made.append(results[call.id])
    return made


def _heads_joined(messages: Sequence[Message]) -> list[Message]:
    """One system message at the head; later ones are the user's."""
    head = 0
    while head < len(messages) and messages[head].role == "system":
        head += 1
    system = "\n\n".join(message.content for message in messages[:head])
    rest = [replace(each, role="user") if each.role == "system" else each for each in messages[head:]]
    return [Message("system", system), *rest] if head else rest


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The system text at the head of the first user's message."""
    plain = _heads_joined(messages)
    if not plain or plain[0].role != "system":
        return plain
    system, *rest = plain
    if rest and rest[0].role == "user":
        return [Message("user", f"{system.content}\n\n{rest[0].content}"), *rest[1:]]
    return [Message("user", system.content), *rest]


def _alternating(messages: Sequence[Message]) -> list[Message]:
    """Neighbours of the user's, and of the assistant's without calls, as one message each."""
    made: list[Message] = []
    for message in messages:
        last = made[-1] if made else None
        joins = last is not None and last.role == message.role and message.role in {"user", "assistant"}
        if joins and last is not None and not last.calls and not message.calls:
            made[-1] = replace(last, content=f"{last.content}\n\n{message.content}")
        else:
            made.append(message)
    return made


# reading


def read_format(
    source: str, *, bos: str, eos: str, variables: Mapping[str, Any], plain: str | None = None
) -> TemplateFormat:
    """See `gba.chat.formats.from_template`."""
    template = Template(source, bos, eos, dict(variables))
    try:
        probe, why = probe_of(template), ""
    except UnreadableError as error:
        probe, why = _plain(template), str(error)
    try:
        turn = read_turn(probe)
        syntax = GBA
        if not why:
            try:
                syntax = _read_syntax(turn)
            except (UnreadableError, RefusedError) as error:
                syntax, why = GBA, str(error)
        probe = turn.probe if syntax.native else replace(_plain(template), tools=())
    except RefusedError as error:
        raise ConversationError(f"the model's chat template cannot be used: {error}. {_REMEDY}") from error
    return TemplateFormat(
        "template",
        syntax=syntax,
        thinking=turn.thinking,
        stops=_stops(turn),
        bos=bool(bos) and probe.render([USER], tools=False).startswith(bos),
        why=why,
        template=template,
        dialect=probe.dialect,
        changes=_read_changes(probe, native=syntax.native),
        plain=replace(template, source=plain) if plain is not None else None,
    )


def _read_syntax(turn: Turn) -> CallSyntax:
    """The syntax of the template's calls, tried on calls that it was not read from. Raises UnreadableError."""
    wrong: list[str] = []
    for answered in (False, True):
        read = read_calls(turn.probe, turn.answer, turn.closers(), answered=answered)
        for id_length in (None, 9):
            syntax = replace(read, id_length=id_length)
            wrong = hold_out(turn.probe, syntax, answered=answered)
            if not wrong:
                return _with_answers(syntax, turn)
    raise UnreadableError(f"its template writes some calls otherwise: {wrong[0]}")


def _with_answers(syntax: CallSyntax, turn: Turn) -> CallSyntax:
    """The syntax with how the template opens answers, and a trigger that is not how anything else begins."""
    lead = turn.agent_lead()
    syntax = replace(syntax, answer=lead, chosen=bool(lead) and lead.startswith(syntax.trigger or syntax.first))
    others = ["" if syntax.chosen else lead.strip(), *([] if turn.thinking is None else [turn.thinking.open.strip()])]
    if syntax.trigger and any(other.startswith(syntax.trigger) for other in others if other):
        return replace(syntax, trigger=syntax.first.strip())
    return syntax


def _plain(template: Template) -> Probe:
    """The dialect of a template that is told of no calls. Raises ConversationError where it renders nothing at all."""
    said = ""
    for dialect in variants(Dialect()):
        probe = Probe(template, dialect)
        try:
            if USER.content not in probe.render([USER, ANSWER, USER], tools=False, prompt=True):
                raise RefusedError("it leaves the content of a message out")
        except RefusedError as error:
            said = said or str(error)
            continue
        return replace(probe, dialect=replace(dialect, system=_has_system(probe), tools=_has_results(probe)))
    raise ConversationError(f"the model's chat template cannot be used: {said}. {_REMEDY}")


def _has_system(probe: Probe) -> bool:
    try:
        return mark(50) in probe.render([Message("system", mark(50)), USER], tools=False, prompt=True)
    except RefusedError:
        return False


def _has_results(probe: Probe) -> bool:
    """Whether a result without a call before it is a turn of its own, by itself and beside another one, and told apart
    from what a user says."""
    results = [Message("tool", mark(number), call_id=mark(number + 2), name="tool") for number in (51, 52)]
    try:
        text = probe.render([USER, ANSWER, *results, ANSWER, USER], tools=False, prompt=True)
    except RefusedError:
        return False
    try:
        users = [Message("user", result.content) for result in results]
        return (
            mark(51) in text
            and mark(52) in text
            and text != probe.render([USER, ANSWER, *users, ANSWER, USER], tools=False, prompt=True)
        )
    except RefusedError:
        return True


def _stops(turn: Turn) -> tuple[str, ...]:
    """Texts that show that the model has gone past its turn: the tags that close it, and open those of others."""
    closing = turn.closing + turn.prompt
    known = () if turn.thinking is None else tuple(markers([turn.thinking.open, turn.thinking.close]))
    tags = [tag for tag in markers([closing]) if tag not in known and not turn.lead.startswith(tag)]
    return tuple(dict.fromkeys(tags))


def _read_changes(probe: Probe, *, native: bool) -> dict[str, str]:
    """What the template does to the contents of each role."""
    first, second = mark(60), mark(61)
    told = first + _TRICKY + second
    padded = f" \n {told} \n "
    call = ToolCall("f", {"a": "b"}, mark(62))
    calling = [Message("assistant", "" if native else "call", calls=(call,) if native else ())]
    ways: dict[str, list[Message]] = {
        "system": [Message("system", padded), USER],
        "user": [Message("user", padded)],
        "assistant": [USER, Message("assistant", padded), USER],
        "tool": [USER, *calling, Message("tool", padded, call_id=call.id, name="f")],
    }
    changes = {}
    for role, messages in ways.items():
        try:
            text = probe.render(messages, tools=native, prompt=True)
        except RefusedError:
            continue
        for name, change in _CHANGES.items():
            changed = change(padded)
            if changed in text and (name == "as it is" or padded not in text):
                changes[role] = name
                break
    return changes
