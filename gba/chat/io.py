"""The step without its input and output: what it asks of a backend, and who answers.

The step is written once, as a generator that yields *requests* (and events for the caller) and is sent the answers.
`drive` answers from a Backend, `adrive` from an AsyncBackend. An error of the backend is thrown into the generator.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from gba.backends.base import AsyncBackend, Backend, Chunk, Properties, Sampling
from gba.chat.aside import computed, turn
from gba.errors import BackendError, ModelChangedError

__all__ = [
    "Ask",
    "Compute",
    "Describe",
    "Detokenize",
    "Generate",
    "Halt",
    "More",
    "Task",
    "Tokenize",
    "Wait",
    "adrive",
    "answer",
    "drive",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Tokenize:
    """Answered by the list of the text's tokens."""

    text: str
    special: bool = False


@dataclass(frozen=True)
class Detokenize:
    """Answered by the text of the tokens."""

    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Describe:
    """Answered by the backend's Properties."""


@dataclass(frozen=True)
class Generate:
    """Starts a generation; answered by its first Chunk. `More` is answered by the next one; `Halt` ends it early."""

    prompt: tuple[int, ...]
    grammar: str | None = None
    stop: tuple[str, ...] = ()
    max_tokens: int = -1
    sampling: Sampling | None = None
    slot: int | None = None


@dataclass(frozen=True)
class Compute:
    """Answered by what the function returns, which may take a while: an event loop is not held up by it."""

    function: Callable[[], Any]


@dataclass(frozen=True)
class More:
    """Answered by the next Chunk of the generation under way."""


@dataclass(frozen=True)
class Halt:
    """Closes the generation under way; answered by None."""


@dataclass(frozen=True)
class Wait:
    """Answered by None after so many seconds."""

    seconds: float


Ask = Tokenize | Detokenize | Describe | Compute | Generate | More | Halt | Wait
Task = Generator[Any, Any, T]
"""A generator that yields requests (`Ask`) or events, is sent the answers to the former, and returns a T."""

_REPEATS = 16
"""How often a task may ask for exactly the same generation in a row."""
_CUT = "the generation ended without a last chunk. This is a fault of the backend: please report it."


class _Guard:
    """What must hold before a generation: the model is that which the task was told of, and something came of the
    generations before."""

    def __init__(self) -> None:
        self._described: Properties | None = None
        self._last: Generate | None = None
        self._repeats = 0

    def described(self, properties: Properties) -> Properties:
        """Note the model."""
        self._described = properties
        return properties

    def check(self, properties: Properties, ask: Generate) -> None:
        """Raises ModelChangedError for another model, BackendError where the same is asked for again and again."""
        before = self._described
        if before is not None and before.identity != properties.identity:
            raise ModelChangedError(before=before.model, after=properties.model)
        self._repeats = self._repeats + 1 if ask == self._last else 0
        self._last = ask
        if self._repeats >= _REPEATS:
            raise BackendError(
                f"nothing came of {_REPEATS} generations after the same prompt: the backend ends each of them without "
                "text. See the server's log; `gba doctor` tells whether it follows a grammar."
            )


class _Stream:
    """The generation under way of one driver, sync."""

    def __init__(self, backend: Backend) -> None:
        self._backend, self._chunks, self._guard = backend, cast("Iterator[Chunk] | None", None), _Guard()

    def answer(self, ask: Ask) -> Any:
        match ask:
            case Tokenize(text, special):
                return self._backend.tokenize(text, special=special)
            case Detokenize(tokens):
                return self._backend.detokenize(tokens)
            case Describe():
                return self._guard.described(self._backend.properties())
            case Compute(function):
                return function()
            case Generate(prompt, grammar, stop, max_tokens, sampling, slot):
                self.close()
                self._guard.check(self._backend.properties(), ask)
                self._chunks = iter(
                    self._backend.complete(
                        prompt, grammar=grammar, stop=stop, max_tokens=max_tokens, sampling=sampling, slot=slot
                    )
                )
                return self._next()
            case More():
                return self._next()
            case Halt():
                return self.close()
            case Wait(seconds):
                return time.sleep(seconds)

    def _next(self) -> Chunk:
        if self._chunks is None:
            raise BackendError(_CUT)
        for chunk in self._chunks:
            return chunk
        raise BackendError(_CUT)

    def close(self) -> None:
        chunks, self._chunks = self._chunks, None
        if chunks is not None and hasattr(chunks, "close"):
            chunks.close()


class _AsyncStream:
    """The generation under way of one driver, async."""

    def __init__(self, backend: AsyncBackend) -> None:
        self._backend, self._chunks, self._guard = backend, cast("AsyncIterator[Chunk] | None", None), _Guard()

    async def answer(self, ask: Ask) -> Any:
        match ask:
            case Tokenize(text, special):
                return await self._backend.atokenize(text, special=special)
            case Detokenize(tokens):
                return await self._backend.adetokenize(tokens)
            case Describe():
                return self._guard.described(await self._backend.aproperties())
            case Compute(function):
                return await computed(function)
            case Generate(prompt, grammar, stop, max_tokens, sampling, slot):
                await self.close()
                self._guard.check(await self._backend.aproperties(), ask)
                self._chunks = aiter(
                    self._backend.acomplete(
                        prompt, grammar=grammar, stop=stop, max_tokens=max_tokens, sampling=sampling, slot=slot
                    )
                )
                return await self._next()
            case More():
                return await self._next()
            case Halt():
                return await self.close()
            case Wait(seconds):
                return await asyncio.sleep(seconds)

    async def _next(self) -> Chunk:
        if self._chunks is None:
            raise BackendError(_CUT)
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            raise BackendError(_CUT) from None

    async def close(self) -> None:
        chunks, self._chunks = self._chunks, None
        if chunks is not None and hasattr(chunks, "aclose"):
            await chunks.aclose()


_ASKS = (Tokenize, Detokenize, Describe, Compute, Generate, More, Halt, Wait)


def drive(task: Task[T], backend: Backend) -> Generator[Any, None, T]:
    """Run the task; yields its events and returns its result. Closing it closes the generation under way."""
    stream = _Stream(backend)
    try:
        send, value = task.send, None
        while True:
            try:
                item = send(value)
            except StopIteration as stop:
                return cast("T", stop.value)
            send, value = task.send, None
            if isinstance(item, _ASKS):
                try:
                    value = stream.answer(item)
                except Exception as error:  # noqa: BLE001 - the task decides what to do about it
                    send, value = task.throw, error
            else:
                yield item
    finally:
        stream.close()
        task.close()


async def adrive(task: Task[T], backend: AsyncBackend) -> AsyncGenerator[Any, None]:
    """As `drive`; the result comes as the last item, wrapped in a one-element tuple."""
    stream = _AsyncStream(backend)
    try:
        send, value = task.send, None
        while True:
            await turn()
            try:
                item = send(value)
            except StopIteration as stop:
                yield (cast("T", stop.value),)
                return
            send, value = task.send, None
            if isinstance(item, _ASKS):
                await turn()
                try:
                    value = await stream.answer(item)
                except Exception as error:  # noqa: BLE001 - the task decides what to do about it
                    send, value = task.throw, error
            else:
                yield item
    finally:
        await stream.close()
        task.close()


def answer(task: Task[T], backend: Backend) -> T:
    """Run a task that has no events to show and return its result."""
    driver = drive(task, backend)
    while True:
        try:
            next(driver)
        except StopIteration as stop:
            return cast("T", stop.value)
