"""What a tool is to gba, and a call of it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gba.errors import SchemaError

__all__ = ["RESPOND", "ToolCall", "ToolSpec", "object_schema"]

RESPOND = "respond"
"""The name under which answering the user stands among the tools of a step."""

_LONE_REFERENCE = ("draft-04", "draft-06", "draft-07")
"""Drafts in which a reference silences what stands beside it."""
_ABOUT_KEYS = frozenset(
    {
        "$dynamicRef",
        "$recursiveRef",
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "enum",
        "if",
        "maxProperties",
        "minProperties",
        "not",
        "oneOf",
        "patternProperties",
        "properties",
        "propertyNames",
        "required",
        "unevaluatedProperties",
    }
)
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")


@dataclass(frozen=True)
class ToolSpec:
    """A function that a model may call: ``parameters`` is the JSON Schema of its arguments, as its author wrote it.

    Raises SchemaError for a name that a model could not be asked for, and for parameters that are no object.
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise SchemaError(
                f"{self.name!r} cannot be a tool's name",
                remedy="Use 1 to 128 letters, digits and _ . : / -",
                tool=str(self.name),
            )
        if self.name == RESPOND:
            raise SchemaError(
                f"the name {RESPOND!r} is taken: it is how a model chooses to answer",
                remedy="Give the tool another name.",
                tool=self.name,
            )
        try:
            object_schema(self.parameters)
        except SchemaError as error:
            raise error.for_tool(self.name) from None

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema that arguments have to satisfy: ``parameters``, and that they are an object."""
        return object_schema(self.parameters)


def object_schema(schema: Any) -> dict[str, Any]:
    """The schema of the objects that a schema allows.

    Many schemas of tools leave ``type`` out at their root, or allow null beside an object. One that says nothing about
    keys stands for an object without any. Raises SchemaError where the root's ``type`` allows no object; other
    contradictions are found when the schema is compiled.
    """
    if schema is True:
        schema = {}
    if not isinstance(schema, Mapping):
        raise SchemaError(
            "the parameters of a tool are the JSON Schema of an object",
            remedy='Give one, such as {"type": "object", "properties": {}}.',
        )
    types = schema.get("type", "object")
    if "object" not in ([types] if isinstance(types, str) else types if isinstance(types, (list, tuple)) else ()):
        raise SchemaError(
            f"arguments are an object, and the root's type is {json.dumps(types, default=str)}",
            keyword="type",
            remedy="Make it a property of an object.",
        )
    whole = {**schema, "type": "object"}
    if "$ref" in schema and any(draft in str(schema.get("$schema")) for draft in _LONE_REFERENCE):
        whole["allOf"] = [{"$ref": whole.pop("$ref")}]
    return whole if not _ABOUT_KEYS.isdisjoint(whole) else {**whole, "properties": {}}


@dataclass(frozen=True)
class ToolCall:
    """A call of the tool ``name``; ``id`` names this call among all of a conversation."""

    name: str
    arguments: Mapping[str, Any]
    id: str = field(default_factory=lambda: f"call_{uuid.uuid4().hex[:24]}")

    def same(self, other: ToolCall) -> bool:
        """Whether the other call has the same name and the same arguments; ids are not compared."""
        return self.name == other.name and self.key() == other.key()

    def key(self) -> str:
        """The arguments as canonical JSON text, to compare and to hash."""
        return json.dumps(self.arguments, sort_keys=True, ensure_ascii=False, default=str)
