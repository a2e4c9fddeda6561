"""Python's own functions, as far as they calculate: on Python's values as in Python, on sympy's as sympy would."""

from __future__ import annotations

import builtins
import functools
import re
from collections import deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy
from sympy.matrices import MatrixBase
from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math.bounds import too_large
from gba.tools.math.interpreter.conversions import as_float, as_index, is_sympy, number_of, to_sympy
from gba.tools.math.interpreter.fuel import Fuel
from gba.tools.math.interpreter.functions import Function
from gba.tools.math.interpreter.operators import Operators, iterated, truth
from gba.tools.math.interpreter.printing import Printer
from gba.tools.math.interpreter.reals import literal, near, traced
from gba.tools.math.interpreter.texts import formatted, readable
from gba.tools.math.library import FUNCTIONS
from gba.tools.math.library.elementary import rounded
from gba.tools.math.library.lists import total

__all__ = ["NUMBER_TEXT", "Builtins", "number_from"]

NUMBER_TEXT = re.compile(r"\s*[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE]([-+]?\d+))?\s*")
_INT_TEXT = 4_000
_WHOLE = (int, bool)
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int, sympy.Integer),
    "float": (float, sympy.Float),
    "bool": (bool,),
    "str": (str,),
    "list": (list,),
    "tuple": (tuple,),
    "dict": (dict,),
    "set": (set,),
    "frozenset": (frozenset,),
    "range": (range,),
    "Fraction": (Fraction,),
    "Decimal": (Decimal,),
    "complex": (),
}


def number_from(text: str) -> Any:
    """A decimal number from a text. Raises ValueError, MathError for one with a large exponent."""
    match = NUMBER_TEXT.fullmatch(text)
    if not match or len(text) > 1_000 or "__" in text:
        raise ValueError(f"could not convert string to float: {text[:40]!r}")
    if len(match[1] or "") > 6 or abs(int(match[1] or 0)) > 5_000:
        raise MathError("The exponent of a number may be at most 5,000.", kind="too large")
    return literal(Fraction(text.strip().replace("_", "")))


