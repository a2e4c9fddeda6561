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
from gba.chat.stops import begun as begins
from gba.chat.stops import few_ways, value_stops
from gba.chat.syntax import CallSyntax, parted
from gba.chat.telling import Telling
from gba.chat.writer import Generation, Writer
from gba.errors import StepError
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.nodes import Choice as OneOf
from gba.grammar.gbnf.nodes import GbnfTree
from gba.grammar.gbnf.nodes import Literal as Text
from gba.grammar.marks import Spans
from gba.schema.tools import ToolCall

__all__ = ["RESERVE", "Filling"]

RESERVE = 24
"""Tokens kept back for the closing of a call, on top of its shortest completion."""
_ENDING = 16
"""Characters of a way to go on that tell how its beginning is cut into tokens."""


class Filling:
    """Writes choices and values in a syntax. What is forced of that is structure where it is the model's own.

    ``closed``: the budget ran out, and the rest was forced. ``written``: the text of the value under way, ``parts`` the
    same in pieces. ``choices``: those that the model made; ``choice``: what `choose` noted of the last one. ``looped``:
    what was ended because it repeated itself.
    """

    def __init__(self, request: Request, writer: Writer, thought: Callable[[], str], syntax: CallSyntax) -> None:
        self._request, self._writer, self._thought, self._structure = request, writer, thought, syntax.native
        self.closed = self._stuck = False
        self.written = ""
        self.parts: list[Part] = []
        self.looped: list[Looped] = []
        self._control: list[str] = []  # names of control tokens by which the value under way may end
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
        self._control = yield from self._names(fill)
        while True:
            put = len(text)
            forced = matcher.forced()
            matcher.advance(forced)
            text += forced
            held = 0 if matcher.done else self._held(text, put, fill)
            self._force_value(text, put, len(text) - held, fill, done=matcher.done)
            if not matcher.done:
                least = matcher.shortest_length()
                room = writer.budget(RESERVE + least)
                if room < 1 or self._stuck:
                    self.closed, put = True, len(text) - held
                    shortest = matcher.shortest(writer.characters(least))
                    text += shortest
                    matcher.advance(shortest)
                    self._force_value(text, put, len(text), fill, done=matcher.done)
            self.written = text.removesuffix(fill.end) if matcher.done and fill.end else text
            yield from telling.show(self.written, own)
            if matcher.done:
                return text
            text += yield from self._generate_value(matcher, room, fill, telling, text, held)
            own = len(text)

    def _names(self, fill: Fill | JsonFill) -> Task[list[str]]:
        """The control tokens of the syntax by one of which a value is told to end, or another one to follow."""
        if not self._structure or not fill.style.tagged:
            return []
        return (yield from self._writer.control((*fill.style.texts(), fill.end)))

    def _held(self, text: str, put: int, fill: Fill | JsonFill) -> int:
        """How many characters at the end of a text to leave to the model: the beginning of the name of a control token,
        since nothing but that token spells it."""
        size = min(begins(text, self._control), len(text) - put)
        return size if size and any(end == len(text) for _, end in fill.marks(text)) else 0

    def _force_value(self, text: str, begin: int, end: int, fill: Fill | JsonFill, *, done: bool) -> None:
        """Force a part of the text of a value. Whatever a schema makes the model say is content; the texts of the
        syntax around it are structure. ``done``: the text ends with the call."""
        for part in parted(text[:end], _marks(text, fill, done=done), begin):
            self._writer.force(part.text, structure=self._structure and not part.content, own=part.own)

    def told(self, value: Any, call: ToolCall, index: int, *, answer: bool) -> Task[None]:
        """Show a value whose text is no JSON, now that it is whole."""
        piece = json.dumps(value, ensure_ascii=False)
        yield AnswerDelta(piece) if answer else ArgumentsDelta(index, call.id, piece)

    def _generate_value(
        self, matcher: Matcher, room: int, fill: Fill | JsonFill, telling: Telling, before: str, held: int
    ) -> Task[str]:
        """Let the model write under the grammar until the next text is likely to be forced, or it repeats itself;
        returns what it wrote. ``before``: the text of the value until then, the end of which is ``held`` back."""
        writer, request, few = self._writer, self._request, few_ways(matcher)
        if held:
            yield from writer.settle()
            healed = before[len(before) - held :]
        else:
            healed = yield from writer.settle_healed([ending[:_ENDING] for ending in few.values()])
        stops = [healed[-1:] + way for way in few] or value_stops(matcher, fill.style, fill.end)
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
            if healed.startswith(new) and generation.finish != "eog":  # cut, or a stop string is a part of it
                writer.force(healed[len(new) :], structure=self._structure)
                self._stuck = not generation.cut and generation.finish == "length"
                return ""
            self._refuse(new)
        written = new[len(healed) :]
        # bytes that spell no character count as one to llama.cpp and as several to everybody else: cut before them
        cut = written.find("\ufffd") if not matcher.allows(written) else -1
        written = written if cut < 0 else written[:cut]
        # room for the first bytes of a character only: they are dropped, and would be written again and again
        self._stuck = looping or (not written and (cut >= 0 or generation.finish == "length"))
        if not matcher.advance(written) or (not written and generation.finish == "eog"):
            self._refuse(written)
        yield from self._keep_value(generation, before + written, len(before) - len(healed), matcher, fill)
        return written

    def _keep_value(
        self, generation: Generation, text: str, begin: int, matcher: Matcher, fill: Fill | JsonFill
    ) -> Task[None]:
        """Add a generation to the transcript, which began at a place of the text of the value, up to the end of that.
        From a mark of the syntax on that the model did not write with its own token, the text is forced instead."""
        writer, upto, forced, ended = self._writer, len(text), matcher.forced(), matcher.copy()
        ended.advance(forced)
        if self._structure:
            for start, end in _marks(text + forced, fill, done=ended.done):
                if upto == len(text) and start < upto and end > begin:
                    upto = yield from writer.spelled_out(text + forced, max(start, begin), upto, generation, begin)
            if upto == len(text) and (self._stuck or generation.finish == "length"):  # perhaps inside of a mark
                upto = max(begin, upto - begins(text, self._control))
        whole = upto - begin == len(generation.text)
        left = writer.keep(generation, "argument", None if whole else upto - begin)
        self._force_value(text + forced, upto - len(left), len(text), fill, done=ended.done)

    def _refuse(self, text: str) -> NoReturn:
        raise StepError(
            f"llama.cpp generated {text[:80]!r}, which the grammar does not allow. Its build may ignore grammars: "
            "`gba doctor` tells.",
            thought=self._thought(),
            text=self.written + text,
        )


def _marks(text: str, fill: Fill | JsonFill, *, done: bool) -> Spans:
    """Where the syntax's own texts stand in that of a value; ``done``: it ends with the end of the call."""
    end = len(text) - (len(fill.end) if done else 0)
    return [*fill.marks(text[:end]), (end, len(text))]


def _common_start(texts: Sequence[str], at: int) -> str:
    """What all the texts have in common from that place on."""
    first = texts[0]
    end = at
    while end < len(first) and all(len(text) > end and text[end] == first[end] for text in texts):
        end += 1
    return first[at:end]
