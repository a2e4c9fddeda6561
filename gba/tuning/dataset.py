"""Dialogues as training examples, rendered by the code that serves the model (see `gba.tuning.teacher`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gba.backends.base import Backend
from gba.chat.engine import Engine
from gba.chat.messages import Message, Span, Step
from gba.chat.syntaxes.gba import turn_text
from gba.errors import GbaError
from gba.tools.math.prompt import messages as math_messages
from gba.tuning.tasks import Act, MathTask, Task, Turn, agent_tasks, math_tasks
from gba.tuning.teacher import Teacher

__all__ = ["IGNORED", "Dialogue", "DialogueError", "Renderer", "agent_dialogues", "cached", "math_dialogues"]

IGNORED = -100
"""The label of a position after which the model does not choose the next token."""


class DialogueError(GbaError):
    """The serving code did with a task's solution something else than the task says."""


@dataclass(frozen=True)
class Dialogue:
    """Tokens of a whole conversation; ``labels[i]`` is what is to be written after ``tokens[: i + 1]``, or IGNORED."""

    tokens: NDArray[np.int32]
    labels: NDArray[np.int32]
    kind: str


class Renderer:
    """Turns tasks into dialogues. ``backend``: a real tokenizer (any model file that has the vocabulary)."""

    def __init__(self, backend: Backend) -> None:
        self._teacher = Teacher(backend)
        self._engine = Engine(self._teacher)
        end = backend.properties().eos
        if end is None:
            raise DialogueError("the model has no end-of-turn token")
        self._end = end

    def agent(self, task: Task) -> Dialogue:
        """The conversation of a task, solved."""
        messages = [Message("system", task.system)] if task.system else []
        steps: list[Step] = []
        for turn in task.turns:
            messages.append(Message("user", turn.request))
            for act in turn.acts:
                step = self._act(messages, task, act)
                steps.append(step)
                messages += [step.message(), Message("tool", act.result, call_id=step.calls[0].id, name=act.tool)]
            step = self._answer(messages, task, turn)
            steps.append(step)
            messages.append(step.message())
        return self._dialogue(task.family, steps)

    def math(self, task: MathTask) -> Dialogue:
        """A question and its program."""
        self._teacher.expect("", task.program)
        step = self._engine.step(math_messages(task.question))
        if step.answer != task.program:
            raise DialogueError(f"the program {task.program!r} came out as {step.answer!r}")
        return self._dialogue(task.family, [step])

    def _act(self, messages: Sequence[Message], task: Task, act: Act) -> Step:
        step = self._step(messages, task, act.message())
        if len(step.calls) != 1 or not step.calls[0].same(act.call()) or step.thought != act.thought:
            raise DialogueError(f"the call {act.call()} came out as {step.thought!r}, {step.calls}")
        return step

    def _answer(self, messages: Sequence[Message], task: Task, turn: Turn) -> Step:
        step = self._step(messages, task, turn.message())
        if step.calls or (step.answer, step.thought) != (turn.answer, turn.thought):
            raise DialogueError(f"the answer {turn.answer!r} came out as {step.thought!r}, {step.answer!r}")
        return step

    def _step(self, messages: Sequence[Message], task: Task, message: Message) -> Step:
        self._teacher.expect(message.thought, turn_text(message))
        return self._engine.step(messages, task.tools)

    def _dialogue(self, kind: str, steps: Sequence[Step]) -> Dialogue:
        tokens = np.asarray(steps[-1].tokens, dtype=np.int32)
        labels = np.full(len(tokens), IGNORED, dtype=np.int32)
        for step in steps:
            if not np.array_equal(tokens[: len(step.tokens)], step.tokens):
                raise DialogueError(f"a step of {kind!r} is not the beginning of the next one")
            for span in step.spans:
                self._label(tokens, labels, span)
        return Dialogue(tokens, labels, kind)

    def _label(self, tokens: NDArray[np.int32], labels: NDArray[np.int32], span: Span) -> None:
        if span.kind == "forced":
            return
        labels[span.start - 1 : span.end - 1] = tokens[span.start : span.end]
        if span.eog:
            labels[span.end - 1] = self._end


def agent_dialogues(backend: Backend, count: int, *, seed: int = 0) -> Iterator[Dialogue]:
    """The training dialogues of the agent, each made when it is asked for."""
    renderer = Renderer(backend)
    return (renderer.agent(task) for task in agent_tasks(count, seed))


def math_dialogues(backend: Backend, count: int, *, seed: int = 0) -> Iterator[Dialogue]:
    """The training dialogues of the math model."""
    renderer = Renderer(backend)
    return (renderer.math(task) for task in math_tasks(count, seed))


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
