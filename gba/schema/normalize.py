"""From a JSON Schema to shapes: applicators are multiplied out, references followed, siblings intersected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gba.errors import SchemaError
from gba.schema.branches import constants, pairs_to_compare
from gba.schema.keywords import ANY_SHAPE, direct, malformed, names
from gba.schema.merge import conjoin, intersect, value_key
from gba.schema.negate import negative
from gba.schema.nodes import (
    ANYTHING,
    Array,
    Conjunction,
    Either,
    Node,
    Object,
    Part,
    Place,
    Residual,
    Scope,
    Shape,
)
from gba.schema.references import References
from gba.schema.shapes import MAX_ALTERNATIVES, annotate, multiply, unevaluating, union
from gba.schema.unevaluated import close_arrays, close_objects
from gba.schema.work import TooLargeError, allowance, spend

__all__ = ["Normalizer"]

_LONE_REFERENCE = frozenset({"draft4", "draft6", "draft7"})
"""Drafts in which a reference silences its siblings."""

MAX_SUBSETS = 5
"""Branches of an anyOf beside unevaluated keywords, of which each set that may hold together is multiplied out."""

MAX_EXACT = 24
"""Alternatives up to which a oneOf that is not disjoint is multiplied out."""


MAX_DEPTH = 50
"""Applicators that may lie within each other: each takes some eight of Python's calls."""

ONE_OF = 300_000
"""Steps that telling the branches of one oneOf apart may take."""


class _CircularError(SchemaError):
    """A schema applies itself to the same value."""


