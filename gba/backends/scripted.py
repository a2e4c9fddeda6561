"""A backend without a model: it writes what it is told to. For tests, examples, and for trying an agent out."""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from gba.backends.base import Chunk, Finish, Properties, Sampling, Timings, TokenLogprob
from gba.backends.stream_text import StopWatch
from gba.errors import BackendError, ContextOverflowError, GrammarError
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.parser import parse_gbnf

__all__ = ["Scripted", "ScriptedRequest"]

Reply = Callable[[str, "str | None", "tuple[str, ...]"], str]
"""What to write, from the prompt's text, the grammar and the stop strings."""

_BOS, _EOS = "<s>", "<|im_end|>"
_CONTROL = (_BOS, "</s>", "<|im_start|>", _EOS)
_SPLIT = {"characters": r"[\s\S]", "words": r"\s?\w+|\s|[^\w\s]"}
_CHATML = (
    "{%- for message in messages -%}"
    "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"
)


@dataclass(frozen=True)
class ScriptedRequest:
    """What was asked of a Scripted backend. ``text``: the prompt, detokenized."""

    prompt: tuple[int, ...]
    text: str
    grammar: str | None
    stop: tuple[str, ...]
    max_tokens: int
    sampling: Sampling
    slot: int | None


class Scripted:
    """Backend and AsyncBackend that writes ``replies``, one for each generation, or what a function says.

    A reply is written like a model's output: token by token, until a stop string, ``max_tokens``, the end of the
    context or an end-of-generation token (one in the reply, or the end of the reply). Under a grammar the reply has to
    be a sentence of it; text that the grammar forces at the beginning (a healed token) is put in front of the reply if
    need be.

    ``split``: how text becomes tokens, a name or a regular expression of one token; control tokens are recognised only
    with ``special=True``. ``requests`` records what was asked. Every token is certain (logprob 0). Counters are those
    of a prefix cache that forgets nothing.

    Raises BackendError when the replies are used up, when a grammar refuses a reply, or when one ends too early.
    """

    def __init__(
        self,
        replies: Iterable[str] | Reply = (),
        *,
        split: Literal["characters", "words"] | str = "characters",
        control: Sequence[str] = _CONTROL,
        bos: str = _BOS,
        eos: str = _EOS,
        chat_template: str | None = _CHATML,
        context: int = 65536,
        slots: int = 4,
    ) -> None:
        self._reply = replies if callable(replies) else _one_by_one(replies)
        self._open_ended = isinstance(replies, _Turns)
        self._pieces = list(dict.fromkeys((*control, bos, eos)))
        self._ids = {piece: token for token, piece in enumerate(self._pieces)}
        self._token = re.compile(_SPLIT.get(split, split))
        self._control = re.compile("|".join(map(re.escape, sorted(self._pieces, key=len, reverse=True))))
        self._guard, self._closed = threading.Lock(), False
        self._seen: list[tuple[int, ...]] = [()]
        eog = frozenset(self._ids[name] for name in {eos, "</s>"} & self._ids.keys())
        self._properties = Properties(
            context=context,
            model="scripted",
            build="scripted",
            slots=slots,
            chat_template=chat_template,
            bos=self._ids[bos],
            eos=self._ids[eos],
            bos_text=bos,
            eos_text=eos,
            add_bos=True,
            eog=eog,
            specials=frozenset(self._pieces),
        )
        self.requests: list[ScriptedRequest] = []

    @classmethod
    def turns(cls, turns: Iterable[str], *, start: str = "<|im_start|>assistant\n", **options: object) -> Scripted:
        """A Scripted that writes whole turns of the assistant, however many generations each of them takes.

        A turn begins in the prompt after the last ``start``. What of the turn is in the prompt already (forced text,
        earlier generations) is not written again. ``options``: those of the constructor.
        """
        return cls(_Turns(tuple(turns), start), **options)  # type: ignore[arg-type]

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `Backend.tokenize`."""
        tokens: list[int] = []
        with self._guard:
            while text:
                name = self._control.search(text) if special else None
                plain = text if name is None else text[: name.start()]
                tokens += [self._id(piece) for piece in self._cut(plain)]
                tokens += [self._ids[name.group()]] if name else []
                text = text[name.end() :] if name else ""
        return tokens

    def _cut(self, text: str) -> Iterator[str]:
        at = 0
        while at < len(text):
            match = self._token.match(text, at)
            piece = match.group() if match and match.group() else text[at]
            yield piece
            at += len(piece)

    def _id(self, piece: str) -> int:
        """The token of a piece of plain text, which is another than a control token of that name."""
        key = f"\0{piece}"
        if key not in self._ids:
            self._ids[key] = len(self._pieces)
            self._pieces.append(piece)
        return self._ids[key]

    def detokenize(self, tokens: Sequence[int]) -> str:
        """See `Backend.detokenize`."""
        wrong = next((token for token in tokens if not 0 <= token < len(self._pieces)), None)
        if wrong is not None:
            raise BackendError(f"the token {wrong} is not one of this backend's. Tokenize with it.")
        return "".join(self._pieces[token] for token in tokens)

    def properties(self) -> Properties:
        """See `Backend.properties`."""
        return self._properties

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
        request = self._note(prompt, grammar, stop, max_tokens, sampling, slot)
        matcher = None if grammar is None else Matcher(parse_gbnf(grammar))
        reply = _led_in(matcher, self._reply(request.text, grammar, request.stop))
        cached = self._cached(request.prompt)
        room = self._properties.context - len(request.prompt)
        limit = room if max_tokens < 0 else min(max_tokens, room)
        watch, written = StopWatch(stop), list[int]()
        finish: Finish = "length"
        tokens: list[int | None] = [*self.tokenize(reply, special=True), None]
        try:
            for token in tokens[:limit]:
                if token is None or token in self._properties.eog:
                    _check_end(matcher, reply)
                    finish = "eog"
                    break
                piece = self._pieces[token]
                if matcher is not None and not matcher.advance(piece):
                    if self._open_ended and matcher.accepting:
                        finish = "eog"
                        break
                    raise BackendError(
                        f"the grammar refuses {piece!r} after {self.detokenize(written)!r} in {reply!r}."
                    )
                written.append(token)
                yield Chunk(
                    piece, (token,), logprobs=(_certain(token, piece),) if request.sampling.extra.get("n_probs") else ()
                )
                if watch.feed(piece):
                    finish = "stop"
                    break
        finally:  # also where nobody wants the rest
            with self._guard:
                self._seen.append((*request.prompt, *written[:-1]))
        predicted = len(written) + (finish == "eog")
        yield Chunk("", (), finish, Timings(cached, len(request.prompt) - cached, predicted))

    def _note(
        self,
        prompt: Sequence[int],
        grammar: str | None,
        stop: Sequence[str],
        max_tokens: int,
        sampling: Sampling | None,
        slot: int | None,
    ) -> ScriptedRequest:
        if self._closed:
            raise BackendError("this backend is closed.")
        if not prompt:
            raise BackendError("the prompt has no tokens: begin it with BOS, or with some text.")
        if grammar is not None and not grammar.strip():
            raise GrammarError("the grammar is empty. Give GBNF text with a rule `root`.")
        if len(prompt) >= self._properties.context:
            raise ContextOverflowError(
                f"the prompt of {len(prompt)} tokens does not fit into the context of {self._properties.context}.",
                needed=len(prompt),
                available=self._properties.context,
            )
        request = ScriptedRequest(
            tuple(prompt), self.detokenize(prompt), grammar, tuple(stop), max_tokens, sampling or Sampling(), slot
        )
        with self._guard:
            self.requests.append(request)
        return request

    def _cached(self, prompt: tuple[int, ...]) -> int:
        """Tokens of the prompt that a cache of all sequences so far would hold, the last of the prompt never."""
        with self._guard:
            longest = max(_common(seen, prompt) for seen in self._seen)
        return min(longest, len(prompt) - 1)

    def close(self) -> None:
        """Further generations raise BackendError."""
        self._closed = True

    async def atokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `AsyncBackend`."""
        return self.tokenize(text, special=special)

    async def adetokenize(self, tokens: Sequence[int]) -> str:
        """See `AsyncBackend`."""
        return self.detokenize(tokens)

    async def aproperties(self) -> Properties:
        """See `AsyncBackend`."""
        return self._properties

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
        for chunk in self.complete(
            prompt, grammar=grammar, stop=stop, max_tokens=max_tokens, sampling=sampling, slot=slot
        ):
            yield chunk

    async def aclose(self) -> None:
        """See `close`."""
        self.close()


