"""What can be called in a program: functions out of the tables, and those that it defines itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Function", "Parameters"]


class Function:
    """A function as a value of a program: its name, and what it does with values of a program.

    ``own``: the program defines it.
    """

    __slots__ = ("call", "name", "own")

    def __init__(self, name: str, call: Callable[..., Any], *, own: bool = False) -> None:
        self.name, self.call, self.own = name, call, own


@dataclass(frozen=True)
class Parameters:
    """The parameters of a function that a program defines; ``rest`` and ``named`` are those with stars, "" for none."""

    names: tuple[str, ...]
    defaults: tuple[Any, ...]
    only: tuple[str, ...]
    only_defaults: Mapping[str, Any]
    rest: str
    named: str

    def bind(self, function: str, frame: dict[Any, Any], values: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        """Put the arguments into the frame. Raises TypeError as Python does."""
        names = self.names
        if len(values) == len(names) and not keywords and not self.only and not self.rest and not self.named:
            for name, value in zip(names, values, strict=True):
                frame[name] = value
            return
        if len(values) > len(names) and not self.rest:
            raise TypeError(f"{function}() takes {len(names)} positional arguments but {len(values)} were given")
        frame.update(zip(names, values, strict=False))
        if self.rest:
            frame[self.rest] = tuple(values[len(names) :])
        others: dict[str, Any] = {}
        for name, value in keywords.items():
            if name in names or name in self.only:
                if name in frame:
                    raise TypeError(f"{function}() got multiple values for argument {name!r}")
                frame[name] = value
            elif self.named:
                others[name] = value
            else:
                raise TypeError(f"{function}() got an unexpected keyword argument {name!r}")
        if self.named:
            frame[self.named] = others
        first = len(names) - len(self.defaults)
        for place, name in enumerate(names):
            if name not in frame:
                if place < first:
                    raise TypeError(f"{function}() missing a required argument: {name!r}")
                frame[name] = self.defaults[place - first]
        for name in self.only:
            if name not in frame:
                if name not in self.only_defaults:
                    raise TypeError(f"{function}() missing a required keyword-only argument: {name!r}")
                frame[name] = self.only_defaults[name]
