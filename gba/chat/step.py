"""One step of an agent: reason, choose, fill, or answer.

The step is a task (see `gba.chat.io`): it yields what it asks of a backend and the events that it shows, and returns
a Step. It only ever adds to the prompt, so nothing that llama.cpp has in its KV cache is evaluated twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn

from gba.backends.base import Finish, Sampling
from gba.chat.calls import Calls, Fill, choices, repeated, spelled
from gba.chat.events import AnswerDelta, ArgumentsDelta, CallDone, Retry, ThoughtDelta, ToolChosen
from gba.chat.io import Task
from gba.chat.messages import Message, Step
from gba.chat.options import StepOptions
from gba.chat.prompts import CALL_CLOSE, CALL_OPEN, retry_text
from gba.chat.render import Renderer
from gba.chat.stops import StopFilter, value_stops
from gba.chat.writer import Writer
from gba.errors import BackendError, ConversationError, StepError
from gba.grammar.matcher import Matcher
from gba.grammar.nodes import Choice, GbnfTree
from gba.grammar.nodes import Literal as Text
from gba.schema.tools import RESPOND, ToolCall, ToolSpec

__all__ = ["Request", "StepTask"]

_TAG = re.compile(r"</?think(?:ing)?>")
_RESERVE = 24
"""Tokens kept back for the closing of a call, on top of its shortest completion."""


@dataclass(frozen=True)
class Request:
    """What is asked of one step; see `gba.chat.engine.Engine.run`."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]
    tool_choice: str
    parallel: bool
    response_schema: Mapping[str, Any] | None
    stop: tuple[str, ...]
    sampling: Sampling
    options: StepOptions
    slot: int | None

    def allowed(self) -> list[str]:
        """The names that the model may choose from. Raises ConversationError for a tool_choice that cannot be met."""
        names = [tool.name for tool in self.tools]
        if self.tool_choice == "auto":
            return [*names, RESPOND]
        if self.tool_choice == "none":
            return [RESPOND]
        if self.tool_choice in {"any", "required"}:
            if names:
                return names
            raise ConversationError("tool_choice asks for a tool call, but there are no tools. Give at least one.")
        if self.tool_choice in names:
            return [self.tool_choice]
        raise ConversationError(
            f"tool_choice {self.tool_choice!r} is neither auto, required, any, none nor the name of a tool "
            f"({', '.join(names) or 'there are none'})."
        )


