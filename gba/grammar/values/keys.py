"""The keys of an object that are not among the named ones."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from itertools import pairwise
from os.path import commonprefix
from typing import TypeAlias

from gba.grammar.gbnf.nodes import CharClass, Choice, Literal, Node, Ref, Sequence, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import ANY_CHAR, Dfa, complement, finite, unite
from gba.grammar.strings.json_strings import any_number_of, char_node, char_options, dfa_node

__all__ = ["Branches", "keys_except", "other_keys"]

_NESTED = 12
"""Groups that a rule may have within each other: llama.cpp reads them by recursion."""

_ESCAPED = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
"""What a key cannot hold as it is."""

_Tree: TypeAlias = "dict[str, _Tree | str]"
"""Branches by their characters; where one name alone goes on, the rest of it."""

_Branch: TypeAlias = tuple[tuple[str, int], ...]


def other_keys(names: Iterable[str]) -> Dfa:
    """All keys but these."""
    return complement(finite(names))


def keys_except(names: tuple[str, ...], rules: Rules) -> Node:
    """A key that is none of the names, its opening quotation mark left out, the closing one included."""
    found = rules.memo.get(names)
    if found is None:
        found = rules.memo[names] = _keys_except(names, rules)
    return found


def _keys_except(names: tuple[str, ...], rules: Rules) -> Node:
    if any(map(_ESCAPED.search, names)):
        return dfa_node(other_keys(names), rules, "key")
    branches = rules.keys
    if not isinstance(branches, Branches):
        branches = rules.keys = Branches(rules)
    return branches.node(names) if names else branches.rest


class Branches:
    """The trees of the names' characters, one for each object of a grammar; equal branches are one, so all is minimal.

    A branch is its characters, each with the number of the branch that follows; the empty text stands for the end of
    a name. Branches become rules when all are known: one that is used once is written where it is used.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.rest = any_number_of(char_options(ANY_CHAR, rules), rules, "kr")
        self.escaped = seq(char_node(((0, 31), (34, 34), (92, 92)), rules), self.rest)
        self.numbers: dict[_Branch, int] = {}
        self.uses: list[int] = []
        self.roots: dict[int, Ref] = {}
        self.left: dict[tuple[str, bool], Node] = {}
        self.tails: dict[str, int] = {}

    def node(self, names: tuple[str, ...]) -> Node:
        """A reference to the tree of the names."""
        number = self.number(_tree(names))
        if number not in self.roots:
            self.roots[number] = Ref(self.rules.reserve("k"))
        return self.roots[number]

    def number(self, tree: _Tree) -> int:
        """The number of a branch, whose characters are in their order.

        Written with a stack of its own: names may be longer than Python's.
        """
        order: list[_Tree] = []
        waiting = [tree]
        while waiting:
            branch = waiting.pop()
            order.append(branch)
            waiting.extend(child for child in branch.values() if isinstance(child, dict))
        found: dict[int, int] = {}
        for branch in reversed(order):
            key = [
                (char, -1 if not char else self.rest_of(child) if isinstance(child, str) else found[id(child)])
                for char, child in branch.items()
            ]
            found[id(branch)] = self.branch(tuple(key))
        return found[id(tree)]

    def rest_of(self, text: str) -> int:
        """The number of the branch that has nothing but this text."""
        number = self.tails.get(text)
        if number is None:
            number = self.branch((("", -1),))
            for char in reversed(text):
                number = self.branch(((char, number),))
            self.tails[text] = number
        return number

    def branch(self, key: _Branch) -> int:
        """The number of a branch with these ways on."""
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.uses)
            self.uses.append(0)
            self.rules.promise()
            for _, child in key:
                if child >= 0:
                    self.uses[child] += 1
        return number

    def write(self) -> None:
        """Define the rules."""
        nodes: list[tuple[Node, int]] = []
        letters: dict[str, Literal] = {}
        for number, branch in enumerate(self.numbers):
            chars, nested = "", 1
            options: list[Node] = []
            for char, child in branch:
                if child < 0:
                    continue
                following, depth = nodes[child]
                chars += char
                letter = letters.get(char)
                if letter is None:
                    letter = letters[char] = Literal(char)
                options.append(Sequence((letter, following)))
                if depth >= nested:
                    nested = depth + 1
            key = (chars, branch[0][1] < 0)
            leaving = self.left.get(key)
            if leaving is None:
                leaving = self.left[key] = self.leaving(*key)
            root = self.roots.get(number)
            if root is None and not options:
                nodes.append((leaving, 0))
                continue
            options.append(leaving)
            body = Choice(tuple(options))
            if root is None and self.uses[number] == 1 and nested < _NESTED:
                nodes.append((body, nested))
            else:
                name = root.name if root is not None else self.rules.reserve("k")
                nodes.append((self.rules.define(name, body, shared=False), 0))

    def leaving(self, chars: str, named: bool) -> Node:
        """Any key that goes on with none of the characters; ``named``: what has been read is a name itself."""
        end = () if named else (Literal('"'),)
        going_on = Sequence((_none_of(chars), self.rest))
        return self.rules.share("kx", Choice((*end, self.escaped, going_on)))


@functools.lru_cache(maxsize=4096)
def _none_of(chars: str) -> CharClass:
    """A character that is none of these and needs no escape."""
    taken = unite([*((ord(char), ord(char)) for char in chars), (0, 31), (34, 34), (92, 92)])
    return CharClass(taken, negated=True)


def _tree(names: Iterable[str]) -> _Tree:
    """The tree of the names; each is cut where it goes on alone. The characters of a branch are in their order."""
    ordered = sorted(set(names))
    shared = [0, *(len(commonprefix(pair)) for pair in pairwise(ordered)), 0]  # noqa: RUF071 - of texts
    tree: _Tree = {}
    for at, name in enumerate(ordered):
        branch = tree
        last = max(shared[at], shared[at + 1])
        for char in name[:last]:
            following = branch.setdefault(char, {})
            assert isinstance(following, dict)
            branch = following
        branch[name[last : last + 1]] = name[last + 1 :]
    return tree
