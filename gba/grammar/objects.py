"""Objects: named keys in their order, required and optional mixed, and other keys anywhere between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gba.grammar.automata import Dfa, TooLarge, complement, intersect
from gba.grammar.free import FreeKeys
from gba.grammar.keys import keys_except, other_keys
from gba.grammar.nodes import Literal, Node, Ref, alt, lit, seq
from gba.grammar.strings import dfa_node, quoted
from gba.schema.merge import conjoin
from gba.schema.nodes import ANYTHING, Conjunction, Language, Object, Residual

if TYPE_CHECKING:
    from gba.grammar.compile import Compiler

__all__ = ["allowed_name", "key_value", "object_node"]

_STATES = 4000
_CELLS = 24


@dataclass(frozen=True, slots=True)
class _Entry:
    """A named key with its value, from after the key's opening quotation mark to the white space after the value."""

    text: str
    value: Node
    required: bool

    @property
    def node(self) -> Node:
        return seq(lit(self.text), self.value)


def object_node(compiler: Compiler, node: Object) -> Node | None:
    """An object in braces; None where no object satisfies the node."""
    names = list(dict.fromkeys([name for scope in node.scopes for name, _ in scope.properties] + list(node.required)))
    entries: list[_Entry] = []
    for name in names:
        value = compiler.value(key_value(compiler, node, name)) if allowed_name(compiler, node, name) else None
        if value is None:
            if name in node.required:
                compiler.contradict("required", node.pointer, f"the required key {name!r} can have no value")
                return None
            continue
        rest = seq(compiler.style.colon, value, compiler.style.space)
        entries.append(_Entry(quoted(name)[1:], rest, name in node.required))
    others = _other_entries(compiler, node, tuple(names))
    minimum, maximum = _counts(compiler, node, entries, others)
    if maximum is not None and maximum < max(minimum, len(node.required)):
        return None
    if not others and minimum > len(entries):
        return None
    other = alt(*others) if others else None
    if compiler.style.any_order and maximum is None and minimum <= 1 and (entries or other is not None):
        listed = [(entry.text, entry.value, entry.required) for entry in entries]
        orders = [quoted(name)[1:] for name in node.required]
        return FreeKeys(compiler, listed, orders, other).node(empty=minimum == 0)
    return _Chain(compiler, entries, other, minimum, maximum).node()


def key_value(compiler: Compiler, node: Object, name: str) -> Conjunction:
    """What the value of a key of this name must satisfy."""
    found: list[Conjunction] = []
    closed = compiler.closed and _closable(node)
    for scope in node.scopes:
        matched = [value for named, value in scope.properties if named == name]
        matched += [value for language, value in scope.patterns if compiler.language(language).matches(name)]
        if matched:
            found.extend(matched)
        elif scope.additional is not None:
            found.append(scope.additional)
    if closed and not found and name not in node.required:
        return ANYTHING
    return conjoin(*found)


def allowed_name(compiler: Compiler, node: Object, name: str) -> bool:
    """Whether propertyNames lets the key be."""
    return not node.names or compiler.holds(node.names, name)


def _closable(node: Object) -> bool:
    """Whether the object names keys and says nothing at all about other ones."""
    return any(scope.declares for scope in node.scopes) and all(scope.additional is None for scope in node.scopes)


def _other_entries(compiler: Compiler, node: Object, names: tuple[str, ...]) -> list[Node]:
    """The keys that are not named, each kind with its value."""
    closed = compiler.closed and _closable(node)
    patterns = list(dict.fromkeys(language for scope in node.scopes for language, _ in scope.patterns))
    if not patterns and not node.names:
        value = (
            None
            if closed
            else compiler.value(conjoin(*(s.additional for s in node.scopes if s.additional is not None)))
        )
        return [] if value is None else [_entry(compiler, keys_except(names, compiler.rules), value)]
    try:
        return _cells(compiler, node, names, patterns, closed)
    except TooLarge:
        compiler.leave(Residual("patternProperties", node.pointer, "its patterns need too large an automaton"))
        return [_entry(compiler, keys_except(names, compiler.rules), compiler.required(ANYTHING))]


