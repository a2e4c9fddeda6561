"""`gba eval`: what a model can do, under the grammar and without, on tasks that were trained on and that were not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gba.cli.options import ModelOptions, takes_agent_options
from gba.errors import GbaError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from gba.environments import Environment, Split
    from gba.tuning.report import Score

__all__ = ["evaluate"]

_WAYS = ("constrained", "free", "native")
_SPLITS = ("train", "held-out")
_THOUGHTS = ("none", "prompted")


@takes_agent_options
def evaluate(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="For runs and report.", show_default=False)],
    options: ModelOptions,
    environments: Annotated[
        list[str] | None,
        typer.Argument(help="Environments, as `gba collect` takes them; all of gba's.", show_default=False),
    ] = None,
    tasks: Annotated[int, typer.Option("--tasks", "-n", min=1, help="Tasks of each set.")] = 100,
    splits: Annotated[
        list[str] | None, typer.Option("--split", help="train, held-out; both.", show_default=False)
    ] = None,
    ways: Annotated[
        list[str] | None,
        typer.Option(
            "--way",
            help="constrained: under the grammar; free: told of the tools in words, without a grammar; native: a "
            "llama-server's own tool calling (with --base-url and langchain-openai). Can be repeated; constrained.",
            show_default=False,
        ),
    ] = None,
    thoughts: Annotated[
        list[str] | None,
        typer.Option(
            "--thought",
            help="none: no thought is asked for, and no room left for one; prompted: one is asked for. Constrained and "
            "free are tried with each. Can be repeated; as the model has it.",
            show_default=False,
        ),
    ] = None,
    bfcl: Annotated[
        list[Path] | None,
        typer.Option(
            "--bfcl",
            help="A file of questions of the Berkeley Function-Calling Leaderboard, with the right calls in "
            "possible_answer/ beside it. Can be repeated.",
            show_default=False,
        ),
    ] = None,
    task_seed: Annotated[int, typer.Option("--task-seed", help="Another one makes other tasks.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Runs at the same time.")] = 1,
    max_steps: Annotated[int, typer.Option("--max-steps", min=1, help="Steps after which a run is given up.")] = 12,
    plot: Annotated[bool, typer.Option("--plot", help="Also draw report.svg (matplotlib).")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the runs that the folder has.")] = False,
) -> None:
    """Let a model do tasks, and report how many it solves; the runs are kept."""
    from gba.cli.collect import find_environment
    from gba.cli.console import note
    from gba.cli.console import out as output
    from gba.environments import NAMES
    from gba.tuning.report import as_markdown, write_report
    from gba.tuning.report import plot as draw

    chosen = ways or ["constrained"]
    wanted = splits or list(_SPLITS)
    for given, known in ((chosen, _WAYS), (wanted, _SPLITS), (thoughts or [], _THOUGHTS)):
        if wrong := [name for name in given if name not in known]:
            raise GbaError(f"there is no {wrong[0]!r}: choose of {', '.join(known)}")
    sets: list[tuple[Environment, Split, int]] = [
        (find_environment(name), split, tasks)  # type: ignore[misc]
        for name in (environments if environments is not None else [] if bfcl else NAMES)
        for split in wanted
    ]
    sets += [_questions(path, tasks) for path in bfcl or []]
    name, models = _models(options, chosen, thoughts or [])
    scores: list[Score] = []
    for way, model in models.items():
        for environment, split, count in sets:
            scores.append(_scored(way, model, name, environment, split, count, out, task_seed, jobs, max_steps, resume))
            note(f"{scores[-1].tasks}, {way}: {scores[-1].solved:.1%} solved")
    sampled = ("temperature", "seed", "max_tokens", "max_thought_tokens")
    about = {"tasks": tasks, "task_seed": task_seed, "max_steps": max_steps}
    write_report(scores, out, model=name, about=about | {key: getattr(options, key) for key in sampled})
    if plot:
        draw(scores, out / "report.svg", title=name)
    output().print(as_markdown(scores), end="")
    note(f"{out / 'report.json'}, {out / 'report.md'}; the runs are beside them")


def _questions(path: Path, tasks: int) -> tuple[Environment, Split, int]:
    from gba.environments.leaderboard import Leaderboard

    answers = path.parent / "possible_answer" / path.name
    if not answers.exists() and "relevance" not in path.stem:
        raise GbaError(f"the right calls for {path} have to be in {answers}")
    board = Leaderboard(path, answers if answers.exists() else None)
    return board, "held-out", min(tasks, len(board))


def _models(options: ModelOptions, ways: list[str], thoughts: list[str]) -> tuple[str, dict[str, Any]]:
    """The model's name, and a chat model for each way."""
    from gba.tuning.free import Free

    model = options.chat_model()
    made: dict[str, Any] = {}
    for way in ways:
        if way == "native":
            made[way] = _native(options)
        elif not thoughts:
            made[way] = model if way == "constrained" else Free(model=model)
        for thought in thoughts if way != "native" else ():
            free = Free(model=model, prompted=thought == "prompted")
            made[f"{way}, thought {thought}"] = model.bind(thought=thought) if way == "constrained" else free
    return Path(model.engine.properties().model).name, made


def _native(options: ModelOptions) -> BaseChatModel:
    if options.base_url is None:
        raise GbaError("--way native asks a llama-server: start one (gba serve), and name it with --base-url")
    from gba.tuning.native import native

    return native(
        options.base_url,
        model=options.model or "local",
        temperature=options.temperature,
        max_completion_tokens=options.max_tokens,
        seed=options.seed,
    )


def _scored(
    way: str,
    model: BaseChatModel,
    name: str,
    environment: Environment,
    split: Split,
    count: int,
    out: Path,
    task_seed: int,
    jobs: int,
    max_steps: int,
    resume: bool,
) -> Score:
    from gba.cli.collect import progress
    from gba.trajectory import read
    from gba.tuning.collect import Collection, collect
    from gba.tuning.report import score

    wanted = Collection(environment.name, count, split=split, seed=task_seed, model=name, max_steps=max_steps)
    folder = out / way.replace(",", "").replace(" ", "-") / f"{environment.name}-{split}"
    with progress(f"{environment.name}, {split}, {way}", count) as show:
        collect(environment, lambda _: model, wanted, folder, resume=resume, jobs=jobs, told=lambda *_: show(""))
    files = [folder / run.file for run in wanted.runs()]
    return score(way, f"{environment.name}, {split}", map(read, files))
