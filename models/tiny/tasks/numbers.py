"""Numbers as people type them, and what they want done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.tiny.tasks.base import Draw

__all__ = ["Operation", "in_words", "number", "operation", "question", "shown"]

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(number: int) -> str:
    """0 to 9999 in English words: 342 is "three hundred forty-two"."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    unit, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    rest = f" {in_words(number % unit)}" if number % unit else ""
    return f"{in_words(number // unit)} {name}{rest}"


def decimal_in_words(text: str) -> str:
    """A decimal number in words, digit by digit after the point: 7.57 is "seven point five seven"."""
    whole, _, fraction = text.partition(".")
    words = in_words(int(whole))
    return words + (" point " + " ".join(_ONES[int(digit)] for digit in fraction) if fraction else "")


def number(draw: Draw, *, small: bool = False) -> str:
    """A positive number of digits and perhaps a decimal point, on the draw's side of the split."""
    roll = draw.rng.random()
    if small or roll < 0.35:
        return str(draw.integer(2, 99))
    if roll < 0.55:
        return str(draw.integer(100, 9999))
    if roll < 0.65:
        return str(draw.integer(10000, 99_999_999))
    while True:
        digits = draw.pick((1, 1, 2, 2, 3))
        text = f"{draw.rng.random() * draw.pick((1, 1, 10, 100, 1000)):.{digits}f}"
        if float(text) > 0 and draw.mine(text) and not text.endswith("0"):
            return text


def exponent(draw: Draw) -> str:
    """What people raise something to."""
    if draw.chance(0.45):
        return str(draw.rng.randint(2, 9))
    while True:
        text = f"{draw.rng.random() * draw.pick((1, 1, 3)):.{draw.pick((1, 2, 2))}f}"
        if float(text) > 0 and draw.mine(text):
            return text


@dataclass(frozen=True)
class Operation:
    """Something done to a number X.

    ``words``: how it reads with X in it ("X times 3"), which is what goes into a calculation; ``order``: the same as an
    order about "it" ("multiply it by 3"), and ``ordered`` the words that such an order is turned into.
    """

    words: str
    order: str
    ordered: str
    apply: Callable[[float], float]

    def on(self, value: str) -> str:
        """The words with a value in the place of X."""
        return self.words.replace("X", value)

    def carried_out_on(self, value: str) -> str:
        """What the order asks for, with a value in the place of "it"."""
        return self.ordered.replace("X", value)


def operation(draw: Draw) -> Operation:
    """Any operation with its number drawn."""
    kind = draw.pick(_KINDS)
    if kind == "power":
        return _raise(draw)
    if kind == "unary":
        return Operation(*draw.pick(_UNARY))
    if kind == "before":
        n = number(draw, small=draw.chance(0.6))
        return Operation(f"{n} times X", f"multiply it by {n}", f"X multiplied by {n}", lambda x: x * float(n))
    if kind == "percent":
        n = str(draw.rng.randint(1, 95))
        words = draw.pick((f"{n} percent of X", f"{n}% of X"))
        return Operation(words, f"take {n} percent of it", f"{n} percent of X", lambda x: x * int(n) / 100)
    n = number(draw, small=draw.chance(0.4))
    it = draw.pick(("it", "it", "it", "that", "the result"))
    words, order, ordered = draw.pick(_BINARY[kind])
    words, order, ordered = (text.replace("N", n).replace("IT", it) for text in (words, order, ordered))
    value = float(n)
    apply: Mapping[str, Callable[[float], float]] = {
        "times": lambda x: x * value,
        "over": lambda x: x / value,
        "plus": lambda x: x + value,
        "minus": lambda x: x - value,
    }
    return Operation(words, order, ordered, apply[kind])


_KINDS = (
    ("power",) * 3
    + ("times",) * 3
    + ("over",) * 2
    + ("plus",) * 2
    + ("minus",) * 2
    + ("unary",) * 2
    + ("percent", "before")
)

_BINARY = {
    "times": (
        ("X multiplied by N", "multiply IT by N", "X multiplied by N"),
        ("X times N", "multiply IT by N", "X multiplied by N"),
    ),
    "over": (("X divided by N", "divide IT by N", "X divided by N"),),
    "plus": (("X plus N", "add N to IT", "X plus N"), ("X plus N", "add N", "X plus N")),
    "minus": (
        ("X minus N", "subtract N from IT", "X minus N"),
        ("X minus N", "subtract N", "X minus N"),
        ("X minus N", "take N away from IT", "X minus N"),
    ),
}


def _raise(draw: Draw) -> Operation:
    n = exponent(draw)
    words = draw.pick(
        (
            "X raised to the N power",
            "X raised to the N power",
            "X raised to the power of N",
            "X to the power of N",
            "X to the N power",
        )
    )
    order, ordered = draw.pick(
        (
            ("raise it to the N power", "X raised to the N power"),
            ("raise that to the N power", "X raised to the N power"),
            ("raise it to the power of N", "X raised to the power of N"),
        )
    )
    return Operation(
        words.replace("N", n), order.replace("N", n), ordered.replace("N", n), lambda x: _power(x, float(n))
    )


def _power(base: float, n: float) -> float:
    try:
        return float(base**n)
    except OverflowError:
        return 1e300


