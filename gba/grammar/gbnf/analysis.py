"""What has to hold of a grammar so that llama.cpp can run it: every rule there, no left recursion, bounded depth.

llama.cpp expands groups and repetitions into rules of their own and looks for left recursion in those. It sees only
that a rule may be empty where one of its alternatives *is* empty, not where all its parts may be: what it overlooks
makes its stacks grow until the memory is used up. Here both are found, what it refuses and what it should have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

from gba.errors import GrammarError
from gba.grammar.gbnf.nodes import Choice, GbnfTree, Literal, Node, Ref, Repeat, Sequence

__all__ = ["Problem", "check_tree", "find_problem", "is_left_recursive", "nullable_rules"]

_MAX_CHAIN = 10_000
_MAX_VISITS = 10_000_000

_Flat: TypeAlias = dict[str, list[list[str]]]
"""Rules as llama.cpp has them: alternatives of rule names; ``_TERMINAL`` stands for any terminal."""

_TERMINAL = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why llama.cpp cannot run the grammar: the rule at fault, and what is wrong and what to do about it."""

    rule: str
    message: str


def check_tree(tree: GbnfTree) -> None:
    """Raise GrammarError unless llama.cpp can run the grammar."""
    problem = find_problem(tree)
    if problem is not None:
        raise GrammarError(f"rule {problem.rule!r}: {problem.message}")


def find_problem(tree: GbnfTree) -> Problem | None:
    """The first reason why llama.cpp cannot run the grammar, if there is one."""
    if tree.root not in tree.rules:
        return Problem(tree.root, "the grammar begins with this rule; define it")
    flat = _flatten(tree)
    for name, options in flat.items():
        for symbol in (symbol for option in options for symbol in option):
            if symbol and symbol not in flat:
                return Problem(_shown(name), f"rule {symbol!r} is used but not defined; define it or correct its name")
    return _find_left_recursion(flat) or _find_long_chain(flat)


def is_left_recursive(tree: GbnfTree) -> bool:
    """Whether some rule can come back to itself before any character: llama.cpp refuses that, or does not end."""
    return _find_left_recursion(_flatten(tree)) is not None


def nullable_rules(tree: GbnfTree) -> frozenset[str]:
    """The rules of the tree that the empty text is a sentence of."""
    return frozenset(_nullable(_flatten(tree)) & tree.rules.keys())


class _Flattener:
    def __init__(self, tree: GbnfTree) -> None:
        self.flat: _Flat = {}
        for name, node in tree.rules.items():
            self._rule = name
            self.flat[name] = self._options(node)

    def _new(self, options: list[list[str]]) -> str:
        # '_' cannot be part of a rule's own name; llama.cpp names its rules like this too.
        name = f"{self._rule}_{len(self.flat)}"
        self.flat[name] = options
        return name

    def _options(self, node: Node) -> list[list[str]]:
        return [self._symbols(option) for option in (node.options if isinstance(node, Choice) else (node,))]

    def _symbols(self, node: Node) -> list[str]:
        if isinstance(node, Sequence):
            return [symbol for item in node.items for symbol in self._symbols(item)]
        if isinstance(node, Ref):
            return [node.name]
        if isinstance(node, Choice):
            return [self._new(self._options(node))]
        if isinstance(node, Repeat):
            return self._repeat(node)
        return [] if isinstance(node, Literal) and not node.text else [_TERMINAL]

    def _repeat(self, node: Repeat) -> list[str]:
        """llama.cpp's expansion, with two rules where it makes many that are alike."""
        item = self._symbols(node.item)
        if isinstance(node.item, Repeat) or (isinstance(node.item, Sequence) and len(node.item.items) > 1):
            item = [self._new([item])]
        if not item:
            return []
        needed = item * min(node.minimum, 2)
        if node.maximum is None:
            again = self._new([])
            self.flat[again] = [[*item, again], []]
            return [*needed, again]
        if node.maximum == node.minimum:
            return needed
        last = self._new([item, []])
        return [*needed, last if node.maximum == node.minimum + 1 else self._new([[*item, last], []])]


def _flatten(tree: GbnfTree) -> _Flat:
    return _Flattener(tree).flat


def _plainly_empty(flat: Mapping[str, list[list[str]]]) -> set[str]:
    """The rules with an empty alternative: those that llama.cpp takes for the ones that may be empty."""
    return {name for name, options in flat.items() if any(not option for option in options)}


