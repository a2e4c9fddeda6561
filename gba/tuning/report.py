"""What runs were worth, side by side: shares with their intervals, as JSON, as Markdown, as a plot."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gba._version import __version__
from gba.errors import GbaError
from gba.trajectory import Trajectory
from gba.tuning.validity import is_valid

__all__ = ["Score", "as_markdown", "interval", "plot", "pooled", "score", "write_report"]

_NORMAL = 1.959963984540054
"""Two-sided, 95 %."""


@dataclass(frozen=True)
class Score:
    """The runs of one way to ask a model on one set of tasks. Shares are from 0 to 1, tokens counts of all runs.

    ``solved``: the share of runs with a reward of 1; ``low`` and ``high``: its interval of 95 % (Wilson); ``valid``:
    the share of calls that their tool's schema allows, None where there were none; ``called``: runs with a call.
    """

    way: str
    tasks: str
    runs: int
    solved: float
    low: float
    high: float
    reward: float
    no_answer: int
    calls: int
    valid: float | None
    generated: int
    called: int = 0


def score(way: str, tasks: str, runs: Iterable[Trajectory]) -> Score:
    """The score of recorded runs. Raises ValueError where there is none."""
    listed = list(runs)
    if not listed:
        raise ValueError(f"there are no runs of {tasks}, {way}")
    solved = sum(run.reward == 1 for run in listed)
    low, high = interval(solved, len(listed))
    valid = [is_valid(call, run.tools) for run in listed for message in run.messages for call in message.calls]
    return Score(
        way,
        tasks,
        len(listed),
        solved / len(listed),
        low,
        high,
        sum(run.reward or 0 for run in listed) / len(listed),
        sum(bool(run.error) for run in listed),
        len(valid),
        sum(valid) / len(valid) if valid else None,
        sum(run.usage().get("generated", 0) for run in listed),
        sum(any(message.calls for message in run.messages) for run in listed),
    )


def pooled(scores: Sequence[Score]) -> list[Score]:
    """The runs of each way on all sets of tasks taken together; nothing where there is one set only."""
    found: list[Score] = []
    for way in dict.fromkeys(each.way for each in scores):
        mine = [each for each in scores if each.way == way]
        runs, calls = sum(each.runs for each in mine), sum(each.calls for each in mine)
        solved = round(sum(each.solved * each.runs for each in mine))
        valid = sum((each.valid or 0) * each.calls for each in mine) / calls if calls else None
        reward = sum(each.reward * each.runs for each in mine) / runs
        failed, generated = sum(each.no_answer for each in mine), sum(each.generated for each in mine)
        low, high, called = *interval(solved, runs), sum(each.called for each in mine)
        found.append(Score(way, "all", runs, solved / runs, low, high, reward, failed, calls, valid, generated, called))
    return found if len({each.tasks for each in scores}) > 1 else []


def interval(right: int, whole: int) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share."""
    share, squared = right / whole, _NORMAL**2
    middle = (share + squared / (2 * whole)) / (1 + squared / whole)
    half = _NORMAL * math.sqrt(share * (1 - share) / whole + squared / (4 * whole**2)) / (1 + squared / whole)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))  # rounded, they might leave it out


def write_report(scores: Sequence[Score], folder: Path, *, model: str, about: dict[str, Any]) -> None:
    """Write ``report.json`` and ``report.md``."""
    content = {
        "gba": __version__,
        "model": model,
        **about,
        "scores": [asdict(each) for each in scores],
        "pooled": [asdict(each) for each in pooled(scores)],
    }
    (folder / "report.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (folder / "report.md").write_text(f"# {model}\n\n{as_markdown(scores)}", encoding="utf-8")


def as_markdown(scores: Sequence[Score]) -> str:
    """A table, a row each, and one for each way on all tasks."""
    lines = [
        "| tasks | way | runs | solved | 95 % | reward | valid calls | without answer | with a call |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for each in (*scores, *pooled(scores)):
        valid = "–" if each.valid is None else f"{each.valid:.1%} of {each.calls}"
        lines.append(
            f"| {each.tasks} | {each.way} | {each.runs} | {each.solved:.1%} | {each.low:.0%}–{each.high:.0%} | "
            f"{each.reward:.3f} | {valid} | {each.no_answer} | {each.called} |"
        )
    return "\n".join(lines) + "\n"


def plot(scores: Sequence[Score], path: Path, *, title: str) -> None:
    """Draw the shares of solved tasks as bars with their intervals. Raises GbaError where matplotlib is missing."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise GbaError("plots need matplotlib: pip install 'grammar-based-agents[notebooks]'") from error
    tasks, ways = list(dict.fromkeys(each.tasks for each in scores)), list(dict.fromkeys(each.way for each in scores))
    figure = Figure(figsize=(1.5 + 1.4 * len(tasks), 3.6), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(ways)
    for number, way in enumerate(ways):
        mine = {each.tasks: each for each in scores if each.way == way}
        shown = [(place, mine[name]) for place, name in enumerate(tasks) if name in mine]
        axes.bar(
            [place + (number - (len(ways) - 1) / 2) * width for place, _ in shown],
            [each.solved for _, each in shown],
            width * 0.92,
            label=way,
            yerr=[[each.solved - each.low for _, each in shown], [each.high - each.solved for _, each in shown]],
            error_kw={"linewidth": 0.8, "capsize": 2},
        )
    axes.set_xticks(range(len(tasks)), tasks, rotation=20, ha="right")
    axes.set_ylim(0, 1)
    axes.set_ylabel("tasks solved")
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path)
