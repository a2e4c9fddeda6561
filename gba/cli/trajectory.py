"""`gba trajectory`: recorded runs, to look at, to judge, and to hand on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.trajectory import Trajectory

__all__ = ["app"]

_KINDS = {"user": "request", "tool": "result", "assistant": "answer"}

app = typer.Typer(help="Recorded runs, as `gba ask --record DIR` writes them.", no_args_is_help=True)

Paths = Annotated[list[Path], typer.Argument(help="Recorded runs, or folders of them.", show_default=False)]


class _Summary(NamedTuple):
    """A line of the list. ``generated``: tokens that the model wrote."""

    state: str
    reward: float | None
    steps: int
    generated: int
    file: str
    asked: str


@app.callback()
def _group() -> None:
    pass


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="A recorded run (.jsonl).", show_default=False)],
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write it to this file, as a page.", show_default=False),
    ] = None,
) -> None:
    """Show a recorded run: what was asked, each step of the model, what the tools gave."""
    from gba.cli.console import note
    from gba.cli.pages import write_page
    from gba.trajectory import read

    run = read(file)
    if html is not None:
        write_page(run, html)
        note(f"written to {html}")
        return
    _print(run)
    tokens = ", ".join(f"{count} {name}" for name, count in run.usage().items() if name in ("generated", "forced"))
    note(f"{Path(run.model).name}, {run.started}, {len(run.steps)} steps: {tokens or 'no tokens'}")
    if run.reward is not None:
        note(f"reward {run.reward:g}")
    if run.error:
        note(f"the run failed: {run.error}")
    elif run.ended is None:
        note("the run never came to its end: its process ended before")


@app.command("list")
def list_runs(
    paths: Paths,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per run and line.")] = False,
) -> None:
    """List recorded runs: how each ended, its steps, the tokens that the model wrote, its reward, what was asked."""
    from gba.cli.console import note, out

    states, rewards, console = Counter[str](), list[float](), out()
    for path, run in _runs(paths):
        line = _summary(path, run)
        states[line.state] += 1
        rewards += [] if line.reward is None else [line.reward]
        if as_json:
            typer.echo(json.dumps(line._asdict(), ensure_ascii=False))
        else:
            worth = "-" if line.reward is None else f"{line.reward:.3g}"
            steps = f"{line.steps:>3} steps {line.generated:>6} tokens"
            console.print(f"{line.state:<10} {worth:>6} {steps}  {path}  {' '.join(line.asked.split())[:80]}")
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    mean = f"; mean reward {sum(rewards) / len(rewards):.3f} of {len(rewards)}" if rewards else ""
    note(f"{states.total()} runs{f': {told}' if told else ''}{mean}")


@app.command()
def reward(
    value: Annotated[float, typer.Argument(help="What they are worth, as a rule from 0 to 1.", show_default=False)],
    paths: Paths,
) -> None:
    """Judge recorded runs: `gba prepare` takes those that are worth enough. The last reward counts."""
    from gba.cli.console import note
    from gba.trajectory import judge

    found = list(_files(paths))
    for path in found:
        judge(path, value)
    note(f"{len(found)} runs have the reward {value:g}")


@app.command()
def export(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Recorded runs, folders of them, or the examples of `gba prepare`.", show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help="A new file; with html a new folder.", show_default=False),
    ],
    to: Annotated[
        str, typer.Option("--format", "-f", help="sharegpt, openai (a file for fine-tuning), or html.")
    ] = "sharegpt",
    least: Annotated[
        float | None, typer.Option("--reward", help="Runs with a reward of at least this.", show_default=False)
    ] = None,
    thoughts: Annotated[
        bool | None,
        typer.Option(
            "--thoughts/--no-thoughts", help="With what the model thought; sharegpt only.", show_default=False
        ),
    ] = None,
) -> None:
    """Hand runs on to other programs. Those that failed or have no answer are left out, but for html."""
    from gba.cli import exporting
    from gba.cli.console import note

    if to not in exporting.FORMATS:
        raise GbaError(f"there is no format {to!r}: choose of {', '.join(exporting.FORMATS)}")
    if out.exists():
        raise GbaError(f"{out} is there already, and is not overwritten: choose another name")
    done = exporting.export(_files(paths), out, to, least=least, thoughts=thoughts)
    left = ", ".join(f"{count} {reason}" for reason, count in sorted(done.left_out.items()))
    note(f"{done.written} written to {out}" + (f"; left out: {left}" if left else ""))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise GbaError(f"{path} is not there: name recorded runs, or folders of them")
        yield from sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]


def _runs(paths: Iterable[Path]) -> Iterator[tuple[Path, Trajectory | None]]:
    """The runs with their files, None for one that cannot be read."""
    from gba.trajectory import TrajectoryError, read

    for path in _files(paths):
        try:
            yield path, read(path)
        except TrajectoryError:
            yield path, None


def _summary(path: Path, run: Trajectory | None) -> _Summary:
    from gba.cli.pages import asked_of

    if run is None:
        return _Summary("unreadable", None, 0, 0, str(path), "")
    state = "failed" if run.error else "unfinished" if run.ended is None else "ended"
    return _Summary(
        state, run.reward, len(run.steps), run.usage().get("generated", 0), str(path), asked_of(run.messages)
    )


def _print(run: Trajectory) -> None:
    from gba.cli.views import Printed

    printed = Printed()
    for message, _ in run.turns():
        printed.write("thought", message.thought)
        if message.calls:
            printed.write("text", message.content)
        for call in message.calls:
            printed.end()
            printed.write("call", f"{call.name} {json.dumps(dict(call.arguments), ensure_ascii=False)}")
        if not message.calls:
            printed.write(_KINDS.get(message.role, message.role), message.content)
        printed.end()
