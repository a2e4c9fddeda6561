"""`gba prepare`: from recorded runs and general dialogue to a set of examples to train on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gba.errors import GbaError

__all__ = ["prepare"]


def prepare(
    runs: Annotated[
        list[Path], typer.Argument(help="Recorded runs, or folders of them (see `gba collect`).", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="A new folder.", show_default=False)],
    general: Annotated[
        list[Path] | None,
        typer.Option("--general", help="General dialogue in ShareGPT's format. Can be repeated.", show_default=False),
    ] = None,
    eta: Annotated[float, typer.Option("--eta", min=0, max=1, help="Share of runs in the mix.")] = 1.0,
    reward: Annotated[float, typer.Option("--reward", help="The least reward of a run.")] = 1.0,
    hard: Annotated[float, typer.Option("--hard-reward", help="The least one on hard tasks.", show_default="2/3")] = 2
    / 3,
    threshold: Annotated[
        list[str] | None,
        typer.Option("--threshold", metavar="ENV=REWARD", help="The least one of an environment.", show_default=False),
    ] = None,
    near: Annotated[
        float, typer.Option("--near", min=0, max=1, help="Pieces of text that two may have in common.")
    ] = 0.9,
    per_task: Annotated[
        int | None, typer.Option("--per-task", min=1, help="Runs of one task, the best first.", show_default=False)
    ] = None,
    most: Annotated[int | None, typer.Option("--most", min=1, help="Examples at most.", show_default=False)] = None,
    held_out: Annotated[
        Path | None,
        typer.Option("--held-out", help="A file of requests, a line each, that are kept out.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of what is left to chance.")] = 0,
) -> None:
    """Pick the runs that are worth learning from, and mix them with general dialogue."""
    from gba.cli.console import note
    from gba.cli.console import out as output
    from gba.tuning.card import card, write_card
    from gba.tuning.examples import write_examples
    from gba.tuning.filters import Rewards
    from gba.tuning.prepare import Preparation
    from gba.tuning.prepare import prepare as choose

    if out.exists() and any(out.iterdir()):
        raise GbaError(f"{out} is not empty: choose another folder")
    rewards = Rewards(reward, min(hard, reward), _thresholds(threshold or []))
    wanted = Preparation(rewards, near, per_task, eta, most, seed)
    done = choose(runs, general or [], wanted, held_out=_lines(held_out))
    try:
        out.mkdir(parents=True, exist_ok=True)
        data = out / "examples.jsonl"
        write_examples(data, done.examples)
        figures = card(done, wanted, data)
        write_card(figures, out)
    except OSError as error:
        raise GbaError(f"{out} cannot be written ({error.strerror or error}): choose another place") from error
    for reason, count in figures["dropped"].items():
        output().print(f"dropped  {count:6}  {reason}")
    for source, count in figures["sources"].items():
        output().print(f"kept     {count:6}  {source}")
    note(f"{figures['examples']} examples, η {figures['eta']:.3f}: {data}; {out / 'README.md'} says what they are")


def _thresholds(given: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise GbaError(f"--threshold {text}: write it as sqlite=0.5") from None
    return found


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise GbaError(f"{path} cannot be read: {error}") from error
