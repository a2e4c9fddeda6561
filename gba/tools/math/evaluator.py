"""``evaluate``: a program in, its exact value out, through all four walls."""

from __future__ import annotations

import asyncio
import functools
from dataclasses import dataclass, field
from typing import Any

from gba.errors import MathError
from gba.tools.math.checker import check
from gba.tools.math.pool import shared

__all__ = ["MAX_DIGITS", "MathResult", "aevaluate", "evaluate", "warm"]

MAX_DIGITS = 1_000
_DIGITS = 15
_SECONDS = 2.0


@dataclass(frozen=True)
class MathResult:
    """What a program gave.

    ``text`` is one short line, fit for a model to read: whole numbers in full, others to six significant digits.
    ``latex`` is the exact value. ``value`` is it as sympy has it, decoded when it is first asked for.
    """

    program: str
    text: str
    latex: str
    encoded: Any = field(repr=False)
    approximation: str = field(repr=False, default="")

    @functools.cached_property
    def value(self) -> Any:
        """The exact value: sympy's numbers, expressions and matrices; bool; lists, tuples and dicts of those."""
        from gba.tools.math.encoding import decode

        return decode(self.encoded)

    def decimal(self, digits: int = _DIGITS) -> str:
        """The value with its numbers as decimals of so many significant digits.

        Evaluates the program again for other than 15. Raises MathError for more than 1,000.
        """
        if digits == _DIGITS:
            return self.approximation
        if not 1 <= digits <= MAX_DIGITS:
            raise MathError(
                f"digits must lie between 1 and {MAX_DIGITS}, not {digits}", kind="too large", program=self.program
            )
        return str(_ask(self.program, _SECONDS, digits)["decimal"])

    def __str__(self) -> str:
        return self.text


def evaluate(program: str, *, timeout: float = _SECONDS) -> MathResult:
    """Evaluate a program whose last line is ``result = …``.

    Safe for any text: what is not in the language is refused, what is too large as well, and after ``timeout`` seconds
    the process that calculates is killed and replaced. Raises MathError, whose ``kind`` and message say why.
    """
    check(program)
    result = _ask(program, timeout, _DIGITS)
    return MathResult(program, result["text"], result["latex"], result["value"], result["decimal"])


async def aevaluate(program: str, *, timeout: float = _SECONDS) -> MathResult:
    """``evaluate``, without holding up the event loop."""
    return await asyncio.to_thread(evaluate, program, timeout=timeout)


def warm() -> None:
    """Start the processes that calculate, if they are not running, without waiting for them."""
    shared().warm()


def _ask(program: str, seconds: float, digits: int) -> dict[str, Any]:
    try:
        reply = shared().ask({"program": program, "digits": digits}, seconds)
    except MathError as error:
        raise MathError(str(error), kind=error.kind, program=program) from None
    if "error" in reply:
        kind, message = reply["error"]
        raise MathError(str(message), kind=str(kind), program=program)
    result: dict[str, Any] = reply["result"]
    return result
