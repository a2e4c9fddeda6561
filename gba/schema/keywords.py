"""What the keywords of one schema object say about each JSON type, applicators and references aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gba.errors import SchemaError
from gba.schema.merge import Values, both_values, conjoin, unique_values
from gba.schema.metaschema import MOST_VALUES, is_number
from gba.schema.nodes import (
    ANYTHING,
    TYPES,
    Array,
    Boolean,
    Bound,
    Conjunction,
    Contains,
    Language,
    Node,
    Null,
    Number,
    Object,
    Place,
    Scope,
    Shape,
    String,
)
from gba.schema.subschemas import Subschemas

__all__ = ["ANY_SHAPE", "count", "direct", "fraction", "malformed", "names", "type_of", "values_shape"]

_SURROGATE = re.compile("[\ud800-\udfff]")

ANY_SHAPE: Shape = {
    "null": (Null(),),
    "boolean": (Boolean(),),
    "number": (Number(),),
    "string": (String(),),
    "array": (Array(),),
    "object": (Object(),),
}
"""Every value."""

_NUMBER = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_STRING = {"minLength", "maxLength", "pattern", "format"}
_ARRAY = {"items", "prefixItems", "additionalItems", "contains", "minItems", "maxItems", "uniqueItems"}
_OBJECT = {
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "required",
    "minProperties",
    "maxProperties",
}


def malformed(place: Place, keyword: str, wanted: str) -> SchemaError:
    """The error for a keyword whose value the metaschema does not allow."""
    return SchemaError(
        f"{keyword!r} has to be {wanted}",
        keyword=keyword,
        pointer=f"{place.pointer}/{keyword}",
        remedy="Correct the schema.",
    )


def direct(normalizer: Subschemas, place: Place) -> Shape:
    """The shape of the type, enum, const and assertion keywords of a schema object."""
    schema = place.schema
    shape = _types(place, schema)
    if "enum" in schema or "const" in schema:
        shape = _enumerated(place, schema, shape)
    found: dict[str, tuple[Node, ...]] = {}
    for kind, nodes in shape.items():
        keywords, build = _BUILDERS.get(kind, (_NOTHING, None))
        if build is not None and not keywords.isdisjoint(schema):
            node = nodes[0]
            built = build(normalizer, place, schema, node)
            if built is not None:
                found[kind] = (built,)
        else:
            found[kind] = nodes
    return found


_NOTHING: set[str] = set()


def _types(place: Place, schema: Mapping[str, Any]) -> Shape:
    wanted = schema.get("type")
    if wanted is None and "type" not in schema:
        return ANY_SHAPE
    listed = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(listed, (list, tuple)) or not all(isinstance(name, str) for name in listed):
        raise malformed(place, "type", "the name of a type, or a list of them")
    shape: dict[str, tuple[Node, ...]] = {}
    for name in listed:
        if name == "integer":
            shape.setdefault("number", (Number(integer=True, pointer=place.pointer),))
        elif name in ANY_SHAPE:
            shape[name] = ANY_SHAPE[name]
        else:
            raise malformed(place, "type", "one of null, boolean, integer, number, string, array, object")
    if schema.get("nullable") is True:
        shape["null"] = (Null(),)
    return {name: shape[name] for name in TYPES if name in shape}


def type_of(value: Any) -> str:
    """The JSON type of a Python value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, (list, tuple)) else "object"


def values_shape(place: Place, keyword: str, values: list[Any] | tuple[Any, ...]) -> dict[str, tuple[Any, ...]]:
    """The values by their JSON type, each once. Raises SchemaError for what is not JSON."""
    by_type: dict[str, list[Any]] = {}
    for value in values:
        if type(value) is str and value.isascii():  # by far the most, where there are many
            by_type.setdefault("string", []).append(value)
            continue
        _require_json(place, keyword, value)
        by_type.setdefault(type_of(value), []).append(value)
    return {name: unique_values(found) for name, found in by_type.items()}


def _require_json(place: Place, keyword: str, value: Any) -> None:
    waiting = [value]
    count = 0
    while waiting:
        at = waiting.pop()
        count += 1
        if count > MOST_VALUES:
            raise malformed(place, keyword, f"no more than {MOST_VALUES} values")
        if isinstance(at, str):
            if not at.isascii() and _SURROGATE.search(at):
                raise malformed(place, keyword, "text without lone surrogates")
        elif isinstance(at, (dict, Mapping)):
            if not all(isinstance(key, str) for key in at):
                raise malformed(place, keyword, "JSON, in which keys are strings")
            waiting.extend(at)
            waiting.extend(at.values())
        elif isinstance(at, (list, tuple)):
            waiting.extend(at)
        elif at is not None and not isinstance(at, bool) and not is_number(at):
            numbers = isinstance(at, (int, float))
            raise malformed(place, keyword, "numbers that a double can hold" if numbers else "JSON values only")


