"""Which runs are worth learning from, and why the others are not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import jsonschema

from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory import Trajectory

__all__ = ["Rewards", "reason_to_drop", "reason_without_use"]

_LOOP = re.compile(r"(.{8,200}?)\1{2,}", re.DOTALL)
_LOOKED_AT = 8000
"""Characters of a text in which repetitions are looked for."""
_ROLES = ("assistant", "system", "tool", "user")
_MARKS = re.compile(r"</?(?:tool_call|tool_response|think|function)\b|<\|[a-z_]+\|>|\[/?(?:INST|TOOL_CALLS)\]")
"""What belongs to a chat format: in a text it shows that a call or a turn went wrong."""


@dataclass(frozen=True)
class Rewards:
    """The least reward that a run must have. ``environments``: thresholds of single ones."""

    least: float = 1.0
    hard: float = 2 / 3
    environments: Mapping[str, float] = field(default_factory=dict)

    def threshold(self, run: Trajectory) -> float:
        """That of a run."""
        named = self.environments.get(str(run.metadata.get("environment")))
        return named if named is not None else self.hard if run.metadata.get("hard") is True else self.least


_ROUNDING = 1e-9


def reason_to_drop(run: Trajectory, rewards: Rewards) -> str:
    """Why a run is not learnt from, "" where it is: the first that holds of

    ``unfinished``, ``failed``, ``not judged``, ``reward``, ``no answer``, ``role`` (a message of a kind that no
    conversation has), ``cut short`` (a step was closed by its budget), ``format`` (a call that no tool takes, marks of
    a chat format in a text), ``repeated`` (the same call again with the same result, or a text that repeats a piece
    three times in a row).
    """
    found = reason_without_use(run)
    if found in ("unfinished", "failed"):
        return found
    if run.reward is None:
        return "not judged"
    if run.reward < rewards.threshold(run) - _ROUNDING:
        return "reward"
    if found:
        return found
    if any(step.closed or step.finish == "length" for step in run.steps):
        return "cut short"
    if not _well_formed(run):
        return "format"
    return "repeated" if _repeats(run) else ""


def reason_without_use(run: Trajectory) -> str:
    """Why a run is of no use, whatever it is worth: unfinished, failed, no answer, role. "" where it may be of use."""
    if run.ended is None:
        return "unfinished"
    if run.error:
        return "failed"
    if any(message.role not in _ROLES for message in run.messages):
        return "role"
    last = run.messages[-1] if run.messages else None
    answered = last is not None and last.role == "assistant" and bool(last.content.strip()) and not last.calls
    return "" if answered else "no answer"


def _well_formed(run: Trajectory) -> bool:
    tools = {tool.name: tool for tool in run.tools}
    said = [message for message in run.messages if message.role == "assistant"]
    if any(_MARKS.search(text) for message in said for text in (message.content, message.thought)):
        return False
    return all(_valid(call, tools.get(call.name)) for message in said for call in message.calls)


def _valid(call: ToolCall, tool: ToolSpec | None) -> bool:
    if tool is None:
        return False
    try:
        jsonschema.validate(dict(call.arguments), tool.schema)
    except jsonschema.ValidationError:
        return False
    return True


def _repeats(run: Trajectory) -> bool:
    results: Mapping[str | None, str] = {each.call_id: each.content for each in run.messages if each.role == "tool"}
    before: list[tuple[str, str, str | None]] = []
    for message in run.messages:
        if message.role != "assistant":
            continue
        if any(_LOOP.search(text[:_LOOKED_AT]) for text in (message.content, message.thought)):
            return True
        made = [(call.name, call.key(), results.get(call.id)) for call in message.calls]
        if made and made == before:
            return True
        before = made
    return False
