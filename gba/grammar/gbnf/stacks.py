"""llama.cpp's stacks over a GBNF tree, determinised as they are met.

llama.cpp keeps a set of stacks; each stack says what has to come next, and what after it. Here a stack is a linked
list of cells (`Cell`), each of them a place within a node of the tree. Equal cells are one object, so that sets of
stacks compare by identity. A set of stacks is a `State`; its transitions are computed once per character and kept,
so that a grammar turns into a deterministic automaton while it is used.

Nothing here recurses, and nothing is computed before it is needed: a `Machine` costs the same for every grammar.
"""

from __future__ import annotations

from collections.abc import Iterable

from gba.errors import GrammarError
from gba.grammar.gbnf.charclass import Ranges, contains, ranges_of
from gba.grammar.gbnf.nodes import CharClass, Choice, GbnfTree, Literal, Node, Ref, Repeat, Sequence, TokenTerminal

__all__ = ["END", "Cell", "Machine", "State"]

_MAX_STATES = 50_000
_MAX_GROWTH = 20_000


class Cell:
    """A place in a node, and what follows the node: ``index`` is the next character of a Literal, the next item of a
    Sequence, the number of repetitions that a Repeat has behind it (as far as that matters), else 0.
    """

    __slots__ = ("closed", "cost", "depth", "index", "node", "rest")

    def __init__(self, node: Node | None, index: int, rest: Cell | None) -> None:
        self.node, self.index, self.rest = node, index, rest
        self.depth: int = rest.depth + 1 if rest else 0
        self.closed: tuple[Cell, ...] | None = None
        self.cost: float | None = None


END = Cell(None, 0, None)
"""The empty stack: the sentence may end here."""
END.closed, END.cost = (END,), 0


class State:
    """A set of stacks: ``kernel`` as it was reached, ``cells`` with a terminal (or END) on top of each.

    ``moves[char]`` is the state after the character, or None where it is refused.
    """

    __slots__ = ("accepting", "cells", "classes", "kernel", "literals", "moves")

    def __init__(self, kernel: tuple[Cell, ...], cells: tuple[Cell, ...], machine: Machine) -> None:
        self.kernel, self.cells = kernel, cells
        self.accepting = END in cells
        self.literals: dict[str, list[Cell]] = {}
        self.classes: list[tuple[Ranges, Cell]] = []
        for cell in cells:
            if isinstance(cell.node, Literal):
                self.literals.setdefault(cell.node.text[cell.index], []).append(machine.after(cell))
            elif isinstance(cell.node, CharClass):
                self.classes.append((machine.ranges(cell.node), machine.after(cell)))
        self.moves = _Moves(self, machine)

    @property
    def only(self) -> str | None:
        """The one character that can come, where exactly one can and the sentence cannot end."""
        if self.accepting or len(self.literals) > 1 or any(_more_than_one(ranges) for ranges, _ in self.classes):
            return None
        chars = {*self.literals, *(chr(ranges[0][0]) for ranges, _ in self.classes if ranges)}
        return chars.pop() if len(chars) == 1 else None

    @property
    def final(self) -> bool:
        """Whether the sentence can end here and nothing can follow."""
        return self.accepting and not self.literals and not any(ranges for ranges, _ in self.classes)

    def after(self, char: str) -> list[Cell]:
        """The stacks, not yet expanded, that are left behind the character."""
        code = ord(char)
        found = list(self.literals.get(char, ())) if code else []
        return found + [cell for ranges, cell in self.classes if contains(ranges, code)]


class _Moves(dict[str, "State | None"]):
    """Transitions of one state, computed when first asked for."""

    __slots__ = ("machine", "state")

    def __init__(self, state: State, machine: Machine) -> None:
        super().__init__()
        self.state, self.machine = state, machine

    def __missing__(self, char: str) -> State | None:
        found = self.state.after(char)
        target = self[char] = self.machine.state(found) if found else None
        return target


