"""Train a tiny model on dialogues, on a CPU.

Deterministic for a given seed, number of threads and number of steps: examples come in the order of their
generator, batches are made of neighbours in length, and a checkpoint holds everything that a run needs to go on.
"""

from __future__ import annotations

import itertools
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

from models.tiny.gradient import IGNORED, Batch, Second, Tally, learn, weight
from models.tiny.model import Kernels, Llama, ModelShape
from models.tiny.wiring import wire_copying

__all__ = ["IGNORED", "Batch", "Example", "Progress", "Settings", "Trainer", "batches", "schedule"]


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
    """How to train. An update takes a batch for each of the ``processes`` (1 or 2), each with ``threads`` threads.

    ``minutes`` ends a run by the clock instead of by ``steps``; the schedule follows the one used. ``stop`` ends it
    after so many updates, before its schedule does: for a stage that another one goes on from.

    ``batch_tokens`` counts padding; ``learning_rate`` is Muon's, scaled to the size of AdamW's updates, ``adam_rate``
    that of AdamW for the output and the norms, ``embedding_rate`` for the embedding;
    ``cooldown`` is the share of the run in which the rate falls linearly to nearly nothing; ``prompt_weight`` is the
    weight of the loss on the text that the model reads rather than writes, which teaches it to copy early on.
    """

    steps: int = 4000
    minutes: float | None = None
    stop: int | None = None
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
    processes: int = 1
    threads: int = 1
    compiled: bool = True
    wired: bool = True
    log_every: int = 25
    save_every: int = 200


@dataclass
class Progress:
    """Where a run is, and what it has seen since it last said so."""

    step: int = 0
    examples: int = 0
    tokens: int = 0
    seconds: float = 0.0
    tally: Tally = field(default_factory=Tally)


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
        self._second: Second | None = None
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

    def step(self, *batches: Batch) -> float:
        """One update by one batch for each process; returns the loss per labelled token."""
        begun = time.monotonic()
        share = schedule(self.done, self.progress.step, self.settings)
        for optimizer, rate in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * share
        tally = self._learn(batches)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer, _ in self._optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.progress.step += 1
        for batch in batches:
            self.progress.examples += len(batch.kinds)
            self.progress.tokens += batch.tokens.numel()
        self.progress.tally.add(tally)
        self.progress.seconds += time.monotonic() - begun
        return tally.loss

    def _learn(self, batches: Sequence[Batch]) -> Tally:
        prompt = self.settings.prompt_weight
        total = sum(weight(batch, prompt) for batch in batches)
        if len(batches) == 1:
            return learn(self.model, batches[0], total, prompt)
        if self._second is None:
            self._second = Second(self.model, compiled=self.settings.compiled, prompt_weight=prompt)
        first, second = batches
        self._second.start(second, total)
        tally = learn(self.model, first, total, prompt)
        tally.add(self._second.finish())
        return tally

    def close(self) -> None:
        """End the second process, if there is one."""
        if self._second is not None:
            self._second.close()
            self._second = None

    def report(self) -> dict[str, Any]:
        """What the run has seen since the last report, per kind of task too; starts counting anew."""
        progress = self.progress
        tally, progress.tally = progress.tally, Tally()
        total = tally.total()
        return {
            "step": progress.step,
            "minutes": round(progress.seconds / 60, 2),
            "examples": progress.examples,
            "tokens": progress.tokens,
            "loss": round(tally.loss, 4),
            "token_accuracy": round(total["right"] / max(1, total["tokens"]), 4),
            "dialogues_right": round(total["solved"] / max(1, total["dialogues"]), 4),
            "kinds": {
                kind: [
                    round(count["right"] / max(1, count["tokens"]), 4),
                    round(count["solved"] / count["dialogues"], 3),
                ]
                for kind, count in sorted(tally.kinds.items())
            },
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
        """Train to the end of the budget or of the batches; logs a line of JSON now and then, saves, calls the hook.

        ``source`` goes on behind the batches of earlier updates: `Settings.processes` of them each.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        source = iter(source)
        with log.open("a", encoding="utf-8") as lines:
            while self.done < 1 and self.progress.step != self.settings.stop:
                together = list(itertools.islice(source, self.settings.processes))
                if not together:
                    break
                self.step(*together)
                if self.progress.step % self.settings.log_every == 0:
                    lines.write(json.dumps(self.report()) + "\n")
                    lines.flush()
                if self.progress.step % self.settings.save_every == 0:
                    self.save(checkpoint)
                    if hook is not None:
                        hook(self)
        self.save(checkpoint)
