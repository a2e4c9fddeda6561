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
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from gba.grammar.automata import Dfa, TooLargeError, explore
from gba.grammar.nodes import EMPTY, CharClass, Literal, Node, alt, optional, repeat, seq
from gba.grammar.rules import Rules
from gba.grammar.strings import dfa_node
from gba.schema.nodes import Bound, Number

__all__ = ["any_integer", "any_number", "fits", "number_dfa", "number_text", "ranged_number"]

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


def _whole() -> Node:
    return alt(Literal("0"), seq(_NONZERO, repeat(_DIGIT, 0, None)))


_E = CharClass(((69, 69), (101, 101)))
_PLUS = optional(Literal("+"))
_WHOLE_DIGITS = 208


def _fraction() -> Node:
    return seq(Literal("."), repeat(_DIGIT, 1, None))


def _exponent() -> Node:
    """Down to e-999, which is 0, and up to e307: with one digit before the point a double can hold it."""
    digits = alt(
        seq(CharClass(((48, 48), (51, 57))), optional(_DIGIT)),
        seq(CharClass(((49, 50),)), optional(seq(_DIGIT, optional(_DIGIT)))),
        seq(Literal("30"), CharClass(((48, 55),))),
    )
    return seq(_E, alt(seq(Literal("-"), repeat(_DIGIT, 1, 3)), seq(_PLUS, digits)))


def _short_exponent() -> Node:
    """Up to e99: with 208 digits before the point a double can hold it."""
    return seq(_E, alt(seq(Literal("-"), repeat(_DIGIT, 1, 3)), seq(_PLUS, repeat(_DIGIT, 1, 2))))


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
        return Bound(sign * _NEAREST)
    return Bound(Fraction(repr(math.nextafter(float(bound.value), sign * math.inf))))


def _around(value: Fraction) -> tuple[Fraction, Fraction]:
    """The doubles next to a number that is excluded: what is nearer to it may be read as that number."""
    if value == 0 or abs(value) >= 10**308:
        return value - _NEAREST, value + _NEAREST
    below, above = (Fraction(repr(math.nextafter(float(value), sign * math.inf))) for sign in (-1, 1))
    return below, above


_NEAREST = Fraction(1, 10**16)
"""What is nearer to an excluded zero has an exponent."""


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


@dataclass(frozen=True, slots=True)
class _Limit:
    """An absolute value to compare with while its digits are read: digits before the point, digits after it."""

    whole: str
    decimals: str


@dataclass(frozen=True, slots=True)
class _State:
    """Where a number stands after some of its characters.

    ``part``: "start", "sign", "zero", "whole", "point", "decimals"; ``digits``: of the current part;
    ``order``: of what has been read against each limit, -1, 0 or 1; ``rest``: the scaled value modulo the multiple.
    """

    part: str
    negative: bool
    digits: int
    order: tuple[int, ...]
    rest: int
    zero: bool


@functools.lru_cache(maxsize=256)
def number_dfa(node: Number) -> Dfa:
    """All plain decimals that satisfy the node. Raises TooLargeError."""
    return _Decimals(node).automaton()


_MOST_DIGITS = 308
"""Digits before the point with which every number is one that a double can hold."""


