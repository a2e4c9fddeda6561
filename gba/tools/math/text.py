"""Values as text: one short line for the agent's model, decimals of any length, LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from mpmath.libmp import prec_to_dps, to_str
from sympy.matrices import MatrixBase
from sympy.printing.str import StrPrinter
from sympy.tensor.array import NDimArray

__all__ = ["Style", "decimal", "exact", "in_order", "latex", "short"]

_SHORT = 6
"""Significant digits of a number that is not shown in full."""
_EXACT = 12
"""A decimal number of at most so many digits is shown in full."""
_WHOLE = 40
"""A whole number of at most so many digits is shown in full."""
_FIXED = 16
"""A number with more digits in front of the point is written with an exponent, unless it is shown in full."""
_LINE = 600
_LATEX = 4_000
_WIELDY = 40
"""Characters of LaTeX that a number may take before its decimal is easier to read."""


@dataclass(frozen=True)
class Style:
    """How a program wants its numbers shown.

    ``rough``: it is written in decimals, so fractions within formulas are shown as decimals too. ``fraction``: it asks
    for fractions, so a number that is one is shown as it is, and then as a decimal. ``digits``: the most significant
    digits that it asks for (``N(pi, 50)``), and ``places``: the most digits behind the point (``round(pi, 15)``); 0
    where it asks for none.
    """

    rough: bool = False
    fraction: bool = False
    digits: int = 0
    places: int = 0


_USUAL = Style()


def short(value: Any, style: Style = _USUAL) -> str:
    """What the agent's model reads: one line, with numbers as decimals, of as many digits as the program asks for."""
    if style.fraction and isinstance(value, sympy.Rational) and not value.is_Integer and len(str(value)) <= _WHOLE:
        return f"{value} ({_plain(value, style)})"
    text = _short(value, style).replace("\n", " ") or "''"
    return text if len(text) <= _LINE else text[: _LINE - 4] + " ..."


def _short(value: Any, style: Style) -> str:
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_short(item, style) for item in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_short(key, style)}: {_short(item, style)}" for key, item in value.items()) + "}"
    if isinstance(value, set):
        return "{" + ", ".join(_short(item, style) for item in in_order(value)) + "}" if value else "set()"
    if isinstance(value, (MatrixBase, NDimArray)):
        return _short(value.tolist(), style)
    if getattr(value, "is_number", False) and isinstance(value, sympy.Expr):
        return _number(value, style)
    if isinstance(value, sympy.Basic):
        return _printed(value, style)
    return str(value)


def _number(value: Any, style: Style) -> str:
    if value.is_infinite:
        return {sympy.oo: "infinity", -sympy.oo: "-infinity"}.get(value, str(value))
    if value.is_Integer:
        text = str(value)
        return text if len(text) <= _WHOLE else f"about {_digits(value, _SHORT)} ({len(text.lstrip('-'))} digits)"
    if value.is_Rational:
        return _plain(value, style)
    known = _known(value)
    real, imaginary = _parts(value, max(20, known or 0))
    if real is None:
        return _printed(value, style)
    if not imaginary:
        return _plain(real, style, known)
    sign = "-" if imaginary < 0 else "+"
    size = _plain(abs(imaginary), style, known)
    size = "" if size == "1" else size
    return f"{_plain(real, style, known)} {sign} {size}i" if real else f"{'-' if sign == '-' else ''}{size}i"


def _terminates(denominator: int) -> bool:
    for factor in (2, 5):
        while denominator % factor == 0:
            denominator //= factor
    return denominator == 1


def _plain(value: Any, style: Style, known: int | None = None) -> str:
    """A real number in full where it is a short decimal, else to six digits, or two behind the point, or as asked for.

    ``known``: how many of its digits are known, where it was calculated to a number of digits.
    """
    if known is not None and known <= style.digits:
        return _digits(value, known)
    whole = len(str(int(abs(value)))) if abs(value) < 10**_WHOLE else _WHOLE + 1
    if value.is_Rational and _terminates(value.q):
        full = _digits(value, max(_EXACT + 3, style.digits, whole + style.places))
        figures = len(full.partition("e")[0].strip("-0.").replace(".", ""))
        rounded = style.places and 10**style.places % value.q == 0
        if sympy.Rational(full) == value and (rounded or figures <= max(_EXACT, style.digits)):
            return full
    wanted = whole + 2 if 3 < whole <= _FIXED else _SHORT
    if known is not None and known < wanted:
        wanted = known if whole < known else min(known, _SHORT)
    return _digits(value, wanted)