def _nullable(flat: Mapping[str, list[list[str]]]) -> set[str]:
    """The rules that may be empty, found from those with an empty alternative on."""
    users: dict[str, list[tuple[str, int]]] = {}
    missing: dict[tuple[str, int], int] = {}
    found: set[str] = set()
    todo = list(_plainly_empty(flat))
    for name, options in flat.items():
        for number, option in enumerate(options):
            missing[name, number] = len(option)
            for symbol in option:
                users.setdefault(symbol, []).append((name, number))
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        for user in users.get(name, ()):
            missing[user] -= 1
            if not missing[user]:
                todo.append(user[0])
    return found


def _leftmost(flat: _Flat, empty: set[str]) -> dict[str, list[tuple[str, bool]]]:
    """For each rule those that can stand at its left end, ``empty`` ones passed over; True where something follows."""
    edges: dict[str, list[tuple[str, bool]]] = {}
    for name, options in flat.items():
        found = edges.setdefault(name, [])
        for option in options:
            for at, symbol in enumerate(option):
                if symbol == _TERMINAL:
                    break
                found.append((symbol, at + 1 < len(option)))
                if symbol not in empty:
                    break
    return edges


def _find_left_recursion(flat: _Flat) -> Problem | None:
    seen, empty = _plainly_empty(flat), _nullable(flat)
    cycle = _cycle(_leftmost(flat, seen))
    if cycle is None and seen != empty:
        edges = _leftmost(flat, empty)
        cycle = _growing_cycle(edges) if _cycle(edges) else None
    if cycle is None:
        return None
    path = list(dict.fromkeys(_shown(name) for name in cycle))
    if len(cycle) == 1 and cycle != path:
        how = "something that may be empty is repeated: take the empty text out of what is repeated"
    else:
        how = "let a character come before the recursion, or write it with * or as right recursion"
    return Problem(path[0], f"left recursive ({' -> '.join([*path, path[0]])}), which llama.cpp cannot run; {how}")


def _cycle(edges: Mapping[str, list[tuple[str, bool]]]) -> list[str] | None:
    try:
        _graph(edges).prepare()
    except CycleError as error:
        # graphlib lists a cycle from what is needed to what needs it, its first name again at the end.
        return list(reversed(error.args[1]))[:-1]
    return None


def _graph(edges: Mapping[str, list[tuple[str, bool]]]) -> TopologicalSorter[str]:
    return TopologicalSorter({name: {below for below, _ in found} for name, found in edges.items()})


def _growing_cycle(edges: Mapping[str, list[tuple[str, bool]]]) -> list[str] | None:
    """A cycle that leaves something on the stack; the others come back to the very same stack and are harmless."""
    for name, found in edges.items():
        for below, follows in found:
            path = _path(edges, below, name) if follows else None
            if path is not None:
                return path
    return None


def _path(edges: Mapping[str, list[tuple[str, bool]]], start: str, goal: str) -> list[str] | None:
    came: dict[str, str | None] = {start: None}
    todo = [start]
    while todo:
        name = todo.pop()
        if name == goal:
            path = [name]
            while (before := came[path[-1]]) is not None:
                path.append(before)
            return [goal, *reversed(path[1:])]
        for below, _ in edges[name]:
            if below not in came:
                came[below] = name
                todo.append(below)
    return None


def _find_long_chain(flat: _Flat) -> Problem | None:
    """llama.cpp's search for left recursion recurses into leftmost rules, each time anew: bound its depth and work."""
    edges = _leftmost(flat, _plainly_empty(flat))
    depth: dict[str, int] = {}
    visits: dict[str, int] = {}
    for name in _graph(edges).static_order():
        depth[name] = 1 + max((depth[below] for below, _ in edges[name]), default=0)
        visits[name] = 1 + sum(visits[below] for below, _ in edges[name])
        if depth[name] > _MAX_CHAIN:
            message = f"it begins with a chain of more than {_MAX_CHAIN} rules; let some of them begin with a character"
            return Problem(_shown(name), message)
        if visits[name] > _MAX_VISITS:
            message = "the rules that it can begin with multiply, so that llama.cpp would take hours to read it; let"
            return Problem(_shown(name), f"{message} fewer alternatives begin with the same rules")
    return None


def _shown(name: str) -> str:
    return name.split("_")[0]
