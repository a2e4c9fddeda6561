"""A step of a model, and a message, as HTML. All that they say is escaped.

Steps are taken by shape: those of `gba.chat` and recorded ones (`gba.trajectory`) look the same.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Protocol

from gba.schema.tools import RESPOND, ToolCall

__all__ = ["ChoiceShape", "MessageShape", "StepShape", "choice_html", "message_html", "step_html"]

_ROLES = {"user": "request", "tool": "result", "system": "system", "assistant": "answer"}
_SURE = 0.9995
"""Above this a probability would be shown as 100 %."""


class ChoiceShape(Protocol):
    @property
    def chosen(self) -> str: ...
    @property
    def probabilities(self) -> Mapping[str, float]: ...


class _Part(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def forced(self) -> bool: ...


class StepShape(Protocol):
    """What is shown of a step: a `gba.chat.Step`, or a `gba.trajectory.StepRecord`."""

    @property
    def thought(self) -> str: ...
    @property
    def calls(self) -> Sequence[ToolCall]: ...
    @property
    def answer(self) -> str: ...
    @property
    def closed(self) -> bool: ...
    @property
    def finish(self) -> str: ...
    @property
    def usage(self) -> Any: ...
    @property
    def timings(self) -> Any: ...
    @property
    def choices(self) -> Sequence[ChoiceShape]: ...
    @property
    def looped(self) -> Sequence[str]: ...
    @property
    def written(self) -> Sequence[Sequence[_Part]]: ...


class MessageShape(Protocol):
    """What is shown of a message: a `gba.chat.Message`, or a `gba.trajectory.MessageRecord`."""

    @property
    def role(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def name(self) -> str | None: ...


def step_html(step: StepShape, *, seconds: float | None = None) -> str:
    """One step: its thought, its choices with the probabilities of what was not chosen, its calls with what was forced
    in them told apart, its answer, and what it took. ``seconds``: how long, where it was measured."""
    rows = []
    if step.thought:
        rows.append(_row("thought", _text(step.thought)))
    content = getattr(step, "content", "")
    if step.calls and content:
        rows.append(_row("text", _text(content)))
    choices = list(step.choices)
    for index, call in enumerate(step.calls):
        rows += _choice(choices, call.name)
        parts = step.written[index] if index < len(step.written) else ()
        rows.append(_row("call", _call(call, parts)))
    if step.answer or not step.calls:
        rows += _choice(choices, RESPOND)
        rows.append(_row("answer", _text(step.answer) if step.answer.strip() else "<em>no text</em>"))
    if step.looped:
        where = " and ".join(f"the {part}" for part in dict.fromkeys(step.looped))
        rows.append(_row("note", f"The model repeated itself: it was cut short in {escape(where)}."))
    elif step.closed:
        rows.append(_row("note", "The tokens ran out: the text was ended along the shortest way of the grammar."))
    elif step.finish == "length":
        rows.append(_row("note", "The tokens ran out."))
    rows.append(_footer(step, seconds))
    return f'<section class="gba-step" aria-label="step">{"".join(rows)}</section>'


def message_html(message: MessageShape, *, program: str = "") -> str:
    """A message that is no step: what was asked, what a tool gave, what was said before a run. ``program``: the program
    that a tool ran."""
    label = _ROLES.get(message.role, message.role)
    of = f' <span class="gba-of">{escape(message.name)}</span>' if message.name else ""
    thought, calls = getattr(message, "thought", ""), getattr(message, "calls", ())
    rows = [_row("program", _text(program))] if program else []
    rows += [_row("thought", _text(thought))] if thought else []
    if message.content.strip() or not calls:
        body = _text(message.content) if message.content.strip() else "<em>no text</em>"
        rows.append(_row("text" if calls else label, body, of))
    rows += [_row("call", _call(call, ())) for call in calls]
    return f'<section class="gba-message" aria-label="{escape(label)}">{"".join(rows)}</section>'


def choice_html(choice: ChoiceShape) -> str:
    """What was chosen, and how likely each alternative was."""
    ordered = sorted(choice.probabilities.items(), key=lambda item: (item[0] != choice.chosen, -item[1], item[0]))
    lines = "".join(_alternative(name, share, name == choice.chosen) for name, share in ordered)
    return _row("choice", f'<ul class="gba-odds">{lines}</ul>')


def _row(kind: str, body: str, more: str = "") -> str:
    return f'<div class="gba-row gba-{escape(kind)}"><div class="gba-label">{escape(kind)}{more}</div>{body}</div>'


def _text(text: str) -> str:
    return f'<div class="gba-text">{escape(text.strip())}</div>'


def _choice(choices: list[ChoiceShape], name: str) -> list[str]:
    """The next choice, where it is the one that led to this name."""
    if not choices or choices[0].chosen != name:
        return []
    return [choice_html(choices.pop(0))]


def _alternative(name: str, share: float, chosen: bool) -> str:
    mark, shown = (' class="gba-chosen"' if chosen else ""), escape("answer" if name == RESPOND else name)
    meter = f'<meter min="0" max="1" value="{share:.4f}" aria-label="{shown}"></meter>'
    told = f'<span class="gba-share">{escape(_percent(share))}</span>'
    return f'<li{mark}><span class="gba-name">{shown}</span>{meter}{told}</li>'


def _percent(share: float) -> str:
    if 0 < share < 1 - _SURE:
        return "< 0.1 %"
    return "> 99.9 %" if _SURE < share < 1 else f"{100 * share:.1f} %"


def _call(call: ToolCall, parts: Sequence[_Part]) -> str:
    if parts:
        written = "".join(_part(part.text, forced=part.forced) for part in parts)
    else:
        written = escape(json.dumps(dict(call.arguments), ensure_ascii=False, default=str))
    return f'<div class="gba-text gba-code"><b>{escape(call.name)}</b> {written}</div>'


def _part(text: str, *, forced: bool) -> str:
    if forced:
        return f'<span class="gba-forced" title="forced by the grammar">{escape(text)}</span>'
    return f'<span class="gba-own" title="written by the model">{escape(text)}</span>'


def _footer(step: StepShape, seconds: float | None) -> str:
    usage, timings = _counts(step.usage), _counts(step.timings)
    parts = [f"{usage[key]} {word}" for key, word in _COUNTS.items() if key in usage]
    spent = timings.get("prompt_ms", 0.0) + timings.get("predicted_ms", 0.0)
    if seconds is not None:
        parts.append(f"{seconds:.2f} s")
    elif spent > 0:
        parts.append(f"{spent / 1000:.2f} s")
    generating = timings.get("predicted_ms", 0.0)
    if generating > 0:
        parts.append(f"{1000 * timings.get('predicted_n', 0) / generating:.0f} tokens/s")
    return f'<div class="gba-cost">{" · ".join(parts)}</div>' if parts else ""


_COUNTS = {"generated": "generated", "forced": "forced", "evaluated": "evaluated", "cached": "from the cache"}


def _counts(counts: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(counts) and not isinstance(counts, type):
        return dataclasses.asdict(counts)
    pairs: Iterable[Any] = dict(counts).items()
    return dict(pairs)
