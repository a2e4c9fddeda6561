"""The seam under which llama.cpp lies: tokens and grammar text go in, chunks of tokens come out."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

__all__ = ["AsyncBackend", "Backend", "Chunk", "Finish", "Properties", "Sampling", "Timings", "TokenLogprob"]

Finish = Literal["eog", "stop", "length"]
"""Why a generation ended: the model's end-of-generation token, a stop string, or max_tokens or context used up."""


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn; llama.cpp's own names and defaults. ``temperature=0`` is greedy.

    ``extra`` goes into a server's request as it is; in process ``n_probs``, ``repeat_last_n``, ``top_n_sigma`` and
    ``typical_p`` are known, and any other name raises BackendError. With ``n_probs`` above 0 a Chunk has ``logprobs``,
    with so many of the likeliest tokens each.
    """

    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Timings:
    """llama.cpp's own counters of one request; tokens are counts, times are milliseconds.

    ``cache_n``: prompt tokens found in the KV cache; ``prompt_n``: prompt tokens evaluated; ``predicted_n``: tokens
    generated, an end-of-generation token included.
    """

    cache_n: int = 0
    prompt_n: int = 0
    predicted_n: int = 0
    prompt_ms: float = 0.0
    predicted_ms: float = 0.0

    def __add__(self, other: Timings) -> Timings:
        return Timings(
            self.cache_n + other.cache_n,
            self.prompt_n + other.prompt_n,
            self.predicted_n + other.predicted_n,
            self.prompt_ms + other.prompt_ms,
            self.predicted_ms + other.predicted_ms,
        )


@dataclass(frozen=True)
class TokenLogprob:
    """A token, the bytes that it spells, and its natural logarithm of probability, as the model itself has it: before
    any sampler and any grammar. ``top``: the likeliest tokens at its place, itself among them where it is one of them.
    """

    token: int
    data: bytes
    logprob: float
    top: tuple[TokenLogprob, ...] = ()

    @property
    def probability(self) -> float:
        """From 0 to 1."""
        return math.exp(self.logprob)


@dataclass(frozen=True)
class Chunk:
    """A piece of a generation.

    ``tokens`` joined over all chunks are exactly the sampled tokens, the end-of-generation token left out; ``text``
    joined is exactly what they spell (bytes of an unfinished character come with the chunk that finishes it).
    **Nothing is trimmed**: where a stop string ended the generation, the tokens that spell it are there in full,
    and whatever the last one spells after it. The last chunk, and only that, has ``finish`` and ``timings``.

    ``logprobs``: one for each of ``tokens`` where they were asked for, else empty; None for a token of which a
    llama-server told nothing, because its text ends inside of a character.

    Two exceptions, which a llama-server's stream leaves no way around: tokens of a character that max_tokens cuts are
    missing, and where a model writes bytes that are no UTF-8, the tokens are those into which U+FFFD is cut.
    """

    text: str = ""
    tokens: tuple[int, ...] = ()
    finish: Finish | None = None
    timings: Timings | None = None
    logprobs: tuple[TokenLogprob | None, ...] = ()


@dataclass(frozen=True)
class Properties:
    """What is known of a loaded model and of the llama.cpp that runs it.

    ``context``: tokens that one sequence can hold; ``add_bos``: whether a prompt has to begin with ``bos``;
    ``bos``/``eos``: token ids or None; ``eog``: all end-of-generation ids that are known; ``bos_text``/``eos_text``:
    how the template spells them; ``chat_template``: the GGUF's Jinja text or None; ``tool_template``: the one for
    conversations with tools, where the file has one of its own; ``specials``: the names of all control and user-defined
    tokens, None where the backend cannot tell. ``identity``: differs where the model behind the backend is another one,
    so that tokens and texts of the old model are of no use any more; "" for a backend whose model never changes.
    """

    context: int
    model: str = ""
    build: str = ""
    slots: int = 1
    chat_template: str | None = None
    bos: int | None = None
    eos: int | None = None
    bos_text: str = ""
    eos_text: str = ""
    add_bos: bool = True
    eog: frozenset[int] = frozenset()
    specials: frozenset[str] | None = None
    tool_template: str | None = None
    identity: str = ""


@runtime_checkable
class Backend(Protocol):
    """A loaded model. Safe to use from several threads."""

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Tokens of the text, no BOS added; with ``special`` the names of control tokens become those tokens."""

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text that the tokens spell, control tokens by their names, nothing stripped."""

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
        """Continue the prompt. Closing the iterator ends the generation. ``max_tokens=-1``: until the context is full.

        Raises ContextOverflowError, GrammarError, GenerationInterruptedError, ModelChangedError,
        ServerUnavailableError.
        """

    def properties(self) -> Properties:
        """What is known of the model; kept as long as it is the same model."""

    def close(self) -> None:
        """Let go of the model or the connection. Further use raises BackendError."""


@runtime_checkable
class AsyncBackend(Protocol):
    """Backend, with ``a`` before each name: one object can be both."""

    async def atokenize(self, text: str, *, special: bool = False) -> list[int]: ...

    async def adetokenize(self, tokens: Sequence[int]) -> str: ...

    def acomplete(
        self,
        prompt: Sequence[int],
        *,
        grammar: str | None = None,
        stop: Sequence[str] = (),
        max_tokens: int = -1,
        sampling: Sampling | None = None,
        slot: int | None = None,
    ) -> AsyncIterator[Chunk]: ...

    async def aproperties(self) -> Properties: ...

    async def aclose(self) -> None: ...
