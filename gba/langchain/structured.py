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
from gba.langchain.parameters import opened
from gba.langchain.tools import json_schema_of

__all__ = ["METHODS", "answer_parser", "call_parser", "response_format", "response_schema", "with_parser"]

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
        return _schema(inner["schema"], strict if inner.get("strict") is None else inner["strict"])
    if kind == "json_object":
        schema = given.get("schema")
        return _schema(schema, strict) if isinstance(schema, Mapping) else {"type": "object"}
    return _schema(given, strict)


def _schema(schema: Any, strict: bool | None) -> dict[str, Any]:
    made = json_schema_of(schema, strict=strict)
    return opened(made) if strict is False else made


def answer_parser(schema: Any, *, calls: bool = False) -> Runnable[Any, Any]:
    """What reads an answer: as an instance of a pydantic model, else as plain JSON.

    With ``calls`` there may be a call in place of an answer, for which the result is None.
    """
    parser: Runnable[Any, Any] = JsonOutputParser()
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        parser = PydanticOutputParser(pydantic_object=schema)
    return RunnableLambda(lambda message: None if message.tool_calls else parser.invoke(message)) if calls else parser


def call_parser(schema: Any, name: str) -> Runnable[Any, Any]:
    """What reads a call of the tool that a schema was made."""
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        return PydanticToolsParser(tools=[schema], first_tool_only=True)
    return JsonOutputKeyToolsParser(key_name=name, first_tool_only=True)


def with_parser(
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
