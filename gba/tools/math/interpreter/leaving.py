"""How a block was left before its end."""

from __future__ import annotations

from enum import Enum

__all__ = ["Left"]


class Left(Enum):
    """What is done when a block was left: the loop ends, its next turn begins, the function returns."""

    BREAK = 1
    CONTINUE = 2
    RETURN = 3
