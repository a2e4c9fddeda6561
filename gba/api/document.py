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
    "413": "The body is too large.",
    "429": "Too many requests wait.",
    "500": "The step ended without a valid call.",
    "502": "llama.cpp failed.",
    "503": "The llama-server is gone or still loading.",
}


@functools.cache
def document() -> dict[str, Any]:
    """The document."""
    schemas: dict[str, Any] = {}
    for model in (ChatRequest, ResponsesRequest, TokenizeRequest):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    schemas["Error"] = {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["message", "type", "param", "code"],
                "properties": {
                    "message": {"type": "string"},
                    "type": {"type": "string"},
                    "param": {"type": ["string", "null"]},
                    "code": {"type": ["string", "null"]},
                },
            }
        },
    }
    get, post = _get, _post
    return {
        "openapi": "3.1.0",
        "info": {"title": "gba api", "version": __version__},
        "security": [{"key": []}],
        "paths": {
            "/v1/chat/completions": post("Chat, with calls that are always valid.", "ChatRequest", events=True),
            "/v1/responses": post("The same as a response; nothing is stored.", "ResponsesRequest", events=True),
            "/v1/models": get("The model that runs here."),
            "/tokenize": post("The tokens of a text.", "TokenizeRequest"),
            "/health": get("Whether the model can be asked."),
            "/metrics": get("Counters for Prometheus.", media="text/plain"),
        },
        "components": {"schemas": schemas, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def _get(summary: str, media: str = "application/json") -> dict[str, Any]:
    return {"get": {"summary": summary, "responses": _answers({media: {}})}}


def _post(summary: str, schema: str, *, events: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    media: dict[str, Any] = {"application/json": {}}
    if events:
        media["text/event-stream"] = {}
    body = {"required": True, "content": content}
    return {"post": {"summary": summary, "requestBody": body, "responses": _answers(media)}}


def _answers(content: dict[str, Any]) -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    errors = {status: {"description": text, "content": error} for status, text in _ERRORS.items()}
    return {"200": {"description": "Done.", "content": content}, **errors}
