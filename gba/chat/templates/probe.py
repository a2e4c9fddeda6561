"""A template and how it wants to be told of calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gba.chat.messages import Message
from gba.chat.templates.dialect import Dialect, variants
from gba.chat.templates.marks import ANSWER, USER, behind, mark
from gba.chat.templates.process import RefusedError, Template
from gba.schema.tools import ToolCall, ToolSpec

__all__ = ["NAMES", "Probe", "UnreadableError", "probe_of", "results_of"]


class UnreadableError(Exception):
    """The template has no way to write calls, or none that can be read; the message says why."""


@dataclass(frozen=True)
class Probe:
    """A template and how it wants its messages."""

    template: Template
    dialect: Dialect
    tools: tuple[ToolSpec, ...] = ()

    def render(self, messages: Sequence[Message], *, tools: bool = True, prompt: bool = False) -> str:
        """The text of the messages. Raises RefusedError."""
        told = [self.dialect.tool(tool) for tool in self.tools] if tools else []
        return self.template.render(
            [self.dialect.message(message) for message in messages],
            told,
            prompt=prompt,
            **self.dialect.variables(self.template.source, told),
        )


NAMES = (mark(1), mark(2), mark(3))
"""Names of tools, which are marks."""
_TOOLS = tuple(
    ToolSpec(name, "Does it.", {"type": "object", "properties": {"a": {"type": "string", "description": "One."}}})
    for name in NAMES
)


def probe_of(template: Template) -> Probe:
    """The dialect in which the template renders a call and its result.

    Raises UnreadableError where there is none: then tools have to be told of in another way.
    """
    call = ToolCall(NAMES[0], {mark(20): mark(30)}, mark(40))
    result = Message("tool", mark(12), call_id=call.id, name=call.name)
    conversation = [USER, Message("assistant", calls=(call,)), result]
    said = ""
    best: Probe | None = None
    for dialect in variants(Dialect()):
        probe = Probe(template, dialect, _TOOLS)
        try:
            text = probe.render(conversation, prompt=True)
            probe.render([*conversation, ANSWER, USER], prompt=True)
        except RefusedError as error:
            said = said or str(error)
            continue
        if NAMES[0] in behind(text, USER.content) and mark(30) in text:
            return probe
        best = best or probe
    if best is None:
        raise UnreadableError(f"its template does not render calls: {said}")
    raise UnreadableError("its template leaves calls out")


def results_of(calls: Sequence[ToolCall]) -> list[Message]:
    """A result for each call."""
    return [Message("tool", mark(12), call_id=call.id, name=call.name) for call in calls]