def _certain(token: int, piece: str) -> TokenLogprob:
    only = TokenLogprob(token, piece.encode(), 0.0)
    return replace(only, top=(only,))


def _one_by_one(replies: Iterable[str]) -> Reply:
    remaining = iter(tuple(replies))

    def reply(text: str, _grammar: str | None, _stop: tuple[str, ...]) -> str:
        for one in remaining:
            return one
        raise BackendError(f"all scripted replies are used up. The prompt ends with {text[-200:]!r}.")

    return reply


@dataclass
class _Turns:
    """Replies that are the rest of the turn under way; see `Scripted.turns`."""

    turns: tuple[str, ...]
    start: str
    _before: str | None = field(default=None, init=False)
    _index: int = field(default=-1, init=False)
    _begun: dict[str, int] = field(default_factory=dict, init=False)  # steps may take turns: which one each has begun

    def __call__(self, text: str, _grammar: str | None, _stop: tuple[str, ...]) -> str:
        before, start, written = text.rpartition(self.start)
        if not start:
            raise BackendError(f"no {self.start!r} in the prompt: no turn of the assistant begins there.")
        if before != self._before:
            index = self._begun.get(before) if written else None
            self._before, self._index = before, self._next() if index is None else index
            self._begun[before] = self._index
        if self._index >= len(self.turns):
            raise BackendError(f"all scripted turns are used up. The prompt ends with {text[-200:]!r}.")
        turn = self.turns[self._index]
        if not turn.startswith(written):
            raise BackendError(f"the turn is {written!r} so far, which is not how {turn!r} begins.")
        return turn[len(written) :]

    def _next(self) -> int:
        """The first turn that nothing has begun."""
        return max(self._begun.values(), default=-1) + 1


def _led_in(matcher: Matcher | None, reply: str) -> str:
    """The reply, after what the grammar forces first if the reply does not begin with that."""
    forced = "" if matcher is None else matcher.forced()
    return reply if reply.startswith(forced) else forced + reply


def _check_end(matcher: Matcher | None, reply: str) -> None:
    if matcher is not None and not matcher.accepting:
        raise BackendError(f"the scripted reply {reply!r} ends where the grammar still wants {matcher.shortest()!r}.")


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))
