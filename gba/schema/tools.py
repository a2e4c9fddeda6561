"""What a tool is to gba, and a call of it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gba.errors import SchemaError

__all__ = ["RESPOND", "ToolCall", "ToolSpec"]

RESPOND = "respond"
"""The name under which answering the user stands among the tools of a step."""

_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")


@dataclass(frozen=True)
class ToolSpec:
    """A function that a model may call: ``parameters`` is the JSON Schema (an object) of its arguments.

    Raises SchemaError for a name that a model could not be asked for.
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


@dataclass(frozen=True)
class ToolCall:
    """A call of the tool ``name``; ``id`` names this call among all of a conversation."""

    name: str
    arguments: Mapping[str, Any]
    id: str = field(default_factory=lambda: f"call_{uuid.uuid4().hex[:24]}")

    def same(self, other: ToolCall) -> bool:
        """Whether the other call asks for the same: name and arguments, the id aside."""
        return self.name == other.name and self.key() == other.key()

    def key(self) -> str:
        """The arguments as canonical JSON text, to compare and to hash."""
        return json.dumps(self.arguments, sort_keys=True, ensure_ascii=False, default=str)