def _enumerated(place: Place, schema: Mapping[str, Any], shape: Shape) -> Shape:
    kept: dict[str, tuple[Node, ...]] = {}
    allowed: dict[str, tuple[Any, ...]] | None = None
    for keyword in ("enum", "const"):
        if keyword not in schema:
            continue
        values = schema[keyword] if keyword == "enum" else [schema[keyword]]
        if not isinstance(values, (list, tuple)):
            raise malformed(place, keyword, "a list")
        found = values_shape(place, keyword, values)
        if allowed is not None:
            found = {name: both_values(found[name], allowed[name]) for name in found if name in allowed}
        allowed = found
    if allowed is None:
        return shape
    for name, nodes in shape.items():
        values = allowed.get(name, ())
        if name == "number" and any(isinstance(node, Number) and node.integer for node in nodes):
            values = Values(value for value in values if float(value).is_integer())
        if values:
            kept[name] = (_with_values(nodes[0], values),)
    return kept


def _with_values(node: Node, values: tuple[Any, ...]) -> Node:
    return replace(node, values=values)


def fraction(place: Place, keyword: str, value: Any) -> Fraction:
    """The number exactly as it is written, not as a binary float holds it."""
    if not is_number(value):
        raise malformed(place, keyword, "a number that a double can hold")
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def count(place: Place, keyword: str, value: Any) -> int:
    """A number of characters, items or keys."""
    if not is_number(value) or value < 0 or value != int(value):
        raise malformed(place, keyword, "an integer, 0 or more")
    return int(value)


def _number(normalizer: Subschemas, place: Place, schema: Mapping[str, Any], node: Any) -> Node | None:
    low = high = None
    if "minimum" in schema:
        low = Bound(fraction(place, "minimum", schema["minimum"]), schema.get("exclusiveMinimum") is True)
    if "maximum" in schema:
        high = Bound(fraction(place, "maximum", schema["maximum"]), schema.get("exclusiveMaximum") is True)
    if "exclusiveMinimum" in schema and not isinstance(schema["exclusiveMinimum"], bool):
        value = fraction(place, "exclusiveMinimum", schema["exclusiveMinimum"])
        low = Bound(value, True) if low is None or value >= low.value else low
    if "exclusiveMaximum" in schema and not isinstance(schema["exclusiveMaximum"], bool):
        value = fraction(place, "exclusiveMaximum", schema["exclusiveMaximum"])
        high = Bound(value, True) if high is None or value <= high.value else high
    multiples: tuple[Fraction, ...] = ()
    if "multipleOf" in schema:
        multiples = (fraction(place, "multipleOf", schema["multipleOf"]),)
        if multiples[0] <= 0:
            raise malformed(place, "multipleOf", "greater than 0")
    if low and high and (low.value > high.value or (low.value == high.value and (low.exclusive or high.exclusive))):
        normalizer.contradiction(place, "minimum", "no number is between its minimum and its maximum")
        return None
    return Number(node.integer, low, high, multiples, (), node.fractional, node.values, place.pointer, node.notes)


def _string(normalizer: Subschemas, place: Place, schema: Mapping[str, Any], node: Any) -> Node | None:
    minimum = count(place, "minLength", schema.get("minLength", 0))
    maximum = count(place, "maxLength", schema["maxLength"]) if "maxLength" in schema else None
    if maximum is not None and minimum > maximum:
        normalizer.contradiction(place, "minLength", "minLength is greater than maxLength")
        return None
    languages = []
    for keyword in ("pattern", "format"):
        if keyword in schema:
            if not isinstance(schema[keyword], str):
                raise malformed(place, keyword, "a string")
            languages.append(Language(keyword, schema[keyword], pointer=place.pointer))
    return String(minimum, maximum, tuple(languages), node.values, place.pointer, node.notes)