class Machine:
    """The states of one grammar. Matchers of the same grammar share it, in several threads if they like."""

    def __init__(self, tree: GbnfTree) -> None:
        if tree.root not in tree.rules:
            raise GrammarError(f"the grammar has no rule {tree.root!r} to begin with; add it")
        self.tree = tree
        self._spelled: dict[int, tuple[TokenTerminal, Literal]] = {}
        self._ranges: dict[int, tuple[CharClass, Ranges]] = {}
        self._reset()

    def _reset(self) -> None:
        self._cells: dict[tuple[int, int, int], Cell] = {}
        self._kernels: dict[frozenset[Cell], State] = {}
        self._states: dict[frozenset[Cell], State] = {}
        self.initial = self.state([self.cell(self.tree.rules[self.tree.root], 0, END)])

    @property
    def size(self) -> int:
        """How many states are known."""
        return len(self._states)

    def cell(self, node: Node, index: int, rest: Cell) -> Cell:
        """The one cell of this place, created if need be."""
        key = (id(node), index, id(rest))
        found = self._cells.get(key)
        if found is None:
            found = self._cells.setdefault(key, Cell(node, index, rest))
        return found

    def after(self, cell: Cell) -> Cell:
        """What is left of the stack behind its terminal's next character."""
        if isinstance(cell.node, Literal) and cell.index + 1 < len(cell.node.text):
            return self.cell(cell.node, cell.index + 1, _rest(cell))
        return _rest(cell)

    def ranges(self, node: CharClass) -> Ranges:
        """The characters of a class, worked out once."""
        found = self._ranges.get(id(node))
        if found is None:
            found = self._ranges[id(node)] = (node, ranges_of(node))
        return found[1]

    def state(self, kernel: Iterable[Cell]) -> State:
        """The state of these stacks, each of them expanded until a terminal is on top."""
        order = tuple(dict.fromkeys(kernel))
        key = frozenset(order)
        found = self._kernels.get(key)
        if found is not None:
            return found
        if len(self._states) > _MAX_STATES:
            # Bounds the memory of a long life. Matchers keep what they stand on: their cells go on to be valid,
            # they only are no longer the same objects as the new ones.
            self._reset()
        closed = tuple(dict.fromkeys(cell for start in order for cell in self.closure(start)))
        same = frozenset(closed)
        state = self._states.get(same)
        if state is None:
            state = self._states.setdefault(same, State(order, closed, self))
        return self._kernels.setdefault(key, state)

    def closure(self, start: Cell) -> tuple[Cell, ...]:
        """All stacks with a terminal on top, or empty, that this one stands for; in the order of the grammar.

        Raises GrammarError where that would never end (left recursion) and for terminals that no text can match.
        """
        if start.closed is not None:
            return start.closed
        found: dict[Cell, None] = {}
        seen: set[Cell] = set()
        todo = [start]
        while todo:
            cell = todo.pop()
            if cell in seen:
                continue
            seen.add(cell)
            if cell.closed is not None:
                found.update(dict.fromkeys(cell.closed))
                continue
            if cell.depth - start.depth > _MAX_GROWTH:
                raise GrammarError("the grammar is left recursive: let each recursive rule begin with a character")
            below = self._below(cell)
            if below is None:
                found[cell] = None
            else:
                todo.extend(reversed(below))
        start.closed = tuple(found)
        return start.closed

    def _below(self, cell: Cell) -> list[Cell] | None:
        """The stacks that this one stands for, one node further; None where a terminal, or nothing, is on top."""
        node, index, rest = cell.node, cell.index, _rest(cell)
        if node is None or isinstance(node, CharClass) or (isinstance(node, Literal) and node.text):
            return None
        if isinstance(node, Ref):
            return [self.cell(self._rule(node.name), 0, rest)]
        if isinstance(node, Sequence):
            return [self._item(node, index, rest)]
        if isinstance(node, Choice):
            return [self.cell(option, 0, rest) for option in node.options]
        if isinstance(node, Repeat):
            return self._repetition(node, index, rest)
        if isinstance(node, TokenTerminal):
            return [self.cell(self._spelling(node), 0, rest)]
        return [rest]

    def _rule(self, name: str) -> Node:
        node = self.tree.rules.get(name)
        if node is None:
            raise GrammarError(f"rule {name!r} is used but not defined; define it or correct its name")
        return node

    def _item(self, node: Sequence, index: int, rest: Cell) -> Cell:
        if not node.items:
            return rest
        # The last item replaces the sequence on the stack, so that right recursion stays flat.
        last = index + 1 == len(node.items)
        return self.cell(node.items[index], 0, rest if last else self.cell(node, index + 1, rest))

    def _repetition(self, node: Repeat, done: int, rest: Cell) -> list[Cell]:
        if node.maximum is None:
            again = self.cell(node.item, 0, self.cell(node, min(done + 1, node.minimum), rest))
        elif done < node.maximum:
            last = done + 1 == node.maximum
            again = self.cell(node.item, 0, rest if last else self.cell(node, done + 1, rest))
        else:
            return [rest]
        return [again] if done < node.minimum else [again, rest]

    def _spelling(self, node: TokenTerminal) -> Literal:
        if node.text is None or node.negated:
            shown = ("!" if node.negated else "") + (node.text or f"<[{node.id}]>")
            raise GrammarError(
                f"{shown} stands for tokens, which cannot be followed in text: name one token by its text (<text>),"
                " or spell it as a string"
            )
        return self._spelled.setdefault(id(node), (node, Literal(node.text)))[1]


def _rest(cell: Cell) -> Cell:
    """What follows the cell; only END, which is never asked, has nothing."""
    return cell.rest or END


def _more_than_one(ranges: Ranges) -> bool:
    return len(ranges) > 1 or any(low < high for low, high in ranges)
