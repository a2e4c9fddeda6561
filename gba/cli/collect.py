"""`gba collect`: many runs of an agent on an environment, recorded and judged."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gba.cli.options import ModelOptions, takes_agent_options
from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.environments import Environment
    from gba.tuning.collect import Teacher
    from gba.tuning.episodes import Episode

__all__ = ["EnvironmentName", "collect", "find_environment", "make_teacher", "progress"]

EnvironmentName = Annotated[
    str,
    typer.Argument(
        metavar="ENVIRONMENT",
        help="arithmetic, calendar, files, lookup, sqlite, or your own as module:name.",
        show_default=False,
    ),
]
_EXPERT = "expert"


@takes_agent_options
def collect(
    environment: EnvironmentName,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="The folder for the runs.", show_default=False)
    ],
    options: ModelOptions,
    runs: Annotated[int, typer.Option("--runs", "-n", min=1, help="How many tasks.")] = 100,
    first: Annotated[int, typer.Option("--first", min=0, help="The number of the first task.")] = 0,
    attempts: Annotated[int, typer.Option("--attempts", min=1, help="Runs of each task.")] = 1,
    split: Annotated[str, typer.Option("--split", help="train or held-out.")] = "train",
    task_seed: Annotated[int, typer.Option("--task-seed", help="Another one makes other tasks.")] = 0,
    teacher: Annotated[
        str | None,
        typer.Option(
            "--teacher",
            help="Who does the tasks in place of a model of gba's: expert (the scripted one), or a chat model of "
            "LangChain's as module:name.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, help="Runs at the same time; 1, on a cluster as many as fit.", show_default=False
        ),
    ] = None,
    max_steps: Annotated[int, typer.Option("--max-steps", min=1, help="Steps after which a run is given up.")] = 12,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Make the runs on the nodes of this Ray cluster; auto: the one that this machine belongs to.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the runs that the folder has.")] = False,
) -> None:
    """Let an agent do the tasks of an environment; each run is recorded with its reward."""
    from gba.cli.console import note
    from gba.tuning.cluster import collect_on_cluster
    from gba.tuning.collect import Collection
    from gba.tuning.collect import collect as collect_runs

    found = find_environment(environment)
    if split not in ("train", "held-out"):
        raise GbaError(f"there is no split {split!r}: it is train or held-out")
    ask, name, build = make_teacher(teacher, options)
    wanted = Collection(found.name, runs, first, attempts, split, task_seed, name, build, max_steps)  # type: ignore[arg-type]
    rewards: list[float] = []
    failed = 0
    with progress(f"{found.name}, {name}", runs * attempts) as show:

        def told(_: str, episode: Episode) -> None:
            nonlocal failed
            rewards.append(episode.reward)
            failed += bool(episode.error)
            show(f"reward {sum(rewards) / len(rewards):.3f}")

        if cluster is None:
            there = collect_runs(found, ask, wanted, out, resume=resume, jobs=jobs or 1, told=told)
        else:
            cpus = options.threads or 1  # on a node with many cores each run is to leave some to the others
            make = _OnNode(str(Path.cwd()), environment, teacher, replace(options, threads=cpus))
            there = collect_on_cluster(
                make, wanted, out, address=cluster, cpus=cpus, jobs=jobs, resume=resume, told=told
            )
    note(
        f"{len(rewards)} runs in {out}" + (f", of which {there} were there" if there else "") + f": mean reward "
        f"{sum(rewards) / len(rewards):.3f}, {sum(reward == 1 for reward in rewards)} with 1, {failed} without answer"
    )


def find_environment(name: str) -> Environment:
    """The environment of this name, or the one that ``module:name`` means. Raises GbaError."""
    from gba.cli.loading import is_reference, load
    from gba.environments import environment

    if not is_reference(name):
        return environment(name)
    found: Any = load(name)
    found = found() if isinstance(found, type) else found
    if not all(hasattr(found, part) for part in ("name", "system", "task", "open")):
        raise GbaError(
            f"{name} is no environment: it needs name, system, task and open (see gba.environments.Environment)"
        )
    return found  # type: ignore[no-any-return]


def make_teacher(teacher: str | None, options: ModelOptions) -> tuple[Teacher, str, str]:
    """Who does the tasks, with a name and a build for the records."""
    if teacher == _EXPERT:
        from gba.tuning.expert import Expert

        return lambda task: Expert(task=task), _EXPERT, ""
    if teacher is not None:
        from langchain_core.language_models import BaseChatModel

        from gba.cli.loading import load

        found = load(teacher)
        made = found() if callable(found) and not isinstance(found, BaseChatModel) else found
        if not isinstance(made, BaseChatModel):
            raise GbaError(f"{teacher} is no chat model of LangChain's, and makes none")
        return lambda _: made, teacher, ""
    model = options.chat_model()
    properties = model.engine.properties()
    return lambda _: model, Path(properties.model).name, properties.build


@dataclass(frozen=True)
class _OnNode:
    """Makes on a node what the command line says. ``folder``: where it was typed; modules that lie there are found on
    nodes that have it, too."""

    folder: str
    environment: str
    teacher: str | None
    options: ModelOptions

    def __call__(self) -> tuple[Environment, Teacher]:
        if self.folder not in sys.path:
            sys.path.insert(0, self.folder)
        return find_environment(self.environment), make_teacher(self.teacher, self.options)[0]


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar on standard error; what is yielded counts one more and says how it goes."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from gba.cli.console import err

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err()) as progress:
        bar = progress.add_task(title, total=total, state="")
        yield lambda state: progress.update(bar, advance=1, state=state)
