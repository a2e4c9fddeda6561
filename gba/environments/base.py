"""What an environment is: it makes tasks, opens a world for each, and judges what came of it.

Tasks are made from a seed, so that all machines have the same ones. Which tasks are held out is part of how they are
made: each has a key, what it is about, and the key's hash says which split it belongs to (`split_of`).
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from gba.errors import GbaError
from gba.schema.tools import ToolCall, ToolSpec

__all__ = [
    "Act",
    "Environment",
    "EnvironmentFailure",
    "Facts",
    "Function",
    "Functions",
    "Split",
    "Task",
    "Tool",
    "World",
    "draw",
    "nearness",
    "share",
    "spec",
    "split_of",
]

Split = Literal["train", "held-out"]
_HELD_OUT = 5
"""One in so many keys is held out."""
_TRIES = 1000

Facts = Counter[Hashable]
"""A state as what is true in it."""
Function = Callable[..., str]


class EnvironmentFailure(GbaError):  # noqa: N818 - it is what a tool answers, not what goes wrong in gba
    """What a tool was asked for cannot be done; the message is what the model reads."""


@dataclass(frozen=True)
class Act:
    """A call of the expert, and what it thinks before."""

    tool: str
    arguments: Mapping[str, Any]
    thought: str


@dataclass(frozen=True)
class Task:
    """One task: ``request`` is what the agent is asked.

    ``acts``, ``thought`` and ``answer`` are the expert's solution: its calls, what it thinks at the end, what it says.
    ``hard`` tasks consist of parts, so that a run may be worth something in between. ``data`` is the environment's own.
    """

    environment: str
    split: Split
    index: int
    kind: str
    request: str
    acts: tuple[Act, ...]
    thought: str
    answer: str
    hard: bool = False
    data: Any = field(default=None, repr=False, compare=False)

    @property
    def id(self) -> str:
        """Names the task among all of one seed."""
        return f"{self.environment}-{self.split}-{self.index:06d}"


@dataclass(frozen=True)
class Tool:
    """A tool with what it does. ``run`` gets the arguments by name, and raises EnvironmentFailure for the model."""

    spec: ToolSpec
    run: Function


class World(Protocol):
    """The state of a task while an agent works on it."""

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """What the agent may call."""

    def use(self, call: ToolCall) -> str:
        """The result of a call; what cannot be done comes back as text that begins with ``Error:``."""

    def reward(self, answer: str) -> float:
        """What the run is worth so far, from 0 to 1, if this is its answer."""


class Environment(Protocol):
    """Makes tasks, and opens a world for each."""

    @property
    def name(self) -> str:
        """As it is asked for."""

    @property
    def system(self) -> str:
        """What an agent is told about the world before any request."""

    def task(self, index: int, split: Split = "train", *, seed: int = 0) -> Task:
        """The task of this number; the same for the same arguments, on each machine."""

    def open(self, task: Task) -> AbstractContextManager[World]:
        """A fresh world for a task of this environment."""


class Functions:
    """A world out of tools: finds the one that is called, and makes text of what goes wrong.

    ``looked``: whether a call gave anything. What was not looked up is guessed, and worth nothing.
    """

    def __init__(self, tools: Sequence[Tool]) -> None:
        self.looked = False
        self._tools = {tool.spec.name: tool for tool in tools}
        self._guard = threading.Lock()

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """See `World.tools`."""
        return tuple(tool.spec for tool in self._tools.values())

    def use(self, call: ToolCall) -> str:
        """See `World.use`. Arguments that the tool does not have, or of another type, are refused, too."""
        tool = self._tools.get(call.name)
        if tool is None:
            return f"Error: there is no tool {call.name!r}. There are: {', '.join(self._tools)}."
        try:
            _check(tool.spec, call.arguments)
            with self._guard:  # agents may make the calls of one message in several threads
                result = tool.run(**call.arguments)
                self.looked = True
                return result
        except EnvironmentFailure as failure:
            return f"Error: {failure}"


_TYPES: Mapping[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}


def _check(spec: ToolSpec, arguments: Mapping[str, Any]) -> None:
    properties: Mapping[str, Any] = spec.parameters["properties"]
    if missing := [name for name in properties if name not in arguments]:
        raise EnvironmentFailure(f"the argument {missing[0]} is missing")
    for name, value in arguments.items():
        if name not in properties:
            raise EnvironmentFailure(f"there is no argument {name}")
        schema = properties[name]
        if not isinstance(value, _TYPES[schema["type"]]) or isinstance(value, bool):
            raise EnvironmentFailure(f"{name} has to be of type {schema['type']}")
        if value not in schema.get("enum", [value]):
            raise EnvironmentFailure(f"{name} has to be one of {', '.join(map(str, schema['enum']))}")


def spec(name: str, description: str, /, **properties: Mapping[str, Any]) -> ToolSpec:
    """A tool all of whose arguments are required."""
    schema = {
        "type": "object",
        "properties": {key: dict(value) for key, value in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }
    return ToolSpec(name, description, schema)


def split_of(key: str) -> Split:
    """The split to which what a task is about belongs, now and for ever."""
    return "held-out" if hashlib.sha256(key.encode()).digest()[0] % _HELD_OUT == 0 else "train"


def share(pool: Sequence[str], split: Split) -> list[str]:
    """The entries of a pool of words that tasks of this split may use: the others never meet them."""
    return [word for place, word in enumerate(pool) if (place % _HELD_OUT == _HELD_OUT - 1) == (split == "held-out")]


def draw(
    name: str, index: int, split: Split, seed: int, make: Callable[[random.Random], Task], key: Callable[[Task], str]
) -> Task:
    """The first task that belongs to the split, of those that ``make`` gives for this number.

    Raises ValueError for a number below 0 and for a split that there is not.
    """
    if index < 0:
        raise ValueError(f"tasks are numbered from 0 on: {index}")
    if split not in ("train", "held-out"):
        raise ValueError(f"there is no split {split!r}: it is 'train' or 'held-out'")
    for attempt in range(_TRIES):
        # a text as the seed: its bytes are hashed, so that neither the machine nor PYTHONHASHSEED plays a part
        task = make(random.Random(f"{name}/{seed}/{split}/{index}/{attempt}"))
        if split_of(key(task)) == split:
            return task
    raise RuntimeError(f"{name}: none of {_TRIES} tasks belongs to {split!r}")


def nearness(before: Facts, wanted: Facts, now: Facts) -> float:
    """How much of the way from one state to another was made, 0 to 1; what was damaged beside it counts against it."""
    return max(0.0, 1 - _distance(now, wanted) / _distance(before, wanted))


def _distance(one: Facts, other: Facts) -> int:
    return ((one - other) + (other - one)).total()
