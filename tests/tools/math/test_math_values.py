from __future__ import annotations

import json
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gba.tools.math.encoding import classes, decode, encode
from gba.tools.math.nodes import CONSTANTS, NODES
from gba.tools.math.values import BOUNDS, Value, is_function_name
from tests.helpers.math_values import values

VALUES = values()
FUNCTIONS = {name for name, shape in NODES.items() if set(shape.takes) == {"expression"} and not shape.more}
x, y = sympy.symbols("x y")


def name(value: Any) -> str:
    """A short name of a test; some numbers are too long for Python to write."""
    return type(value).__name__


def returned(value: Any) -> Any:
    """The value, once through the line."""
    nodes = encode(value)
    assert nodes is not None
    return decode(Value.of(json.loads(json.dumps(nodes.nodes))))


def nodes_of(value: Any) -> list[Any]:
    """The nodes that are sent."""
    found = encode(value)
    assert found is not None
    return found.nodes


def same(one: Any, other: Any) -> bool:
    """Equal, of the same types all through, and with the same hash."""
    if type(one) is not type(other) and not isinstance(one, sympy.core.function.AppliedUndef):
        return False
    if isinstance(one, dict):
        return one == other and same(list(one.items()), list(other.items()))
    if isinstance(one, set):
        return one == other
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, sympy.Basic):
        return (
            one == other
            and hash(one) == hash(other)
            and all(same(a, b) for a, b in zip(one.args, other.args, strict=True))
        )
    return bool(one == other)


@pytest.mark.parametrize("value", VALUES, ids=name)
def test_every_kind_of_value_comes_back_as_it_was(value: Any) -> None:
    assert same(returned(value), value)
    assert same(returned([value, value]), [value, value])


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_of_the_table_comes_back_unevaluated(name: str) -> None:
    shape = NODES[name]
    for count in range(shape.least, len(shape.takes) + 1):
        nodes = [["symbol", "x", ""], ["int", "2"], *[["symbol", f"x{place}", ""] for place in range(count - 1)]]
        for arguments in ([0, *range(2, count + 1)], [1, *range(2, count + 1)]):
            value = decode(Value.of([*nodes, [name, *arguments]]))
            assert type(value) is classes()[name]
            assert len(value.args) == count
            assert same(returned(value), value)


def test_this_sympy_has_all_nodes_and_the_values_show_all_that_are_no_functions() -> None:
    assert classes().keys() == NODES.keys() - {"list", "tuple", "dict", "set"} | {"Tuple"}
    seen = {node[0] for value in VALUES for node in nodes_of(value)}
    assert NODES.keys() - FUNCTIONS <= seen
    assert {node[1] for value in VALUES for node in nodes_of(value) if node[0] == "constant"} >= CONSTANTS.keys() - {
        "IdentityFunction"
    }


def test_a_function_called_like_one_of_sympys_stays_undefined() -> None:
    value = returned(sympy.Function("factorial")(sympy.Integer(5)))
    assert isinstance(value, sympy.core.function.AppliedUndef)
    assert value.func.__name__ == "factorial"
    assert value == sympy.Function("factorial")(5)
    assert value != sympy.factorial(5)


def test_what_is_rebuilt_works_as_before() -> None:
    assert returned(x + 1).subs(x, 2) == 3
    assert returned(sympy.And(x > 1, y < 2)).subs({x: 2, y: 1}) == sympy.true
    assert returned(sympy.FiniteSet(1, x)).contains(1) == sympy.true
    assert returned(sympy.Max(x, y, 3)).subs({x: 7, y: 5}) == 7
    assert returned(sympy.Piecewise((1, x > 0), (2, True))).subs(x, -1) == 2
    assert returned(sympy.Integral(sympy.Function("f")(x), (x, 0, 1))).subs(y, 1).doit()
    assert returned(sympy.Subs(sympy.Function("f")(x), x, 2)).doit() == sympy.Function("f")(2)
    assert returned(sympy.real_roots(x**5 - x - 1)[0]).evalf(5) == sympy.real_roots(x**5 - x - 1)[0].evalf(5)
    assert returned(sympy.ImmutableMatrix([[1, 2], [3, 4]])).det() == -2
    assert returned(sympy.sin(x)).diff(x) == sympy.cos(x)
    assert returned(sympy.gamma(x)).nargs == sympy.gamma(x).nargs
    assert returned(sympy.Function("f")(x)).func(2) == sympy.Function("f")(2)


