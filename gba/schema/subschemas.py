"""What the keywords need of the normaliser: the subschemas of a place, and what satisfies them."""

from __future__ import annotations

from typing import Any, Protocol

from gba.schema.nodes import Conjunction, Place, Shape

__all__ = ["Subschemas"]


class Subschemas(Protocol):
    """The subschemas of one document; see `gba.schema.normalize.Normalizer`."""

    def child(self, place: Place, schema: Any, *steps: str | int, negated: bool = False) -> Conjunction:
        """The conjunction of the one subschema that these steps lead to."""

    def children(self, place: Place, keyword: str, *, negated: bool = False) -> list[Conjunction]:
        """The subschemas that a keyword lists."""

    def gathered(self, place: Place, keyword: str) -> Place | None:
        """One ``enum`` in the place of many branches that do nothing but list values."""

    def target(self, place: Place, keyword: str) -> Conjunction:
        """What a reference stands for."""

    def never(self, place: Place) -> Conjunction:
        """The conjunction that nothing satisfies."""

    def shape(self, conjunction: Conjunction) -> Shape:
        """What satisfies all parts, by JSON type."""

    def empty(self, conjunction: Conjunction) -> bool:
        """Whether certainly nothing satisfies the conjunction."""

    def contradiction(self, place: Place, keyword: str, why: str) -> None:
        """Remember why something is impossible."""
