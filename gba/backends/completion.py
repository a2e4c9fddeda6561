"""The stream of a llama-server's /completion, turned into exact chunks.

The server sends a token's id with the text that it lets go of, and three things are missing from that:

- From where a stop string may begin on, text is withheld, and it is never sent when the stop string comes.
- While the text ends inside a character, nothing is sent at all, and those tokens' ids are lost.
- Control tokens have no text, and the end-of-generation token looks like any other.

So the ids are taken for the truth: withheld text is spelled from them, and lost ids are found again from the text,
which they have to spell exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gba.backends.base import Chunk, Finish, Timings, TokenLogprob
from gba.backends.replies import Alternative, Event, Probability
from gba.backends.replies import Timings as ToldTimings
from gba.backends.wire import Flow, detokenize_flow, tokenize_flow
from gba.errors import GenerationInterruptedError

__all__ = ["CompletionReader", "Spelling"]

_UNKNOWN = "\ufffd"
_UNTOLD = 4096
"""Tokens that a server may count without telling them: those of an unfinished character, or of a draft."""
_EMPTY = 16384
"""Events without text and tokens: they tell how far the evaluation of the prompt is."""


class Spelling:
    """What single tokens spell, learnt on the way and kept for all generations of a server; and its byte tokens."""

    def __init__(self) -> None:
        self._pieces: dict[int, str] = {}
        self._byte_base: int | None = None
        self._asked = False

    def learn(self, token: int, text: str) -> None:
        """Note what a token spells; no character is cut at its ends."""
        if text and _UNKNOWN not in text:
            self._pieces.setdefault(token, text)

    def spell(self, tokens: Sequence[int]) -> Flow[str]:
        """The text of the tokens. Asks the server only for tokens that were never seen."""
        pieces = []
        for token in tokens:
            if token not in self._pieces:
                self._pieces[token] = yield from detokenize_flow([token])
            pieces.append(self._pieces[token])
        text = "".join(pieces)
        return (yield from detokenize_flow(tokens)) if _UNKNOWN in text else text

    def find(self, pattern: Sequence[int | None], text: str) -> Flow[list[int] | None]:
        """The tokens that spell the text and are the known ones of the pattern where it knows them; None: not found."""
        for candidate in ((yield from self._bytes(text)), (yield from tokenize_flow(text, special=False))):
            fits = len(candidate) == len(pattern) and all(
                p in (None, c) for p, c in zip(pattern, candidate, strict=False)
            )
            if fits and (yield from detokenize_flow(candidate)) == text:
                return candidate
        return None

    def _bytes(self, text: str) -> Flow[list[int]]:
        """The text in SentencePiece's byte tokens, which lie side by side; [] where the vocabulary has none."""
        if not self._asked:
            probe = "\U0010ffff"  # no vocabulary has a piece for it
            tokens = (yield from tokenize_flow(probe, special=False))[-4:]
            bases = {token - byte for token, byte in zip(tokens, probe.encode(), strict=False)}
            self._byte_base = bases.pop() if len(tokens) == 4 and len(bases) == 1 else None
            self._asked = True
        return [] if self._byte_base is None else [self._byte_base + byte for byte in text.encode()]


