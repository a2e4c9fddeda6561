"""`gba tune` and `gba export`: train a model on examples, and write it as a GGUF file."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.tuning.training.config import TuneConfig

__all__ = ["export", "tune"]


def tune(
    config: Annotated[Path, typer.Argument(help="A YAML file; see the docs for its keys.", show_default=False)],
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="In place of the file's.", show_default=False)
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="In place of the file's.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="In place of the file's.", show_default=False)] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="So many at most.", show_default=False)] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run that the folder has.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take: shapes, memory, steps; train nothing.")
    ] = False,
) -> None:
    """Train a model on examples, as `gba prepare` writes them: all of it, or adapters (LoRA)."""
    _need_torch()
    from gba.tuning.training import read_config

    given = {"model": model, "data": data, "out": out, "steps": steps}
    wanted = read_config(config, {name: value for name, value in given.items() if value is not None})
    if dry_run:
        _show_plan(wanted)
    else:
        _train(wanted, resume)


def export(
    run: Annotated[Path, typer.Argument(help="The folder of a run of `gba tune`.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The GGUF file.", show_default=False)],
    base: Annotated[
        Path | None,
        typer.Option(
            "--base", help="The same model as a GGUF file, where it was trained from a folder.", show_default=False
        ),
    ] = None,
    kind: Annotated[str, typer.Option("--type", help="Of the weights that changed: f32, f16 or bf16.")] = "f16",
    quantize: Annotated[
        str | None,
        typer.Option("--quantize", metavar="TYPE", help="Quantise the file: Q4_K_M, Q8_0 ...", show_default=False),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The model's name.", show_default=False)] = None,
) -> None:
    """Write a tuned model as a GGUF file: tokenizer, chat template and what did not change are the base's."""
    _need_torch()
    from gba.cli.console import note
    from gba.tuning.training.export import export_gguf

    done = export_gguf(run, out, base=base, kind=kind, quantize=quantize, name=name)
    note(f"{out}: {done.changed} of {done.tensors} tensors changed, {out.stat().st_size / 1e6:.0f} MB")


def _need_torch() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("torch", "transformers", "peft", "gguf", "yaml") if not find_spec(name)]
    if missing:
        raise GbaError(
            f"training needs {', '.join(missing)}: pip install 'grammar-based-agents[tuning]' (torch alone has builds "
            "for CPUs that are much smaller)"
        )


def _train(config: TuneConfig, resume: bool) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from gba.cli.console import err, note
    from gba.tuning.training.run import open_run

    run = open_run(config, resume=resume)
    for reason, count in run.data.dropped.items():
        note(f"left out: {count} examples, {reason}")
    note(
        f"{len(run.data.dialogues)} examples of {run.data.tokens} tokens, of which {run.data.learnt} are learnt; "
        f"{run.steps} steps"
    )
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[state]}"), TimeRemainingColumn())
    last = None
    with _interrupts() as interrupted, Progress(*columns, console=err()) as bars:
        bar = bars.add_task("", total=run.steps, state="")
        for last in run.train(lambda: bool(interrupted)):
            state = f"loss {last.loss:.3f}  {last.tokens / max(last.seconds, 1e-3):.0f} tokens/s"
            if last.validation:
                state += "  " + "  ".join(f"{kind} {loss:.3f}" for kind, loss in last.validation.items())
            bars.update(bar, completed=last.step, state=state)
    if interrupted and last is not None and last.step < run.steps:
        note(f"stopped behind step {last.step}, which is saved: go on with --resume")
        raise typer.Exit(130)
    note(f"done: {config.out}; write it as GGUF with: gba export {config.out} --out model.gguf")


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Ctrl-C lets the step come to its end; a second one ends the program at once."""
    seen: list[int] = []

    def heard(number: int, _: Any) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(number)

    before = signal.signal(signal.SIGINT, heard)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


def _show_plan(config: TuneConfig) -> None:
    from gba.cli.console import out
    from gba.tuning.training.plan import plan

    console = out()
    found = plan(config)
    console.print(f"model      {config.model}: {found.kind}, {found.layers} layers, width {found.width}")
    console.print(f"parameters {found.parameters:,}, of which {found.learning:,} learn")
    for name, shape, count, learns in found.shapes:
        size = " x ".join(map(str, shape))
        console.print(f"  {count:4} x {name:32} {size}{'   learns' if learns else ''}")
    memory = found.memory
    for label in ("weights", "learning", "activations", "total"):
        console.print(f"memory     {label:12} {getattr(memory, label) / 2**30:8.2f} GiB")
    _show_steps(config)


def _show_steps(config: TuneConfig) -> None:
    from gba.cli.console import out
    from gba.tuning.training.trainer import learning_rate

    console = out()
    steps = config.steps
    if config.data.exists() and Path(config.model).exists():
        from gba.backends.hub_model import load_hub_model
        from gba.tuning.training.batches import load_data, steps_of
        from gba.tuning.training.tokenizing import tokenizer_of

        data = load_data(config.data, tokenizer_of(load_hub_model(config.model, {})), config)
        steps = len(steps_of(data, config))
        console.print(f"data       {len(data.dialogues)} examples, {data.tokens} tokens, {data.learnt} are learnt")
    at_once = config.length * config.sequences
    console.print(f"a step     {config.sequences} sequences of {config.length} tokens: {at_once:,} at most")
    if steps is None:
        missing = config.model if config.data.exists() else config.data
        console.print(f"steps      as many as the data fill: {missing} is not there")
        return
    console.print(f"steps      {steps}")
    marks = sorted({1, max(1, round(config.warmup * steps)), steps // 2 or 1, steps})
    rates = ", ".join(f"{learning_rate(config, step, steps):.2g} at {step}" for step in marks)
    console.print(f"rate       {rates}")
