"""Which runs are worth learning from, and why the others are not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from gba.chat.messages import Message, check_order
from gba.errors import ConversationError
from gba.schema.tools import ToolCall
from gba.trajectory import Trajectory
from gba.tuning.validity import is_valid

__all__ = ["Rewards", "has_marks", "loops", "reason_to_drop", "reason_without_use"]

_SHORTEST, _LONGEST = 8, 200
"""Characters of a piece that is seen to repeat."""
_TIMES = 3
"""So often the same call with the same result, anywhere in a run, is a circle."""
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
    conversation has), ``cut short`` (a step was closed by its budget), ``order`` (a call without a result, a result
    without a call, no request before the first turn), ``format`` (a call that no tool takes, marks of a chat format in
    a text), ``repeated`` (the same call again with the same result, or three times in all, or a text that says a piece
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
    if not _in_order(run):
        return "order"
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


def _in_order(run: Trajectory) -> bool:
    """Whether a request comes first, each call has its one result, and the answer comes last."""
    said = [Message(each.role, each.content, "", each.calls, each.call_id) for each in run.messages]  # type: ignore[arg-type]
    spoken = [message.role for message in said if message.role != "system"]
    try:
        check_order([*said, Message("user", "Go on.")])
    except ConversationError:
        return False
    return spoken[:1] == ["user"] and ("user", "user") not in pairwise(spoken)


def _well_formed(run: Trajectory) -> bool:
    said = [message for message in run.messages if message.role == "assistant"]
    if any(has_marks(text) for message in said for text in (message.content, message.thought)):
        return False
    return all(is_valid(call, run.tools) for message in said for call in message.calls)


def has_marks(text: str) -> bool:
    """Whether marks of a chat format are in a text: a call or a turn went wrong."""
    return _MARKS.search(text) is not None


def _repeats(run: Trajectory) -> bool:
    if any(loops(text) for each in run.messages if each.role == "assistant" for text in (each.content, each.thought)):
        return True
    made = [sorted(acts) for acts in _acts(run)]
    counts = Counter(act for acts in made for act in acts)
    return any(one and one == other for one, other in pairwise(made)) or any(n >= _TIMES for n in counts.values())


def _acts(run: Trajectory) -> list[list[tuple[str, str, str]]]:
    """The calls of each message with their results; ids may come again in later messages."""
    acts: list[list[tuple[str, str, str]]] = []
    waiting: dict[str | None, ToolCall] = {}
    for message in run.messages:
        if message.role == "assistant":
            waiting = {call.id: call for call in message.calls}
            acts.append([])
        elif message.role == "tool" and (call := waiting.pop(message.call_id, None)) is not None:
            acts[-1].append((call.name, call.key(), message.content))
    return acts


def loops(text: str) -> bool:
    """Whether a text says a piece of 8 to 200 characters, with a letter or digit in it, three times in a row."""
    last: dict[str, int] = {}
    for at in range(len(text) - _SHORTEST + 1):
        start = last.get(text[at : at + _SHORTEST], -_LONGEST - 1)
        last[text[at : at + _SHORTEST]] = at
        period = at - start
        if period > _LONGEST:
            continue
        length = period * -(-_SHORTEST // period)  # "ha" three times is none: it takes 24 characters
        piece = text[start : start + 3 * length]
        if len(piece) == 3 * length and piece[period:] == piece[:-period] and any(map(str.isalnum, piece[:length])):
            return True
    return False
