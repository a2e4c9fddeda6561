"""gba's errors as LangChain's: what leaves the chat model is of both classes.

Middleware decides by LangChain's class: summaries are made shorter after a ContextOverflowError, and calls are made
again after errors whose ``is_retryable`` is True. The core knows no LangChain, so that the classes are joined here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langchain_core import exceptions

from gba.errors import (
    ContextOverflowError,
    ConversationError,
    EmbeddingError,
    GbaError,
    GenerationInterruptedError,
    GrammarError,
    ModelChangedError,
    ModelFileError,
    SchemaError,
    ServerResponseError,
    ServerUnavailableError,
    StepError,
    UnknownModelError,
)

__all__ = ["as_langchain", "langchain_class", "langchain_errors"]


class InvalidStepError(exceptions.ModelError):
    """The model wrote no valid call. Another sample may be valid."""

    is_retryable = True


_BY_STATUS: dict[int, type[exceptions.ModelError]] = {
    401: exceptions.ModelAuthenticationError,
    403: exceptions.ModelPermissionDeniedError,
    404: exceptions.ModelNotFoundError,
    408: exceptions.ModelTimeoutError,
    429: exceptions.ModelRateLimitError,
}


@contextmanager
def langchain_errors() -> Iterator[None]:
    """Raise every GbaError inside as an error that is of LangChain's class as well."""
    try:
        yield
    except exceptions.ModelError:
        raise
    except GbaError as error:
        raise as_langchain(error) from error.__cause__


def as_langchain(error: GbaError) -> GbaError:
    """The same error with all its attributes, of its own class and of `langchain_class`."""
    made = _again(type(error), langchain_class(error), error.args)
    made.__dict__.update(error.__dict__)
    return made.with_traceback(error.__traceback__)


def langchain_class(error: GbaError) -> type[exceptions.ModelError]:
    """Which of LangChain's classes stands for the condition that an error reports."""
    match error:
        case ContextOverflowError():
            return exceptions.ContextOverflowError
        case ModelFileError() | UnknownModelError():
            return exceptions.ModelNotFoundError
        case ModelChangedError():
            return exceptions.ModelAPIError
        case ServerUnavailableError(timed_out=True) | GenerationInterruptedError(timed_out=True):
            return exceptions.ModelTimeoutError
        case ServerUnavailableError(status=None) | GenerationInterruptedError(status=None):
            return exceptions.ModelConnectionError
        case (
            ServerUnavailableError(status=int(status))
            | GenerationInterruptedError(status=int(status))
            | ServerResponseError(status=status)
        ):
            return _of_status(status)
        case ConversationError() | EmbeddingError() | GrammarError() | SchemaError():
            return exceptions.ModelInvalidRequestError
        case StepError():
            return InvalidStepError
    return exceptions.ModelError


def _of_status(status: int) -> type[exceptions.ModelError]:
    if status >= 500:
        return exceptions.ModelAPIError
    return _BY_STATUS.get(status, exceptions.ModelInvalidRequestError)


def _again(own: type[GbaError], langchain: type[exceptions.ModelError], args: tuple[Any, ...]) -> GbaError:
    """An error of both classes, also when it is read from a pickle."""
    if (own, langchain) not in _JOINED:
        _JOINED[own, langchain] = _join(own, langchain)
    made: GbaError = _JOINED[own, langchain](*args)
    return made


_JOINED: dict[tuple[type, type], type[Any]] = {}


def _join(own: type[GbaError], langchain: type[exceptions.ModelError]) -> type[Any]:
    """A class of the name of ``own`` which inherits from both, and whose constructor takes nothing but the message."""
    names = {
        "__doc__": own.__doc__,
        "__init__": Exception.__init__,
        "__module__": own.__module__,
        "__reduce__": lambda self: (_again, (own, langchain, self.args), self.__dict__),
    }
    return type(own.__name__, (own, langchain), names)
