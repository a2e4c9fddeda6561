"""The keys of an object that are not among the named ones."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from gba.grammar.automata import ANY_CHAR, Dfa, complement, finite, unite
from gba.grammar.nodes import CharClass, Choice, Literal, Node, Sequence, alt, repeat, seq
from gba.grammar.rules import Rules
from gba.grammar.strings import char_node, dfa_node

__all__ = ["keys_except", "other_keys"]


def other_keys(names: Iterable[str]) -> Dfa:
    """All keys but these."""
    return complement(finite(names))


def keys_except(names: tuple[str, ...], rules: Rules) -> Node:
    """A key that is none of the names, its opening quotation mark left out, the closing one included.

    A tree of the names' characters, written from its leaves: equal branches are one rule, so that it is minimal.
    """
    found = rules.memo.get(names)
    if found is None:
        found = rules.memo[names] = _keys_except(names, rules)
    return found


def _keys_except(names: tuple[str, ...], rules: Rules) -> Node:
    if any(char in '"\\' or char < " " or "\ud800" <= char <= "\udfff" for name in names for char in name):
        return dfa_node(other_keys(names), rules, "key")
    rest = rules.share("kr", seq(repeat(char_node(ANY_CHAR, rules), 0, None), Literal('"')))
    if not names:
        return rest
    escaped = char_node(((0, 31), (34, 34), (92, 92)), rules)
    return _Tree(rules, rest, escaped).node(names)


class _Tree:
    def __init__(self, rules: Rules, rest: Node, escaped: Node) -> None:
        self.rules, self.rest = rules, rest
        escaped = seq(escaped, rest)
        self.inner = rules.share("kx", alt(escaped, Literal('"')))
        self.named = rules.share("ky", escaped)

    def node(self, names: tuple[str, ...]) -> Node:
        tree: dict[str, dict] = {}  # type: ignore[type-arg]
        for name in names:
            branch = tree
            for char in name:
                branch = branch.setdefault(char, {})
            branch[""] = {}
        return self.build(tree)

    def build(self, tree: dict[str, dict]) -> Node:  # type: ignore[type-arg]
        """Written with a stack of its own: names may be longer than Python's."""
        order: list[dict[str, dict]] = []  # type: ignore[type-arg]
        waiting = [tree]
        while waiting:
            branch = waiting.pop()
            order.append(branch)
            waiting.extend(child for char, child in branch.items() if char)
        built: dict[int, Node] = {}
        known = self.rules.branches
        for branch in reversed(order):
            key = tuple((char, "" if not char else built[id(branch[char])].name) for char in sorted(branch))  # type: ignore[union-attr]
            found = known.get(key)
            if found is None:
                found = known[key] = self.rules.define(self.rules.reserve("k"), self.body(branch, built))
            built[id(branch)] = found
        return built[id(tree)]

    def body(self, branch: dict[str, dict], built: dict[int, Node]) -> Node:  # type: ignore[type-arg]
        chars = [char for char in branch if char]
        options: list[Node] = [Sequence((Literal(char), built[id(branch[char])])) for char in chars]
        options.append(Sequence((_others(tuple(sorted(map(ord, chars)))), self.rest)))
        options.append(self.named if "" in branch else self.inner)
        return Choice(tuple(options))


@functools.lru_cache(maxsize=4096)
def _others(taken: tuple[int, ...]) -> CharClass:
    return CharClass(unite([*((point, point) for point in taken), *((34, 34), (92, 92), (0, 31))]), negated=True)
