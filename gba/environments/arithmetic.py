"""Arithmetic: expressions and word problems, calculated one operation at a time. The value of the answer counts."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from gba.environments.answers import says_number, written
from gba.environments.base import Act, EnvironmentFailure, Functions, Split, Task, Tool, World, draw, share, spec
from gba.environments.words import FIRST_NAMES, THINGS

__all__ = ["Arithmetic"]

_OPERATIONS: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}
_SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_PLACES = 6
_LARGEST = 10**15

_CALCULATE = spec(
    "calculate",
    "Calculate with two numbers.",
    left={"type": "number", "description": "The first number."},
    operation={"type": "string", "enum": list(_OPERATIONS)},
    right={"type": "number", "description": "The second number."},
)
_THOUGHTS = {
    "add": "I add {left} and {right}.",
    "subtract": "I subtract {right} from {left}.",
    "multiply": "I multiply {left} by {right}.",
    "divide": "I divide {left} by {right}.",
}


@dataclass(frozen=True)
class _Problem:
    """What is asked, and the operations in their order; in these, None stands for the result of the one before."""

    kind: str
    request: str
    operations: tuple[tuple[Fraction | None, str, Fraction | None], ...]
    answer: str


class Arithmetic:
    """See `Environment`."""

    name = "arithmetic"
    system = "Use the tool for each calculation, one at a time. Then say the result."

    def task(self, index: int, split: Split = "train", *, seed: int = 0) -> Task:
        """See `Environment.task`."""
        return draw(self.name, index, split, seed, lambda rng: _task(rng, index, split), lambda task: _key(task))

    @contextmanager
    def open(self, task: Task) -> Iterator[World]:
        """See `Environment.open`."""
        yield _Calculator(task.data)


class _Calculator(Functions):
    def __init__(self, value: Fraction) -> None:
        super().__init__([Tool(_CALCULATE, _calculate)])
        self._value = value

    def reward(self, answer: str) -> float:
        """1 for an answer whose last number is the right one."""
        return float(says_number(answer, self._value))


def _calculate(left: float, operation: str, right: float) -> str:
    one, other = _fraction(left), _fraction(right)
    if operation == "divide" and not other:
        raise EnvironmentFailure("one cannot divide by 0")
    value = _OPERATIONS[operation](one, other)
    if abs(value) > _LARGEST:
        raise EnvironmentFailure("the result is too large")
    return written(value, _PLACES)


def _fraction(number: float) -> Fraction:
    if not abs(number) <= _LARGEST:  # neither is what is no number
        raise EnvironmentFailure("the numbers are too large")
    return Fraction(str(number))


def _key(task: Task) -> str:
    """What is calculated: the same numbers never come in both splits."""
    numbers = [f"{act.arguments['left']} {act.arguments['operation']} {act.arguments['right']}" for act in task.acts]
    return f"arithmetic {' '.join(numbers)}"


def _task(rng: random.Random, index: int, split: Split) -> Task:
    problem = rng.choice(_KINDS)(rng, split)
    acts, value = [], Fraction(0)
    for left, operation, right in problem.operations:
        one, other = value if left is None else left, value if right is None else right
        value = _OPERATIONS[operation](one, other)
        thought = _THOUGHTS[operation].format(left=written(one), right=written(other))
        acts.append(Act("calculate", {"left": _json(one), "operation": operation, "right": _json(other)}, thought))
    return Task(
        Arithmetic.name,
        split,
        index,
        problem.kind,
        problem.request,
        tuple(acts),
        "I have the result.",
        problem.answer.format(written(value)),
        data=value,
    )


def _json(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(written(value))


def _number(rng: random.Random, low: int, high: int, *, tenths: bool = False) -> Fraction:
    return Fraction(rng.randint(low * 10, high * 10), 10) if tenths else Fraction(rng.randint(low, high))


def _expression(rng: random.Random, _: Split) -> _Problem:
    """One operation, or two of which the first one stands in brackets."""
    tenths = rng.random() < 0.3
    left, right = _number(rng, 2, 999, tenths=tenths), _number(rng, 2, 99, tenths=tenths)
    first = rng.choice(["add", "subtract", "multiply"])
    text = f"{written(left)} {_SIGNS[first]} {written(right)}"
    operations: list[tuple[Fraction | None, str, Fraction | None]] = [(left, first, right)]
    if rng.random() < 0.6:
        second, third = rng.choice(["add", "subtract", "multiply"]), _number(rng, 2, 49)
        if rng.random() < 0.5:
            text = f"({text}) {_SIGNS[second]} {written(third)}"
            operations.append((None, second, third))
        else:
            text = f"{written(third)} {_SIGNS[second]} ({text})"
            operations.append((third, second, None))
    ask = rng.choice(["What is {}?", "Calculate {}.", "How much is {}?", "Work out {}."])
    return _Problem("expression", ask.format(text), tuple(operations), "The result is {}.")


def _words(rng: random.Random, split: Split) -> tuple[str, str, str]:
    one, other = rng.sample(share(FIRST_NAMES, split), 2)
    return one, other, rng.choice(share(THINGS, split))


def _given_away(rng: random.Random, split: Split) -> _Problem:
    one, other, things = _words(rng, split)
    boxes, each = _number(rng, 3, 30), _number(rng, 6, 60)
    gone = Fraction(rng.randint(1, int(boxes * each) - 1))
    request = (
        f"{one} has {written(boxes)} boxes with {written(each)} {things} each and gives {written(gone)} {things} to "
        f"{other}. How many {things} does {one} have left?"
    )
    return _Problem(
        "given away",
        request,
        ((boxes, "multiply", each), (None, "subtract", gone)),
        f"{one} has {{}} {things} left.",
    )


def _together(rng: random.Random, split: Split) -> _Problem:
    one, other, things = _words(rng, split)
    first, more = _number(rng, 5, 400), _number(rng, 2, 200)
    request = (
        f"{one} has {written(first)} {things}. {other} has {written(more)} more {things} than {one}. "
        f"How many {things} do they have together?"
    )
    return _Problem(
        "together", request, ((first, "add", more), (None, "add", first)), f"Together they have {{}} {things}."
    )


def _shared(rng: random.Random, split: Split) -> _Problem:
    one, _, things = _words(rng, split)
    friends, each = _number(rng, 3, 20), _number(rng, 2, 40)
    found = _number(rng, 1, int(friends * each) - 1)
    request = (
        f"{one} has {written(friends * each - found)} {things} and finds {written(found)} more. All {things} are "
        f"shared equally among {written(friends)} friends. How many {things} does each friend get?"
    )
    operations = ((friends * each - found, "add", found), (None, "divide", friends))
    return _Problem("shared", request, operations, f"Each friend gets {{}} {things}.")


def _price(rng: random.Random, split: Split) -> _Problem:
    one, _, things = _words(rng, split)
    count, price = _number(rng, 2, 40), Fraction(rng.randint(5, 400) * 5, 100)
    paid = Fraction((int(count * price) // 10 + rng.randint(1, 5)) * 10)
    request = (
        f"{one} buys {written(count)} {things} at {written(price)} euros each and pays with {written(paid)} euros. "
        "How many euros does the change come to?"
    )
    return _Problem(
        "price", request, ((count, "multiply", price), (paid, "subtract", None)), "The change comes to {} euros."
    )


def _journey(rng: random.Random, split: Split) -> _Problem:
    one, _, _ = _words(rng, split)
    speed, hours, second, more = (_number(rng, low, high) for low, high in ((8, 120), (2, 9), (8, 120), (2, 9)))
    request = (
        f"{one} travels at {written(speed)} kilometres per hour for {written(hours)} hours, and then at "
        f"{written(second)} kilometres per hour for {written(more)} hours. How many kilometres is that in all?"
    )
    # the result of the first product is not that of the operation before: it is said again
    operations = ((speed, "multiply", hours), (second, "multiply", more), (speed * hours, "add", None))
    return _Problem("journey", request, operations, "That is {} kilometres in all.")


_KINDS: Sequence[Callable[[random.Random, Split], _Problem]] = (
    _expression,
    _expression,
    _given_away,
    _together,
    _shared,
    _price,
    _journey,
)
