"""The shortest texts of a grammar, by Knuth's generalisation of Dijkstra's algorithm."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from gba.errors import GrammarError
from gba.grammar.gbnf.charclass import plainest, ranges_of
from gba.grammar.gbnf.nodes import CharClass, Choice, GbnfTree, Literal, Node, Ref, Repeat, Sequence, TokenTerminal
from gba.grammar.gbnf.stacks import END, Cell

__all__ = ["Lengths"]

INFINITE = float("inf")
_FIRST = -(1 << 60)


class Lengths:
    """How many characters each node takes at least; infinitely many where it can never be completed."""

    def __init__(self, tree: GbnfTree) -> None:
        self._tree = tree
        settled = _Settling(tree)
        self._least, self._rank = settled.least, settled.rank

    def of(self, cell: Cell) -> float:
        """The length of the shortest text that the whole stack stands for."""
        path: list[Cell] = []
        top = cell
        while top.cost is None:
            path.append(top)
            top = top.rest or END
        cost = top.cost
        for below in reversed(path):
            assert below.node is not None
            cost = below.cost = cost + self._part(below.node, below.index)
        return cost

    def length(self, cells: tuple[Cell, ...]) -> int:
        """How many characters the shortest text of the stacks has. Raises GrammarError where there is none."""
        return int(self.of(self._best(cells)))

    def shortest(self, cells: tuple[Cell, ...], limit: int) -> str:
        """A shortest text of the stacks; of several the one that the grammar names first.

        Raises GrammarError where there is none, and where it has more characters than the limit.
        """
        best = self._best(cells)
        if self.of(best) > limit:
            raise GrammarError(
                f"the shortest completion has {_shown(self.of(best))} characters, more than the limit of {limit}:"
                " lower the schema's minLength, minItems or minProperties"
            )
        text: list[str] = []
        cell: Cell = best
        while cell.node is not None:
            text.extend(self._spell(cell.node, cell.index))
            cell = cell.rest or END
        return "".join(text)

    def _best(self, cells: tuple[Cell, ...]) -> Cell:
        best = min(cells, key=self.of, default=None)
        if best is None or self.of(best) == INFINITE:
            raise GrammarError("the grammar has no sentence that goes on from here: a rule in it never ends")
        return best

    def _part(self, node: Node, index: int) -> float:
        if isinstance(node, Literal):
            return len(node.text) - index
        if isinstance(node, Sequence):
            return sum(self._length(item) for item in node.items[index:])
        if isinstance(node, Repeat):
            count = max(node.minimum - index, 0)
            return count * self._length(node.item) if count else 0
        return self._least[id(node)]

    def _length(self, node: Node) -> float:
        return len(node.text) if type(node) is Literal else self._least[id(node)]

    def _spell(self, node: Node, index: int) -> Iterator[str]:
        todo: list[tuple[Node, int]] = [(node, index)]
        while todo:
            node, index = todo.pop()
            if isinstance(node, Literal):
                yield node.text[index:]
            elif isinstance(node, CharClass):
                yield plainest(ranges_of(node))
            elif isinstance(node, TokenTerminal):
                yield node.text or ""
            elif isinstance(node, Ref):
                todo.append((self._tree.rules[node.name], 0))
            elif isinstance(node, Sequence):
                todo.extend((item, 0) for item in reversed(node.items[index:]))
            elif isinstance(node, Choice):
                todo.append((self._best_option(node), 0))
            elif (count := node.minimum - index) > 0:
                yield "".join(self._spell(node.item, 0)) * count

    def _best_option(self, node: Choice) -> Node:
        # An option settled before the choice itself cannot lead back to it, so that spelling it comes to an end.
        own = self._rank[id(node)]
        return min(
            (option for option in node.options if type(option) is Literal or self._rank.get(id(option), own) < own),
            key=self._length,
        )


def _shown(length: float) -> str:
    return str(length) if length < 10**15 else "more than 10**15"


def _all_nodes(tree: GbnfTree) -> Iterator[Node]:
    """All nodes but literals, of which large grammars have the most and whose lengths are plain to see."""
    seen: set[int] = set()
    todo = list(tree.rules.values())
    while todo:
        node = todo.pop()
        if type(node) is Literal or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Sequence):
            todo.extend(node.items)
        elif isinstance(node, Choice):
            todo.extend([option for option in node.options if type(option) is not Literal])
        elif isinstance(node, Repeat):
            todo.append(node.item)


def _parts(node: Node, tree: GbnfTree) -> tuple[Node, ...]:
    """The nodes whose lengths decide the node's own."""
    if isinstance(node, Sequence):
        return node.items
    if isinstance(node, Choice):
        return node.options
    if isinstance(node, Repeat):
        return (node.item,) if node.minimum else ()
    if isinstance(node, Ref):
        return (tree.rules[node.name],) if node.name in tree.rules else ()
    return ()


