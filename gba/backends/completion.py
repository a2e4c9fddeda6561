"""The stream of a llama-server's /completion, turned into exact chunks.

The server sends a token's id with the text that it lets go of, and three things are missing from that:

- From where a stop string may begin on, text is withheld, and it is never sent when the stop string comes.
- While the text ends inside a character, nothing is sent at all, and those tokens' ids are lost.
- Control tokens have no text, and the end-of-generation token looks like any other.

So the ids are taken for the truth: withheld text is spelled from them, and lost ids are found again from the text,
which they have to spell exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gba.backends.base import Chunk, Finish, Timings, TokenLogprob
from gba.backends.wire import Flow, detokenize_flow, tokenize_flow
from gba.errors import GenerationInterruptedError

__all__ = ["CompletionReader", "Spelling"]

_UNKNOWN = "\ufffd"


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
    """Reads the events of one generation. ``eog``: the end-of-generation tokens that are known.

    ``mute``: for a request of no tokens at all, to which servers answer with one.
    """

    def __init__(self, spelling: Spelling, eog: frozenset[int], *, mute: bool = False) -> None:
        self._spelling, self._eog, self._mute = spelling, eog, mute
        self._seen = 0
        self._held: list[int | None] = []  # tokens whose text is not told yet; None: an id that was not sent
        self._held_text: str | None = None  # what the server sent for them, once it did
        self._held_probs: list[TokenLogprob | None] = []  # of the held tokens
        self._last = Chunk()
        self._text = ""
        self._tokens: tuple[int, ...] = ()
        self.done = False

    def feed(self, event: dict[str, Any]) -> Flow[list[Chunk]]:
        """The chunks that an event lets go of. Raises GenerationInterruptedError for one that tells of an error."""
        if "error" in event:
            details = event["error"] if isinstance(event["error"], dict) else {"message": event["error"]}
            code = details.get("code")
            status = code if isinstance(code, int) else 500
            raise self.interrupted(str(details.get("message", details)), status=status)
        if event.get("stop"):
            chunks = yield from self._finish(event)
        else:
            chunks = yield from self._go_on(event)
        if self._mute:
            chunks = [Chunk("", (), chunk.finish and "length", chunk.timings) for chunk in chunks]
        for chunk in chunks:
            self._text, self._tokens = self._text + chunk.text, self._tokens + chunk.tokens
        return chunks

    def interrupted(
        self, reason: str, *, timed_out: bool = False, status: int | None = None
    ) -> GenerationInterruptedError:
        """The error for a stream that ended early, with what had been generated."""
        told = tuple(token for token in self._held if token is not None) if None not in self._held else ()
        told = () if self._held_text is None else told
        return GenerationInterruptedError(
            f"the generation was interrupted after {self._seen} tokens: {reason}. "
            "Ask again with the same prompt: what the server still has in its cache is not evaluated again.",
            text=self._text + (self._held_text or ""),
            tokens=self._tokens + told,
            timed_out=timed_out,
            status=status,
        )

    def _go_on(self, event: dict[str, Any]) -> Flow[list[Chunk]]:
        content = str(event.get("content") or "")
        tokens: list[int | None] = [int(token) for token in event.get("tokens") or ()]
        if not tokens and not content:
            return []  # progress of the prompt
        if not tokens:  # a server that does not know return_tokens
            tokens = list((yield from tokenize_flow(content, special=False)))
        chunks = yield from self._release()
        count = int(event.get("tokens_predicted") or self._seen + len(tokens))
        missing = max(0, count - self._seen - len(tokens))
        self._seen = count
        self._confirm()
        plain = not self._held and not missing and content and tokens[-1] not in self._eog
        self._held += [None] * missing + tokens
        told = [_logprob_of(entry) for entry in event.get("completion_probabilities") or ()]
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
        """The held tokens, lost ids found again, and their text: ``text``, where no control token adds to it."""
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

    def _finish(self, event: dict[str, Any]) -> Flow[list[Chunk]]:
        self.done = True
        finish = _finish_of(event)
        count = int(event.get("tokens_predicted") or self._seen)
        if finish == "eog" and self._held and count <= self._seen:
            self._held.pop()
            self._held_probs.pop()
        self._seen = max(count, self._seen)
        if finish == "stop":
            tokens, text = yield from self._through_stop(str(event.get("stopping_word") or ""))
        elif self._held:
            held = [token for token in self._held if token is not None]
            if len(held) == len(self._held):
                tokens, text = held, (yield from self._spelling.spell(held))
            else:
                tokens, text = yield from self._resolve(self._held_text or "")
        else:
            tokens, text = [], ""
        probs = self._probs_of(tokens)
        self._held, self._held_text, self._held_probs = [], None, []
        return [Chunk(text, tuple(tokens), finish, _timings_of(event), probs)]

    def _through_stop(self, word: str) -> Flow[tuple[list[int], str]]:
        """What was held when a stop string came, and what the last token told before was cut short of."""
        if None in self._held:
            return (yield from self._resolve((self._held_text or "") + word))
        held = [token for token in self._held if token is not None]
        full = yield from self._spelling.spell([*self._last.tokens, *held])
        told = self._last.text
        return held, (full[len(told) :] if full.startswith(told) else (self._held_text or "") + word)


def _logprob_of(entry: Any) -> TokenLogprob | None:
    """One of ``completion_probabilities``; None where it is of another form (after the samplers, or of old servers)."""
    try:
        top = tuple(
            TokenLogprob(int(each["id"]), bytes(each["bytes"]), float(each["logprob"]))
            for each in entry["top_logprobs"]
        )
        return TokenLogprob(int(entry["id"]), bytes(entry["bytes"]), float(entry["logprob"]), top)
    except (KeyError, TypeError, ValueError):
        return None


def _finish_of(event: dict[str, Any]) -> Finish:
    kinds: dict[str, Finish] = {"eos": "eog", "word": "stop", "limit": "length"}
    kind = event.get("stop_type")
    if kind is None:  # servers before this field
        kind = next((name for name in kinds if event.get(f"stopped_{name}")), "limit")
    return kinds.get(str(kind), "length")


def _timings_of(event: dict[str, Any]) -> Timings:
    told = event.get("timings") or {}
    number: Callable[[str], float] = lambda name: told.get(name) or 0  # noqa: E731
    prompt_n = int(number("prompt_n"))
    cached = told.get("cache_n")
    return Timings(
        cache_n=int(cached if cached is not None else max(0, int(event.get("tokens_evaluated") or 0) - prompt_n)),
        prompt_n=prompt_n,
        predicted_n=int(number("predicted_n") or event.get("tokens_predicted") or 0),
        prompt_ms=float(number("prompt_ms")),
        predicted_ms=float(number("predicted_ms")),
    )
