"""Many runs of an agent on an environment, each in a file of its own, so that whoever is interrupted can go on.

A run is finished when its reward and its end are in its file. What else lies there is of a process that ended in the
middle of it: it is put aside (``.broken``), and done again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.language_models import BaseChatModel

from gba.environments import Environment, Split, Task
from gba.errors import GbaError
from gba.trajectory import TrajectoryError, read
from gba.tuning.episodes import MAX_STEPS, Episode, run_episode

__all__ = ["CollectError", "Collection", "Run", "Teacher", "Work", "collect", "collect_by", "record"]

Teacher = Callable[[Task], BaseChatModel]
"""The chat model that does a task."""

_ABOUT = "collection.json"


class CollectError(GbaError):
    """Runs cannot be collected into ``folder``."""

    def __init__(self, message: str, *, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"{folder}: {message}")


class Run(NamedTuple):
    """One run: number of the task, number of the attempt, name of the file."""

    task: int
    attempt: int
    file: str


Work = Callable[[Sequence[Run]], Iterable[tuple[Run, Episode]]]
"""Makes runs, and says of each when it is in its file."""


@dataclass(frozen=True)
class Collection:
    """What is collected: ``attempts`` runs of each of ``tasks`` tasks of an environment, the first one ``first``.

    ``model`` and ``build`` name the model in the records. ``seed`` is that of the tasks.
    """

    environment: str
    tasks: int
    first: int = 0
    attempts: int = 1
    split: Split = "train"
    seed: int = 0
    model: str = ""
    build: str = ""
    max_steps: int = MAX_STEPS

    def runs(self) -> Iterator[Run]:
        """What is collected, in its order."""
        for index in range(self.first, self.first + self.tasks):
            for attempt in range(self.attempts):
                yield Run(index, attempt, f"{self.environment}-{self.split}-{index:06d}-{attempt}.jsonl")


def collect(
    environment: Environment,
    teacher: Teacher,
    wanted: Collection,
    folder: Path,
    *,
    resume: bool = False,
    jobs: int = 1,
    told: Callable[[str, Episode], None] = lambda *_: None,
) -> int:
    """Make the runs that ``folder`` does not have yet, ``jobs`` at a time, and say how many were there already.

    ``told`` is called, in this thread, with the file's name and the episode of each run, also of those that were there.
    With ``resume``, the folder may hold runs of the same collection, with other numbers of tasks and attempts.

    Raises CollectError where it holds others, or some and ``resume`` is not said; and what the first run raised that
    could not be judged (see `run_episode`), when those that were under way have ended.
    """

    def make(run: Run) -> tuple[Run, Episode]:
        return run, record(environment, teacher, wanted, run, folder / run.file)

    def work(runs: Sequence[Run]) -> Iterable[tuple[Run, Episode]]:
        return map(make, runs) if jobs == 1 else _side_by_side([partial(make, run) for run in runs], jobs)

    return collect_by(work, wanted, folder, resume=resume, told=told)


def collect_by(
    work: Work,
    wanted: Collection,
    folder: Path,
    *,
    resume: bool = False,
    told: Callable[[str, Episode], None] = lambda *_: None,
) -> int:
    """`collect`, with ``work`` making the runs that ``folder`` does not have yet. Raises also what that raises."""
    _prepare(wanted, folder, resume)
    todo, there = list[Run](), 0
    for run in wanted.runs():
        path = folder / run.file
        found = _finished(path)
        if found is not None:
            there += 1
            told(run.file, found)
            continue
        if path.exists():  # what a process left that ended in the middle of the run
            path.replace(path.with_name(f"{path.name}.broken"))
        todo.append(run)
    for run, episode in work(todo):
        told(run.file, episode)
    return there


def record(environment: Environment, teacher: Teacher, wanted: Collection, run: Run, path: Path) -> Episode:
    """Make one run of a collection, in this thread. Raises as `run_episode` does."""
    task = environment.task(run.task, wanted.split, seed=wanted.seed)
    return run_episode(
        environment,
        task,
        teacher(task),
        path,
        name=wanted.model,
        build=wanted.build,
        metadata={"seed": wanted.seed, "attempt": run.attempt},
        max_steps=wanted.max_steps,
    )


def _prepare(wanted: Collection, folder: Path, resume: bool) -> None:
    """Say in the folder what is collected, or see that it is the same."""
    about = {key: value for key, value in asdict(wanted).items() if key not in ("tasks", "first", "attempts", "build")}
    path = folder / _ABOUT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.glob("*.jsonl")) or path.exists():
            if not resume:
                raise CollectError(
                    "there are runs already. Go on with --resume, or choose another folder.", folder=folder
                )
            before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
            other = [key for key, value in about.items() if before.get(key) != value]
            if other:
                key = other[0]
                raise CollectError(
                    f"the runs that are there have {key} {before.get(key)!r}, and these would have {about[key]!r}. "
                    "Choose another folder.",
                    folder=folder,
                )
        path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise CollectError(f"cannot be used: {error}. Choose another folder.", folder=folder) from error


def _finished(path: Path) -> Episode | None:
    """The episode of a file; None where there is none or it was not finished."""
    if not path.exists():
        return None
    try:
        run = read(path)
    except TrajectoryError:
        return None
    return None if run.reward is None or run.ended is None else Episode(run.reward, run.error)


def _side_by_side(work: Sequence[Callable[[], Any]], jobs: int) -> Iterator[Any]:
    """The results as they come. After the first error nothing more is begun."""
    left = iter(work)
    with ThreadPoolExecutor(jobs) as pool:
        running: set[Future[Any]] = set()
        while True:
            for each in left:
                running.add(pool.submit(each))
                if len(running) == jobs:
                    break
            if not running:
                return
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                yield future.result()
