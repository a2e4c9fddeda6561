"""The loop: sequences in, steps of the optimizer, metrics and checkpoints out.

It is a loop of our own, and not transformers' or trl's trainer, for two properties that these do not promise: a run
that was killed and goes on has the same weights, bit by bit; and single tokens within a turn are left out of the loss.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import torch

from gba.tuning.dataset import IGNORED
from gba.tuning.examples import Kind
from gba.tuning.training.batches import Data, Packed, pack, steps_of
from gba.tuning.training.checkpoints import Checkpoints
from gba.tuning.training.config import TuneConfig, TuningError
from gba.tuning.training.learner import Learner

__all__ = ["Progress", "learning_rate", "loss_of", "train"]


@dataclass(frozen=True)
class Progress:
    """A step that is done. ``step`` of ``steps``; ``loss``: of its learnt tokens, in nats a token; ``norm``: of the
    gradient before it was cut; ``tokens``: of its sequences; ``seconds``: that it took. ``validation``: losses by kind
    of example, where they were measured behind this step."""

    step: int
    steps: int
    loss: float
    learning_rate: float
    norm: float
    tokens: int
    seconds: float
    validation: Mapping[str, float] | None = None


def train(
    learner: Learner,
    data: Data,
    config: TuneConfig,
    *,
    validation: Data | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Train to the end, or until ``stopped`` after a step; then a checkpoint is there, and a next call goes on from it.

    Writes to ``config.out``: ``metrics.jsonl``, a line for each step, and checkpoints. Raises TuningError where the
    folder has the checkpoints of another run, TuningError where a gradient is not finite.
    """
    steps = steps_of(data, config)
    optimizer = torch.optim.AdamW(
        learner.weights().values(), lr=config.learning_rate, betas=config.betas, weight_decay=config.weight_decay
    )
    run = {"config": _that_counts(config), "data": data.digest}
    checkpoints = Checkpoints(config.out / "checkpoints", run, config.keep)
    begin = checkpoints.load(learner, optimizer)
    metrics = config.out / "metrics.jsonl"
    _forget(metrics, begin)
    if begin == 0 and validation is not None:
        _write(metrics, {"step": 0, "validation": loss_of(learner, validation)})
    for number, sequences in enumerate(steps[begin:], begin + 1):
        rate = learning_rate(config, number, len(steps))
        progress = _step(learner, optimizer, sequences, rate, number, len(steps))
        last = number == len(steps) or stopped()
        if validation is not None and (number % config.validate_every == 0 or number == len(steps)):
            progress = Progress(**{**asdict(progress), "validation": loss_of(learner, validation)})
        _write(metrics, asdict(progress))
        if last or number % config.checkpoint_every == 0:
            checkpoints.save(number, learner, optimizer)
        yield progress
        if last:
            return


def _step(
    learner: Learner,
    optimizer: torch.optim.Optimizer,
    sequences: Sequence[Packed],
    rate: float,
    number: int,
    steps: int,
) -> Progress:
    began = time.monotonic()
    learnt = max(1, sum(int((each.labels != IGNORED).sum()) for each in sequences))
    total = 0.0
    for each in sequences:
        loss = learner.loss(each)
        total += float(loss.detach())
        (loss / learnt).backward()  # type: ignore[no-untyped-call]
    norm = torch.nn.utils.clip_grad_norm_(learner.weights().values(), learner.config.clip)
    if not math.isfinite(float(norm)):
        raise TuningError(
            f"the gradient of step {number} is not finite: lower learning_rate, or say precision: float32. The last "
            "checkpoint is from before it"
        )
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    tokens = sum(len(each.tokens) for each in sequences)
    return Progress(number, steps, total / learnt, rate, float(norm), tokens, round(time.monotonic() - began, 3))


def learning_rate(config: TuneConfig, step: int, steps: int) -> float:
    """Of a step, counted from 1: rising over the warm-up, then half a cosine down to nought behind the last one."""
    warm = math.ceil(config.warmup * steps)
    if step <= warm:
        return config.learning_rate * step / warm
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warm - 1) / max(1, steps - warm)))


def loss_of(learner: Learner, data: Data) -> dict[str, float]:
    """The mean loss of learnt tokens, in nats, by kind of example (``agent``, ``general``). Nothing is learnt."""
    found = {}
    learner.model.eval()
    try:
        with torch.no_grad():
            for kind in get_args(Kind):
                dialogues = data.of(kind)
                learnt = sum(int((each.labels != IGNORED).sum()) for each in dialogues)
                if learnt:
                    packed = pack(dialogues, learner.config.length)
                    found[kind] = sum(float(learner.loss(each)) for each in packed) / learnt
    finally:
        learner.model.train()
    return found


def _that_counts(config: TuneConfig) -> dict[str, Any]:
    """What of the configuration decides which weights come out."""
    free = {"out", "keep", "checkpoint_every", "validation", "validate_every", "architecture", "data"}
    return config.model_dump(mode="json", exclude=free)


def _forget(metrics: Path, begin: int) -> None:
    """Leave out what is written of steps that are done again, and a line that was torn."""
    metrics.parent.mkdir(parents=True, exist_ok=True)
    kept = []
    if metrics.exists() and begin:
        for line in metrics.read_text(encoding="utf-8").splitlines():
            try:
                if json.loads(line)["step"] <= begin:
                    kept.append(line + "\n")
            except (ValueError, KeyError, TypeError):
                continue
    metrics.write_text("".join(kept), encoding="utf-8")


def _write(metrics: Path, line: dict[str, Any]) -> None:
    with metrics.open("a", encoding="utf-8") as file:
        file.write(json.dumps({key: value for key, value in line.items() if value is not None}) + "\n")
