"""White space in JSON: none, as json.dumps writes it, or any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from gba.errors import GrammarError
from gba.grammar.nodes import EMPTY, CharClass, Literal, Node, Ref, alt, seq
from gba.grammar.rules import Rules

__all__ = ["Style", "Whitespace", "style_of"]

Whitespace: TypeAlias = OneOf["compact", "spaced", "flexible"]


@dataclass(frozen=True, slots=True)
class Style:
    """What stands between tokens: after a bracket opens and after each value (``space``), and the separators."""

    space: Node
    comma: Node
    colon: Node
    item_separator: str
    key_separator: str
    any_order: bool = False


def style_of(whitespace: str, rules: Rules) -> Style:
    """The style of this name. Raises GrammarError for an unknown one."""
    if whitespace == "compact":
        return Style(EMPTY, Literal(","), Literal(":"), ",", ":")
    if whitespace == "spaced":
        return Style(EMPTY, Literal(", "), Literal(": "), ", ", ": ")
    if whitespace != "flexible":
        raise GrammarError(f"whitespace is one of compact, spaced, flexible; not {whitespace!r}")
    name = rules.reserve("ws")
    space = Ref(name)
    rules.define(name, alt(EMPTY, seq(CharClass(((9, 10), (13, 13), (32, 32))), space)))
    return Style(space, seq(Literal(","), space), seq(space, Literal(":"), space), ", ", ": ", any_order=True)