class Normalizer:
    """Turns conjunctions of subschemas into shapes, lazily, each once."""

    def __init__(self, references: References) -> None:
        self.references = references
        self.root = self._conjunction(references.root, False)
        self.contradictions: list[tuple[str, str, str]] = []
        self._shapes: dict[tuple[Conjunction, bool], Shape] = {}
        self._parts: dict[tuple[Part, bool], Shape] = {}
        self._overlapping = False
        self._busy: set[Part] = set()
        self._depth = 0

    def contradiction(self, place: Place, keyword: str, why: str) -> None:
        """Remember why something is impossible, for the message should nothing be left of the schema."""
        self.contradictions.append((keyword, place.pointer, why))

    def child(self, place: Place, schema: Any, *steps: str | int, negated: bool = False) -> Conjunction:
        """The conjunction of the one subschema that these steps lead to."""
        return self._conjunction(self.references.child(place, schema, *steps), negated)

    def never(self, place: Place) -> Conjunction:
        """The conjunction that nothing satisfies."""
        return (Part(self.references.child(place, False)),)

    def _conjunction(self, place: Place, negated: bool) -> Conjunction:
        place = self._referred(place)
        schema = place.schema
        if schema is True or schema == {}:
            return (Part(self.references.child(place, False)),) if negated else ANYTHING
        if schema is not False and not isinstance(schema, (dict, Mapping, Either)):
            raise SchemaError(
                "a schema has to be an object, true or false", pointer=place.pointer, remedy="Correct the schema."
            )
        return (Part(place, negated),)

    def _referred(self, place: Place) -> Place:
        """What nothing but a reference stands for: its target, so that all who refer to it share one rule."""
        followed: set[Place] = set()
        while (
            isinstance(place.schema, (dict, Mapping))
            and "$ref" in place.schema
            and (place.dialect in _LONE_REFERENCE or len(place.schema) == 1)
            and place not in followed
        ):
            followed.add(place)
            place = self.references.follow(place, place.schema["$ref"])
        return place

    def shape(self, conjunction: Conjunction) -> Shape:
        """What satisfies all parts, by JSON type."""
        found = self._shapes.get((conjunction, self._overlapping))
        if found is None:
            self._depth += 1
            if self._depth > MAX_DEPTH:
                pointer = conjunction[0].place.pointer
                raise SchemaError(
                    f"more than {MAX_DEPTH} subschemas apply to one value within each other",
                    keyword=next((word for word in reversed(pointer.split("/")) if word.isalpha()), ""),
                    pointer=pointer,
                    remedy="Nest allOf, anyOf, oneOf, not and $ref less deeply.",
                )
            try:
                found = ANY_SHAPE
                for part in conjunction:
                    found = multiply(found, self._part(part))
            finally:
                self._depth -= 1
            self._shapes[conjunction, self._overlapping] = found
        return found

    def _part(self, part: Part) -> Shape:
        found = self._parts.get((part, self._overlapping))
        if found is None:
            if part in self._busy:
                raise _CircularError(
                    "a schema that refers to itself with no value in between says nothing",
                    keyword="$ref",
                    pointer=part.place.pointer,
                    remedy="Break the circle of references.",
                )
            self._busy.add(part)
            try:
                found = unevaluating(negative(self, part.place)) if part.negated else self._positive(part.place)
            finally:
                self._busy.discard(part)
            self._parts[part, self._overlapping] = found
        return found

    def _positive(self, place: Place) -> Shape:
        schema = place.schema
        if isinstance(schema, Either):
            return union(self.shape(option) for option in schema.options)
        if isinstance(schema, bool):
            if not schema:
                self.contradiction(place, "", "the schema is false: nothing satisfies it")
            return ANY_SHAPE if schema else {}
        if "$ref" in schema and place.dialect in _LONE_REFERENCE:
            return self.shape(self.target(place, "$ref"))
        before = self._overlapping
        self._overlapping = before or not _UNEVALUATED.isdisjoint(schema)
        try:
            shape = self._applied(place, schema)
        finally:
            self._overlapping = before
        if "unevaluatedProperties" in schema:
            rest = self.child(place, schema["unevaluatedProperties"], "unevaluatedProperties")
            shape = close_objects(shape, rest)
        if "unevaluatedItems" in schema:
            rest = self.child(place, schema["unevaluatedItems"], "unevaluatedItems")
            shape = close_arrays(shape, rest, lambda options: self.references.either(place, options), place.dialect)
        return shape

    def _applied(self, place: Place, schema: Mapping[str, Any]) -> Shape:
        shape = direct(self, place)
        for factor in self._applicators(place, schema):
            if not shape:
                break
            merged = multiply(shape, factor)
            if shape and not merged:
                self.contradiction(place, "", "its keywords exclude each other")
            shape = merged
        return shape

    def target(self, place: Place, keyword: str) -> Conjunction:
        """What a reference stands for."""
        return self._conjunction(self.references.follow(place, place.schema[keyword], keyword), False)

    def _applicators(self, place: Place, schema: Mapping[str, Any]) -> Iterable[Shape]:
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            if keyword in schema:
                yield self.shape(self.target(place, keyword))
        if "allOf" in schema:
            for child in self.children(place, "allOf"):
                yield self.shape(child)
        if "anyOf" in schema:
            yield self._any_of(place)
        if "oneOf" in schema:
            yield self._one_of(place)
        if "not" in schema:
            yield self.shape(self.child(place, schema["not"], "not", negated=True))
        if "if" in schema:
            yield from self._conditional(place, schema)
        if not _DEPENDENT.isdisjoint(schema):
            yield from self._dependencies(place, schema)

    def children(self, place: Place, keyword: str, *, negated: bool = False) -> list[Conjunction]:
        """The subschemas that a keyword lists."""
        listed = place.schema[keyword]
        if not isinstance(listed, (list, tuple)) or not listed:
            raise malformed(place, keyword, "a list of schemas, one at least")
        return [self.child(place, item, keyword, index, negated=negated) for index, item in enumerate(listed)]

    def gathered(self, place: Place, keyword: str) -> Place | None:
        """One ``enum`` in the place of many branches that do nothing but list values; None where there are others."""
        values = None if place.dialect == "draft4" else constants(place.schema[keyword], once=keyword == "oneOf")
        if values is None:
            return None
        return self.references.child(place, {"enum": values} if values else False, keyword)

    def _any_of(self, place: Place) -> Shape:
        gathered = self.gathered(place, "anyOf")
        if gathered is not None:
            return self.shape((Part(gathered),))
        branches = self.children(place, "anyOf")
        if not self._overlapping or len(branches) == 1:
            return union(map(self.shape, branches))
        if len(branches) > MAX_SUBSETS:
            note = Residual("anyOf", place.pointer, "which branches evaluate what is checked afterwards")
            every = {
                **ANY_SHAPE,
                "object": (Object(scopes=(Scope(additional=ANYTHING),)),),
                "array": (Array(evaluated=None),),
            }
            return annotate(every, note)
        subsets = (
            [branch for number, branch in enumerate(branches) if chosen >> number & 1]
            for chosen in range(1, 1 << len(branches))
        )
        return union(self.shape(conjoin(*subset)) for subset in subsets)

    def _one_of(self, place: Place) -> Shape:
        gathered = self.gathered(place, "oneOf")
        if gathered is not None:
            return self.shape((Part(gathered),))
        branches = self.children(place, "oneOf")
        if len(branches) == 1:
            return self.shape(branches[0])
        try:
            with allowance(ONE_OF):
                return self._exactly_one(place, branches)
        except TooLargeError:
            note = Residual("oneOf", place.pointer, "its branches are too many to be told apart")
        return annotate(union(map(self.shape, branches)), note)

    def _exactly_one(self, place: Place, branches: list[Conjunction]) -> Shape:
        """What satisfies one of the branches and no other one. Raises TooLargeError."""
        clashes: list[list[int]] = [[] for _ in branches]
        for one, other in sorted(pairs_to_compare(list(map(self.shape, branches)), self._listed_at)):
            if self._overlap(branches[one], branches[other]):
                clashes[one].append(other)
                clashes[other].append(one)
        if not any(clashes):
            return union(map(self.shape, branches))
        opposites = self.children(place, "oneOf", negated=True)
        whole: Shape = {}
        for index, branch in enumerate(branches):
            exact = self.shape(conjoin(branch, *(opposites[other] for other in clashes[index])))
            whole = union((whole, exact))
            if sum(map(len, whole.values())) > max(MAX_EXACT, 2 * len(branches)):
                break
        else:
            return whole
        note = Residual("oneOf", place.pointer, "its branches overlap; that only one holds is checked afterwards")
        return annotate(union(map(self.shape, branches)), note)

    def _listed_at(self, node: Object, name: str) -> frozenset[Any] | None:
        """The keys of the values that are listed for a key that the object requires; None where any may come."""
        if any(scope.patterns for scope in node.scopes):
            return None
        try:
            shape = self.shape(named_value(node, name))
        except _CircularError:
            return None
        found: set[Any] = set()
        for nodes in shape.values():
            for child in nodes:
                if child.values is None:
                    return None
                found.update(map(value_key, child.values))
        return frozenset(found)

    def _overlap(self, one: Conjunction, other: Conjunction) -> bool:
        """Whether both may hold for one value; not told where their alternatives are too many."""
        right = self.shape(other)
        for kind, nodes in self.shape(one).items():
            against = right.get(kind, ())
            if len(nodes) * len(against) > 16 * MAX_ALTERNATIVES:
                return True
            spend(2 * len(nodes) * len(against))
            merged = (intersect(node, peer) for node in nodes for peer in against)
            if any(node is not None and self.possible(node) for node in merged):
                return True
        return False

    def empty(self, conjunction: Conjunction) -> bool:
        """Whether certainly nothing satisfies the conjunction; False where telling would lead back here."""
        try:
            return not self.shape(conjunction)
        except _CircularError:
            return False

    def possible(self, node: Node, depth: int = 4) -> bool:
        """False only where certainly nothing satisfies the node."""
        if not isinstance(node, Object) or depth == 0:
            return True
        spend(4)
        for name in node.required:
            value = named_value(node, name)
            try:
                shape = self.shape(value)
            except _CircularError:
                continue
            if not any(self.possible(child, depth - 1) for nodes in shape.values() for child in nodes):
                return False
        return True

    def _conditional(self, place: Place, schema: Mapping[str, Any]) -> Iterable[Shape]:
        condition = self.child(place, schema["if"], "if")
        opposite = self.child(place, schema["if"], "if", negated=True)
        then = self.child(place, schema.get("then", True), "then")
        otherwise = self.child(place, schema.get("else", True), "else")
        if then or otherwise or self._overlapping:
            yield union([self.shape(conjoin(condition, then)), self.shape(conjoin(opposite, otherwise))])

    def _dependencies(self, place: Place, schema: Mapping[str, Any]) -> Iterable[Shape]:
        for keyword in _DEPENDENT & schema.keys():
            listed = schema[keyword]
            if not isinstance(listed, Mapping):
                raise malformed(place, keyword, "an object")
            if keyword == "dependencies" and place.dialect in ("2019-09", "2020-12"):
                continue
            for name, wanted in listed.items():
                without = Object(scopes=(Scope(((name, self.never(place)),), evaluates=False),), pointer=place.pointer)
                if isinstance(wanted, (list, tuple, str)):
                    needed = names(place, keyword, [wanted] if isinstance(wanted, str) else wanted)
                    if not needed or needed == (name,):
                        continue
                    with_name = {**ANY_SHAPE, "object": (Object(required=(name, *needed), pointer=place.pointer),)}
                else:
                    child = self.child(place, wanted, keyword, name)
                    if not child:
                        continue
                    present: Shape = {"object": (Object(required=(name,), pointer=place.pointer),)}
                    with_name = {**ANY_SHAPE, "object": multiply(self.shape(child), present).get("object", ())}
                yield {**ANY_SHAPE, "object": (*with_name["object"], without)}


_UNEVALUATED = {"unevaluatedProperties", "unevaluatedItems"}
_DEPENDENT = {"dependencies", "dependentRequired", "dependentSchemas"}


def named_value(node: Object, name: str) -> Conjunction:
    """What a key of this name must satisfy, patterns left out."""
    found = []
    for scope in node.scopes:
        named = dict(scope.properties)
        if name in named:
            found.append(named[name])
        elif scope.additional is not None and not scope.patterns:
            found.append(scope.additional)
    return conjoin(*found)
