"""``unevaluatedProperties`` and ``unevaluatedItems``: what is left over once all other keywords have been read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gba.schema.merge import intersect
from gba.schema.nodes import ANYTHING, Array, Conjunction, Node, Object, Part, Place, Scope, Shape
from gba.schema.work import spend

__all__ = ["close_arrays", "close_objects"]


def close_objects(shape: Shape, rest: Conjunction) -> Shape:
    """The shape, the properties of its objects that no other keyword evaluates satisfying ``rest``."""
    if "object" not in shape:
        return shape
    return {**shape, "object": tuple(_closed(node, rest) for node in shape["object"] if isinstance(node, Object))}


def _closed(node: Object, rest: Conjunction) -> Object:
    spend(1 + len(node.scopes))
    heeded = [scope for scope in node.scopes if scope.evaluates]
    if any(scope.additional is not None for scope in heeded):
        return node
    properties = tuple((name, ANYTHING) for scope in heeded for name, _ in scope.properties)
    patterns = tuple((language, ANYTHING) for scope in heeded for language, _ in scope.patterns)
    return replace(node, scopes=(*node.scopes, Scope(tuple(dict(properties).items()), patterns, rest)))


def close_arrays(
    shape: Shape, rest: Conjunction, either: Callable[[tuple[Conjunction, ...]], Place], dialect: str
) -> Shape:
    """The shape, the items of its arrays that no other keyword evaluates satisfying ``rest``.

    ``either`` gives a place that stands for one of several conjunctions.
    """
    if "array" not in shape:
        return shape
    closed: list[Node] = []
    for node in shape["array"]:
        if not isinstance(node, Array) or node.evaluated is None:
            closed.append(node)
            continue
        own = rest
        if node.contains and dialect == "2020-12" and rest:
            options = (*(contains.item for contains in node.contains if contains.positive), rest)
            own = (Part(either(options)),) if len(options) > 1 else rest
        merged = intersect(node, Array(prefix=(ANYTHING,) * node.evaluated, rest=own, evaluated=None))
        if isinstance(merged, Array):
            closed.append(replace(merged, evaluated=None))
    return {**shape, "array": tuple(closed)}