def _cells(
    compiler: Compiler, node: Object, names: tuple[str, ...], patterns: list[Language], closed: bool
) -> list[Node]:
    """The other keys divided by which patterns they match: each part is an automaton of its own."""
    cells: list[tuple[Dfa, frozenset[Language]]] = [
        (intersect(other_keys(names), dfa), frozenset()) for dfa in compiler.name_languages(node.names)
    ]
    for pattern in patterns:
        inside = compiler.language(pattern)
        outside = complement(inside)
        split = [
            (intersect(dfa, half), matched | more)
            for dfa, matched in cells
            for half, more in ((inside, {pattern}), (outside, frozenset()))
        ]
        cells = [(dfa, matched) for dfa, matched in split if not dfa.empty]
        if len(cells) > _CELLS:
            raise TooLarge
    found: list[Node] = []
    for dfa, matched in cells:
        if dfa.empty or (closed and not matched):
            continue
        value = compiler.value(_cell_value(node, matched))
        if value is not None:
            found.append(_entry(compiler, dfa_node(dfa, compiler.rules, "key"), value))
    return found


def _cell_value(node: Object, matched: frozenset[Language]) -> Conjunction:
    found: list[Conjunction] = []
    for scope in node.scopes:
        own = [value for language, value in scope.patterns if language in matched]
        if own:
            found.extend(own)
        elif scope.additional is not None:
            found.append(scope.additional)
    return conjoin(*found)


def _entry(compiler: Compiler, key: Node, value: Node) -> Node:
    return compiler.rules.share("other", seq(key, compiler.style.colon, value, compiler.style.space))


def _counts(compiler: Compiler, node: Object, entries: list[_Entry], others: list[Node]) -> tuple[int, int | None]:
    """The bounds that still have to be counted."""
    minimum, maximum = node.minimum, node.maximum
    if minimum <= sum(entry.required for entry in entries):
        minimum = 0
    if maximum is not None and not others and maximum >= len(entries):
        maximum = None
    if minimum > 1 and others:
        compiler.leave(Residual("minProperties", node.pointer, "a key that is written twice counts once"))
    cap = max(minimum, 0 if maximum is None else maximum)
    if cap * (len(entries) + 1) > _STATES:
        for keyword, bound in (("minProperties", minimum), ("maxProperties", maximum)):
            if bound:
                compiler.leave(Residual(keyword, node.pointer, "too many keys to be counted"))
        return min(minimum, 1), None
    return minimum, maximum


class _Chain:
    """The keys as rules: ``after[i, n]`` is what may come once keys before i are dealt with and n have been written."""

    def __init__(
        self, compiler: Compiler, entries: list[_Entry], other: Node | None, minimum: int, maximum: int | None
    ) -> None:
        self.compiler, self.entries, self.other = compiler, entries, other
        self.minimum, self.maximum = minimum, maximum
        self.cap = max(minimum, 0 if maximum is None else maximum)
        self.after: dict[tuple[int, int], Node | None] = {}
        self.named: dict[tuple[int, int], Node | None] = {}

    def node(self) -> Node | None:
        count = len(self.entries)
        ends = True
        for index in range(count, -1, -1):
            if index < count and self.entries[index].required:
                ends = False
            for written in range(self.cap, -1, -1):
                self.state(index, written, ends)
        first = self.key(0, 0)
        options = [seq(Literal('"'), first)] if first is not None else []
        if ends and not self.minimum:
            options.append(Literal("}"))
        return seq(Literal("{"), self.compiler.style.space, alt(*options)) if options else None

    def state(self, index: int, written: int, ends: bool) -> None:
        rules = self.compiler.rules
        name = rules.reserve("keys") if self.other is not None else None
        if name is not None:
            self.after[index, written] = Ref(name)
        self.named[index, written] = self.names(index, written)
        key = self.key(index, written)
        options = [seq(self.compiler.style.comma, Literal('"'), key)] if key is not None else []
        if ends and written >= self.minimum:
            options.append(Literal("}"))
        body = alt(*options) if options else None
        if name is not None and body is not None:
            rules.define(name, body)
        elif body is None:
            self.after[index, written] = None
        else:
            self.after[index, written] = rules.share("keys", body) if len(options) > 1 else body

    def names(self, index: int, written: int) -> Node | None:
        """The named keys from this one on, of which one comes next."""
        if index == len(self.entries) or written == self.maximum:
            return None
        entry = self.entries[index]
        options: list[Node] = []
        after = self.after[index + 1, min(written + 1, self.cap)]
        if after is not None:
            options.append(seq(entry.node, after))
        skipped = None if entry.required else self.named[index + 1, written]
        if skipped is not None:
            options.append(skipped)
        if not options:
            return None
        return self.compiler.rules.share("key", alt(*options)) if len(options) > 1 else options[0]

    def key(self, index: int, written: int) -> Node | None:
        named = self.named[index, written]
        if self.other is None or written == self.maximum:
            return named
        after = self.after[index, min(written + 1, self.cap)]
        options = [] if named is None else [named]
        if after is not None:
            options.append(seq(self.other, after))
        return alt(*options) if options else None
