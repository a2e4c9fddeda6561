"""The transcript of a step while it is written: tokens, what of them was forced, and one generation after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gba.backends.base import Chunk, Finish, Properties, Sampling, Timings
from gba.chat.io import Generate, Halt, More, Task
from gba.chat.messages import Span, SpanKind, Usage
from gba.chat.resume import Resume
from gba.chat.syntax import Written
from gba.chat.tokens import Tokens
from gba.errors import ContextOverflowError, GenerationInterruptedError

__all__ = ["Generation", "Writer"]

_CHARACTERS = 16
"""Characters that a token spells at most, on the average of a text."""
_SPARE = 256
"""Tokens of the context that are left for what comes behind a generation of more tokens than were asked for."""
_SMALLER = "Lower minLength or minItems, trim the conversation, or give the model a larger context."


@dataclass
class Generation:
    """One generation under way or ended: its chunks, and what they say together. ``room``: the tokens asked for.
    ``cut``: the server went away in it, and is back."""

    room: int
    chunks: list[Chunk] = field(default_factory=list)
    text: str = ""
    finish: Finish | None = None
    sampled: int = 0
    cut: bool = False

    def take(self, chunk: Chunk) -> None:
        """Add a chunk."""
        self.chunks.append(chunk)
        self.text += chunk.text
        self.finish = chunk.finish

    def tokens(self, begin: int, end: int) -> list[int]:
        """The tokens so far whose text begins between two characters."""
        tokens, at = list[int](), 0
        for chunk in self.chunks:
            tokens += chunk.tokens if begin <= at < end else ()
            at += len(chunk.text)
        return tokens


class Writer:
    """Appends to the prompt, and only appends.

    Forced text is gathered in ``pending`` and becomes tokens when the model is to go on. The last token of a forced
    run is then left to the model, under a grammar that begins with that token's text (*healing*), so that the model
    is never put behind a cut that its tokenizer would not make.

    ``resume``: waits for a server that goes away. The generation then ends where it was cut, and whoever asked for it
    goes on behind that.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        tokens: Tokens,
        properties: Properties,
        *,
        max_tokens: int | None,
        resume: Resume | None = None,
    ) -> None:
        self.tokens, self.spans = list(prompt), [Span(0, len(prompt), "forced")]
        self._pending: list[Written] = []
        self._pieces, self._properties = tokens, properties
        self.prompt_tokens, self._max_tokens = len(prompt), max_tokens
        self.timings, self.requests, self.generated, self._cached = Timings(), 0, 0, 0
        self.call_generated = self.call_total = 0
        self._resume = resume or Resume(properties, 0)
        if len(prompt) >= properties.context:
            raise ContextOverflowError(
                f"the prompt has {len(prompt)} tokens, {len(prompt) - properties.context + 1} more than the context of "
                f"{properties.context} leaves room for. Trim the conversation or give the model a larger context.",
                needed=len(prompt) + 1,
                available=properties.context,
            )

    def force(self, text: str, *, structure: bool = False, own: bool = True) -> None:
        """Put text behind what was written; it will not be generated. ``structure``: names of control tokens in it are
        control tokens. ``own``: it is the model's or gba's, and may have marks of the syntax."""
        if not text:
            return
        last = self._pending[-1] if self._pending else None
        if last is not None and last.content != structure and last.own == own:
            self._pending[-1] = replace(last, text=last.text + text)
        else:
            self._pending.append(Written(text, not structure, own))

    def force_all(self, pieces: Sequence[Written], *, structure: bool) -> None:
        """`force` pieces of a syntax; ``structure``: its texts are written with control tokens."""
        for piece in pieces:
            self.force(piece.text, structure=structure and not piece.content)

    def control(self, texts: Sequence[str]) -> Task[list[str]]:
        """The names in texts of which the tokenizer makes one token."""
        found = []
        for name in dict.fromkeys(name for text in texts for name in self._pieces.specials.names(text)):
            tokens: list[int] = yield from self._pieces.glue(name)
            found += [name] if len(tokens) == 1 else []
        return found

    def spelled_out(self, text: str, begin: int, end: int, generation: Generation, at: int) -> Task[int]:
        """Where, between two places of a text, the first name of a control token begins that was generated with other
        tokens than that; ``end`` where there is none. ``at``: the place of the first character generated."""
        for start, stop in self._pieces.specials.find(text):
            if begin <= start < end:
                own: list[int] = yield from self._pieces.glue(text[start:stop])
                if len(own) == 1 and own[0] not in generation.tokens(start - at, stop - at):
                    return start
        return end

    @property
    def pending(self) -> str:
        """The text that is to be forced."""
        return "".join(piece.text for piece in self._pending)

    def budget(self, reserve: int = 0) -> int:
        """How many tokens may still be generated, ``reserve`` left over for what has to be forced afterwards."""
        room = self._properties.context - len(self.tokens) - 2 * len(self.pending.encode()) // 3 - reserve - 4
        return room if self._max_tokens is None else min(room, self._max_tokens - self.generated)

    def fits(self, text: str) -> bool:
        """Whether the context has room for a text, however it is cut into tokens: a part of a token may take more
        tokens than the whole, and so do bytes that spell no character."""
        return len(self.tokens) + len(text.encode()) <= self._properties.context

    def characters(self, needed: int) -> int:
        """How many characters the context may still hold. Raises ContextOverflowError for fewer than are needed."""
        context = self._properties.context
        most = (context - len(self.tokens)) * _CHARACTERS
        if needed > most:
            raise ContextOverflowError(
                f"the shortest text that the schema allows has {needed} more characters, which do not fit into what is "
                f"left of the context of {context} tokens. {_SMALLER}",
                needed=len(self.tokens) + needed // _CHARACTERS + 1,
                available=context,
            )
        return most

    def settle(self) -> Task[None]:
        """Turn the pending text into tokens, all of them forced."""
        pieces = yield from self._taken()
        added: list[int] = yield from self._pieces.pieces(pieces)
        self._extend(added, "forced")

    def _taken(self) -> Task[list[Written]]:
        """The pending text, as one piece where no content in it has the name of a control token: so that the tokenizer
        cuts it as it would cut the whole."""
        pieces, self._pending = self._pending, []
        content = all(piece.content for piece in pieces)
        for piece in pieces if len(pieces) > 1 else ():
            foreign = piece.content and not (content and piece.own)
            if foreign and not (yield from self._pieces.is_plain(piece.text)):
                return pieces
        text = "".join(piece.text for piece in pieces)
        return [Written(text, content, own=True)] if len(pieces) > 1 else pieces

    def settle_healed(self, endings: Sequence[str] = ()) -> Task[str]:
        """As `settle`, but leave the last token to the model; returns its text, "" where nothing has to be healed.

        ``endings``: all texts that can follow, where these are few: then nothing is left to the model if the
        tokenizer cuts there in any case.
        """
        pieces = yield from self._taken()
        if not pieces:
            return ""
        head: list[int] = yield from self._pieces.pieces(pieces[:-1])
        last_piece = pieces[-1]
        text, content = last_piece.text, last_piece.content
        added: list[int] = yield from self._pieces.pieces(pieces[-1:])
        self._extend(head, "forced")
        if not added:
            return ""
        if endings and (yield from self._cuts_anyway(last_piece, added, endings)):
            self._extend(added, "forced")
            return ""
        last: str = yield from self._pieces.text(added[-1])
        special = not content and (yield from self._pieces.is_special(added[-1]))
        if special or not last or not text.endswith(last) or "\ufffd" in last:
            self._extend(added, "forced")
            return ""
        self._extend(added[:-1], "forced")
        return last

    def _cuts_anyway(self, piece: Written, tokens: list[int], endings: Sequence[str]) -> Task[bool]:
        for ending in endings:
            whole: list[int] = yield from self._pieces.pieces([replace(piece, text=piece.text + ending)])
            if whole[: len(tokens)] != tokens:
                return False
        return True

    def generate(
        self, grammar: str | None, stop: Sequence[str], max_tokens: int, sampling: Sampling | None, slot: int | None
    ) -> Task[Generation]:
        """Start a generation behind the transcript; go on with `more`, and add it to the transcript with `keep`."""
        self.requests += 1
        generation = Generation(max_tokens)
        chunk: Chunk = yield Generate(tuple(self.tokens), grammar, tuple(stop), max_tokens, sampling, slot)
        self._count(generation, chunk)
        return generation

    def more(self, generation: Generation) -> Task[bool]:
        """Take the next chunk; False where the generation has ended."""
        if generation.finish is not None:
            return False
        try:
            chunk: Chunk = yield More()
        except GenerationInterruptedError as error:
            yield from self._resume.recover(error)
            generation.finish, generation.cut = "stop", True
            return False
        self._count(generation, chunk)
        return True

    def finish(self, generation: Generation) -> Task[None]:
        """Take all chunks that are left."""
        while (yield from self.more(generation)):
            pass

    def halt(self, generation: Generation) -> Task[None]:
        """End a generation before its time."""
        if generation.finish is None:
            yield Halt()
            generation.finish = "stop"

    def _count(self, generation: Generation, chunk: Chunk) -> None:
        self._resume.begun = True
        sampled = len(chunk.tokens) + (chunk.finish == "eog")
        generation.sampled += sampled
        if chunk.timings is not None:  # a server does not tell the tokens of a character that was cut, but counts them;
            sampled += chunk.timings.predicted_n - generation.sampled  # of bytes that spell nothing it tells too many
        self.generated += sampled
        if chunk.finish == "length" and chunk.text.endswith("\ufffd"):  # the bytes of a character that was cut
            chunk = replace(chunk, text=chunk.text.rstrip("\ufffd"), tokens=())
        generation.take(chunk)
        if chunk.timings is not None:
            if self.requests == 1:
                self._cached = chunk.timings.cache_n
            self.timings += chunk.timings

    def keep(self, generation: Generation, kind: SpanKind, upto: int | None = None) -> str:
        """Add the generation to the transcript, its first ``upto`` characters only where given.

        Returns the text that was to be kept and does not fill whole tokens: it has to be forced. Bytes of a character
        that was never finished are dropped. So are, near the end of the context, the last tokens where bytes that spell
        no character came back from a server as more tokens than it was asked for.
        """
        return self.keep_parts(
            generation, [(kind, len(generation.text) if upto is None else upto)], cut=upto is not None
        )

    def keep_parts(self, generation: Generation, parts: Sequence[tuple[SpanKind, int]], *, cut: bool = True) -> str:
        """`keep`, where the generation is of several kinds: each part's kind, and up to which character it goes."""
        limit, room = parts[-1][1], max(generation.room, self._properties.context - len(self.tokens) - _SPARE)
        whole = limit == len(generation.text)
        kept: list[int] = []
        unfinished: list[int] = []
        length = part = 0
        for chunk in generation.chunks:
            unfinished += chunk.tokens
            if length + len(chunk.text) > limit:
                break
            if chunk.text:  # tokens without text are the first bytes of a character that a later chunk spells
                while length >= parts[part][1] and part < len(parts) - 1:
                    self._extend(kept[:room], parts[part][0])
                    room = max(0, room - len(kept))
                    kept, part = [], part + 1
                kept, unfinished = kept + unfinished, []
            length += len(chunk.text)
        self._extend(kept[:room], parts[part][0], eog=generation.finish == "eog" and whole)
        return generation.text[length:limit] if cut else ""

    def take_back(self, size: int) -> None:
        """Leave out what stands behind so many tokens of the turn, pending text with it. It was generated all the
        same."""
        del self.tokens[size:]
        self._pending = []
        while self.spans[-1].start >= size:
            self.spans.pop()
        self.spans[-1] = replace(self.spans[-1], end=min(self.spans[-1].end, size))

    def extend(self, added: Sequence[int]) -> None:
        """Put tokens behind what was written; text that is pending has to be settled first."""
        self._extend(added, "forced")

    def _extend(self, added: Sequence[int], kind: SpanKind, *, eog: bool = False) -> None:
        start, context = len(self.tokens), self._properties.context
        if start + len(added) > context:
            raise ContextOverflowError(
                f"what the schema asks for at least does not fit into the context of {context} tokens. {_SMALLER}",
                needed=start + len(added),
                available=context,
            )
        self.tokens.extend(added)
        last = self.spans[-1]
        if kind == "forced" and last.kind == "forced" and start > self.prompt_tokens:
            self.spans[-1] = Span(last.start, len(self.tokens), "forced")
        elif added or eog:
            self.spans.append(Span(start, len(self.tokens), kind, eog))

    def usage(self) -> Usage:
        """The tokens of the step so far."""
        turn = [span for span in self.spans if span.start >= self.prompt_tokens]
        return Usage(
            evaluated=self.timings.prompt_n,
            cached=self._cached,
            generated=self.generated,
            forced=sum(span.end - span.start for span in turn if span.kind == "forced"),
            context=len(self.tokens),
            call_generated=self.call_generated,
            call_total=self.call_total,
        )
