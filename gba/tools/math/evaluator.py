"""``evaluate``: a program in, its exact value out, through all four walls."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from gba.errors import MathError
from gba.tools.math.background import Background
from gba.tools.math.checker import check
from gba.tools.math.pool import shared
from gba.tools.math.replies import Written
from gba.tools.math.values import Value

__all__ = ["LONGEST_SECONDS", "MAX_DIGITS", "MathResult", "aevaluate", "evaluate", "warm"]

MAX_DIGITS = 1_000
LONGEST_SECONDS = 3_600.0
_DIGITS = 15
_SECONDS = 2.0
_background = Background("gba-math-async")


@dataclass(frozen=True)
class MathResult:
    """What a program gave.

    ``text`` is one short line, fit for a model to read: whole numbers in full, others to six significant digits or
    as many as the program asks for.
    ``latex`` is the exact value, and so is ``exact``, as sympy writes it (cut off after 100,000 characters).
    ``value`` is it as sympy has it, built when it is first asked for.
    ``origin`` says where it came from: the name that the program assigned (``result``, ``answer``, ``ans``,
    ``solution``), ``expression`` for its last expression, ``print`` for what it printed last. ``printed`` is what it
    printed, line by line.
    """

    program: str
    text: str
    latex: str
    exact: str = field(repr=False)
    approximation: str = field(repr=False)
    encoded: Value | None = field(repr=False)
    origin: str = "result"
    printed: str = ""

    @functools.cached_property
    def value(self) -> Any:
        """The exact value: sympy's numbers, expressions, sets and matrices; bool; lists, tuples and dicts of those.

        Raises MathError (``no value``) where it is made of something that does not come back from the process that
        calculates: see docs/math.md. There is nothing to run in it, and building it evaluates nothing.
        """
        if self.encoded is None:
            raise MathError(
                "This result is too large, or of a kind that does not come back as a value. Read its text, exact or "
                "latex.",
                kind="no value",
                program=self.program,
            )
        from gba.tools.math.encoding import decode

        try:
            return decode(self.encoded)
        except Exception as error:
            raise MathError(
                f"The value cannot be built ({type(error).__name__}). Read its text, exact or latex.",
                kind="no value",
                program=self.program,
            ) from error

    def decimal(self, digits: int = _DIGITS) -> str:
        """The value with its numbers as decimals of so many significant digits.

        Evaluates the program again for other than 15. Raises MathError for more than 1,000.
        """
        if type(digits) is not int or not 1 <= digits <= MAX_DIGITS:
            message = f"digits has to be a whole number between 1 and {MAX_DIGITS}."
            raise MathError(message, kind="too large", program=self.program)
        if digits == _DIGITS:
            return self.approximation
        return _ask(self.program, _SECONDS, digits).decimal

    def __str__(self) -> str:
        return self.text


def evaluate(program: str, *, timeout: float = _SECONDS) -> MathResult:
    """Evaluate a program: its value is that of ``result``, else of its last expression, else what it printed last.

    A program between code fences is taken out of them, whatever stands around.
    Safe for any text: what is not in the language is refused, what is too large as well, and after ``timeout`` seconds
    (at most an hour) the process that calculates is killed and replaced. Raises MathError, whose ``kind`` and message
    say why.
    """
    _check_seconds(timeout, program)
    check(program)
    result = _ask(program, timeout, _DIGITS)
    return MathResult(
        program,
        result.text,
        result.latex,
        result.exact,
        result.decimal,
        result.value,
        result.origin,
        result.printed,
    )


async def aevaluate(program: str, *, timeout: float = _SECONDS) -> MathResult:
    """``evaluate``, without holding up the event loop, nor the interpreter's exit."""
    return await _background.run(functools.partial(evaluate, program, timeout=timeout))


def warm() -> None:
    """Start the processes that calculate, if they are not running, without waiting for them."""
    shared().warm()


def _check_seconds(timeout: Any, program: str) -> None:
    number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
    if not number or not 0 < timeout <= LONGEST_SECONDS:
        message = f"timeout has to be a number of seconds above 0 and up to {LONGEST_SECONDS:g}."
        raise MathError(message, kind="timeout", program=program)


def _ask(program: str, seconds: float, digits: int) -> Written:
    try:
        reply = shared().ask({"program": program, "digits": digits}, seconds)
    except MathError as error:
        raise MathError(str(error), kind=error.kind, program=program) from None
    if reply.error is not None:
        kind, message = reply.error
        raise MathError(message, kind=kind, program=program)
    if reply.result is None:
        raise MathError("The process that calculates gave no answer.", kind="process", program=program)
    return reply.result
