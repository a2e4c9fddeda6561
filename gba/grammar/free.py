"""Objects whose keys may come in any order: how people, and models that nobody asked otherwise, write them.

Optional and other keys may come anywhere, required ones in any order while they are few. Where they are more,
the next one is the first that is missing in the order of ``properties`` or in that of ``required``: each set of keys
seen so far is a rule, and all sets are too many. A key that is written twice counts with its last value, as in every JSON parser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gba.grammar.nodes import Literal, Node, Ref, alt, lit, seq

if TYPE_CHECKING:
    from gba.grammar.compile import Compiler

__all__ = ["FreeKeys", "factored"]

FEW = 4
MANY = 24


class FreeKeys:
    """The members of an object. ``entries`` are (text after the opening quotation mark, rest, required)."""

    def __init__(
        self, compiler: Compiler, entries: Sequence[tuple[str, Node, bool]], orders: Sequence[str], other: Node | None
    ) -> None:
        self.compiler = compiler
        self.required = {text: node for text, node, needed in entries if needed}
        self.orders = [text for text in orders if text in self.required]
        optional = [(text, node) for text, node, needed in entries if not needed]
        options = [factored(optional)] if optional else []
        if other is not None:
            options.append(other)
        self.optional = compiler.rules.share("option", alt(*options)) if options else None
        self.names: dict[tuple[str, ...], str] = {}

    def node(self, *, empty: bool) -> Node:
        """The object in braces; ``empty``: whether it may be without any key."""
        options = [seq(Literal('"'), self.member(tuple(self.required)))]
        if empty and not self.required:
            options.append(Literal("}"))
        return seq(Literal("{"), self.compiler.style.space, alt(*options))

    def after(self, left: tuple[str, ...]) -> Node:
        """What follows a member while these required keys, in this order, are still to come."""
        name = self.names.get(left)
        if name is None:
            name = self.names[left] = self.compiler.rules.reserve("keys")
            options = []
            if left or self.optional is not None:
                options.append(seq(self.compiler.style.comma, Literal('"'), self.member(left)))
            if not left:
                options.append(Literal("}"))
            self.compiler.rules.define(name, alt(*options))
        return Ref(name)

    def member(self, left: tuple[str, ...]) -> Node:
        """A member, from after the opening quotation mark of its key, and all that follows."""
        options: list[Node] = []
        if nexts := self.next(left):
            branches = [
                (text, seq(self.required[text], self.after(tuple(key for key in left if key != text)))) for text in nexts
            ]
            options.append(factored(branches))
        if self.optional is not None:
            options.append(seq(self.optional, self.after(left)))
        return self.compiler.rules.share("key", alt(*options))

    def next(self, left: tuple[str, ...]) -> tuple[str, ...]:
        """The required keys that may come now: all that are left while they are few, else the first of each order."""
        if len(self.required) <= FEW or not left:
            return left
        if len(self.required) > MANY:
            return left[:1]
        first = next(text for text in self.orders if text in left)
        return left[:1] if first == left[0] else (left[0], first)


def factored(entries: Sequence[tuple[str, Node]]) -> Node:
    """One of the entries, common beginnings of their texts written once: one stack in llama.cpp instead of many."""
    groups: dict[str, list[tuple[str, Node]]] = {}
    for text, node in entries:
        groups.setdefault(text[:1], []).append((text, node))
    options: list[Node] = []
    for group in groups.values():
        if len(group) == 1 or not group[0][0]:
            options.extend(seq(lit(text), node) for text, node in group)
            continue
        common = _common_prefix([text for text, _ in group])
        options.append(seq(Literal(common), factored([(text[len(common) :], node) for text, node in group])))
    return alt(*options)


def _common_prefix(texts: Sequence[str]) -> str:
    low, high = min(texts), max(texts)
    length = next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))
    return low[:length]
