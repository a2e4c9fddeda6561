"""A budget for compiling one document, counted in steps: the same schema gives the same grammar on every machine.

A step is about a microsecond of Python: a state or an edge of an automaton, a pair of alternatives that is compared.
Whoever is about to do work that can grow out of proportion spends steps first. What a piece of work would have cost is
spent as well when its result is still known from before, so that a grammar does not depend on what was compiled before.
"""

from __future__ import annotations

import contextlib
import functools
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar, Token
from typing import TypeVar

__all__ = ["PIECE", "TooLargeError", "Work", "allowance", "remembered", "spend"]

T = TypeVar("T")

PIECE = 250_000
"""Steps that one piece of work, such as the automaton of a pattern, may take."""

_LOST = 64
"""Results of ``remembered`` functions that are dropped at a time."""


class TooLargeError(Exception):
    """A piece of work would take too many steps, or too many states; the caller leaves the constraint to the check."""


class Work:
    """Steps that are left. As a context it is what `spend` counts; its steps are then taken from the outer one, too.

    A context may be entered several times, also within itself.
    """

    __slots__ = ("_charged", "_entered", "left", "steps")

    def __init__(self, steps: int) -> None:
        self.steps = self.left = steps
        self._charged: set[Hashable] = set()
        self._entered: list[tuple[Work | None, int, Token[Work | None]]] = []

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises TooLargeError where fewer are left; all of them are spent then, and not more."""
        if steps > self.left:
            self.left = 0
            raise TooLargeError
        self.left -= steps

    def charge(self, key: Hashable, steps: int) -> None:
        """Count the steps of a result that is known already; only once for each key."""
        if key not in self._charged:
            self._charged.add(key)
            self.spend(steps)

    @property
    def spent(self) -> int:
        """Steps counted so far."""
        return self.steps - self.left

    def __enter__(self) -> Work:
        outer = _WORK.get()
        self._entered.append((None if outer is self else outer, self.left, _WORK.set(self)))
        return self

    def __exit__(self, *error: object) -> None:
        outer, before, token = self._entered.pop()
        _WORK.reset(token)
        if outer is not None:
            outer.left -= before - self.left


_WORK: ContextVar[Work | None] = ContextVar("work", default=None)


def spend(steps: int = 1) -> None:
    """Count steps of the compilation that is under way. Raises TooLargeError when there are none left."""
    work = _WORK.get()
    if work is not None:
        work.spend(steps)


def allowance(steps: int) -> Work:
    """A budget of so many steps, or of what is left if that is less; to be used as a context."""
    outer = _WORK.get()
    return Work(steps if outer is None else min(steps, max(outer.left, 0)))


def remembered(size: int, steps: int = PIECE) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Keep the last ``size`` results of a function, failures with TooLargeError included.

    Each call may take so many steps, or what is left of the compilation if that is less.
    """

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        known: OrderedDict[Hashable, tuple[T | None, int]] = OrderedDict()

        @functools.wraps(function)
        def call(*args: Hashable) -> T:
            outer = _WORK.get()
            found = known.get(args)
            if found is None:
                found = _first_call(function, args, steps)
                if found[0] is not None or outer is None or outer.left + found[1] >= steps:
                    known[args] = found
                    if len(known) > size:
                        with contextlib.suppress(KeyError):  # another thread may have emptied it
                            for _ in range(min(_LOST, size)):
                                known.popitem(last=False)
                if outer is not None:
                    outer._charged.add((function, args))
            elif outer is not None:
                outer.charge((function, args), found[1])
            if found[0] is None:
                raise TooLargeError
            return found[0]

        return call

    return decorate


def _first_call(function: Callable[..., T], args: tuple[Hashable, ...], steps: int) -> tuple[T | None, int]:
    """The result (None: it would take too many steps) and the steps that it took."""
    own = allowance(steps)
    result = None
    try:
        with own:
            result = function(*args)
    except TooLargeError:
        pass
    return result, own.spent
