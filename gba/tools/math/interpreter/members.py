"""Methods and attributes of Python's values, by the kind of the value: an explicit table, and nothing beside it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gba.errors import MathError
from gba.tools.math.bounds import too_large
from gba.tools.math.interpreter.builtins import Builtins, ordered
from gba.tools.math.interpreter.conversions import as_index
from gba.tools.math.interpreter.fuel import LENGTH, TEXT
from gba.tools.math.interpreter.operators import truth
from gba.tools.math.interpreter.texts import template

__all__ = ["ATTRIBUTES", "METHODS"]

Method = Callable[..., Any]
"""Gets the program's Builtins, the value, and the arguments."""


def _plainly(kind: type, names: str) -> dict[str, Method]:
    """Methods of Python's own that make nothing large."""

    def plain(name: str) -> Method:
        method = getattr(kind, name)
        return lambda _, value, *arguments: method(value, *map(as_index, arguments))

    return {name: plain(name) for name in names.split()}


# texts


def _split(own: Builtins, value: str, sep: Any = None, maxsplit: Any = -1) -> list[str]:
    own.fuel.list_of(len(value) // 2 + 1)
    return value.split(sep, as_index(maxsplit))


def _join(own: Builtins, value: str, parts: Any) -> str:
    items = own.listed(parts)
    own.fuel.text_of(sum(len(item) for item in items if isinstance(item, str)) + len(value) * len(items))
    return value.join(items)


def _replace(own: Builtins, value: str, old: Any, new: Any, count: Any = -1) -> str:
    if isinstance(old, str) and isinstance(new, str):
        own.fuel.text_of(len(value) + (value.count(old) if old else len(value) + 1) * len(new))
    return value.replace(old, new, as_index(count))


def _widened(name: str) -> Method:
    def widened(own: Builtins, value: str, width: Any, *fill: Any) -> str:
        width = as_index(width)
        own.fuel.text_of(width if isinstance(width, int) else TEXT + 1)
        return str(getattr(str, name)(value, width, *fill))

    return widened


_OF_TEXTS = """
    upper lower title capitalize strip lstrip rstrip startswith endswith find rfind index count isdigit isalpha isalnum
    isupper islower isspace swapcase removeprefix removesuffix isnumeric isdecimal partition splitlines
"""

_STR: dict[str, Method] = {
    **_plainly(str, _OF_TEXTS),
    **{name: _widened(name) for name in ("zfill", "rjust", "ljust", "center")},
    "split": _split,
    "join": _join,
    "replace": _replace,
    "format": lambda own, value, *arguments, **named: template(own.fuel, value, arguments, named),
}  # fmt: skip


# lists


def _append(own: Builtins, value: list[Any], item: Any) -> None:
    fuel = own.fuel
    fuel.cells -= 1
    if len(value) >= LENGTH or fuel.cells < 0:
        fuel.list_of(len(value) + 1)
    value.append(item)


def _extend(own: Builtins, value: list[Any], items: Any) -> None:
    found = own.listed(items)
    own.fuel.list_of(len(value) + len(found))
    value.extend(found)


def _insert(own: Builtins, value: list[Any], place: Any, item: Any) -> None:
    own.fuel.list_of(len(value) + 1 if len(value) >= LENGTH else 1)
    value.insert(as_index(place), item)


def _sort(own: Builtins, value: list[Any], *, key: Any = None, reverse: Any = False) -> None:
    own.fuel.step(len(value))
    value[:] = ordered(value, key, truth(reverse))


def _copy(own: Builtins, value: Any) -> Any:
    own.fuel.list_of(len(value))
    return value.copy()


_LIST: dict[str, Method] = {
    **_plainly(list, "pop remove index count reverse clear"),
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "sort": _sort,
    "copy": _copy,
}
_TUPLE = _plainly(tuple, "index count")


# dicts and sets


def _update(own: Builtins, value: Any, *others: Any, **named: Any) -> None:
    for other in (*others, named):
        found = other if isinstance(other, dict) else own.listed(other)
        own.fuel.list_of(len(value) + len(found))
        value.update(found)


def _setdefault(own: Builtins, value: dict[Any, Any], key: Any, default: Any = None) -> Any:
    own.fuel.list_of(len(value) if len(value) >= LENGTH else 1)
    return value.setdefault(key, default)


def _add(own: Builtins, value: set[Any], item: Any) -> None:
    own.fuel.list_of(len(value) + 1 if len(value) >= LENGTH else 1)
    value.add(item)


def _of_sets(name: str) -> Method:
    def combined(own: Builtins, value: Any, *others: Any) -> Any:
        found = [own.listed(other) for other in others]
        own.fuel.list_of(len(value) + sum(map(len, found)))
        return getattr(value, name)(*found)

    return combined


_DICT: dict[str, Method] = {
    **_plainly(dict, "keys values items pop popitem clear"),
    "get": lambda _, value, key, default=None: value.get(key, default),
    "update": _update,
    "setdefault": _setdefault,
    "copy": _copy,
}
_FROZEN = {
    name: _of_sets(name)
    for name in "union intersection difference symmetric_difference issubset issuperset isdisjoint".split()
}
_SET: dict[str, Method] = {
    **_FROZEN,
    **_plainly(set, "remove discard pop clear"),
    "add": _add,
    "update": _update,
    "copy": _copy,
}


# numbers


def _limited(_: Builtins, value: Fraction, largest: Any = 1_000_000) -> Fraction:
    return value.limit_denominator(as_index(largest))


def _decimal(name: str) -> Method:
    def of_decimal(_: Builtins, value: Decimal, *arguments: Any, **options: Any) -> Any:
        if not all(isinstance(one, (int, Decimal)) for one in arguments):
            raise TypeError(f"{name} takes Decimal numbers")
        if options.keys() - {"rounding"} or not all(str(one) in _ROUNDINGS for one in options.values()):
            raise MathError(f"rounding is one of {', '.join(_ROUNDINGS)}.", kind="domain")
        if value.is_finite() and abs(value.adjusted()) > 5_000:
            raise too_large("The number is too large")
        return getattr(value, name)(*arguments, **options)

    return of_decimal


_ROUNDINGS = tuple(f"ROUND_{way}" for way in "UP DOWN CEILING FLOOR HALF_UP HALF_DOWN HALF_EVEN 05UP".split())

_INT: dict[str, Method] = {"item": lambda _, value: value} | _plainly(
    int, "bit_length bit_count" if hasattr(int, "bit_count") else "bit_length"
)
_DECIMALS = "quantize sqrt ln log10 exp normalize to_integral_value copy_abs is_nan is_finite compare"


# dates


def _iso(_: Builtins, value: Any) -> str:
    return str(value.isoformat())


_STRFTIME = frozenset("%" + letter for letter in "YmdHMSjyBbAaUWwuVIp%")


def _strftime(_: Builtins, value: Any, text: Any) -> str:
    if not isinstance(text, str) or len(text) > 200:
        raise TypeError("strftime takes a short text")
    parts = [text[at : at + 2] for at, char in enumerate(text) if char == "%" and not text[:at].endswith("%")]
    if not text.isascii() or not set(parts) <= _STRFTIME:
        raise MathError("This format of dates is not in the language.", kind="forbidden")
    return str(value.strftime(text))


def _date_replaced(_: Builtins, value: Any, **fields: Any) -> Any:
    return value.replace(**{name: as_index(field) for name, field in fields.items() if name != "tzinfo"})


_DATE: dict[str, Method] = {
    **_plainly(datetime.date, "weekday isoweekday toordinal"),
    "isocalendar": lambda _, value: tuple(value.isocalendar()),
    "isoformat": _iso,
    "strftime": _strftime,
    "replace": _date_replaced,
}

METHODS: dict[type, dict[str, Method]] = {
    str: _STR,
    list: _LIST,
    tuple: _TUPLE,
    dict: _DICT,
    set: _SET,
    frozenset: _FROZEN,
    int: _INT,
    bool: _INT,
    float: {
        "is_integer": lambda _, value: float(value).is_integer(),
        "item": lambda _, value: value,
        "round": lambda own, value, digits=None: own.table["round"].call(value, digits),
    },
    Fraction: {"limit_denominator": _limited},
    Decimal: {name: _decimal(name) for name in _DECIMALS.split()},
    datetime.date: _DATE,
    datetime.datetime: {**_DATE, "date": lambda _, value: value.date(), "time": lambda _, value: value.time()},
    datetime.timedelta: {"total_seconds": lambda _, value: value.total_seconds()},
    range: _plainly(range, "index count"),
}
"""Each kind's methods."""


def _attribute(name: str) -> Callable[[Any], Any]:
    return lambda value: getattr(value, name)


def _attributes(names: str) -> dict[str, Callable[[Any], Any]]:
    return {name: _attribute(name) for name in names.split()}


ATTRIBUTES: dict[type, dict[str, Callable[[Any], Any]]] = {
    int: _attributes("numerator denominator real imag"),
    bool: _attributes("numerator denominator real imag"),
    float: {"real": lambda value: value, "imag": lambda _: 0.0},
    Fraction: _attributes("numerator denominator"),
    datetime.date: _attributes("year month day"),
    datetime.datetime: _attributes("year month day hour minute second"),
    datetime.timedelta: _attributes("days seconds"),
    range: _attributes("start stop step"),
}
"""Each kind's attributes."""
