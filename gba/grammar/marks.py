"""Which parts of a text of arguments are the syntax's own, and which are keys and values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from gba.grammar.strings.literals import json_type, read_literal
from gba.grammar.strings.spelling import ArgumentStyle, JsonType, Spelling, Tag
from gba.grammar.tagged_text import Kinds, key_end, tags_of

__all__ = ["Spans", "kinds_of_values", "marks"]

Spans: TypeAlias = list[tuple[int, int]]
"""Begins and ends of parts of a text, from left to right."""


def kinds_of_values(arguments: Mapping[str, Any]) -> Kinds:
    """The types of values that are known."""
    return Kinds({key: frozenset({json_type(value)}) for key, value in arguments.items()})


def marks(style: ArgumentStyle, text: str, kinds: Kinds) -> Spans:
    """Where the style's own texts stand in arguments that are written, or under way: what opens and closes keys and
    values, and the quotes that are no single characters. Everything else is a key or a value, whatever is in it."""
    if not style.tagged:
        return _quotes(style.spelling, text, 0)
    if text == style.empty:
        return [(0, len(text))] if text else []
    spans: Spans = []
    at, following, last = 0, style.begin + style.opening, style.empty
    while at < len(text):
        if not text.startswith(following, at):
            if any(_begins(each, text, at) for each in (following, last)):
                spans.append((at, len(text)))
            break
        key = at + len(following)
        end = text.find(key_end(style), key)
        spans.append((at, key))
        if end < 0:
            break
        around, at = _value(style, text, end, kinds.of(text[key:end]))
        spans += around
        following, last = style.separator + style.opening, style.end
    return [span for span in spans if span[0] < span[1]]


def _value(style: ArgumentStyle, text: str, at: int, allowed: Collection[str]) -> tuple[Spans, int]:
    """What stands around the value whose tag begins at the place, and the place behind it: the end of the text where
    the value has none yet."""
    under_way: Spans = []
    for tag in tags_of(style, allowed):
        start = at + len(tag.before)
        if not text.startswith(tag.before, at):
            if not under_way and tag.before.startswith(text[at:]):
                under_way = [(at, len(text))]
            continue
        quotes = _quotes(tag.spelling, text, start)
        end = _end(style, tag, text, start)
        behind = end + len(tag.after)
        rest = [text[behind:], style.separator + style.opening, style.end]
        if end >= 0 and text.startswith(tag.after, end) and any(_begins(each, rest[0], 0) for each in rest[1:]):
            return [(at, start), *(span for span in quotes if span[1] <= end), (end, behind)], behind
        if not under_way:
            under_way = [(at, start), *quotes]
            if end >= 0 and tag.spelling is not None and tag.after.startswith(text[end:]):
                under_way.append((end, len(text)))
    return under_way, len(text)


def _end(style: ArgumentStyle, tag: Tag, text: str, start: int) -> int:
    """Where the value ends, -1 where it does not."""
    if tag.spelling is None:
        return text.find(tag.after, start)
    try:
        value, end = read_literal(text, start, tag.spelling)
    except ValueError:
        return -1
    kind: JsonType = json_type(value)
    return end if style.tags[kind] == tag else -1


def _begins(mark: str, text: str, at: int) -> bool:
    """Whether the text goes on with the mark, as far as it goes."""
    return text.startswith(mark, at) or mark.startswith(text[at:])


def _quotes(spelling: Spelling | None, text: str, at: int) -> Spans:
    """Quotes of more than a character, which no string has inside."""
    quotes = {each for each in (spelling.quote, spelling.unquote) if len(each) > 1} if spelling is not None else set()
    if not quotes:
        return []
    return [found.span() for found in re.compile("|".join(map(re.escape, sorted(quotes)))).finditer(text, at)]
