"""Whether a document is a schema at all: the metaschemas of the drafts, as one walk over all of its subschemas.

Looked at are the keywords that say something about a value, used or not. Annotations (``title``, ``examples`` …) are
not: no value of theirs makes a grammar wrong. OpenAPI's and older drafts' spellings are let through in newer drafts
where their meaning is clear: boolean ``exclusiveMinimum`` and ``exclusiveMaximum``, lists of ``items``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from gba.errors import SchemaError

__all__ = ["MOST_LEVELS", "MOST_VALUES", "discriminator", "is_number", "is_small", "known", "require_schema"]

_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


def is_number(value: Any) -> bool:
    """Whether the value is a number that a double can hold: JSON parsers read others as infinite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= sys.float_info.max


def _is_count(value: Any) -> bool:
    return is_number(value) and value >= 0 and value == int(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def _is_unique_texts(value: Any) -> bool:
    return _is_texts(value) and len(set(value)) == len(value)


def _is_type(value: Any) -> bool:
    return (
        value in _TYPES if isinstance(value, str) else _is_unique_texts(value) and bool(value) and set(value) <= _TYPES
    )


def _are_lists_of_texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_is_unique_texts(item) for item in value.values())


_TEXT = (lambda value: isinstance(value, str), "a string")
_COUNT = (_is_count, "an integer, 0 or more")
_NUMBER = (is_number, "a number that a double can hold")
_BOUND = (lambda value: isinstance(value, bool) or is_number(value), "a number that a double can hold")

_VALUES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "type": (_is_type, "one of null, boolean, integer, number, string, array, object, or a list of them"),
    "enum": (lambda value: isinstance(value, (list, tuple)), "a list"),
    "minimum": _NUMBER,
    "maximum": _NUMBER,
    "exclusiveMinimum": _BOUND,
    "exclusiveMaximum": _BOUND,
    "multipleOf": (lambda value: is_number(value) and value > 0, "a number greater than 0 that a double can hold"),
    "minLength": _COUNT,
    "maxLength": _COUNT,
    "pattern": _TEXT,
    "format": _TEXT,
    "minItems": _COUNT,
    "maxItems": _COUNT,
    "minContains": _COUNT,
    "maxContains": _COUNT,
    "uniqueItems": (lambda value: isinstance(value, bool), "true or false"),
    "minProperties": _COUNT,
    "maxProperties": _COUNT,
    "required": (_is_unique_texts, "a list of different strings"),
    "dependentRequired": (_are_lists_of_texts, "an object of lists of different strings"),
    "$ref": _TEXT,
    "$dynamicRef": _TEXT,
    "$schema": _TEXT,
}
"""What a keyword's value must be."""

_LATER = {
    **dict.fromkeys(("const", "propertyNames", "contains"), 6),
    **dict.fromkeys(("if", "then", "else"), 7),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties"), 2019),
    **dict.fromkeys(("minContains", "maxContains", "$recursiveRef"), 2019),
    **dict.fromkeys(("prefixItems", "$dynamicRef"), 2020),
}
"""The draft that brought the keyword; before it the name means nothing."""

_AGE = {"draft4": 4, "draft6": 6, "draft7": 7, "2019-09": 2019, "2020-12": 2020}

_UNKNOWN = {
    dialect: frozenset(keyword for keyword, since in _LATER.items() if since > age) for dialect, age in _AGE.items()
}
"""The keywords that a draft does not have yet."""

_ONE = {
    "additionalItems",
    "additionalProperties",
    "contains",
    "else",
    "if",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
}
_LISTED = {"allOf", "anyOf", "oneOf", "prefixItems"}
_NAMED = {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}


def known(schema: Any, dialect: str) -> Any:
    """The schema in the keywords of its draft: later ones are annotations to it, and are left out; OpenAPI's
    ``discriminator`` is a key that is required."""
    if not isinstance(schema, (dict, Mapping)):
        return schema
    if not _UNKNOWN[dialect].isdisjoint(schema):
        schema = {keyword: value for keyword, value in schema.items() if keyword not in _UNKNOWN[dialect]}
    name = discriminator(schema)
    return schema if name is None else {**schema, "required": [*schema.get("required", ()), name]}


