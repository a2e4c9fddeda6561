"""What a program may use up: steps, memory and depth. All of it is counted, and refused, before the work is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gba.errors import MathError
from gba.tools.math.bounds import BITS, too_large

__all__ = ["CALLS", "CELLS", "LENGTH", "STEPS", "TEXT", "Fuel"]

STEPS = 2_000_000
"""Statements, turns of a loop and calls of a program's own functions, all together."""
CELLS = 4_000_000
"""Items of lists, and eight bytes of texts and numbers each, that all values made by a program take together."""
LENGTH = 200_000
"""Items of one list, set or dict."""
TEXT = 100_000
"""Characters of one text."""
CALLS = 400
"""Calls of a program's own functions within one another."""


class Fuel:
    """What is left to one program."""

    __slots__ = ("calls", "cells", "left")

    def __init__(self) -> None:
        self.left, self.cells, self.calls = STEPS, CELLS, 0

    def step(self, count: int = 1) -> None:
        """Use up steps. Raises MathError."""
        self.left -= count
        if self.left < 0:
            raise MathError(
                f"The program takes more than {STEPS:,} steps. Use a formula, or fewer turns of its loops.",
                kind="too large",
            )

    def take(self, cells: int) -> None:
        """Use up memory. Raises MathError."""
        self.cells -= cells
        if self.cells < 0:
            raise too_large("The values of the program take too much memory")

    def list_of(self, count: int) -> None:
        """Make a list of so many items. Raises MathError."""
        if count > LENGTH:
            raise too_large(f"A list may have at most {LENGTH:,} items")
        self.take(count + 2)

    def text_of(self, length: int) -> None:
        """Make a text of so many characters. Raises MathError."""
        if length > TEXT:
            raise too_large(f"A text may have at most {TEXT:,} characters")
        self.take(length // 8 + 2)

    def bits_of(self, bits: int) -> None:
        """Make a whole number of so many bits. Raises MathError."""
        if bits > BITS:
            raise too_large(f"A number would have about {int(bits * 0.30103):,} digits")
        if bits > 256:
            self.take(bits // 64)

    def over(self, items: Iterable[Any]) -> Iterator[Any]:
        """The items, each of which is a step: so nothing without an end goes on for long."""
        for item in items:
            self.left -= 1
            if self.left < 0:
                self.step(0)
            yield item

    def listed(self, items: Iterable[Any]) -> list[Any]:
        """The items as a list, not longer than one may be."""
        if isinstance(items, (list, tuple, set, frozenset, dict, str, range)):
            self.list_of(len(items))
            return list(items)
        found = []
        for item in self.over(items):
            found.append(item)
            if len(found) % 1_000 == 0:
                self.list_of(len(found)) if len(found) > LENGTH else self.take(1_000)
        self.take(len(found) % 1_000 + 2)
        if len(found) > LENGTH:
            self.list_of(len(found))
        return found
