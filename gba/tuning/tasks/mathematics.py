"""Questions for the math model and the programs that answer them.

A program is what a careful beginner would write: each number where the question has it, one operation after the other,
so that writing it is reading and copying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gba.tuning.tasks.algebra import ALGEBRA
from gba.tuning.tasks.base import Draw, Split
from gba.tuning.tasks.numbers import decimal_in_words
from gba.tuning.tasks.stories import STORIES

__all__ = ["MATH_FAMILIES", "MathTask", "iter_math_texts", "math_task", "math_tasks"]


@dataclass(frozen=True)
class MathTask:
    """A question and a program whose value is the answer; the program ends with a line ``result = …``."""

    family: str
    question: str
    program: str


_WRAP = "[What is {q}?|What's {q}?|[Calculate|Compute|Work out|Evaluate|Find|Determine|Solve] {q}.|How much is {q}?|Tell me {q}.|Please calculate {q}.|What do you get for {q}?|What is the value of {q}?|What is the result of {q}?|Give me {q}.|{q} = ?|{q}?]"


def _ask(draw: Draw, text: str, article: str = "") -> str:
    """The text as it is (that is how an agent asks) or as a question."""
    if draw.chance(0.5):
        asked = text if draw.chance(0.7) else article + text
    else:
        asked = draw.phrase(_WRAP, q=article + text)
        asked = asked[:1].upper() + asked[1:] if draw.chance(0.75) else asked.rstrip("?.")
    return asked.lower() if draw.chance(0.15) else asked


def _number(draw: Draw, *, words: bool = False) -> tuple[str, str]:
    """A number as it is written in the question and in the program."""
    text = plain_number(draw)
    if words and len(text) < 7:
        spoken = decimal_in_words(text)
        if "." in text and draw.chance(0.4):
            head, _, tail = spoken.partition(" point ")
            spoken = f"{head} point {tail.replace(' ', '-')}"
        return spoken, text
    if len(text) > 4 and text.isdigit() and draw.chance(0.2):
        return f"{int(text):,}", text
    return text, text


def plain_number(draw: Draw) -> str:
    """Digits, perhaps with a decimal point, on the draw's side of the split."""
    roll = draw.rng.random()
    if roll < 0.5:
        return str(draw.integer(1, 99))
    if roll < 0.66:
        return str(draw.integer(100, 9999))
    if roll < 0.74:
        return str(draw.integer(10_000, 99_999_999))
    while True:
        text = f"{draw.rng.random() * draw.pick((1, 10, 10, 100, 1000)):.{draw.pick((1, 1, 2, 2, 3))}f}"
        if float(text) > 0 and draw.mine(text):
            return text


_AFTER: Mapping[str, tuple[str, ...]] = {
    "+": ("plus {n}", "plus {n}", "added to {n}", "increased by {n}"),
    "-": ("minus {n}", "minus {n}", "less {n}", "decreased by {n}"),
    "*": ("times {n}", "multiplied by {n}", "multiplied with {n}"),
    "/": ("divided by {n}", "divided by {n}", "over {n}"),
    "**": ("to the power of {n}", "raised to the {n} power", "raised to the power of {n}", "to the {n} power", "raised to the power {n}", "to the power {n}", "raised to {n}"),
    "%": ("modulo {n}", "mod {n}"),
}  # fmt: skip
_SIGNS = ("+", "-", "*", "/", "**", "**", "+", "-", "*", "/", "%")


def _operation(draw: Draw, *, words: bool, signs: tuple[str, ...] = _SIGNS) -> tuple[str, str]:
    """The words behind a first value, and their program text."""
    sign = draw.pick(signs)
    if "**" in signs and draw.chance(0.07):
        text, n = draw.pick((("squared", "2"), ("cubed", "3")))
        return text, f"** {n}"
    while True:
        spoken, n = _number(draw, words=words)
        if (sign == "%" and "." in n) or (sign == "**" and float(n) > 9):
            continue
        break
    return draw.pick(_AFTER[sign]).format(n=spoken), f"{sign} {n}"


def _binary(draw: Draw) -> tuple[str, str]:
    words = draw.chance(0.3)
    spoken, a = _number(draw, words=words)
    said, done = _operation(draw, words=words)
    return _ask(draw, f"{spoken} {said}"), f"result = {a} {done}\n"


