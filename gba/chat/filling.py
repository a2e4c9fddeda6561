"""The call pass: a choice between texts, and a value under its grammar, forced wherever there is no choice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from gba.backends.base import Chunk
from gba.chat.calls import Fill, JsonFill
from gba.chat.choices import Choice, Odds, telling
from gba.chat.events import AnswerDelta, ArgumentsDelta
from gba.chat.io import Task
from gba.chat.loops import ANSWER
from gba.chat.messages import Looped, Part
from gba.chat.request import Request
from gba.chat.stops import value_stops
from gba.chat.syntax import CallSyntax, parted
from gba.chat.telling import Telling
from gba.chat.writer import Writer
from gba.errors import StepError
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.nodes import Choice as OneOf
from gba.grammar.gbnf.nodes import GbnfTree
from gba.grammar.gbnf.nodes import Literal as Text
from gba.schema.tools import ToolCall

__all__ = ["RESERVE", "Filling"]

RESERVE = 24
"""Tokens kept back for the closing of a call, on top of its shortest completion."""


class Filling:
    """Writes choices and values in a syntax. What is forced of that is structure where it is the model's own.

    ``closed``: the budget ran out, and the rest was forced. ``written``: the text of the value under way, ``parts`` the
    same in pieces. ``choices``: those that the model made; ``choice``: what `choose` noted of the last one. ``looped``:
    what was ended because it repeated itself.
    """

    def __init__(self, request: Request, writer: Writer, thought: Callable[[], str], syntax: CallSyntax) -> None:
        self._request, self._writer, self._thought, self._structure = request, writer, thought, syntax.native
        self._marks = syntax.argument_marks(writer.names)
        self.closed = self._stuck = False
        self.written = ""
        self.parts: list[Part] = []
        self.looped: list[Looped] = []
        self._tokens: list[int] = []  # that were generated of the value under way
        self.choices: list[Choice] = []
        self.choice: Choice | None = None

    def choose(self, options: Mapping[str, str], reserve: int) -> Task[str]:
        """Which of the texts is written, by name. One token at a time until only one is left; what is forced, the rest
        of the last one included, is not generated."""
        writer, left, written, odds = self._writer, dict(options), "", Odds(options)
        self.choice = None
        while len(left) > 1:
            forced = _common_start(list(left.values()), len(written))
            writer.force(forced, structure=self._structure)
            written += forced
            done = [name for name, text in left.items() if text == written]
            if done:
                self._note(odds, done[0])
                return done[0]
            if writer.budget(reserve) < 1:
                left, self.closed = dict([min(left.items(), key=lambda item: len(item[1]))]), True
                break
            endings = {name: text[len(written) :] for name, text in left.items()}
            healed, chunks, new = yield from self._one_token(list(endings.values()))
            written += new
            left = {name: text for name, text in left.items() if text.startswith(written)}
            if new:
                odds.narrow(chunks, healed, endings, left)
        if not left:
            self._refuse(written)
        ((name, text),) = left.items()
        writer.force(text[len(written) :], structure=self._structure)
        if len(options) > 1 and not self.closed:
            self._note(odds, name)
        return name

    def _note(self, odds: Odds, name: str) -> None:
        self.choice = odds.choice(name)
        if self.choice is not None:
            self.choices.append(self.choice)

    def _one_token(self, endings: Sequence[str]) -> Task[tuple[str, list[Chunk], str]]:
        """One token of one of the texts: the text before them that it spells as well, what was generated, and what of
        that belongs to the texts."""
        writer, request = self._writer, self._request
        healed = yield from writer.settle_healed(endings)
        matcher = Matcher(GbnfTree({"root": OneOf(tuple(map(Text, endings)))}))
        sampling = telling(request.sampling)
        generation = yield from writer.generate(matcher.remaining(healed), (), 1, sampling, request.slot)
        yield from writer.finish(generation)
        writer.keep(generation, "choice")
        new = generation.text
        if new.startswith(healed):
            return healed, generation.chunks, new[len(healed) :]
        if healed.startswith(new) and (new or generation.cut):
            writer.force(healed[len(new) :], structure=self._structure)
            return healed, generation.chunks, ""
        self._refuse(new)

    def again(self, more: str, end: str) -> Task[bool]:
        """Whether the model goes on to one more call: it is asked for one token, of ``more`` or of ``end`` and then the
        end of its turn. What of the two is left is forced."""
        writer, request = self._writer, self._request
        if writer.budget(RESERVE) < 1:
            writer.force(end, structure=self._structure)
            return False
        yield from writer.settle()
        matcher = Matcher(GbnfTree({"root": OneOf((Text(more), Text(end)))}))
        generation = yield from writer.generate(matcher.remaining(), (), 1, request.sampling, request.slot)
        yield from writer.finish(generation)
        writer.keep(generation, "choice")
        writer.call_generated += 1
        new = generation.text
        if not matcher.allows(new):
            self._refuse(new)
        goes_on = bool(new) and more.startswith(new)
        writer.force((more if goes_on else end)[len(new) :], structure=self._structure)
        return goes_on

    def fill(
        self, fill: Fill | JsonFill, call: ToolCall, index: int, *, answer: bool, streams: bool, begun: str = ""
    ) -> Task[str]:
        """A value under its grammar: alternate between what that forces and what the model has to say, to its end.

        ``answer``: it is the answer to the user. ``streams``: its text is JSON, and is shown as it comes. ``begun``:
        the beginning of it that is written already.
        """
        writer, matcher = self._writer, fill.matcher()
        matcher.advance(begun)
        text, own, telling = begun, 0, Telling(call, index, fill, answer=answer, streams=streams)
        self.written, self.parts, self._tokens = "", telling.parts, []
        while True:
            forced = matcher.forced()
            matcher.advance(forced)
            text += forced
            self._force_value(forced, fill, done=matcher.done)
            if not matcher.done:
                least = matcher.shortest_length()
                room = writer.budget(RESERVE + least)
                if room < 1 or self._stuck:
                    self.closed = True
                    shortest = matcher.shortest(writer.characters(least))
                    text += shortest
                    matcher.advance(shortest)
                    self._force_value(shortest, fill, done=matcher.done)
            self.written = text.removesuffix(fill.end) if matcher.done and fill.end else text
            yield from telling.show(self.written, own)
            if matcher.done:
                return text
            stops = value_stops(matcher, fill.style, fill.end)
            text += yield from self._generate_value(matcher, room, stops, telling, text)
            own = len(text)

    def _force_value(self, text: str, fill: Fill | JsonFill, *, done: bool) -> None:
        """Force a part of a value. Whatever a schema makes the model say is content; the marks of the syntax around it
        are structure. ``done``: the value ends with it, and so does the call."""
        end = min(len(text), len(fill.end)) if done else 0
        value, closing = text[: len(text) - end], text[len(text) - end :]
        for part in parted(value, self._marks if isinstance(fill, Fill) else None):
            self._writer.force(part.text, structure=self._structure and not part.content, own=part.own)
        self._writer.force(closing, structure=self._structure)

    def told(self, value: Any, call: ToolCall, index: int, *, answer: bool) -> Task[None]:
        """Show a value whose text is no JSON, now that it is whole."""
        piece = json.dumps(value, ensure_ascii=False)
        yield AnswerDelta(piece) if answer else ArgumentsDelta(index, call.id, piece)

    def _generate_value(
        self, matcher: Matcher, room: int, stops: Sequence[str], telling: Telling, before: str
    ) -> Task[str]:
        """Let the model write under the grammar until the next text is likely to be forced, or it repeats itself;
        returns what it wrote. ``before``: the text of the value until then."""
        writer, request = self._writer, self._request
        healed = yield from writer.settle_healed()
        generation = yield from writer.generate(matcher.remaining(healed), stops, room, request.sampling, request.slot)
        looping = False
        while True:
            self._tokens += generation.chunks[-1].tokens
            if generation.text.startswith(healed):
                yield from telling.show_some(before + generation.text[len(healed) :])
            looping = request.options.stop_loops and generation.finish is None and ANSWER.ends(self._tokens)
            if looping or not (yield from writer.more(generation)):
                break
        if looping:
            yield from writer.halt(generation)
            self.looped.append(telling.kind)
        new = generation.text
        if not new.startswith(healed):
            writer.keep(generation, "argument")
            if healed.startswith(new) and (generation.cut or generation.finish == "length"):
                writer.force(healed[len(new) :], structure=self._structure)
                self._stuck = not generation.cut
                return ""
            self._refuse(new)
        written = new[len(healed) :]
        # bytes that spell no character count as one to llama.cpp and as several to everybody else: cut before them
        cut = written.find("\ufffd") if not matcher.allows(written) else -1
        written = written if cut < 0 else written[:cut]
        writer.force(writer.keep(generation, "argument", len(healed) + cut if cut >= 0 else None))
        # room for the first bytes of a character only: they are dropped, and would be written again and again
        self._stuck = looping or (not written and (cut >= 0 or generation.finish == "length"))
        if not matcher.advance(written):
            self._refuse(written)
        if not written and generation.finish == "eog":
            self._refuse(written)
        return written

    def _refuse(self, text: str) -> NoReturn:
        raise StepError(
            f"llama.cpp generated {text[:80]!r}, which the grammar does not allow. Its build may ignore grammars: "
            "`gba doctor` tells.",
            thought=self._thought(),
            text=self.written + text,
        )


def _common_start(texts: Sequence[str], at: int) -> str:
    """What all the texts have in common from that place on."""
    first = texts[0]
    end = at
    while end < len(first) and all(len(text) > end and text[end] == first[end] for text in texts):
        end += 1
    return first[at:end]
