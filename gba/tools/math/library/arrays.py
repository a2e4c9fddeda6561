"""The functions of numpy, as numpy means them: bound to ``np.`` and ``numpy.``, and to nothing else.

Arrays have one or two dimensions. They are calculated with entry by entry, as numpy does; matrices (`Matrix`) are
sympy's, and multiplied as matrices. Numbers stay exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import sympy
from sympy import Integer, S
from sympy.matrices import MatrixBase
from sympy.tensor.array import ImmutableDenseNDimArray, NDimArray

from gba.errors import MathError
from gba.tools.math.arithmetic import as_matrix, binary, each, is_scalar, power
from gba.tools.math.bounds import check_entries, check_items, natural
from gba.tools.math.library import elementary, lists, matrices, numbers, statistics

__all__ = ["LINALG", "NUMPY", "array_of", "flat"]

_POINTS = Integer(50)
Function = Callable[..., Any]


def array_of(value: Any) -> Any:
    """A number as it is, anything else as an array. Raises MathError for rows of different lengths."""
    if isinstance(value, NDimArray) or is_scalar(value):
        return value
    if isinstance(value, bool) or value in (S.true, S.false):
        return Integer(bool(value))
    rows = value.tolist() if isinstance(value, MatrixBase) else lists.items(value)
    rows = [row.tolist() if isinstance(row, NDimArray) else row for row in rows]
    nested = [row for row in rows if not is_scalar(row)]
    if not rows or (nested and len(nested) < len(rows)):
        raise MathError("An array takes numbers, or rows of numbers, and at least one.", kind="domain")
    if nested:
        rows = [list(lists.items(row)) for row in nested]
        if (
            len({len(row) for row in rows}) > 1
            or not rows[0]
            or not all(is_scalar(item) for row in rows for item in row)
        ):
            raise MathError("Arrays have one or two dimensions here, and rows of one length.", kind="domain")
    return ImmutableDenseNDimArray(rows)


def _filled(rows: Sequence[Any]) -> Any:
    return ImmutableDenseNDimArray(list(rows))


def _rows(value: Any) -> list[Any]:
    """An array as a list of numbers, or of rows."""
    found: list[Any] = value.tolist()
    return found


def flat(value: Any) -> list[Any]:
    value = array_of(value)
    return [value] if is_scalar(value) else list(sympy.flatten(value))


def _axis(axis: Any, rank: int) -> int:
    if not getattr(axis, "is_Integer", False) or not -rank <= axis < rank:
        raise MathError(f"There is no axis {axis} in an array of {rank} dimensions.", kind="domain")
    return int(axis) % rank


def _counted(value: Any) -> Any:
    """An array, truth values as 0 and 1."""
    value = array_of(value)
    if isinstance(value, NDimArray) and any(item in (S.true, S.false) for item in sympy.flatten(value)[:1]):
        return value.applyfunc(lambda item: Integer(item == S.true))
    return value


def _reduced(function: Function) -> Function:
    """A function of a list, of all entries of an array or along an axis."""

    def reduced(value: Any, axis: Any = None, **options: Any) -> Any:
        value = _counted(value)
        if axis is None or is_scalar(value):
            return function(flat(value), **options)
        if _axis(axis, value.rank()) == 1 or value.rank() == 1:
            lines = _rows(value) if value.rank() == 2 else [_rows(value)]
        else:
            lines = [list(line) for line in zip(*_rows(value), strict=True)]
        found = [function(line, **options) for line in lines]
        return found[0] if value.rank() == 1 else _filled(found)

    return reduced


def _along(function: Function) -> Function:
    """A function from a list to a list: of the flat array, or along an axis."""

    def along(value: Any, axis: Any = None) -> Any:
        value = array_of(value)
        if axis is None or is_scalar(value) or value.rank() == 1:
            return _filled(function(flat(value)))
        if _axis(axis, 2) == 1:
            return _filled([function(row) for row in _rows(value)])
        columns = [function(list(column)) for column in zip(*_rows(value), strict=True)]
        return _filled([list(row) for row in zip(*columns, strict=True)])

    return along


def _by_last(function: Function) -> Function:
    """The same along the last axis, where no other is given."""
    along = _along(function)
    return lambda value, axis=Integer(-1): along(value, axis if not is_scalar(array_of(value)) else None)


def _entrywise(function: Function) -> Function:
    return lambda *values: each(function, *(_counted(value) for value in values))


def _real(name: str) -> Function:
    """A function of each entry that is real where numpy's is: numpy gives nan elsewhere."""
    function = elementary.FUNCTIONS[name]

    def one(value: Any) -> Any:
        found = function(value)
        if value.is_extended_real and found.is_number and found.is_extended_real is False:
            raise MathError(f"np.{name} has no real value at {value} (numpy gives nan).", kind="domain")
        return found

    return _entrywise(one)


