"""Sentences of a GBNF grammar, drawn at random: what a model without any sense could write."""

from __future__ import annotations

import random
from collections.abc import Mapping

from gba.grammar.gbnf.nodes import CharClass, Choice, GbnfTree, Literal, Node, Ref, Repeat, Sequence
from gba.grammar.gbnf.parser import parse_gbnf

__all__ = ["Sentences"]

_FAR = 10**6


class Sentences:
    """Draws sentences; below ``depth`` nested rules it takes the shortest way out."""

    def __init__(self, text: str, *, depth: int = 24) -> None:
        self._tree: GbnfTree = parse_gbnf(text)
        self._depth = depth
        self._heights = _heights(self._tree.rules)

    def draw(self, seed: int | str) -> str:
        """The sentence of this seed."""
        parts: list[str] = []
        self._write(self._tree.rules[self._tree.root], random.Random(str(seed)), self._depth, parts)
        return "".join(parts)

    def _write(self, node: Node, rng: random.Random, depth: int, parts: list[str]) -> None:
        if isinstance(node, Literal):
            parts.append(node.text)
        elif isinstance(node, CharClass):
            low, high = rng.choice(node.ranges)
            parts.append(chr(rng.randint(low, high)))
        elif isinstance(node, Ref):
            self._write(self._tree.rules[node.name], rng, depth - 1, parts)
        elif isinstance(node, Sequence):
            for item in node.items:
                self._write(item, rng, depth, parts)
        elif isinstance(node, Choice):
            self._write(self._option(node, rng, depth), rng, depth, parts)
        elif isinstance(node, Repeat):
            for _ in range(self._count(node, rng, depth)):
                self._write(node.item, rng, depth, parts)
        else:
            raise TypeError(f"{node} cannot be drawn")

    def _option(self, node: Choice, rng: random.Random, depth: int) -> Node:
        fitting = [option for option in node.options if _height(option, self._heights) < depth]
        return rng.choice(fitting) if fitting else min(node.options, key=lambda one: _height(one, self._heights))

    def _count(self, node: Repeat, rng: random.Random, depth: int) -> int:
        if _height(node.item, self._heights) >= depth:
            return node.minimum
        most = node.minimum + 3 if node.maximum is None else node.maximum
        return rng.choice((node.minimum, rng.randint(node.minimum, most)))


def _heights(rules: Mapping[str, Node]) -> dict[str, int]:
    """How many rules deep the flattest sentence of each rule is."""
    heights = dict.fromkeys(rules, _FAR)
    changed = True
    while changed:
        changed = False
        for name, node in rules.items():
            height = _height(node, heights)
            if height < heights[name]:
                heights[name], changed = height, True
    return heights


def _height(node: Node, heights: Mapping[str, int]) -> int:
    if isinstance(node, Ref):
        return min(heights[node.name] + 1, _FAR)
    if isinstance(node, Sequence):
        return max((_height(item, heights) for item in node.items), default=0)
    if isinstance(node, Choice):
        return min(_height(option, heights) for option in node.options)
    if isinstance(node, Repeat):
        return _height(node.item, heights) if node.minimum else 0
    return 0
