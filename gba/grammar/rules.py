"""The rules of a grammar while it is being compiled: names, sharing, counted repetition."""

from __future__ import annotations

import functools
import re
from typing import Any

from gba.grammar.nodes import EMPTY, GbnfTree, Literal, Node, Ref, Sequence, alt, optional, repeat, seq

__all__ = ["Rules", "TooManyRulesError"]

MAX_RULES = 40_000
"""Rules that a grammar may have: llama.cpp holds far more, but nobody waits for them."""


class TooManyRulesError(Exception):
    """The grammar would be larger than is sensible."""


class Rules:
    """Rules by name. Equal bodies get one rule; a rule that is still open can be referred to already.

    ``memo`` holds nodes by what they were made from (``keep`` keeps that alive), ``branches`` those of keys;
    ``doubtful``: some rule may have no sentence.
    """

    def __init__(self, limit: int = MAX_RULES) -> None:
        self._bodies: dict[str, Node] = {}
        self._names: dict[Node, str] = {}
        self._taken: dict[str, int] = {}
        self._limit = limit
        self._counts: dict[tuple[str, Node, int], Node] = {}
        self.memo: dict[Any, Node] = {}
        self.keep: list[Any] = []
        self.branches: dict[tuple[tuple[str, str], ...], Node] = {}
        self.doubtful = False

    def reserve(self, hint: str) -> str:
        """A name that is nobody else's, with the hint in it; its rule is defined later."""
        if len(self._taken) > self._limit:
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

    def nothing(self) -> Ref:
        """A reference to what has no text at all: whatever needs it is cut out of the grammar in the end."""
        self.doubtful = True
        return Ref("nothing")

    def define(self, name: str, body: Node) -> Ref:
        """Give a reserved name its body."""
        self._bodies[name] = body
        self._names.setdefault(body, name)
        return Ref(name)

    def share(self, hint: str, body: Node) -> Node:
        """A reference to the rule with this body; small bodies stand for themselves."""
        if isinstance(body, (Ref, Literal)) or body == EMPTY:
            return body
        name = self._names.get(body)
        return Ref(name) if name is not None else self.define(self.reserve(hint), body)

    def counted(self, hint: str, item: Node, minimum: int, maximum: int | None) -> Node:
        """The item ``minimum`` to ``maximum`` times, by doubling: rules grow with the logarithm of the counts.

        The item must not be able to be empty.
        """
        if maximum is not None and maximum == 0:
            return EMPTY
        if minimum <= 4 and maximum is None:
            if minimum == 0:
                return repeat(item, 0, None)
            item = self.share(hint, item)
            return seq(*[item] * (minimum - 1), repeat(item, 1, None))
        if maximum is not None and maximum <= 4:
            item = self.share(hint, item)
            tail: Node = EMPTY
            for _ in range(maximum - minimum):
                tail = optional(seq(item, tail))
            return seq(*[item] * minimum, tail)
        item = self.share(f"{hint}-item", item)
        exact = self._exactly(hint, item, minimum)
        rest = repeat(item, 0, None) if maximum is None else self._up_to(hint, item, maximum - minimum)
        return seq(exact, rest)

    def _exactly(self, hint: str, item: Node, number: int) -> Node:
        """``item`` so many times, from its powers of two."""
        key = ("exactly", item, number)
        if key in self._counts:
            return self._counts[key]
        parts: list[Node] = []
        power = item
        while number:
            if number & 1:
                parts.append(power)
            number >>= 1
            if number:
                power = self.share(f"{hint}-x2", seq(power, power))
        found = self._counts[key] = seq(*reversed(parts))
        return found

    def _up_to(self, hint: str, item: Node, number: int) -> Node:
        """``item`` at most so many times.

        U(2n+1) = U(n) U(n) [item] would be ambiguous, hence many stacks; so the texts are kept apart by their length:
        U(n) = item^h U(n-h) | U(h-1), with h the greatest power of two that fits.
        """
        if number == 0:
            return EMPTY
        if number == 1:
            return optional(item)
        key = ("most", item, number)
        if key in self._counts:
            return self._counts[key]
        half = 1 << (number.bit_length() - 1)
        head = self._exactly(hint, item, half)
        below = self._up_to(hint, item, half - 1)
        rest = self._up_to(hint, item, number - half)
        found = self._counts[key] = self.share(f"{hint}-max", alt(seq(head, rest), below))
        return found

    def tree(self, root: Node) -> GbnfTree:
        """The grammar that begins with ``root``: what cannot end is cut out, what is not reached is left out.

        Raises KeyError where the root itself cannot end.
        """
        from gba.grammar.pruning import prune

        return prune({"root": root, **self._bodies}, whole=not self.doubtful)


@functools.lru_cache(maxsize=4096)
def _base(hint: str) -> str:
    base = re.sub(r"[^A-Za-z0-9]+", "-", hint)[:40].strip("-").lower() or "rule"
    return "root-value" if base == "root" else base


def sequence_items(node: Node) -> tuple[Node, ...]:
    """The items of a sequence; the node itself where it is none."""
    return node.items if isinstance(node, Sequence) else (node,)
