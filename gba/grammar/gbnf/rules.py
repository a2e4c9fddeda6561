"""The rules of a grammar while it is being compiled: names, sharing, counted repetition."""

from __future__ import annotations

import functools
import re
from typing import Any, Protocol

from gba.grammar.gbnf.nodes import EMPTY, GbnfTree, Literal, Node, Ref, Sequence, alt, optional, repeat, seq
from gba.schema.work import spend

__all__ = ["Rules", "TooManyRulesError"]

MAX_RULES = 40_000
"""Rules that a grammar may have: llama.cpp holds far more, but nobody waits for them."""


_RULE = 80
"""Steps of work that a rule takes."""

_BLOCK, _SMALL_BLOCK = 512, 8
"""Repetitions that are left to llama.cpp at a time: while the grammar is small, and from then on."""

_SPELLED = 16_000
"""Rules that llama.cpp may make for the repetitions of one grammar."""


class TooManyRulesError(Exception):
    """The grammar would be larger than is sensible."""


class LateRules(Protocol):
    """Rules that can be written only when all others are known: those of the names of keys."""

    def write(self) -> None:
        """Define them."""


class Rules:
    """Rules by name. Equal bodies get one rule; a rule that is still open can be referred to already.

    ``memo`` holds nodes by what they were made from (``keep`` keeps that alive), ``keys`` what the names of keys
    become; ``doubtful``: some rule may have no sentence.
    """

    def __init__(self, limit: int = MAX_RULES) -> None:
        self._bodies: dict[str, Node] = {}
        self._known: dict[Node, Ref] = {}
        self._taken: dict[str, int] = {}
        self._limit = limit
        self.memo: dict[Any, Node] = {}
        self.keep: list[Any] = []
        self.keys: LateRules | None = None
        self._promised = 0
        self.doubtful = False
        self._spelled = 0

    def reserve(self, hint: str) -> str:
        """A name that is nobody else's, with the hint in it; its rule is defined later.

        Raises TooManyRulesError, and TooLargeError where the work that was granted is used up.
        """
        spend(_RULE)
        if len(self._taken) + self._promised > self._limit:
            raise TooManyRulesError
        base = _base(hint)
        number = self._taken.get(base, 0)
        if not number:
            self._taken[base] = 1
            return base
        while (name := f"{base}-{number}") in self._taken:
            number += 1
        self._taken[base], self._taken[name] = number + 1, 1
        return name

    def promise(self) -> None:
        """Count a rule that gets its name in the end. Raises TooManyRulesError."""
        self._promised += 1
        if len(self._taken) + self._promised > self._limit:
            raise TooManyRulesError

    def nothing(self) -> Ref:
        """A reference to what has no text at all: whatever needs it is cut out of the grammar in the end."""
        self.doubtful = True
        return Ref("nothing")

    def define(self, name: str, body: Node, *, shared: bool = True) -> Ref:
        """Give a reserved name its body; ``shared``: whoever has an equal body may use the rule."""
        self._bodies[name] = body
        found = Ref(name)
        if shared:
            self._known.setdefault(body, found)
        return found

    def share(self, hint: str, body: Node) -> Node:
        """A reference to the rule with this body; small bodies stand for themselves."""
        if isinstance(body, (Ref, Literal)) or (isinstance(body, Sequence) and not body.items):
            return body
        found = self._known.get(body)
        return found if found is not None else self.define(self.reserve(hint), body)

    def counted(self, hint: str, item: Node, minimum: int, maximum: int | None) -> Node:
        """The item ``minimum`` to ``maximum`` times. The item must not be able to be empty.

        Small bounds are left to llama.cpp, which writes them out as a chain of rules: one stack, however many times.
        Large ones are made of blocks of blocks: rules and stacks grow with the logarithm of the counts.
        """
        if maximum is not None and maximum == 0:
            return EMPTY
        if minimum <= 4 and maximum is None:
            if minimum == 0:
                return repeat(item, 0, None)
            item = self.share(hint, item)
            return seq(*[item] * (minimum - 1), repeat(item, 1, None))
        item = self.share(f"{hint}-item", item)
        if maximum is not None and maximum <= 4:
            tail: Node = EMPTY
            for _ in range(maximum - minimum):
                tail = optional(seq(item, tail))
            return seq(*[item] * minimum, tail)
        counts = _Counts(self, hint, item)
        rest = repeat(item, 0, None) if maximum is None else counts.up_to(maximum - minimum)
        return seq(counts.exactly(minimum), rest)

    def spell(self, number: int) -> bool:
        """Whether llama.cpp may write out a repetition of so many: all of a grammar's together are limited."""
        self._spelled += number
        return self._spelled <= _SPELLED

    def tree(self, root: Node) -> GbnfTree:
        """The grammar that begins with ``root``: what cannot end is cut out, what is not reached is left out.

        Raises KeyError where the root itself cannot end.
        """
        from gba.grammar.gbnf.pruning import prune

        self._write_keys()
        return prune({"root": root, **self._bodies}, whole=not self.doubtful)

    def ends(self, node: Node) -> bool:
        """Whether the node has a sentence, now that all rules are defined."""
        from gba.grammar.gbnf.pruning import ends

        self._write_keys()
        return not self.doubtful or ends(node, self._bodies)

    def _write_keys(self) -> None:
        keys, self.keys, self._promised = self.keys, None, 0
        if keys is not None:
            keys.write()