@pytest.mark.parametrize(
    "value",
    [
        "a\x1b[2J",
        ["x" * 10_001],
        sympy,
        sympy.MatrixSymbol("A", 2, 2),
        sympy.Symbol("a b"),
        sympy.Symbol("x" * 101),
        sympy.Symbol("x", commutative=False),
        sympy.Function("__import__")(x),
        sympy.Function("eval")(x),
        sympy.Function("f"),
        sympy.Poly(x),
        sympy.Wild("w"),
        sympy.Idx("i"),
        sympy.Integer(16) ** 40_000,
        sympy.exp(-(10**8)).evalf(5),
        sympy.Float(1, 5000),
        sympy.ImmutableDenseNDimArray([[[1]]]),
        [sympy.Symbol(f"x{number}") for number in range(500)],
        sympy.FiniteSet(sympy.Subs(sympy.Function("f")(x), x, 2)),
    ],
    ids=name,
)
def test_what_is_not_in_the_table_is_no_value(value: Any) -> None:
    assert encode(value) is None


def test_deep_and_large_values_are_no_values() -> None:
    deep = x
    for _ in range(BOUNDS.depth + 1):
        deep = sympy.sin(deep)
    assert encode(deep) is None
    twice = x
    for _ in range(20):
        twice = sympy.Add(sympy.sin(twice), sympy.cos(twice))
    assert encode(twice) is None
    assert encode([sympy.Integer(number) for number in range(6_000)]) is None
    assert encode([sympy.Integer(number) for number in range(2_000)]) is not None


@pytest.mark.parametrize(
    "nodes",
    [
        [],
        {},
        "x",
        [["int"]],
        [["int", 5]],
        [["int", "05"]],
        [["int", "-0"]],
        [["int", "1.5"]],
        [["int", "0x5"]],
        [["int", "5", "5"]],
        [["int", "1" * 40_000]],
        [["ratio", "1", "1"]],
        [["ratio", "1", "0"]],
        [["ratio", "0", "2"]],
        [["ratio", "1", "-2"]],
        [["float", "1", 10**9, 53]],
        [["float", "1", 0, 10**6]],
        [["float", "2", 0, 53]],
        [["float", "1" * 100, 0, 53]],
        [["float", "1", 0.5, 53]],
        [["float", "1", True, 53]],
        [["symbol", "__import__('os').system('id')", ""]],
        [["symbol", "_2*x", ""]],
        [["symbol", "_2*x", ""], ["sin", 0]],
        [["symbol", "x", "evil"]],
        [["symbol", "x", "!commutative"]],
        [["symbol", "x", "real real"]],
        [["symbol", "x", "real positive"]],
        [["symbol", 5, ""]],
        [["dummy", "x", "", "f" * 30]],
        [["constant", "register"]],
        [["constant", "__class__"]],
        [["plain", "text"]],
        [["plain", 1]],
        [["plain", [1]]],
        [["text", "\x1b"]],
        [["text", 5]],
        [["text"]],
        [["text", "x"], ["Add", 0, 0]],
        [["eval", "1"]],
        [["sympify", "1"]],
        [["function", "f", [["plain", "1"]]]],
        [["int", "5"], ["function", "eval", 0]],
        [["int", "5"], ["function", "__import__", 0]],
        [["int", "5"], ["function", "os.system", 0]],
        [["int", "5"], ["function", "f"]],
        [["int", "5"], ["object", "Symbol", 0]],
        [["int", "5"], ["Symbol", 0]],
        [["int", "5"], ["Function", 0]],
        [["int", "5"], ["sin", 1]],
        [["int", "5"], ["sin", -1]],
        [["int", "5"], ["sin", True]],
        [["int", "5"], ["sin", "0"]],
        [["int", "5"], ["sin", 0.0]],
        [["int", "5"], ["sin", 0, 0]],
        [["int", "5"], ["sin"]],
        [["int", "5"], ["Not", 0]],
        [["int", "5"], ["Union", 0, 0]],
        [["int", "5"], ["Integral", 0, 0]],
        [["int", "5"], ["Tuple", 0], ["Integral", 0, 1]],
        [["plain", True], ["sin", 0]],
        [["list"], ["sin", 0]],
        [["list"], ["plain", True], ["dict", 0, 1]],
        [["plain", True], ["dict", 0]],
        [["int", "5"], ["int", "5"], ["Add", 0, 1]],
        [["int", "5"], ["matrix", 2, 2, 0, 0, 0]],
        [["int", "5"], ["matrix", 1, -1, 0]],
        [["int", "5"], ["matrix", 1]],
        [["int", "5"], ["array", -1, -1, 0]],
        [["plain", True], ["matrix", 1, 1, 0]],
        [["symbol", "x", ""], ["int", "1"], ["root", 5, 0, 1, 1]],
        [["symbol", "x", ""], ["int", "1"], ["root", -1, 0, 1, 1]],
        [["symbol", "x", ""], ["int", "1"], ["root", 0, 0, 1]],
        [["symbol", "x", ""], ["int", "0"], ["root", 0, 0, 1, 1]],
        [["symbol", "x", ""], ["ratio", "1", "2"], ["root", 0, 0, 1, 1]],
        [["symbol", "x", ""], ["int", "1"], ["root", 0, 1, 1, 1]],
        [["symbol", "x", ""], ["int", "1"], ["root", 0]],
        [["symbol", "x", ""], ["int", "1"], ["rootsum", 0, 0, 1, 1]],
        [["symbol", "x", ""], ["int", "1"], ["rootsum", 0]],
        [["symbol", "x", ""], ["int", "1"], ["Tuple", 0], ["Tuple", 1], ["sin", 0], ["Subs", 4, 2, 3, 4]],
        [["symbol", "x", ""], ["int", "1"], ["TupleArg", 1]],
        [["list", 0]],
        [[["list"]]],
        [[]],
        [[5]],
    ],
    ids=lambda nodes: json.dumps(nodes)[:60],
)
def test_a_worker_cannot_send_anything_else(nodes: Any) -> None:
    with pytest.raises(ValueError, match="not a value that can come back"):
        Value.of(nodes)


