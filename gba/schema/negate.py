"""What does not satisfy a schema, keyword by keyword; where that is no shape, everything, with a note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gba.schema.keywords import ANY_SHAPE, count, fraction, names, values_shape
from gba.schema.merge import Values, conjoin
from gba.schema.nodes import (
    ANYTHING,
    Array,
    Boolean,
    Bound,
    Contains,
    Either,
    Language,
    Node,
    Number,
    Object,
    Part,
    Place,
    Residual,
    Scope,
    Shape,
    String,
)
from gba.schema.shapes import multiply, union
from gba.schema.subschemas import Subschemas

__all__ = ["negative"]

_WHY = "its opposite is checked afterwards"


def negative(normalizer: Subschemas, place: Place) -> Shape:
    """The shape of everything that the schema refuses; never less than that."""
    schema = place.schema
    if isinstance(schema, Either):
        product = ANY_SHAPE
        for option in schema.options:
            opposites = [normalizer.shape((part._replace(negated=not part.negated),)) for part in option]
            product = multiply(product, union(opposites))
        return product
    if isinstance(schema, bool):
        return {} if schema else ANY_SHAPE
    if "$ref" in schema and place.dialect in ("draft4", "draft6", "draft7"):
        return _refuse(normalizer, place, "$ref")
    shapes: list[Shape] = [
        _assertion(normalizer, place, keyword, schema) for keyword in schema if keyword in _ASSERTIONS
    ]
    if "enum" in schema:
        shapes.append(_not_values(place, "enum", schema["enum"]))
    if "const" in schema:
        shapes.append(_not_values(place, "const", [schema["const"]]))
    for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
        if keyword in schema:
            shapes.append(_refuse(normalizer, place, keyword))
    if "allOf" in schema:
        shapes.extend(map(normalizer.shape, normalizer.children(place, "allOf", negated=True)))
    if "anyOf" in schema:
        shapes.append(_none_of(normalizer, place))
    if "not" in schema:
        shapes.append(normalizer.shape(normalizer.child(place, schema["not"], "not")))
    if "if" in schema and ("then" in schema or "else" in schema):
        shapes.append(_not_conditional(normalizer, place, schema))
    shapes.extend(_left_to_check(place, schema))
    return union(shapes)


def _none_of(normalizer: Subschemas, place: Place) -> Shape:
    gathered = normalizer.gathered(place, "anyOf")
    if gathered is not None:
        return normalizer.shape((Part(gathered, True),))
    product = ANY_SHAPE
    for child in normalizer.children(place, "anyOf", negated=True):
        product = multiply(product, normalizer.shape(child))
    return product


def _refuse(normalizer: Subschemas, place: Place, keyword: str) -> Shape:
    target = normalizer.target(place, keyword)
    return normalizer.shape(tuple(part._replace(negated=True) for part in target)) if target else {}


def _not_conditional(normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Shape:
    condition, opposite = (normalizer.child(place, schema["if"], "if", negated=negated) for negated in (False, True))
    shapes = []
    if "then" in schema:
        shapes.append(
            normalizer.shape(conjoin(condition, normalizer.child(place, schema["then"], "then", negated=True)))
        )
    if "else" in schema:
        shapes.append(
            normalizer.shape(conjoin(opposite, normalizer.child(place, schema["else"], "else", negated=True)))
        )
    return union(shapes)


def _left_to_check(place: Place, schema: Mapping[str, Any]) -> Iterable[Shape]:
    for keyword in ("oneOf", "dependencies", "dependentRequired", "dependentSchemas"):
        if keyword in schema:
            note = Residual(keyword, place.pointer, _WHY)
            yield {kind: tuple(replace(node, notes=(note,)) for node in nodes) for kind, nodes in ANY_SHAPE.items()}
    for keyword in ("patternProperties", "additionalProperties", "propertyNames", "unevaluatedProperties"):
        if keyword in schema and schema[keyword] not in (True, {}):
            yield {"object": (Object(minimum=1, notes=(Residual(keyword, place.pointer, _WHY),)),)}
    for keyword in ("additionalItems", "unevaluatedItems"):
        if keyword in schema and schema[keyword] not in (True, {}):
            yield {"array": (Array(minimum=1, notes=(Residual(keyword, place.pointer, _WHY),)),)}


def _not_values(place: Place, keyword: str, values: Any) -> Shape:
    by_type = values_shape(place, keyword, values)
    shape: dict[str, tuple[Node, ...]] = dict(ANY_SHAPE)
    if "null" in by_type:
        del shape["null"]
    if "boolean" in by_type:
        left = Values(value for value in (False, True) if value not in by_type["boolean"])
        shape["boolean"] = (Boolean(left),)
        if not left:
            del shape["boolean"]
    if "number" in by_type:
        shape["number"] = (Number(excluded=tuple(fraction(place, keyword, value) for value in by_type["number"])),)
    if "string" in by_type:
        shape["string"] = (String(languages=(Language("texts", texts=by_type["string"], negated=True),)),)
    for kind in ("array", "object"):
        if kind in by_type:
            shape[kind] = tuple(_not_composite(place, keyword, kind, by_type[kind]))
    return shape


def _not_composite(place: Place, keyword: str, kind: str, values: tuple[Any, ...]) -> Iterable[Node]:
    if all(not value for value in values):
        yield Array(minimum=1) if kind == "array" else Object(minimum=1)
        return
    note = Residual(keyword, place.pointer, _WHY)
    yield Array(notes=(note,)) if kind == "array" else Object(notes=(note,))


def _assertion(normalizer: Subschemas, place: Place, keyword: str, schema: Mapping[str, Any]) -> Shape:
    kind, opposite = _ASSERTIONS[keyword]
    nodes = tuple(opposite(normalizer, place, schema))
    return nodes[0] if kind == "any" else ({kind: nodes} if nodes else {})


def _not_type(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Any]:
    listed = [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
    if schema.get("nullable") is True:
        listed.append("null")
    shape = {kind: nodes for kind, nodes in ANY_SHAPE.items() if kind not in listed}
    if "integer" in listed and "number" in shape:
        shape["number"] = (Number(fractional=True, pointer=place.pointer),)
    yield shape


def _not_minimum(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    yield Number(high=Bound(fraction(place, "minimum", schema["minimum"]), schema.get("exclusiveMinimum") is not True))


def _not_maximum(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    yield Number(low=Bound(fraction(place, "maximum", schema["maximum"]), schema.get("exclusiveMaximum") is not True))


def _not_exclusive_minimum(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    if not isinstance(schema["exclusiveMinimum"], bool):
        yield Number(high=Bound(fraction(place, "exclusiveMinimum", schema["exclusiveMinimum"])))


def _not_exclusive_maximum(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    if not isinstance(schema["exclusiveMaximum"], bool):
        yield Number(low=Bound(fraction(place, "exclusiveMaximum", schema["exclusiveMaximum"])))


def _not_multiple(_normalizer: Subschemas, place: Place, _schema: Mapping[str, Any]) -> Iterable[Node]:
    yield Number(notes=(Residual("multipleOf", place.pointer, _WHY),))


def _not_min_length(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    if minimum := count(place, "minLength", schema["minLength"]):
        yield String(maximum=minimum - 1)


def _not_max_length(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    yield String(minimum=count(place, "maxLength", schema["maxLength"]) + 1)


def _not_pattern(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    yield String(languages=(Language("pattern", schema["pattern"], negated=True, pointer=place.pointer),))


def _not_format(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    yield String(languages=(Language("format", schema["format"], negated=True, pointer=place.pointer),))


def _not_min_items(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    if minimum := count(place, "minItems", schema["minItems"]):
        yield Array(maximum=minimum - 1)


def _not_max_items(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    yield Array(minimum=count(place, "maxItems", schema["maxItems"]) + 1)


def _not_unique(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    if schema["uniqueItems"] is True:
        yield Array(minimum=2, notes=(Residual("uniqueItems", place.pointer, _WHY),))


def _not_items(normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    items = schema["items"]
    if isinstance(items, (list, tuple)):
        yield from _not_prefix(normalizer, place, "items", items)
        return
    skipped = len(schema.get("prefixItems", ()))
    if items in (True, {}):
        return
    if skipped:
        yield Array(minimum=skipped + 1, notes=(Residual("items", place.pointer, _WHY),))
        return
    opposite = normalizer.child(place, items, "items", negated=True)
    yield Array(contains=(Contains(opposite, normalizer.child(place, items, "items"), 1, None, place.pointer),))


def _not_prefix_items(normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    yield from _not_prefix(normalizer, place, "prefixItems", schema["prefixItems"])


def _not_prefix(normalizer: Subschemas, place: Place, keyword: str, items: Any) -> Iterable[Node]:
    for index, item in enumerate(items):
        opposite = normalizer.child(place, item, keyword, index, negated=True)
        yield Array(prefix=(ANYTHING,) * index + (opposite,), minimum=index + 1)


def _not_contains(normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    item = normalizer.child(place, schema["contains"], "contains")
    negation = normalizer.child(place, schema["contains"], "contains", negated=True)
    if minimum := count(place, "minContains", schema.get("minContains", 1)):
        yield Array(contains=(Contains(item, negation, 0, minimum - 1, place.pointer),))
    if "maxContains" in schema:
        above = count(place, "maxContains", schema["maxContains"]) + 1
        yield Array(contains=(Contains(item, negation, above, None, place.pointer),))


def _not_properties(normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    for name, value in schema["properties"].items():
        opposite = normalizer.child(place, value, "properties", name, negated=True)
        if not normalizer.empty(opposite):
            yield Object((Scope(((name, opposite),)),), (name,), pointer=place.pointer)


def _not_required(normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    for name in names(place, "required", schema["required"]):
        yield Object((Scope(((name, normalizer.never(place)),)),), pointer=place.pointer)


def _not_min_properties(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    if minimum := count(place, "minProperties", schema["minProperties"]):
        yield Object(maximum=minimum - 1)


def _not_max_properties(_normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Iterable[Node]:
    yield Object(minimum=count(place, "maxProperties", schema["maxProperties"]) + 1)


_ASSERTIONS: dict[str, tuple[str, Any]] = {
    "type": ("any", _not_type),
    "minimum": ("number", _not_minimum),
    "maximum": ("number", _not_maximum),
    "exclusiveMinimum": ("number", _not_exclusive_minimum),
    "exclusiveMaximum": ("number", _not_exclusive_maximum),
    "multipleOf": ("number", _not_multiple),
    "minLength": ("string", _not_min_length),
    "maxLength": ("string", _not_max_length),
    "pattern": ("string", _not_pattern),
    "format": ("string", _not_format),
    "minItems": ("array", _not_min_items),
    "maxItems": ("array", _not_max_items),
    "uniqueItems": ("array", _not_unique),
    "items": ("array", _not_items),
    "prefixItems": ("array", _not_prefix_items),
    "contains": ("array", _not_contains),
    "properties": ("object", _not_properties),
    "required": ("object", _not_required),
    "minProperties": ("object", _not_min_properties),
    "maxProperties": ("object", _not_max_properties),
}
