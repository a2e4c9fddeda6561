"""Values as text: one short line for the agent's model, decimals of any length, LaTeX."""

from __future__ import annotations

from typing import Any

import sympy
from mpmath.libmp import to_str
from sympy.matrices import MatrixBase
from sympy.printing.str import StrPrinter
from sympy.tensor.array import NDimArray

__all__ = ["decimal", "exact", "latex", "short"]

_SHORT = 6
"""Significant digits of a number that is not shown in full."""
_EXACT = 12
"""A decimal number of at most so many digits is shown in full."""
_WHOLE = 40
"""A whole number of at most so many digits is shown in full."""
_LINE = 600
_LATEX = 4_000
_WIELDY = 40
"""Characters of LaTeX that a number may take before its decimal is easier to read."""


def short(value: Any, *, rough: bool = False, fraction: bool = False) -> str:
    """What the agent's model reads: one line, with numbers as decimals.

    ``rough``: the program is written in decimals, so fractions within formulas are shown as decimals too;
    ``fraction``: it asks for fractions, so a number that is one is shown as it is, and then as a decimal.
    """
    if fraction and isinstance(value, sympy.Rational) and not value.is_Integer and len(str(value)) <= _WHOLE:
        return f"{value} ({_plain(value)})"
    text = _short(value, rough)
    return text if len(text) <= _LINE else text[: _LINE - 4] + " ..."


def _short(value: Any, rough: bool) -> str:
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_short(item, rough) for item in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_short(key, rough)}: {_short(item, rough)}" for key, item in value.items()) + "}"
    if isinstance(value, (MatrixBase, NDimArray)):
        return _short(value.tolist(), rough)
    if getattr(value, "is_number", False) and isinstance(value, sympy.Expr):
        return _number(value, rough)
    if isinstance(value, sympy.Basic):
        return _printed(value, rough)
    return str(value)


def _number(value: Any, rough: bool) -> str:
    if value.is_infinite:
        return {sympy.oo: "infinity", -sympy.oo: "-infinity"}.get(value, str(value))
    if value.is_Integer:
        text = str(value)
        return text if len(text) <= _WHOLE else f"about {_digits(value, _SHORT)} ({len(text.lstrip('-'))} digits)"
    if value.is_Rational:
        return _plain(value)
    real, imaginary = _parts(value, 20)
    if real is None:
        return _printed(value, rough)
    if not imaginary:
        return _plain(real)
    sign = "-" if imaginary < 0 else "+"
    size = _plain(abs(imaginary))
    size = "" if size == "1" else size
    return f"{_plain(real)} {sign} {size}i" if real else f"{'-' if sign == '-' else ''}{size}i"


def _terminates(denominator: int) -> bool:
    for factor in (2, 5):
        while denominator % factor == 0:
            denominator //= factor
    return denominator == 1


def _plain(value: Any) -> str:
    """A real number in full where it is a short decimal, else to six digits, or two behind the point."""
    if value.is_Rational and _terminates(value.q):
        full = _digits(value, _EXACT + 3)
        if sympy.Rational(full) == value and len(full.strip("-0.").replace(".", "")) <= _EXACT:
            return full
    whole = len(str(int(abs(value)))) if abs(value) < 10**15 else 0
    return _digits(value, max(_SHORT, whole + 2 if whole > 3 else 0))


def _digits(value: Any, digits: int) -> str:
    """That many significant digits, without closing zeros."""
    number = sympy.Float(value.evalf(digits + 5), digits + 5)
    text = str(to_str(number._mpf_, digits, strip_zeros=True, min_fixed=-6, max_fixed=max(digits, 16)))
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
        return rf"\text{{{value}}}"
    text = str(sympy.latex(value))
    if rough and len(text) > _WIELDY and isinstance(value, sympy.Expr) and value.is_number:
        return decimal(value, 15)
    return text if len(text) <= _LATEX else rf"\text{{{short(value, rough=rough)}}}"


def exact(value: Any, longest: int) -> str:
    """The exact value as sympy writes it, cut off where it is longer."""
    text = str(value)
    return text if len(text) <= longest else text[: longest - 4] + " ..."


def _printed(value: Any, rough: bool) -> str:
    if rough:
        fractions = [number for number in value.atoms(sympy.Rational) if not number.is_Integer]
        value = value.xreplace({number: sympy.Float(number, _EXACT + 3) for number in fractions})
    return str(_Printer().doprint(value))


class _Printer(StrPrinter):  # type: ignore[misc]  # sympy has no types
    """sympy's text, with decimals to six digits, or so many as are asked for."""

    _default_settings = {**StrPrinter._default_settings, "digits": 0}  # noqa: RUF012

    def _print_Float(self, value: Any) -> str:  # noqa: N802
        digits = self._settings["digits"]
        return _digits(value, digits) if digits else _plain(value)
