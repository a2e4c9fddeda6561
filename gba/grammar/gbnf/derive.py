"""Grammars made from a grammar: what may still come after a text, and everything but one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gba.errors import GrammarError
from gba.grammar.gbnf.charclass import without_char
from gba.grammar.gbnf.nodes import (
    EMPTY,
    CharClass,
    Choice,
    GbnfTree,
    Literal,
    Node,
    Ref,
    Repeat,
    Sequence,
    alt,
    lit,
    repeat,
    seq,
)
from gba.grammar.gbnf.printer import fresh_name, names_for, print_rule
from gba.grammar.gbnf.stacks import END, Cell, Machine, State

__all__ = ["RemainingPrinter", "reachable", "references", "without"]


def references(node: Node) -> set[str]:
    """The names of the rules that a node refers to."""
    found: set[str] = set()
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, Ref):
            found.add(node.name)
        elif isinstance(node, Sequence):
            todo.extend(node.items)
        elif isinstance(node, Choice):
            todo.extend(node.options)
        elif isinstance(node, Repeat):
            todo.append(node.item)
    return found


class _Tails:
    """Stacks written as nodes. A tail that several stacks share becomes a rule, so that nothing is written twice."""

    def __init__(self, taken: Mapping[str, Node]) -> None:
        self.rules: dict[str, Node] = {}
        self._taken = taken
        self._uses: dict[Cell, int] = {}
        self._names: dict[Cell, str] = {}

    def count(self, cells: Iterable[Cell]) -> None:
        """Announce stacks that will be written, so that it is known what they share."""
        for start in cells:
            cell: Cell | None = start
            while cell is not None and cell is not END:
                self._uses[cell] = self._uses.get(cell, 0) + 1
                cell = cell.rest if self._uses[cell] == 1 else None

    def node(self, cell: Cell) -> Node:
        """Exactly what the stack stands for."""
        parts: list[Node] = []
        while cell is not END:
            if self._uses.get(cell, 0) > 1:
                parts.append(Ref(self._rule(cell)))
                break
            parts.append(_part(cell))
            cell = cell.rest or END
        return seq(*parts)

    def _rule(self, cell: Cell) -> str:
        if cell in self._names:
            return self._names[cell]
        # From the deepest shared tail up: each rule then only names rules that are there already.
        shared = []
        below: Cell | None = cell
        while below is not None and below is not END and below not in self._names:
            if self._uses.get(below, 0) > 1:
                shared.append(below)
            below = below.rest
        for tail in reversed(shared):
            body = seq(_part(tail), self.node(tail.rest or END))
            name = self._names[tail] = fresh_name(f"tail-{len(self.rules)}", self._taken)
            self.rules[name] = body
        return self._names[cell]


def _part(cell: Cell) -> Node:
    """What is left of the topmost node alone."""
    node, index = cell.node, cell.index
    if isinstance(node, Literal):
        return lit(node.text[index:])
    if isinstance(node, Sequence):
        return seq(*node.items[index:])
    if isinstance(node, Repeat):
        left = None if node.maximum is None else node.maximum - index
        return repeat(node.item, max(node.minimum - index, 0), left)
    return EMPTY if node is None else node


class RemainingPrinter:
    """Prints what may still come from a state. The rules of the tree are printed once and kept."""

    def __init__(self, tree: GbnfTree) -> None:
        self._tree = tree
        self._root = fresh_name("whole", tree.rules)
        self._names = names_for(GbnfTree(tree.rules, self._root))
        self._printed: dict[str, tuple[str, set[str]]] = {}

    def text(self, state: State, prefix: str) -> str:
        """GBNF whose sentences are ``prefix`` followed by whatever completes the sentence from this state."""
        tails = _Tails(self._tree.rules)
        tails.count(state.kernel)
        root = seq(lit(prefix), alt(*(tails.node(cell) for cell in state.kernel)))
        own = {self._root: root, **tails.rules}
        lines = [print_rule(name, node, self._names) for name, node in own.items()]
        todo = list(set().union(*(references(node) for node in own.values())) - own.keys())
        reached = set(todo)
        while todo:
            text, below = self._rule(todo.pop())
            lines.append(text)
            todo.extend(below - reached - own.keys())
            reached |= below
        return "".join(lines)

    def _rule(self, name: str) -> tuple[str, set[str]]:
        found = self._printed.get(name)
        if found is None:
            node = self._tree.rules[name]
            found = self._printed[name] = print_rule(name, node, self._names), references(node)
        return found


def without(tree: GbnfTree, text: str) -> GbnfTree:
    """The grammar of the same sentences except that one; the tree itself where it is no sentence of it.

    The text is followed through the grammar. At each character a rule allows it to go on as before, or any other
    character that is allowed there, after which the grammar is the old one. All stacks are followed at once, so
    that the sentence is out however many derivations it has. Raises GrammarError where no sentence is left.
    """
    states = _path(Machine(tree), text)
    if states is None:
        return tree
    return _Excluding(tree, text, states).tree()


def _path(machine: Machine, text: str) -> list[State] | None:
    states = [machine.initial]
    for char in text:
        following = states[-1].moves[char]
        if following is None:
            return None
        states.append(following)
    return states if states[-1].accepting else None


class _Excluding:
    """Writes the rules along the text: ``_way(i)`` is whatever may follow its first i characters."""

    def __init__(self, tree: GbnfTree, text: str, states: list[State]) -> None:
        self._tree, self._text, self._states = tree, text, states
        self._tails = _Tails(tree.rules)
        self._rules: dict[str, Node] = {}

    def tree(self) -> GbnfTree:
        """The whole grammar."""
        exits = [self._exits(at) for at in range(len(self._states))]
        self._tails.count(cell for state_exits in exits for _, cell in state_exits)
        way: Node | None = None
        for at in reversed(range(len(self._states))):
            way = self._way(at, exits[at], way)
        if way is None:
            raise GrammarError(f"the grammar has no sentence but {self._text!r}: nothing is left without it")
        root = fresh_name("but", self._tree.rules)
        rules = {root: way, **self._rules, **self._tails.rules, **self._tree.rules}
        return GbnfTree(reachable(rules, root), root)

    def _exits(self, at: int) -> list[tuple[Node, Cell]]:
        """First characters that leave the text here, each with the stack that follows."""
        state, char = self._states[at], self._text[at] if at < len(self._text) else None
        exits: list[tuple[Node, Cell]] = [
            (Literal(first), cell) for first, cells in state.literals.items() if first != char for cell in cells
        ]
        for ranges, cell in state.classes:
            left = without_char(CharClass(ranges), ord(char)) if char else CharClass(ranges) if ranges else None
            if left is not None:
                exits.append((left, cell))
        return exits

    def _way(self, at: int, exits: list[tuple[Node, Cell]], following: Node | None) -> Node | None:
        options = [seq(first, self._tails.node(cell)) for first, cell in exits]
        if following is not None:
            options.insert(0, seq(lit(self._text[at]), following))
        if at < len(self._text) and self._states[at].accepting:
            options.append(EMPTY)
        if not options:
            return None
        if len(options) == 1:
            return options[0]
        name = fresh_name(f"but-{at}", self._tree.rules)
        self._rules[name] = alt(*options)
        return Ref(name)


def reachable(rules: Mapping[str, Node], root: str) -> dict[str, Node]:
    """The rules that the root leads to, in their order."""
    reached, todo = {root}, [root]
    while todo:
        below = references(rules[todo.pop()]) - reached
        reached |= below
        todo.extend(below)
    return {name: node for name, node in rules.items() if name in reached}
