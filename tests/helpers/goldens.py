"""The grammars whose text is kept in ``grammars/``, to be read and compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, Field

from gba.grammar import Grammar
from gba.schema.tools import ToolSpec

__all__ = ["GOLDENS"]


class Circle(BaseModel):
    kind: Literal["circle"]
    radius: float = Field(gt=0)


class Square(BaseModel):
    kind: Literal["square"]
    side: float = Field(gt=0)


class Drawing(BaseModel):
    title: str = Field(min_length=1, max_length=80)
    created: str = Field(json_schema_extra={"format": "date"})
    shapes: list[Circle | Square] = []
    scale: int = Field(default=1, ge=1, le=20)
    note: str | None = None


SEARCH = ToolSpec(
    "search",
    "Search the web.",
    {
        "type": "object",
        "properties": {"query": {"type": "string"}, "limit": {"type": "integer", "minimum": 1, "maximum": 10}},
        "required": ["query"],
    },
)
CLOCK = ToolSpec("clock", "Tell the time.")
OPEN = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "size": {"enum": ["s", "m", "l"]}},
    "required": ["name"],
    "patternProperties": {"^x-": True},
    "additionalProperties": {"type": "integer"},
}

GOLDENS: dict[str, Callable[[], Grammar]] = {
    "schema-call": lambda: Grammar.from_tools([SEARCH, CLOCK], whitespace="spaced"),
    "schema-drawing": lambda: Grammar.from_pydantic(Drawing),
    "schema-any": lambda: Grammar.from_json_schema(True),
    "schema-open": lambda: Grammar.from_json_schema(OPEN, whitespace="flexible"),
    "schema-counted": lambda: Grammar.from_json_schema({"type": "string", "minLength": 3, "maxLength": 10_000}),
    "schema-address": lambda: Grammar.from_json_schema({"type": "string", "format": "ipv4"}),
    "schema-price": lambda: Grammar.from_json_schema(
        {"type": "number", "minimum": 0, "maximum": 99.95, "multipleOf": 0.05}
    ),
}
"""How each golden is compiled, by the name of its file."""
