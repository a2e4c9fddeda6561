"""Numbers as decimal text: ranges and multiples are automata over digits.

An integer is written without a fraction or exponent. A number without constraints may be written in any way of JSON;
one with bounds as json.dumps writes it: plain decimals, an exponent only where the range has room for all such.
Whatever is accepted is a finite double (an integer: of any size), and as such within the bounds.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gba.grammar.gbnf.nodes import EMPTY, CharClass, Literal, Node, alt, optional, repeat, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.decimals import NEAREST, number_dfa
from gba.grammar.strings.json_strings import dfa_node
from gba.schema.nodes import Bound, Number

__all__ = ["any_integer", "any_number", "fits", "number_text", "ranged_number"]

_DIGIT = CharClass(((48, 57),))
_NONZERO = CharClass(((49, 57),))


def any_integer(rules: Rules, *, decimal: bool = False) -> Node:
    """Any integer; with ``decimal`` it may also be written as 1.0."""
    found = rules.memo.get("integer")
    if found is None:
        tail = any_fraction_of_zeros(rules) if decimal else EMPTY
        found = rules.memo["integer"] = rules.share("integer", seq(optional(Literal("-")), _whole(), tail))
    return found


def any_fraction_of_zeros(rules: Rules) -> Node:
    """A fraction that says nothing, or none."""
    return optional(rules.share("zeros", seq(Literal("."), repeat(Literal("0"), 1, None))))


@functools.cache
def _whole() -> Node:
    return alt(Literal("0"), seq(_NONZERO, repeat(_DIGIT, 0, None)))


_E = CharClass(((69, 69), (101, 101)))
_PLUS = optional(Literal("+"))
_WHOLE_DIGITS = 208


@functools.cache
def _fraction() -> Node:
    return seq(Literal("."), repeat(_DIGIT, 1, None))


@functools.cache
def _exponent() -> Node:
    """Down to e-999, which is 0, and up to e307: with one digit before the point a double can hold it."""
    digits = alt(
        seq(CharClass(((48, 48), (51, 57))), optional(_DIGIT)),
        seq(CharClass(((49, 50),)), optional(seq(_DIGIT, optional(_DIGIT)))),
        seq(Literal("30"), CharClass(((48, 55),))),
    )
    return seq(_E, alt(seq(Literal("-"), repeat(_DIGIT, 1, 3)), seq(_PLUS, digits)))


@functools.cache
def _short_exponent() -> Node:
    """Up to e99: with 208 digits before the point a double can hold it."""
    return seq(_E, alt(seq(Literal("-"), repeat(_DIGIT, 1, 3)), seq(_PLUS, repeat(_DIGIT, 1, 2))))


@functools.cache
def _largest() -> Node:
    """What a double can hold of e308: all below 1.79, and the largest one."""
    seven = optional(alt(seq(CharClass(((48, 56),)), repeat(_DIGIT, 0, None)), Literal("976931348623157")))
    decimals = alt(seq(CharClass(((48, 54),)), repeat(_DIGIT, 0, None)), seq(Literal("7"), seven))
    return seq(Literal("1"), optional(seq(Literal("."), decimals)), _E, _PLUS, Literal("308"))


def any_number(rules: Rules, *, sign: Node | None = None) -> Node:
    """Any number that a double can hold, by default of any sign."""
    if sign is None and "number" in rules.memo:
        return rules.memo["number"]
    fraction = optional(rules.share("fraction", _fraction()))
    tail = seq(fraction, optional(rules.share("exponent", _exponent())))
    longer = seq(repeat(_DIGIT, 1, _WHOLE_DIGITS - 1), fraction, optional(rules.share("exponent", _short_exponent())))
    whole = alt(seq(Literal("0"), tail), rules.share("largest", _largest()), seq(_NONZERO, alt(tail, longer)))
    found = rules.share("number", seq(optional(Literal("-")) if sign is None else sign, whole))
    if sign is None:
        rules.memo["number"] = found
    return found


def number_text(value: Any) -> str:
    """The number as JSON."""
    return json.dumps(value)


def fits(node: Number, value: Any) -> bool:
    """Whether the number satisfies the constraints, those of ``values`` aside."""
    exact = Fraction(value) if isinstance(value, int) else Fraction(repr(value))
    if (node.integer and exact.denominator != 1) or (node.fractional and exact.denominator == 1):
        return False
    if node.low and (exact < node.low.value or (node.low.exclusive and exact == node.low.value)):
        return False
    if node.high and (exact > node.high.value or (node.high.exclusive and exact == node.high.value)):
        return False
    if exact in node.excluded:
        return False
    return all((exact / multiple).denominator == 1 for multiple in node.multiples)


def ranged_number(node: Number, rules: Rules, *, decimal_integers: bool = False) -> Node | None:
    """A number with constraints; None where no number satisfies them. Raises TooLargeError."""
    if not node.integer and not node.multiples and not node.excluded:
        signed = _sign_only(node, rules)
        if signed is not None:
            return signed
    dfa = number_dfa(_inwards(replace(node, values=None, pointer="", notes=())))
    end = any_fraction_of_zeros(rules) if decimal_integers and node.integer and _exact(node) else EMPTY
    hint = "integer" if node.integer else "number"
    options: list[Node] = [] if dfa.empty else [dfa_node(dfa, rules, hint, end)]
    if not node.integer and not node.multiples:
        options.extend(_scientific(node, rules))
    return alt(*options) if options else None


def _sign_only(node: Number, rules: Rules) -> Node | None:
    """Bounds that only say which sign the number has."""
    if node.high is None and node.low is not None and node.low.value == 0 and not node.low.exclusive:
        return alt(any_number(rules, sign=EMPTY), seq(Literal("-0"), any_fraction_of_zeros(rules)))
    return None


def _exact(node: Number) -> bool:
    """Whether a double holds the bounds, so that 1.0 is in range where 1 is."""
    return all(bound is None or abs(bound.value) <= 2**53 for bound in (node.low, node.high))


def _inwards(node: Number) -> Number:
    """Instead of a bound that is excluded, the next double: what is nearer to the bound may be read as the bound."""
    if node.integer or node.multiples:
        return node
    return replace(node, low=_inward(node.low, 1), high=_inward(node.high, -1))


def _inward(bound: Bound | None, sign: int) -> Bound | None:
    if bound is None or not bound.exclusive or abs(bound.value) >= 10**16:
        return bound
    if bound.value == 0:
        return Bound(sign * NEAREST)
    return Bound(Fraction(repr(math.nextafter(float(bound.value), sign * math.inf))))


def _scientific(node: Number, rules: Rules) -> Iterable[Node]:
    """What json.dumps writes with an exponent: below 0.0001 and from 1e16 on, where the whole of it is in range."""
    low, high = node.low, node.high
    mantissa = seq(_NONZERO, optional(_fraction()))
    tiny = seq(
        mantissa,
        Literal("e-"),
        alt(
            seq(Literal("0"), CharClass(((53, 57),))),
            seq(CharClass(((49, 50),)), _DIGIT, optional(_DIGIT)),
            seq(Literal("3"), alt(CharClass(((51, 57),)), seq(Literal("2"), optional(CharClass(((48, 51),)))))),
            seq(Literal("3"), CharClass(((48, 49),)), optional(_DIGIT)),
            seq(CharClass(((52, 57),)), _DIGIT),
        ),
    )
    tiny = alt(Literal("5e-324"), tiny)
    huge = seq(
        mantissa,
        Literal("e+"),
        alt(
            seq(Literal("1"), alt(seq(CharClass(((54, 57),)), optional(_DIGIT)), seq(CharClass(((48, 53),)), _DIGIT))),
            seq(Literal("2"), _DIGIT, optional(_DIGIT)),
            seq(CharClass(((51, 57),)), _DIGIT),
            seq(Literal("30"), CharClass(((48, 55),))),
        ),
    )
    huge = alt(rules.share("largest", _largest()), huge)
    small, large = Fraction(1, 10_000), Fraction(10**16)
    if any(0 < abs(value) < small or abs(value) >= large for value in node.excluded):
        return
    if _holds(low, high, Fraction(0), small):
        yield rules.share("tiny", tiny)
    if _holds(low, high, -small, Fraction(0)):
        yield rules.share("tiny-negative", seq(Literal("-"), tiny))
    if high is None and (low is None or low.value < large):
        yield rules.share("huge", huge)
    if low is None and (high is None or high.value > -large):
        yield rules.share("huge-negative", seq(Literal("-"), huge))


def _holds(low: Bound | None, high: Bound | None, first: Fraction, last: Fraction) -> bool:
    """Whether all numbers strictly between first and last are in range, an end that is not zero included."""
    return all(
        bound is None or (bound.value - end) * sign < 0 or (bound.value == end and (end == 0 or not bound.exclusive))
        for bound, end, sign in ((low, first, 1), (high, last, -1))
    )
