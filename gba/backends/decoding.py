"""The decoding loop in process, whatever evaluates the tokens: evaluate, draw, tell, until something ends it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

from gba.backends.base import Chunk, Finish, Properties, Timings
from gba.backends.generation import GenerationRequest
from gba.backends.sampler import TokenSampler
from gba.backends.slots import Slots
from gba.backends.stream_text import StopWatch, Utf8Assembler
from gba.backends.vocabulary import TokenTable
from gba.errors import BackendError, ContextOverflowError

__all__ = ["Decoding"]


class Decoding(ABC):
    """A loaded model. Only the thread that made it may use it; ``vocabulary`` is for all.

    ``context``: tokens that one sequence can hold; ``slots``: sequences whose KV cache is kept.
    """

    vocabulary: TokenTable
    context: int
    slots: int
    _cells: Slots

    @abstractmethod
    def properties(self) -> Properties:
        """What is known of the model."""

    @abstractmethod
    def _sampler(self, request: GenerationRequest) -> TokenSampler:
        """What draws the tokens of this generation. Raises GrammarError, BackendError."""

    @abstractmethod
    def close(self) -> None:
        """Free the model. The vocabulary must not be used after this."""

    def generate(self, request: GenerationRequest, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """The chunks of one generation. Ends without a last chunk when it is cancelled."""
        self._check(request)
        sampler = self._sampler(request)
        try:
            yield from self._run(request, sampler, cancelled)
        finally:
            sampler.close()

    def _check(self, request: GenerationRequest) -> None:
        needed = len(request.prompt)
        if not needed:
            raise BackendError("the prompt has no tokens: begin it with BOS, or with some text.")
        if request.max_tokens < -1:
            raise BackendError(f"max_tokens is {request.max_tokens}: give a count, or -1 for as many as fit.")
        if request.slot is not None and not 0 <= request.slot < self.slots:
            raise BackendError(
                f"there is no slot {request.slot}: this model has {self.slots} (slots=...), from 0 on.",
                option="id_slot",
            )
        if needed >= self.context:
            raise ContextOverflowError(
                f"the prompt of {needed} tokens does not fit into the context of {self.context} tokens. "
                "Load the model with a larger context, or shorten the conversation.",
                needed=needed,
                available=self.context,
            )
        self.vocabulary.check(request.prompt)

    def _run(self, request: GenerationRequest, sampler: TokenSampler, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        started = time.perf_counter()
        slot, kept = self._cells.begin(request.prompt, request.slot)
        if not self._cells.evaluate(slot, request.prompt[kept:], cancelled):
            if cancelled():
                return
            raise BackendError("there is no room for the prompt in the KV cache. Load the model with a larger context.")
        evaluated = time.perf_counter()
        room = self.context - len(request.prompt)
        limit = room if request.max_tokens < 0 else min(request.max_tokens, room)
        text, stop = Utf8Assembler(), StopWatch(request.stop)
        finish: Finish = "length"
        count = 0
        while count < limit:
            if cancelled():
                return
            logits = self._cells.logits()
            token = sampler.draw(logits)
            count += 1
            if self.vocabulary.is_eog(token):
                finish = "eog"
                break
            probability = sampler.logprob(logits, token)
            sampler.accept(token)
            piece = text.feed(self.vocabulary.piece(token))
            yield Chunk(piece, (token,), logprobs=() if probability is None else (probability,))
            if stop.feed(piece):
                finish = "stop"
                break
            if count < limit and not self._cells.evaluate(slot, (token,)):
                break
        ended = time.perf_counter()
        timings = Timings(
            cache_n=kept,
            prompt_n=len(request.prompt) - kept,
            predicted_n=count,
            prompt_ms=(evaluated - started) * 1e3,
            predicted_ms=(ended - evaluated) * 1e3,
        )
        yield Chunk(text.finish(), (), finish, timings)
