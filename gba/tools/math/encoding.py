"""Values between the worker and us, as JSON: numbers, names and the structure of expressions, nothing executable.

The worker is not trusted: what it sends can only become an instance of one of sympy's own classes, by its name, with
decoded arguments. pickle and sympy's ``srepr`` (which has to be run as Python) would both let it run code here.
"""

from __future__ import annotations

from typing import Any

__all__ = ["decode", "encode"]

_SINGLETONS = frozenset(
    """
    Pi Exp1 ImaginaryUnit Infinity NegativeInfinity ComplexInfinity NaN EulerGamma GoldenRatio Catalan
    TribonacciConstant EmptySet Reals Integers Naturals Naturals0 Rationals Complexes UniversalSet
    """.split()
)


def encode(value: Any) -> Any:
    """The value as JSON; what has no such form as its text."""
    import sympy
    from sympy.core.function import AppliedUndef
    from sympy.matrices import MatrixBase
    from sympy.tensor.array import NDimArray

    if value is None or isinstance(value, (bool, str)):
        return ["plain", value]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [encode(item) for item in value]]
    if isinstance(value, dict):
        return ["dict", [[encode(key), encode(item)] for key, item in value.items()]]
    if isinstance(value, MatrixBase):
        return ["matrix", int(value.rows), int(value.cols), [encode(entry) for entry in value]]
    if isinstance(value, NDimArray):
        return ["array", [int(size) for size in value.shape], [encode(entry) for entry in sympy.flatten(value)]]
    if isinstance(value, sympy.Rational):
        return ["number", hex(value.p), hex(value.q)]
    if isinstance(value, sympy.Float):
        sign, mantissa, exponent, _ = value._mpf_
        return ["float", sign, hex(mantissa), exponent, value._prec]
    if isinstance(value, AppliedUndef):
        return ["function", value.func.__name__, [encode(argument) for argument in value.args]]
    return _encode_object(value)


def _encode_object(value: Any) -> Any:
    import sympy

    name = type(value).__name__
    if isinstance(value, sympy.Symbol):
        told = getattr(value, "_assumptions_orig", None) or getattr(value._assumptions, "_generator", {})
        assumptions = {key: bool(given) for key, given in told.items() if given is not None}
        if isinstance(value, sympy.Dummy):
            return ["dummy", value.name, int(value.dummy_index), assumptions]
        return ["symbol", value.name, assumptions]
    if name in _SINGLETONS:
        return ["constant", name]
    if value in (sympy.true, sympy.false):
        return ["plain", bool(value)]
    if isinstance(value, sympy.Piecewise):
        return ["cases", [[encode(case.expr), encode(case.cond)] for case in value.args]]
    if isinstance(value, sympy.Basic) and getattr(sympy, name, None) is type(value):
        return ["object", name, [encode(argument) for argument in value.args]]
    return ["plain", str(value)]


def decode(data: Any) -> Any:
    """The value again. Raises ValueError for what ``encode`` does not write."""
    kind, *rest = data
    decoder = _DECODERS.get(kind)
    if decoder is None:
        raise ValueError(f"{kind!r} is no kind of value")
    return decoder(*rest)


def _number(top: str, bottom: str) -> Any:
    import sympy

    return sympy.Rational(int(top, 16), int(bottom, 16))


def _float(sign: int, mantissa: str, exponent: int, precision: int) -> Any:
    import sympy
    from mpmath.libmp import from_man_exp

    number = int(mantissa, 16) * (-1 if sign else 1)
    return sympy.Float._new(from_man_exp(number, int(exponent)), int(precision))


def _symbol(name: str, assumptions: dict[str, bool]) -> Any:
    import sympy

    return sympy.Symbol(str(name), **{str(key): bool(value) for key, value in assumptions.items()})


def _dummy(name: str, index: int, assumptions: dict[str, bool]) -> Any:
    """A bound variable that sympy made up; it is itself again by its number."""
    import sympy

    told = {str(key): bool(value) for key, value in assumptions.items()}
    return sympy.Dummy(str(name), dummy_index=int(index), **told)


def _constant(name: str) -> Any:
    import sympy

    if name not in _SINGLETONS:
        raise ValueError(f"{name!r} is no constant")
    return getattr(sympy.S, name)


def _object(name: str, arguments: list[Any]) -> Any:
    import sympy

    kind = getattr(sympy, name, None)
    if not (isinstance(kind, type) and issubclass(kind, sympy.Basic)):
        raise ValueError(f"{name!r} is no class of sympy's expressions")
    return kind(*(decode(argument) for argument in arguments))


def _function(name: str, arguments: list[Any]) -> Any:
    import sympy

    return sympy.Function(str(name))(*(decode(argument) for argument in arguments))


def _cases(cases: list[list[Any]]) -> Any:
    import sympy

    return sympy.Piecewise(*((decode(value), decode(condition)) for value, condition in cases))


def _matrix(rows: int, columns: int, entries: list[Any]) -> Any:
    import sympy

    return sympy.ImmutableMatrix(rows, columns, [decode(entry) for entry in entries])


def _array(shape: list[int], entries: list[Any]) -> Any:
    import sympy

    return sympy.ImmutableDenseNDimArray([decode(entry) for entry in entries], tuple(shape))


_DECODERS: dict[str, Any] = {
    "plain": lambda value: value,
    "list": lambda items: [decode(item) for item in items],
    "tuple": lambda items: tuple(decode(item) for item in items),
    "dict": lambda entries: {decode(key): decode(value) for key, value in entries},
    "matrix": _matrix,
    "array": _array,
    "number": _number,
    "float": _float,
    "symbol": _symbol,
    "dummy": _dummy,
    "constant": _constant,
    "object": _object,
    "function": _function,
    "cases": _cases,
}
