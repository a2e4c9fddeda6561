"""Calls of sympy's functions out of a program: what they are given, what comes back, and what the call asks for.

No text reaches sympy but where the table of the language allows one of that kind: sympy would run it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from gba.errors import MathError
from gba.tools.math.arithmetic import clean, defined
from gba.tools.math.bounds import check_value
from gba.tools.math.interpreter.conversions import native, to_sympy
from gba.tools.math.interpreter.fuel import Fuel
from gba.tools.math.language import KEYWORD_TEXTS, TEXTS, Signature
from gba.tools.math.text import Style

__all__ = ["Calls"]

_ROUGH = frozenset({"float", "Float", "Decimal", "N", "evalf", "n", "nsolve", "nroots", "round"})
"""Calls that ask for a decimal number."""
_DIGITS = frozenset({"Float", "Decimal", "N", "evalf", "n"})
"""Those of them whose argument after the value is a number of significant digits."""
_EXACT = frozenset({"Rational", "Fraction", "S", "nsimplify", "fraction"})
"""Calls that ask for a fraction."""


class Calls:
    """Wraps functions of sympy's for one program, and notes how it wants its numbers shown."""

    def __init__(self, fuel: Fuel) -> None:
        self.fuel = fuel
        self.decimal = self.fraction = False
        self.digits = self.places = 0

    def style(self) -> Style:
        """How the program wants its numbers shown, as far as it has run."""
        return Style(self.decimal, self.fraction and not self.decimal, self.digits, self.places)

    def note(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Note what a call asks for; ``arguments`` are those after the value, all of them accepted."""
        self.decimal = self.decimal or name in _ROUGH
        self.fraction = self.fraction or name in _EXACT
        if arguments and name in _DIGITS and isinstance(arguments[0], (int, sympy.Integer)):
            self.digits = max(self.digits, int(arguments[0]))
        elif arguments and name == "round" and isinstance(arguments[0], (int, sympy.Integer)):
            self.places = max(self.places, int(arguments[0]))

    def noted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of Python's that asks for decimals or fractions."""

        def called(*values: Any, **keywords: Any) -> Any:
            found = function(*values, **keywords)
            self.note(name, values[1:])
            return found

        return called

    def wrap(self, name: str, function: Callable[..., Any], signature: Signature, *, first: int = 1,
             whole: bool = False) -> Callable[..., Any]:  # fmt: skip
        """The function, with values of the program. ``whole``: whole numbers come back as Python's.

        ``first`` is the place of the first argument after the value.
        """

        def called(*values: Any, **keywords: Any) -> Any:
            self.fuel.step()
            self._check(name, signature, len(values), keywords)
            given = [self._argument(signature, place, value) for place, value in enumerate(values)]
            named = {key: self._keyword(key, value) for key, value in keywords.items()}
            found = clean(function(*given, **named))
            self.note(name, values[first:])
            check_value(found)
            found = defined(found, f"This value of {name}")
            return native(found) if whole else found

        return called

    def _check(self, name: str, signature: Signature, count: int, keywords: dict[str, Any]) -> None:
        most = signature.most
        if count < signature.least or (most is not None and count > most):
            least = signature.least
            wanted = f"{least}" if most == least else f"{least} to {most or 'any number of'}"
            raise MathError(f"{name} takes {wanted} arguments, not {count}.", kind="forbidden")
        for key in keywords:
            if key not in signature.keywords:
                raise MathError(f"{name} has no keyword {key!r}.", kind="forbidden")

    def _argument(self, signature: Signature, place: int, value: Any) -> Any:
        if signature.text == "names" and place == signature.text_at and not isinstance(value, str):
            raise MathError("Names are written in quotes, such as 'x y'.", kind="forbidden")
        if isinstance(value, str) and signature.text and place == signature.text_at:
            return _text(signature.text, value)
        return to_sympy(value)

    def _keyword(self, key: str, value: Any) -> Any:
        kind = KEYWORD_TEXTS.get(key)
        return _text(kind, value) if kind else to_sympy(value)


def _text(kind: str, value: Any) -> str:
    if not isinstance(value, str) or not TEXTS[kind].fullmatch(value):
        raise MathError("This text cannot be an argument here.", kind="forbidden")
    return value
