"""Tasks as dialogues to learn from, rendered by the code that serves the model (see `gba.tuning.teacher`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gba.backends.base import Backend
from gba.chat.engine import Engine
from gba.chat.messages import Message, Step
from gba.chat.syntaxes.gba import turn_text
from gba.tools.math.prompt import messages as math_messages
from gba.tuning.dataset import Dialogue, DialogueError, labelled
from gba.tuning.teacher import Teacher
from models.tiny.tasks import Act, MathTask, Task, Turn, agent_tasks, math_tasks

__all__ = ["Renderer", "agent_dialogues", "math_dialogues"]


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
        return labelled(task.family, steps, end=self._end)

    def math(self, task: MathTask) -> Dialogue:
        """A question and its program."""
        self._teacher.expect("", task.program)
        step = self._engine.step(math_messages(task.question))
        if step.answer != task.program:
            raise DialogueError(f"the program {task.program!r} came out as {step.answer!r}")
        return labelled(task.family, [step], end=self._end)

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


def agent_dialogues(backend: Backend, count: int, *, seed: int = 0) -> Iterator[Dialogue]:
    """The training dialogues of the agent, each made when it is asked for."""
    renderer = Renderer(backend)
    return (renderer.agent(task) for task in agent_tasks(count, seed))


def math_dialogues(backend: Backend, count: int, *, seed: int = 0) -> Iterator[Dialogue]:
    """The training dialogues of the math model."""
    renderer = Renderer(backend)
    return (renderer.math(task) for task in math_tasks(count, seed))
