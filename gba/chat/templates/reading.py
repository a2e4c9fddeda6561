"""Reads out of a chat template how calls are written, by rendering marked calls and comparing.

Each probe is a conversation of a request and a turn with calls, whose names, keys, values and ids are marks: what
stands between the marks is the syntax.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gba.chat.messages import Message
from gba.chat.syntax import ID, INDEX, NAME, NEXT, CallSyntax
from gba.chat.tags import common_start, whole_tags
from gba.chat.templates.marks import USER, behind, common_end, mark
from gba.chat.templates.probe import NAMES, Probe, UnreadableError, results_of
from gba.chat.templates.process import RefusedError
from gba.grammar.arguments import write_arguments
from gba.grammar.strings.literals import write_literal
from gba.grammar.strings.spelling import (
    GEMMA,
    JSON,
    JSON_COMPACT,
    KINDS,
    PYTHON,
    ArgumentStyle,
    JsonType,
    Spelling,
    Tag,
)
from gba.schema.tools import ToolCall

__all__ = ["read_calls"]

_KEYS = {kind: mark(20 + number) for number, kind in enumerate(KINDS)}
_TEXT = mark(30)
_INNER_KEY, _INNER = mark(31), mark(32)
_VALUES: Mapping[JsonType, Any] = {
    "string": _TEXT,
    "number": 31.5,
    "boolean": True,
    "null": None,
    "array": [_INNER, 47, False, None],
    "object": {_INNER_KEY: _INNER, mark(29): [7, {mark(28): True}]},
}
_SPELLINGS = (
    JSON,
    replace(JSON, sort_keys=True),
    JSON_COMPACT,
    replace(JSON_COMPACT, sort_keys=True),
    PYTHON,
    replace(PYTHON, sort_keys=True),
    replace(JSON, ascii_only=True),
    replace(JSON_COMPACT, ascii_only=True),
    replace(PYTHON, quote='"', unquote='"', escapes="json"),
    GEMMA,
    replace(GEMMA, null="null"),
)
_TRICKY = "a\"b'c\\d\ne<f>é"
_PLAIN = "a\"b'c\\d é"
"""A string that asks for escapes, in whatever way; and one for templates that treat some characters apart."""


def _call(arguments: Mapping[str, Any], name: str = NAMES[0], number: int = 0) -> ToolCall:
    return ToolCall(name, arguments, mark(40 + number))


def read_calls(
    probe: Probe, answer: tuple[str, str], closers: Sequence[str] = (), *, answered: bool = False
) -> CallSyntax:
    """The syntax of the template's calls.

    ``answer``: what stands around an answer in a past turn; ``closers``: what may close a thought or a text before a
    call, and is no part of it. ``answered``: read from calls that have their results behind them, since some templates
    write those otherwise. Raises UnreadableError.
    """
    reader = _Reader(probe, answer, tuple(closers), answered)
    try:
        syntax = reader.read()
    except RefusedError as error:
        raise UnreadableError(f"its template refuses calls: {error}") from error
    return syntax


@dataclass
class _Reader:
    probe: Probe
    answer: tuple[str, str]
    closers: tuple[str, ...] = ()
    answered: bool = False
    _prompt: str = field(default="", init=False)

    def turn(self, *calls: ToolCall, content: str = "", thought: str = "") -> str:
        """What the template writes behind the user's content for a turn with these calls."""
        said = [USER, Message("assistant", content, thought, calls)]
        return behind(self.probe.render(said + results_of(calls) if self.answered else said), USER.content)

    def read(self) -> CallSyntax:
        self._prompt = behind(self.probe.render([USER], prompt=True), USER.content)
        one = _call({_KEYS["string"]: _TEXT})
        before, middle, style, tail = self._arguments(one)
        first, lead, gap = self._first(one, before)
        end = _places(self._end(tail), one)
        syntax = CallSyntax("template", first, middle, end, arguments=style, gap=gap, lead=lead, many=False)
        syntax = self._several(syntax, style)
        trigger = syntax.leading()
        at_start = not trigger or trigger.startswith(("{", "[{", '["'))
        return replace(syntax, trigger="" if at_start else trigger, at_start=at_start)

    def _first(self, one: ToolCall, before: str) -> tuple[str, str, str]:
        """What opens a call; what stands between the beginning of the turn and that; and between text and that."""
        known = self._prompt
        if not before.startswith(known):
            known = max((whole_tags(before, text) for text in (known, self.answer[0])), key=len)
        start = before[len(known) :]
        ways = [start]
        after = {what: self._before_name(one, **{what: mark(13)}) for what in ("content", "thought")}
        ways += [way for way in after.values() if way is not None]
        opening = ways[0]
        for way in ways[1:]:
            opening = common_end(opening, way)
        opening = _without(_whole_tags(opening, ways).lstrip("\n"), self.closers)
        if not opening:
            opening = start.lstrip("\n")
        lead = start.removesuffix(opening) if start.endswith(opening) else ""
        gap = after["content"]
        gap = "" if gap is None else gap.removesuffix(opening)
        return opening, lead if not lead.strip() else "", "\n" if _ENDS.search(gap) else gap

    def _before_name(self, one: ToolCall, **said: str) -> str | None:
        """What stands between a text or thought of the turn and the call's name; None where that is left out."""
        try:
            text = self.turn(one, **said)
        except RefusedError:
            return None
        if mark(13) not in text or one.name not in text[text.index(mark(13)) :]:
            return None
        to = text.rindex(one.name, 0, text.index(_KEYS["string"]))
        return _places(text[text.index(mark(13)) + len(mark(13)) : to], one)

    # arguments

    def _arguments(self, one: ToolCall) -> tuple[str, str, ArgumentStyle, str]:
        """What stands before the name, between name and arguments, how these are written, and what follows them."""
        text = self.turn(one)
        at = text.find(one.name)
        key = _KEYS["string"]
        at_key = text.find(key)
        if at < 0 or at_key < 0:
            raise UnreadableError("its template leaves names or arguments of calls out")
        at = text.rindex(one.name, 0, at_key) if one.name in text[:at_key] else at
        if at > at_key:
            raise UnreadableError("its template writes a call's arguments before its name")
        before, tail = text[:at], text[at + len(one.name) :]
        for spelling in _SPELLINGS:
            spelled = write_arguments(ArgumentStyle(spelling), one.arguments)
            if spelled in tail and self._one_value(spelling):
                middle, _, rest = tail.partition(spelled)
                return _places(before, one), _places(middle, one), ArgumentStyle(self._whole(spelling)), rest
        style, middle, rest = self._tagged(one, tail)
        return _places(before, one), _places(middle, one), style, rest

    def _one_value(self, spelling: Spelling) -> bool:
        """Whether arguments of all types are one value in this spelling."""
        return self._whole_or_none(spelling) is not None

    def _whole(self, spelling: Spelling) -> Spelling:
        found = self._whole_or_none(spelling)
        assert found is not None
        return found

    def _whole_or_none(self, spelling: Spelling) -> Spelling | None:
        arguments = {_KEYS[kind]: _VALUES[kind] for kind in reversed(KINDS)} | {mark(26): _TRICKY}
        text = self.turn(_call(arguments))
        for candidate in (spelling, *_SPELLINGS):
            if write_arguments(ArgumentStyle(candidate), arguments) in text:
                return candidate
        return None

    def _tagged(self, one: ToolCall, text: str) -> tuple[ArgumentStyle, str, str]:
        """Arguments one after another, each between tags."""
        key, other = _KEYS["string"], mark(27)
        head, _, after_key = text.partition(key)
        open_value, _, tail = after_key.partition(_TEXT)
        two = self.turn(_call({key: _TEXT, other: _INNER}))
        between = _between(two, _TEXT, other)
        tags: dict[JsonType, Tag] = {}
        for kind in KINDS:
            tags[kind] = self._tag(kind, key, other)
        quoted = tags["string"]
        opening = _tidy(common_end(head, between))
        rest = between.removesuffix(opening) if opening else between
        closing = common_start(rest, tail)
        separator = rest[len(closing) :]
        trimmed = {
            kind: replace(tag, after=common_start(tag.after, _closing(tag.after, closing, separator + opening)))
            for kind, tag in tags.items()
        }
        del open_value, quoted
        begin = head.removesuffix(opening) if opening else head
        empty = self._empty(one)
        middle, begin = (begin, "") if empty is None else (common_start(begin, empty[0]), "")
        if empty is not None:
            begin = head.removesuffix(opening)[len(middle) :] if opening else head[len(middle) :]
        final = tail.removeprefix(trimmed["string"].after)
        end, none = "", ""
        if empty is not None:
            shared = common_end(final, empty[0][len(middle) :])
            end, none = final.removesuffix(shared), empty[0][len(middle) :].removesuffix(shared)
            final = shared
        style = ArgumentStyle(
            tags=trimmed,
            begin=begin,
            opening=opening,
            separator=separator,
            end=end,
            empty=none,
            sort_keys=self._sorted(),
        )
        return style, middle, final

    def _tag(self, kind: JsonType, key: str, other: str) -> Tag:
        """What stands around a value of one type, and how it is spelled."""
        value = _VALUES[kind]
        text = self.turn(_call({key: value, other: _TEXT}))
        found = _between(text, key, other)
        if kind == "string":
            for tricky in (_TRICKY, _PLAIN):
                told = _between(self.turn(_call({key: tricky, other: _TEXT})), key, other)
                if (tag := _string_tag(found, told, tricky)) is not None:
                    return tag
            raise UnreadableError("its template writes strings in a way of its own")
        for spelling in _SPELLINGS:
            spelled = write_literal(value, spelling)
            if spelled in found:
                before, _, after = found.rpartition(spelled)
                return Tag(before, after, spelling)
        raise UnreadableError(f"its template writes arguments of type {kind} in a way of its own")

    def _empty(self, one: ToolCall) -> tuple[str] | None:
        """What a call without arguments has behind its name."""
        try:
            text = self.turn(_call({}))
        except RefusedError:
            return None
        return (text[text.rindex(one.name) + len(one.name) :],) if one.name in text else None

    def _sorted(self) -> bool:
        keys = [mark(27), mark(24), mark(25)]
        text = self.turn(_call(dict.fromkeys(keys, _TEXT)))
        return sorted(keys, key=text.find) != keys

    # calls

    def _end(self, tail: str) -> str:
        """What the model writes tail the last arguments: up to the end of its turn."""
        closing = self.answer[1]
        found = _ENDS.search(tail)
        if found:
            return tail[: found.start()]
        if self.answered and closing.strip() and closing in tail:
            return tail[: tail.index(closing)]
        shared = closing if closing and tail.endswith(closing) else _from_tag(common_end(tail, closing))
        return tail.removesuffix(shared) if shared else tail

    def _several(self, syntax: CallSyntax, style: ArgumentStyle) -> CallSyntax:
        """The syntax with what stands between calls; as it is where the template takes one call only."""
        calls = [_call({_KEYS["string"]: _TEXT}, name, number) for number, name in enumerate(NAMES)]
        spelled = write_arguments(style, calls[0].arguments)
        try:
            two, three = self.turn(*calls[:2]), self.turn(*calls)
        except RefusedError:
            return syntax
        if two.count(spelled) < 2 or calls[1].name not in two:
            return syntax
        try:
            return self._joined(syntax, calls, spelled, two, three)
        except UnreadableError:
            return syntax  # the template writes later calls in another way: one call a turn

    def _joined(self, syntax: CallSyntax, calls: Sequence[ToolCall], spelled: str, two: str, three: str) -> CallSyntax:
        """The syntax, with what the calls of two turns, of two and of three, show."""
        between = self._joint(two, spelled, calls[0], calls[1])
        again = self._joint(three[three.index(calls[1].name) :], spelled, calls[1], calls[2])
        middles = [self._middle(three, spelled, call) for call in calls]
        counted, start = _counted([between, again])
        middle, from_middle = _counted(middles)
        index = from_middle if from_middle is not None else None if start is None else start - 1
        if NAME in counted.rpartition(NEXT)[2]:
            return syntax  # the name comes before it is chosen: one call a turn
        syntax = replace(syntax, between=counted, many=True)
        if index is None:
            return syntax
        first = syntax.first if start is None else _count_first(syntax.first, counted, str(index))
        middle = middle if from_middle is not None else syntax.middle
        return replace(syntax, index=index, middle=middle, first=first)

    def _joint(self, text: str, spelled: str, ended: ToolCall, opens: ToolCall) -> str:
        raw = _between(text, spelled, opens.name, last=True)
        return _joint_places(raw, ended, opens)

    def _middle(self, text: str, spelled: str, call: ToolCall) -> str:
        at = text.rfind(call.name, 0, text.find(spelled, text.find(call.name)))
        return _places(text[at + len(call.name) : text.index(spelled, at)], call)


