"""Parameters of functions as people write them: unlike each other, and with what is hard about them."""

from __future__ import annotations

from typing import Any

__all__ = ["FUNCTION_SCHEMAS"]

_PLACE = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
    "required": ["city"],
}

FUNCTION_SCHEMAS: dict[str, Any] = {
    "order of several items": {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "maxLength": 12},
                        "count": {"type": "integer", "minimum": 1, "maximum": 99},
                        "extras": {"type": "array", "items": {"enum": ["salt", "don't", 'a "b"']}, "maxItems": 2},
                    },
                    "required": ["name", "count"],
                },
                "minItems": 1,
                "maxItems": 3,
            },
            "deliver": {"type": "boolean"},
            "note": {"type": ["string", "null"], "maxLength": 20},
        },
        "required": ["items", "deliver"],
    },
    "date, enum and number": {
        "type": "object",
        "properties": {
            "from": {"type": "string", "format": "date"},
            "class": {"type": "string", "enum": ["economy", "first", "l'autre"]},
            "budget": {"type": "number", "minimum": 0, "maximum": 1e4},
            "via": {"$ref": "#/$defs/place"},
        },
        "required": ["from", "class", "via"],
        "$defs": {"place": _PLACE},
    },
    "one of two": {
        "anyOf": [
            {"type": "object", "properties": {"by.id": {"type": "integer"}}, "required": ["by.id"]},
            {"type": "object", "properties": {"by name": _PLACE}, "required": ["by name"]},
        ]
    },
    "anything": {
        "type": "object",
        "properties": {"value": {}, "kind": {"const": "<b>"}},
        "required": ["value", "kind"],
    },
    "keys of any name": {
        "type": "object",
        "properties": {"größe": {"type": "integer"}, "text": {"type": "string", "minLength": 3, "maxLength": 400}},
        "required": ["größe", "text"],
        "additionalProperties": {"type": "boolean"},
    },
    "nothing": {"type": "object", "properties": {}},
}
