"""Texts: numbers in a given format, f-strings, the methods of texts. Widths and precisions are bounded first."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy

from gba.errors import MathError
from gba.tools.math.bounds import DIGITS
from gba.tools.math.interpreter.conversions import entries, is_sympy
from gba.tools.math.interpreter.fuel import TEXT, Fuel
from gba.tools.math.interpreter.functions import Function

__all__ = ["formatted", "percent", "plain", "readable", "template"]

_SPEC = re.compile(r"(?:.?[<>=^])?[-+ ]?z?#?0?(\d*)[,_]?(?:\.(\d+))?[bcdeEfFgGnosxX%]?")
_PERCENT = re.compile(r"%(?:[-+ #0]*(\d*)(?:\.(\d+))?([diouxXeEfFgGsr])|%)")
_FIELD = re.compile(r"\{(?:(\d*|[A-Za-z_]\w*)(?:!([rs]))?(?::([^{}]*))?)\}|\{\{|\}\}|[{}]")
_LARGEST = 1_000
"""Of a width."""


def readable(fuel: Fuel, value: Any, *, quoted: bool = False) -> str:
    """``str(value)``, or ``repr`` of it. Raises MathError for what has no text, or a long one."""
    _measure(fuel, value, 0)
    text = _readable(value, quoted)
    fuel.text_of(len(text))
    return text


def _readable(value: Any, quoted: bool) -> str:
    if isinstance(value, str):
        return repr(value) if quoted else value
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, list):
        return "[" + ", ".join(_readable(item, True) for item in value) + "]"
    if isinstance(value, tuple):
        inner = ", ".join(_readable(item, True) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, Counter):
        return f"Counter({_readable(dict(value.most_common()), True) if value else ''})"
    if isinstance(value, defaultdict):
        made = getattr(value.default_factory, "__name__", "None")
        if made not in ("int", "float", "list", "dict", "set", "str", "None"):
            raise MathError("A defaultdict of this kind has no text. Write dict(...) around it.", kind="domain")
        shown = made if made == "None" else f"<class '{made}'>"
        return f"defaultdict({shown}, {_readable(dict(value), True)})"
    if isinstance(value, deque):
        rest = f", maxlen={value.maxlen}" if value.maxlen is not None else ""
        return f"deque({_readable(list(value), True)}{rest})"
    if isinstance(value, dict):
        inner = ", ".join(f"{_readable(key, True)}: {_readable(item, True)}" for key, item in value.items())
        return "{" + inner + "}"
    if isinstance(value, (set, frozenset)):
        inner = ", ".join(_readable(item, True) for item in value)
        text = "{" + inner + "}" if value else "set()"
        return text if isinstance(value, set) else f"frozenset({text if value else ''})"
    if isinstance(value, (Iterator, Function)):
        raise MathError("A function or an iterator has no text. Write list(...) around it.", kind="domain")
    if type(value).__name__ in ("dict_keys", "dict_values", "dict_items"):
        return f"{type(value).__name__}({_readable(list(value), True)})"
    if isinstance(value, (datetime.date, datetime.timedelta, datetime.time)):
        return repr(value) if quoted else str(value)
    if isinstance(value, (bool, int, Fraction, Decimal, range)) or value is None:
        return repr(value) if quoted else str(value)
    if isinstance(value, sympy.NDimArray):
        return _readable(entries(value), quoted)
    return str(value)


def plain(value: Any) -> Any:
    """A number as Python would format it: sympy's as an int or a float."""
    if isinstance(value, sympy.Integer):
        return int(value)
    if is_sympy(value):
        if isinstance(value, sympy.Expr) and value.is_number and value.is_extended_real:
            return float(value)
        raise MathError("Only a number can be formatted like that.", kind="domain")
    return value