class _Counts:
    """An item so many times, by the digits of the number: blocks of `base` items, blocks of blocks."""

    def __init__(self, rules: Rules, hint: str, item: Node) -> None:
        self.rules, self.hint, self.item = rules, hint, item
        self.base = _BLOCK if rules.spell(0) else _SMALL_BLOCK

    def block(self, level: int) -> Node:
        """``item`` exactly base ** level times."""
        if level == 0:
            return self.item
        return self.rules.share(f"{self.hint}-block", repeat(self.block(level - 1), self.base, self.base))

    def below(self, level: int) -> Node:
        """``item`` less than base ** level times."""
        if level == 0:
            return EMPTY
        some = repeat(self.block(level - 1), 0, self.base - 1)
        return self._shared(f"{self.hint}-less", seq(some, self.below(level - 1)), self.base)

    def exactly(self, number: int) -> Node:
        """``item`` so many times."""
        parts: list[Node] = []
        level = 0
        while number:
            number, digit = divmod(number, self.base)
            if digit:
                block = self.block(level)
                parts[:0] = [block] * digit if digit <= 4 else [repeat(block, digit, digit)]
            level += 1
        return seq(*parts)

    def up_to(self, number: int) -> Node:
        """``item`` at most so many times.

        Each count is spelled in one way only, so that there are few stacks: less than the first digit's blocks and
        anything below a block, or as many blocks and at most the other digits. The longer one comes last, see
        `strings.any_number_of`.
        """
        if number <= self.base:
            return self._shared(f"{self.hint}-max", repeat(self.item, 0, number), number) if number else EMPTY
        level = 1
        while self.base ** (level + 1) <= number:
            level += 1
        digit, rest = divmod(number, self.base**level)
        block = self.block(level)
        fewer = seq(repeat(block, 0, digit - 1), self.below(level))
        all_of_them = seq(repeat(block, digit, digit), self.up_to(rest))
        return self._shared(f"{self.hint}-max", alt(fewer, all_of_them), digit)

    def _shared(self, hint: str, body: Node, size: int) -> Node:
        self.rules.spell(size)
        return self.rules.share(hint, body)


@functools.lru_cache(maxsize=4096)
def _base(hint: str) -> str:
    base = re.sub(r"[^A-Za-z0-9]+", "-", hint)[:40].strip("-").lower() or "rule"
    return "root-value" if base == "root" else base


def sequence_items(node: Node) -> tuple[Node, ...]:
    """The items of a sequence; the node itself where it is none."""
    return node.items if isinstance(node, Sequence) else (node,)
