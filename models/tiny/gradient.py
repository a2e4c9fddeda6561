"""The gradient of a batch, and what the batch shows of the model; in this process or in a second one beside it.

Two processes with a thread each train faster than one with two threads: nothing of the arithmetic is too small to be
shared out. They have the same weights in shared memory; the second one only ever computes gradients.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from models.tiny.model import Kernels, Llama, ModelShape

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["IGNORED", "Batch", "Second", "Tally", "learn", "weight"]

IGNORED = -100
"""The label of a position whose next token the model does not choose."""


@dataclass(frozen=True)
class Batch:
    """Right-padded dialogues of about the same length: (batch, time) token ids and labels, and each one's kind.

    Attention is causal, so what stands behind a dialogue's end does not reach into it.
    """

    tokens: Tensor
    labels: Tensor
    kinds: tuple[str, ...]


@dataclass
class Tally:
    """Loss per labelled token, and by kind: right tokens, all tokens, dialogues without a wrong one, all dialogues."""

    loss: float = 0.0
    labelled: int = 0
    kinds: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, other: Tally) -> None:
        """Take in what another batch showed."""
        both = self.labelled + other.labelled
        self.loss = (self.loss * self.labelled + other.loss * other.labelled) / max(1, both)
        self.labelled = both
        for kind, counts in other.kinds.items():
            self.kinds[kind].update(counts)

    def total(self) -> Counter[str]:
        """The counts of all kinds together."""
        return sum(self.kinds.values(), Counter())


def _targets(batch: Batch, prompt_weight: float) -> tuple[Tensor, Tensor]:
    """What is to be predicted at each position, and how much that counts; (batch, time) each."""
    targets, weights = batch.labels, (batch.labels != IGNORED).float()
    if prompt_weight:
        read = functional.pad(batch.tokens[:, 1:], (0, 1))
        unlabelled = (weights == 0) & (read != 0)
        targets = torch.where(weights > 0, targets, read)
        weights = weights + prompt_weight * unlabelled
    return targets, weights


def weight(batch: Batch, prompt_weight: float = 0.0) -> float:
    """How much a batch counts: the number of its labels, and its share of the prompt."""
    return float(_targets(batch, prompt_weight)[1].sum())


def learn(model: Llama, batch: Batch, total: float, prompt_weight: float = 0.0) -> Tally:
    """Add the gradient of a batch to the model's; ``total``: the weight of all batches of this update."""
    targets, weights = _targets(batch, prompt_weight)
    at = weights > 0
    with torch.autocast("cpu", torch.bfloat16):
        scores = model.logits(model.hidden(batch.tokens)[at])
    each = functional.cross_entropy(scores.float(), targets[at], reduction="none")
    ((each * weights[at]).sum() / total).backward()  # type: ignore[no-untyped-call]
    return _tally(batch, at, scores.detach(), each.detach())


def _tally(batch: Batch, at: Tensor, scores: Tensor, losses: Tensor) -> Tally:
    labelled = batch.labels[at] != IGNORED
    tally = Tally(float(losses[labelled].mean()), int(labelled.sum()))
    right = torch.zeros_like(batch.labels, dtype=torch.bool)
    right[at] = scores.argmax(-1) == batch.labels[at]
    wanted = batch.labels != IGNORED
    rows = zip(batch.kinds, right.sum(1).tolist(), wanted.sum(1).tolist(), strict=True)
    for kind, good, all_ in rows:
        tally.kinds[kind].update(right=good, tokens=all_, solved=int(good == all_), dialogues=1)
    return tally


class Second:
    """A second process with the same weights, that computes the gradient of one batch at a time.

    ``model``'s weights move to shared memory. Use: `start` with a batch, then `finish`, which adds the gradient to
    the model's.
    """

    def __init__(self, model: Llama, *, compiled: bool, prompt_weight: float = 0.0) -> None:
        model.share_memory()
        self._weights = list(model.parameters())
        self._gradients = [torch.zeros_like(each).share_memory_() for each in self._weights]  # type: ignore[no-untyped-call]
        context = torch.multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        weights = [each.detach() for each in self._weights]
        self._process = context.Process(
            target=_serve, args=(model.shape, weights, self._gradients, compiled, prompt_weight, theirs), daemon=True
        )
        self._process.start()
        theirs.close()

    def start(self, batch: Batch, total: float) -> None:
        """Begin with a batch."""
        # Arrays, not tensors: those would become files that are shared, one per batch.
        self._connection.send((batch.tokens.numpy(), batch.labels.numpy(), batch.kinds, total))

    def finish(self) -> Tally:
        """Wait for the gradient, and add it to the model's. EOFError where the process has ended."""
        tally: Tally = self._connection.recv()
        for weight_, gradient in zip(self._weights, self._gradients, strict=True):
            weight_.grad = gradient.clone() if weight_.grad is None else weight_.grad.add_(gradient)
        return tally

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()


def _serve(
    shape: ModelShape,
    weights: Sequence[Tensor],
    gradients: Sequence[Tensor],
    compiled: bool,
    prompt_weight: float,
    connection: Connection[Any, Any],
) -> None:
    """The second process: a gradient for each batch that comes, until nobody is there to send one."""
    torch.set_num_threads(1)
    model = Llama(shape, Kernels.compiled() if compiled else None)
    for parameter, shared, gradient in zip(model.parameters(), weights, gradients, strict=True):
        parameter.data, parameter.grad = shared, gradient
    while True:
        try:
            tokens, labels, kinds, total = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        for gradient in gradients:
            gradient.zero_()
        batch = Batch(torch.from_numpy(tokens), torch.from_numpy(labels), kinds)
        connection.send(learn(model, batch, total, prompt_weight))
