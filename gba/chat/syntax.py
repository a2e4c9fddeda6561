"""How a model writes calls and thoughts: data, read out of its template (`gba.chat.templates`) or built in.

Texts of a syntax may have places: `NAME` where the tool's name is repeated, `ID` where the call's id stands, `INDEX`
where calls are counted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gba.chat.messages import Message
from gba.grammar.arguments import write_arguments, written_marks
from gba.grammar.strings.spelling import ArgumentStyle
from gba.schema.tools import ToolCall, ToolSpec

__all__ = [
    "ID",
    "INDEX",
    "NAME",
    "NEXT",
    "CallSyntax",
    "Instructions",
    "Thinking",
    "Written",
    "written",
]

NAME, ID, INDEX = "\0name\0", "\0id\0", "\0index\0"
NEXT = "\0next\0"
"""Parts what belongs to the call that ends from what belongs to the next one, in the text between them."""

Instructions = Callable[[str, Sequence[ToolSpec], "Mapping[str, Any] | None", bool], str]
"""From the user's system text, the tools, the schema of the answer and whether a thought is asked for: the system
message, with the tools and how to call them."""

_TAG = re.compile(r"<[^<>\s\0]{1,80}>")
_FIRST_TAG = re.compile(
    r"\s*(?:<\|open\|>[^<>\n]{1,60}<\|sep\|>|<[^<>\n]{1,80}>|\[[A-Z_]{2,40}\]|\]<\][a-z]+\[>\[<[a-z_]+>)"
)


@dataclass(frozen=True)
class Thinking:
    """How a model thinks before it answers or calls.

    ``open`` and ``close`` stand around the thought. ``marker``: the part of ``close`` by which the model says that it
    is done (the rest, white space and the like, is forced where gba goes on). ``switch``: the template's variable that
    turns thinking on and off, "" where there is none.
    """

    open: str
    close: str
    marker: str
    switch: str = ""


@dataclass(frozen=True)
class Written:
    """A piece of text: structure, in which names of control tokens are control tokens, or ``content``, in which they
    are not. ``own``: content that has the marks of the syntax itself, written by the model or by gba."""

    text: str
    content: bool = False
    own: bool = False


@dataclass(frozen=True)
class CallSyntax:
    """How calls are written in the assistant's turn.

    ``first`` opens the first call and ends where its name begins; ``middle`` stands between name and arguments;
    ``between`` from the end of a call's arguments to the next one's name; ``end`` after the last call's arguments.
    ``arguments``: how these are written. ``index``: the number of a turn's first call.

    ``trigger``: the text by which a model says that it is about to call; a syntax that has none opens calls at the
    very beginning of the turn (``at_start``). ``answer``: what opens an answer where that is said, too. ``chosen``: an
    answer is chosen like a tool, by ``answer``, and what stands before it is the thought. ``gap``: what stands between
    text and a call behind it; ``lead``: between the beginning of the turn and a call.

    ``opens``: what begins the turn, before a thought. ``many``: whether a turn can have several calls. ``id_length``:
    the length of ids that the template insists on. ``instructions``: what tells the model of the tools where its
    template does not; ``result``: what stands around a tool's result in a turn of the user's there, and
    ``results_of_user`` that it always is one.
    """

    name: str
    first: str
    middle: str
    end: str
    between: str = ""
    arguments: ArgumentStyle = field(default_factory=ArgumentStyle)
    index: int = 0
    trigger: str = ""
    at_start: bool = False
    answer: str = ""
    chosen: bool = False
    gap: str = "\n"
    lead: str = ""
    opens: str = ""
    many: bool = True
    id_length: int | None = None
    instructions: Instructions | None = field(default=None, repr=False, compare=False)
    result: tuple[str, str] = ("", "")
    results_of_user: bool = False

    @property
    def native(self) -> bool:
        """Whether the model's own template tells of tools, calls and results."""
        return self.instructions is None

    def fill(self, text: str, name: str, call_id: str, number: int) -> list[Written]:
        """A text of the syntax with its places filled; ``number`` counts the calls of a turn from 0."""
        values = {NAME: name, ID: self.id(call_id), INDEX: str(self.index + number)}
        return [
            Written(values.get(piece, piece), piece in (NAME, ID)) for piece in re.split(r"(\0\w+\0)", text) if piece
        ]

    def plain(self, text: str, name: str, call_id: str, number: int) -> str:
        """`fill`, as one text."""
        return "".join(piece.text for piece in self.fill(text, name, call_id, number))

    def opened(self, call: ToolCall, number: int) -> list[Written]:
        """The name of a call and all that stands between it and the arguments."""
        return [Written(call.name, True), *self.fill(self.middle, call.name, call.id, number)]

    def write(self, calls: Sequence[ToolCall]) -> list[Written]:
        """The text of a turn's calls."""
        pieces: list[Written] = []
        for number, call in enumerate(calls):
            if number:
                before = calls[number - 1]
                pieces += self.joint(before, call, number)
            else:
                pieces += self.fill(self.first, call.name, call.id, number)
            spelled = write_arguments(self.arguments, call.arguments)
            spans = written_marks(self.arguments, call.arguments, spelled)
            pieces += [*self.opened(call, number), *parted(spelled, spans)]
        last = calls[-1]
        return [*pieces, *self.fill(self.end, last.name, last.id, len(calls) - 1)]

    def joint(self, before: ToolCall, call: ToolCall, number: int) -> list[Written]:
        """The text between two calls; ``number`` is that of the second one."""
        ended, _, opens = self.between.rpartition(NEXT)
        return [
            *self.fill(ended, before.name, before.id, number - 1),
            *self.fill(opens, call.name, call.id, number),
        ]

    def id(self, call_id: str) -> str:
        """The id as the template takes it: itself, or one of the right length that is made out of it."""
        if self.id_length is None or (len(call_id) == self.id_length and call_id.isalnum()):
            return call_id
        return hashlib.sha256(call_id.encode()).hexdigest()[: self.id_length]

    def begins_call(self, text: str) -> bool:
        """Whether a text before the trigger is no text, but belongs to the call: what comes before the trigger in its
        opening, or what the model has begun with though it stands behind the name."""
        head = text.strip()
        before = self.first.partition(self.trigger)[0].strip() if self.trigger else ""
        named = re.escape(before).replace(re.escape(NAME), r"[\w.:/-]+")
        return bool(head) and (
            self.middle.strip().startswith(head) or (bool(before) and bool(re.fullmatch(named, head)))
        )

    def leading(self) -> str:
        """The beginning of a call by which it is recognised in text."""
        found = _FIRST_TAG.match(self.first)
        if found:
            return found.group().strip()
        if NAME not in self.first:
            return self.first.strip()
        tags = _TAG.findall(self.first.partition(NAME)[2])
        return str(tags[-1]) if tags else ""


def parted(text: str, spans: Sequence[tuple[int, int]], begin: int = 0) -> list[Written]:
    """The text from ``begin`` on: what stands in the spans is structure, everything else content."""
    parts, at = [], begin
    for start, end in spans:
        parts += [Written(text[at : max(at, start)], True), Written(text[max(at, start) : end], own=True)]
        at = max(at, end)
    return [part for part in (*parts, Written(text[at:], True)) if part.text]


def written(message: Message, syntax: CallSyntax, *, agent: bool) -> str:
    """An assistant's message as text, for a model whose template knows no calls; ``agent``: it had to choose between
    calls and an answer."""
    if not agent and not message.calls:
        return message.content
    thought = "\n".join(part for part in (message.thought, message.content if message.calls else "") if part)
    lead = syntax.opens + thought + syntax.gap if thought else ""
    if not message.calls:
        return lead + syntax.answer + message.content
    calls = syntax.write(message.calls)
    return lead + "".join(piece.text for piece in calls)