class _Decimals:
    def __init__(self, node: Number) -> None:
        self.node = node
        self.values = [bound.value for bound in (node.low, node.high) if bound is not None]
        self.gaps = not node.integer and not node.multiples
        for value in node.excluded:
            self.values.extend(_around(value) if self.gaps else (value,))
        self.limits = [_digits(abs(value)) for value in self.values]
        self.modulus, self.scale = _modulus(node.multiples)
        if self.modulus > 3000:
            raise TooLargeError
        self.longest = max((len(limit.whole) for limit in self.limits), default=0) + 1
        self.decimals = max([len(limit.decimals) for limit in self.limits] + [self.scale]) + 1
        if self.longest + self.decimals > 400:
            raise TooLargeError

    def automaton(self) -> Dfa:
        found = explore(_State("start", False, 0, (), 0, True), self.moves, self.accepts)
        return _unrolled(found, _MOST_DIGITS - self.longest)

    def moves(self, state: _State) -> Iterable[tuple[int, int, _State]]:
        if state.part == "start" and not (self.node.low and self.node.low.value > 0):
            yield 45, 45, _State("sign", True, 0, (), 0, True)
        if state.part in ("start", "sign"):
            for digit in range(10):
                yield from self.digit(state, digit, "whole" if digit else "zero")
        elif state.part in ("zero", "whole"):
            if state.part == "whole":
                yield from self.digits(state, "whole")
            if not self.node.integer:
                yield 46, 46, self.pointed(state)
        else:
            yield from self.digits(state, "decimals")

    def digits(self, state: _State, part: str) -> Iterable[tuple[int, int, _State]]:
        """Any digit, all at once where none makes a difference."""
        if not self.modulus and not state.zero and all(state.order):
            for _, _, target in self.digit(state, 0, part):
                yield 48, 57, target
        else:
            for digit in range(10):
                yield from self.digit(state, digit, part)

    def digit(self, state: _State, digit: int, part: str) -> Iterable[tuple[int, int, _State]]:
        point = 48 + digit
        zero = state.zero and digit == 0
        if not zero and state.negative and self.node.low and self.node.low.value >= 0:
            return  # nothing but -0 is left of zero
        if part == "decimals":
            order = tuple(
                was or _compare(digit, limit.decimals[state.digits : state.digits + 1] or "0")
                for was, limit in zip(state.order, self.limits, strict=True)
            )
            if self.modulus and state.digits >= self.scale and digit:
                return
            rest = self.rested(state.rest, digit * 10 ** (self.scale - state.digits - 1) if digit else 0)
            digits = min(state.digits + 1, self.decimals)
            yield point, point, _State(part, state.negative, digits, order, rest, zero)
            return
        before = state.order or (0,) * len(self.limits)
        order = tuple(
            was or _compare(digit, limit.whole[state.digits : state.digits + 1] or "0")
            for was, limit in zip(before, self.limits, strict=True)
        )
        rest = (state.rest * 10 + digit * 10**self.scale) % self.modulus if self.modulus else 0
        digits = min(state.digits + 1, self.longest)
        if digits == self.longest:
            order = tuple(1 for _ in order)
        yield point, point, _State(part, state.negative, digits, order, rest, zero)

    def rested(self, rest: int, more: int) -> int:
        return (rest + more) % self.modulus if self.modulus else 0

    def pointed(self, state: _State) -> _State:
        return _State("point", state.negative, 0, self.settled(state), state.rest, state.zero)

    def settled(self, state: _State) -> tuple[int, ...]:
        """The order once the digits before the point are known to be all: fewer digits are a smaller number."""
        return tuple(
            1 if state.digits > len(limit.whole) else -1 if state.digits < len(limit.whole) else was
            for was, limit in zip(state.order, self.limits, strict=True)
        )

    def accepts(self, state: _State) -> bool:
        if state.part in ("start", "sign", "point"):
            return False
        whole = state.part in ("zero", "whole")
        order = tuple(
            was or (-1 if limit.decimals[0 if whole else state.digits :].strip("0") else 0)
            for was, limit in zip(self.settled(state) if whole else state.order, self.limits, strict=True)
        )
        if state.rest:
            return False
        against = [self.against(state, value, one) for value, one in zip(self.values, order, strict=True)]
        for bound, wrong in ((self.node.low, -1), (self.node.high, 1)):
            if bound is not None:
                one = against.pop(0)
                if one == wrong or (one == 0 and bound.exclusive):
                    return False
        if self.gaps:
            pairs = zip(against[::2], against[1::2], strict=True)
            return not any(below > 0 > above for below, above in pairs)
        return 0 not in against

    def against(self, state: _State, value: Fraction, order: int) -> int:
        """The sign of (number read - value)."""
        if state.zero:
            return (value < 0) - (value > 0)
        if state.negative:
            return -order if value < 0 else -1
        return order if value > 0 or (value == 0) else 1


def _unrolled(dfa: Dfa, most: int) -> Dfa:
    """The same automaton, in which digits before a point that may be any number of are at most so many more."""
    rows, accepting = list(dfa.edges), set(dfa.accepting)
    for state, row in enumerate(dfa.edges):
        if len(row) == 2 and row[0][:2] == (46, 46) and row[1] == (48, 57, state):
            first = len(rows)
            rows[state] = (row[0], (48, 57, first))
            rows.extend((row[0], (48, 57, following)) for following in range(first + 1, first + most))
            rows.append(row[:1])
            accepting.update(range(first, len(rows)))
    return Dfa(tuple(rows), frozenset(accepting))


def _compare(digit: int, other: str) -> int:
    against = ord(other) - 48
    return (digit > against) - (digit < against)


def _digits(value: Fraction) -> _Limit:
    """The decimal digits of a value. Raises TooLargeError where they do not end."""
    scaled, scale = value, 0
    while scaled.denominator != 1:
        scaled, scale = scaled * 10, scale + 1
        if scale > 330:
            raise TooLargeError
    text = str(scaled.numerator).rjust(scale + 1, "0")
    return _Limit(text[: len(text) - scale] if scale else text, text[len(text) - scale :] if scale else "")


def _modulus(multiples: tuple[Fraction, ...]) -> tuple[int, int]:
    """(m, k): the number times 10^k has to be a multiple of m; (0, 0) without such a constraint."""
    if not multiples:
        return 0, 0
    (multiple,) = multiples
    scale = 0
    while multiple.denominator != 1:
        multiple, scale = multiple * 10, scale + 1
        if scale > 30:
            raise TooLargeError
    return multiple.numerator, scale