class CompletionReader:
    """Reads the events of one generation. ``eog``: the end-of-generation tokens that are known. ``limit``: how many
    tokens were asked for; a server that goes on is interrupted. For a request of no tokens at all servers answer with
    one, which is left out.

    ``model`` is what the last event calls the model, None where it does not.
    """

    def __init__(self, spelling: Spelling, eog: frozenset[int], *, limit: int) -> None:
        self._spelling, self._eog, self._mute, self._limit = spelling, eog, limit == 0, max(1, limit)
        self._seen = self._empty = 0
        self._held: list[int | None] = []  # tokens whose text is not told yet; None: an id that was not sent
        self._held_text: str | None = None  # what the server sent for them, once it did
        self._held_probs: list[TokenLogprob | None] = []  # of the held tokens
        self._last = Chunk()
        self._told: list[Chunk] = []
        self.done, self.model = False, ""

    def feed(self, event: Event) -> Flow[list[Chunk]]:
        """The chunks that an event lets go of.

        Raises GenerationInterruptedError for one that tells of an error, or of more than was asked for.
        """
        if event.error is not None:
            raise self.interrupted(_reason(event.error), status=_status(event.error))
        self._check(event)
        if event.stop:
            chunks = yield from self._finish(event)
        else:
            chunks = yield from self._go_on(event)
        if self._mute:
            chunks = [Chunk("", (), chunk.finish and "length", chunk.timings) for chunk in chunks]
        self._told += chunks
        return chunks

    def _check(self, event: Event) -> None:
        """That an event adds up with what was asked for and with the events before it."""
        told = len(event.tokens or ()) if not event.stop else 0
        count = self._seen + told if event.tokens_predicted is None else event.tokens_predicted
        if max(count, self._seen + told) > self._limit:
            raise self.interrupted(f"the server does not keep to the {self._limit} tokens that it was asked for")
        if count - self._seen - told > _UNTOLD:
            raise self.interrupted(f"the server counts {count - self._seen - told} tokens more than it sends")
        self._empty += not told and not event.content
        if self._empty > _EMPTY:
            raise self.interrupted("the server sends empty events without end")

    def written(self) -> tuple[str, tuple[int, ...]]:
        """The text so far, and its tokens as far as they are known."""
        held = [token for token in self._held if token is not None]
        known = held if self._held_text is not None and len(held) == len(self._held) else []
        text = "".join(chunk.text for chunk in self._told) + (self._held_text or "")
        return text, tuple(token for chunk in self._told for token in chunk.tokens) + tuple(known)

    def interrupted(
        self, reason: str, *, timed_out: bool = False, status: int | None = None
    ) -> GenerationInterruptedError:
        """The error for a stream that ended early, with what had been generated."""
        text, tokens = self.written()
        return GenerationInterruptedError(
            f"the generation was interrupted after {self._seen} tokens: {reason}. "
            "Ask again with the same prompt: what the server still has in its cache is not evaluated again.",
            text=text,
            tokens=tokens,
            timed_out=timed_out,
            status=status,
        )

    def _go_on(self, event: Event) -> Flow[list[Chunk]]:
        content = event.content or ""
        tokens: list[int | None] = [*(event.tokens or ())]
        if not tokens and not content:
            return []  # progress of the prompt
        if not tokens:  # a server that does not know return_tokens
            tokens = list((yield from tokenize_flow(content, special=False)))
        chunks = yield from self._release()
        count = event.tokens_predicted or self._seen + len(tokens)
        missing = max(0, count - self._seen - len(tokens))
        self._seen = count
        self._confirm()
        plain = not self._held and not missing and content and tokens[-1] not in self._eog
        self._held += [None] * missing + tokens
        told = [_logprob_of(entry) for entry in event.completion_probabilities or ()]
        self._held_probs += [None] * missing + (told if len(told) == len(tokens) else [None] * len(tokens))
        if content:
            self._held_text = content
        if plain:
            chunks += yield from self._release()
        return chunks

    def _confirm(self) -> None:
        """The last chunk was not the last one: its text is whole, and can be learnt."""
        if len(self._last.tokens) == 1:
            self._spelling.learn(self._last.tokens[0], self._last.text)
        self._last = Chunk()

    def _release(self) -> Flow[list[Chunk]]:
        """Lets go of what is held, if its text is known."""
        if self._held_text is None or not self._held:
            return []
        tokens, text = yield from self._resolve(self._held_text)
        self._last = Chunk(text, tuple(tokens), logprobs=self._probs_of(tokens))
        self._held, self._held_text, self._held_probs = [], None, []
        return [self._last]

    def _probs_of(self, tokens: Sequence[int]) -> tuple[TokenLogprob | None, ...]:
        """What was told of the held tokens, one for each; nothing where it was not asked for."""
        if not any(self._held_probs):
            return ()
        if len(tokens) != len(self._held_probs):
            return (None,) * len(tokens)
        return tuple(self._held_probs)

    def _resolve(self, text: str) -> Flow[tuple[list[int], str]]:
        """The held tokens, with the ids that the server left out, and the text that they spell.

        That is ``text``, except where control tokens are among them.
        """
        known = [token for token in self._held if token is not None]
        if len(known) == len(self._held):
            if len(known) == 1:
                return known, text
            return known, (yield from self._spelling.spell(known))
        if (yield from self._spelling.spell(known)) == text:  # nothing was lost: the server had only counted ahead
            return known, text
        found = yield from self._find(text)
        if found is None:
            return (yield from tokenize_flow(text, special=False)), text
        return found, (yield from self._spelling.spell(found))

    def _find(self, text: str) -> Flow[list[int] | None]:
        """Lost ids by their text. Known tokens around them are taken off first: they need not be the canonical ones,
        and those whose spelling is not in the text are control tokens."""
        first, end = self._held.index(None), len(self._held) - self._held[::-1].index(None) + 1
        front = [token for token in self._held[:first] if token is not None]
        back = [token for token in self._held[end:] if token is not None]
        for token in front:
            text = text.removeprefix((yield from self._spelling.spell([token])))
        for token in reversed(back):
            text = text.removesuffix((yield from self._spelling.spell([token])))
        found = yield from self._spelling.find(self._held[first:end], text)
        return None if found is None else front + found + back

    def _finish(self, event: Event) -> Flow[list[Chunk]]:
        self.done, self.model = True, event.model or ""
        finish = _finish_of(event)
        count = event.tokens_predicted or self._seen
        if finish == "eog" and self._held and count <= self._seen:
            self._held.pop()
            self._held_probs.pop()
        self._seen = max(count, self._seen)
        if finish == "stop":
            tokens, text = yield from self._through_stop(event.stopping_word or "")
        elif self._held:
            held = [token for token in self._held if token is not None]
            if len(held) == len(self._held):
                tokens, text = held, (yield from self._spelling.spell(held))
            else:
                tokens, text = yield from self._resolve(self._held_text or "")
        else:
            tokens, text = [], ""
        self._check_end(finish, text)
        probs = self._probs_of(tokens)
        self._held, self._held_text, self._held_probs = [], None, []
        return [Chunk(text, tuple(tokens), finish, _timings_of(event), probs)]

    def _check_end(self, finish: Finish, text: str) -> None:
        """Raise where the server ended without generating anything: callers would ask again without end."""
        if finish == "stop" and not text and not any(chunk.text for chunk in self._told):
            raise self.interrupted("the server says that it met a stop string, but it wrote nothing")
        if finish == "length" and not self._seen and not self._mute:
            raise self.interrupted("the server ended it before the first token, for no reason that it tells")

    def _through_stop(self, word: str) -> Flow[tuple[list[int], str]]:
        """The tokens held back when a stop string was met, and the text that they add, the stop string included.

        llama-server leaves the stop string out of its text, and with it the end of the token before."""
        if None in self._held:
            return (yield from self._resolve((self._held_text or "") + word))
        held = [token for token in self._held if token is not None]
        full = yield from self._spelling.spell([*self._last.tokens, *held])
        told = self._last.text
        return held, (full[len(told) :] if full.startswith(told) else (self._held_text or "") + word)


