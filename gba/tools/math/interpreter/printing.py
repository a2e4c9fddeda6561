"""What a program prints: its lines, and the value that was printed last."""

from __future__ import annotations

from typing import Any

from gba.errors import MathError
from gba.tools.math.bounds import too_large
from gba.tools.math.interpreter.fuel import Fuel
from gba.tools.math.interpreter.texts import readable

__all__ = ["PRINTED", "Printer"]

PRINTED = 10_000
"""Characters that a program may print."""


class Printer:
    """Takes what is printed; ``value`` is what the last line shows: its only value that is no text, else the line."""

    def __init__(self, fuel: Fuel) -> None:
        self.fuel = fuel
        self.text = ""
        self.value: Any = None
        self.used = False

    def print(self, *values: Any, sep: Any = " ", end: Any = "\n", file: Any = None, flush: Any = False) -> None:
        """Python's ``print``. Raises MathError where more is printed than anybody reads."""
        del flush
        if file is not None:
            raise MathError("print writes to no file here.", kind="forbidden")
        sep, end = " " if sep is None else sep, "\n" if end is None else end
        if not (isinstance(sep, str) and isinstance(end, str)):
            raise TypeError("sep and end must be None or a string")
        line = sep.join(readable(self.fuel, value) for value in values) if len(sep) < 100 else ""
        if len(sep) >= 100 or len(self.text) + len(line) + len(end) > PRINTED:
            raise too_large(f"A program may print at most {PRINTED:,} characters")
        self.text += line + end
        if values:
            shown = [value for value in values if not isinstance(value, str)]
            self.value, self.used = shown[0] if len(shown) == 1 else line, True
