"""Shapes combined: what satisfies both, what satisfies one of them, and notes on all alternatives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gba.schema.keywords import ANY_SHAPE
from gba.schema.merge import intersect
from gba.schema.nodes import Array, Node, Object, Residual, Shape

__all__ = ["MAX_ALTERNATIVES", "annotate", "multiply", "unevaluating", "union"]

MAX_ALTERNATIVES = 256
"""Alternatives of one JSON type that combining shapes may make; what would make more is left to the check."""

_MOST = {"null": 1, "boolean": 2, "number": 64, "string": MAX_ALTERNATIVES, "array": 32, "object": 32}


def unevaluating(shape: Shape) -> Shape:
    """The same shape, whose properties and items do not count as evaluated."""
    if "object" not in shape and "array" not in shape:
        return shape
    blind: dict[str, tuple[Node, ...]] = {}
    for kind, nodes in shape.items():
        blind[kind] = tuple(_blind(node) for node in nodes) if kind in ("array", "object") else nodes
    return blind


def _blind(node: Node) -> Node:
    if isinstance(node, Object) and any(scope.evaluates for scope in node.scopes):
        return replace(node, scopes=tuple(replace(scope, evaluates=False) for scope in node.scopes))
    if isinstance(node, Array) and (node.evaluated != 0 or any(contains.positive for contains in node.contains)):
        contains = tuple(replace(contains, positive=False) for contains in node.contains)
        return replace(node, evaluated=0, contains=contains)
    return node


def multiply(one: Shape, other: Shape) -> Shape:
    """What satisfies both shapes."""
    if one is ANY_SHAPE:
        return other
    if other is ANY_SHAPE:
        return one
    product: dict[str, tuple[Node, ...]] = {}
    for kind, nodes in one.items():
        against = other.get(kind)
        if not against:
            continue
        if nodes is ANY_SHAPE[kind] or against is ANY_SHAPE[kind]:
            product[kind] = against if nodes is ANY_SHAPE[kind] else nodes
            continue
        if len(nodes) * len(against) > 16 * MAX_ALTERNATIVES:
            product[kind] = _too_many(nodes, against)
            continue
        merged = [intersect(left, right) for left in nodes for right in against]
        kept = tuple([node for node in merged if node is not None])
        if len(kept) > 1:
            kept = tuple(dict.fromkeys(kept))
        if len(kept) > max(_MOST[kind], len(nodes), len(against)):
            kept = _too_many(nodes, against)
        if kept:
            product[kind] = kept
    return product


def _too_many(one: tuple[Node, ...], other: tuple[Node, ...]) -> tuple[Node, ...]:
    kept, dropped = (one, other) if len(one) <= len(other) else (other, one)
    pointer = getattr(dropped[0], "pointer", "")
    note = Residual("allOf", pointer, "too many combinations of alternatives; they are checked afterwards")
    return tuple(replace(node, notes=(*node.notes, note)) if note not in node.notes else node for node in kept)


def union(shapes: Iterable[Shape]) -> Shape:
    """What satisfies one of the shapes."""
    listed: dict[str, dict[Node, None]] = {}
    for shape in shapes:
        for kind, nodes in shape.items():
            listed.setdefault(kind, {}).update(dict.fromkeys(nodes))
    return {kind: tuple(nodes) for kind, nodes in listed.items()}


def annotate(shape: Shape, note: Residual) -> Shape:
    """The same shape, with the note on each alternative."""
    return {
        kind: tuple(node if note in node.notes else replace(node, notes=(*node.notes, note)) for node in nodes)
        for kind, nodes in shape.items()
    }