def test_a_value_that_grows_when_it_is_written_out_is_refused() -> None:
    nodes: list[Any] = [["symbol", "x", ""]]
    for place in range(100):
        nodes.append(["Add", place, place])
    with pytest.raises(ValueError, match="the size of an expression"):
        Value.of(nodes)


def test_a_set_whose_members_look_alike_is_refused() -> None:
    period = 2**61 - 1  # of the hash of Python's whole numbers
    nodes: list[Any] = [["int", format(5 + place * period, "x")] for place in range(100)]
    with pytest.raises(ValueError, match="look alike"):
        decode(Value.of([*nodes, ["FiniteSet", *range(100)]]))


def test_names_of_functions() -> None:
    assert all(is_function_name(name) for name in ("f", "factorint", "x_1", "lambda_", "Symbol"))
    assert not any(
        is_function_name(name) for name in ("", "_f", "f__g", "eval", "open", "f(", "f.g", "é", "f" * 200, 5, None)
    )


_leaves = st.one_of(
    st.integers().map(sympy.Integer),
    st.fractions().map(lambda number: sympy.Rational(number.numerator, number.denominator)),
    st.floats(allow_nan=False, allow_infinity=False).map(sympy.Float),
    st.sampled_from(
        [x, sympy.Symbol("r", real=True), sympy.Dummy("k"), sympy.pi, sympy.I, sympy.oo, sympy.Function("f")(x)]
    ),
)
_expressions = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: sympy.Add(*pair, evaluate=False)),
        st.tuples(inner, inner).map(lambda pair: sympy.Mul(*pair, evaluate=False)),
        st.tuples(inner, inner).map(lambda pair: sympy.Pow(*pair, evaluate=False)),
        inner.map(lambda value: sympy.Function("f")(value)),
        inner.map(lambda value: sympy.sin(value, evaluate=False)),
        st.tuples(inner, inner).map(lambda pair: sympy.Integral(sympy.Function("g")(pair[0]), (x, 0, pair[1]))),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.recursive(_expressions, lambda inner: st.lists(inner, max_size=4), max_leaves=6))
def test_any_expression_comes_back(value: Any) -> None:
    nodes = encode(value)
    assert nodes is not None
    assert same(decode(nodes), value)


def test_the_line_between_the_processes_is_json() -> None:
    for value in VALUES:
        nodes = nodes_of(value)
        assert json.loads(json.dumps(nodes)) == nodes
