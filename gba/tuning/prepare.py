"""From runs and general dialogue to what a model is trained on: filtered, without copies and leaks, mixed."""

from __future__ import annotations

import hashlib
import json
import math
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
_SEEDS = 50
"""Seeds of tasks of which the held-out ones are made."""


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

    def __post_init__(self) -> None:
        """Raises PrepareError for what is no share, and a threshold that is no number."""
        for name, share in (("eta", self.eta), ("near", self.near)):
            if not 0 <= share <= 1:
                raise PrepareError(f"{name} is a share, from 0 to 1: {share}")
        for least in (self.rewards.least, self.rewards.hard, *self.rewards.environments.values()):
            if not math.isfinite(least):
                raise PrepareError(f"the least reward is a number: {least}")


@dataclass
class Prepared:
    """The examples, and what became of the others: how many were dropped, by reason; ``read`` were there."""

    examples: list[Example] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    not_mixed: Counter[str] = field(default_factory=Counter)

    def drop(self, reason: str, count: int = 1) -> None:
        """Count what was dropped."""
        if count:
            self.dropped[reason] += count


def prepare(
    runs: Iterable[Path], general: Iterable[Path], wanted: Preparation, *, held_out: Iterable[str] = ()
) -> Prepared:
    """Read runs (files, and folders with files in them) and general dialogue, and choose.

    ``held_out``: requests that may not be trained on, nor any that are near to them, beside those of held-out tasks of
    gba's environments. Raises PrepareError where nothing is left, and what cannot be read of general dialogue.
    """
    done = Prepared()
    leaks = _Leaks(held_out)
    agents = _agents(_files(runs), wanted, leaks, done)
    others = _general(general, wanted, leaks, done)
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
    kept = _whole(kept, done)
    kept = _few_per_task(kept, wanted.per_task, done)
    kept = _different(kept, wanted.near, "run", done)
    done.kept.update(example.source for example in kept)
    return kept


def _run(path: Path) -> Trajectory | str:
    try:
        return read(path)
    except (TrajectoryError, SchemaError):
        return "unreadable"


def _whole(examples: Sequence[Example], done: Prepared) -> list[Example]:
    """Without those with which another one begins: each request of a conversation is recorded with what came before."""
    begun: set[str] = set()
    wholes: list[str] = []
    for example in examples:
        digest = hashlib.sha256()
        parts: list[str] = []
        for message in example.messages:
            said = [message.role, message.content, [[call.name, call.key()] for call in message.calls]]
            digest.update(json.dumps(said).encode())
            parts.append(digest.hexdigest())
        begun.update(parts[:-1])
        wholes.append(parts[-1])
    kept = [example for example, whole in zip(examples, wholes, strict=True) if whole not in begun]
    done.drop("run: another one goes on with it", len(examples) - len(kept))
    return kept


def _few_per_task(examples: Sequence[Example], most: int | None, done: Prepared) -> list[Example]:
    """The best of each task: those of the highest reward, of these the shortest ones."""
    if most is None:
        return list(examples)
    counts: Counter[tuple[str, str]] = Counter()
    chosen: set[int] = set()
    best = sorted(enumerate(examples), key=lambda each: (-(each[1].reward or 0), len(each[1].messages), each[1].id))
    for number, example in best:
        key = (str(example.metadata.get("task", example.id)), str(example.metadata.get("seed")))
        counts[key] += 1
        if counts[key] <= most:
            chosen.add(number)
    done.drop("run: more of one task", len(examples) - len(chosen))
    return [example for number, example in enumerate(examples) if number in chosen]


def _different(examples: Iterable[Example], least: float, what: str, done: Prepared) -> list[Example]:
    near, kept = Near(least), list[Example]()
    for example in examples:
        if near.find_or_add(example.id, _text(example)) is not None:
            done.dropped[f"{what}: near another one"] += 1
        else:
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
        self._longest = 0
        self._known: set[tuple[str, int]] = set()
        self._add(requests)

    def has(self, example: Example) -> bool:
        """Whether the run is of a held-out task, or the user asks for one in it.

        Raises PrepareError where there are tasks of more seeds than the held-out ones can be made of.
        """
        if example.metadata.get("split") == "held-out":
            return True
        name, seed = example.metadata.get("environment"), example.metadata.get("seed", 0)
        if name in NAMES and type(seed) is int and (name, seed) not in self._known:
            if len(self._known) == _SEEDS:
                raise PrepareError(f"the runs are of tasks of more than {_SEEDS} seeds: prepare them in several parts")
            self._known.add((name, seed))
            self._add(held_out_requests(name, seed))
        asked = [message.content for message in example.messages if message.role == "user"]
        return any(plain(text) in self._exact or self._is_near(text) for text in asked)

    def _is_near(self, text: str) -> bool:
        # requests are short: what is longer than all of them by far has not its pieces in common with one
        return len(text) <= 2 * self._longest and self._near.find(text) is not None

    def _add(self, requests: Iterable[str]) -> None:
        for request in requests:
            self._exact.add(plain(request))
            self._near.add(request, request)
            self._longest = max(self._longest, len(request))


def held_out_requests(name: str, seed: int, count: int = HELD_OUT) -> list[str]:
    """The requests of the first held-out tasks of an environment."""
    one = environment(name)
    return [one.task(index, "held-out", seed=seed).request for index in range(count)]


def _general(paths: Iterable[Path], wanted: Preparation, leaks: _Leaks, done: Prepared) -> list[Example]:
    found: list[Example] = []
    for path in paths:
        for each in read_general(path):
            done.read["dialogues"] += 1
            if isinstance(each, str):
                done.dropped[f"dialogue: {each}"] += 1
            elif leaks.has(each):
                done.dropped["dialogue: held out"] += 1
            else:
                found.append(each)
    kept = _different(found, wanted.near, "dialogue", done)
    done.kept.update(example.source for example in kept)
    return kept


def mix(agents: Sequence[Example], general: Sequence[Example], wanted: Preparation) -> list[Example]:
    """As many as the ratio allows, in an order of chance.

    Raises PrepareError for an ``eta`` that needs what is not there, or not enough of it.
    """
    eta = wanted.eta
    if eta < 1 and not general:
        raise PrepareError(f"eta is {eta}, so that general dialogue is needed: name files of it with --general")
    if eta > 0 and not agents:
        return []
    whole = min(len(agents) / eta if eta else float("inf"), len(general) / (1 - eta) if eta < 1 else float("inf"))
    whole = min(whole, wanted.most or whole)
    rng = random.Random(f"mix {wanted.seed}")
    parts = [_sample(rng, agents, whole * eta), _sample(rng, general, whole * (1 - eta))]
    if (eta > 0 and not parts[0]) or (eta < 1 and not parts[1]):
        raise PrepareError(
            f"with {len(agents)} runs and {len(general)} dialogues, eta {eta} takes none of the "
            f"{'dialogues' if parts[0] else 'runs'}: choose another one, or name more of them"
        )
    chosen = [*parts[0], *parts[1]]
    rng.shuffle(chosen)
    return chosen


def _sample(rng: random.Random, examples: Sequence[Example], count: float) -> list[Example]:
    return rng.sample(list(examples), min(len(examples), round(count)))