def _operator(name: str) -> Function:
    return _entrywise(lambda left, right: binary(name, left, right))


def _shape(value: Any) -> tuple[int, ...]:
    sizes = lists.items(value) if not is_scalar(value) else [value]
    if not 1 <= len(sizes) <= 2:
        raise MathError("Arrays have one or two dimensions here.", kind="domain")
    check_entries(sizes[0], sizes[-1] if len(sizes) == 2 else S.One)
    shape = tuple(natural("The size of an array", size, 20_000) for size in sizes)
    if 0 in shape:
        raise MathError("An array without entries cannot be calculated with.", kind="domain")
    return shape


def _full(shape: Any, value: Any) -> Any:
    sizes = _shape(shape)
    return _filled([value] * sizes[0] if len(sizes) == 1 else [[value] * sizes[1]] * sizes[0])


def _eye(size: Any) -> Any:
    number = _shape(size)[0]
    return _filled([[Integer(row == column) for column in range(number)] for row in range(number)])


def _linspace(first: Any, last: Any, num: Any = _POINTS, endpoint: Any = True) -> Any:
    check_items(num)
    count = natural("The number of points", num, 20_000)
    parts = max(count - 1 if endpoint else count, 1)
    return array_of([first + (last - first) * place / parts for place in range(count)])


def _difference(value: Any, n: Any = S.One) -> Any:
    rounds = natural("The number of differences", n, 100)
    line = _by_last(lambda items: [binary("-", b, a) for a, b in pairwise(items)])
    value = array_of(value)
    for _ in range(rounds):
        if is_scalar(value) or value.shape[-1] < 2:
            raise MathError("np.diff needs more values than differences are taken.", kind="domain")
        value = line(value)
    return value


def _cumulated(operator: str) -> Function:
    def cumulated(items: list[Any]) -> list[Any]:
        found = items[:1]
        for item in items[1:]:
            found.append(binary(operator, found[-1], item))
        return found

    return _along(cumulated)


def _dot(left: Any, right: Any) -> Any:
    a, b = array_of(left), array_of(right)
    return binary("*", a, b) if is_scalar(a) or is_scalar(b) else binary("@", a, b)


def _inner(left: Any, right: Any) -> Any:
    a, b = array_of(left), array_of(right)
    if is_scalar(a) or is_scalar(b):
        return binary("*", a, b)
    return binary("@", a, _transposed(b) if b.rank() == 2 else b)


def _outer(left: Any, right: Any) -> Any:
    return _filled([[binary("*", a, b) for b in flat(right)] for a in flat(left)])


def _cross(left: Any, right: Any) -> Any:
    a, b = flat(left), flat(right)
    if len(a) != 3 or len(b) != 3:
        raise MathError("np.cross takes two vectors of three numbers.", kind="domain")
    return _filled(list(as_matrix(a).cross(as_matrix(b))))


def _transposed(value: Any) -> Any:
    value = array_of(value)
    if is_scalar(value) or value.rank() == 1:
        return value
    return _filled([list(row) for row in zip(*_rows(value), strict=True)])


def _diagonal(value: Any) -> Any:
    value = array_of(value)
    if value.rank() == 1:
        return _filled(
            [[item if at == place else S.Zero for at in range(len(value))] for place, item in enumerate(value)]
        )
    rows = _rows(value)
    return _filled([rows[place][place] for place in range(min(value.shape))])


def _trace(value: Any) -> Any:
    found = array_of(value)
    if is_scalar(found) or found.rank() != 2:
        raise MathError("np.trace takes an array of two dimensions.", kind="domain")
    return sympy.Add(*_diagonal(found))