def _places(text: str, call: ToolCall) -> str:
    return text.replace(call.name, NAME).replace(call.id, ID)


def _joint_places(raw: str, ended: ToolCall, opens: ToolCall) -> str:
    at = raw.rfind(ended.id) + len(ended.id) if ended.id in raw else 0
    at = max(at, raw.rfind(ended.name) + len(ended.name) if ended.name in raw else 0)
    head, tail = _places(raw[:at], ended), _places(raw[at:], opens)
    return f"{head}{NEXT}{tail}" if at else tail


def _counted(texts: Sequence[str]) -> tuple[str, int | None]:
    """The text that the first two have in common, with INDEX in place of a number that goes up by one, and the first
    number. None instead of the number: they are equal. Raises UnreadableError where they differ otherwise."""
    first, second = texts[0], texts[1]
    if first == second:
        return first, None
    for found in re.finditer(r"\d+", first):
        number = int(found.group())
        other = first[: found.start()] + str(number + 1) + first[found.end() :]
        if other == second:
            return first[: found.start()] + INDEX + first[found.end() :], number
    raise UnreadableError("its template writes later calls of a turn in another way than the first ones")


def _count_first(first: str, between: str, number: str) -> str:
    """The opening of the first call with its number as a place, found by what stands around it before later calls."""
    if INDEX not in between:
        return first
    tail = between.rpartition(INDEX)[2]
    if first.endswith(number + tail):
        return first[: len(first) - len(number + tail)] + INDEX + tail
    return first


