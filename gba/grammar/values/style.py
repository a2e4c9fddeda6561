"""How values are written: JSON without white space, as json.dumps writes it, or with any; other spellings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from typing import Literal as OneOf

from gba.errors import GrammarError
from gba.grammar.gbnf.nodes import EMPTY, CharClass, Literal, Node, Ref, alt, lit, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.strings.escaped import AsciiStrings, PythonStrings
from gba.grammar.strings.quoting import JsonStrings, Strings
from gba.grammar.strings.raw import closes_first
from gba.grammar.strings.raw_strings import RawStrings
from gba.grammar.strings.spelling import JSON, JSON_COMPACT, Spelling
from gba.schema.work import Work

__all__ = ["Style", "Whitespace", "spelled", "style_of"]

Whitespace: TypeAlias = OneOf["compact", "spaced", "flexible"]


@dataclass(frozen=True, slots=True)
class Style:
    """What stands between tokens: after a bracket opens and after each value (``space``), and the separators.

    ``strings`` writes the strings of the ``spelling``.
    """

    spelling: Spelling
    strings: Strings
    space: Node
    comma: Node
    colon: Node
    any_order: bool = False

    def writable(self, value: Any) -> bool:
        """Whether all strings and keys in the value can be written."""
        if isinstance(value, str):
            return self.strings.writable(value)
        if isinstance(value, Mapping):
            return all(self._writable_key(key) and self.writable(item) for key, item in value.items())
        return all(map(self.writable, value)) if isinstance(value, (list, tuple)) else True

    def _writable_key(self, key: str) -> bool:
        if not self.spelling.bare_keys:
            return self.strings.writable(key)
        return closes_first(key, self.spelling.key_separator) and not key.startswith("}")

    def key(self, key: str) -> str:
        """A key as it is written."""
        return key if self.spelling.bare_keys else self.strings.literal(key)


def spelled(spelling: Spelling, rules: Rules, work: Work | None = None, strings: Strings | None = None) -> Style:
    """The style of a spelling; ``strings`` replaces the writer of its strings.

    ``work`` is what its automata may take.
    """
    separators = (lit(spelling.item_separator), lit(spelling.key_separator))
    return Style(spelling, strings or _strings_of(spelling, rules, work), EMPTY, *separators)


def _strings_of(spelling: Spelling, rules: Rules, work: Work | None) -> Strings:
    if spelling.escapes == "json":
        return AsciiStrings(rules) if spelling.ascii_only else JsonStrings(rules)
    if spelling.escapes == "python":
        return PythonStrings(rules, work)
    return RawStrings(rules, spelling.quote, spelling.unquote, work=work)


def style_of(whitespace: str, rules: Rules) -> Style:
    """The style of this name. Raises GrammarError for an unknown one."""
    if whitespace in _SPELLINGS:
        return spelled(_SPELLINGS[whitespace], rules)
    if whitespace != "flexible":
        raise GrammarError(f"whitespace is one of compact, spaced, flexible; not {whitespace!r}")
    name = rules.reserve("ws")
    space = Ref(name)
    rules.define(name, alt(EMPTY, seq(CharClass(((9, 10), (13, 13), (32, 32))), space)))
    comma, colon = seq(Literal(","), space), seq(space, Literal(":"), space)
    return Style(JSON, JsonStrings(rules), space, comma, colon, any_order=True)


_SPELLINGS = {"compact": JSON_COMPACT, "spaced": JSON}
