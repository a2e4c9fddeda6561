"""Branches of ``anyOf`` and ``oneOf`` that name values: as one list, or told apart by their values.

Branches that list values (``const``, ``enum``) can only share a value that both list. Objects are mostly told apart by
a key that each requires with a value of its own (``kind``, ``type``), so that only those of equal values are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, TypeAlias

from gba.schema.keywords import type_of
from gba.schema.merge import value_key
from gba.schema.nodes import TYPES, Node, Object, Shape
from gba.schema.support import NAMES
from gba.schema.work import spend

__all__ = ["constants", "pairs_to_compare"]

_Listed: TypeAlias = "frozenset[Any] | None"
"""The keys of the values that are listed; None where any value may come."""

ValuesOf: TypeAlias = Callable[[Object, str], "_Listed"]
"""The values that an object may have at a key that it requires."""


_FEW = 16
"""Branches that are not gathered: each keeps its own pointer."""

_LISTING = frozenset({"const", "enum", "type"})
_OTHERS = NAMES - _LISTING | {"$id", "id", "$schema", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$recursiveRef"}
"""Keywords beside which a schema says more than its values."""


def constants(branches: Any, *, once: bool) -> list[Any] | None:
    """All values of branches that only list values (const, enum); None where a branch says more, or where they are few.

    ``once``: leave out values that several branches list (oneOf). Merging the branches one after another would take
    time that grows with the square of their number.
    """
    if not isinstance(branches, (list, tuple)) or len(branches) < _FEW:
        return None
    found: dict[Any, list[Any]] = {}
    for branch in branches:
        values = _constants(branch)
        if values is None:
            return None
        for key, value in {value_key(value): value for value in values}.items():
            found.setdefault(key, []).append(value)
    return [same[0] for same in found.values() if len(same) == 1 or not once]


def _constants(branch: Any) -> list[Any] | None:
    """The values that a schema lists; None where it says anything else, or is malformed."""
    if not isinstance(branch, dict) or ("const" in branch) == ("enum" in branch) or not _OTHERS.isdisjoint(branch):
        return None
    values = branch["enum"] if "enum" in branch else [branch["const"]]
    if not isinstance(values, (list, tuple)):
        return None
    if "type" not in branch:
        return list(values)
    wanted = branch["type"]
    if wanted == "integer":
        return [value for value in values if type(value) is int or (type(value) is float and value.is_integer())]
    return [value for value in values if type_of(value) == wanted] if wanted in TYPES else None


def pairs_to_compare(shapes: Sequence[Shape], values_of: ValuesOf) -> set[tuple[int, int]]:
    """The pairs of shapes, by their numbers, of which a value may satisfy both. Raises TooLargeError."""
    found: set[tuple[int, int]] = set()
    for kind in TYPES:
        members = {number: shape[kind] for number, shape in enumerate(shapes) if shape.get(kind)}
        listed = {number: _listed(nodes) for number, nodes in members.items()}
        if kind == "object":
            listed = {**listed, **_told_apart(members, listed, values_of)}
        found.update(_meeting(listed))
    return found


def _listed(nodes: Iterable[Node]) -> _Listed:
    keys: set[Any] = set()
    for node in nodes:
        if node.values is None:
            return None
        spend(len(node.values))
        keys.update(map(value_key, node.values))
    return frozenset(keys)


def _told_apart(
    members: dict[int, tuple[Node, ...]], listed: dict[int, _Listed], values_of: ValuesOf
) -> dict[int, _Listed]:
    """For objects that are not listed, the values at the key that most of them require with values of their own."""
    if any(values is not None for values in listed.values()):
        return {}
    required = Counter(name for nodes in members.values() for name in _required(nodes))
    best: dict[int, _Listed] = {}
    for name, count in required.most_common(8):
        if count <= len(best):
            break
        found: dict[int, _Listed] = {}
        for number, nodes in members.items():
            values = _at(nodes, name, values_of) if name in _required(nodes) else None
            if values is not None:
                found[number] = values
        if len(found) > len(best):
            best = found
    return best


def _required(nodes: Iterable[Node]) -> set[str]:
    return set.intersection(*(set(node.required) if isinstance(node, Object) else set() for node in nodes))


def _at(nodes: Iterable[Node], name: str, values_of: ValuesOf) -> _Listed:
    keys: set[Any] = set()
    for node in nodes:
        values = values_of(node, name) if isinstance(node, Object) else None
        if values is None:
            return None
        keys |= values
    return frozenset(keys)


def _meeting(listed: dict[int, _Listed]) -> Iterator[tuple[int, int]]:
    """The pairs that share a listed value, and all pairs of which one lists none."""
    holders: dict[Any, list[int]] = {}
    for number, values in listed.items():
        for value in values or ():
            holders.setdefault(value, []).append(number)
    for numbers in holders.values():
        spend(len(numbers) ** 2 // 2)
        yield from combinations(numbers, 2)
    anything = {number for number, values in listed.items() if values is None}
    spend(len(anything) * len(listed))
    for number in anything:
        for other in listed:
            if other > number or (other < number and other not in anything):
                yield (number, other) if number < other else (other, number)