_UNARY: tuple[tuple[str, str, str, Callable[[float], float]], ...] = (
    ("square root of X", "take the square root of it", "square root of X", lambda x: x**0.5),
    ("square root of X", "calculate its square root", "square root of X", lambda x: x**0.5),
    ("square root of X", "take its square root", "square root of X", lambda x: x**0.5),
    ("X squared", "square it", "X squared", lambda x: x**2),
    ("X cubed", "cube it", "X cubed", lambda x: x**3),
    ("X times 2", "double it", "X times 2", lambda x: x * 2),
    ("X times 3", "triple it", "X times 3", lambda x: x * 3),
    ("X divided by 2", "halve it", "X divided by 2", lambda x: x / 2),
    ("half of X", "take half of it", "half of X", lambda x: x / 2),
)


def shown(value: float) -> str:
    """A number as a calculator shows it: whole numbers in full, others with six significant digits."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if 1e5 <= abs(value) < 1e12:
        return f"{value:.2f}"
    return f"{value:.6g}"


def question(draw: Draw) -> tuple[str, str]:
    """A calculation in words or symbols without a question around it, and what a calculator answers."""
    roll = draw.rng.random()
    if roll < 0.42:
        start = number(draw)
        step = operation(draw)
        return step.on(start), shown(step.apply(float(start)))
    if roll < 0.62:
        return _symbols(draw)
    if roll < 0.74:
        return _chain(draw)
    if roll < 0.84:
        return _several(draw)
    return _named(draw)


def _symbols(draw: Draw) -> tuple[str, str]:
    """12.5 * 3 and the like, with and without spaces."""
    a, b, c = number(draw), number(draw), number(draw, small=True)
    space = draw.pick((" ", " ", ""))
    roll = draw.rng.random()
    if roll < 0.3:
        n = exponent(draw)
        return f"{a}{space}{draw.pick(('^', '^', '**'))}{space}{n}", shown(_power(float(a), float(n)))
    sign = draw.pick("+-*/")
    value = {"+": float(a) + float(b), "-": float(a) - float(b), "*": float(a) * float(b), "/": float(a) / float(b)}[
        sign
    ]
    text = f"{a}{space}{sign}{space}{b}"
    if roll < 0.7:
        return text, shown(value)
    if roll < 0.85:
        return f"({text}){space}*{space}{c}", shown(value * float(c))
    return f"sqrt({a}){space}+{space}{c}", shown(float(a) ** 0.5 + float(c))


def _chain(draw: Draw) -> tuple[str, str]:
    """Two or three operations in a row, in digits or in words, left to right as said."""
    words = draw.chance(0.4)
    numbers = [str(draw.rng.randint(2, 20)) if words else number(draw, small=True) for _ in range(draw.pick((3, 3, 4)))]
    value = float(numbers[0])
    text = in_words(int(numbers[0])) if words else numbers[0]
    for position, item in enumerate(numbers[1:]):
        sign = draw.pick(("plus", "minus", "times", "divided by", "multiplied by"))
        n = float(item)
        value = {"plus": value + n, "minus": value - n, "divided by": value / n}.get(sign, value * n)
        joint = draw.pick((" ", ", ", ", then ", " and then ")) if position else " "
        text += f"{joint}{sign} {in_words(int(item)) if words else item}"
    return text, shown(value)


def _several(draw: Draw) -> tuple[str, str]:
    """Something about a list of numbers."""
    items = [number(draw, small=draw.chance(0.7)) for _ in range(draw.pick((2, 3, 3, 4)))]
    values = [float(item) for item in items]
    listed = ", ".join(items[:-1]) + f" and {items[-1]}"
    kind, value = draw.pick(
        (
            ("sum", sum(values)),
            ("average", sum(values) / len(values)),
            ("mean", sum(values) / len(values)),
            ("product", _product(values)),
            ("largest", max(values)),
            ("median", sorted(values)[len(values) // 2]),
        )
    )
    return f"{kind} of {listed}", shown(value)


def _product(values: list[float]) -> float:
    total = 1.0
    for value in values:
        total *= value
    return total


def _named(draw: Draw) -> tuple[str, str]:
    """Functions, equations and the other things that have a name in mathematics."""
    n = draw.rng.randint(2, 15)
    a, b = draw.rng.randint(2, 99), draw.integer(2, 400)
    x, answer = draw.pick("xxxtyz"), draw.rng.randint(2, 40)
    total = 1
    for factor in range(2, n + 1):
        total *= factor
    return draw.pick(
        (
            (f"square root of {b}", shown(b**0.5)),
            (f"factorial of {n}", str(total)),
            (f"{n} factorial", str(total)),
            (f"{a} percent of {b}", shown(a * b / 100)),
            (f"{a}% of {b}", shown(a * b / 100)),
            (f"cube root of {b}", shown(b ** (1 / 3))),
            (f"remainder of {b} divided by {a}", str(b % a)),
            (f"derivative of {x}^{n}", f"{n}*{x}**{n - 1}"),
            (f"derivative of {a}*{x}^2 + {b}*{x}", f"{2 * a}*{x} + {b}"),
            (f"integral of {2 * a}*{x}", f"{a}*{x}**2"),
            (f"solution of {a}*{x} + {b} = {a * answer + b}", str(answer)),
            (f"half of {b}", shown(b / 2)),
        )
    )
