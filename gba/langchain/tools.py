"""Tools as LangChain and its providers write them, as gba's tools; and what may be chosen among them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from gba.errors import SchemaError
from gba.langchain.conversions import Conversions
from gba.langchain.parameters import exact_parameters, model_of_function
from gba.schema.openness import closed, opened, untitled
from gba.schema.tools import ToolSpec

__all__ = [
    "ToolLike",
    "can_choose",
    "engine_tools",
    "json_schema_of",
    "to_engine_tools",
    "to_openai_tools",
    "to_specs",
    "to_tool_choice",
]

ToolLike = Mapping[str, Any] | type | Callable[..., Any] | BaseTool
"""A LangChain tool, a function, a pydantic model, a TypedDict, a tool of OpenAI's, Anthropic's or Bedrock's form, or a
JSON Schema with a title."""

_CHOICES = {"auto": "auto", "any": "required", "required": "required", "none": "none"}
_EMPTY: Mapping[str, Any] = {"type": "object", "properties": {}}
_RUN_BY_PROVIDER = "a tool that a provider runs on its own servers"


def to_openai_tools(tools: Sequence[ToolLike], *, strict: bool | None = None) -> list[dict[str, Any]]:
    """Tools of any kind in OpenAI's form, the parameters with all that their schema says.

    A model is kept to the properties that a schema names, unless it says itself that there may be others
    (``additionalProperties``) or ``strict`` is False, here or in the tool. A tool that is there twice, in the same
    words, is one tool.

    Raises SchemaError for two different ones of one name, for a name that a model could not be asked for, for
    parameters that are no object, and for what is no tool.
    """
    return [tool.openai() for tool in _converted(tools, strict)]


def to_specs(tools: Sequence[Mapping[str, Any]]) -> tuple[ToolSpec, ...]:
    """Tools in OpenAI's form (see `to_openai_tools`) as gba's."""
    return tuple(_spec(tool["function"]) for tool in tools)


def to_engine_tools(tools: Sequence[ToolLike], *, strict: bool | None = None) -> tuple[ToolSpec, ...]:
    """Tools of any kind as the engine needs them: where ``strict`` is False, the schema says that objects are open.

    The same tools give the same objects. Raises as `to_openai_tools` does.
    """
    return engine_tools(tools, strict=strict)[0]


def engine_tools(
    tools: Sequence[ToolLike], *, strict: bool | None = None
) -> tuple[tuple[ToolSpec, ...], frozenset[str]]:
    """`to_engine_tools`, and the names of those that are strict, by themselves or because ``strict`` is True."""
    found = _converted(tools, strict)
    return tuple(tool.spec for tool in found), frozenset(tool.spec.name for tool in found if tool.strict)


@dataclass(frozen=True)
class _Converted:
    """A tool in OpenAI's form, and as the engine needs it."""

    form: dict[str, Any]
    text: str
    spec: ToolSpec
    strict: bool | None

    def openai(self) -> dict[str, Any]:
        """OpenAI's form, of which nobody else has this object."""
        return copy.deepcopy(self.form) if not self.text else json.loads(self.text)


def _converted(tools: Sequence[ToolLike], strict: bool | None) -> list[_Converted]:
    known: dict[str, _Converted] = {}
    for tool in tools:
        made = _conversions(tool, strict)
        before = known.setdefault(made.spec.name, made)
        if before is not made and _essence(before.form) != _essence(made.form):
            raise SchemaError(
                "there are two different tools of this name", remedy="Rename one of them.", tool=made.spec.name
            )
    return list(known.values())


def _convert(tool: ToolLike, strict: bool | None) -> _Converted:
    form = _to_openai_tool(tool, strict)
    spec, said = _spec(form["function"]), form["function"].get("strict")
    try:
        text = json.dumps(form)
    except (TypeError, ValueError):
        text = ""
    return _Converted(form, text, replace(spec, parameters=opened(spec.schema)) if said is False else spec, said)


_conversions = Conversions(_convert, again=lambda made: made.text)


