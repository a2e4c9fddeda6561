"""What a task is, and the seeded source that all generators draw from.

Training and held-out tasks never share a drawn name, a request's wording or a number of three digits and more:
every candidate belongs to one side by its checksum, and ``Draw`` hands out those of its own side only.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, TypeVar

from gba.chat.messages import Message
from gba.schema.tools import ToolCall, ToolSpec

__all__ = ["Act", "Draw", "Split", "Style", "Task", "Turn", "held_out", "lowered"]

T = TypeVar("T")

Split = Literal["train", "held-out", "latest", "unseen", "two-in-one"]
"""``held-out`` has names, numbers and wordings that training never shows. Others with such names: ``latest`` is about
the kinds of tools that came to training last, ``unseen`` about kinds that training never shows, ``two-in-one`` about
requests for two things at once."""

_HELD_OUT_ONE_IN = 8
_TRIES = 400


@dataclass(frozen=True)
class Act:
    """One tool call on the way to an answer, and the text that the tool gives back; ``again``: after it has failed.

    The thought before it names the tool: so there is one place where a model has to decide, and what it decided
    stands in the text that it goes on from.
    """

    tool: str
    arguments: Mapping[str, Any]
    result: str
    again: bool = False

    @property
    def thought(self) -> str:
        """What the model should think before the call."""
        return f"I will try {self.tool} again." if self.again else f"I will use {self.tool}."

    def call(self) -> ToolCall:
        """The call that has to be made."""
        return ToolCall(self.tool, self.arguments, "call_right")

    def message(self) -> Message:
        """What the model should write: thought and call."""
        return Message("assistant", thought=self.thought, calls=(self.call(),))


@dataclass(frozen=True)
class Turn:
    """A request with its solution. ``value`` is what the answer has to contain ("" where any answer will do)."""

    request: str
    acts: tuple[Act, ...]
    thought: str
    answer: str
    value: str = ""

    def message(self) -> Message:
        """What the model should write when all acts are done: thought and answer."""
        return Message("assistant", self.answer, self.thought)


@dataclass(frozen=True)
class Task:
    """A conversation with the tools it needs, some that it does not need, and how it is solved."""

    family: str
    tools: tuple[ToolSpec, ...]
    turns: tuple[Turn, ...]
    system: str = ""
    tags: tuple[str, ...] = field(default=())


def held_out(text: str) -> bool:
    """Whether a name, phrase or number belongs to the held-out side."""
    return zlib.crc32(text.lower().encode()) % _HELD_OUT_ONE_IN == 0


@dataclass(frozen=True)
class Style:
    """How somebody types: all lower case or not, with or without the mark at the end."""

    lower: bool = False
    bare: bool = False
    prefix: str = ""
    suffix: str = ""

    def word(self, text: str) -> str:
        """A value as this person types it, which is how it has to be copied."""
        return text.lower() if self.lower else text

    def say(self, text: str) -> str:
        """A whole request as this person types it."""
        text = text.strip()
        if self.prefix:
            text = self.prefix + lowered(text)
        elif text[:1].isascii():  # a name in another script stays as it is, so that it can be copied
            text = text[:1].upper() + text[1:]
        if self.suffix and text.endswith("."):
            text = text[:-1] + self.suffix
        if self.bare:
            text = text.rstrip("?.!")
        return text.lower() if self.lower else text


def lowered(text: str) -> str:
    """The text as it goes on after other words; a name keeps its capital, so that it can be copied."""
    return text[:1].lower() + text[1:] if text.split(" ")[0].lower() in _OPENERS else text


class Draw:
    """A seeded source of choices that keeps to its side of the split."""

    def __init__(self, seed: int | str, split: Split = "train") -> None:
        self.rng = random.Random(f"{split}/{seed}")
        self.split: Split = split
        self._held = split != "train"

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.rng.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Any of the options, whichever the side: for what both sides have in common."""
        return options[int(self.rng.random() * len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """``count`` different options in random order."""
        return self.rng.sample(options, min(count, len(options)))

    def mine(self, text: str) -> bool:
        """Whether the text is on the side of this source."""
        return held_out(text) == self._held

    def word(self, pool: Sequence[str]) -> str:
        """An entry of the pool that is on this side. ValueError where the pool has none."""
        for _ in range(_TRIES):
            word = self.pick(pool)
            if self.mine(word):
                return word
        raise ValueError(f"no entry for {self.split!r} in {list(pool)[:4]}…")

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high; one of three digits and more is on this side."""
        for _ in range(_TRIES):
            number = self.rng.randint(low, high)
            if number < 100 or self.mine(str(number)):
                return number
        raise ValueError(f"no number for {self.split!r} between {low} and {high}")

    def phrase(self, pattern: str, /, **slots: str) -> str:
        """A wording out of ``[a|b]`` alternatives (nested at will) with its ``{slots}`` filled."""
        kept = _kept_back(pattern)
        tree = _parse(pattern)
        for _ in range(_TRIES):
            text = self._expand(tree)
            if (text in kept if kept else held_out(pattern + text)) == self._held:
                return text.format(**slots)
        if kept and self._held:  # few, and each of them drawn seldom
            return self.pick(sorted(kept)).format(**slots)
        raise ValueError(f"no wording for {self.split!r} in {pattern!r}")

    def free(self, pattern: str, /, **slots: str) -> str:
        """Like phrase, with wordings that both sides share: for what the model writes or a tool answers."""
        return self._expand(_parse(pattern)).format(**slots)

    def style(self) -> Style:
        """How the next request is typed."""
        roll = self.rng.random()
        if roll < 0.55:
            return Style(bare=roll < 0.08)
        if roll < 0.78:
            return Style(lower=True, bare=roll < 0.68)
        if roll < 0.92:
            prefix = self.pick(_PREFIXES)
            return Style(prefix=prefix, bare=roll < 0.81, lower=prefix.islower() and self.chance(0.7))
        return Style(suffix=self.pick((", please.", " please.", ", thanks.", "!", " for me.")))

    def _expand(self, tree: _Tree) -> str:
        return "".join(
            part if isinstance(part, str) else self._expand(part[int(self.rng.random() * len(part))]) for part in tree
        )


_OPENERS = frozenset(
    """
    what what's which who where when how find tell can could would do look search get give show let let's any calculate
    compute work evaluate solve is will weather please then multiply divide subtract raise take square double triple
    halve cube first add put enter write save schedule plan create set make remember new book send email message text
    remind convert change turn express draw paint generate images pictures photos note keep start timer count wake help
    check list am next go order reserve rent buy sell open close stop delete print copy move deliver pack wash clean
    repair build cancel register publish archive scan measure cook prepare water feed charge polish upgrade activate
    rename share export import inspect collect return hire test record upload download mount store determine
    """.split()
)

_PREFIXES = ("Please ", "Hi, ", "Hello! ", "Hey, ", "please ", "hi ", "hey ", "Quick question: ", "OK, ", "Now ", "ok ")

_Tree = tuple[Any, ...]  # of str and of tuples of _Tree, one per alternative


@lru_cache(maxsize=4096)
def _kept_back(pattern: str) -> frozenset[str]:
    """The held-out wordings of a pattern that has few: by checksum, and at least one. Empty where it has many.

    What is kept back in one pattern is not in another, so that no common wording is unknown to a trained model.
    """
    tree = _parse(pattern)
    if _count(tree) > _FEW:
        return frozenset()
    wordings = sorted(_wordings(tree), key=lambda text: zlib.crc32((pattern + text).lower().encode()))
    kept = frozenset(text for text in wordings if held_out(pattern + text))
    return kept if 0 < len(kept) < len(wordings) else frozenset(wordings[:1])


_FEW = 256
"""So many wordings are looked at one by one; of more, enough are kept back by checksum alone."""


def _count(tree: _Tree) -> int:
    total = 1
    for part in tree:
        if not isinstance(part, str):
            total *= sum(_count(branch) for branch in part)
    return total


def _wordings(tree: _Tree) -> set[str]:
    texts = {""}
    for part in tree:
        tails = {part} if isinstance(part, str) else set().union(*map(_wordings, part))
        texts = {text + tail for text in texts for tail in tails}
    return texts


@lru_cache(maxsize=4096)
def _parse(pattern: str) -> _Tree:
    tree, end = _parse_from(pattern, 0)
    if end != len(pattern):
        raise ValueError(f"unbalanced ']' at {end} in {pattern!r}")
    return tree


def _parse_from(pattern: str, at: int) -> tuple[_Tree, int]:
    parts: list[Any] = []
    text = ""
    while at < len(pattern) and pattern[at] not in "|]":
        if pattern[at] != "[":
            text += pattern[at]
            at += 1
            continue
        alternatives = []
        while True:
            branch, at = _parse_from(pattern, at + 1)
            alternatives.append(branch)
            if at >= len(pattern):
                raise ValueError(f"'[' without ']' in {pattern!r}")
            if pattern[at] == "]":
                break
        parts += [text, tuple(alternatives)] if text else [tuple(alternatives)]
        text, at = "", at + 1
    return (*parts, text) if text else tuple(parts), at