def _joined(values: Any, axis: Any = S.Zero) -> Any:
    parts = [array_of(part) for part in lists.items(values)]
    if any(is_scalar(part) for part in parts) or len({part.rank() for part in parts}) != 1:
        raise MathError("These arrays cannot be joined.", kind="domain")
    if _axis(axis, parts[0].rank()) == 0:
        return array_of([row for part in parts for row in _rows(part)])
    return array_of([[item for row in rows for item in row] for rows in zip(*map(_rows, parts), strict=True)])


def _variance(items: list[Any], ddof: Any = S.Zero) -> Any:
    if len(items) - ddof <= 0:
        raise MathError("Too few values for that ddof.", kind="domain")
    centre = sympy.Add(*items) / len(items)
    return sympy.Add(*((item - centre) ** 2 for item in items)) / (len(items) - ddof)


def _average(value: Any, axis: Any = None, weights: Any = None) -> Any:
    if weights is None:
        return NUMPY["mean"](value, axis)
    values, shares = flat(value), flat(weights)
    if axis is not None or len(values) != len(shares):
        raise MathError("np.average takes as many weights as values, and no axis beside them.", kind="domain")
    whole = sympy.Add(*shares)
    if whole == 0:
        raise MathError("The weights add up to zero.", kind="domain")
    return sympy.Add(*(item * share for item, share in zip(values, shares, strict=True))) / whole


def _place(choose: Function) -> Function:
    def found(items: list[Any]) -> Any:
        best = choose(items)
        return Integer(next(place for place, item in enumerate(items) if item == best))

    return found


def _product(items: list[Any]) -> Any:
    value = S.One
    for item in items:
        value = binary("*", value, item)
    return value


def _sinc(value: Any) -> Any:
    return S.One if value == 0 else sympy.sin(sympy.pi * value) / (sympy.pi * value)


def _remainder(left: Any, right: Any) -> Any:
    """C's, with the sign of the first."""
    return elementary.FUNCTIONS["fmod"](left, right)


def _unique(value: Any) -> Any:
    return _filled(lists.FUNCTIONS["sorted"](list(dict.fromkeys(flat(value)))))


def _polyval(coefficients: Any, value: Any) -> Any:
    def horner(point: Any) -> Any:
        found = S.Zero
        for coefficient in flat(coefficients):
            found = binary("+", binary("*", found, point), coefficient)
        return found

    return each(horner, array_of(value))


def _percentiles(function: Function) -> Function:
    def of_shares(value: Any, share: Any) -> Any:
        return each(lambda one: function(flat(value), one), array_of(share))

    return of_shares


_MAX, _MIN = lists.FUNCTIONS["max"], lists.FUNCTIONS["min"]
_OF_ONE = """
    abs fabs sqrt cbrt exp exp2 expm1 log log2 log10 log1p sign floor ceil trunc square
    sin cos tan arcsin arccos arctan asin acos atan sinh cosh tanh arcsinh arccosh arctanh asinh acosh atanh
    degrees radians deg2rad rad2deg conjugate
"""