def _known(value: Any) -> int | None:
    """The number of digits of the least precise decimal number in a value; None where there is none."""
    return min((prec_to_dps(number._prec) for number in value.atoms(sympy.Float)), default=None)


def _digits(value: Any, digits: int) -> str:
    """That many significant digits, without closing zeros; with an exponent where they do not reach to the point."""
    number = sympy.Float(value.evalf(digits + 5), digits + 5)
    text = str(to_str(number._mpf_, digits, strip_zeros=True, min_fixed=-6, max_fixed=digits))
    mantissa, mark, exponent = text.partition("e")
    return mantissa.removesuffix(".0") + mark + exponent


def _parts(value: Any, digits: int) -> tuple[Any, Any]:
    """Real and imaginary part as decimals, what is noise beside the other as zero; None, None where there are none."""
    try:
        real, imaginary = value.evalf(digits).as_real_imag()
    except (ArithmeticError, AttributeError, TypeError, ValueError):  # sympy cannot say what the number is
        return None, None
    if not (real.is_Number and imaginary.is_Number):
        return None, None
    noise = sympy.Float(10) ** (5 - digits)
    if imaginary and abs(imaginary) < noise * abs(real):
        imaginary = sympy.S.Zero
    if real and abs(real) < noise * abs(imaginary):
        real = sympy.S.Zero
    return real, imaginary


def decimal(value: Any, digits: int) -> str:
    """The value with its numbers as decimals of that many significant digits; whole numbers stay whole."""
    if isinstance(value, (list, tuple)):
        inner = ", ".join(decimal(item, digits) for item in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{decimal(key, digits)}: {decimal(item, digits)}" for key, item in value.items()) + "}"
    if isinstance(value, set):
        return "{" + ", ".join(decimal(item, digits) for item in in_order(value)) + "}" if value else "set()"
    if isinstance(value, (MatrixBase, NDimArray)):
        return decimal(value.tolist(), digits)
    if isinstance(value, sympy.Expr) and value.is_number and not value.is_infinite:
        return _decimal_number(value, digits)
    if isinstance(value, sympy.Expr):
        return str(_Printer({"digits": digits}).doprint(value.evalf(digits)))
    return str(value)


def _decimal_number(value: Any, digits: int) -> str:
    if value.is_Integer:
        return str(value)
    if value.is_Rational:
        return _digits(value, digits)
    real, imaginary = _parts(value, digits + 10)
    if real is None:
        return str(value)
    if not imaginary:
        return _digits(real, digits)
    size = f"{_digits(abs(imaginary), digits)}i"
    if not real:
        return f"-{size}" if imaginary < 0 else size
    return f"{_digits(real, digits)} {'-' if imaginary < 0 else '+'} {size}"


def latex(value: Any, rough: bool) -> str:
    """The value as LaTeX, exactly; as a decimal where it is unwieldy and the program is written in decimals anyway."""
    if isinstance(value, str):
        return rf"\text{{{value[:_LATEX]}}}"
    if isinstance(value, set):
        value = sympy.FiniteSet(*value) if all(isinstance(item, sympy.Basic) for item in value) else in_order(value)
    text = str(sympy.latex(value))
    if rough and len(text) > _WIELDY and isinstance(value, sympy.Expr) and value.is_number:
        return decimal(value, 15)
    return text if len(text) <= _LATEX else rf"\text{{{short(value, Style(rough=rough))}}}"


def exact(value: Any, longest: int) -> str:
    """The exact value as sympy writes it, cut off where it is longer."""
    text = str(value if not isinstance(value, set) else _short_set(value))
    return text if len(text) <= longest else text[: longest - 4] + " ..."


def _short_set(values: set[Any]) -> str:
    return "{" + ", ".join(map(str, in_order(values))) + "}" if values else "set()"


def in_order(values: set[Any]) -> list[Any]:
    """The items of a set, always in the same order."""
    return sorted(values, key=sympy.default_sort_key)


def _printed(value: Any, style: Style) -> str:
    if style.rough:
        fractions = [number for number in value.atoms(sympy.Rational) if not number.is_Integer]
        value = value.xreplace({number: sympy.Float(number, _FIXED + 4) for number in fractions})
    return str(_Printer({"style": style}).doprint(value))


class _Printer(StrPrinter):  # type: ignore[misc]  # sympy has no types
    """sympy's text, with decimals to six digits, or so many as are asked for."""

    _default_settings = {**StrPrinter._default_settings, "digits": 0, "style": _USUAL}  # noqa: RUF012

    def _print_Float(self, value: Any) -> str:  # noqa: N802
        digits = self._settings["digits"]
        return _digits(value, digits) if digits else _plain(value, self._settings["style"], _known(value))
