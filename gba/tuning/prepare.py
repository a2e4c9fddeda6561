"""From runs and general dialogue to what a model is trained on: filtered, without copies and leaks, mixed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gba.environments import NAMES, environment
from gba.errors import GbaError, SchemaError
from gba.trajectory import Trajectory, TrajectoryError, read
from gba.tuning.duplicates import Near, plain
from gba.tuning.examples import Example, of_run
from gba.tuning.filters import Rewards, reason_to_drop
from gba.tuning.general import read_general

__all__ = ["Preparation", "PrepareError", "Prepared", "held_out_requests", "mix", "prepare"]

HELD_OUT = 500
"""Held-out tasks of each environment that requests are compared with."""


class PrepareError(GbaError):
    """There is nothing to train on, or not what was asked for."""


@dataclass(frozen=True)
class Preparation:
    """How examples are chosen. ``eta``: the share of agents' runs in the mix, 0 to 1; the rest is general dialogue.

    ``near``: the share of pieces of text that two runs may have in common before one is left out. ``per_task``: runs of
    one task that are kept, the best first. ``most``: examples in the mix at most.
    """

    rewards: Rewards = field(default_factory=Rewards)
    near: float = 0.9
    per_task: int | None = None
    eta: float = 1.0
    most: int | None = None
    seed: int = 0


@dataclass
class Prepared:
    """The examples, and what became of the others: how many were dropped, by reason; ``read`` were there."""

    examples: list[Example] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    not_mixed: Counter[str] = field(default_factory=Counter)


def prepare(
    runs: Iterable[Path], general: Iterable[Path], wanted: Preparation, *, held_out: Iterable[str] = ()
) -> Prepared:
    """Read runs (files, and folders with files in them) and general dialogue, and choose.

    ``held_out``: requests that may not be trained on, nor any that are near to them, beside those of held-out tasks of
    gba's environments. Raises PrepareError where nothing is left, and what cannot be read of general dialogue.
    """
    done = Prepared()
    agents = _agents(_files(runs), wanted, _Leaks(held_out), done)
    others = _general(general, wanted, done)
    done.examples = mix(agents, others, wanted)
    if not done.examples:
        raise PrepareError(
            f"nothing is left to train on. Of {done.read.total()} there were dropped: "
            f"{', '.join(f'{count} {reason}' for reason, count in done.dropped.most_common()) or 'none'}."
        )
    taken: Counter[str] = Counter(example.kind for example in done.examples)
    whole: Counter[str] = Counter(example.kind for example in (*agents, *others))
    done.not_mixed = whole - taken
    return done


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise PrepareError(f"{path} is not there: name recorded runs, or folders of them")
        found += sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    return found


def _agents(files: Sequence[Path], wanted: Preparation, leaks: _Leaks, done: Prepared) -> list[Example]:
    kept: list[Example] = []
    for path in files:
        done.read["runs"] += 1
        found = _run(path)
        reason = found if isinstance(found, str) else reason_to_drop(found, wanted.rewards)
        if reason or isinstance(found, str):
            done.dropped[f"run: {reason}"] += 1
            continue
        example = of_run(found)
        if leaks.has(example):
            done.dropped["run: held out"] += 1
        else:
            kept.append(example)
    kept = _few_per_task(kept, wanted.per_task, done)
    kept = _different(kept, wanted.near, "run", done)
    done.kept.update(example.source for example in kept)
    return kept


def _run(path: Path) -> Trajectory | str:
    try:
        return read(path)
    except (TrajectoryError, SchemaError):
        return "unreadable"


def _few_per_task(examples: Sequence[Example], most: int | None, done: Prepared) -> list[Example]:
    """The best of each task: those of the highest reward, of these the shortest ones."""
    if most is None:
        return list(examples)
    counts: Counter[tuple[str, str]] = Counter()
    chosen: set[str] = set()
    for example in sorted(examples, key=lambda each: (-(each.reward or 0), len(each.messages), each.id)):
        key = (str(example.metadata.get("task", example.id)), str(example.metadata.get("seed")))
        counts[key] += 1
        if counts[key] <= most:
            chosen.add(example.id)
    done.dropped["run: more of one task"] += len(examples) - len(chosen)
    return [example for example in examples if example.id in chosen]


def _different(examples: Iterable[Example], least: float, what: str, done: Prepared) -> list[Example]:
    near, kept = Near(least), list[Example]()
    for example in examples:
        text = _text(example)
        if near.find(text) is not None:
            done.dropped[f"{what}: near another one"] += 1
        else:
            near.add(example.id, text)
            kept.append(example)
    return kept


def _text(example: Example) -> str:
    """What tells an example from others: all but the system text, which many have in common."""
    parts: list[str] = []
    for message in example.messages:
        if message.role != "system":
            parts += [message.thought, message.content, *(f"{call.name} {call.key()}" for call in message.calls)]
    return "\n".join(parts)


class _Leaks:
    """Requests that are held out. Those of gba's environments are made where a run of that environment comes."""

    def __init__(self, requests: Iterable[str]) -> None:
        self._exact: set[str] = set()
        self._near = Near(0.9)
        self._known: set[tuple[str, int]] = set()
        self._add(requests)

    def has(self, example: Example) -> bool:
        """Whether the run is of a held-out task, or has the request of one."""
        if example.metadata.get("split") == "held-out":
            return True
        name, seed = example.metadata.get("environment"), example.metadata.get("seed", 0)
        if name in NAMES and isinstance(seed, int) and (name, seed) not in self._known:
            self._known.add((name, seed))
            self._add(held_out_requests(name, seed))
        return plain(example.request) in self._exact or self._near.find(example.request) is not None

    def _add(self, requests: Iterable[str]) -> None:
        for request in requests:
            self._exact.add(plain(request))
            self._near.add(request, request)


def held_out_requests(name: str, seed: int, count: int = HELD_OUT) -> list[str]:
    """The requests of the first held-out tasks of an environment."""
    one = environment(name)
    return [one.task(index, "held-out", seed=seed).request for index in range(count)]


def _general(paths: Iterable[Path], wanted: Preparation, done: Prepared) -> list[Example]:
    found: list[Example] = []
    for path in paths:
        for each in read_general(path):
            done.read["dialogues"] += 1
            if isinstance(each, str):
                done.dropped[f"dialogue: {each}"] += 1
            else:
                found.append(each)
    kept = _different(found, wanted.near, "dialogue", done)
    done.kept.update(example.source for example in kept)
    return kept


def mix(agents: Sequence[Example], general: Sequence[Example], wanted: Preparation) -> list[Example]:
    """As many as the ratio allows, in an order of chance.

    Raises PrepareError for an ``eta`` that is no share, or needs what is not there.
    """
    eta = wanted.eta
    if not 0 <= eta <= 1:
        raise PrepareError(f"eta is the share of agents' runs, from 0 to 1: {eta}")
    if eta < 1 and not general:
        raise PrepareError(f"eta is {eta}, so that general dialogue is needed: name files of it with --general")
    if eta > 0 and not agents:
        return []
    whole = min(len(agents) / eta if eta else float("inf"), len(general) / (1 - eta) if eta < 1 else float("inf"))
    whole = min(whole, wanted.most or whole)
    rng = random.Random(f"mix {wanted.seed}")
    chosen = [*_sample(rng, agents, whole * eta), *_sample(rng, general, whole * (1 - eta))]
    rng.shuffle(chosen)
    return chosen


def _sample(rng: random.Random, examples: Sequence[Example], count: float) -> list[Example]:
    return rng.sample(list(examples), min(len(examples), round(count)))
