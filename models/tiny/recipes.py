"""How the two packaged models are made, from nothing to a GGUF file."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from gba.backends.base import Backend
from gba.tools.math.prompt import SYSTEM
from gba.tuning.dataset import Dialogue
from models.tiny.dialogues import agent_dialogues, math_dialogues
from models.tiny.export import read_vocabulary, read_weights, write_blank, write_gguf
from models.tiny.model import Llama, ModelShape
from models.tiny.shards import Maker, Shards
from models.tiny.tasks import iter_math_texts, iter_texts
from models.tiny.tokenizer import Vocabulary, learn
from models.tiny.train import Settings, Trainer, batches

__all__ = ["AGENT", "MATH", "Recipe", "build"]

_TEXTS = 6000
_ROLES = "\nsystem\nuser\nassistant\ntool\n"


def _agent(backend: Backend, count: int, seed: int) -> Iterable[Dialogue]:
    return agent_dialogues(backend, count, seed=seed)


def _math(backend: Backend, count: int, seed: int) -> Iterable[Dialogue]:
    return math_dialogues(backend, count, seed=seed)


def _agent_texts() -> Iterator[str]:
    return (text + _ROLES for text in iter_texts(_TEXTS))


def _math_texts() -> Iterator[str]:
    return (SYSTEM + _ROLES + text for text in iter_math_texts(_TEXTS))


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a model becomes.

    Each of the ``stages`` begins with the vocabulary and the weights of the file that the one before wrote, and has
    ``distinct`` portions of ``size`` dialogues of its own. ``shape`` is that of the first stage; a stage in ``deeper``
    begins with a layer more, put behind so many. Where ``means`` names a stage, what comes out of it, and what the next
    one begins with, is the mean of what stages ended with, each with its share (Wortsman et al., 2022).
    """

    name: str
    description: str
    make: Maker
    texts: str
    pieces: int
    shape: ModelShape
    stages: tuple[Settings, ...]
    distinct: int
    size: int = 1000
    mark: str = ""
    deeper: Mapping[int, int] = field(default_factory=dict)
    means: Mapping[int, Mapping[int, float]] = field(default_factory=dict)

    def shape_at(self, stage: int, vocabulary: int) -> ModelShape:
        """The shape in a stage, 1 being the first."""
        added = sum(each <= stage for each in self.deeper)
        return replace(self.shape, vocabulary=vocabulary, layers=self.shape.layers + added)

    def vocabulary(self) -> Vocabulary:
        """Learn the vocabulary from the texts of training tasks."""
        texts = _agent_texts() if self.texts == "agent" else _math_texts()
        return learn(texts, size=self.pieces)


_AGAIN = Settings(batch_tokens=4096, processes=2, wired=False, learning_rate=4e-3, adam_rate=2e-3, embedding_rate=5e-3)
"""How a stage goes on from the file of the one before."""


def _falling(steps: int, rate: float, embedding: float) -> Settings:
    """A further stage, whose rates fall from its beginning on."""
    return replace(
        _AGAIN,
        steps=steps,
        warmup=20,
        cooldown=1.0,
        learning_rate=rate,
        adam_rate=rate / 2,
        embedding_rate=embedding,
    )


AGENT = Recipe(
    name="tiny-agent",
    description="Calls functions in the manner of gba. Shows the machinery; not a model for real work.",
    make=_agent,
    texts="agent",
    pieces=1024,
    shape=ModelShape(vocabulary=1024, layers=5, width=256, heads=4, kv_heads=4, hidden=768),
    stages=(
        Settings(steps=5000, batch_tokens=4096, processes=2),
        replace(_AGAIN, steps=5300, cooldown=0.95),
        replace(_AGAIN, steps=5400, cooldown=0.95, stop=3200),
        _falling(2400, 1.8e-3, 2.2e-3),
        _falling(1150, 1.6e-3, 2e-3),
        _falling(600, 1.4e-3, 1.8e-3),
        _falling(3400, 2.2e-3, 2.4e-3),
        _falling(1300, 1.6e-3, 2e-3),
        _falling(1050, 1.3e-3, 1.6e-3),
        _falling(2900, 2e-3, 2.2e-3),
        _falling(1650, 1.5e-3, 1.8e-3),
        _falling(1500, 1.7e-3, 2e-3),
        _falling(1700, 1.6e-3, 1.9e-3),
        _falling(1750, 1.6e-3, 1.9e-3),
        _falling(2500, 1.8e-3, 2.1e-3),
        _falling(1600, 1.7e-3, 2e-3),
    ),
    distinct=70,
    mark="-▁",
    deeper={7: 3},
    means={
        13: {7: 0.075, 8: 0.15, 9: 0.275, 13: 0.5},
        14: {7: 0.026, 8: 0.053, 9: 0.096, 12: 0.1, 13: 0.325, 14: 0.4},
        15: {7: 0.012, 8: 0.024, 9: 0.043, 12: 0.045, 13: 0.146, 14: 0.18, 15: 0.55},
        16: {7: 0.013, 8: 0.0265, 9: 0.048, 12: 0.05, 13: 0.1625, 14: 0.2, 16: 0.5},
    },
)
"""Reads the tools of a prompt, and calls them."""