def to_tool_choice(choice: str | bool | Mapping[str, Any] | None, names: Sequence[str]) -> str:
    """Any provider's way to name a choice, as the engine's: ``auto``, ``required``, ``none`` or a tool's name.

    Raises SchemaError for a choice that is not known, or that cannot be kept because there are no tools.
    """
    wanted = _named(choice)
    if wanted in names:
        return wanted
    if wanted not in _CHOICES:
        raise SchemaError(
            f"tool_choice is {choice!r}, which is neither a tool's name nor one of auto, any, required and none",
            remedy=f"The tools are: {', '.join(names) or 'none at all'}.",
        )
    if _CHOICES[wanted] == "required" and not names:
        raise SchemaError(f"tool_choice is {choice!r}, but there are no tools", remedy="Bind a tool.")
    return _CHOICES[wanted]


def can_choose(choice: str | bool | Mapping[str, Any] | None, names: Sequence[str]) -> bool:
    """Whether a choice is one of the words, or names one of these tools."""
    wanted = _named(choice)
    return wanted in _CHOICES or wanted in names


def json_schema_of(schema: Any, *, strict: bool | None = None) -> dict[str, Any]:
    """The JSON Schema that a response schema stands for: it is of the kinds that a tool can be, and needs no name."""
    if isinstance(schema, Mapping) and not _is_tool(schema):
        return dict(schema) if strict is False else closed(schema)
    parameters: dict[str, Any] = _to_openai_tool(schema, strict)["function"]["parameters"]
    return parameters


def _spec(function: Mapping[str, Any]) -> ToolSpec:
    return ToolSpec(function.get("name", ""), function.get("description") or "", function.get("parameters") or _EMPTY)


def _named(choice: str | bool | Mapping[str, Any] | None) -> str:
    """The word in a choice: OpenAI writes ``{"type": "function", "function": {"name": …}}``, Anthropic
    ``{"type": "tool", "name": …}``; LangChain has True for any."""
    if choice is None or choice is False:
        return "auto"
    if choice is True:
        return "required"
    if isinstance(choice, str):
        return choice
    function = choice.get("function")
    inner = function if isinstance(function, Mapping) else choice
    return str(inner.get("name") or choice.get("type") or dict(choice))


def _is_tool(schema: Mapping[str, Any]) -> bool:
    """Whether a dict is a tool of some provider rather than a JSON Schema."""
    named = isinstance(schema.get("name"), str) and ("parameters" in schema or "input_schema" in schema)
    return named or "toolSpec" in schema or isinstance(schema.get("function"), Mapping)


def _to_openai_tool(tool: ToolLike, strict: bool | None) -> dict[str, Any]:
    try:
        if not isinstance(tool, (BaseTool, Mapping, type)) and callable(tool):
            tool = model_of_function(tool)
        converted = convert_to_openai_tool(_unwrapped(tool) if isinstance(tool, Mapping) else tool)
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise SchemaError(
            f"{_label(tool)} cannot be used as a tool: {(str(error).splitlines() or [type(error).__name__])[0]}",
            remedy="Give a function, a pydantic model, a LangChain tool, or a dict in OpenAI's or Anthropic's form.",
        ) from error
    function = converted.get("function")
    if not isinstance(function, Mapping):
        raise SchemaError(f"{_label(tool)} is {_RUN_BY_PROVIDER}", remedy="Give a function of your own instead.")
    spec = _spec(function)
    parameters = exact_parameters(tool) or spec.parameters
    if strict is None:
        strict = function.get("strict")
    if strict is not False:
        parameters = closed(parameters)
    result: dict[str, Any] = {"name": spec.name, "description": spec.description, "parameters": dict(parameters)}
    if strict is not None:
        result["strict"] = strict
    return {"type": "function", "function": result}


def _unwrapped(tool: Mapping[str, Any]) -> dict[str, Any]:
    """OpenAI's function inside of a tool, in both forms that it has: LangChain passes these on as they are."""
    if isinstance(tool.get("function"), Mapping):
        return dict(tool["function"])
    if tool.get("type") in {"function", "custom"} and "name" in tool:
        return {key: value for key, value in tool.items() if key != "type"}
    return dict(tool)


def _essence(tool: Mapping[str, Any]) -> Any:
    """A tool without what makes no difference to a model."""
    function = tool["function"]
    return function["description"], untitled(closed(function["parameters"]))


def _label(tool: Any) -> str:
    if isinstance(tool, Mapping):
        return repr(tool.get("name") or tool.get("title") or tool.get("type") or dict(tool))
    return repr(getattr(tool, "name", None) or getattr(tool, "__name__", None) or tool)
