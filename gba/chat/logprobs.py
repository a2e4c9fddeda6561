"""How likely the model found its tokens: asked for with ``logprobs=True``, told in OpenAI's form."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, closing
from typing import Any

from gba.backends.base import Chunk, TokenLogprob
from gba.chat.engine import Engine
from gba.chat.messages import Step

__all__ = ["Told", "listening"]

_KEYS = {"answer": "content", "argument": "tool_calls", "choice": "tool_calls", "thought": "reasoning"}
"""Where the tokens of a kind of span are told."""


class Told:
    """The logprobs of one step as llama.cpp told them, by generation. ``top``: how many alternatives are to be kept."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._generations: list[list[tuple[int, TokenLogprob | None]]] = []

    def begin(self) -> list[tuple[int, TokenLogprob | None]]:
        """The list to which the tokens of another generation are to be added."""
        self._generations.append([])
        return self._generations[-1]

    def of(self, step: Step) -> dict[str, list[dict[str, Any]]]:
        """The tokens of a step that were generated: those of ``content``, ``reasoning`` and ``tool_calls``.

        Each is OpenAI's dict of ``token``, ``bytes``, ``logprob`` and ``top_logprobs``. Text that the grammar forces is
        not generated, and so it has none; nor have tokens of which llama.cpp told nothing.
        """
        result: dict[str, list[dict[str, Any]]] = {"content": [], "reasoning": [], "tool_calls": []}
        generation = start = 0
        for span in step.spans:
            if span.kind == "forced":
                continue
            tokens = list(step.tokens[span.start : span.end])
            found = self._find(tokens, generation, start)
            if found is None:
                continue
            generation, first = found
            start = first + len(tokens)
            key = "content" if span.kind == "argument" and not step.calls else _KEYS[span.kind]
            told = self._generations[generation][first:start]
            result[key] += [self._written(one) for _, one in told if one is not None]
        return result

    def _find(self, tokens: Sequence[int], generation: int, start: int) -> tuple[int, int] | None:
        """The generation whose next tokens these are, and where they begin in it; one that was given up is skipped."""
        for number in range(generation, len(self._generations)):
            first = start if number == generation else 0
            told = [token for token, _ in self._generations[number][first : first + len(tokens)]]
            if told == list(tokens):
                return number, first
        return None

    def _written(self, one: TokenLogprob) -> dict[str, Any]:
        return {**_plain(one), "top_logprobs": [_plain(other) for other in one.top[: self._top]]}


def _plain(one: TokenLogprob) -> dict[str, Any]:
    return {"token": one.data.decode("utf-8", errors="replace"), "bytes": list(one.data), "logprob": one.logprob}


def listening(engine: Engine, top: int | None) -> tuple[Engine, Told | None]:
    """The engine, and what its next step is told in; without one where ``top`` is None: nothing is asked for."""
    if top is None:
        return engine, None
    told, other = Told(top), copy.copy(engine)  # all that the engine remembers is shared
    other.backend = _Listening(engine.backend, told)
    return other, told


class _Listening:
    """A backend that hands everything on to another one, and notes the logprobs of what that generates."""

    def __init__(self, backend: Any, told: Told) -> None:
        self._backend, self._told = backend, told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def complete(self, prompt: Sequence[int], **options: Any) -> Iterator[Chunk]:
        noted = self._told.begin()
        with closing(self._backend.complete(prompt, **options)) as chunks:
            for chunk in chunks:
                noted += _pairs(chunk)
                yield chunk

    async def acomplete(self, prompt: Sequence[int], **options: Any) -> AsyncIterator[Chunk]:
        noted = self._told.begin()
        async with aclosing(self._backend.acomplete(prompt, **options)) as chunks:
            async for chunk in chunks:
                noted += _pairs(chunk)
                yield chunk


def _pairs(chunk: Chunk) -> list[tuple[int, TokenLogprob | None]]:
    told = chunk.logprobs or (None,) * len(chunk.tokens)
    return list(zip(chunk.tokens, told, strict=True))
