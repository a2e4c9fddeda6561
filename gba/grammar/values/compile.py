"""From shapes to GBNF: one function for each kind of node."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection
from typing import Any

from gba.errors import SchemaError
from gba.grammar.gbnf.nodes import GbnfTree, Literal, Node, Ref, alt
from gba.grammar.gbnf.rules import Rules, TooManyRulesError
from gba.grammar.values.arrays import array_node
from gba.grammar.values.holds import Judge
from gba.grammar.values.listed import listed_node, listed_values
from gba.grammar.values.numbers import any_integer, any_number, ranged_number
from gba.grammar.values.objects import object_nodes
from gba.grammar.values.string_nodes import language_node, string_node
from gba.grammar.values.string_sets import StringSets
from gba.grammar.values.style import Style, style_of
from gba.schema.keywords import ANY_SHAPE
from gba.schema.nodes import (
    ANYTHING,
    Array,
    Boolean,
    Conjunction,
    Null,
    Number,
    Object,
    Residual,
    Shape,
    String,
)
from gba.schema.nodes import Node as Kind
from gba.schema.normalize import Normalizer
from gba.schema.work import TooLargeError, Work, spend

__all__ = ["Compiler"]

_STEPS = 1_300_000
"""Steps of work that a document may take."""

_LEVELS = 24
"""Levels of a schema that are compiled by recursion, some eight calls each: far from Python's limit, which callers
need a part of as well."""


class _DeeperError(Exception):
    """There are more levels than are compiled by recursion: this conjunction is to be compiled first, by itself."""

    def __init__(self, compiler: Compiler, conjunction: Conjunction) -> None:
        self.compiler, self.conjunction = compiler, conjunction
        super().__init__()


_VALUE = 80
"""Steps that a value takes, whatever its schema."""


class Compiler:
    """Compiles the conjunctions of one document into rules, each once; collects what it leaves to a check."""

    def __init__(self, normalizer: Normalizer, *, whitespace: str = "compact", closed: bool = False) -> None:
        self.normalizer = normalizer
        self.rules = Rules()
        self.style = style_of(whitespace, self.rules)
        self.closed = closed
        self._residual: dict[Residual, None] = {}
        self._values: dict[Conjunction, Node | None] = {}
        self._open: dict[Conjunction, None] = {}
        self._names: dict[Conjunction, str] = {}
        self._depth = 0
        self.sets = StringSets(self)
        """The strings of languages, made once."""
        self.judge = Judge(self)
        """Tells whether values satisfy what is compiled."""

    def beside(self, style: Style) -> Compiler:
        """Another compiler of the same document, which writes the same values in another style into the same rules."""
        other = Compiler(self.normalizer, closed=self.closed)
        other.rules, other.style, other.sets.work = self.rules, style, self.sets.work
        return other

    @property
    def residual(self) -> tuple[Residual, ...]:
        """What the rules so far do not enforce."""
        return tuple(self._residual)

    def leave(self, note: Residual) -> None:
        """Leave a constraint to the check."""
        self._residual[note] = None

    def contradict(self, keyword: str, pointer: str, why: str) -> None:
        """Remember why something is impossible."""
        self.normalizer.contradictions.append((keyword, pointer, why))

    def tree(self, root: Node) -> GbnfTree:
        """The whole grammar. Raises SchemaError where it would be without any sentence."""
        try:
            return self.rules.tree(root)
        except KeyError:
            raise self.unsatisfiable() from None

    def unsatisfiable(self) -> SchemaError:
        """The error that names the contradiction that was met last."""
        known = self.normalizer.contradictions
        keyword, pointer, why = (
            known[-1] if known else ("", "", "each value would have to contain another one, for ever")
        )
        return SchemaError(
            f"nothing satisfies the schema: {why}", keyword=keyword, pointer=pointer, remedy="Remove the contradiction."
        )

    def document(self, write: Callable[[Conjunction], Node | None] | None = None) -> Node:
        """The root of the document, as a value, or written in another way.

        Raises SchemaError where nothing satisfies it or it is too large.
        """
        try:
            with Work(_STEPS):
                root = self._document(write)
        except TooManyRulesError:
            raise SchemaError("the grammar would be too large", remedy="Simplify the schema.") from None
        except TooLargeError:
            pointer = next((part.place.pointer for open_one in reversed(self._open) for part in open_one), "")
            raise SchemaError(
                "compiling the schema takes too much work",
                keyword=_keyword(pointer),
                pointer=pointer,
                remedy="Simplify what stands there, or split the schema.",
            ) from None
        if root is None:
            raise self.unsatisfiable()
        return root

    def required(self, conjunction: Conjunction) -> Node:
        """The node of a conjunction of which it is known that something satisfies it."""
        found = self.value(conjunction)
        return self.rules.nothing() if found is None else found

    def _document(self, write: Callable[[Conjunction], Node | None] | None) -> Node | None:
        """The root, compiled without deep recursion: what lies too deep is compiled by itself, before all around it."""
        waiting: list[tuple[Compiler, Conjunction]] = []
        while True:
            try:
                if waiting:
                    compiler, conjunction = waiting[-1]
                    compiler._compiled(conjunction, waits=True)
                    waiting.pop()
                    continue
                root = self.normalizer.root
                return self._compiled(root, waits=True) if write is None else write(root)
            except _DeeperError as deeper:
                waiting.append((deeper.compiler, deeper.conjunction))

    def value(self, conjunction: Conjunction) -> Node | None:
        """The JSON texts of what satisfies the conjunction; None where nothing does."""
        if conjunction in self._values:
            return self._values[conjunction]
        if conjunction in self._open:
            name = self._names.get(conjunction)
            if name is None:
                name = self._names[conjunction] = self.rules.reserve(_hint(conjunction))
                self.rules.doubtful |= conjunction != ANYTHING
            return Ref(name)
        if self._depth == _LEVELS:  # begin anew halfway down, so that what lies beside this one has room as well
            raise _DeeperError(self, list(self._open)[-_LEVELS // 2])
        return self._compiled(conjunction)

    def _compiled(self, conjunction: Conjunction, *, waits: bool = False) -> Node | None:
        spend(_VALUE)
        self._open[conjunction] = None
        self._depth += 1
        try:
            body = self._shape(self.shape(conjunction), _pointer(conjunction))
        except _DeeperError:
            if not waits:  # one that waits until it is compiled again stays open
                del self._open[conjunction]
            raise
        finally:
            self._depth -= 1
        del self._open[conjunction]
        name = self._names.get(conjunction)
        if name is not None:
            body = self.rules.define(name, body if body is not None else self.rules.nothing())
        elif body is not None and not isinstance(body, (Ref, Literal)):
            body = self.rules.share(_hint(conjunction), body)
        self._values[conjunction] = body
        return body

    def shape(self, conjunction: Conjunction) -> Shape:
        """What satisfies the conjunction, by JSON type."""
        return ANY_SHAPE if conjunction == ANYTHING else self.normalizer.shape(conjunction)

    def values_of(self, conjunction: Conjunction, kinds: Collection[str]) -> Node | None:
        """As ``value``, of these JSON types only."""
        shape = self.shape(conjunction)
        if all(kind in kinds for kind in shape):
            return self.value(conjunction)
        body = self._shape({kind: nodes for kind, nodes in shape.items() if kind in kinds}, _pointer(conjunction))
        return None if body is None else self.rules.share(_hint(conjunction), body)

    def _shape(self, shape: Shape, pointer: str) -> Node | None:
        options: list[Node] = []
        for kind in ("object", "array", "string", "number", "boolean", "null"):
            nodes = shape.get(kind, ())
            if not nodes:
                continue
            if kind == "string" and len(nodes) > 1:
                nodes, united = self._united(nodes, pointer)
                options.extend(united)
            elif kind == "object":
                nodes, united = self._objects(nodes)
                options.extend(united)
            for node in nodes:
                found = self._node(node, pointer)
                if found is not None:
                    options.append(found)
        return alt(*options) if options else None

    def _objects(self, nodes: tuple[Kind, ...]) -> tuple[tuple[Kind, ...], list[Node]]:
        """Objects that are not listed as values: the others, and what stands for them."""
        kept = [node for node in nodes if isinstance(node, Object) and node.values is None]
        for node in kept:
            for note in node.notes:
                self.leave(note)
        return tuple(node for node in nodes if node.values is not None), object_nodes(self, kept)

    def _united(self, nodes: tuple[Kind, ...], pointer: str) -> tuple[tuple[Kind, ...], list[Node]]:
        """Alternatives that are strings of some language, as one automaton: the others, and its node."""
        listed = [node for node in nodes if node.values is not None]
        if len(listed) > 1:
            values = [value for node in listed for value in listed_values(self, node, pointer)]
            for note in (note for node in listed for note in node.notes):
                self.leave(note)
            rest, united = self._united(tuple(node for node in nodes if node.values is None), pointer)
            return rest, [*united, self.style.strings.texts(values)] if values else united
        kept = [node for node in nodes if isinstance(node, String) and node.values is None and node.languages]
        if len(kept) < 2:
            return nodes, []
        residual = dict(self._residual)
        try:
            whole = self.sets.joined(kept)
        except TooLargeError:
            self._residual = residual
            return nodes, []
        for node in kept:
            for note in node.notes:
                self.leave(note)
        rest = tuple(node for node in nodes if node not in kept)
        if whole.empty:
            return rest, []
        found = language_node(self, String(pointer=kept[0].pointer), whole, "pattern")
        return rest, [] if found is None else [found]

    def _node(self, node: Kind, pointer: str) -> Node | None:
        if node.values is not None:
            kept = listed_values(self, node, pointer)
            found = listed_node(self, kept, integer=isinstance(node, Number) and node.integer) if kept else None
        else:
            found = _KINDS[type(node)](self, node)
        if found is not None:
            for note in node.notes:
                self.leave(note)
        return found

    @property
    def decimal_integers(self) -> bool:
        """Whether 1.0 is an integer and may be written so."""
        return self.style.any_order and self.normalizer.references.dialect != "draft4"

    def holds(self, conjunction: Conjunction, value: Any) -> bool:
        """Whether a value satisfies the conjunction, as far as it can be told here."""
        return self.judge.holds(conjunction, value)

    def satisfying(self, node: Kind) -> list[Any]:
        """The values that a node lists and that satisfy its other constraints."""
        return self.judge.satisfying(node)


def _pointer(conjunction: Conjunction) -> str:
    """Where the first part of the conjunction stands."""
    return conjunction[0].place.pointer if conjunction else ""


def _keyword(pointer: str) -> str:
    """The last part of the pointer that is a keyword's name rather than a number."""
    return next((word for word in reversed(pointer.split("/")) if word and not word.isdecimal()), "")


