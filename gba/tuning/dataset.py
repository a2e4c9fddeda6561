"""Dialogues as training examples: what the model has to write is labelled, what is given or forced is not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gba.chat.messages import Span, Step
from gba.errors import GbaError

__all__ = ["IGNORED", "Dialogue", "DialogueError", "cached", "labelled"]

IGNORED = -100
"""The label of a position after which the model does not choose the next token."""


class DialogueError(GbaError):
    """The steps of a conversation are not what a dialogue can be made of."""


@dataclass(frozen=True)
class Dialogue:
    """Tokens of a whole conversation; ``labels[i]`` is what is to be written after ``tokens[: i + 1]``, or IGNORED."""

    tokens: NDArray[np.int32]
    labels: NDArray[np.int32]
    kind: str


def labelled(kind: str, steps: Sequence[Step], *, end: int, forced: bool = False) -> Dialogue:
    """The dialogue of a conversation's steps, in their order; ``end`` is the token that ends a turn.

    Labelled is what the model chose in each step, with the end of a turn where it ended one; with ``forced``, also what
    was forced in its turns. Raises DialogueError where
    there is no step, or where the tokens of a step are not the beginning of those of the last one.
    """
    if not steps:
        raise DialogueError(f"the conversation {kind!r} has no step: there is nothing to learn from it")
    tokens = np.asarray(steps[-1].tokens, dtype=np.int32)
    labels = np.full(len(tokens), IGNORED, dtype=np.int32)
    for step in steps:
        if not np.array_equal(tokens[: len(step.tokens)], step.tokens):
            raise DialogueError(f"a step of {kind!r} is not the beginning of the next one")
        for span in step.spans:
            if span.kind != "forced":
                _label(tokens, labels, span, end)
            elif forced and span.end > step.prompt_tokens:  # the prompt is forced as well, and is not the model's turn
                _label(tokens, labels, replace(span, start=max(span.start, step.prompt_tokens)), end)
    return Dialogue(tokens, labels, kind)


def _label(tokens: NDArray[np.int32], labels: NDArray[np.int32], span: Span, end: int) -> None:
    labels[span.start - 1 : span.end - 1] = tokens[span.start : span.end]
    if span.eog:
        labels[span.end - 1] = end


def cached(folder: Path, config: dict[str, Any], make: Callable[[], Iterable[Dialogue]]) -> list[Dialogue]:
    """The dialogues that ``make`` gives, kept in ``folder`` for the next time that the same ``config`` is asked for."""
    key = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:16]
    path = folder / f"dialogues-{key}.npz"
    if not path.exists():
        _save(path, list(make()))
    return _load(path)


def _save(path: Path, dialogues: Sequence[Dialogue]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        tokens=np.concatenate([each.tokens for each in dialogues]).astype(np.int32),
        labels=np.concatenate([each.labels for each in dialogues]).astype(np.int32),
        ends=np.cumsum([len(each.tokens) for each in dialogues]),
        kinds=np.asarray([each.kind for each in dialogues]),
    )
    partial.replace(path)


def _load(path: Path) -> list[Dialogue]:
    with np.load(path) as arrays:
        tokens, labels, ends, kinds = (arrays[name] for name in ("tokens", "labels", "ends", "kinds"))
    begins = [0, *ends[:-1].tolist()]
    return [
        Dialogue(tokens[begin:end], labels[begin:end], str(kind))
        for begin, end, kind in zip(begins, ends.tolist(), kinds, strict=True)
    ]