def _string_tag(found: str, told: str, tricky: str) -> Tag | None:
    """How a string stands between key and next argument, as an easy and a tricky one show it."""
    before, _, after = found.partition(_TEXT)
    for spelling in (GEMMA, *_SPELLINGS):
        if before.endswith(spelling.quote) and after.startswith(spelling.unquote):
            head, tail = before.removesuffix(spelling.quote), after.removeprefix(spelling.unquote)
            if told == head + write_literal(tricky, spelling) + tail:
                return Tag(head, tail, spelling)
    return Tag(before, after, None) if told == before + tricky + after else None


def _closing(after: str, closing: str, next_one: str) -> str:
    """The part of what stands behind a value that belongs to it: without the separator and the next opening."""
    return after.removesuffix(next_one) if next_one and after.endswith(next_one) else after or closing


def _between(text: str, start: str, end: str, *, last: bool = False) -> str:
    at = text.find(start)
    if at < 0:
        raise UnreadableError("its template leaves arguments out")
    at += len(start)
    to = text.find(end, at)
    if to < 0:
        raise UnreadableError("its template leaves arguments or calls out")
    if last:  # a name that is written twice: up to the place that stands next to the arguments
        following = text.find(start, to)
        to = text.rfind(end, at, following if following > 0 else len(text))
    return text[at:to]