class StepTask:
    """The passes of one step, which share a Writer."""

    def __init__(self, request: Request, renderer: Renderer, writer: Writer, calls: Calls) -> None:
        self._request, self._renderer, self._writer, self._calls = request, renderer, writer, calls
        self._schemas: dict[str, Mapping[str, Any]] = {tool.name: tool.schema for tool in request.tools}
        if request.response_schema is not None:
            self._schemas[RESPOND] = request.response_schema
        self._stops = (*renderer.format.stops, "<tool_call>", "</tool_call>")
        self._thought, self._written, self._closed = "", "", False
        self._made: list[ToolCall] = []
        self._stuck = False
        self._opening = CALL_OPEN

    def run(self) -> Task[Step]:
        """The whole step. Errors of the backend carry what had been written."""
        try:
            if not self._schemas:
                return (yield from self._answer())
            allowed = self._request.allowed()
            yield from self._reason()
            return (yield from self._call_or_answer(allowed))
        except BackendError as error:
            error.thought, error.written = self._thought, self._written
            raise

    # reasoning pass

    def _reason(self) -> Task[None]:
        writer, limit = self._writer, self._request.options.max_thought_tokens
        limit = min(limit, writer.budget(self._reserve()))
        if limit > 0:
            yield from self._free("thought", self._stops, limit)
        writer.force("" if not self._thought or self._thought.endswith("\n") else "\n")
        self._thought = _TAG.sub("", self._thought).strip()

    def _free(self, kind: Literal["thought", "answer"], stops: Sequence[str], limit: int) -> Task[Finish | None]:
        """Free text, shown as it comes, up to the end of the turn, a stop string or the limit; returns which it was."""
        writer, watch = self._writer, StopFilter(stops)
        generation = yield from writer.generate(None, stops, limit, self._request.sampling, self._request.slot)
        while True:
            yield from self._show(kind, watch.feed(generation.chunks[-1].text))
            if watch.stopped or not (yield from writer.more(generation)):
                break
        yield from writer.halt(generation)
        yield from self._show(kind, watch.flush())
        writer.force(writer.keep(generation, kind, len(watch.text)))
        return generation.finish

    def _show(self, kind: Literal["thought", "answer"], text: str) -> Task[None]:
        """Add text to the thought or answer, white space at its beginning left out."""
        if kind == "thought":
            text = text if self._thought else text.lstrip()
            self._thought += text
        else:
            text = text if self._written else text.lstrip()
            self._written += text
        if text:
            yield ThoughtDelta(text) if kind == "thought" else AnswerDelta(text)

    def _reserve(self) -> int:
        """Tokens that the smallest call needs, so that a thought never uses up its room."""
        return _RESERVE + max((len(name) for name in self._schemas), default=0)

    # call pass

    def _call_or_answer(self, allowed: list[str]) -> Task[Step]:
        request, writer = self._request, self._writer
        while True:
            writer.force(self._opening)
            start, spent = len(writer.tokens), writer.generated
            name = yield from self._choose(allowed)
            if name == RESPOND:
                return (yield from self._respond())
            call = ToolCall(name, {})
            yield ToolChosen(len(self._made), call.id, name)
            call = yield from self._fill(call, len(self._made))
            yield CallDone(len(self._made), call.id, name, dict(call.arguments))
            self._made.append(call)
            yield from writer.settle()
            writer.call_generated += writer.generated - spent
            writer.call_total += len(writer.tokens) - start
            if not (request.parallel and len(self._made) < request.options.max_calls and not self._closed):
                return self._step("length" if self._closed else "tool_calls")
            if not (yield from self._again()):
                return self._step("tool_calls")
            allowed = [each for each in allowed if each != RESPOND]

    def _again(self) -> Task[bool]:
        """Whether the model goes on to one more call: it is asked for one token, the end or the beginning of a call."""
        writer = self._writer
        if writer.budget(self._reserve()) < 1:
            return False
        opening = "\n" + CALL_OPEN
        matcher = Matcher(GbnfTree({"root": Choice((Text(opening), Text("")))}))
        generation = yield from writer.generate(matcher.remaining(), (), 1, self._request.sampling, self._request.slot)
        yield from writer.finish(generation)
        writer.keep(generation, "choice")
        writer.call_generated += 1
        if not matcher.allows(generation.text):
            self._refuse(generation.text)
        self._opening = opening[len(generation.text) :]
        return bool(generation.text)

    def _choose(self, allowed: Sequence[str]) -> Task[str]:
        """One token at a time until only one name is left; what that forces is not generated."""
        writer, request = self._writer, self._request
        left = choices(self._without_spent(allowed), filled_response=request.response_schema is not None)
        written = ""
        while len(left) > 1:
            if writer.budget(self._reserve()) < 1:
                left, self._closed = dict([min(left.items(), key=lambda item: len(item[1]))]), True
                break
            endings = [text[len(written) :] for text in left.values()]
            healed = yield from writer.settle_healed(endings)
            matcher = Matcher(GbnfTree({"root": Choice(tuple(map(Text, endings)))}))
            generation = yield from writer.generate(matcher.remaining(healed), (), 1, request.sampling, request.slot)
            yield from writer.finish(generation)
            writer.keep(generation, "choice")
            new = generation.text
            if new.startswith(healed):
                written += new[len(healed) :]
            elif new and healed.startswith(new):
                writer.force(healed[len(new) :])
            else:
                self._refuse(new)
            left = {name: text for name, text in left.items() if text.startswith(written)}
        if not left:
            self._refuse(written)
        ((name, text),) = left.items()
        writer.force(text[len(written) :])
        return name

    def _without_spent(self, allowed: Sequence[str]) -> list[str]:
        """The names without that of a call which was repeated too often and has no other arguments to take."""
        call = repeated(self._request.messages, self._request.options.max_repeats)
        if call is None or call.name not in allowed or len(allowed) == 1:
            return list(allowed)
        matcher = self._calls.fill(call.name, self._schemas[call.name]).matcher()
        only = matcher.forced()
        return [name for name in allowed if name != call.name or only != spelled(call) + CALL_CLOSE]

    def _fill(self, call: ToolCall, index: int) -> Task[ToolCall]:
        """The arguments of the chosen tool, again where they break a constraint beyond the grammar."""
        last = repeated(self._request.messages, self._request.options.max_repeats)
        spent = last if last is not None and last.name == call.name else None
        fill = self._fill_grammar(call.name, spent)
        for attempt in range(self._request.options.max_retries + 1):
            text = yield from self._write_arguments(fill, call, index)
            arguments = json.loads(text)
            violations = tuple(str(violation) for violation in fill.grammar.check(arguments))
            filled = replace(call, arguments=arguments)
            if spent is not None and filled.same(spent) and attempt < self._request.options.max_retries:
                violations = (*violations, "these arguments were used before, with the same result")
            if not violations:
                return filled
            if attempt < self._request.options.max_retries and not self._closed:
                yield Retry(index, call.id, violations)
                yield from self._tell(call.name, violations)
        raise StepError(
            f"the arguments of {call.name} break constraints that a grammar cannot enforce: {'; '.join(violations)}. "
            "Allow more retries or tokens, or loosen the schema.",
            thought=self._thought,
            text=text,
            violations=violations,
        )

    def _fill_grammar(self, name: str, spent: ToolCall | None) -> Fill:
        schema = self._schemas[name]
        fill = self._calls.fill(name, schema)
        if spent is None or fill.matcher().forced() == spelled(spent) + CALL_CLOSE:
            return fill
        return self._calls.fill(name, schema, (spelled(spent),))

    def _tell(self, name: str, violations: Sequence[str]) -> Task[None]:
        """Close the turn, say what was wrong, and open the same call again."""
        writer, call = self._writer, Message("tool", retry_text(name, violations))
        yield from writer.settle()
        told = yield from self._renderer.turn(writer.tokens, "assistant", call, agent=True)
        asked = yield from self._renderer.prompt("tool")
        writer.extend([*told, *asked])
        writer.force(CALL_OPEN + choices([name], filled_response=True)[name])

    def _write_arguments(self, fill: Fill, call: ToolCall, index: int) -> Task[str]:
        """Alternate between what the grammar forces and what the model has to say, to the end of the call."""
        writer, matcher = self._writer, fill.matcher()
        text, shown = "", 0
        while True:
            forced = matcher.forced()
            matcher.advance(forced)
            writer.force(forced)
            text += forced
            if not matcher.done:
                shortest = matcher.shortest()
                room = writer.budget(_RESERVE + len(shortest.encode()))
                if room < 1 or self._stuck:
                    self._closed = True
                    writer.force(shortest)
                    text += shortest
                    matcher.advance(shortest)
            self._written = text.removesuffix(CALL_CLOSE) if matcher.done else text
            if len(self._written) > shown:
                piece = self._written[shown:]
                yield AnswerDelta(piece) if call.name == RESPOND else ArgumentsDelta(index, call.id, piece)
                shown = len(self._written)
            if matcher.done:
                return self._written
            text += yield from self._generate_value(matcher, room)

    def _generate_value(self, matcher: Matcher, room: int) -> Task[str]:
        """Let the model write under the grammar until the next text is likely to be forced; returns what it wrote."""
        writer, request = self._writer, self._request
        healed = yield from writer.settle_healed()
        generation = yield from writer.generate(
            matcher.remaining(healed), value_stops(matcher), room, request.sampling, request.slot
        )
        yield from writer.finish(generation)
        new = generation.text
        if not new.startswith(healed):
            writer.keep(generation, "argument")
            if healed.startswith(new) and generation.finish == "length":
                writer.force(healed[len(new) :])
                self._stuck = True
                return ""
            self._refuse(new)
        written = new[len(healed) :]
        # bytes that spell no character count as one to llama.cpp and as several to everybody else: cut before them
        cut = written.find("\ufffd") if not matcher.allows(written) else -1
        written = written if cut < 0 else written[:cut]
        writer.force(writer.keep(generation, "argument", len(healed) + cut if cut >= 0 else None))
        # room for the first bytes of a character only: they are dropped, and would be written again and again
        self._stuck = not written and (cut >= 0 or generation.finish == "length")
        if not matcher.advance(written):
            self._refuse(written)
        if not written and generation.finish == "eog":
            self._refuse(written)
        return written

    def _refuse(self, text: str) -> NoReturn:
        raise StepError(
            f"llama.cpp generated {text[:80]!r}, which the grammar does not allow. Its build may ignore grammars: "
            "`gba doctor` tells.",
            thought=self._thought,
            text=self._written + text,
        )

    # answers

    def _respond(self) -> Task[Step]:
        if self._request.response_schema is None:
            return (yield from self._answer())
        yield from self._fill(ToolCall(RESPOND, {}), 0)
        yield from self._writer.settle()
        return self._step("length" if self._closed else "stop", self._written)

    def _answer(self) -> Task[Step]:
        """Free text to the end of the turn, shown as it comes."""
        writer, request = self._writer, self._request
        yield from writer.settle()
        stops = (*self._renderer.format.stops, *request.stop)
        room = writer.budget()
        if room < 1:
            self._closed = True
            return self._step("length", "")
        self._written = ""
        finish = yield from self._free("answer", stops, room)
        yield from writer.settle()
        return self._step("length" if finish == "length" else "stop", self._written)

    def _step(self, finish: Any, answer: str = "") -> Step:
        writer = self._writer
        return Step(
            self._thought,
            tuple(self._made),
            answer,
            finish,
            self._closed,
            writer.usage(),
            writer.timings,
            tuple(writer.tokens),
            writer.prompt_tokens,
            tuple(writer.spans),
            writer.requests,
        )
