"""Questions for the math model and the programs that answer them.

A program is what a careful beginner would write: each number where the question has it, one operation after the other,
so that writing it is reading and copying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from models.tiny.tasks.algebra import ALGEBRA
from models.tiny.tasks.asking import ask, plain_number, said, spoken_number
from models.tiny.tasks.base import Draw, Split
from models.tiny.tasks.named import functions, statistics, theory
from models.tiny.tasks.stories import STORIES

__all__ = ["MATH_FAMILIES", "MathTask", "iter_math_texts", "math_task", "math_tasks"]


@dataclass(frozen=True)
class MathTask:
    """A question and a program whose value is the answer; the program ends with a line ``result = …``."""

    family: str
    question: str
    program: str


_AFTER: Mapping[str, tuple[str, ...]] = {
    "+": ("plus {n}", "plus {n}", "added to {n}", "increased by {n}"),
    "-": ("minus {n}", "minus {n}", "less {n}", "decreased by {n}"),
    "*": ("times {n}", "multiplied by {n}", "multiplied with {n}"),
    "/": ("divided by {n}", "divided by {n}", "over {n}"),
    "**": (
        "to the power of {n}",
        "raised to the {n} power",
        "raised to the power of {n}",
        "to the {n} power",
        "raised to the power {n}",
        "to the power {n}",
        "raised to {n}",
    ),
    "%": ("modulo {n}", "mod {n}"),
}
_SIGNS: tuple[str, ...] = ("+", "-", "*", "/", "**", "**", "+", "-", "*", "/", "%")


def _operation(draw: Draw, *, words: bool, signs: tuple[str, ...] = _SIGNS) -> tuple[str, str]:
    """The words behind a first value, and their program text."""
    sign = draw.pick(signs)
    if "**" in signs and draw.chance(0.07):
        text, n = draw.pick((("squared", "2"), ("cubed", "3")))
        return text, f"** {n}"
    while True:
        spoken, n = spoken_number(draw, words=words)
        if (sign == "%" and "." in n) or (sign == "**" and float(n) > 9):
            continue
        break
    return draw.pick(_AFTER[sign]).format(n=spoken), f"{sign} {n}"


def _binary(draw: Draw) -> tuple[str, str]:
    words = draw.chance(0.3)
    spoken, a = spoken_number(draw, words=words)
    said, done = _operation(draw, words=words)
    return ask(draw, f"{spoken} {said}"), f"result = {a} {done}\n"


def _chain(draw: Draw) -> tuple[str, str]:
    """Left to right, as said: each operation on what came out before."""
    words = draw.chance(0.5)
    spoken, value = spoken_number(draw, words=words)
    said, done = _operation(draw, words=words)
    parts, lines = [f"{spoken} {said}"], [f"x = {value} {done}"]
    count = draw.pick((1, 1, 2, 2, 3, 4))
    signs = _SIGNS
    for position in range(count):
        if "**" in lines[-1]:  # a power of a power grows beyond all bounds
            signs = ("+", "-", "*", "/", "%") if "x %" not in lines[-1] else ("+", "-", "*", "/")
        said, done = _operation(draw, words=words, signs=signs)
        joint = draw.pick((", ", ", then ", " and then ", " then ", ", and then ", " ", " "))
        parts.append(joint + said)
        lines.append(f"{'result' if position == count - 1 else 'x'} = x {done}")
    return ask(draw, "".join(parts)), "\n".join(lines) + "\n"


def _orders(draw: Draw) -> tuple[str, str]:
    """Multiply 12 by 7."""
    words = draw.chance(0.25)
    (a_said, a), (b_said, b) = spoken_number(draw, words=words), spoken_number(draw, words=words)
    text, program = draw.pick(
        (
            ("multiply {a} by {b}", "{x} * {y}"),
            ("multiply {a} and {b}", "{x} * {y}"),
            ("divide {a} by {b}", "{x} / {y}"),
            ("add {a} to {b}", "{x} + {y}"),
            ("add {a} and {b}", "{x} + {y}"),
            ("subtract {a} from {b}", "{y} - {x}"),
            ("take {a} away from {b}", "{y} - {x}"),
            ("sum of {a} and {b}", "{x} + {y}"),
            ("product of {a} and {b}", "{x} * {y}"),
            ("difference between {a} and {b}", "{x} - {y}"),
            ("difference of {a} and {b}", "{x} - {y}"),
            ("quotient of {a} and {b}", "{x} / {y}"),
            ("ratio of {a} to {b}", "{x} / {y}"),
            ("raise {a} to the {b} power", "{x} ** {y}"),
            ("raise {a} to the power of {b}", "{x} ** {y}"),
            ("double {a}", "{x} * 2"),
            ("triple {a}", "{x} * 3"),
            ("halve {a}", "{x} / 2"),
            ("half of {a}", "{x} / 2"),
            ("square {a}", "{x} ** 2"),
            ("cube {a}", "{x} ** 3"),
            ("square of {a}", "{x} ** 2"),
            ("cube of {a}", "{x} ** 3"),
            ("one third of {a}", "{x} / 3"),
            ("a quarter of {a}", "{x} / 4"),
            ("twice {a}", "{x} * 2"),
            ("average of {a} and {b}", "({x} + {y}) / 2"),
            ("reciprocal of {a}", "1 / {x}"),
        )
    )
    if "power" in text and float(b) > 9:
        b_said = b = str(draw.rng.randint(2, 9))
    return ask(
        draw, text.format(a=a_said, b=b_said), "the " if " of " in text and text[0] in "spdqrc" else ""
    ), f"result = {program.format(x=a, y=b)}\n"


def _symbols(draw: Draw) -> tuple[str, str]:
    """27^0.24, sqrt(2) * 3, (3+4)*2."""
    space = draw.pick((" ", " ", ""))
    times, over, power = (
        draw.pick(("*", "*", "*", "×", "x")),
        draw.pick(("/", "/", "/", "÷")),
        draw.pick(("^", "^", "**")),
    )
    if times == "x" and not space:
        times = "*"
    written = {"+": "+", "-": "-", "*": times, "/": over, "**": power}

    def term() -> tuple[str, str]:
        n = plain_number(draw)
        if draw.chance(0.13):
            function = draw.pick(("sqrt", "sqrt", "log", "sin", "cos", "tan", "exp", "abs"))
            return f"{function}({n})", f"{function}({n})"
        if draw.chance(0.06):
            return "pi", "pi"
        return n, n

    def join(left: tuple[str, str]) -> tuple[str, str]:
        sign = draw.pick(("+", "-", "*", "/", "**"))
        if sign == "**":
            n = draw.pick(
                (
                    str(draw.rng.randint(2, 9)),
                    f"0.{draw.integer(1, 99)}",
                    f"{draw.rng.randint(1, 3)}.{draw.integer(1, 99)}",
                )
            )
            right = n, n
        else:
            right = term()
        return f"{left[0]}{space}{written[sign]}{space}{right[0]}", f"{left[1]} {sign} {right[1]}"

    text, program = join(term())
    for _ in range(draw.pick((0, 0, 0, 1, 1, 2))):
        if draw.chance(0.4):
            text, program = f"({text})", f"({program})"
        text, program = join((text, program))
    return ask(draw, text), f"result = {program}\n"


def _percent(draw: Draw) -> tuple[str, str]:
    words = draw.chance(0.2)
    (a_said, a), (b_said, b) = spoken_number(draw, words=words), spoken_number(draw, words=words)
    p = draw.pick((str(draw.rng.randint(1, 99)), f"{draw.rng.randint(1, 30)}.{draw.rng.randint(1, 9)}"))
    p_said = said(draw, p) if words else p
    sign = " percent" if words else draw.pick((" percent", " percent", "%", "%", " per cent"))
    text, program = draw.pick(
        (
            (f"{p_said}{sign} of {b_said}", f"{p} / 100 * {b}"),
            (f"{p_said}{sign} of {b_said}", f"{p} / 100 * {b}"),
            (f"{p_said}{sign} of {b_said}", f"{p} / 100 * {b}"),
            (f"{b_said} plus {p_said}{sign}", f"{b} * (1 + {p} / 100)"),
            (f"{b_said} minus {p_said}{sign}", f"{b} * (1 - {p} / 100)"),
            (f"{b_said} increased by {p_said}{sign}", f"{b} * (1 + {p} / 100)"),
            (f"{b_said} decreased by {p_said}{sign}", f"{b} * (1 - {p} / 100)"),
            (f"increase {b_said} by {p_said}{sign}", f"{b} * (1 + {p} / 100)"),
            (f"decrease {b_said} by {p_said}{sign}", f"{b} * (1 - {p} / 100)"),
            (f"{b_said} with {p_said}{sign} off", f"{b} * (1 - {p} / 100)"),
            (f"what percent of {a_said} is {b_said}", f"{b} / {a} * 100"),
            (f"{a_said} as a percentage of {b_said}", f"{a} / {b} * 100"),
            (f"percentage change from {a_said} to {b_said}", f"({b} - {a}) / {a} * 100"),
        )
    )
    if text.startswith("what"):
        return draw.pick((text, text.capitalize() + "?", f"{a_said}: {text}?")), f"result = {program}\n"
    return ask(draw, text, "the " if text.startswith("percentage") else ""), f"result = {program}\n"


def _root(draw: Draw) -> tuple[str, str]:
    spoken, n = spoken_number(draw, words=draw.chance(0.2))
    k = draw.rng.randint(4, 12)
    text, program = draw.pick(
        (
            (f"square root of {spoken}", f"sqrt({n})"),
            (f"square root of {spoken}", f"sqrt({n})"),
            (f"root of {spoken}", f"sqrt({n})"),
            (f"cube root of {spoken}", f"{n} ** (1 / 3)"),
            (f"third root of {spoken}", f"{n} ** (1 / 3)"),
            (f"{k}th root of {spoken}", f"{n} ** (1 / {k})"),
        )
    )
    if draw.chance(0.25):
        said, done = _operation(draw, words=False, signs=("+", "-", "*", "/"))
        return ask(draw, f"{text} {said}", "the "), f"result = {program} {done}\n"
    return ask(draw, text, "the "), f"result = {program}\n"


_Maker = Callable[[Draw], tuple[str, str]]

_ORDERS = frozenset(
    ("solve", "integrate", "differentiate", "derive", "expand", "multiply", "factor", "factorize", "factorise")
)


def _algebra(make: _Maker) -> _Maker:
    """The same questions, put as one puts such: an order or an equation stands for itself."""

    def asked(draw: Draw) -> tuple[str, str]:
        text, program = make(draw)
        if text[0].isupper():
            return text, program
        if "=" in text or text.split(" ")[0] in _ORDERS:
            return draw.pick((text, text, text[:1].upper() + text[1:] + ".")), program
        return ask(draw, text), program

    return asked


MATH_FAMILIES: Mapping[str, tuple[int, _Maker]] = {
    "binary": (16, _binary),
    "chain": (24, _chain),
    "orders": (10, _orders),
    "symbols": (14, _symbols),
    "percent": (7, _percent),
    "root": (5, _root),
    "theory": (8, theory),
    "functions": (5, functions),
    "statistics": (10, statistics),
    **{name: (weight, _algebra(make)) for name, (weight, make) in ALGEBRA.items()},
    "story": (9, lambda draw: draw.pick(STORIES)(draw)),
}
"""How often each kind of question is drawn, by weight."""


_WEIGHTED = tuple(name for name, (weight, _) in MATH_FAMILIES.items() for _ in range(weight))


def math_task(seed: int | str, split: Split = "train") -> MathTask:
    """The math question of this seed: the same one on every machine."""
    draw = Draw(f"math/{seed}", split)
    family = draw.pick(_WEIGHTED)
    question, program = MATH_FAMILIES[family][1](draw)
    return MathTask(family, question, program)


def math_tasks(count: int, seed: int = 0, split: Split = "train") -> Iterable[MathTask]:
    """``count`` questions, those of seeds ``seed``/0, ``seed``/1 and so on."""
    return (math_task(f"{seed}/{index}", split) for index in range(count))


def iter_math_texts(count: int, seed: int = 0) -> Iterator[str]:
    """Questions with their programs: what the math model's tokenizer is trained on."""
    for task in math_tasks(count, seed):
        yield f"{task.question}\n{task.program}"