def _reason(error: Any) -> str:
    """What an event says about an error, in llama-server's form or another."""
    message = error.get("message", error) if isinstance(error, dict) else error
    return str(message)[:300]


def _status(error: Any) -> int:
    """The HTTP status that an event gives an error; 500 where it gives none."""
    code = error.get("code") if isinstance(error, dict) else None
    return code if type(code) is int and 400 <= code < 600 else 500


def _logprob_of(told: Probability) -> TokenLogprob | None:
    """What is told of one token; None where a server tells something else (after the samplers, or an old one)."""
    one = _one_logprob(told)
    top = tuple(map(_one_logprob, told.top_logprobs or ()))
    if one is None or None in top:
        return None
    return replace(one, top=tuple(other for other in top if other is not None))


def _one_logprob(told: Alternative) -> TokenLogprob | None:
    if told.id is None or told.bytes is None or told.logprob is None:
        return None
    return TokenLogprob(told.id, bytes(told.bytes), told.logprob)


def _finish_of(event: Event) -> Finish:
    kinds: dict[str, Finish] = {"eos": "eog", "word": "stop", "limit": "length"}
    kind = event.stop_type
    if kind is None:  # servers before this field
        kind = "eos" if event.stopped_eos else "word" if event.stopped_word else "limit"
    return kinds.get(kind, "length")


def _timings_of(event: Event) -> Timings:
    told = event.timings or ToldTimings()
    prompt_n = told.prompt_n or 0
    evaluated = event.tokens_evaluated or 0
    return Timings(
        cache_n=told.cache_n if told.cache_n is not None else max(0, evaluated - prompt_n),
        prompt_n=prompt_n,
        predicted_n=told.predicted_n or event.tokens_predicted or 0,
        prompt_ms=told.prompt_ms or 0.0,
        predicted_ms=told.predicted_ms or 0.0,
    )
