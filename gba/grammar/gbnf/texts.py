"""One of many texts: their common beginnings written once, equal ends shared, so that llama.cpp follows few stacks.

The texts are sorted and put into a tree whose edges are labelled with as much text as is common; a branch is closed,
and looked up among the equal ones, as soon as no further text goes through it. The work is linear in the texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

from gba.grammar.gbnf.nodes import EMPTY, CharClass, Choice, Literal, Node, Ref, Sequence, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import unite
from gba.schema.work import spend

__all__ = ["tree_node"]

_END = -1
"""What follows the end of a text."""

_NESTED = 12
"""Groups that a rule may have within each other: llama.cpp reads them by recursion."""

_Options: TypeAlias = "tuple[tuple[str, int], ...]"
"""The ways on from a branch: a label, and the number of the branch that follows it, or _END."""


def tree_node(texts: Iterable[str], rules: Rules, hint: str) -> Node:
    """One of the texts, as they are. Raises TooLargeError for more than some 200,000."""
    branches = _branches(sorted(set(texts)))
    uses = [0] * len(branches)
    for options in branches:
        for _, following in options:
            if following != _END:
                uses[following] += 1
    written: list[tuple[Node, int]] = []
    ends: dict[tuple[str, str], Node] = {}
    for number, options in enumerate(branches):
        body, depth = _body(options, written, ends)
        if number + 1 < len(branches) and (uses[number] > 1 or depth >= _NESTED):
            body, depth = rules.define(rules.reserve(hint), body, shared=False), 0
        written.append((body, depth))
    return written[-1][0]


def _branches(texts: list[str]) -> list[_Options]:
    """The branches of the tree, equal ones once, each after those that it leads to; the root is the last one."""
    spend(3 * len(texts) + sum(map(len, texts)) // 8)
    known: dict[_Options, int] = {}
    stack: list[tuple[int, list[tuple[str, int]]]] = [(0, [])]
    shared = [*(_shared(*pair) for pair in pairwise(texts)), 0]
    for text, common in zip(texts, shared, strict=True):
        if common > stack[-1][0]:
            stack.append((common, []))
        depth, options = stack[-1]
        options.append((text[depth:], _END))
        while stack[-1][0] > common:
            depth, options = stack.pop()
            number = known.setdefault(tuple(options), len(known))
            if stack[-1][0] < common:
                stack.append((common, []))
            before, parent = stack[-1]
            parent.append((text[before:depth], number))
    root = tuple(stack[0][1])
    return [*known, root]


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    at = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        at += 1
    return at


def _body(options: _Options, written: list[tuple[Node, int]], ends: dict[tuple[str, str], Node]) -> tuple[Node, int]:
    """A branch as a node, and how many groups it has within each other. Labels that differ in their first character
    only are written once. ``ends``: those at the ends of texts, equal ones as one object."""
    groups: dict[tuple[str, int], list[str]] = {}
    listed: list[Node] = []
    nested = 1
    for label, following in options:
        if label:
            key = (label[1:], following)
            groups.setdefault(key, []).append(label[0])
        else:
            listed.append(EMPTY)
    for (rest, following), first in groups.items():
        chars = "".join(first)
        if following == _END:
            end = ends.get((chars, rest))
            if end is None:
                end = ends[chars, rest] = _label(chars, rest)
            listed.append(end)
            continue
        after, depth = written[following]
        listed.append(seq(_label(chars, rest), after))
        if type(after) is not Ref:
            nested = max(nested, depth + 1)
    return listed[0] if len(listed) == 1 else Choice(tuple(listed)), nested


def _label(chars: str, rest: str) -> Node:
    """One of the characters, then the rest."""
    if len(chars) == 1:
        return Literal(chars + rest)
    first = CharClass(unite((ord(char), ord(char)) for char in chars))
    return Sequence((first, Literal(rest))) if rest else first
