"""Reads a chat format out of a template: its dialect, its turns, its calls, and what it does to contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gba.chat.messages import Message
from gba.chat.syntax import NAME, CallSyntax
from gba.chat.syntaxes import GBA
from gba.chat.templates.changes import CHANGES
from gba.chat.templates.dialect import Dialect, variants
from gba.chat.templates.format import REMEDY, TemplateFormat
from gba.chat.templates.held_out import hold_out
from gba.chat.templates.kept import Reading, keep, kept, key_of
from gba.chat.templates.marks import ANSWER, USER, mark
from gba.chat.templates.probe import Probe, UnreadableError, probe_of
from gba.chat.templates.process import RefusedError, Template, bounded
from gba.chat.templates.reading import read_calls
from gba.chat.templates.thinking import Turn, markers, read_turn
from gba.errors import ConversationError
from gba.schema.tools import ToolCall

__all__ = ["read_format"]

_TRICKY = ' \n a"b\\c é\nd \n '


def read_format(
    source: str, *, bos: str, eos: str, variables: Mapping[str, Any], plain: str | None = None
) -> TemplateFormat:
    """See `gba.chat.formats.from_template`. What is found is kept on disk (`gba.chat.templates.kept`)."""
    template = Template(source, bos, eos, dict(variables))
    key = key_of(source, plain, bos, eos, variables)
    reading = kept(key)
    if reading is None:
        reading = _read(template)
        keep(key, reading)
    return TemplateFormat(
        "template",
        syntax=reading.call_syntax(),
        thinking=reading.thinking,
        stops=reading.stops,
        bos=reading.bos,
        why=reading.why,
        template=template,
        dialect=reading.dialect,
        changes=reading.changes,
        plain=replace(template, source=plain) if plain is not None else None,
    )


@bounded()
def _read(template: Template) -> Reading:
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
        raise ConversationError(f"the model's chat template cannot be used: {error}. {REMEDY}") from error
    bos = template.bos
    return Reading(
        syntax=syntax if syntax.native else None,
        thinking=turn.thinking,
        stops=_stops(turn, syntax),
        bos=bool(bos) and probe.render([USER], tools=False).startswith(bos),
        why=why,
        dialect=probe.dialect,
        changes=_read_changes(probe, native=syntax.native),
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
        return replace(syntax, trigger=syntax.first.partition(NAME)[0].strip())
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
    raise ConversationError(f"the model's chat template cannot be used: {said}. {REMEDY}")


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


def _stops(turn: Turn, syntax: CallSyntax) -> tuple[str, ...]:
    """Texts that show that the model has gone past its turn: the tags that close it, and open those of others."""
    known = [] if turn.thinking is None else [turn.thinking.open, turn.thinking.close]
    inside = {*markers([*known, turn.lead]), *(markers([syntax.first, syntax.between]) if syntax.native else ())}
    return tuple(tag for tag in dict.fromkeys(markers([turn.closing + turn.prompt])) if tag not in inside)


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
        for name, change in CHANGES.items():
            changed = change(padded)
            if changed in text and (name == "as it is" or padded not in text):
                changes[role] = name
                break
    return changes
