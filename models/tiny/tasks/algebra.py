"""Equations, calculus and matrices for the math model."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.tiny.tasks.base import Draw

__all__ = ["ALGEBRA"]


def _term(draw: Draw, x: str, coefficient: int, power: int) -> tuple[str, str]:
    """coefficient * x ** power as people write it, and as a program has it."""
    if power == 0:
        return str(coefficient), str(coefficient)
    raised = x if power == 1 else f"{x}^{power}"
    program = x if power == 1 else f"{x}**{power}"
    if coefficient == 1:
        return raised, program
    sign = draw.pick(("", "", "*"))
    return f"{coefficient}{sign}{raised}", f"{coefficient}*{program}"


def _polynomial(draw: Draw, x: str, powers: tuple[int, ...]) -> tuple[str, str]:
    text = program = ""
    for power in powers:
        said, done = _term(
            draw,
            x,
            draw.pick((1, draw.rng.randint(1, 12), draw.rng.randint(1, 30))) if power else draw.rng.randint(1, 60),
            power,
        )
        sign = draw.pick(("+", "+", "-")) if text else ""
        text += f" {sign} {said}" if sign else said
        program += f" {sign} {done}" if sign else done
    return text, program


def _expression(draw: Draw, x: str) -> tuple[str, str]:
    """Something to differentiate: a polynomial, or a known function of x."""
    roll = draw.rng.random()
    if roll < 0.65:
        return _polynomial(
            draw,
            x,
            draw.pick(((2,), (3,), (2, 1), (3, 1), (2, 0), (3, 2, 1), (2, 1, 0), (draw.rng.randint(4, 9),), (4, 2))),
        )
    n = draw.rng.randint(2, 9)
    return draw.pick(
        (
            (f"sin({x})", f"sin({x})"),
            (f"cos({x})", f"cos({x})"),
            (f"e^{x}", f"exp({x})"),
            (f"exp({x})", f"exp({x})"),
            (f"ln({x})", f"log({x})"),
            (f"sqrt({x})", f"sqrt({x})"),
            (f"1/{x}", f"1/{x}"),
            (f"sin({n}*{x})", f"sin({n}*{x})"),
            (f"{x}*sin({x})", f"{x}*sin({x})"),
            (f"{x}*e^{x}", f"{x}*exp({x})"),
            (f"cos({n}{x})", f"cos({n}*{x})"),
            (f"{x}^{n}*ln({x})", f"{x}**{n}*log({x})"),
            (f"e^({n}{x})", f"exp({n}*{x})"),
        )
    )


def _symbol(x: str) -> str:
    return f'{x} = symbols("{x}")\n'


def _letter(draw: Draw) -> str:
    return draw.pick("xxxxxtyzn")


def _equation(draw: Draw) -> tuple[str, str]:
    x = _letter(draw)
    text, program = _polynomial(draw, x, draw.pick(((1, 0), (1, 0), (1,), (2, 0), (2, 1, 0), (2, 1))))
    right_text, right = (str(draw.integer(0, 200)),) * 2 if draw.chance(0.8) else _polynomial(draw, x, (1, 0))
    if "^2" in text and draw.chance(0.5):
        right_text = right = "0"
    asked = draw.free(
        (
            "[solve {e}|solve {e} for {x}|solve the equation {e}|Solve for {x}: {e}|What is {x} if {e}?|Find {x} if "
            "{e}.|Find {x} such that {e}.|If {e}, what is {x}?|the solution of {e}|What are the "
            "solutions of {e}?|the roots of {e}]"
        ),
        e=f"{text} = {right_text}",
        x=x,
    )
    return asked, f"{_symbol(x)}result = solve(Eq({program}, {right}), {x})\n"


def _system(draw: Draw) -> tuple[str, str]:
    x, y = draw.pick((("x", "y"), ("x", "y"), ("a", "b"), ("p", "q")))

    def side() -> tuple[str, str]:
        a, b = (
            _term(draw, x, draw.pick((1, draw.rng.randint(2, 9))), 1),
            _term(draw, y, draw.pick((1, draw.rng.randint(2, 9))), 1),
        )
        sign = draw.pick("+-")
        right = draw.rng.randint(0, 60)
        return f"{a[0]} {sign} {b[0]} = {right}", f"Eq({a[1]} {sign} {b[1]}, {right})"

    one, other = side(), side()
    asked = draw.free(
        (
            "[solve {a} and {b}|solve the system {a}, {b}|solve {a}, {b}|Solve {a} and {b} for {x} and {y}.|If {a} "
            "and {b}, what are {x} and {y}?|the solution of {a} and {b}|Find {x} and {y} if {a} and {b}.]"
        ),
        a=one[0],
        b=other[0],
        x=x,
        y=y,
    )
    return asked, f'{x}, {y} = symbols("{x} {y}")\nresult = solve([{one[1]}, {other[1]}], [{x}, {y}])\n'


def _derivative(draw: Draw) -> tuple[str, str]:
    x = _letter(draw)
    text, program = _expression(draw, x)
    roll = draw.rng.random()
    if roll < 0.7:
        asked = draw.free(
            (
                "[derivative of {f}|the derivative of {f}|differentiate {f}|derivative of {f} with respect to {x}|"
                "the derivative of {f} with respect to {x}|d/d{x} {f}|d/d{x} of {f}|derive {f}|What is the "
                "derivative of {f}?|first derivative of {f}]"
            ),
            f=text,
            x=x,
        )
        return asked, f"{_symbol(x)}result = diff({program}, {x})\n"
    if roll < 0.85:
        asked = draw.free(
            (
                "[second derivative of {f}|the second derivative of {f}|What is the second derivative of {f}?|the "
                "second derivative of {f} with respect to {x}]"
            ),
            f=text,
            x=x,
        )
        return asked, f"{_symbol(x)}result = diff({program}, {x}, 2)\n"
    at = str(draw.rng.randint(0, 12))
    asked = draw.free(
        (
            "[derivative of {f} at {x} = {a}|the derivative of {f} at {x}={a}|the slope of {f} at {x} = {a}|the "
            "derivative of {f} at {a}]"
        ),
        f=text,
        x=x,
        a=at,
    )
    return asked, f"{_symbol(x)}result = diff({program}, {x}).subs({x}, {at})\n"


def _integral(draw: Draw) -> tuple[str, str]:
    x = _letter(draw)
    text, program = _expression(draw, x)
    if draw.chance(0.5):
        asked = draw.free(
            (
                "[integral of {f}|the integral of {f}|integrate {f}|integral of {f} d{x}|integrate {f} with respect "
                "to {x}|antiderivative of {f}|the antiderivative of {f}|What is the integral of {f}?|indefinite "
                "integral of {f}]"
            ),
            f=text,
            x=x,
        )
        return asked, f"{_symbol(x)}result = integrate({program}, {x})\n"
    low = draw.rng.randint(0, 5)
    high = str(low + draw.rng.randint(1, 12)) if draw.chance(0.9) else "pi"
    asked = draw.free(
        (
            "[integral of {f} from {a} to {b}|the integral of {f} from {a} to {b}|integrate {f} from {a} to {b}|the "
            "integral of {f} from {x} = {a} to {x} = {b}|the definite integral of {f} from {a} to {b}|integrate {f} "
            "between {a} and {b}|the area under {f} from {a} to {b}]"
        ),
        f=text,
        x=x,
        a=str(low),
        b=high,
    )
    return asked, f"{_symbol(x)}result = integrate({program}, ({x}, {low}, {high}))\n"


def _limit(draw: Draw) -> tuple[str, str]:
    x, n = _letter(draw), draw.rng.randint(2, 12)
    m = draw.rng.randint(2, 12)
    text, program, to, at = draw.pick(
        (
            (f"sin({x})/{x}", f"sin({x})/{x}", "0", "0"),
            (f"sin({n}{x})/{x}", f"sin({n}*{x})/{x}", "0", "0"),
            (f"(1 + 1/{x})^{x}", f"(1 + 1/{x})**{x}", "infinity", "oo"),
            (f"1/{x}", f"1/{x}", "infinity", "oo"),
            (f"(e^{x} - 1)/{x}", f"(exp({x}) - 1)/{x}", "0", "0"),
            (f"({x}^2 - {n * n})/({x} - {n})", f"({x}**2 - {n * n})/({x} - {n})", str(n), str(n)),
            (f"({n}{x} + {m})/({m}{x} + 1)", f"({n}*{x} + {m})/({m}*{x} + 1)", "infinity", "oo"),
            (f"{x}^2 + {n}", f"{x}**2 + {n}", str(m), str(m)),
            (f"(1 - cos({x}))/{x}^2", f"(1 - cos({x}))/{x}**2", "0", "0"),
        )
    )
    asked = draw.free(
        (
            "[limit of {f} as {x} approaches {a}|the limit of {f} as {x} approaches {a}|limit of {f} as {x} goes to "
            "{a}|the limit of {f} for {x} to {a}|the limit of {f} when {x} goes to {a}|limit of {f} as {x} -> {a}|"
            "What is the limit of {f} as {x} tends to {a}?]"
        ),
        f=text,
        x=x,
        a=to,
    )
    return asked, f"{_symbol(x)}result = limit({program}, {x}, {at})\n"


def _rewrite(draw: Draw) -> tuple[str, str]:
    x, a, b = _letter(draw), draw.rng.randint(1, 12), draw.rng.randint(1, 12)
    if draw.chance(0.5):
        s, t = draw.pick("+-"), draw.pick("+-")
        power = draw.rng.randint(2, 5)
        text, program = draw.pick(
            (
                (f"({x} {s} {a})({x} {t} {b})", f"({x} {s} {a})*({x} {t} {b})"),
                (f"({x} {s} {a})^{power}", f"({x} {s} {a})**{power}"),
                (f"{a + 1}{x}({x} {t} {b})", f"{a + 1}*{x}*({x} {t} {b})"),
            )
        )
        return draw.free(
            "[expand {f}|multiply out {f}|the expansion of {f}|Expand {f}.]", f=text
        ), f"{_symbol(x)}result = expand({program})\n"
    text, program = draw.pick(
        (
            (f"{x}^2 - {a * a}", f"{x}**2 - {a * a}"),
            (f"{x}^2 + {a + b}{x} + {a * b}", f"{x}**2 + {a + b}*{x} + {a * b}"),
            (f"{x}^2 - {a + b}{x} + {a * b}", f"{x}**2 - {a + b}*{x} + {a * b}"),
        )
    )
    return draw.free(
        "[factor {f}|factorize {f}|factorise {f}|the factors of {f}|Factor {f}.]", f=text
    ), f"{_symbol(x)}result = factor({program})\n"


def _matrix(draw: Draw) -> tuple[str, str]:
    size = draw.pick((2, 2, 2, 3))
    rows = [[str(draw.rng.randint(-5, 20)) for _ in range(size)] for _ in range(size)]
    spaced = draw.pick((", ", ", ", ","))
    text = "[" + spaced.join("[" + spaced.join(row) + "]" for row in rows) + "]"
    program = "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"
    kind, what = draw.pick(
        (
            ("det()", "determinant"),
            ("det()", "determinant"),
            ("det()", "det"),
            ("inv()", "inverse"),
            ("trace()", "trace"),
            ("T", "transpose"),
            ("rank()", "rank"),
            ("eigenvals()", "eigenvalues"),
        )
    )
    matrix = draw.pick(("", "the matrix ", "matrix "))
    return f"{draw.pick(('', 'the '))}{what} of {matrix}{text}", f"result = Matrix({program}).{kind}\n"


ALGEBRA: Mapping[str, tuple[int, Callable[[Draw], tuple[str, str]]]] = {
    "equation": (7, _equation),
    "system": (3, _system),
    "derivative": (5, _derivative),
    "integral": (5, _integral),
    "limit": (3, _limit),
    "rewrite": (3, _rewrite),
    "matrix": (3, _matrix),
}
