"""Arguments between tags as text: written as a chat template writes them, and read back by the types of a schema."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from os.path import commonprefix
from typing import Any

from gba.errors import GrammarError
from gba.grammar.literals import in_order, json_type, read_literal, write_literal
from gba.grammar.spelling import KINDS, ArgumentStyle, JsonType, Tag

__all__ = ["Kinds", "check_style", "key_end", "read_tagged", "write_tagged"]


@dataclass(frozen=True)
class Kinds:
    """The types that the values of keys may have: JSON types, and "integer" where no other number may be."""

    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    def of(self, name: str | None) -> frozenset[str]:
        """The types of a key of this name, or of any that is not named."""
        return self.others if name is None else self.named.get(name, self.others)


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


def read_tagged(style: ArgumentStyle, text: str, kinds: Kinds) -> dict[str, Any]:
    """The values of a text that the grammar of the style and the kinds allows. Raises ValueError for other texts."""
    if text == style.empty:
        return {}
    arguments: dict[str, Any] = {}
    at = _expect(text, style.begin, 0)
    while True:
        at = _expect(text, style.opening, at)
        end = text.find(key_end(style), at)
        if end < 0:
            raise ValueError(f"{key_end(style)!r} is expected behind character {at} of {text[:80]!r}")
        key = text[at:end]
        arguments[key], at = _read_value(style, text, end, kinds.of(key))
        if text[at:] == style.end:
            return arguments
        at = _expect(text, style.separator, at)


def _expect(text: str, wanted: str, at: int) -> int:
    if not text.startswith(wanted, at):
        raise ValueError(f"{wanted!r} is expected at character {at} of {text[:80]!r}")
    return at + len(wanted)


def _read_value(style: ArgumentStyle, text: str, at: int, allowed: Collection[str]) -> tuple[Any, int]:
    """The value whose tag begins at the place, and the place behind the tag."""
    for tag in _tags(style, allowed):
        if not text.startswith(tag.before, at):
            continue
        start = at + len(tag.before)
        if tag.spelling is None:
            end = text.find(tag.after, start)
            if end >= 0:
                return text[start:end], end + len(tag.after)
            continue
        try:
            value, end = read_literal(text, start, tag.spelling)
        except ValueError:
            continue
        if text.startswith(tag.after, end) and _is_one_of(value, allowed) and style.tags[json_type(value)] == tag:
            return value, end + len(tag.after)
    raise ValueError(f"no value that is allowed stands at character {at} of {text[:80]!r}")


def _tags(style: ArgumentStyle, allowed: Collection[str]) -> Iterator[Tag]:
    """The tags of these types: the longest beginning first, literals before raw text."""
    kinds: list[JsonType] = [kind for kind in KINDS if kind in allowed or (kind == "number" and "integer" in allowed)]
    tags = dict.fromkeys(style.tags[kind] for kind in kinds)
    yield from sorted(tags, key=lambda tag: (-len(tag.before), tag.spelling is None))


def _is_one_of(value: Any, allowed: Collection[str]) -> bool:
    return json_type(value) in allowed or (type(value) is int and "integer" in allowed)
