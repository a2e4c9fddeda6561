"""Puts a recorded run together out of its lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory.forms import CallForm, EndForm, HeadForm, MessageForm, RewardForm, StepForm, ToolForm, ToolsForm
from gba.trajectory.lines import size_of
from gba.trajectory.records import (
    VERSION,
    ChoiceRecord,
    MessageRecord,
    PartRecord,
    SpanRecord,
    StepRecord,
    Trajectory,
    Transcript,
)

__all__ = ["RunBuilder"]


class RunBuilder:
    """A run as its lines come in. ``memory``: bytes that what is kept of them takes."""

    def __init__(self) -> None:
        self.memory = 0
        self.head: HeadForm | None = None
        self._messages: list[MessageRecord] = []
        self._steps: list[StepRecord] = []
        self._tools: dict[str, ToolSpec] = {}
        self._transcript = Transcript()
        self._end: EndForm | None = None
        self._reward: float | None = None
        self._torn = 0
        self._names: dict[str, str] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        """Take a line; kinds that are not known are left out, so that later versions can add some.

        Raises ValueError (pydantic's among them), TypeError or SchemaError for what cannot be at this place.
        """
        kind = record.get("type")
        if self.head is None and kind != "run":
            raise ValueError("the first line has to be of type 'run': this is not a recorded run")
        if not isinstance(kind, str):
            raise ValueError("a line has a type, which is text")
        adder = _ADDERS.get(kind)
        if adder is not None:
            adder(self, record)

    def tear(self, number: int) -> None:
        """Note that the line of this number, the last one, is cut off. Raises ValueError where it is the first."""
        if self.head is None:
            raise ValueError("it was cut off within its first line: nothing of the run is in it")
        self._torn = number

    def _run(self, record: Mapping[str, Any]) -> None:
        if self.head is not None:
            raise ValueError("another run begins here, and a file holds one")
        version = record.get("version")
        if type(version) is int and version > VERSION:
            raise ValueError(f"it has version {version} of the format, and this gba reads up to {VERSION}. Update gba")
        head = HeadForm.model_validate(record)
        self._keep_tools(head.tools)
        self.head = head.model_copy(update={"tools": []})
        self.memory += size_of(head.metadata)

    def _more_tools(self, record: Mapping[str, Any]) -> None:
        self._keep_tools(ToolsForm.model_validate(record).tools)

    def _keep_tools(self, tools: list[ToolForm]) -> None:
        self._tools |= {tool.name: ToolSpec(tool.name, tool.description, tool.parameters) for tool in tools}
        self.memory += sum(size_of(vars(tool)) for tool in tools)

    def _message(self, record: Mapping[str, Any]) -> None:
        self._check_open()
        read = MessageForm.model_validate(record)
        calls = self._calls(read.calls)
        self._keep(MessageRecord(self._shared(read.role), read.content, read.thought, calls, read.call_id, read.name))
        self.memory += size_of(read.content) + size_of(read.thought)

    def _step(self, record: Mapping[str, Any]) -> None:
        self._check_open()
        read = StepForm.model_validate(record)
        if not isinstance(read.tokens, list):
            raise ValueError("tokens is no list")
        self._transcript = Transcript(read.tokens, self._transcript, read.kept)
        if read.prompt_tokens > len(self._transcript):
            raise ValueError(f"of {len(self._transcript)} tokens, {read.prompt_tokens} cannot be the prompt's")
        step = StepRecord(
            thought=read.thought,
            calls=self._calls(read.calls),
            answer=read.answer,
            content=read.content or read.answer,
            finish=self._shared(read.finish),
            closed=read.closed,
            usage=self._counts(read.usage),
            timings=self._counts(read.timings),
            tokens=self._transcript,
            prompt_tokens=read.prompt_tokens,
            spans=self._spans(read.spans),
            requests=read.requests,
            seconds=read.seconds,
            choices=self._choices(read.choices),
            written=self._written(read.written),
            looped=tuple(map(self._shared, read.looped)),
        )
        self._steps.append(step)
        self._keep(MessageRecord("assistant", step.content, step.thought, step.calls))
        self.memory += size_of(step) + size_of(self._transcript) + size_of(step.content) + size_of(step.thought)

    def _reward_given(self, record: Mapping[str, Any]) -> None:
        self._reward = RewardForm.model_validate(record).value

    def _ended(self, record: Mapping[str, Any]) -> None:
        self._check_open()
        self._end = EndForm.model_validate(record)

    def _check_open(self) -> None:
        if self._end is not None:
            raise ValueError("the run has ended in a line before")

    def _keep(self, message: MessageRecord) -> None:
        self._messages.append(message)
        self.memory += size_of(message)

    def _calls(self, calls: list[CallForm]) -> tuple[ToolCall, ...]:
        made = tuple(ToolCall(self._shared(call.name), call.arguments, call.id) for call in calls)
        self.memory += sum(size_of(call.arguments) + size_of(call.id) + size_of(vars(call)) for call in made)
        return made

    def _counts(self, counts: dict[str, Any]) -> dict[str, Any]:
        named = {self._shared(name): count for name, count in counts.items()}
        self.memory += size_of(list(named.values())) + size_of(dict.fromkeys(range(len(named))))
        return named

    def _spans(self, spans: Any) -> tuple[SpanRecord, ...]:
        """Raises ValueError for what are no spans of the transcript."""
        if not isinstance(spans, list):
            raise ValueError("spans is no list")
        end = len(self._transcript)
        made = tuple(self._span(span, end) for span in spans)
        self.memory += size_of(made) + sum(map(size_of, made))
        return made

    def _span(self, span: Any, end: int) -> SpanRecord:
        types = tuple(map(type, span)) if isinstance(span, list) else ()
        if types != (int, int, str, bool) or not 0 <= span[0] <= span[1] <= end:
            raise ValueError(f"a span is [start, end, kind, eog], within the {end} tokens of the transcript")
        return SpanRecord(span[0], span[1], self._shared(span[2]), span[3])

    def _choices(self, choices: Any) -> tuple[ChoiceRecord, ...]:
        """Raises ValueError for what are no choices with their probabilities."""
        if not isinstance(choices, list):
            raise ValueError("choices is no list")
        made = tuple(self._choice(choice) for choice in choices)
        self.memory += size_of(made) + sum(size_of(each) + size_of(each.probabilities) for each in made)
        return made

    def _choice(self, choice: Any) -> ChoiceRecord:
        types = tuple(map(type, choice)) if isinstance(choice, list) else ()
        if types != (str, dict) or not all(
            type(value) in (int, float) and 0 <= value <= 1 for value in choice[1].values()
        ):
            raise ValueError("a choice is [chosen, {name: probability from 0 to 1}]")
        return ChoiceRecord(self._shared(choice[0]), {self._shared(name): value for name, value in choice[1].items()})

    def _written(self, written: Any) -> tuple[tuple[PartRecord, ...], ...]:
        """Raises ValueError for what are no parts of arguments."""
        if not isinstance(written, list) or not all(isinstance(parts, list) for parts in written):
            raise ValueError("written is no list of lists")
        made = tuple(tuple(self._part(part) for part in parts) for parts in written)
        self.memory += size_of(made) + sum(size_of(parts) + sum(map(size_of, parts)) for parts in made)
        return made

    def _part(self, part: Any) -> PartRecord:
        if not isinstance(part, list) or tuple(map(type, part)) != (str, bool):
            raise ValueError("a part of arguments is [text, forced]")
        self.memory += size_of(part[0])
        return PartRecord(part[0], part[1])

    def _shared(self, name: str) -> str:
        """The name as it came first: there are few, and each is kept once."""
        if name not in self._names:
            self._names[name] = name
            self.memory += size_of(name)
        return self._names[name]

    def trajectory(self) -> Trajectory:
        """The run as far as it came. Raises ValueError where nothing came."""
        head, end = self.head, self._end
        if head is None:
            raise ValueError("the file is empty: this is not a recorded run")
        return Trajectory(
            id=head.id,
            started=head.started,
            ended=end.ended if end else None,
            model=head.model,
            build=head.build,
            tools=tuple(self._tools.values()),
            messages=tuple(self._messages),
            steps=tuple(self._steps),
            error=end.error if end else "",
            reward=self._reward,
            metadata=head.metadata,
            version=head.version,
            torn=self._torn,
        )


_ADDERS: Mapping[str, Callable[[RunBuilder, Mapping[str, Any]], None]] = {
    "end": RunBuilder._ended,
    "message": RunBuilder._message,
    "reward": RunBuilder._reward_given,
    "run": RunBuilder._run,
    "step": RunBuilder._step,
    "tools": RunBuilder._more_tools,
}
