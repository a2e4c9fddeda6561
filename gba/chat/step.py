"""One step of an agent: think, then answer or call.

The step is a task (see `gba.chat.io`): it yields what it asks of a backend and the events that it shows, and returns
a Step. It only ever adds to the prompt, so nothing that llama.cpp has in its KV cache is evaluated twice. How calls and
thoughts are written is the chat format's business (`gba.chat.syntax`): no syntax is named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gba.chat.calls import Calls, Fill, JsonFill, repeated
from gba.chat.events import AnswerDelta, CallDone, Retry, ToolChosen
from gba.chat.filling import RESERVE, Filling
from gba.chat.free import Ended, FreePass
from gba.chat.io import Task
from gba.chat.messages import FinishReason, Message, Part, Step
from gba.chat.prompts import retry_text
from gba.chat.render import Prompt, Renderer
from gba.chat.request import Request
from gba.chat.tags import whole_tags
from gba.chat.writer import Writer
from gba.errors import BackendError, GrammarError, StepError
from gba.grammar.arguments import write_arguments
from gba.grammar.strings.spelling import ArgumentStyle
from gba.schema.tools import RESPOND, ToolCall

__all__ = ["StepTask"]

_THOUGHT_TOKENS = 256
"""Of models that do not think by themselves."""


class StepTask:
    """The passes of one step, which share a Writer."""

    def __init__(self, request: Request, renderer: Renderer, prompt: Prompt, writer: Writer, calls: Calls) -> None:
        self._request, self._renderer, self._writer, self._calls = request, renderer, writer, calls
        self._syntax = renderer.format.syntax
        self._schemas = {tool.name: tool.schema for tool in request.tools}
        self._response = request.response_schema
        self._allowed = request.allowed() if self._schemas or self._response is not None else [RESPOND]
        self._agent = bool(self._schemas) or self._response is not None
        self._plain = self._allowed == [RESPOND] and self._response is None
        self._free = FreePass(
            request,
            renderer.format,
            prompt.opening,
            writer,
            calls=not self._plain or (self._syntax.chosen and self._agent),
            choosing=self._syntax.chosen and self._agent,
        )
        self._filling = Filling(request, writer, lambda: self._free.thought, self._syntax)
        self._answer: FreePass | None = None
        self._made: list[ToolCall] = []
        self._parts: dict[str, tuple[Part, ...]] = {}
        self._next = ToolCall(RESPOND, {})
        self._ended = 0, "", 0  # tokens up to the end of the last call, what ends the turn there, and choices so far
        self._as_call = False  # an answer of a given form is written as a call

    def run(self) -> Task[Step]:
        """The whole step. Errors of the backend carry what had been written."""
        try:
            if self._plain and not (self._syntax.chosen and self._agent):
                return (yield from self._speak())
            return (yield from self._decide())
        except (BackendError, GrammarError) as error:
            error.thought = self._free.thought
            said = self._answer.text if self._answer is not None else self._free.text
            error.written = self._filling.written or said
            raise

    # free text

    def _speak(self) -> Task[Step]:
        """A thought, where the model thinks, and an answer: one generation. No call can be opened in it."""
        trigger = self._syntax.trigger or (self._syntax.first.strip() if self._syntax.at_start else "")
        refused = (trigger,) if self._schemas and trigger else ()
        ended = yield from self._free.run(refused=refused)
        yield from self._writer.settle()
        return self._step("length" if ended == "length" else "stop", self._free.text)

    def _decide(self) -> Task[Step]:
        """The free pass, and what follows from it: it was the answer, or a call or an answer of a form is written."""
        syntax, may_answer = self._syntax, RESPOND in self._allowed
        speaks = may_answer and self._response is None and not syntax.chosen
        ended: Ended = "thought"
        if speaks:
            ended = yield from self._free.run(reserve=self._reserve())
        elif self._wants_thought():
            ended = yield from self._think()
        if speaks and ended in {"stop", "length"} and (self._free.text or ended == "length"):
            yield from self._writer.settle()
            return self._step("length" if ended == "length" else "stop", self._free.text)
        yield from self._free.lead_to_call()
        return (yield from self._call_or_answer(direct=ended == "stop"))

    def _wants_thought(self) -> bool:
        """Whether there is to be free text before a choice that has to be made."""
        limit, mode = self._request.options.max_thought_tokens, self._request.options.thought
        if limit == 0 or mode == "none":
            return False
        if self._free.thinks:
            return True
        if self._syntax.chosen:
            return bool(self._syntax.first)
        return self._response is None

    def _think(self) -> Task[Ended]:
        """The thought of a model that thinks by itself; of others, some text before the call."""
        limit = self._request.options.max_thought_tokens
        if self._syntax.opens and self._request.options.thought != "none":
            self._writer.force(self._syntax.opens)
        text = not self._free.thinks or self._syntax.chosen
        limit = min(limit if limit is not None else _THOUGHT_TOKENS, self._writer.budget(self._reserve()))
        return (yield from self._free.run(limit=limit, reserve=self._reserve(), text=text))

    def _reserve(self) -> int:
        """Tokens that the smallest call needs, so that a thought never uses up its room."""
        return RESERVE + max((len(name) for name in self._schemas), default=0)

    # the call pass

    def _call_or_answer(self, *, direct: bool) -> Task[Step]:
        """Calls, or the answer that is chosen. ``direct``: the model had ended its turn already."""
        request, writer, syntax = self._request, self._writer, self._syntax
        opening = syntax.first.lstrip() if self._free.ends_in_space else syntax.first
        while True:
            call = self._next
            options = self._openings(call, opening)
            start, spent = len(writer.tokens), writer.generated
            name = yield from self._filling.choose(options, self._reserve())
            if name == RESPOND:
                return (yield from self._respond(call, direct=direct))
            call = replace(call, name=name)
            more = request.parallel and syntax.many and len(self._made) + 1 < request.options.max_calls
            call = yield from self._fill(call, more=more)
            if self._repeats(call):
                yield from self._take_back()
                return self._step("length" if self._filling.closed else "tool_calls", self._free.text)
            yield from writer.settle()
            writer.call_generated += writer.generated - spent
            writer.call_total += len(writer.tokens) - start
            yield CallDone(len(self._made), call.id, name, dict(call.arguments))
            self._made.append(call)
            self._parts[call.id] = tuple(self._filling.parts)
            if not more or not (yield from self._goes_on(call)):
                yield from writer.settle()
                return self._step("length" if self._filling.closed else "tool_calls", self._free.text)
            opening = ""

    def _openings(self, call: ToolCall, opening: str) -> dict[str, str]:
        """What can be written now, by name: calls of the tools, opened, and the answer's beginning."""
        syntax, number = self._syntax, len(self._made)
        options = {
            name: syntax.plain(opening, name, call.id, number)
            + name
            + syntax.plain(syntax.middle, name, call.id, number)
            for name in self._without_spent([name for name in self._allowed if name != RESPOND])
        }
        answers = self._syntax.chosen or self._response is not None or not options
        if RESPOND in self._allowed and answers and not number:
            options[RESPOND] = self._answer_opening(call, options, opening)
        return options

    def _answer_opening(self, call: ToolCall, options: Mapping[str, str], opening: str) -> str:
        """What opens an answer. One of a given form is a call by the name of `RESPOND` where its own beginning would
        not tell it from calls."""
        syntax = self._syntax
        if self._response is None:
            return syntax.answer
        if not syntax.chosen:
            begins = syntax.answer + self._calls.response(self._response).matcher().forced()
            if not options or (begins and not any(_clash(text, begins) for text in options.values())):
                return begins
        self._as_call = True
        return syntax.plain(opening, RESPOND, call.id, 0) + RESPOND + syntax.plain(syntax.middle, RESPOND, call.id, 0)

    def _without_spent(self, names: Sequence[str]) -> list[str]:
        """The names without those that have nothing to say but what was said already: in this message, or too often in
        a row."""
        spent = repeated(self._request.messages, self._request.options.max_repeats)
        said = [*self._made, *([spent] if spent is not None else [])]
        left = [name for name in names if not any(call.name == name and self._only(call) for call in said)]
        return left or ([] if self._made else list(names))

    def _only(self, call: ToolCall) -> bool:
        """Whether these are the only arguments that the tool can be called with."""
        style = self._syntax.arguments
        fill = self._calls.fill(call.name, self._schemas[call.name], style)
        return bool(fill.matcher().forced() == write_arguments(style, call.arguments))

    def _goes_on(self, call: ToolCall) -> Task[bool]:
        """Whether one more call follows."""
        self._next = ToolCall(RESPOND, {})
        more, end = self._ends(call, len(self._made) - 1)
        shared = len(whole_tags(more, end))
        self._ended = len(self._writer.tokens), end[shared:], len(self._filling.choices)
        if self._filling.closed or not self._without_spent([name for name in self._allowed if name != RESPOND]):
            self._writer.force(end[shared:], structure=self._syntax.native)
            return False
        return (yield from self._filling.again(more[shared:], end[shared:]))

    def _repeats(self, call: ToolCall) -> bool:
        """Whether the call was made in this message already."""
        return any(call.same(made) for made in self._made)

    def _take_back(self) -> Task[None]:
        """End the turn behind the last call, as if no other one had been begun."""
        size, end, choices = self._ended
        self._writer.take_back(size)
        del self._filling.choices[choices:]
        self._writer.force(end, structure=self._syntax.native)
        yield from self._writer.settle()

    def _ends(self, call: ToolCall, number: int) -> tuple[str, str]:
        """What stands between this call and a next one, up to that one's name; and at the end of the turn."""
        syntax = self._syntax
        between = "".join(piece.text for piece in syntax.joint(call, self._next, number + 1))
        return between, syntax.plain(syntax.end, call.name, call.id, number)

    # values

    def _fill(self, call: ToolCall, *, more: bool) -> Task[ToolCall]:
        """The arguments of the chosen tool, again where they break a constraint beyond the grammar."""
        request, style = self._request, self._syntax.arguments
        last = repeated(request.messages, request.options.max_repeats)
        spent = last if last is not None and last.name == call.name and not self._only(last) else None
        without = (write_arguments(style, spent.arguments),) if spent is not None else ()
        between, end = self._ends(call, len(self._made))
        end = whole_tags(between, end) if more else end
        fill = self._calls.fill(call.name, self._schemas[call.name], style, end=end, without=without)
        final = not fill.residual and spent is None
        chosen = ToolChosen(len(self._made), call.id, call.name, final=final, choice=self._filling.choice)
        if any(made.name == call.name for made in self._made):  # it may come out as one of these again
            return (yield from self._written(call, fill, spent, streams=False, untold=chosen))
        yield chosen
        return (yield from self._written(call, fill, spent, streams=_is_json(style)))

    def _written(
        self,
        call: ToolCall,
        fill: Fill | JsonFill,
        spent: ToolCall | None,
        *,
        streams: bool,
        begun: str = "",
        untold: ToolChosen | None = None,
    ) -> Task[ToolCall]:
        """A value, written again as often as is allowed while the check finds faults. ``untold``: it is shown once it
        is whole, if no call of this message is the same."""
        request, index = self._request, len(self._made)
        answer = call.name == RESPOND
        for attempt in range(request.options.max_retries + 1):
            text = yield from self._filling.fill(fill, call, index, answer=answer, streams=streams, begun=begun)
            begun = ""
            value = fill.read(text)
            violations = fill.check(value)
            filled = replace(call, arguments=value)
            if spent is not None and filled.same(spent) and attempt < request.options.max_retries:
                violations = (*violations, "these arguments were used before, with the same result")
            if not violations:
                if untold is not None:
                    if self._repeats(filled):
                        return filled
                    yield untold
                if not streams:
                    yield from self._filling.told(value, call, index, answer=answer)
                return filled
            if attempt < request.options.max_retries and not self._filling.closed:
                if untold is None:
                    yield Retry(index, call.id, violations)
                yield from self._tell(filled, violations)
        raise StepError(
            f"the arguments of {call.name} break constraints that a grammar cannot enforce: {'; '.join(violations)}. "
            "Allow more retries or tokens, or loosen the schema.",
            thought=self._free.thought,
            text=text,
            violations=violations,
        )

    def _tell(self, call: ToolCall, violations: Sequence[str]) -> Task[None]:
        """Close the turn, say what was wrong, and open the same call again."""
        writer, request, syntax = self._writer, self._request, self._syntax
        yield from writer.settle()
        arguments = call.arguments if isinstance(call.arguments, Mapping) else {}
        turn = Message("assistant", self._free.text, self._free.thought, (replace(call, arguments=arguments),))
        result = Message("tool", retry_text(call.name, violations), call_id=call.id, name=call.name)
        told = replace(request, messages=(*request.messages, turn, result)).conversation(self._renderer.format)
        tokens, opening = yield from self._renderer.behind(told)
        writer.extend(tokens)
        thinking = self._renderer.format.thinking
        if thinking is not None and thinking.open.strip() and opening.rstrip().endswith(thinking.open.strip()):
            writer.force(thinking.close, structure=True)
        if call.name == RESPOND and not self._as_call:
            writer.force(syntax.answer, structure=syntax.native)
        else:
            opened = syntax.plain(syntax.first, call.name, call.id, 0) + call.name
            writer.force(opened + syntax.plain(syntax.middle, call.name, call.id, 0), structure=syntax.native)

    # answers

    def _respond(self, call: ToolCall, *, direct: bool) -> Task[Step]:
        """The answer that was chosen."""
        if self._response is not None:
            return (yield from self._respond_in_form(call))
        self._answer = FreePass(
            self._request, self._renderer.format, "", self._writer, calls=False, choosing=False, thinks=False
        )
        ended = yield from self._answer.run()
        yield from self._writer.settle()
        text, thought = self._answer.text, self._free.thought
        if direct and thought and not text.strip():  # it had answered already, and had nothing to add
            yield AnswerDelta(thought)
            text = thought
        return self._step("length" if ended == "length" else "stop", text, thought="" if text == thought else None)

    def _respond_in_form(self, call: ToolCall) -> Task[Step]:
        """The answer as JSON of the schema that was asked for."""
        schema: Mapping[str, Any] = self._response or {}
        end = self._syntax.plain(self._syntax.end, RESPOND, call.id, 0) if self._as_call else ""
        fill = self._calls.response(schema, end)
        begun = "" if self._as_call else self._calls.response(schema).matcher().forced()
        yield from self._written(call, fill, None, streams=True, begun=begun)
        yield from self._writer.settle()
        return self._step("length" if self._filling.closed else "stop", self._filling.written)

    def _step(self, finish: FinishReason, content: str, *, thought: str | None = None) -> Step:
        writer = self._writer
        return Step(
            self._free.thought if thought is None else thought,
            tuple(self._made),
            content,
            finish,
            self._filling.closed,
            writer.usage(),
            writer.timings,
            tuple(writer.tokens),
            writer.prompt_tokens,
            tuple(writer.spans),
            writer.requests,
            self._renderer.format.describe(),
            tuple(self._filling.choices),
            tuple(self._parts[call.id] for call in self._made),
            (
                *self._free.looped,
                *self._filling.looped,
                *(self._answer.looped if self._answer is not None else ()),
            ),
        )


def _is_json(style: ArgumentStyle) -> bool:
    """Whether arguments in this style are JSON text, so that they can be shown as they come."""
    return not style.tagged and style.spelling.escapes == "json" and style.spelling.true == "true"


def _clash(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
