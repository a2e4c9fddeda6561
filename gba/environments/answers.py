"""Whether an answer says what it has to: a number, or one of several values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

__all__ = ["says", "says_number", "written"]

_NUMBER = re.compile(r"(?<![\w.])[-−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|(?<![\w.])[-−]?\d+(?:\.\d+)?|(?<!\d)\.\d+")
_CLOSE = Fraction(1, 1_000_000)
_DIGITS = 40


def says_number(answer: str, value: Fraction | int) -> bool:
    """Whether the last number in the answer is this one, up to a millionth of it."""
    numbers = _NUMBER.findall(answer)
    if not numbers or len(numbers[-1]) > _DIGITS:
        return False
    found = Fraction(Decimal(numbers[-1].replace(",", "").replace("−", "-")))
    return abs(found - value) <= abs(Fraction(value)) * _CLOSE


def says(answer: str, value: str, others: Iterable[str]) -> bool:
    """Whether the answer has the value, as words of its own, and none of the others that it might have been."""
    return _has(answer, value) and not any(_has(answer, other) for other in others if other != value)


def _has(answer: str, value: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", answer, re.IGNORECASE) is not None


def written(value: Fraction | int, places: int = 6) -> str:
    """The number as people write it, with no more than so many places."""
    whole = round(Fraction(value), places)
    if whole.denominator == 1:
        return str(whole.numerator)
    digits = f"{abs(whole.numerator) * 10**places // whole.denominator:0{places + 1}d}"
    return f"{'-' if whole < 0 else ''}{digits[:-places]}.{digits[-places:]}".rstrip("0")