def _measure(fuel: Fuel, value: Any, depth: int) -> int:
    """About the characters of a value, before it is written. Raises MathError."""
    if isinstance(value, int):
        size = 1 + value.bit_length() * 301 // 1_000
    elif isinstance(value, str):
        size = len(value)
    elif isinstance(value, (Fraction, Decimal, sympy.Basic)):
        size = 10
    elif isinstance(value, (list, tuple, set, frozenset, dict, deque)):
        if depth > 40:
            raise MathError("The lists are nested too deeply.", kind="too large")
        size = 2
        items = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        for item in items:
            size += _measure(fuel, item, depth + 1) + 2
            if size > TEXT:
                fuel.text_of(size)
    else:
        size = 20
    if size > TEXT:
        fuel.text_of(size)
    return size


def formatted(fuel: Fuel, value: Any, spec: str) -> str:
    """``format(value, spec)``. Raises MathError for a width or precision above the bounds."""
    if not spec:
        return readable(fuel, value)
    value = plain(value)
    if isinstance(value, (datetime.date, datetime.time)) or not isinstance(value, (int, float, str, Fraction, Decimal)):
        raise MathError(f"This value has no format {spec[:20]!r}.", kind="domain")
    match = _SPEC.fullmatch(spec)
    if not match:
        raise ValueError(f"Invalid format specifier {spec[:20]!r}")
    for digits, limit in ((match[1], _LARGEST), (match[2], DIGITS)):
        if digits and (len(digits) > 5 or int(digits) > limit):
            raise MathError(f"A format may have at most {limit:,} digits.", kind="too large")
    _measure(fuel, value, 0)
    text = format(float(value) if isinstance(value, float) else value, spec)
    fuel.text_of(len(text))
    return text


def percent(fuel: Fuel, text: str, values: Any) -> str:
    """``text % values``."""
    given = list(values) if isinstance(values, tuple) else [values]
    place = 0

    def written(match: re.Match[str]) -> str:
        nonlocal place
        if match[0] == "%%":
            return "%"
        if any(digits and (len(digits) > 4 or int(digits) > _LARGEST) for digits in (match[1], match[2])):
            raise MathError(f"A format may have at most {_LARGEST:,} digits.", kind="too large")
        if place >= len(given):
            raise TypeError("not enough arguments for format string")
        value = given[place]
        place += 1
        if match[3] in "sr":
            return match[0].replace("r", "s") % readable(fuel, value, quoted=match[3] == "r")
        value = plain(value)
        if not isinstance(value, (int, float, Fraction, Decimal)):
            raise TypeError(f"%{match[3]} format: a real number is required, not {type(value).__name__}")
        _measure(fuel, value, 0)
        return match[0] % (float(value) if isinstance(value, float) else value)

    if "%" in _PERCENT.sub("", text):
        raise ValueError("unsupported format character")
    fuel.text_of(len(text) + _LARGEST * text.count("%") if text.count("%") < 90 else TEXT + 1)
    found = _PERCENT.sub(written, text)
    if place < len(given):
        raise TypeError("not all arguments converted during string formatting")
    fuel.text_of(len(found))
    return found


def template(fuel: Fuel, text: str, values: tuple[Any, ...], named: dict[str, Any]) -> str:
    """``text.format(...)``: names and numbers in braces, nothing that reaches into a value."""
    place = 0

    def written(match: re.Match[str]) -> str:
        nonlocal place
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if len(match[0]) == 1:
            raise MathError("This template is not in the language: {}, {0}, {name} and {:.2f} are.", kind="forbidden")
        key = match[1]
        if not key:
            key, place = str(place), place + 1
        if key.isdigit():
            if len(key) > 3 or int(key) >= len(values):
                raise IndexError("Replacement index out of range for positional args tuple")
            value = values[int(key)]
        else:
            value = named[key]
        if match[2]:
            value = readable(fuel, value, quoted=match[2] == "r")
        return formatted(fuel, value, match[3] or "")

    found = _FIELD.sub(written, text)
    fuel.text_of(len(found))
    return found
