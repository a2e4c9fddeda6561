"""How the members of an object are written: its keys, what stands before and after their values, what is around all."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Protocol

from gba.grammar.gbnf.nodes import EMPTY, Literal, Node, alt, lit, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import EVERY_STRING, Dfa
from gba.grammar.regular.languages import always
from gba.grammar.strings.json_strings import dfa_node, quoted
from gba.grammar.strings.literals import in_order
from gba.grammar.strings.quoting import Strings
from gba.grammar.strings.raw_strings import RawStrings
from gba.grammar.values.context import Context
from gba.grammar.values.free import Entry
from gba.grammar.values.keys import keys_except, other_keys
from gba.schema.nodes import Conjunction, Residual
from gba.schema.work import TooLargeError, Work

__all__ = ["BareKeys", "Keys", "Members", "braces"]


class Keys(Protocol):
    """The keys of objects. ``quote``: what each of them begins with; ``colon``: what stands between key and value."""

    quote: Node
    colon: Node

    def text(self, name: str) -> str | None:
        """A key from behind the ``quote`` up to the ``colon``; None where it cannot be written."""

    def others(self, names: tuple[str, ...]) -> Node | None:
        """Any key but these, from behind the ``quote``, the ``colon`` included. Raises TooLargeError."""

    def of(self, dfa: Dfa) -> Node | None:
        """The keys of a language in the same way. Raises TooLargeError."""


class _JsonKeys:
    """Keys in JSON's quotation marks."""

    quote: Node = Literal('"')

    def __init__(self, rules: Rules, colon: Node) -> None:
        self.rules, self.colon = rules, colon

    def text(self, name: str) -> str | None:
        return quoted(name)[1:]

    def others(self, names: tuple[str, ...]) -> Node | None:
        return seq(keys_except(names, self.rules), self.colon)

    def of(self, dfa: Dfa) -> Node | None:
        return seq(dfa_node(dfa, self.rules, "key"), self.colon)


class _QuotedKeys:
    """Keys that are written as strings are."""

    quote: Node = EMPTY

    def __init__(self, strings: Strings, colon: Node) -> None:
        self.strings, self.colon = strings, colon

    def text(self, name: str) -> str | None:
        return self.strings.literal(name) if self.strings.writable(name) else None

    def others(self, names: tuple[str, ...]) -> Node | None:
        return self.of(other_keys(names))

    def of(self, dfa: Dfa) -> Node | None:
        found = self.strings.of(dfa, "key")
        return None if found is None else seq(found, self.colon)


class BareKeys:
    """Keys without quotes, up to where the text before values first occurs, each behind an ``opening``."""

    def __init__(
        self, rules: Rules, colon: str, opening: str = "", refused: Dfa | None = None, work: Work | None = None
    ) -> None:
        self.quote, self.colon = lit(opening), lit(colon)
        self._strings = RawStrings(rules, "", colon, refused, work)

    def text(self, name: str) -> str | None:
        """The key as it is written; None for a name that contains the text which ends keys."""
        return name if self._strings.writable(name) else None

    def others(self, names: tuple[str, ...]) -> Node | None:
        """As in `Keys`."""
        return self.of(other_keys(names))

    def of(self, dfa: Dfa) -> Node | None:
        """As in `Keys`."""
        return self._strings.of(dfa, "key")


@functools.cache
def _ends_an_object() -> Dfa:
    """Texts that cannot be bare keys, since they begin with what closes an object."""
    return always(r"(?:\}[\s\S]*)")


class Members:
    """Writes the members of an object in braces; subclasses write them in other ways.

    ``value`` writes a value and what stands behind it; it gives None where there is none.
    """

    def __init__(self, compiler: Context, keys: Keys, value: Callable[[Conjunction], Node | None]) -> None:
        style = compiler.style
        self.compiler, self.keys, self.value = compiler, keys, value
        self.comma: Node = style.comma
        self.closing: Node = Literal("}")
        self.by_name = style.spelling.sort_keys

    def ordered(self, names: Sequence[str]) -> list[str]:
        """The names in the order in which they are written."""
        return in_order(names, by_name=self.by_name)

    def entry(self, name: str, value: Conjunction, pointer: str) -> Entry | None:
        """The member of this name; None where it can have no value, or its key cannot be written."""
        found = self.value(value)
        if found is None:
            return None
        text = self.keys.text(name)
        if text is None:
            why = f"the key {name!r} cannot be written: it holds what ends a key"
            self.compiler.leave(Residual("properties", pointer, why))
            return None
        rest = seq(self.keys.colon, found)
        if self.compiler.style.any_order:
            rest = self.compiler.rules.share("of", rest)
        return Entry(name, text, rest)

    def others(self, names: tuple[str, ...], value: Conjunction, pointer: str) -> Node | None:
        """Members of all names but these."""
        found = self.value(value)
        if found is None:
            return None
        try:
            key = self.keys.others(names)
        except TooLargeError:
            self.compiler.leave(Residual("properties", pointer, "too many keys to be told from other ones"))
            key = self.keys.of(EVERY_STRING)
        return self._other(key, found)

    def other(self, dfa: Dfa, value: Conjunction) -> Node | None:
        """Members whose names are of a language. Raises TooLargeError."""
        found = self.value(value)
        return None if found is None else self._other(self.keys.of(dfa), found)

    def _other(self, key: Node | None, value: Node) -> Node | None:
        return None if key is None else self.compiler.rules.share("other", seq(key, value))

    def whole(self, first: Node | None, *, empty: bool) -> Node | None:
        """The object, which begins with the key ``first`` or may be ``empty``; None where there is none."""
        choices = [seq(self.keys.quote, first)] if first is not None else []
        if empty:
            choices.append(self.closing)
        return seq(Literal("{"), self.compiler.style.space, alt(*choices)) if choices else None


def braces(compiler: Context) -> Members:
    """How the compiler's style writes objects."""
    style, rules = compiler.style, compiler.rules

    def value(conjunction: Conjunction) -> Node | None:
        found = compiler.value(conjunction)
        return None if found is None else seq(found, style.space)

    keys: Keys
    if style.spelling.bare_keys:
        keys = BareKeys(rules, style.spelling.key_separator, "", _ends_an_object(), compiler.sets.work)
    elif style.spelling.escapes == "json" and not style.spelling.ascii_only:
        keys = _JsonKeys(rules, style.colon)
    else:
        keys = _QuotedKeys(style.strings, style.colon)
    return Members(compiler, keys, value)
