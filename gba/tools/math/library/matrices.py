"""Matrices and arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Integer
from sympy.matrices import ImmutableDenseMatrix, MatrixBase
from sympy.tensor.array import ImmutableDenseNDimArray, NDimArray

from gba.errors import MathError
from gba.tools.math.arithmetic import as_matrix, is_scalar, power
from gba.tools.math.bounds import check_entries, check_items
from gba.tools.math.library.lists import items

__all__ = ["FUNCTIONS", "LINALG", "norm"]


def _matrix(first: Any, columns: Any = None, entries: Any = None) -> Any:
    if columns is None:
        rows = first.tolist() if isinstance(first, (NDimArray, MatrixBase)) else first
        if not isinstance(rows, (list, tuple)):
            raise MathError("Matrix takes a list of rows.", kind="domain")
        check_items(Integer(len(rows)))
        return ImmutableDenseMatrix(list(rows))
    check_entries(first, columns)
    return ImmutableDenseMatrix(int(first), int(columns), list(entries or []))


def _array(value: Any) -> Any:
    if isinstance(value, MatrixBase):
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        raise MathError("array takes a list.", kind="domain")
    found = ImmutableDenseNDimArray(value)
    if found.rank() > 2:
        raise MathError("Arrays have one or two dimensions here.", kind="domain")
    return found


def _filled(build: Callable[..., Any]) -> Callable[..., Any]:
    def shaped(rows: Any, columns: Any = None) -> Any:
        if isinstance(rows, (tuple, list)):
            rows, columns = rows[0], rows[-1]
        check_entries(rows, rows if columns is None else columns)
        return build(int(rows), int(rows if columns is None else columns))

    return shaped


def _eye(size: Any) -> Any:
    check_entries(size, size)
    return sympy.eye(int(size))


def _diagonal(*entries: Any) -> Any:
    found = items(entries[0]) if len(entries) == 1 and not is_scalar(entries[0]) else list(entries)
    check_entries(Integer(len(found)), Integer(len(found)))
    return sympy.diag(*found)


def _dot(left: Any, right: Any) -> Any:
    """numpy's: of two lists the scalar product, of matrices the product."""
    a, b = as_matrix(left), as_matrix(right)
    return a.dot(b) if 1 in a.shape and 1 in b.shape and a.cols != b.rows else a * b if a.cols == b.rows else a.dot(b)


def norm(value: Any, order: Any = None) -> Any:
    """The norm of a vector or a matrix (Frobenius), or a number's absolute value."""
    if is_scalar(value):
        return sympy.Abs(value)
    return as_matrix(value).norm(order)


def _eigenvalues(value: Any) -> Any:
    return [root for root, count in as_matrix(value).eigenvals().items() for _ in range(count)]


_DECOMPOSED = {
    "det": lambda value: as_matrix(value).det(),
    "inv": lambda value: as_matrix(value).inv(),
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **_DECOMPOSED,
    "Matrix": _matrix,
    "array": _array,
    "eye": _eye,
    "zeros": _filled(sympy.zeros),
    "ones": _filled(sympy.ones),
    "diag": _diagonal,
    "transpose": lambda value: as_matrix(value).T,
    "trace": lambda value: as_matrix(value).trace(),
    "rank": lambda value: Integer(as_matrix(value).rank()),
    "dot": _dot,
    "cross": lambda left, right: as_matrix(left).cross(as_matrix(right)),
    "norm": norm,
}

LINALG: dict[str, Callable[..., Any]] = {
    **_DECOMPOSED,
    "eigvals": _eigenvalues,
    "matrix_rank": lambda value: Integer(as_matrix(value).rank()),
    "pinv": lambda value: as_matrix(value).pinv(),
    "solve": lambda matrix, right: as_matrix(matrix).LUsolve(as_matrix(right)),
    "matrix_power": lambda value, exponent: power(as_matrix(value), exponent),
    "norm": norm,
}
