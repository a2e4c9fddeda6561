"""Examples as tokens, packed into sequences; the same ones for the same seed, wherever training begins."""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gba.backends.base import Backend
from gba.tuning.dataset import IGNORED, Dialogue, DialogueError
from gba.tuning.examples import Example, Kind, read_examples
from gba.tuning.rendering import ExampleRenderer
from gba.tuning.training.config import TuneConfig, TuningError

__all__ = ["Data", "Packed", "load_data", "pack", "steps_of"]


@dataclass(frozen=True)
class Packed:
    """Examples one behind another: token ids, labels (what comes next, or IGNORED), the place of each token in its own
    example, and the number of that example. All are one-dimensional and of the same length."""

    tokens: NDArray[np.int64]
    labels: NDArray[np.int64]
    places: NDArray[np.int64]
    parts: NDArray[np.int64]


@dataclass
class Data:
    """Examples as tokens. ``kinds``: of each, whether it is an agent's run or general dialogue. ``dropped``: how many
    are left out, by reason. ``digest``: differs where the tokens or labels do."""

    dialogues: list[Dialogue] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def tokens(self) -> int:
        """Of all examples."""
        return sum(len(each.tokens) for each in self.dialogues)

    @property
    def learnt(self) -> int:
        """Tokens that are learnt."""
        return sum(int((each.labels != IGNORED).sum()) for each in self.dialogues)

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal."""
        found = hashlib.sha256()
        for each in self.dialogues:
            found.update(len(each.tokens).to_bytes(8, "little") + each.tokens.tobytes() + each.labels.tobytes())
        return found.hexdigest()

    def of(self, kind: Kind) -> list[Dialogue]:
        """The examples of that kind."""
        return [each for each, other in zip(self.dialogues, self.kinds, strict=True) if other == kind]


def load_data(path: Path, backend: Backend, config: TuneConfig) -> Data:
    """The examples of a file, or of a folder that `gba prepare` wrote, as tokens of the model of ``backend``.

    Left out are those that are longer than a sequence, and those that the model's format cannot write. Raises
    ExampleError for what cannot be read, and TuningError where nothing is left.
    """
    file = path / "examples.jsonl" if path.is_dir() else path
    renderer = ExampleRenderer(backend, syntax=config.syntax, forced=config.forced)
    data = Data()
    for example in read_examples(file):
        _add(data, example, renderer, config)
    if not data.dialogues:
        said = ", ".join(f"{count} {reason}" for reason, count in data.dropped.most_common()) or "the file is empty"
        raise TuningError(f"{file} has no example to learn from: {said}")
    return data


def _add(data: Data, example: Example, renderer: ExampleRenderer, config: TuneConfig) -> None:
    try:
        dialogue = renderer.render(example)
    except DialogueError:
        data.dropped["cannot be written in the model's format"] += 1
        return
    if len(dialogue.tokens) > config.length:
        data.dropped[f"longer than {config.length} tokens"] += 1
        return
    if config.loss == "all":
        labels = np.append(dialogue.tokens[1:], np.int32(IGNORED))
        labels = np.where(dialogue.labels != IGNORED, dialogue.labels, labels).astype(np.int32)
        dialogue = Dialogue(dialogue.tokens, labels, dialogue.kind)
    data.dialogues.append(dialogue)
    data.kinds.append(example.kind)


def pack(dialogues: Iterable[Dialogue], length: int) -> list[Packed]:
    """Fill sequences of at most ``length`` tokens, in order: what does not fit any more begins the next one."""
    packed: list[Packed] = []
    begun: list[Dialogue] = []
    for each in dialogues:
        if begun and sum(len(one.tokens) for one in begun) + len(each.tokens) > length:
            packed.append(_joined(begun))
            begun = []
        begun.append(each)
    return [*packed, _joined(begun)] if begun else packed


def _joined(dialogues: Sequence[Dialogue]) -> Packed:
    sizes = [len(each.tokens) for each in dialogues]
    return Packed(
        np.concatenate([each.tokens for each in dialogues]).astype(np.int64),
        np.concatenate([each.labels for each in dialogues]).astype(np.int64),
        np.concatenate([np.arange(size) for size in sizes]),
        np.repeat(np.arange(len(sizes)), sizes),
    )


def steps_of(data: Data, config: TuneConfig) -> list[list[Packed]]:
    """The sequences of each step. Each epoch has all examples, in an order of its own that the seed decides."""
    steps: list[list[Packed]] = []
    for epoch in range(config.epochs):
        order = list(data.dialogues)
        random.Random(f"{config.seed} {epoch}").shuffle(order)
        packed = pack(order, config.length)
        for number in range(math.ceil(len(packed) / config.sequences)):
            steps.append(packed[number * config.sequences : (number + 1) * config.sequences])
            if config.steps is not None and len(steps) == config.steps:
                return steps
    return steps
