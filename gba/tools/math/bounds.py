"""The third wall: how large a value would become is estimated, and refused, before sympy starts on it.

Each function looks at the values that an operation is about to get, which is possible because the interpreter holds
them; estimates are upper bounds up to a small factor, and cost next to nothing. What no estimate covers (a slow
simplification, say) is left to the time limit.
"""

from __future__ import annotations

import math
from typing import Any

import sympy
from sympy.matrices import MatrixBase

from gba.errors import MathError

__all__ = [
    "BITS",
    "DIGITS",
    "ENTRIES",
    "EXACT_BITS",
    "ITEMS",
    "NODES",
    "SHOWN",
    "TERMS",
    "at_most",
    "bits",
    "check_digits",
    "check_entries",
    "check_expansion",
    "check_items",
    "check_value",
    "natural",
    "too_large",
]

BITS = 131_072
"""Of one integer: 39,456 digits."""
EXACT_BITS = 16_384
"""Of a power of a decimal number; beyond, it is calculated to 60 digits instead."""
DIGITS = 1_000
"""Of a decimal number."""
TERMS = 3_000
"""Of an expanded sum."""
NODES = 8_000
"""Of an expression."""
ENTRIES = 900
"""Of a matrix."""
ITEMS = 20_000
"""Of a list."""
SHOWN = 2_000
"""Of a list that is the result."""
_NESTED = 20


def too_large(what: str) -> MathError:
    """The error that says so."""
    return MathError(f"{what}. Ask for something smaller.", kind="too large")


def at_most(what: str, value: Any, limit: float) -> None:
    """Refuse a number above the limit (in its absolute value); what is no number passes."""
    if isinstance(value, (int, float)) or getattr(value, "is_Rational", False):
        if abs(value) > limit:
            raise too_large(f"{what} may be at most {limit:,}")
    elif getattr(value, "is_Float", False) and abs(float(value)) > limit:
        raise too_large(f"{what} may be at most {limit:,}")


def natural(what: str, value: Any, limit: int) -> int:
    """The value as an int from 0 to the limit; a domain error where it is none."""
    if not getattr(value, "is_Integer", False) or value < 0:
        raise MathError(f"{what} has to be a whole number, not negative.", kind="domain")
    at_most(what, value, limit)
    return int(value)


def bits(value: Any) -> int:
    """How long the longest integer in a rational number is; 0 for what is none."""
    if not getattr(value, "is_Rational", False):
        return 0
    return int(max(value.p.bit_length(), value.q.bit_length()))


def check_digits(digits: Any) -> int:
    """A number of digits that may be asked for."""
    return max(natural("The number of digits", digits, DIGITS), 1)


def check_items(count: Any) -> None:
    """Refuse a list of so many items."""
    at_most("The number of items", count, ITEMS)


def check_entries(rows: Any, columns: Any) -> None:
    """Refuse a matrix of that shape."""
    at_most(
        "The number of a matrix's entries", natural("Rows", rows, ITEMS) * natural("Columns", columns, ITEMS), ENTRIES
    )


def check_value(value: Any) -> None:
    """Refuse a value that has become too large to go on with."""
    if isinstance(value, (list, tuple, dict)):
        _check_lists(value)
    else:
        _check_one(value)


def _check_lists(value: Any) -> None:
    """All that lists within lists hold together counts, a list that is in there twice counts twice."""
    waiting, count = [(value, 1)], 0
    while waiting:
        inner, depth = waiting.pop()
        count += len(inner)
        check_items(count)
        if depth > _NESTED:
            raise too_large("The lists are nested too deeply")
        for item in (*inner.keys(), *inner.values()) if isinstance(inner, dict) else inner:
            if isinstance(item, (list, tuple, dict)):
                waiting.append((item, depth + 1))
            else:
                _check_one(item)


def _check_one(value: Any) -> None:
    if getattr(value, "is_Rational", False):
        if bits(value) > BITS:
            raise too_large(f"A number has more than {int(BITS * math.log10(2)):,} digits")
    elif isinstance(value, MatrixBase):
        check_entries(sympy.Integer(value.rows), sympy.Integer(value.cols))
    elif isinstance(value, sympy.Basic):
        _check_nodes(value)


def _check_nodes(value: sympy.Basic) -> None:
    waiting, count = [value], 0
    while waiting:
        node = waiting.pop()
        count += 1
        if count > NODES:
            raise too_large("The expression is too long")
        if node.is_Rational:
            if bits(node) > BITS:
                raise too_large("A number has too many digits")
        else:
            waiting.extend(arg for arg in node.args if isinstance(arg, sympy.Basic))


def check_expansion(value: Any) -> None:
    """Refuse to work on an expression that has too many terms when its products and powers are multiplied out."""
    if isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            check_expansion(item)
    elif isinstance(value, sympy.Basic) and _terms(value) > TERMS:
        raise too_large("The expression has too many terms when it is multiplied out")


def _terms(value: sympy.Basic) -> float:
    """The number of terms of the expanded expression, at most; infinity where it is beyond counting."""
    if value.is_Add:
        return sum(_terms(arg) for arg in value.args)
    if value.is_Mul:
        return _capped(math.prod(_terms(arg) for arg in value.args))
    if value.is_Pow:
        base, exponent = value.args
        terms = _terms(base)
        if exponent.is_Integer and exponent != 0:
            power = abs(int(exponent))
            if terms > 1:
                return _capped(_multinomial(int(min(terms, TERMS + 1)), power))
            # A single symbol to a high power makes a dense polynomial as soon as something is divided by it.
            return 1 if power <= TERMS or not base.free_symbols else math.inf
        return max(terms, 1)
    return max([1.0, *(_terms(arg) for arg in value.args if isinstance(arg, sympy.Basic))])


def _multinomial(terms: int, power: int) -> float:
    if power > TERMS:
        return math.inf
    return math.comb(power + terms - 1, min(terms - 1, power))


def _capped(count: float) -> float:
    return math.inf if count > 1e9 else count
