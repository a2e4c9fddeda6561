"""One of many texts: their common beginnings written once, equal ends shared, so that llama.cpp follows few stacks.

The texts are sorted and put into a tree whose edges are labelled with as much text as is common; a branch is closed,
and looked up among the equal ones, as soon as no further text goes through it. The work is linear in the texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

from gba.grammar.automata import unite
from gba.grammar.nodes import EMPTY, CharClass, Literal, Node, Ref, one_of, seq
from gba.grammar.rules import Rules
from gba.schema.work import spend

__all__ = ["tree_node"]

_END = -1
"""What follows the end of a text."""

_NESTED = 12
"""Groups that a rule may have within each other: llama.cpp reads them by recursion."""

_Options: TypeAlias = "list[tuple[str, int]]"
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
    known: dict[tuple[tuple[str, int], ...], int] = {}
    stack: list[tuple[int, _Options]] = [(0, [])]
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
    return [*map(list, known), list(root)]


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
    only are written once. ``ends``: the labels at the ends of texts as nodes, so that equal ones are one object."""
    groups: dict[tuple[str, int], str] = {}
    listed: list[Node] = []
    nested = 1
    for label, following in options:
        if label:
            key = (label[1:], following)
            groups[key] = groups.get(key, "") + label[0]
        else:
            listed.append(EMPTY)
    for (rest, following), chars in groups.items():
        if following == _END:
            node = ends.get((chars, rest))
            if node is None:
                node = ends[chars, rest] = seq(*_labels(chars, rest))
            listed.append(node)
            continue
        after, depth = written[following]
        listed.append(seq(*_labels(chars, rest), after))
        if type(after) is not Ref:
            nested = max(nested, depth + 1)
    return one_of(*listed), nested


def _labels(chars: str, rest: str) -> tuple[Node, ...]:
    """One of the characters, and the rest."""
    if len(chars) == 1:
        return (Literal(chars + rest),)
    first = CharClass(unite((ord(char), ord(char)) for char in chars))
    return (first, Literal(rest)) if rest else (first,)
