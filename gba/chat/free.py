"""The free pass of a step: what the model writes without a grammar, thought and text, up to a call or the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from gba.chat.calls import without_texts
from gba.chat.events import AnswerDelta, ThoughtDelta
from gba.chat.formats import ChatFormat
from gba.chat.io import Task
from gba.chat.loops import ANSWER, THOUGHT
from gba.chat.messages import Looped, SpanKind
from gba.chat.reader import Told, TurnReader
from gba.chat.request import Request
from gba.chat.writer import Generation, Writer
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.parser import parse_gbnf

__all__ = ["Ended", "FreePass"]

Ended: TypeAlias = Literal["call", "stop", "length", "thought"]
"""Why free writing ended: a call begins, the model ended its turn, the budget did or a loop, or the thought is done."""

_ANSWER_ROOM = 256
"""Tokens that a thought leaves to what comes behind it, where there are as many; else a third of what is left."""


class FreePass:
    """Writes freely behind a prompt that ends in ``opening``. ``calls``: a call may begin.

    ``choosing``: text is a thought that comes before a choice (syntaxes in which answering is chosen like a tool).
    """

    def __init__(
        self,
        request: Request,
        chat_format: ChatFormat,
        opening: str,
        writer: Writer,
        *,
        calls: bool,
        choosing: bool,
        thinks: bool = True,
    ) -> None:
        self._request, self._format, self._writer, self._choosing = request, chat_format, writer, choosing
        end, thinking = opening.rstrip(), chat_format.thinking
        opens = thinking.open.strip() if thinking is not None else ""
        self._thinks = thinks and thinking is not None and not end.endswith(thinking.marker)
        self._reader = TurnReader(
            chat_format.syntax,
            thinking if self._thinks else None,
            opened=self._thinks and bool(opens) and end.endswith(opens),
            calls=calls,
            stops=chat_format.stops,
            text_stops=() if choosing else request.stop,
        )
        self._used = 0
        self._ended = False  # the model ended its turn
        self._looping = False  # the generation was ended since it repeated itself
        self.looped: list[Looped] = []
        """What looped, in order; see `gba.chat.loops`."""

    @property
    def thinks(self) -> bool:
        """Whether the model thinks by itself: a thought is open, or may be opened."""
        return self._thinks

    @property
    def ends_in_space(self) -> bool:
        """Whether what was written and is kept ends in white space."""
        kept = self._reader.raw[: self._reader.end] if self._reader.stopped else self._reader.raw
        if self._reader.thought_open and self._format.thinking is not None:
            kept = self._format.thinking.close
        return kept[-1:].isspace()

    @property
    def thought(self) -> str:
        """What was thought."""
        parts = (self._reader.thought, self._reader.text.rstrip() if self._choosing else "")
        return "\n".join(part for part in parts if part)

    @property
    def text(self) -> str:
        """The answer, or the text before a call."""
        return "" if self._choosing else self._reader.text

    def run(
        self, *, limit: int | None = None, reserve: int = 0, text: bool = True, refused: Sequence[str] = ()
    ) -> Task[Ended]:
        """Write until a call begins or the turn ends.

        ``limit``: tokens of the pass, None for all there are but for ``reserve``. ``text``: text may follow the
        thought, else the pass ends with that. ``refused``: texts that a grammar keeps out.
        """
        reader, writer = self._reader, self._writer
        thought_room = self._thought_room(reserve)
        while True:
            room = writer.budget(reserve)
            room = room if limit is None or reader.thinks else min(room, limit - self._used)
            if reader.thinks and self._used >= thought_room:
                yield from self.close_thought()
            elif room < 1:
                yield from self._show(reader.finish())
                return "length"
            else:
                yield from self._generate(
                    self._grammar(refused), room, thought_room, text, thought=self._choosing or limit is not None
                )
            if reader.stopped:
                return reader.stopped
            if self._ended:
                return "stop"
            if self._looping and (ended := (yield from self._end_loop())):
                return ended
            if not text and reader.behind_thought:
                return "thought"

    def _grammar(self, refused: Sequence[str]) -> str | None:
        """The grammar of what comes next: the rest of the request's own, where its beginning was written before the
        server went away."""
        if refused:
            return without_texts(tuple(refused))
        grammar, written = self._request.grammar, self._reader.raw[self._reader.thought_end :]
        if grammar is None or not written:
            return grammar
        matcher = Matcher(parse_gbnf(grammar))
        matcher.advance(written)
        return matcher.remaining()

    def _end_loop(self) -> Task[Ended | None]:
        """Go on behind a loop: the model's own thought is closed, and None returned; other text is at its end."""
        self._looping = False
        if self._reader.thinks:
            yield from self.close_thought()
            return None
        yield from self._show(self._reader.finish())
        return "thought" if self.looped[-1] == "thought" else "length"

    def close_thought(self) -> Task[None]:
        """Close the thought that is under way, if there is one, with its own mark."""
        thinking = self._format.thinking
        if self._reader.thinks and thinking is not None:
            self._writer.force(thinking.close, structure=True)
            yield from self._show(self._reader.feed(thinking.close))

    def lead_to_call(self) -> Task[None]:
        """Put what stands between what was written and a call."""
        yield from self.close_thought()
        syntax, reader, thinking = self._format.syntax, self._reader, self._format.thinking
        if reader.thought_open and thinking is not None:  # a call was opened in it
            self._writer.force(thinking.close, structure=True)
            return
        raw = reader.raw[: reader.end] if reader.stopped else reader.raw
        if not raw.strip():
            self._writer.force(syntax.lead, structure=syntax.native)
        elif not raw[-1].isspace() and not raw.endswith(syntax.gap.strip() or "\0"):
            self._writer.force(self._gap(raw), structure=syntax.native)

    def _gap(self, raw: str) -> str:
        """What is missing of the mark that closes the thought, or else the gap between text and call."""
        thinking = self._format.thinking
        if thinking is None or len(raw) > self._reader.thought_end or not self._reader.thought_end:
            return self._format.syntax.gap
        return thinking.close.partition(thinking.marker)[2]

    def _thought_room(self, reserve: int) -> int:
        """Tokens that a thought may take."""
        room = self._writer.budget(reserve)
        room -= min(_ANSWER_ROOM, room // 3)
        limit = self._request.options.max_thought_tokens if self._request.grammar is None else 0
        return room if limit is None else min(limit, room)

    def _generate(self, grammar: str | None, room: int, thought_room: int, text: bool, *, thought: bool) -> Task[None]:
        """One generation: read as it comes, ended when it has to, and what of it belongs to the turn kept.

        ``thought``: text is one, too.
        """
        reader, writer, request = self._reader, self._writer, self._request
        yield from writer.settle()
        begin = len(reader.raw)
        watched = reader.watched()
        generation = yield from writer.generate(grammar, watched, room, request.sampling, request.slot)
        tokens: list[int] = []
        while True:
            self._used += len(generation.chunks[-1].tokens)
            tokens += generation.chunks[-1].tokens
            yield from self._show(reader.feed(generation.chunks[-1].text))
            over = reader.thinks and self._used >= thought_room
            over = over or bool(reader.stopped) or (not text and reader.behind_thought)
            if not over and request.options.stop_loops and generation.finish is None:
                kind: Looped = "thought" if thought or reader.thinks else "answer"
                if (THOUGHT if kind == "thought" else ANSWER).ends(tokens):
                    over = self._looping = True
                    self.looped.append(kind)
            if over or not (yield from writer.more(generation)):
                break
        if reader.stopped_by in watched and reader.stopped_by in generation.text:
            yield from writer.finish(generation)  # it has ended by itself: what is left are its counters
        yield from writer.halt(generation)
        self._ended = generation.finish == "eog"
        if self._ended and not reader.stopped:
            yield from self._show(reader.finish())
        self._keep(generation, begin)

    def _keep(self, generation: Generation, begin: int) -> None:
        reader = self._reader
        if reader.stopped == "call" and self._format.syntax.begins_call(reader.text):
            reader.drop_text()
        upto = (reader.end if reader.stopped else len(reader.raw)) - begin
        thought = max(0, min(upto, upto if self._choosing else reader.thought_end - begin))
        parts: list[tuple[SpanKind, int]] = [("thought", thought)] if thought else []
        parts += [("answer", upto)] if upto > thought or not parts else []
        left = self._writer.keep_parts(generation, parts)
        if self._writer.fits(left):
            self._writer.force(left, structure=True)

    def _show(self, told: Told) -> Task[None]:
        for kind, text in told:
            yield ThoughtDelta(text) if kind == "thought" or self._choosing else AnswerDelta(text)