NUMPY: dict[str, Function] = {
    **{name: _real(name) for name in _OF_ONE.split()},
    "absolute": _entrywise(elementary.FUNCTIONS["abs"]),
    "conj": _entrywise(elementary.FUNCTIONS["conjugate"]),
    "negative": _entrywise(lambda value: -value),
    "real": _entrywise(sympy.re),
    "imag": _entrywise(sympy.im),
    "angle": _entrywise(sympy.arg),
    "sinc": _entrywise(_sinc),
    "round": lambda value, decimals=S.Zero: each(lambda one: elementary.rounded(one, decimals), array_of(value)),
    "around": lambda value, decimals=S.Zero: each(lambda one: elementary.rounded(one, decimals), array_of(value)),
    "rint": _entrywise(elementary.rounded),
    "add": _operator("+"),
    "subtract": _operator("-"),
    "multiply": _operator("*"),
    "divide": _operator("/"),
    "true_divide": _operator("/"),
    "floor_divide": _operator("//"),
    "power": _operator("**"),
    "pow": _operator("**"),
    "mod": _operator("%"),
    "remainder": _operator("%"),
    "fmod": _entrywise(_remainder),
    "divmod": lambda left, right: (NUMPY["floor_divide"](left, right), NUMPY["mod"](left, right)),
    "arctan2": _entrywise(sympy.atan2),
    "atan2": _entrywise(sympy.atan2),
    "hypot": _entrywise(elementary.FUNCTIONS["hypot"]),
    "gcd": _entrywise(numbers.FUNCTIONS["gcd"]),
    "lcm": _entrywise(numbers.FUNCTIONS["lcm"]),
    "maximum": _entrywise(_MAX),
    "minimum": _entrywise(_MIN),
    "clip": _entrywise(elementary.FUNCTIONS["clip"]),
    "array": array_of,
    "asarray": array_of,
    "zeros": lambda shape: _full(shape, S.Zero),
    "ones": lambda shape: _full(shape, S.One),
    "full": _full,
    "eye": _eye,
    "identity": _eye,
    "arange": lambda *bounds: array_of(list(lists.FUNCTIONS["arange"](*bounds))),
    "linspace": _linspace,
    "sum": _reduced(lambda items: sympy.Add(*items)),
    "prod": _reduced(_product),
    "mean": _reduced(lambda items: sympy.Add(*items) / len(items)),
    "average": _average,
    "median": _reduced(statistics.FUNCTIONS["median"]),
    "var": _reduced(_variance),
    "std": _reduced(lambda items, ddof=S.Zero: sympy.sqrt(_variance(items, ddof))),
    "max": _reduced(_MAX),
    "min": _reduced(_MIN),
    "amax": _reduced(_MAX),
    "amin": _reduced(_MIN),
    "ptp": _reduced(lambda items: binary("-", _MAX(items), _MIN(items))),
    "argmax": _reduced(_place(_MAX)),
    "argmin": _reduced(_place(_MIN)),
    "percentile": _percentiles(statistics.FUNCTIONS["percentile"]),
    "quantile": _percentiles(statistics.FUNCTIONS["quantile"]),
    "cumsum": _cumulated("+"),
    "cumprod": _cumulated("*"),
    "sort": _by_last(lists.FUNCTIONS["sorted"]),
    "diff": _difference,
    "unique": _unique,
    "dot": _dot,
    "matmul": lambda left, right: binary("@", array_of(left), array_of(right)),
    "inner": _inner,
    "vdot": lambda left, right: binary("@", _filled(flat(left)), _filled(flat(right))),
    "outer": _outer,
    "cross": _cross,
    "trace": _trace,
    "transpose": _transposed,
    "diag": _diagonal,
    "concatenate": _joined,
    "polyval": _polyval,
    "roots": lambda coefficients: _filled(_roots_of(flat(coefficients))),
}
"""Each function of numpy that is in the language."""


def _roots_of(coefficients: list[Any]) -> list[Any]:
    """The roots of a polynomial, each as often as it is one."""
    x = sympy.Dummy("x")
    polynomial = sympy.Poly(coefficients, x)
    if polynomial.degree() < 1:
        raise MathError("np.roots takes the coefficients of a polynomial, the highest power first.", kind="domain")
    found = sympy.roots(polynomial)
    if sum(found.values()) == polynomial.degree():
        return [root for root, count in found.items() for _ in range(count)]
    return list(polynomial.nroots(n=30))


def _as_arrays(function: Function) -> Function:
    """A function of sympy's matrices, with arrays of numpy's."""

    def called(*values: Any) -> Any:
        found = function(*(as_matrix(array_of(value)) if not is_scalar(value) else value for value in values))
        return array_of(found.tolist()) if isinstance(found, MatrixBase) else found

    return called


def _solved(matrix: Any, right: Any) -> Any:
    value = array_of(right)
    found = as_matrix(array_of(matrix)).LUsolve(as_matrix(value))
    return _filled(list(found)) if value.rank() == 1 else array_of(found.tolist())


LINALG: dict[str, Function] = {
    "det": _as_arrays(matrices.LINALG["det"]),
    "inv": _as_arrays(matrices.LINALG["inv"]),
    "pinv": _as_arrays(matrices.LINALG["pinv"]),
    "matrix_rank": _as_arrays(matrices.LINALG["matrix_rank"]),
    "matrix_power": lambda value, exponent: array_of(power(as_matrix(array_of(value)), exponent).tolist()),
    "solve": _solved,
    "eigvals": lambda value: _filled(matrices.LINALG["eigvals"](array_of(value))),
    "norm": lambda value, order=None: matrices.norm(array_of(value), order),
}
"""Each function of ``np.linalg``."""
