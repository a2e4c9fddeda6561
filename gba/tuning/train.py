"""Train a tiny model on dialogues, on a CPU.

Deterministic for a given seed, number of threads and number of steps: examples come in the order of their
generator, batches are made of neighbours in length, and a checkpoint holds everything that a run needs to go on.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from gba.tuning.model import Kernels, Llama, ModelShape
from gba.tuning.wiring import wire_copying

__all__ = ["IGNORED", "Batch", "Example", "Progress", "Settings", "Trainer", "batches", "schedule"]

IGNORED = -100
"""The label of a position whose next token the model does not choose."""


class Example(Protocol):
    """A dialogue: ``labels[i]`` is the token to predict after ``tokens[: i + 1]``, or IGNORED; ``kind`` is logged."""

    @property
    def tokens(self) -> Sequence[int] | NDArray[np.int32]: ...

    @property
    def labels(self) -> Sequence[int] | NDArray[np.int32]: ...

    @property
    def kind(self) -> str: ...


@dataclass(frozen=True)
class Settings:
    """How to train. ``minutes`` ends a run by the clock instead of by ``steps``; the schedule follows the one used.

    ``batch_tokens`` counts padding; ``learning_rate`` is Muon's, scaled to the size of AdamW's updates, ``adam_rate``
    that of AdamW for the output and the norms, ``embedding_rate`` for the embedding;
    ``cooldown`` is the share of the run in which the rate falls linearly to nearly nothing; ``prompt_weight`` is the
    weight of the loss on the text that the model reads rather than writes, which teaches it to copy early on.
    """

    steps: int = 4000
    minutes: float | None = None
    batch_tokens: int = 8192
    learning_rate: float = 6e-3
    adam_rate: float = 3e-3
    embedding_rate: float = 1e-2
    warmup: int = 60
    cooldown: float = 0.85
    weight_decay: float = 0.02
    prompt_weight: float = 0.0
    granularity: int = 64
    seed: int = 0
    threads: int = 1
    compiled: bool = True
    wired: bool = True
    log_every: int = 25
    save_every: int = 200


@dataclass(frozen=True)
class Batch:
    """Right-padded dialogues of about the same length: (batch, time) token ids and labels, and each one's kind.

    Attention is causal, so what stands behind a dialogue's end does not reach into it.
    """

    tokens: Tensor
    labels: Tensor
    kinds: tuple[str, ...]


@dataclass
class Progress:
    """Where a run is, and what it has seen since it last said so."""

    step: int = 0
    examples: int = 0
    tokens: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)
    right: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))


def schedule(done: float, step: int, settings: Settings) -> float:
    """The share of the full learning rate at ``done`` (0 to 1) of the run: a short rise, a plateau, a linear fall."""
    rise = min(1.0, (step + 1) / settings.warmup)
    fall = min(1.0, (1 - done) / settings.cooldown) if settings.cooldown else 1.0
    return rise * max(fall, 0.01)


def batches(examples: Iterable[Example], settings: Settings) -> Iterator[Batch]:
    """Batches of ``batch_tokens`` tokens at most, as soon as enough dialogues of about one length have come.

    All batches of a length have the same size, so that a compiled model meets few shapes; what is left where the
    examples end comes last, in smaller ones.
    """
    waiting: dict[int, list[Example]] = defaultdict(list)
    for example in examples:
        length = _rounded(len(example.tokens), settings.granularity)
        group = waiting[length]
        group.append(example)
        if len(group) >= max(1, settings.batch_tokens // length):
            yield _pad(waiting.pop(length), length)
    for length, group in sorted(waiting.items()):
        yield _pad(group, length)


def _rounded(length: int, granularity: int) -> int:
    return -(-length // granularity) * granularity


def _pad(group: Sequence[Example], length: int) -> Batch:
    tokens = torch.zeros(len(group), length, dtype=torch.long)
    labels = torch.full((len(group), length), IGNORED, dtype=torch.long)
    for row, example in enumerate(group):
        tokens[row, : len(example.tokens)] = torch.tensor(example.tokens)
        labels[row, : len(example.labels)] = torch.tensor(example.labels)
    return Batch(tokens, labels, tuple(example.kind for example in group))


class Trainer:
    """A model with its optimisers. Muon turns the matrices, AdamW the embedding, the output and the norms.

    ``mark``: see `wire_copying`.
    """

    def __init__(self, shape: ModelShape, settings: Settings, *, mark: int | None = None) -> None:
        torch.manual_seed(settings.seed)
        torch.set_num_threads(settings.threads)
        self.settings, self.progress = settings, Progress()
        self.model = Llama(shape, Kernels.compiled() if settings.compiled else None)
        if settings.wired:
            wire_copying(self.model, seed=settings.seed, mark=mark)
        inner = [weight for weight in self.model.layers.parameters() if weight.dim() == 2]
        turned = {id(weight) for weight in (*inner, self.model.embedding.weight)}
        outer = [weight for weight in self.model.parameters() if id(weight) not in turned]
        muon = torch.optim.Muon(
            inner, lr=settings.learning_rate, weight_decay=settings.weight_decay, adjust_lr_fn="match_rms_adamw"
        )
        adam = torch.optim.AdamW(outer, lr=settings.adam_rate, betas=(0.9, 0.98), weight_decay=0.0)
        embed = torch.optim.AdamW([self.model.embedding.weight], betas=(0.9, 0.98), weight_decay=0.0)
        self._optimizers: list[tuple[torch.optim.Optimizer, float]] = [
            (muon, settings.learning_rate),
            (adam, settings.adam_rate),
            (embed, settings.embedding_rate),
        ]

    @property
    def done(self) -> float:
        """How much of the run is behind us, 0 to 1."""
        if self.settings.minutes is not None:
            return min(1.0, self.progress.seconds / (60 * self.settings.minutes))
        return min(1.0, self.progress.step / self.settings.steps)

    def step(self, batch: Batch) -> float:
        """One update; returns the loss per labelled token."""
        begun = time.monotonic()
        share = schedule(self.done, self.progress.step, self.settings)
        for optimizer, rate in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * share
        loss = self._loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer, _ in self._optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.progress.step += 1
        self.progress.examples += len(batch.kinds)
        self.progress.tokens += batch.tokens.numel()
        self.progress.seconds += time.monotonic() - begun
        return self.progress.losses[-1]

    def _loss(self, batch: Batch) -> Tensor:
        targets, weights = batch.labels, (batch.labels != IGNORED).float()
        if self.settings.prompt_weight:
            read = functional.pad(batch.tokens[:, 1:], (0, 1))
            unlabelled = (weights == 0) & (read != 0)
            targets = torch.where(weights > 0, targets, read)
            weights = weights + self.settings.prompt_weight * unlabelled
        at = weights > 0
        with torch.autocast("cpu", torch.bfloat16):
            scores = self.model.logits(self.model.hidden(batch.tokens)[at])
        each = functional.cross_entropy(scores.float(), targets[at], reduction="none")
        self._count(batch, at, scores.detach(), each.detach())
        return (each * weights[at]).sum() / weights.sum()

    def _count(self, batch: Batch, at: Tensor, scores: Tensor, losses: Tensor) -> None:
        """Note loss and right tokens, and dialogues without any wrong one, for the log."""
        labelled = batch.labels[at] != IGNORED
        self.progress.losses.append(float(losses[labelled].mean()))
        right = torch.zeros_like(batch.labels, dtype=torch.bool)
        right[at] = scores.argmax(-1) == batch.labels[at]
        wanted = batch.labels != IGNORED
        rows = zip(batch.kinds, right.sum(1).tolist(), wanted.sum(1).tolist(), strict=True)
        for kind, good, all_ in rows:
            count = self.progress.right[kind]
            for index, value in enumerate((good, all_, int(good == all_), 1)):
                count[index] += value

    def report(self) -> dict[str, Any]:
        """What the run has seen since the last report, per kind of task too; starts counting anew."""
        progress = self.progress
        recent = progress.losses[-self.settings.log_every :]
        counts = {kind: list(count) for kind, count in sorted(progress.right.items())}
        totals = [sum(column) for column in zip(*counts.values(), strict=True)] or [0, 1, 0, 1]
        progress.right.clear()
        progress.losses.clear()
        return {
            "step": progress.step,
            "minutes": round(progress.seconds / 60, 2),
            "examples": progress.examples,
            "tokens": progress.tokens,
            "loss": round(sum(recent) / max(1, len(recent)), 4),
            "token_accuracy": round(totals[0] / max(1, totals[1]), 4),
            "dialogues_right": round(totals[2] / max(1, totals[3]), 4),
            "kinds": {kind: [round(c[0] / max(1, c[1]), 4), round(c[2] / c[3], 3)] for kind, c in counts.items()},
        }

    def save(self, path: Path) -> None:
        """Write everything that is needed to go on."""
        path.parent.mkdir(parents=True, exist_ok=True)
        progress = self.progress
        state = {
            "shape": asdict(self.model.shape),
            "settings": asdict(self.settings),
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer, _ in self._optimizers],
            "progress": [progress.step, progress.examples, progress.tokens, progress.seconds],
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)

    def load(self, path: Path) -> None:
        """Go on where the run that wrote the checkpoint was."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        for (optimizer, _), saved in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        step, examples, tokens, seconds = state["progress"]
        self.progress = Progress(step, examples, tokens, seconds)

    def run(
        self, source: Iterable[Batch], *, log: Path, checkpoint: Path, hook: Callable[[Trainer], None] | None = None
    ) -> None:
        """Train to the end of the budget or of the batches; logs a line of JSON now and then, saves, calls the hook."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as lines:
            for batch in source:
                if self.done >= 1:
                    break
                self.step(batch)
                if self.progress.step % self.settings.log_every == 0:
                    lines.write(json.dumps(self.report()) + "\n")
                    lines.flush()
                if self.progress.step % self.settings.save_every == 0:
                    self.save(checkpoint)
                    if hook is not None:
                        hook(self)
        self.save(checkpoint)