MATH = Recipe(
    name="tiny-math",
    description="Writes a short program for a question with numbers. Shows the machinery; not a model for real work.",
    make=_math,
    texts="math",
    pieces=768,
    shape=ModelShape(vocabulary=768, layers=4, width=192, heads=3, kv_heads=3, hidden=512),
    stages=(
        Settings(steps=2600, batch_tokens=4096, granularity=32, processes=2),
        replace(_AGAIN, granularity=32, steps=1800),
        replace(_AGAIN, granularity=32, steps=1600),
        replace(_AGAIN, granularity=32, steps=750, learning_rate=3e-3, adam_rate=1.5e-3, embedding_rate=3e-3),
    ),
    distinct=150,
)
"""Turns a question into a program for `gba.tools.math`."""


def build(
    recipe: Recipe,
    *,
    output: Path,
    work: Path,
    stages: Sequence[int] = (),
    changes: Mapping[str, Any] | None = None,
    resume: bool = False,
) -> Path:
    """Train the model of a recipe; returns the GGUF file written to the folder ``output``.

    ``stages`` are those to go through, 1 being the first, or all; ``changes`` replaces fields of their settings.
    ``work`` takes what is of use on the way: dialogues, and for each stage its log (one JSON object per line), its
    checkpoint, and the model as it stands at each checkpoint. With ``resume`` a stage goes on at its checkpoint.
    """
    path = output / f"{recipe.name}.gguf"
    for stage in stages or range(1, len(recipe.stages) + 1):
        vocabulary = recipe.vocabulary() if stage == 1 else read_vocabulary(path)
        settings = replace(recipe.stages[stage - 1], **(changes or {}))
        mark = vocabulary.id(recipe.mark) if recipe.mark else None
        trainer = Trainer(recipe.shape_at(stage, len(vocabulary)), settings, mark=mark)
        if stage > 1:
            read_weights(path, trainer.model, added=recipe.deeper.get(stage))
        _train(recipe, trainer, vocabulary, work, stage, resume)
        for file in (_file(recipe, work, stage), path):
            write_gguf(file, trainer.model, vocabulary, name=recipe.name, description=recipe.description)
        if shares := recipe.means.get(stage):
            model = _mean(recipe, stage, shares, len(vocabulary), work)
            write_gguf(path, model, vocabulary, name=recipe.name, description=recipe.description)
    return path


def _file(recipe: Recipe, work: Path, stage: int) -> Path:
    """The model of a stage as it stands, in the end as the stage left it."""
    return work / f"stage-{stage}" / f"{recipe.name}.gguf"


def _mean(recipe: Recipe, stage: int, shares: Mapping[int, float], vocabulary: int, work: Path) -> Llama:
    """The mean of the models of several stages. FileNotFoundError where one of them was not trained in ``work``."""
    model = Llama(recipe.shape_at(stage, vocabulary))
    total = {key: torch.zeros_like(weight) for key, weight in model.state_dict().items()}
    for each, share in shares.items():
        read_weights(_file(recipe, work, each), model)
        for key, weight in model.state_dict().items():
            total[key] += share * weight
    model.load_state_dict(total)
    return model


def _train(recipe: Recipe, trainer: Trainer, vocabulary: Vocabulary, work: Path, stage: int, resume: bool) -> None:
    folder = work / f"stage-{stage}"
    folder.mkdir(parents=True, exist_ok=True)
    blank = folder / "blank.gguf"
    write_blank(blank, vocabulary)
    checkpoint = folder / "checkpoint.pt"
    if resume and checkpoint.exists():
        trainer.load(checkpoint)
    first = (stage - 1) * recipe.distinct
    shards = Shards(recipe.make, blank, work / "dialogues", recipe.distinct, recipe.size, first)
    seen = trainer.progress.step * trainer.settings.processes
    source = itertools.islice(batches(shards.stream(), trainer.settings), seen, None)
    model = _file(recipe, work, stage)
    try:
        trainer.run(
            source,
            log=folder / "log.jsonl",
            checkpoint=checkpoint,
            hook=lambda _: write_gguf(
                model, trainer.model, vocabulary, name=recipe.name, description=recipe.description
            ),
        )
    finally:
        trainer.close()
