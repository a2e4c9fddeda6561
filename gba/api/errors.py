"""Errors as OpenAI's API tells them: a status, and a body that says what is wrong and with which field."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from gba.errors import (
    BackendError,
    ContextOverflowError,
    ConversationError,
    GbaError,
    GenerationInterruptedError,
    GrammarError,
    SchemaError,
    ServerResponseError,
    ServerUnavailableError,
    StepError,
    UnknownModelError,
)

__all__ = ["ApiError", "as_api_error"]

_RETRY_AFTER = "2"
"""Seconds after which a server that is loading or gone is worth another try."""


class ApiError(Exception):
    """What a request is answered with. ``param`` names the field at fault; ``retry``: it may be sent again as it is."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
        retry: bool = False,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.param, self.code, self.kind = message, status, param, code, kind
        self.retry, self.details = retry, details or {}

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code, **self.details}
        return {"error": error}

    def response(self) -> JSONResponse:
        """The whole answer."""
        headers = {"Retry-After": _RETRY_AFTER} if self.retry else {}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(self.body(), self.status, headers)


def as_api_error(error: GbaError) -> ApiError:
    """An error of gba's. What the model had written until then is in ``details``."""
    details = {name: text for name in ("thought", "written", "text") if (text := getattr(error, name, ""))}
    message = str(error)
    if isinstance(error, ContextOverflowError):
        return ApiError(message, param="messages", code="context_length_exceeded", details=details)
    if isinstance(error, ConversationError):
        index = getattr(error, "index", None)
        return ApiError(message, param="messages" if index is None else f"messages[{index}]", details=details)
    if isinstance(error, SchemaError):
        return ApiError(message, param="tools" if error.tool else "response_format", code="invalid_json_schema")
    if isinstance(error, UnknownModelError):
        return ApiError(message, status=404, param="model", code="model_not_found")
    if isinstance(error, ServerUnavailableError | GenerationInterruptedError):
        return ApiError(
            message, status=503, kind="server_error", code="server_unavailable", retry=True, details=details
        )
    if isinstance(error, StepError):
        return ApiError(message, status=500, kind="server_error", code="no_valid_call", details=details)
    if isinstance(error, ServerResponseError) and error.status == 400:
        return ApiError(message, details=details)
    if isinstance(error, BackendError) and error.option:
        return ApiError(message, param=error.option, code="unsupported_parameter")
    if isinstance(error, GrammarError):
        return ApiError(message, param="grammar", details=details)
    return ApiError(message, status=502, kind="server_error", code="backend_error", retry=True, details=details)