def _chain(draw: Draw) -> tuple[str, str]:
    """Left to right, as said: each operation on what came out before."""
    words = draw.chance(0.5)
    spoken, value = _number(draw, words=words)
    said, done = _operation(draw, words=words)
    parts, lines = [f"{spoken} {said}"], [f"x = {value} {done}"]
    count = draw.pick((1, 1, 2, 2, 3, 4))
    signs = _SIGNS
    for position in range(count):
        if "**" in lines[-1]:  # a power of a power grows beyond all bounds
            signs = ("+", "-", "*", "/", "%") if "x %" not in lines[-1] else ("+", "-", "*", "/")
        said, done = _operation(draw, words=words, signs=signs)
        joint = draw.pick((", ", ", then ", " and then ", " then ", ", and then ", " "))
        parts.append(joint + said)
        lines.append(f"{'result' if position == count - 1 else 'x'} = x {done}")
    return _ask(draw, "".join(parts)), "\n".join(lines) + "\n"


def _orders(draw: Draw) -> tuple[str, str]:
    """Multiply 12 by 7."""
    (a_said, a), (b_said, b) = _number(draw), _number(draw)
    text, program = draw.pick((
        ("multiply {a} by {b}", "{x} * {y}"), ("multiply {a} and {b}", "{x} * {y}"), ("divide {a} by {b}", "{x} / {y}"),
        ("add {a} to {b}", "{x} + {y}"), ("add {a} and {b}", "{x} + {y}"), ("subtract {a} from {b}", "{y} - {x}"),
        ("take {a} away from {b}", "{y} - {x}"), ("sum of {a} and {b}", "{x} + {y}"), ("product of {a} and {b}", "{x} * {y}"),
        ("difference between {a} and {b}", "{x} - {y}"), ("difference of {a} and {b}", "{x} - {y}"), ("quotient of {a} and {b}", "{x} / {y}"),
        ("ratio of {a} to {b}", "{x} / {y}"), ("raise {a} to the {b} power", "{x} ** {y}"), ("raise {a} to the power of {b}", "{x} ** {y}"),
        ("double {a}", "{x} * 2"), ("triple {a}", "{x} * 3"), ("halve {a}", "{x} / 2"), ("half of {a}", "{x} / 2"),
        ("square {a}", "{x} ** 2"), ("cube {a}", "{x} ** 3"), ("square of {a}", "{x} ** 2"), ("cube of {a}", "{x} ** 3"), ("one third of {a}", "{x} / 3"),
        ("a quarter of {a}", "{x} / 4"), ("twice {a}", "{x} * 2"), ("average of {a} and {b}", "({x} + {y}) / 2"), ("reciprocal of {a}", "1 / {x}"),
    ))  # fmt: skip
    if "power" in text and float(b) > 9:
        b_said = b = str(draw.rng.randint(2, 9))
    return _ask(
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
    return _ask(draw, text), f"result = {program}\n"


def _percent(draw: Draw) -> tuple[str, str]:
    (a_said, a), (b_said, b) = _number(draw), _number(draw)
    p = draw.pick((str(draw.rng.randint(1, 99)), f"{draw.rng.randint(1, 30)}.{draw.rng.randint(1, 9)}"))
    sign = draw.pick((" percent", " percent", "%", "%", " per cent"))
    text, program = draw.pick((
        (f"{p}{sign} of {b_said}", f"{p} / 100 * {b}"), (f"{p}{sign} of {b_said}", f"{p} / 100 * {b}"), (f"{p}{sign} of {b_said}", f"{p} / 100 * {b}"),
        (f"{b_said} plus {p}{sign}", f"{b} * (1 + {p} / 100)"), (f"{b_said} minus {p}{sign}", f"{b} * (1 - {p} / 100)"),
        (f"{b_said} increased by {p}{sign}", f"{b} * (1 + {p} / 100)"), (f"{b_said} decreased by {p}{sign}", f"{b} * (1 - {p} / 100)"),
        (f"increase {b_said} by {p}{sign}", f"{b} * (1 + {p} / 100)"), (f"decrease {b_said} by {p}{sign}", f"{b} * (1 - {p} / 100)"),
        (f"{b_said} with {p}{sign} off", f"{b} * (1 - {p} / 100)"), (f"what percent of {a_said} is {b_said}", f"{b} / {a} * 100"),
        (f"{a_said} as a percentage of {b_said}", f"{a} / {b} * 100"), (f"percentage change from {a_said} to {b_said}", f"({b} - {a}) / {a} * 100"),
    ))  # fmt: skip
    if text.startswith("what"):
        return draw.pick((text, text.capitalize() + "?", f"{a_said}: {text}?")), f"result = {program}\n"
    return _ask(draw, text, "the " if text.startswith("percentage") else ""), f"result = {program}\n"


def _root(draw: Draw) -> tuple[str, str]:
    spoken, n = _number(draw, words=draw.chance(0.2))
    k = draw.rng.randint(4, 12)
    text, program = draw.pick((
        (f"square root of {spoken}", f"sqrt({n})"), (f"square root of {spoken}", f"sqrt({n})"), (f"root of {spoken}", f"sqrt({n})"),
        (f"cube root of {spoken}", f"{n} ** (1 / 3)"), (f"third root of {spoken}", f"{n} ** (1 / 3)"), (f"{k}th root of {spoken}", f"{n} ** (1 / {k})"),
    ))  # fmt: skip
    if draw.chance(0.25):
        said, done = _operation(draw, words=False, signs=("+", "-", "*", "/"))
        return _ask(draw, f"{text} {said}", "the "), f"result = {program} {done}\n"
    return _ask(draw, text, "the "), f"result = {program}\n"


def _theory(draw: Draw) -> tuple[str, str]:
    a, b, n, k = draw.integer(2, 9999), draw.integer(2, 999), draw.rng.randint(2, 60), draw.rng.randint(1, 9)
    c = draw.integer(2, 400)
    text, program = draw.pick((
        (f"[the |]gcd of {a} and {b}", f"gcd({a}, {b})"), (f"[the |]greatest common divisor of {a} and {b}", f"gcd({a}, {b})"), (f"gcd({a}, {b})", f"gcd({a}, {b})"),
        (f"[the |]lcm of {a} and {b}", f"lcm({a}, {b})"), (f"[the |]least common multiple of {a} and {b}", f"lcm({a}, {b})"), (f"lcm({a}, {b})", f"lcm({a}, {b})"),
        (f"[the |]gcd of {a}, {b} and {c}", f"gcd({a}, {b}, {c})"), (f"[the |]lcm of {b}, {c} and {n}", f"lcm({b}, {c}, {n})"),
        (f"{n} factorial", f"factorial({n})"), (f"[the |]factorial of {n}", f"factorial({n})"), (f"{n}!", f"factorial({n})"),
        (f"is {a} [prime|a prime number|a prime]", f"isprime({a})"), (f"[the |]{n}th prime[| number]", f"prime({n})"), (f"[the |]next prime after {a}", f"nextprime({a})"),
        (f"[the |]prime factors of {a}", f"factorint({a})"), (f"[the |]prime factorization of {a}", f"factorint({a})"), (f"[the |]divisors of {b}", f"divisors({b})"),
        (f"[the |]number of divisors of {a}", f"len(divisors({a}))"), (f"[the |]{n}th fibonacci number", f"fibonacci({n})"), (f"[the |]remainder of {a} divided by {b}", f"{a} % {b}"),
        (f"[the |]remainder when {a} is divided by {b}", f"{a} % {b}"), (f"{n} choose {k}", f"binomial({n}, {k})"), (f"how many ways [are there |]to choose {k} [things |]out of {n}", f"binomial({n}, {k})"),
        (f"[the |]absolute value of -{a}", f"abs(-{a})"), (f"[the |]sum of the numbers from 1 to {a}", f"sum(range(1, {a} + 1))"), (f"[the |]sum of [all |the |]integers from {b} to {b + a}", f"sum(range({b}, {b + a} + 1))"),
    ))  # fmt: skip
    return _ask(draw, draw.free(text)), f"result = {program}\n"


def _functions(draw: Draw) -> tuple[str, str]:
    _, n = _number(draw)
    base, angle = draw.rng.randint(2, 20), draw.rng.randint(1, 360)
    text, program = draw.pick((
        (f"sine of {angle} degrees", f"sin(radians({angle}))"), (f"cosine of {angle} degrees", f"cos(radians({angle}))"), (f"tangent of {angle} degrees", f"tan(radians({angle}))"),
        (f"sin of {n}", f"sin({n})"), (f"cos of {n}", f"cos({n})"), (f"sine of {n}", f"sin({n})"), (f"cosine of {n}", f"cos({n})"), (f"tan of {n}", f"tan({n})"),
        (f"natural logarithm of {n}", f"log({n})"), (f"natural log of {n}", f"log({n})"), (f"ln({n})", f"log({n})"), (f"ln of {n}", f"log({n})"),
        (f"logarithm of {n} to base {base}", f"log({n}, {base})"), (f"log base {base} of {n}", f"log({n}, {base})"), (f"base {base} logarithm of {n}", f"log({n}, {base})"),
        (f"logarithm of {n} to the base {base}", f"log({n}, {base})"), (f"log10 of {n}", f"log({n}, 10)"), (f"e to the power of {base}", f"exp({base})"), (f"e^{base}", f"exp({base})"), (f"exp({n})", f"exp({n})"),
        (f"exponential of {base}", f"exp({base})"), (f"pi times {n}", f"pi * {n}"), (f"{n} times pi", f"{n} * pi"), (f"{n} rounded down", f"floor({n})"), (f"{n} rounded up", f"ceiling({n})"),
    ))  # fmt: skip
    return _ask(draw, text, "the " if " of " in text and text[0] in "sctnlbx" else ""), f"result = {program}\n"


def _listed(draw: Draw, items: list[str]) -> str:
    last = draw.pick((" and ", " and ", ", and ", ", "))
    return ", ".join(items[:-1]) + last + items[-1]


def _statistics(draw: Draw) -> tuple[str, str]:
    items = [
        str(draw.integer(1, 99)) if draw.chance(0.8) else plain_number(draw) for _ in range(draw.rng.randint(3, 7))
    ]
    kind, function = draw.pick((
        ("mean", "mean"), ("average", "mean"), ("average", "mean"), ("arithmetic mean", "mean"), ("median", "median"), ("standard deviation", "std"),
        ("variance", "var"), ("sample standard deviation", "stdev"), ("sample variance", "variance"), ("sum", "sum"), ("total", "sum"), ("product", "prod"), ("mode", "mode"),
        ("maximum", "max"), ("minimum", "min"), ("largest", "max"), ("smallest", "min"),
    ))  # fmt: skip
    listed = _listed(draw, items) if draw.chance(0.8) else f"[{', '.join(items)}]"
    of = (
        draw.pick((" of ", " of ", " of ", " of the numbers ", " of the list "))
        if kind not in ("largest", "smallest")
        else " of "
    )
    return _ask(draw, f"{kind}{of}{listed}", "the "), f"result = {function}([{', '.join(items)}])\n"


_Maker = Callable[[Draw], tuple[str, str]]

MATH_FAMILIES: Mapping[str, tuple[int, _Maker]] = {
    "binary": (16, _binary),
    "chain": (18, _chain),
    "orders": (10, _orders),
    "symbols": (14, _symbols),
    "percent": (7, _percent),
    "root": (5, _root),
    "theory": (8, _theory),
    "functions": (5, _functions),
    "statistics": (6, _statistics),
    **{name: (weight, lambda draw, make=make: _algebra(draw, make)) for name, (weight, make) in ALGEBRA.items()},
    "story": (9, lambda draw: draw.pick(STORIES)(draw)),
}
"""How often each kind of question is drawn, by weight."""


def _algebra(draw: Draw, make: _Maker) -> tuple[str, str]:
    text, program = make(draw)
    if text[0].isupper():
        return text, program
    if "=" in text or text.split(" ")[0] in _ORDERS:
        return draw.pick((text, text, text[:1].upper() + text[1:] + ".")), program
    return _ask(draw, text), program


_ORDERS = frozenset(
    ("solve", "integrate", "differentiate", "derive", "expand", "multiply", "factor", "factorize", "factorise")
)


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