class Builtins:
    """The functions, bound to one program's fuel, operators and output; ``table`` has them by name."""

    def __init__(self, fuel: Fuel, operators: Operators, printer: Printer) -> None:
        self.fuel, self.operators = fuel, operators
        own: dict[str, Callable[..., Any]] = {
            "abs": self._abs, "all": self._all, "any": self._any, "bin": self._based(bin), "bool": self._bool,
            "chr": self._chr, "complex": self._complex, "dict": self._dict, "divmod": self._divmod,
            "enumerate": self._enumerate, "filter": self._filter, "float": self._float, "format": self._format,
            "frozenset": self._frozenset, "hex": self._based(hex), "int": self._int, "isinstance": self._isinstance,
            "iter": self._iter, "len": self._len, "list": self._list, "map": self._map, "max": self._extreme("max"),
            "min": self._extreme("min"), "next": self._next, "oct": self._based(oct), "ord": self._ord,
            "pow": self._pow, "print": printer.print, "range": self._range, "repr": self._repr,
            "reversed": self._reversed, "round": self._round, "set": self._set, "sorted": self._sorted,
            "str": self._str, "sum": self._sum, "tuple": self._tuple, "zip": self._zip,
        }  # fmt: skip
        self.table = {name: Function(name, call) for name, call in own.items()}

    # numbers

    def _abs(self, value: Any, /) -> Any:
        if isinstance(value, float):
            return traced(abs(value), abs, value)
        return FUNCTIONS["abs"](value) if is_sympy(value) else abs(value)

    def _divmod(self, left: Any, right: Any, /) -> Any:
        return self.operators.binary["//"](left, right), self.operators.binary["%"](left, right)

    def _pow(self, base: Any, exp: Any, mod: Any = None) -> Any:
        if mod is None:
            return self.operators.binary["**"](base, exp)
        values = [as_index(value) for value in (base, exp, mod)]
        if any(is_sympy(value) for value in values):
            return FUNCTIONS["pow"](*map(to_sympy, values))
        if all(isinstance(value, int) for value in values) and abs(values[1]).bit_length() > 8_192:
            raise too_large("The exponent may have at most 2,466 digits")
        return pow(*values)

    def _round(self, number: Any, ndigits: Any = None) -> Any:
        ndigits = as_index(ndigits)
        if ndigits is not None and abs(ndigits) > 1_000:
            raise too_large("The number of digits may be at most 1,000")
        if is_sympy(number):
            if isinstance(number, (NDimArray, MatrixBase)):
                return number.applyfunc(lambda entry: rounded(entry, sympy.Integer(ndigits or 0)))
            return rounded(number, sympy.Integer(ndigits or 0))
        if ndigits is None:
            return round(number)
        value = round(number, ndigits)
        if type(value) is not float:
            return value
        digits = sympy.Integer(ndigits)
        return traced(value, lambda one: near(value, rounded(one, digits)), number)

    def _int(self, value: Any = 0, /, base: Any = None) -> Any:
        value, base = as_index(value), as_index(base)
        if isinstance(value, str):
            if len(value) > _INT_TEXT:
                raise too_large(f"A whole number in a text may have at most {_INT_TEXT:,} digits")
            return int(value) if base is None else int(value, base)
        if base is not None:
            raise TypeError("int() can't convert non-string with explicit base")
        if is_sympy(value):
            return int(FUNCTIONS["int"](value))
        if not isinstance(value, (int, float, Fraction, Decimal)):
            raise TypeError("int() argument must be a string or a number")
        if isinstance(value, Decimal):
            number_of(value)
        return int(value)

    def _float(self, value: Any = 0, /) -> Any:
        if isinstance(value, float):
            return value
        if isinstance(value, str):
            word = value.strip().lower().lstrip("+-")
            if word in ("inf", "infinity", "nan"):
                return float(value)
            return number_from(value)
        if is_sympy(value):
            return as_float(value)
        if not isinstance(value, (int, Fraction, Decimal)):
            raise TypeError("float() argument must be a string or a real number")
        try:
            return traced(float(value), lambda one: one, value)
        except OverflowError:
            return number_of(value)

    def _complex(self, real: Any = 0, imag: Any = 0) -> Any:
        return FUNCTIONS["complex"](number_of(real), number_of(imag))

    def _bool(self, value: Any = False, /) -> bool:
        return truth(value)

    def _based(self, write: Callable[[int], str]) -> Callable[[Any], str]:
        def written(value: Any, /) -> str:
            self.fuel.text_of(int(as_index(value)).bit_length() if isinstance(value, int) else 0)
            return write(as_index(value))

        return written

    def _chr(self, value: Any, /) -> str:
        value = as_index(value)
        if not isinstance(value, int) or not (32 <= value < 127 or value == 10):
            raise MathError("chr gives printable ASCII characters only here.", kind="domain")
        return chr(value)

    def _ord(self, value: Any, /) -> int:
        return ord(value)

    # texts

    def _str(self, value: Any = "", /) -> str:
        return readable(self.fuel, value)

    def _repr(self, value: Any, /) -> str:
        return readable(self.fuel, value, quoted=True)

    def _format(self, value: Any, spec: Any = "", /) -> str:
        return formatted(self.fuel, value, spec)

    # going through values

    def over(self, values: Any) -> Iterator[Any]:
        """The items of whatever can be gone through, each one a step."""
        return self.fuel.over(iterated(values))

    def listed(self, values: Any) -> list[Any]:
        """The items as a new list."""
        return self.fuel.listed(iterated(values))

    def _all(self, values: Any, /) -> bool:
        return all(truth(value) for value in self.over(values))

    def _any(self, values: Any, /) -> bool:
        return any(truth(value) for value in self.over(values))

    def _iter(self, values: Any, /) -> Any:
        return values if isinstance(values, Iterator) else self.over(values)

    def _next(self, values: Any, /, *default: Any) -> Any:
        if not isinstance(values, Iterator):
            raise TypeError(f"{type(values).__name__} object is not an iterator")
        self.fuel.step()
        try:
            return next(values)
        except StopIteration:
            if default:
                return default[0]
            raise MathError("next: there is no further item.", kind="domain") from None

    def _enumerate(self, iterable: Any, start: Any = 0) -> Any:
        return enumerate(self.over(iterable), as_index(start))

    def _zip(self, *iterables: Any, strict: Any = False) -> Any:
        return zip(*map(self.over, iterables), strict=truth(strict))

    def _map(self, function: Any, /, *iterables: Any) -> Any:
        return map(called(function), *map(self.over, iterables))

    def _filter(self, function: Any, values: Any, /) -> Any:
        keep = called(function) if function is not None else truth
        return (value for value in self.over(values) if truth(keep(value)))

    def _reversed(self, values: Any, /) -> Any:
        if isinstance(values, (set, frozenset, Iterator)):
            raise TypeError(f"{type(values).__name__} object is not reversible")
        if isinstance(values, range):
            return self.over(values[::-1])
        if isinstance(values, dict):
            return self.over(list(values)[::-1])
        return self.over(self.listed(values)[::-1])

    def _range(self, *bounds: Any) -> Any:
        found = [as_index(bound) for bound in bounds]
        if any(is_sympy(bound) for bound in found):
            return FUNCTIONS["range"](*map(to_sympy, found))
        return range(*found)

    def _len(self, values: Any, /) -> int:
        if isinstance(values, (sympy.FiniteSet, sympy.Range, NDimArray, MatrixBase, sympy.Tuple)):
            return int(values.size if isinstance(values, sympy.Range) else
                       values.shape[0] if isinstance(values, NDimArray) else len(values))  # fmt: skip
        if isinstance(values, (list, tuple, dict, set, frozenset, str, range, deque)) or _is_view(values):
            return len(values)
        raise TypeError(f"object of type {type(values).__name__} has no len()")

    # containers

    def _list(self, values: Any = (), /) -> list[Any]:
        return self.listed(values)

    def _tuple(self, values: Any = (), /) -> tuple[Any, ...]:
        return tuple(self.listed(values))

    def _set(self, values: Any = (), /) -> set[Any]:
        return set(self.listed(values))

    def _frozenset(self, values: Any = (), /) -> frozenset[Any]:
        return frozenset(self.listed(values))

    def _dict(self, values: Any = (), /, **named: Any) -> dict[Any, Any]:
        if isinstance(values, dict):
            self.fuel.list_of(2 * len(values))
            return {**values, **named}
        pairs = [self.listed(pair) for pair in self.listed(values)]
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError("dictionary update sequence elements have to be pairs")
        return {**{key: value for key, value in pairs}, **named}  # noqa: C416

    def _sum(self, values: Any, /, start: Any = 0) -> Any:
        if isinstance(values, range) and type(start) is int:
            return start + len(values) * (values[0] + values[-1]) // 2 if values else start
        if isinstance(values, (sympy.Range, MatrixBase)) or (isinstance(values, NDimArray) and values.rank() == 1):
            return total(values, number_of(start))
        items = self.listed(values)
        kinds = {type(item) for item in items} | {type(start)}
        if kinds <= {int, bool}:
            found = sum(items, start)
            self.fuel.bits_of(found.bit_length())
            return found
        if isinstance(start, str):
            raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
        if all(issubclass(kind, (int, float)) for kind in kinds):
            plain = [float(item) if isinstance(item, float) else item for item in (start, *items)]
            try:
                return traced(sum(plain[1:], plain[0]), lambda *parts: sympy.Add(*parts), start, *items)
            except OverflowError:
                return sympy.Add(*map(number_of, (start, *items)))
        return functools.reduce(self.operators.binary["+"], items, start)

    def _extreme(self, name: str) -> Callable[..., Any]:
        choose: Callable[..., Any] = getattr(builtins, name)

        def chosen(*values: Any, key: Any = None, **default: Any) -> Any:
            if default.keys() - {"default"}:
                raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(default))!r}")
            one = len(values) == 1
            items = self.listed(values[0]) if one and not _is_scalar(values[0]) else list(values)
            if default and not one:
                raise TypeError(f"Cannot specify a default for {name}() with multiple positional arguments")
            if not items:
                if default:
                    return default["default"]
                raise ValueError(f"{name}() arg is an empty sequence")
            if key is None and any(is_sympy(item) for item in items):
                return FUNCTIONS[name](*map(to_sympy, items)) if len(items) > 1 else items[0]
            return choose(items, key=None if key is None else called(key))

        return chosen

    def _sorted(self, values: Any, /, *, key: Any = None, reverse: Any = False) -> list[Any]:
        items = self.listed(values)
        self.fuel.step(len(items))
        return ordered(items, key, truth(reverse))

    def _isinstance(self, value: Any, kinds: Any, /) -> bool:
        wanted = kinds if isinstance(kinds, tuple) else (kinds,)
        for kind in wanted:
            if not isinstance(kind, Function) or kind.name not in _TYPES:
                raise MathError("isinstance takes int, float, str, bool, list, tuple, dict and set.", kind="domain")
        return isinstance(value, tuple(one for kind in wanted for one in _TYPES[kind.name]))


def called(function: Any) -> Callable[..., Any]:
    """What a program passes as a function. Raises TypeError for other values."""
    if not isinstance(function, Function):
        raise TypeError(f"{type(function).__name__} object is not callable")
    return function.call


def ordered(items: list[Any], key: Any, reverse: bool) -> list[Any]:
    """The items in order; sympy's expressions, which have none, as sympy orders them."""
    if key is None and any(is_sympy(item) for item in items):
        if not all(isinstance(number_of(item), sympy.Expr) and number_of(item).is_extended_real for item in items):
            return sorted(items, key=lambda item: sympy.default_sort_key(to_sympy(item)), reverse=reverse)
        return sorted(items, key=lambda item: number_of(item).evalf(30), reverse=reverse)
    return sorted(items, key=None if key is None else called(key), reverse=reverse)


def _is_scalar(value: Any) -> bool:
    if isinstance(value, (int, float, Fraction, Decimal)):
        return True
    return isinstance(value, sympy.Expr) and not isinstance(value, (MatrixBase, sympy.Range))


def _is_view(value: Any) -> bool:
    return type(value).__name__ in ("dict_keys", "dict_values", "dict_items")
