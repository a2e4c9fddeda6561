"""A model in this process behind the seam: one thread owns it, any thread and any event loop may ask."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import random
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from gba.backends.base import Chunk, Properties, Sampling
from gba.backends.generation import GenerationRequest
from gba.backends.worker import Cancelled, Owner

if TYPE_CHECKING:
    from typing_extensions import Self

    from gba.backends.decoding import Decoding

__all__ = ["OwnedModel"]


class OwnedModel:
    """Backend and AsyncBackend over a `Decoding`, which ``make`` loads in the thread that is to own it.

    Requests are served one after the other. ``seed``: of requests that bring none. To be closed.
    """

    def __init__(self, make: Callable[[], Decoding], name: str, seed: int | None) -> None:
        self._owner: Owner[Decoding] = Owner(make, name)
        self._seeds = random.Random(seed)
        self._guard = threading.Lock()
        self._known: Properties | None = None
        self._finalizer = weakref.finalize(self, self._owner.shutdown)

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `Backend.tokenize`."""
        with self._guard:
            self._owner.check()
            return self._owner.resource.vocabulary.tokenize(text, special=special)

    def detokenize(self, tokens: Sequence[int]) -> str:
        """See `Backend.detokenize`."""
        with self._guard:
            self._owner.check()
            return self._owner.resource.vocabulary.detokenize(tokens)

    def properties(self) -> Properties:
        """See `Backend.properties`."""
        with self._guard:
            self._owner.check()
            if self._known is None:
                self._known = self._owner.resource.properties()
            return self._known

    def complete(
        self,
        prompt: Sequence[int],
        *,
        grammar: str | None = None,
        stop: Sequence[str] = (),
        max_tokens: int = -1,
        sampling: Sampling | None = None,
        slot: int | None = None,
    ) -> Iterator[Chunk]:
        """See `Backend.complete`."""
        request = self._request(prompt, grammar, stop, max_tokens, sampling, slot)
        yield from self._owner.stream(functools.partial(_generate, request))

    def _request(
        self,
        prompt: Sequence[int],
        grammar: str | None,
        stop: Sequence[str],
        max_tokens: int,
        sampling: Sampling | None,
        slot: int | None,
    ) -> GenerationRequest:
        sampling = sampling or Sampling()
        seed = self._seeds.getrandbits(31) if sampling.seed is None else sampling.seed & 0xFFFFFFFF
        return GenerationRequest(tuple(prompt), grammar, tuple(stop), max_tokens, sampling, slot, seed)

    async def atokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `AsyncBackend`."""
        return await asyncio.to_thread(self.tokenize, text, special=special)

    async def adetokenize(self, tokens: Sequence[int]) -> str:
        """See `AsyncBackend`."""
        return await asyncio.to_thread(self.detokenize, tokens)

    async def aproperties(self) -> Properties:
        """See `AsyncBackend`."""
        return self.properties() if self._known is not None else await asyncio.to_thread(self.properties)

    async def acomplete(
        self,
        prompt: Sequence[int],
        *,
        grammar: str | None = None,
        stop: Sequence[str] = (),
        max_tokens: int = -1,
        sampling: Sampling | None = None,
        slot: int | None = None,
    ) -> AsyncIterator[Chunk]:
        """See `AsyncBackend`."""
        request = self._request(prompt, grammar, stop, max_tokens, sampling, slot)
        async with contextlib.aclosing(self._owner.astream(functools.partial(_generate, request))) as chunks:
            async for chunk in chunks:
                yield chunk

    def close(self) -> None:
        """Ends what is running and frees the model. A second call does nothing."""
        with self._guard:
            self._finalizer()

    async def aclose(self) -> None:
        """See `close`."""
        await asyncio.to_thread(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _generate(request: GenerationRequest, decoder: Decoding, cancelled: Cancelled) -> Iterator[Chunk]:
    return decoder.generate(request, cancelled)
