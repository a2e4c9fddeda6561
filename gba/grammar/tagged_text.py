"""Arguments between tags as text: written as a chat template writes them, and read back by the types of a schema."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from os.path import commonprefix
from typing import Any, TypeAlias

from gba.errors import GrammarError
from gba.grammar.strings.literals import in_order, json_type, read_literal, write_literal
from gba.grammar.strings.spelling import KINDS, ArgumentStyle, JsonType, Tag

__all__ = ["Kinds", "check_style", "key_end", "read_tagged", "readings", "tags_of", "write_tagged"]


@dataclass(frozen=True)
class Kinds:
    """The types that the values of keys may have: JSON types, and "integer" where no other number may be.

    ``several``: which of its types a value has may depend on other arguments.
    """

    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    several: bool = False

    def of(self, name: str) -> frozenset[str]:
        """The types of the key of this name."""
        return self.named.get(name, self.others)


def check_style(style: ArgumentStyle) -> None:
    """Raise GrammarError for tags that leave open where a key or a value ends."""
    missing = [kind for kind in KINDS if kind not in style.tags]
    if missing:
        raise GrammarError(f"the style has no tag for {', '.join(missing)}: tags are needed for every JSON type")
    if not key_end(style):
        raise GrammarError("nothing ends a key: let all tags begin with the same text")
    for kind, tag in style.tags.items():
        if tag.spelling is None and (kind != "string" or not tag.after):
            raise GrammarError(f"a raw {kind} would not end: only strings are raw, and a text has to follow them")


def key_end(style: ArgumentStyle) -> str:
    """What stands behind each key, whatever the type of its value."""
    return commonprefix([tag.before for tag in style.tags.values()])  # noqa: RUF071 - of texts


def write_tagged(style: ArgumentStyle, arguments: Mapping[str, Any]) -> str:
    """The arguments as text. Raises TypeError for values that are not JSON."""
    if not arguments:
        return style.empty
    written = (
        f"{style.opening}{key}{_write_value(style.tags[json_type(arguments[key])], arguments[key])}"
        for key in in_order(arguments, by_name=style.sort_keys)
    )
    return f"{style.begin}{style.separator.join(written)}{style.end}"


def _write_value(tag: Tag, value: Any) -> str:
    text = value if tag.spelling is None else write_literal(value, tag.spelling)
    return f"{tag.before}{text}{tag.after}"


def read_tagged(
    style: ArgumentStyle, text: str, kinds: Kinds, valid: Callable[[Mapping[str, Any]], bool]
) -> dict[str, Any]:
    """The values of a text that the grammar of the style and the kinds allows. Raises ValueError for other texts.

    Where the types that the text can be read as depend on each other, it is the first reading that is ``valid``.
    """
    found = readings(style, text, kinds)
    first = next(found, None)
    if first is None:
        raise ValueError(f"these are no arguments in this syntax: {text[:200]!r}")
    if not kinds.several or valid(first):
        return first
    return next(filter(valid, itertools.islice(found, _READINGS)), first)


_READINGS = 64
"""Readings of a text that are tried."""

_Read: TypeAlias = "tuple[_Read, str, Any] | None"
"""The arguments that have been read: all before the last one, its key, its value."""


def readings(style: ArgumentStyle, text: str, kinds: Kinds) -> Iterator[dict[str, Any]]:
    """All ways to read the text, those first in which as little as possible is a string."""
    if text == style.empty:
        yield {}
    waiting: list[tuple[int, _Read]] = []
    if text.startswith(style.begin + style.opening):
        waiting.append((len(style.begin + style.opening), None))
    while waiting:
        at, before = waiting.pop()
        end = text.find(key_end(style), at)
        if end < 0:
            continue
        key, following = text[at:end], style.separator + style.opening
        ways: list[tuple[int, _Read]] = []
        for value, after in _values(style, text, end, kinds.of(key)):
            read: _Read = (before, key, value)
            if text[after:] == style.end:
                yield _arguments(read)
            elif text.startswith(following, after):
                ways.append((after + len(following), read))
        waiting.extend(reversed(ways))


def _arguments(read: _Read) -> dict[str, Any]:
    """The arguments in their order; of a key that comes again the last value counts."""
    found: list[tuple[str, Any]] = []
    while read is not None:
        read, key, value = read
        found.append((key, value))
    return dict(reversed(found))


def _values(style: ArgumentStyle, text: str, at: int, allowed: Collection[str]) -> Iterator[tuple[Any, int]]:
    """The values whose tag begins at the place, each with the place behind the tag."""
    for tag in tags_of(style, allowed):
        if not text.startswith(tag.before, at):
            continue
        start = at + len(tag.before)
        if tag.spelling is None:
            end = text.find(tag.after, start)
            if end >= 0:
                yield text[start:end], end + len(tag.after)
            continue
        try:
            value, end = read_literal(text, start, tag.spelling)
        except ValueError:
            continue
        if text.startswith(tag.after, end) and _is_one_of(value, allowed) and style.tags[json_type(value)] == tag:
            yield value, end + len(tag.after)


def tags_of(style: ArgumentStyle, allowed: Collection[str]) -> Iterator[Tag]:
    """The tags of these types: the longest beginning first, literals before raw text."""
    kinds: list[JsonType] = [kind for kind in KINDS if kind in allowed or (kind == "number" and "integer" in allowed)]
    tags = dict.fromkeys(style.tags[kind] for kind in kinds)
    yield from sorted(tags, key=lambda tag: (-len(tag.before), tag.spelling is None))


def _is_one_of(value: Any, allowed: Collection[str]) -> bool:
    return json_type(value) in allowed or (type(value) is int and "integer" in allowed)
