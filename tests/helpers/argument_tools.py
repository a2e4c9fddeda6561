"""Tools whose arguments are of every kind."""

from __future__ import annotations

__all__ = ["SEVERAL", "WEATHER"]

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer", "minimum": 1, "maximum": 14},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "alerts": {"type": "boolean"},
        "since": {"type": ["string", "null"], "format": "date"},
        "near": {"type": "array", "items": {"type": "string"}},
        "at": {"type": "object", "properties": {"x": {"type": "number"}}, "additionalProperties": False},
    },
    "required": ["city"],
}

SEVERAL = [
    ({"type": ["string", "integer"]}, ["", "a", "3 a", 3, -7, "007", "1.5"], ["3", "-7", "0"]),
    ({"type": ["string", "number"]}, ["1.", 1.5, 10], ["1.5", "1e3"]),
    ({"anyOf": [{"type": "string", "maxLength": 200}, {"type": "null"}]}, ["Nullable", None, ""], []),
    ({"enum": ["1", 2, "x", None]}, ["1", 2, "x", None], []),
    ({"enum": ["1", 1]}, [1], ["1"]),
    (True, ["text", "a [b]", "it's", 1, [1, {"a": None}], {"b": "c"}], ["2", "[a"]),
]
