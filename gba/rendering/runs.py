"""A recorded run as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Protocol

from gba.rendering.steps import MessageShape, StepShape, message_html, step_html

__all__ = ["run_html"]


class _RunStep(StepShape, Protocol):
    @property
    def seconds(self) -> float | None: ...


class _Run(Protocol):
    @property
    def model(self) -> str: ...
    @property
    def started(self) -> str: ...
    @property
    def ended(self) -> str | None: ...
    @property
    def error(self) -> str: ...
    @property
    def reward(self) -> float | None: ...
    @property
    def steps(self) -> Sequence[_RunStep]: ...
    def usage(self) -> dict[str, int]: ...
    def turns(self) -> Iterable[tuple[MessageShape, _RunStep | None]]: ...


def run_html(run: _Run) -> str:
    """A recorded run (`gba.trajectory.Trajectory`): what was asked, each step, what the tools gave, how it ended."""
    parts = [
        message_html(message) if step is None else step_html(step, seconds=step.seconds)
        for message, step in run.turns()
    ]
    return f'<article class="gba-run">{_header(run)}{"".join(parts)}{_ending(run)}</article>'


def _header(run: _Run) -> str:
    usage = run.usage()
    parts = [
        Path(run.model).name or "a model without a name",
        run.started.replace("T", " ").partition(".")[0] + " UTC",
        f"{len(run.steps)} step{'' if len(run.steps) == 1 else 's'}",
        *(f"{usage[key]} tokens {key}" for key in ("generated", "forced", "evaluated") if key in usage),
    ]
    if run.reward is not None:
        parts.append(f"reward {run.reward:g}")
    return f'<header class="gba-cost">{escape(" · ".join(parts))}</header>'


def _ending(run: _Run) -> str:
    if run.error:
        said = f"The run failed: {run.error}"
    elif run.ended is None:
        said = "The run never came to its end: its process ended before."
    else:
        return ""
    return f'<p class="gba-note" role="status">{escape(said)}</p>'