def _tidy(opening: str) -> str:
    """The opening of an argument, from the first tag or line in it on: what comes before that closes something else."""
    found = re.search(r"[\n<\[|]", opening)
    return opening[found.start() :] if found else opening


def _from_tag(text: str) -> str:
    """The text from the first whole tag or line in it on."""
    found = re.search(r"[\n<\[]", text)
    return text[found.start() :] if found else ""


def _without(opening: str, closers: Sequence[str]) -> str:
    """The opening without what closes something else before it."""
    again = True
    while again:
        again = False
        for closer in closers:
            if closer.strip() and opening.startswith(closer.strip()):
                opening, again = opening[len(closer.strip()) :].lstrip(), True
    return opening


def _whole_tags(opening: str, ways: Sequence[str]) -> str:
    """The common opening from its first whole tag on, if it begins within one."""
    at = len(ways[0]) - len(opening)
    head = ways[0][:at]
    inside = max(head.rfind("<"), head.rfind("[")) > max(head.rfind(">"), head.rfind("]"))
    closes = re.match(r"[^<\[]*[>\]]", opening)
    return opening[closes.end() :] if inside and closes and any(way != opening for way in ways) else opening


_ENDS = re.compile(
    r"<\|(?:im_end|eot_id|eom_id|end|call|calls|return|eot|end_of_text|endoftext|end_of_turn|END_OF_TURN_TOKEN"
    r"|end_of_msg|message_sep|assistant_end|role_end)\|>|<end_of_turn>|<turn\|>|<\|tool_response>|</s>|<[^<>]{0,3}end▁of▁sentence[^<>]{0,3}>"
    r"|<[^<>]{0,3}hy_eos[^<>]*>|\[e~\[|<seed:eos>|<SPECIAL_12>|<end_of_sentence>"
)
"""Tokens that end a turn in templates in which calls and answers end differently."""