def _array(normalizer: Subschemas, place: Place, schema: Mapping[str, Any], node: Any) -> Node | None:
    minimum = count(place, "minItems", schema.get("minItems", 0))
    maximum = count(place, "maxItems", schema["maxItems"]) if "maxItems" in schema else None
    if maximum is not None and minimum > maximum:
        normalizer.contradiction(place, "minItems", "minItems is greater than maxItems")
        return None
    prefix, rest, evaluated = _items(normalizer, place, schema)
    unique = place.pointer if schema.get("uniqueItems") is True else None
    contains = _contains(normalizer, place, schema)
    return Array(prefix, rest, minimum, maximum, contains, unique, evaluated, node.values, place.pointer, node.notes)


def _items(
    normalizer: Subschemas, place: Place, schema: Mapping[str, Any]
) -> tuple[tuple[Conjunction, ...], Conjunction, int | None]:
    listed, rest_keyword = "prefixItems", "items"
    if isinstance(schema.get("items"), (list, tuple)):
        listed, rest_keyword = "items", "additionalItems"
    prefix: tuple[Conjunction, ...] = ()
    if listed in schema:
        if not isinstance(schema[listed], (list, tuple)):
            raise malformed(place, listed, "a list of schemas")
        prefix = tuple(normalizer.child(place, item, listed, index) for index, item in enumerate(schema[listed]))
    if rest_keyword in schema:
        return prefix, normalizer.child(place, schema[rest_keyword], rest_keyword), None
    return prefix, ANYTHING, len(prefix)


def _contains(normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> tuple[Contains, ...]:
    if "contains" not in schema:
        return ()
    item = normalizer.child(place, schema["contains"], "contains")
    minimum = count(place, "minContains", schema.get("minContains", 1))
    maximum = count(place, "maxContains", schema["maxContains"]) if "maxContains" in schema else None
    if minimum == 0 and maximum is None and "unevaluatedItems" not in schema:
        return ()
    negation = normalizer.child(place, schema["contains"], "contains", negated=True)
    return (Contains(item, negation, minimum, maximum, place.pointer),)


def names(place: Place, keyword: str, value: Any) -> tuple[str, ...]:
    """A list of keys."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) for name in value):
        raise malformed(place, keyword, "a list of property names")
    _require_json(place, keyword, value)
    return tuple(dict.fromkeys(value))


def _object(normalizer: Subschemas, place: Place, schema: Mapping[str, Any], node: Any) -> Node | None:
    minimum = count(place, "minProperties", schema.get("minProperties", 0))
    maximum = count(place, "maxProperties", schema["maxProperties"]) if "maxProperties" in schema else None
    required = names(place, "required", schema["required"]) if "required" in schema else ()
    if maximum is not None and max(minimum, len(required)) > maximum:
        normalizer.contradiction(place, "maxProperties", "more keys are needed than maxProperties allows")
        return None
    scope = _scope(normalizer, place, schema)
    named: Conjunction = ANYTHING
    if "propertyNames" in schema:
        named = conjoin(normalizer.child(place, schema["propertyNames"], "propertyNames"))
    says = scope.declares or scope.patterns or scope.additional is not None
    scopes = (scope,) if says else ()
    return Object(scopes, required, minimum, maximum, named, node.values, place.pointer, node.notes)


def _scope(normalizer: Subschemas, place: Place, schema: Mapping[str, Any]) -> Scope:
    properties = schema.get("properties", {})
    if not isinstance(properties, (dict, Mapping)):
        raise malformed(place, "properties", "an object of schemas")
    patterns = schema.get("patternProperties", {})
    if not isinstance(patterns, (dict, Mapping)):
        raise malformed(place, "patternProperties", "an object of schemas")
    _require_json(place, "properties", list(properties))
    additional = None
    if "additionalProperties" in schema:
        additional = normalizer.child(place, schema["additionalProperties"], "additionalProperties")
    return Scope(
        tuple((name, normalizer.child(place, item, "properties", name)) for name, item in properties.items()),
        tuple(
            (
                Language("pattern", pattern, pointer=f"{place.pointer}/patternProperties"),
                normalizer.child(place, item, "patternProperties", pattern),
            )
            for pattern, item in patterns.items()
        ),
        additional,
        "properties" in schema,
    )


_BUILDERS: dict[str, tuple[set[str], Callable[[Any, Place, Mapping[str, Any], Any], Node | None]]] = {
    "number": (_NUMBER, _number),
    "string": (_STRING, _string),
    "array": (_ARRAY, _array),
    "object": (_OBJECT, _object),
}
