"""Values that a schema lists (``enum``, ``const``): one by one or, where they are many, as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gba.grammar.gbnf.nodes import EMPTY, Literal, Node, alt, lit, optional, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.gbnf.texts import tree_node
from gba.grammar.strings.json_strings import quoted
from gba.grammar.strings.literals import in_order, write_literal
from gba.grammar.values.context import Context
from gba.grammar.values.free import FEW, Entry, FreeKeys
from gba.grammar.values.numbers import any_fraction_of_zeros, number_text
from gba.grammar.values.presence import Option
from gba.grammar.values.style import Style
from gba.schema.nodes import Node as Kind
from gba.schema.nodes import Residual
from gba.schema.work import spend

__all__ = ["constant", "listed_node", "listed_values"]

_CONSTANT = 10
"""Steps that a value takes that is listed."""

_MANY = 64
"""Numbers that are written one by one; more are a tree."""


def listed_values(compiler: Context, node: Kind, pointer: str) -> list[Any]:
    """The values that a node lists, satisfies, and that the style can write; the others of them are left."""
    kept: list[Any] = []
    for value in compiler.satisfying(node):
        if compiler.style.writable(value):
            kept.append(value)
        else:
            why = f"{str(value)[:80]!r} cannot be written: it holds what would end it, or reads as something else"
            compiler.leave(Residual("enum", pointer, why))
    return kept


def listed_node(compiler: Context, values: list[Any], *, integer: bool) -> Node:
    """One of the values; ``integer``: its numbers have to be integers."""
    rules, style = compiler.rules, compiler.style
    strings = [value for value in values if isinstance(value, str)]
    options = [style.strings.texts(strings)] if strings else []
    others = [value for value in values if not isinstance(value, str)]
    decimal = compiler.decimal_integers if integer else style.any_order
    whole = [value for value in others if isinstance(value, int) and not isinstance(value, bool)]
    if len(whole) > _MANY:
        others = [value for value in others if isinstance(value, bool) or not isinstance(value, int)]
        digits = rules.share("integer", tree_node(map(str, whole), rules, "integer"))
        options.append(seq(digits, _fraction(rules, decimal)))
    decimals = [value for value in others if isinstance(value, float) and not value.is_integer()]
    if len(decimals) > _MANY:
        others = [value for value in others if not isinstance(value, float) or value.is_integer()]
        texts = (write_literal(value, style.spelling) for value in decimals)
        options.append(rules.share("number", tree_node(texts, rules, "number")))
    for value in others:
        spend(_CONSTANT)
        options.append(constant(compiler, value, integer=integer))
    return alt(*options)


def constant(compiler: Context, value: Any, *, integer: bool = False) -> Node:
    """The texts of one JSON value; ``integer``: it has to be one, which 1.0 is not in every draft."""
    style = compiler.style
    if isinstance(value, str):
        return Literal(style.strings.literal(value))
    if isinstance(value, Mapping):
        if style.any_order and 1 < len(value) <= FEW:
            entries = [
                Entry(key, quoted(key)[1:], seq(style.colon, constant(compiler, item), style.space))
                for key, item in value.items()
            ]
            whole = Option(frozenset(value), frozenset())
            return FreeKeys(compiler, entries, [whole], (), None).node(empty=False) or EMPTY
        members = [
            seq(lit(style.key(key)), style.colon, constant(compiler, value[key]))
            for key in in_order(value, by_name=style.spelling.sort_keys)
        ]
        return _bracketed(style, "{", members, "}")
    if isinstance(value, (list, tuple)):
        return _bracketed(style, "[", [constant(compiler, item) for item in value], "]")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer():
        return _whole_number(compiler.rules, value, compiler.decimal_integers if integer else style.any_order)
    return Literal(write_literal(value, style.spelling))


def _whole_number(rules: Rules, value: float, decimal: bool) -> Node:
    """An integer as such; as a decimal where it is given as one or where any spelling will do."""
    if isinstance(value, float) and abs(value) >= 1e16:
        return Literal(number_text(value))
    if isinstance(value, int):
        return seq(Literal(str(value)), _fraction(rules, decimal))
    return seq(Literal(str(int(value))), _fraction(rules, True) if decimal else optional(Literal(".0")))


def _fraction(rules: Rules, decimal: bool) -> Node:
    """What may follow the digits of an integer."""
    return any_fraction_of_zeros(rules) if decimal else EMPTY


def _bracketed(style: Style, opening: str, members: list[Node], closing: str) -> Node:
    items: list[Node] = []
    for index, member in enumerate(members):
        items.extend(([style.comma] if index else []) + [member, style.space])
    return seq(Literal(opening), style.space, *items, Literal(closing))
