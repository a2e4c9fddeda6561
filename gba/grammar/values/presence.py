"""Which keys an object must have and must not have: alternatives that differ in nothing else, taken together.

``oneOf: [{required: [a]}, {required: [b]}]`` or a dependency of one key on another would else be separate objects,
between which a grammar could only choose once it is too late; together they are one automaton over the keys seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gba.schema.nodes import Object, Scope

__all__ = ["Option", "Presence", "grouped"]


@dataclass(slots=True, unsafe_hash=True)
class Option:
    """One way to be right: all required keys are there, none of the forbidden ones."""

    required: Final[frozenset[str]]
    forbidden: Final[frozenset[str]]


@dataclass(slots=True, unsafe_hash=True)
class Presence:
    """An object without a word on which keys are there, and the ways in which they may be.

    ``required`` lists every key that one of the options requires, in their order.
    """

    base: Final[Object]
    options: Final[tuple[Option, ...]]
    required: Final[tuple[str, ...]]

    @property
    def common(self) -> frozenset[str]:
        """The keys that each option requires."""
        return frozenset.intersection(*(option.required for option in self.options))


def grouped(nodes: Iterable[Object]) -> list[Presence]:
    """The objects, those that differ only in the keys that are there taken together."""
    listed = list(nodes)
    bases: dict[Any, Object] = {}
    groups: dict[Any, tuple[dict[Option, None], dict[str, None]]] = {}
    for node in listed:
        forbidden = frozenset(name for scope in node.scopes if _forbids(scope) for name, _ in scope.properties)
        rest = tuple(scope for scope in node.scopes if not _forbids(scope))
        base = Object(rest, (), node.minimum, node.maximum, node.names, node.values, node.pointer)
        key = replace(base, pointer="") if len(listed) > 1 else ""
        bases.setdefault(key, base)
        if forbidden.isdisjoint(node.required):
            options, order = groups.setdefault(key, ({}, {}))
            options[Option(frozenset(node.required), forbidden)] = None
            order.update(dict.fromkeys(node.required))
    return [
        Presence(bases[key], _undominated(tuple(options)), tuple(order)) for key, (options, order) in groups.items()
    ]


def _forbids(scope: Scope) -> bool:
    """Whether the scope says nothing but that its keys cannot be there."""
    return (
        bool(scope.properties)
        and not scope.patterns
        and scope.additional is None
        and not scope.declares
        and all(
            len(value) == 1 and value[0].place.schema is False and not value[0].negated for _, value in scope.properties
        )
    )


def _undominated(options: Sequence[Option]) -> tuple[Option, ...]:
    """The options without those that ask for more than another one."""
    return tuple(
        option
        for option in options
        if not any(
            other != option and other.required <= option.required and other.forbidden <= option.forbidden
            for other in options
        )
    )