def _hint(conjunction: Conjunction) -> str:
    """A rule's name after the last word of the pointer of the first part."""
    for part in conjunction:
        found = _last_word(part.place.pointer)
        if found:
            return f"not-{found}" if part.negated else found
    return "value"


@functools.lru_cache(maxsize=1024)
def _last_word(pointer: str) -> str:
    """The last part of a pointer with a letter in it, one that a user chose where there is one."""
    words = [word for word in reversed(pointer.split("/")) if _LETTER.search(word)]
    return next((word for word in words if word not in _STRUCTURE), words[0] if words else "")


_LETTER = re.compile("[A-Za-z]")
_STRUCTURE = {"properties", "items", "anyOf", "oneOf", "allOf", "additionalProperties", "definitions", "$defs", "not"}


def _null(compiler: Compiler, _node: Null) -> Node:
    return Literal(compiler.style.spelling.null)


def _boolean(compiler: Compiler, _node: Boolean) -> Node:
    spelling = compiler.style.spelling
    return alt(Literal(spelling.true), Literal(spelling.false))


def _number(compiler: Compiler, node: Number) -> Node | None:
    rules, decimal = compiler.rules, compiler.decimal_integers
    if node.fractional:
        compiler.leave(Residual("type", node.pointer, "that a number is no integer is checked afterwards"))
    if node.low is not None or node.high is not None or node.multiples or node.excluded:
        try:
            with compiler.sets.work:
                found = ranged_number(node, rules, decimal_integers=decimal)
        except TooLargeError:
            compiler.leave(Residual("multipleOf", node.pointer, "its automaton is too large"))
        else:
            if found is None:
                compiler.contradict("multipleOf", node.pointer, "no number satisfies all of its constraints")
            return found
    return any_integer(rules, decimal=decimal) if node.integer else any_number(rules)


_KINDS: dict[type, Callable[[Compiler, Any], Node | None]] = {
    Null: _null,
    Boolean: _boolean,
    Number: _number,
    String: string_node,
    Array: array_node,
}