def discriminator(schema: Mapping[str, Any]) -> str | None:
    """The key that tells the alternatives of the schema apart, and so has to be there; None where there is none."""
    said = schema.get("discriminator")
    if not isinstance(said, Mapping) or schema.keys().isdisjoint(("anyOf", "oneOf")):
        return None
    name, required = said.get("propertyName"), schema.get("required", ())
    return name if isinstance(name, str) and isinstance(required, (list, tuple)) and name not in required else None


MOST_LEVELS = 1000
"""Subschemas that may lie within each other."""

MOST_VALUES = 300_000
"""Values, those within others included, that a document may have."""


def is_small(document: Any) -> bool:
    """Whether the document has no more values than may be, those counted again that are used several times.

    Not so a document that holds itself, which Python can make and JSON text cannot.
    """
    count = 0
    waiting = [document]
    while waiting and count <= MOST_VALUES:
        value = waiting.pop()
        if isinstance(value, (dict, Mapping)):
            value = value.values()
        elif not isinstance(value, (list, tuple)):
            continue
        count += len(value)
        waiting.extend([child for child in value if type(child) is not str])
    return count <= MOST_VALUES


def require_schema(document: Any, dialect: str) -> None:
    """Raises SchemaError, with keyword and JSON pointer, for the first subschema that is none, or that is too much."""
    values = 0
    age = _AGE[dialect]
    waiting: list[tuple[Any, str, str, int]] = [(document, "", "", 1)]
    seen: set[int] = set()
    while waiting:
        schema, pointer, keyword, level = waiting.pop()
        if level > MOST_LEVELS:
            raise SchemaError(
                f"the schema is nested more than {MOST_LEVELS} levels deep",
                keyword=keyword,
                remedy="Use $ref for what repeats.",
            )
        if isinstance(schema, bool) or id(schema) in seen:
            continue
        if not isinstance(schema, (dict, Mapping)):
            raise _malformed(keyword, pointer, "a schema: an object, true or false")
        seen.add(id(schema))
        values += len(schema)
        for name, value in schema.items():
            values += len(value) if isinstance(value, (list, dict)) else 0
            if values > MOST_VALUES:
                raise SchemaError(
                    f"the schema has more than {MOST_VALUES} values",
                    keyword=name,
                    pointer=f"{pointer}/{name}",
                    remedy="Split it, or shorten its lists.",
                )
            if name in _LATER and age < _LATER[name]:
                continue
            if name in _VALUES:
                holds, wanted = _VALUES[name]
                if not holds(value):
                    raise _malformed(name, f"{pointer}/{name}", wanted)
            elif name in _CHILDREN:
                at = f"{pointer}/{name}"
                waiting.extend(
                    (child, f"{at}{step}", name, level + 1) for step, child in _CHILDREN[name](value, name, at)
                )


def _malformed(keyword: str, pointer: str, wanted: str) -> SchemaError:
    subject = repr(keyword) if keyword else "a schema"
    return SchemaError(f"{subject} has to be {wanted}", keyword=keyword, pointer=pointer, remedy="Correct the schema.")


_Children = list[tuple[str, Any]]


def _one(value: Any, _name: str, _at: str) -> _Children:
    return [("", value)]


def _listed(value: Any, name: str, at: str) -> _Children:
    if not isinstance(value, (list, tuple)) or not value:
        raise _malformed(name, at, "a list of schemas, one at least")
    return [(f"/{index}", item) for index, item in enumerate(value)]


def _named(value: Any, name: str, at: str) -> _Children:
    if not isinstance(value, (dict, Mapping)):
        raise _malformed(name, at, "an object of schemas")
    return [(f"/{str(key).replace('~', '~0').replace('/', '~1')}", item) for key, item in value.items()]


def _items(value: Any, name: str, at: str) -> _Children:
    if isinstance(value, (list, tuple)):
        return [(f"/{index}", item) for index, item in enumerate(value)]
    return _one(value, name, at)


def _dependencies(value: Any, name: str, at: str) -> _Children:
    return [(step, item) for step, item in _named(value, name, at) if not _is_texts(item) and not isinstance(item, str)]


_CHILDREN: dict[str, Callable[[Any, str, str], _Children]] = {
    **dict.fromkeys(_ONE, _one),
    **dict.fromkeys(_LISTED, _listed),
    **dict.fromkeys(_NAMED, _named),
    "items": _items,
    "dependencies": _dependencies,
}
"""The subschemas that a keyword holds, each with what leads to it. Raises SchemaError."""
