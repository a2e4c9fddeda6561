"""The OpenAPI document of the endpoint, made from the types that the requests are read with."""

from __future__ import annotations

import functools
from typing import Any

from gba._version import __version__
from gba.api.requests import ChatRequest, ResponsesRequest, TokenizeRequest

__all__ = ["document"]

_ERRORS = {
    "400": "The request is wrong; `error.param` names the field.",
    "401": "The API key is missing or wrong.",
    "404": "There is no such model.",
    "405": "The path does not take this method; `Allow` names those that it takes.",
    "408": "The body took too long to arrive.",
    "413": "The body is too large.",
    "429": "Too many requests wait.",
    "500": "The step ended without a valid call.",
    "502": "llama.cpp failed.",
    "503": "The llama-server is gone or still loading.",
}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [*properties], "properties": properties}


_TEXT, _TEXT_OR_NULL, _COUNT = {"type": "string"}, {"type": ["string", "null"]}, {"type": "integer", "minimum": 0}
_SCHEMAS = {
    "Error": _object(error=_object(message=_TEXT, type=_TEXT, param=_TEXT_OR_NULL, code=_TEXT_OR_NULL)),
    "Health": _object(status={"const": "ok"}),
    "Model": _object(
        id=_TEXT, object={"const": "model"}, created=_COUNT, owned_by=_TEXT, meta=_object(n_ctx=_COUNT, slots=_COUNT)
    ),
    "Models": _object(
        object={"const": "list"}, data={"type": "array", "items": {"$ref": "#/components/schemas/Model"}}
    ),
    "Completion": {"type": "object", "required": ["prompt"], "description": "What the llama-server takes."},
    "Embedding": {"type": "object", "required": ["input"], "description": "What the llama-server takes."},
    "Tokens": _object(tokens={"type": "array", "items": _COUNT}),
}
_NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


@functools.cache
def document(*, key: bool = False) -> dict[str, Any]:
    """The document. ``key``: clients have to send one."""
    schemas: dict[str, Any] = {}
    for model in (ChatRequest, ResponsesRequest, TokenizeRequest):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    schemas.update(_SCHEMAS)
    get, post = _get, _post
    return {
        "openapi": "3.1.0",
        "info": {"title": "gba api", "version": __version__},
        "security": [{"key": []}] if key else [],
        "paths": {
            "/v1/chat/completions": post("Chat, with calls that are always valid.", "ChatRequest", events=True),
            "/v1/responses": post("The same as a response; nothing is stored.", "ResponsesRequest", events=True),
            "/v1/completions": _passed("Completions, passed on to the llama-server.", "Completion", events=True),
            "/v1/embeddings": _passed("Embeddings, passed on to the llama-server.", "Embedding"),
            "/v1/models": get("The model that runs here.", "Models"),
            "/v1/models/{name}": {"parameters": [_NAME], **get("The model of this name.", "Model")},
            "/tokenize": post("The tokens of a text.", "TokenizeRequest", "Tokens"),
            "/health": get("Whether the model can be asked.", "Health", key=False),
            "/v1/health": get("Whether the model can be asked.", "Health"),
            "/metrics": get("Counters for Prometheus.", media="text/plain"),
            "/openapi.json": get("This document.", key=False),
        },
        "components": {"schemas": schemas, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def _get(summary: str, answer: str = "", *, media: str = "application/json", key: bool = True) -> dict[str, Any]:
    open_to_all: dict[str, Any] = {} if key else {"security": []}
    return {"get": {"summary": summary, **open_to_all, "responses": _answers({media: _named(answer)})}}


def _post(summary: str, schema: str, answer: str = "", *, events: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": _named(schema)}
    media: dict[str, Any] = {"application/json": _named(answer)}
    if events:
        media["text/event-stream"] = {}
    body = {"required": True, "content": content}
    return {"post": {"summary": summary, "requestBody": body, "responses": _answers(media)}}


def _passed(summary: str, schema: str, *, events: bool = False) -> dict[str, Any]:
    item = _post(summary, schema, events=events)
    text = "What the llama-server answers with; 501 where the model runs in process, without a server."
    item["post"]["responses"] = {
        "200": item["post"]["responses"]["200"],
        "default": {"description": text, "content": {"application/json": {}}},
    }
    return item


def _named(schema: str) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{schema}"}} if schema else {}


def _answers(content: dict[str, Any]) -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    errors = {status: {"description": text, "content": error} for status, text in _ERRORS.items()}
    return {"200": {"description": "Done.", "content": content}, **errors}
