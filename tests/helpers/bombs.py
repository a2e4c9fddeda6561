"""Grammars and schemas that are small and would become very large."""

from __future__ import annotations

from typing import Any

__all__ = ["BOMBS", "nested"]


def nested(depth: int) -> Any:
    schema: Any = {"type": "integer"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


BOMBS: dict[str, Any] = {
    "ten thousand branches": {"anyOf": [{"const": f"branch {n}"} for n in range(10_000)]},
    "ten thousand texts": {"enum": [f"text {n}" for n in range(10_000)]},
    "a long string": {"type": "string", "maxLength": 10**9},
    "a long array": {"type": "array", "items": {"type": "integer"}, "maxItems": 10**9},
    "many keys, counted": {"type": "object", "maxProperties": 10**6, "properties": {f"k{n}": True for n in range(200)}},
    "exponential allOf": {"allOf": [{"anyOf": [{"required": [f"a{n}"]}, {"required": [f"b{n}"]}]} for n in range(20)]},
    "exponential pattern": {"type": "string", "pattern": "^(a|b)*a(a|b){20}$"},
    "nested repetition": {"type": "string", "pattern": "^(((a{1,99}){1,99}){1,99}){1,99}$"},
    "catastrophic": {"type": "string", "pattern": "^(a+)+(b+)+(a|aa)+$"},
    "two thousand optional keys": {"type": "object", "properties": {f"k{n}": {"type": "null"} for n in range(2000)}},
    "a deep array": nested(200),
}
