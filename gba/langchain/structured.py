"""Output of a given schema: what `ChatLlamaCpp.with_structured_output` binds and how the outcome is read."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import (
    JsonOutputKeyToolsParser,
    JsonOutputParser,
    PydanticOutputParser,
    PydanticToolsParser,
)
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.utils.pydantic import is_basemodel_subclass

from gba.errors import SchemaError
from gba.langchain.tools import json_schema_of, to_openai_tools
from gba.schema.openness import opened

__all__ = ["METHODS", "response_format", "response_schema", "response_strict", "structured_output"]

METHODS = ("json_schema", "function_calling", "json_mode")


def response_format(schema: Any, *, strict: bool | None = None) -> dict[str, Any]:
    """OpenAI's ``response_format`` for a schema of any kind; None stands for any JSON object."""
    if schema is None:
        return {"type": "json_object"}
    inner: dict[str, Any] = {"name": _name(schema), "schema": json_schema_of(schema, strict=strict)}
    if strict is not None:
        inner["strict"] = strict
    return {"type": "json_schema", "json_schema": inner}


def response_schema(given: Any, *, strict: bool | None = None) -> dict[str, Any] | None:
    """The JSON Schema that a ``response_format`` asks for, in OpenAI's or llama-server's form or as a schema itself.

    None where it asks for text. ``strict``: False leaves objects open; what the format says itself comes first.
    Raises SchemaError for what is none of these.
    """
    if given is None:
        return None
    kind = given.get("type") if isinstance(given, Mapping) else None
    if kind == "text":
        return None
    if kind == "json_schema":
        inner = given.get("json_schema", given)
        if not isinstance(inner, Mapping) or not isinstance(inner.get("schema"), Mapping):
            raise SchemaError("response_format has no schema", remedy="Put it at json_schema.schema.")
        return _schema(inner["schema"], response_strict(given, strict=strict))
    if kind == "json_object":
        schema = given.get("schema")
        return _schema(schema, strict) if isinstance(schema, Mapping) else {"type": "object"}
    return _schema(given, strict)


def response_strict(given: Any, *, strict: bool | None = None) -> bool | None:
    """Whether a ``response_format`` is strict: what it says itself, else ``strict``; None where it asks for text."""
    if given is None or (isinstance(given, Mapping) and given.get("type") == "text"):
        return None
    inner = given.get("json_schema", given) if isinstance(given, Mapping) else None
    said = inner.get("strict") if isinstance(inner, Mapping) else None
    return said if isinstance(said, bool) else strict


def _schema(schema: Any, strict: bool | None) -> dict[str, Any]:
    made = json_schema_of(schema, strict=strict)
    return opened(made) if strict is False else made


def structured_output(
    model: Any, schema: Any, method: str, options: Mapping[str, Any], *, include_raw: bool, strict: bool | None
) -> Runnable[LanguageModelInput, Any]:
    """What `ChatLlamaCpp.with_structured_output` gives. ``model``: the chat model; ``options``: what else is bound."""
    if method not in METHODS:
        raise SchemaError(f"method is {method!r}", remedy=f"It can be one of {', '.join(METHODS)}.")
    if schema is None and method != "json_mode":
        raise SchemaError("there is no schema", remedy='Give one, or method="json_mode" for any JSON object.')
    noted = {"ls_structured_output_format": {"kwargs": {"method": method, "strict": strict}, "schema": schema}}
    others = {name: value for name, value in options.items() if name != "tools"}
    tools = options.get("tools")
    if method == "function_calling":
        name = to_openai_tools([schema])[0]["function"]["name"]
        choice = "required" if tools else name
        bound = {"tool_choice": choice, "strict": strict, **noted, **others}
        return _with_parser(
            model.bind_tools([schema, *(tools or ())], **bound), _call_parser(schema, name), include_raw=include_raw
        )
    asked = {"response_format": response_format(schema, strict=strict), **noted, **others}
    if tools is None:
        runnable = model.bind(**asked)
    else:
        runnable = model.bind_tools(tools, **{"strict": strict, **asked})
    return _with_parser(runnable, _answer_parser(schema, calls=tools is not None), include_raw=include_raw)


def _answer_parser(schema: Any, *, calls: bool = False) -> Runnable[Any, Any]:
    """The parser of an answer: into an instance of a pydantic model, or else into plain JSON.

    ``calls``: the model may have called a tool instead of answering; the result is None then.
    """
    parser: Runnable[Any, Any] = JsonOutputParser()
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        parser = PydanticOutputParser(pydantic_object=schema)
    return RunnableLambda(lambda message: None if message.tool_calls else parser.invoke(message)) if calls else parser


def _call_parser(schema: Any, name: str) -> Runnable[Any, Any]:
    """What reads a call of the tool that a schema was made."""
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        return PydanticToolsParser(tools=[schema], first_tool_only=True)
    return JsonOutputKeyToolsParser(key_name=name, first_tool_only=True)


def _with_parser(
    model: Runnable[LanguageModelInput, AIMessage], parser: Runnable[Any, Any], *, include_raw: bool
) -> Runnable[LanguageModelInput, Any]:
    """The model and its parser. ``include_raw``: the result is a dict of ``raw``, ``parsed`` and ``parsing_error``."""
    if not include_raw:
        return model | parser
    parsed = RunnablePassthrough.assign(parsed=itemgetter("raw") | parser, parsing_error=lambda _: None)
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=model) | parsed.with_fallbacks([failed], exception_key="parsing_error")


def _name(schema: Any) -> str:
    if isinstance(schema, Mapping):
        function = schema.get("function")
        inner = function if isinstance(function, Mapping) else schema
        return str(inner.get("title") or (inner.get("name") if "parameters" in inner else None) or "response")
    return str(getattr(schema, "name", None) or getattr(schema, "__name__", "response"))
