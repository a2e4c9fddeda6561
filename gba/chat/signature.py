"""A tool on one line, for prompts of models whose template tells of no tools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gba.schema.tools import ToolSpec

__all__ = ["described", "fields", "signature"]


def _type(schema: Any, depth: int = 0) -> str:
    """A schema as a short type expression; what it cannot say shortly becomes ``object`` or ``any``."""
    if not isinstance(schema, Mapping):
        return "any"
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " | ".join(dict.fromkeys(_type(option, depth) for option in schema[key]))
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " | ".join(kind)
    if kind == "array":
        inner = _type(schema.get("items"), depth + 1)
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if kind == "object" and schema.get("properties") and depth < 4:
        return "{" + _parameters(schema, depth + 1) + "}"
    if "format" in schema and kind == "string":
        return f"string ({schema['format']})"
    return str(kind)


def _parameters(schema: Mapping[str, Any], depth: int = 0) -> str:
    required = schema.get("required") or ()
    return ", ".join(
        f"{name}{'' if name in required else '?'}: {_type(value, depth)}"
        for name, value in (schema.get("properties") or {}).items()
    )


def _inline(schema: Any, definitions: Mapping[str, Any], seen: tuple[str, ...] = ()) -> Any:
    """The schema with its local references put in place, cut where they recur."""
    if isinstance(schema, list):
        return [_inline(item, definitions, seen) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.rsplit("/", 1)[-1]
        if name in seen or name not in definitions or len(seen) > 4:
            return {"type": "object"}
        return _inline(definitions[name], definitions, (*seen, name))
    return {
        key: _inline(value, definitions, seen) for key, value in schema.items() if key not in {"$defs", "definitions"}
    }


def signature(tool: ToolSpec) -> str:
    """The tool on one line, and below it a line for each parameter that is described."""
    parameters = tool.parameters if isinstance(tool.parameters, Mapping) else {}
    definitions = {**(parameters.get("definitions") or {}), **(parameters.get("$defs") or {})}
    schema = _inline(parameters, definitions) if definitions else parameters
    description = " ".join(tool.description.split())
    lines = [f"- {tool.name}({_parameters(schema)}){': ' + description if description else ''}"]
    return "\n".join([*lines, *_descriptions(schema)])


def _descriptions(schema: Mapping[str, Any]) -> list[str]:
    return [
        f"    {name}: {' '.join(str(value['description']).split())}"
        for name, value in (schema.get("properties") or {}).items()
        if isinstance(value, Mapping) and value.get("description")
    ]


def described(response: Mapping[str, Any] | None) -> list[str]:
    """A line for each property of the schema of an answer that has a description."""
    return [] if response is None else _descriptions(_inline(response, response.get("$defs") or {}))


def fields(response: Mapping[str, Any] | None) -> str:
    """The properties of the schema of an answer, as `signature` has those of a tool."""
    return "" if response is None else _parameters(_inline(response, response.get("$defs") or {}))