def _own_length(node: Node) -> float:
    """The length of a node without parts."""
    if isinstance(node, Literal):
        return len(node.text)
    if isinstance(node, CharClass):
        return 1 if ranges_of(node) else INFINITE
    if isinstance(node, TokenTerminal):
        return len(node.text) if node.text and not node.negated else INFINITE
    return INFINITE if isinstance(node, (Ref, Choice)) else 0


class _Settling:
    """Settles nodes from the shortest to the longest; each node's length is final once its parts' are.

    A node's rank says when it was settled. Nodes that cannot lead back to themselves, of which large grammars have the
    most, are settled first, in one pass: those without parts have the rank _FIRST, the others negative ones.
    """

    def __init__(self, tree: GbnfTree) -> None:
        self.least: dict[int, float] = {}
        self.rank: dict[int, int] = {}
        self._heap: list[tuple[float, int, Node]] = []
        self._order: dict[int, int] = {}
        self._parents: dict[int, list[Node]] = {}
        self._waiting: dict[int, int] = {}
        self._total: dict[int, float] = {}
        nodes = list(_all_nodes(tree))
        inner = [node for node in nodes if not self._settled(node)]
        left: list[tuple[Node, tuple[Node, ...]]] = []
        for number, node in enumerate(reversed(inner), -len(inner)):
            parts = _parts(node, tree)
            if not self._settled_by(node, parts, number):
                left.append((node, parts))
        for node, parts in reversed(left):
            self._add(node, parts)
        self._run()

    def _settled_by(self, node: Node, parts: tuple[Node, ...], rank: int) -> bool:
        """Settle a node whose parts all are; False for any other."""
        lengths: list[float] = []
        for part in parts:
            if type(part) is Literal:
                lengths.append(len(part.text))
            elif id(part) in self.rank:
                lengths.append(self.least[id(part)])
            else:
                return False
        if type(node) is Sequence:
            least = sum(lengths)
        elif not parts:
            least = _own_length(node)
        else:
            least = min(lengths) * (node.minimum if type(node) is Repeat else 1)
        if least == INFINITE:
            return False
        self.least[id(node)], self.rank[id(node)] = least, rank
        return True

    def _settled(self, node: Node) -> bool:
        kind = type(node)
        if kind is not CharClass and kind is not TokenTerminal:
            return False
        length = self.least[id(node)] = _own_length(node)
        if length < INFINITE:
            self.rank[id(node)] = _FIRST
        return True

    def _add(self, node: Node, parts: tuple[Node, ...]) -> None:
        key = id(node)
        self._order[key] = len(self._order)
        known = [
            len(part.text) if type(part) is Literal else self.least[id(part)]
            for part in parts
            if type(part) is Literal or id(part) in self.rank
        ]
        self.least[key] = INFINITE
        if len(known) < len(parts):
            for part in parts:
                if type(part) is not Literal and id(part) not in self.rank:
                    self._parents.setdefault(id(part), []).append(node)
        if type(node) is Sequence:
            self._total[key], self._waiting[key] = sum(known), len(parts) - len(known)
            if not self._waiting[key]:
                self._offer(node, self._total[key])
        elif not parts:
            self._offer(node, _own_length(node))
        elif known:
            self._offer(node, min(known) * (node.minimum if type(node) is Repeat else 1))

    def _offer(self, node: Node, length: float) -> None:
        if length < INFINITE:
            heapq.heappush(self._heap, (length, self._order[id(node)], node))

    def _run(self) -> None:
        while self._heap:
            length, _, node = heapq.heappop(self._heap)
            key = id(node)
            if key in self.rank:
                continue
            self.least[key], self.rank[key] = length, len(self.rank)
            for parent in self._parents.get(key, ()):
                self._report(parent, length)

    def _report(self, parent: Node, length: float) -> None:
        key = id(parent)
        if type(parent) is Sequence:
            self._total[key] += length
            self._waiting[key] -= 1
            if not self._waiting[key]:
                self._offer(parent, self._total[key])
        elif key not in self.rank:
            self._offer(parent, parent.minimum * length if type(parent) is Repeat else length)
