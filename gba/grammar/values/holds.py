"""Whether a value that a schema lists satisfies the rest of it: the shapes, applied to a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gba.grammar.regular.automata import Dfa
from gba.grammar.values.context import Context
from gba.grammar.values.numbers import fits
from gba.grammar.values.objects import allowed_name, key_value
from gba.schema.keywords import type_of
from gba.schema.merge import value_key
from gba.schema.nodes import Array, Conjunction, Language, Node, Number, Object, String

__all__ = ["Judge"]


class Judge:
    """Judges values. Where a node carries notes the answer may be yes too often, never no too often."""

    def __init__(self, compiler: Context) -> None:
        self._compiler = compiler
        self._known: dict[int, tuple[tuple[Language, ...], list[Dfa]]] = {}
        self._keys: dict[int, tuple[tuple[Any, ...], frozenset[Any]]] = {}

    def holds(self, conjunction: Conjunction, value: Any) -> bool:
        """Whether one of the alternatives of the conjunction is satisfied."""
        if not conjunction:
            return True
        nodes = self._compiler.shape(conjunction).get(type_of(value), ())
        return any(
            (node.values is None or value_key(value) in self._listed(node.values)) and self.satisfies(node, value)
            for node in nodes
        )

    def _listed(self, values: tuple[Any, ...]) -> frozenset[Any]:
        """The keys of a node's values, made once."""
        found = self._keys.get(id(values))
        if found is None:
            found = self._keys[id(values)] = (values, frozenset(map(value_key, values)))
        return found[1]

    def satisfying(self, node: Node) -> list[Any]:
        """The values that a node lists and that satisfy its other constraints."""
        values = list(node.values or ())
        if not isinstance(node, String):
            return [value for value in values if self.satisfies(node, value)]
        low, high = node.minimum, node.maximum
        if low or high is not None:
            values = [value for value in values if low <= len(value) and (high is None or len(value) <= high)]
        for dfa in self._automata(node.languages):
            values = [value for value in values if dfa.matches(value)]
        return values

    def satisfies(self, node: Node, value: Any) -> bool:
        """Whether the value satisfies the node's constraints, its list of values aside."""
        if isinstance(node, Number):
            return fits(node, value)
        if isinstance(node, String):
            return self._string(node, value)
        if isinstance(node, Array):
            return self._array(node, value)
        return not isinstance(node, Object) or self._object(node, value)

    def _string(self, node: String, value: str) -> bool:
        if len(value) < node.minimum or (node.maximum is not None and len(value) > node.maximum):
            return False
        return all(dfa.matches(value) for dfa in self._automata(node.languages))

    def _automata(self, languages: tuple[Language, ...]) -> list[Dfa]:
        """The automata of a node's languages, looked up once."""
        found = self._known.get(id(languages))
        if found is None:
            automata = [self._compiler.sets.language(language) for language in languages]
            found = self._known[id(languages)] = (languages, automata)
        return found[1]

    def _array(self, node: Array, value: list[Any]) -> bool:
        if len(value) < node.minimum or (node.maximum is not None and len(value) > node.maximum):
            return False
        for index, item in enumerate(value):
            if not self.holds(node.prefix[index] if index < len(node.prefix) else node.rest, item):
                return False
        for contains in node.contains:
            found = sum(self.holds(contains.item, item) for item in value)
            if found < contains.minimum or (contains.maximum is not None and found > contains.maximum):
                return False
        if node.unique is None:
            return True
        return len(set(map(value_key, value))) == len(value)

    def _object(self, node: Object, value: Mapping[str, Any]) -> bool:
        if len(value) < node.minimum or (node.maximum is not None and len(value) > node.maximum):
            return False
        if not all(name in value for name in node.required):
            return False
        return all(
            allowed_name(self._compiler, node, name) and self.holds(key_value(self._compiler, node, name), item)
            for name, item in value.items()
        )
