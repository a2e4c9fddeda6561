"""Arrays: items at fixed places, the rest, how many, and what they contain."""

from __future__ import annotations

from dataclasses import replace

from gba.grammar.gbnf.nodes import Literal, Node, Ref, alt, seq
from gba.grammar.values.context import Context
from gba.schema.merge import conjoin
from gba.schema.nodes import Array, Contains, Residual

__all__ = ["array_node"]

_STATES = 600


def array_node(compiler: Context, node: Array) -> Node | None:
    """An array in brackets; None where no array satisfies the node."""
    node = _bounded(compiler, node)
    if node.maximum is not None and node.minimum > node.maximum:
        return None
    if node.unique is not None and (node.maximum is None or node.maximum > 1):
        compiler.leave(
            Residual("uniqueItems", node.unique, "that no two items are equal needs a memory of all of them")
        )
    if node.contains:
        return _containing(compiler, node)
    return _plain(compiler, node)


def _bounded(compiler: Context, node: Array) -> Array:
    """The array, cut short before the first place where no item can stand."""
    for index, item in enumerate(node.prefix):
        if node.maximum is not None and index >= node.maximum:
            return replace(node, prefix=node.prefix[: node.maximum])
        if compiler.value(item) is None:
            return replace(node, prefix=node.prefix[:index], maximum=index)
    top = len(node.prefix)
    if (node.maximum is None or node.maximum > top) and compiler.value(node.rest) is None:
        return replace(node, maximum=top)
    return node


def _plain(compiler: Context, node: Array) -> Node | None:
    style, close = compiler.style, Literal("]")
    top = len(node.prefix)
    tail: Node = close
    if node.maximum is None or node.maximum > top:
        item = seq(compiler.required(node.rest), style.space)
        low, high = max(0, node.minimum - top), None if node.maximum is None else node.maximum - top
        if not top:
            return seq(Literal("["), style.space, _listed(compiler, item, low, high))
        tail = seq(compiler.rules.counted("items", seq(style.comma, item), low, high), close)
    for index in range(top - 1, -1, -1):
        following = seq(compiler.required(node.prefix[index]), style.space, tail)
        if index:
            following = seq(style.comma, following)
        tail = alt(following, close) if index >= node.minimum else following
        if index and index >= node.minimum:
            tail = compiler.rules.share("items", tail)
    return seq(Literal("["), style.space, tail)


def _listed(compiler: Context, item: Node, low: int, high: int | None) -> Node:
    """Items with commas between them, and the bracket that closes."""
    close = Literal("]")
    if high == 0:
        return close
    item = compiler.rules.share("item", item)
    more = compiler.rules.counted(
        "items", seq(compiler.style.comma, item), max(0, low - 1), None if high is None else high - 1
    )
    filled = seq(item, more, close)
    return filled if low else alt(filled, close)


def _containing(compiler: Context, node: Array) -> Node | None:
    """Rules for each pair of counts: the items written so far, and those of them that satisfy ``contains``."""
    contains = node.contains[0]
    for other in node.contains[1:]:
        compiler.leave(Residual("contains", other.pointer, "a second contains of one array is checked afterwards"))
    machine = _Machine(compiler, node, contains)
    if machine.size > _STATES:
        compiler.leave(Residual("contains", contains.pointer, "too many items to be counted"))
        return _plain(compiler, replace(node, contains=()))
    return machine.node()


class _Machine:
    """States (i, n): i items have been written, n of them are contained; both capped where more makes no difference."""

    def __init__(self, compiler: Context, node: Array, contains: Contains) -> None:
        self.compiler, self.array, self.contains = compiler, node, contains
        bound = node.minimum if node.maximum is None else node.maximum
        self.item_cap = max(bound, len(node.prefix), 1)
        self.found_cap = contains.minimum if contains.maximum is None else contains.maximum + 1
        self.size = (self.item_cap + 1) * (self.found_cap + 1)
        self.names: dict[tuple[int, int], str] = {}
        self.bodies: dict[tuple[int, int], Node] = {}

    def node(self) -> Node | None:
        waiting = [(0, 0)]
        self.names[0, 0] = self.compiler.rules.reserve("contains")
        self.compiler.rules.doubtful = True  # a state may have no way to its end
        while waiting:
            state = waiting.pop()
            known = set(self.names)
            body = self.body(state)
            self.compiler.rules.define(self.names[state], body if body is not None else self.compiler.rules.nothing())
            waiting.extend(set(self.names) - known)
        return seq(Literal("["), self.compiler.style.space, Ref(self.names[0, 0]))

    def body(self, state: tuple[int, int]) -> Node | None:
        items, found = state
        options: list[Node] = []
        comma = (self.compiler.style.comma,) if items else ()
        if self.array.maximum is None or items < self.array.maximum:
            item = self.array.prefix[items] if items < len(self.array.prefix) else self.array.rest
            after = min(items + 1, self.item_cap)
            top = self.contains.maximum
            if top is None or found < top:
                options += self.step(conjoin(item, self.contains.item), comma, (after, min(found + 1, self.found_cap)))
            if top is None and found >= self.contains.minimum:
                options = self.step(item, comma, (after, found))
            else:
                options += self.step(conjoin(item, self.contains.negation), comma, (after, found))
        if items >= self.array.minimum and found >= self.contains.minimum:
            options.append(Literal("]"))
        return alt(*options) if options else None

    def step(self, item: tuple, comma: tuple[Node, ...], state: tuple[int, int]) -> list[Node]:  # type: ignore[type-arg]
        value = self.compiler.value(item)
        if value is None:
            return []
        if state not in self.names:
            self.names[state] = self.compiler.rules.reserve("contains")
        return [seq(*comma, value, self.compiler.style.space, Ref(self.names[state]))]
