"""Decimals that satisfy bounds, multiples and exclusions, as automata over their digits."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from gba.grammar.regular.automata import Dfa, complement, explore, finite, intersect
from gba.schema.nodes import Number
from gba.schema.work import TooLargeError, remembered, spend

__all__ = ["NEAREST", "number_dfa"]

NEAREST = Fraction(1, 10**16)
"""What is nearer to an excluded zero has an exponent."""


class _Limit(NamedTuple):
    """An absolute value to compare with while its digits are read: digits before the point, digits after it."""

    whole: str
    decimals: str


class _State(NamedTuple):
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


@remembered(256)
def number_dfa(node: Number) -> Dfa:
    """All plain decimals that satisfy the node. Raises TooLargeError."""
    if not node.integer or len(node.excluded) <= _FEW:
        return _Decimals(node).automaton()
    texts = [str(value.numerator) for value in node.excluded if value.denominator == 1]
    excluded = complement(finite([*texts, "-0"] if "0" in texts else texts))
    return intersect(_Decimals(replace(node, excluded=())).automaton(), excluded)


_FEW = 8
"""Integers that are excluded digit by digit rather than as texts."""


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
        self.later: dict[tuple[bool, tuple[int, ...], int], _State] = {}

    def automaton(self) -> Dfa:
        found = explore(_State("start", False, 0, (), 0, True), self.moves, self.accepts)
        return _unrolled(found, _MOST_DIGITS - self.longest)

    def moves(self, state: _State) -> Iterable[tuple[int, int, _State]]:
        spend(2 * len(self.limits))
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
        elif part == "whole" and state.digits == self.longest:  # nothing but the rest changes any more
            one, rest = 10**self.scale, state.rest * 10
            for digit in range(10):
                following = (rest + digit * one) % self.modulus
                key = (state.negative, state.order, following)
                if key not in self.later:
                    self.later[key] = state._replace(rest=following, zero=False)
                yield 48 + digit, 48 + digit, self.later[key]
        elif part == "decimals" and self.modulus and state.digits >= self.scale:  # nothing but noughts
            yield from self.digit(state, 0, part)
        else:
            for digit in range(10):
                yield from self.digit(state, digit, part)

    def digit(self, state: _State, digit: int, part: str) -> Iterable[tuple[int, int, _State]]:
        point = 48 + digit
        zero = state.zero and digit == 0
        if not zero and state.negative and self.node.low and self.node.low.value >= 0:
            return  # nothing but -0 is left of zero
        if part == "decimals":
            order = state.order
            if 0 in order:
                order = tuple(
                    was or _compare(digit, limit.decimals[state.digits : state.digits + 1] or "0")
                    for was, limit in zip(order, self.limits, strict=True)
                )
            rest = self.rested(state.rest, digit * 10 ** (self.scale - state.digits - 1) if digit else 0)
            digits = min(state.digits + 1, self.decimals)
            yield point, point, _State(part, state.negative, digits, order, rest, zero)
            return
        order = state.order or (0,) * len(self.limits)
        if 0 in order:
            order = tuple(
                was or _compare(digit, limit.whole[state.digits : state.digits + 1] or "0")
                for was, limit in zip(order, self.limits, strict=True)
            )
        rest = (state.rest * 10 + digit * 10**self.scale) % self.modulus if self.modulus else 0
        digits = min(state.digits + 1, self.longest)
        if digits == self.longest:
            order = (1,) * len(order)
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


def _around(value: Fraction) -> tuple[Fraction, Fraction]:
    """The doubles next to a number that is excluded: what is nearer to it may be read as that number."""
    if value == 0 or abs(value) >= 10**308:
        return value - NEAREST, value + NEAREST
    below, above = (Fraction(repr(math.nextafter(float(value), sign * math.inf))) for sign in (-1, 1))
    return below, above
