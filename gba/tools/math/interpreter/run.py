"""A program from its tree to its value."""

from __future__ import annotations

import datetime
import decimal
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import UndefinedFunction

from gba.errors import MathError
from gba.tools.math import language
from gba.tools.math.arithmetic import clean, defined
from gba.tools.math.bounds import SHOWN, at_most, check_value
from gba.tools.math.interpreter.builtins import Builtins
from gba.tools.math.interpreter.calls import Calls
from gba.tools.math.interpreter.conversions import is_sympy, native, number_of
from gba.tools.math.interpreter.fuel import Fuel
from gba.tools.math.interpreter.functions import Function
from gba.tools.math.interpreter.libraries import Libraries
from gba.tools.math.interpreter.operators import Operators
from gba.tools.math.interpreter.printing import Printer
from gba.tools.math.interpreter.statements import Statements
from gba.tools.math.library.masks import is_mask
from gba.tools.math.names import Modules, Scope
from gba.tools.math.program import Program
from gba.tools.math.source import columns
from gba.tools.math.text import Style

__all__ = ["Outcome", "run"]


@dataclass(frozen=True)
class Outcome:
    """The value of a program, and how it wants its numbers shown.

    ``origin``: where the value came from: the name that was assigned, "expression" or "print". ``printed``: the text.
    """

    value: Any
    style: Style
    origin: str
    printed: str


def run(program: Program) -> Outcome:
    """Evaluate a program. Raises MathError; whatever else Python or sympy raises is one."""
    try:
        return _run(program)
    except MathError as error:
        raise MathError(str(error), kind=error.kind, program=program.text) from None
    except SystemExit:
        raise MathError("A program cannot end the process.", kind="forbidden", program=program.text) from None
    except Exception as error:  # noqa: BLE001  (sympy raises all sorts, and each is a message to the model)
        raise _translated(error, program.text) from None


def _run(program: Program) -> Outcome:
    fuel = Fuel()
    printer, calls = Printer(fuel), Calls(fuel)
    own = Builtins(fuel, Operators(fuel), printer)
    frame: dict[Any, Any] = {}
    body = program.tree.body
    statements = Statements(columns(program.source), own, calls, Libraries(own, calls), Modules(body), frame)
    statements.block(body, Scope.of_program(body))(frame)
    value, origin = _value(frame, statements, printer)
    return Outcome(_finished(value), calls.style(), origin, printer.text)


def _value(frame: dict[Any, Any], statements: Statements, printer: Printer) -> tuple[Any, str]:
    """The program's value, and where it came from."""
    functions = []
    for name in language.ANSWERS:
        found = frame.get(name)
        if isinstance(found, Function) and found.own and name == found.name:
            functions.append((found, name))
        elif found is not None:
            return found, name
    if statements.has_last:
        return statements.last, "expression"
    if printer.used:
        return printer.value, "print"
    for found, name in functions:  # the program defines a function and never calls it: it is called without arguments
        return found.call(), name
    raise MathError("The program has no result. Its last line has to be: result = ...", kind="no result")


def _translated(error: Exception, text: str) -> MathError:
    message = " ".join(str(error).split())[:200]
    if (isinstance(error, ArithmeticError) and "divi" in message.lower()) or isinstance(error, ZeroDivisionError):
        return MathError("Division by zero.", kind="domain", program=text)
    if isinstance(error, (OverflowError, decimal.Overflow)):
        return MathError("A number became too large.", kind="too large", program=text)
    if isinstance(error, (RecursionError, MemoryError)):
        return MathError(
            "The calculation is nested too deeply or takes too much memory.", kind="too large", program=text
        )
    if isinstance(error, ImportError):
        return MathError("This part of sympy is not available here.", kind="forbidden", program=text)
    if isinstance(error, KeyError) and error.args:
        return MathError(f"This cannot be calculated: there is no entry {message}.", kind="domain", program=text)
    if isinstance(error, NotImplementedError):
        note = f" ({message})" if message else ""
        return MathError(
            f"sympy knows no method for this{note}. For an equation use nsolve(f, x, 1).", kind="domain", program=text
        )
    return MathError(f"This cannot be calculated: {message or type(error).__name__}.", kind="domain", program=text)


def _finished(value: Any) -> Any:
    """The value with nothing left to do: ``Integral(…)`` and its like are calculated."""
    if isinstance(value, UndefinedFunction):
        raise MathError("result is a function without a value.", kind="no result")
    if isinstance(value, Function):
        raise MathError(f"{value.name} is a function: call it, as {value.name}(...).", kind="syntax")
    if value is None:
        raise MathError("The result is None. Its last line has to be: result = ...", kind="no result")
    if isinstance(value, (sympy.Integral, sympy.Sum, sympy.Product, sympy.Derivative, sympy.Limit)):
        value = clean(value.doit())
        check_value(value)
    if isinstance(value, sympy.Range):
        value = [sympy.Integer(number) for number in value] if value.size <= SHOWN else value
    at_most("The number of items in a result", _count(value), SHOWN)
    return defined(_written_out(value), "The result")


def _written_out(value: Any) -> Any:
    """A value as it is shown and sent: numbers as sympy's, polynomials as expressions, in lists as well."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, sympy.Poly):
        return value.as_expr()
    if is_mask(value):
        return native(value.tolist())
    if is_sympy(value):
        return value
    if isinstance(value, (list, range, deque)) or type(value).__name__ in ("dict_keys", "dict_values", "dict_items"):
        return [_written_out(item) for item in value]
    if isinstance(value, tuple):
        return tuple(_written_out(item) for item in value)
    if isinstance(value, dict):
        return {_written_out(key): _written_out(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return {_written_out(item) for item in value}
    if isinstance(value, (int, float, Fraction, Decimal)):
        return number_of(value)
    if isinstance(value, (datetime.date, datetime.timedelta, datetime.time)):
        return str(value)
    if isinstance(value, Iterator):
        raise MathError("The result is an iterator. Write list(...) around it.", kind="domain")
    raise MathError("The result is no value: call the function.", kind="no result")


def _count(value: Any) -> int:
    """How many values a result shows."""
    if isinstance(value, range):
        return len(value)
    if isinstance(value, dict):
        return sum(_count(key) + _count(item) for key, item in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return sum(map(_count, value))
    return 1
