"""How a tool of a kind is drawn: its name, its description and the names of its parameters vary.

A kind is known by its key here and by nothing else: now and then its name is a made-up word, so that only
the description tells what it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gba.schema.tools import ToolSpec
from models.tiny.tasks.base import Act, Draw
from models.tiny.tasks.words import pseudo_word

__all__ = ["BOOLEAN", "INTEGER", "NUMBER", "STRING", "Drawn", "Kind", "Param", "act_on", "draw_tool"]

STRING: Mapping[str, Any] = {"type": "string"}
INTEGER: Mapping[str, Any] = {"type": "integer"}
NUMBER: Mapping[str, Any] = {"type": "number"}
BOOLEAN: Mapping[str, Any] = {"type": "boolean"}


@dataclass(frozen=True)
class Param:
    """A parameter: what it is for (``role``), what it may be called and how it may be described."""

    role: str
    names: tuple[str, ...]
    schema: Mapping[str, Any]
    about: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True)
class Kind:
    """What a tool does, with the names and descriptions that tools of this kind go by."""

    key: str
    names: tuple[str, ...]
    about: str
    params: tuple[Param, ...]


@dataclass(frozen=True)
class Drawn:
    """A tool as one task has it; ``roles`` leads from a parameter's role to its name."""

    spec: ToolSpec
    roles: Mapping[str, str]

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments under this tool's names, in the order of its schema; values of None are left out."""
        return {name: values[role] for role, name in self.roles.items() if values.get(role) is not None}


def act_on(tool: Drawn, result: str, **values: Any) -> Act:
    """A call of the tool with values by role."""
    return Act(tool.spec.name, tool.arguments(values), result)


def _made_up_name(draw: Draw) -> str:
    """A tool's name that tells nothing."""
    word = pseudo_word(draw)
    roll = draw.rng.random()
    if roll < 0.5:
        return word
    if roll < 0.7:
        return f"{word}_{pseudo_word(draw, 1)}"
    kind = draw.pick(("tool", "fn", "api", "call", "do", "run", "x"))
    return f"{kind}_{word if roll < 0.85 else draw.rng.randint(1, 99)}"


def draw_tool(draw: Draw, kind: Kind, *, made_up: float = 0.08, taken: frozenset[str] = frozenset()) -> Drawn:
    """A tool of this kind whose name is not ``taken``."""
    described = draw.chance(0.45)
    properties: dict[str, Any] = {}
    roles: dict[str, str] = {}
    for param in kind.params:
        name = draw.pick([name for name in param.names if name not in properties])
        node = dict(param.schema)
        if described and param.about:
            node["description"] = draw.pick(param.about)
        if not param.required and draw.chance(0.3):
            node = {"anyOf": [node, {"type": "null"}], "default": None}
        properties[name], roles[param.role] = node, name
    required = [roles[param.role] for param in kind.params if param.required]
    # As LangChain's tools: no arguments but those that are named.
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    while True:
        name = _made_up_name(draw) if draw.chance(made_up) else draw.pick(kind.names)
        if name not in taken:
            break
        made_up = 1.0
    return Drawn(ToolSpec(name, _description(draw, kind, roles), schema), roles)


def _description(draw: Draw, kind: Kind, roles: Mapping[str, str]) -> str:
    """What the tool does, in the ways in which people write descriptions and docstrings."""
    text = draw.free(kind.about)
    if draw.chance(0.12):
        text = draw.pick(("Use this to ", "A tool to ", "Tool to ", "This tool can ", "Useful to ")) + _small(text)
    if kind.params and draw.chance(0.1):
        indent = draw.pick(("", "    "))
        listed = "".join(
            f"\n{indent}    {roles[param.role]}: {draw.pick(param.about or (f'The {param.names[0]}.',))}"
            for param in kind.params
        )
        text += f"\n\n{indent}Args:{listed}"
        if draw.chance(0.5):
            text += f"\n\n{indent}Returns:\n{indent}    {draw.pick(('The result.', 'A text.', 'What was found.'))}"
    return text


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
