"""Whether the objects of a schema may have properties that it does not name: tools and their users rarely say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["closed", "opened", "untitled"]

_TO_MAPS = ("properties", "$defs", "definitions", "patternProperties")
_TO_LISTS = ("anyOf", "oneOf", "prefixItems")
_TO_SCHEMAS = ("items", "additionalProperties")
_NAMED = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas", "dependencies")
_NO_SCHEMAS = ("const", "default", "enum", "examples", "required", "type")
_OPEN = ("additionalProperties", "patternProperties", "unevaluatedProperties")


def closed(schema: Any) -> Any:
    """The schema, its objects kept to the properties that they name, unless they speak of others themselves.

    Whatever the result allows, the schema allows: a model is spared the choice of keys that no tool would read. A
    schema in which that cannot be told from the outside (``allOf``, ``not``, ``oneOf`` …) stays as it is.
    """
    return schema if _delicate(schema) else _closed(schema)


def _closed(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    result = dict(schema)
    for key in _TO_MAPS:
        if isinstance(result.get(key), Mapping):
            result[key] = {name: _closed(inner) for name, inner in result[key].items()}
    for key in _TO_LISTS:
        if isinstance(result.get(key), list):
            result[key] = [_closed(inner) for inner in result[key]]
    for key in _TO_SCHEMAS:
        if key in result:
            result[key] = _closed(result[key])
    if "properties" in result and not any(key in result for key in _OPEN):
        result["additionalProperties"] = False
    return result


def opened(schema: Any) -> Any:
    """The schema, its objects open to properties that they do not name, unless they speak of others themselves.

    To JSON Schema that is the same; to gba an object that is silent about others has none. Where properties are counted
    as evaluated or not, the schema stays as it is: it speaks of others.
    """
    return schema if _mentions(schema, "unevaluatedProperties") else _opened(schema)


def _opened(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_opened(inner) for inner in schema]
    if not isinstance(schema, Mapping):
        return schema
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, Mapping):
            result[key] = {name: _opened(inner) for name, inner in value.items()}
        else:
            result[key] = value if key in _NO_SCHEMAS else _opened(value)
    if "properties" in result and "additionalProperties" not in result:
        result["additionalProperties"] = True
    return result


def _mentions(schema: Any, keyword: str) -> bool:
    if isinstance(schema, Mapping):
        return keyword in schema or any(_mentions(inner, keyword) for inner in schema.values())
    return isinstance(schema, list) and any(_mentions(inner, keyword) for inner in schema)


def _delicate(schema: Any) -> bool:
    """Whether schemas are combined in a way by which closing one of them could allow more, or forbid everything."""
    if isinstance(schema, list):
        return any(map(_delicate, schema))
    if not isinstance(schema, Mapping):
        return False
    if any(key in schema for key in ("not", "if", "dependentSchemas", "$dynamicRef")):
        return True
    if len(schema.get("allOf") or ()) > 1 or ("oneOf" in schema and "discriminator" not in schema):
        return True
    if "properties" in schema and any(key in schema for key in ("allOf", "anyOf", "oneOf", "$ref")):
        return True
    maps = [inner for key in _TO_MAPS if isinstance(schema.get(key), Mapping) for inner in schema[key].values()]
    rest = [schema[key] for key in (*_TO_LISTS, *_TO_SCHEMAS, "allOf") if key in schema]
    return any(map(_delicate, maps)) or any(map(_delicate, rest))


def untitled(schema: Any) -> Any:
    """The schema without its titles, which repeat the names; a property called title stays."""
    if isinstance(schema, list):
        return [untitled(inner) for inner in schema]
    if not isinstance(schema, Mapping):
        return schema
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _TO_MAPS and isinstance(value, Mapping):
            result[key] = {name: untitled(inner) for name, inner in value.items()}
        elif key in {"default", "const", "enum", "examples"}:
            result[key] = value
        elif key != "title":
            result[key] = untitled(value)
    return result
