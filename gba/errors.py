"""The errors of gba: one root, and on each error the data that a caller needs to go on.

GbaError
├── SchemaError              a JSON Schema that cannot be compiled, or a tool that has one
│   └── ToolsError               some tools among others cannot be compiled
├── GrammarError             GBNF text that cannot be read, or that llama.cpp refuses
├── BackendError             llama.cpp could not do what was asked
│   ├── ServerUnavailableError   nothing answers at the URL, or the model is still loading
│   ├── ServerResponseError      the server answered with an HTTP error
│   ├── GenerationInterruptedError   it ended in the middle of a generation
│   ├── ModelChangedError        another model answers than at the beginning of the request
│   ├── ModelFileError           the file is missing or is no usable GGUF
│   ├── UnknownModelError        a server or backend has no model of that name
│   ├── EmbeddingError           no vector of a text, or not one of the dimensions that it has to have
│   └── ContextOverflowError     the prompt does not fit into the context
├── ConversationError        messages that are out of order or of an unknown kind
├── OptionsError             texts among which a model cannot choose
├── StepError                a step ended without a valid call
├── StepLimitError           an agent made as many steps as it may, and has no answer
├── DocumentError            a file has no text that can be read
├── StoreError               a store of documents cannot be used
└── MathError                a program that the math tool does not evaluate
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = [
    "BackendError",
    "ContextOverflowError",
    "ConversationError",
    "DocumentError",
    "EmbeddingError",
    "GbaError",
    "GenerationInterruptedError",
    "GrammarError",
    "MathError",
    "ModelChangedError",
    "ModelFileError",
    "OptionsError",
    "SchemaError",
    "ServerResponseError",
    "ServerUnavailableError",
    "StepError",
    "StepLimitError",
    "StoreError",
    "ToolsError",
    "UnknownModelError",
]


class GbaError(Exception):
    """Base class of every error that gba raises on purpose. All of them can be pickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without calling the constructor, whose keyword arguments are not in ``args``."""
        return type(self).__new__, (type(self), *self.args), self.__dict__


class SchemaError(GbaError):
    """A schema cannot be compiled.

    Attributes: ``keyword`` (the JSON Schema keyword at fault, or ""), ``pointer`` (JSON pointer into the
    schema, "" for its root), ``remedy`` (what to do), ``tool`` (the tool's name, where one is known).
    """

    def __init__(
        self, message: str, *, keyword: str = "", pointer: str = "", remedy: str = "", tool: str | None = None
    ) -> None:
        self.reason, self.keyword, self.pointer, self.remedy, self.tool = message, keyword, pointer, remedy, tool
        where = f"tool {tool!r}: " if tool else ""
        at = f" (at {pointer or '/'}{', keyword ' + repr(keyword) if keyword else ''})" if pointer or keyword else ""
        super().__init__(f"{where}{message}{at}{'. ' + remedy if remedy else ''}")

    def for_tool(self, name: str) -> SchemaError:
        """The same error, with the name of the tool that the schema belongs to."""
        return SchemaError(self.reason, keyword=self.keyword, pointer=self.pointer, remedy=self.remedy, tool=name)


class ToolsError(SchemaError):
    """Some tools cannot be compiled: ``errors`` has a SchemaError for each, ``usable`` the names of the other tools.

    The attributes of a SchemaError are those of the first one.
    """

    def __init__(self, errors: Sequence[SchemaError], usable: Sequence[str]) -> None:
        first = errors[0]
        super().__init__(
            first.reason, keyword=first.keyword, pointer=first.pointer, remedy=first.remedy, tool=first.tool
        )
        self.errors, self.usable = tuple(errors), tuple(usable)

    def __str__(self) -> str:
        if len(self.errors) == 1:
            return str(self.errors[0])
        return f"{len(self.errors)} tools cannot be compiled: " + "; ".join(map(str, self.errors))


class GrammarError(GbaError):
    """GBNF text cannot be read. ``line`` and ``column`` count from 1; 0 where there is no position.

    Raised out of a step, ``thought`` and ``written`` hold what the model had written in that step.
    """

    thought: str = ""
    written: str = ""

    def __init__(self, message: str, *, line: int = 0, column: int = 0) -> None:
        self.line, self.column = line, column
        super().__init__(f"line {line}, column {column}: {message}" if line else message)


class BackendError(GbaError):
    """llama.cpp could not do what was asked of it.

    Raised out of a step, ``thought`` and ``written`` hold what the model had written in that step. ``option``: the
    option of the request that this backend does not have, or not with this value; "" where something else went wrong.
    """

    thought: str = ""
    written: str = ""

    def __init__(self, *args: Any, option: str = "") -> None:
        self.option = option
        super().__init__(*args)


class ServerUnavailableError(BackendError):
    """Nothing usable answers at ``url``.

    ``loading``: a server is there, still loading its model. ``timed_out``: the connection stood, but no answer came in
    time. ``status``: of the HTTP answer; None where there was none.
    """

    def __init__(
        self, message: str, *, url: str, loading: bool = False, timed_out: bool = False, status: int | None = None
    ) -> None:
        self.url, self.loading, self.timed_out, self.status = url, loading, timed_out, status
        super().__init__(message)


class ServerResponseError(BackendError):
    """The server at ``url`` answered with HTTP ``status`` and ``body``."""

    def __init__(self, message: str, *, url: str, status: int, body: str = "") -> None:
        self.url, self.status, self.body = url, status, body
        super().__init__(message)


class GenerationInterruptedError(BackendError):
    """The generation ended before its time. ``text`` and ``tokens`` hold what had been generated.

    ``timed_out``: the server was silent for longer than it may be. ``status``: the code of an error that the server
    reported in the middle of its answer; None where the connection broke.
    """

    def __init__(
        self,
        message: str,
        *,
        text: str = "",
        tokens: tuple[int, ...] = (),
        timed_out: bool = False,
        status: int | None = None,
    ) -> None:
        self.text, self.tokens, self.timed_out, self.status = text, tokens, timed_out, status
        super().__init__(message)


class ModelChangedError(BackendError):
    """The server now runs the model ``after`` and no longer ``before``, the model that the request was made for.

    ``text`` and ``tokens`` hold what had been generated in this request. What was known of the old model is forgotten,
    so the same step can be asked for again.
    """

    def __init__(self, *, before: str, after: str, text: str = "", tokens: tuple[int, ...] = ()) -> None:
        self.before, self.after, self.text, self.tokens = before, after, text, tokens
        names = f"{after!r} instead of {before!r}" if before != after else f"another model or build called {after!r}"
        super().__init__(
            f"the server runs {names} since this request began. Its tokens are those of the old model, so the request "
            "was ended. Ask again: what was known of the old model is forgotten."
        )


class ModelFileError(BackendError):
    """The file at ``path`` is missing or is not a GGUF that llama.cpp can load."""

    def __init__(self, message: str, *, path: str) -> None:
        self.path = path
        super().__init__(message)


class UnknownModelError(BackendError):
    """There is no model called ``name`` where one was asked for. ``known``: the names of those that are there."""

    def __init__(self, message: str, *, name: str | None, known: Sequence[str] = ()) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(message)


class EmbeddingError(BackendError):
    """A text has no vector, or another one than it has to have.

    ``index``: which text it is, from 0; ``expected`` and ``found``: dimensions. None where it is about something else.
    """

    def __init__(
        self, message: str, *, index: int | None = None, expected: int | None = None, found: int | None = None
    ) -> None:
        self.index, self.expected, self.found = index, expected, found
        super().__init__(message)


class ContextOverflowError(BackendError):
    """A prompt of ``needed`` tokens does not fit into a context of ``available`` tokens."""

    def __init__(self, message: str, *, needed: int, available: int) -> None:
        self.needed, self.available = needed, available
        super().__init__(message)


class ConversationError(GbaError):
    """The message at ``index`` (from 0; None where no single one is at fault) cannot stand where it does."""

    def __init__(self, message: str, *, index: int | None = None) -> None:
        self.index = index
        super().__init__(message)


class OptionsError(GbaError):
    """A model cannot choose among these options: the one at ``index`` (from 0; None where there is none at all)."""

    def __init__(self, message: str, index: int | None = None) -> None:
        self.index = index
        super().__init__(message)


class StepError(GbaError):
    """A step ended without a valid call.

    Nothing is lost: ``thought`` and ``text`` hold what the model wrote, ``violations`` what is wrong with it,
    and ``__cause__`` the error behind, if there was one.
    """

    def __init__(self, message: str, *, thought: str = "", text: str = "", violations: tuple[Any, ...] = ()) -> None:
        self.thought, self.text, self.violations = thought, text, violations
        super().__init__(message)


class StepLimitError(GbaError):
    """An agent made the ``steps`` that it may make for one request, and did not answer."""

    def __init__(self, message: str, *, steps: int) -> None:
        self.steps = steps
        super().__init__(message)


class DocumentError(GbaError):
    """The file at ``path`` has no text that can be read."""

    def __init__(self, message: str, *, path: str) -> None:
        self.path = path
        super().__init__(message)


class StoreError(GbaError):
    """The store of documents at ``path`` cannot be used.

    ``expected`` and ``found``: the dimensions of its vectors, and those of another one; None where something else is
    wrong.
    """

    def __init__(self, message: str, *, path: str, expected: int | None = None, found: int | None = None) -> None:
        self.path, self.expected, self.found = path, expected, found
        super().__init__(message)


class MathError(GbaError):
    """A program cannot be evaluated.

    ``kind`` is one of ``syntax``, ``forbidden``, ``too large``, ``time``, ``domain``, ``no result``: what is wrong with
    the program; or ``no value``: the result comes back as text only; ``timeout``: that is no time limit; ``process``:
    the process that calculates does not start, is closed, or gave an answer that cannot be read. The message is fit
    for the model that wrote the program. ``program`` is its text.
    """

    def __init__(self, message: str, *, kind: str, program: str = "") -> None:
        self.kind, self.program = kind, program
        super().__init__(message)
