"""Examples as tokens to learn from, laid out by the code that serves the model, in the format of its own template.

Calls are written in a syntax that is built in (`gba`, unless another one is named): what models are told of whose
template knows no tools.
"""

from __future__ import annotations

from gba.backends.base import Backend
from gba.chat.engine import Engine
from gba.chat.messages import Message, Step
from gba.chat.syntax import written
from gba.chat.syntaxes import builtin
from gba.tuning.dataset import Dialogue, DialogueError, labelled
from gba.tuning.examples import Example
from gba.tuning.teacher import Teacher

__all__ = ["ExampleRenderer"]


class ExampleRenderer:
    """Turns examples into dialogues. ``backend``: a tokenizer with the model's chat template.

    Labelled is what the model has to write; with ``forced``, also what the grammar would force in its turns.
    Raises DialogueError where the model has no token that ends a turn.
    """

    def __init__(self, backend: Backend, *, syntax: str = "gba", forced: bool = False) -> None:
        self._teacher = Teacher(backend)
        self._syntax, self._forced = builtin(syntax), forced
        self._engine = Engine(self._teacher, call_syntax=syntax)
        end = backend.properties().eos
        if end is None:
            raise DialogueError("the model has no end-of-turn token")
        self._end = end

    def render(self, example: Example) -> Dialogue:
        """The dialogue of an example, all turns of the assistant labelled; its kind is the example's source.

        Raises DialogueError where a turn does not come out as it is in the example, and for an example without one.
        """
        messages: list[Message] = []
        steps: list[Step] = []
        for message in example.messages:
            if message.role == "assistant":
                steps.append(self._step(messages, message, example))
                message = _renamed(steps[-1].message(), message)
            messages.append(message)
        return labelled(example.source, steps, end=self._end, forced=self._forced)

    def _step(self, before: list[Message], message: Message, example: Example) -> Step:
        agent = bool(example.tools)
        thought = message.thought if agent else ""
        said = Message("assistant", message.content, thought, message.calls)
        self._teacher.expect(thought, written(said, self._syntax, agent=agent))
        step = self._engine.step(before, example.tools)
        same = len(step.calls) == len(said.calls) and all(
            one.same(other) for one, other in zip(step.calls, said.calls, strict=True)
        )
        if not same or step.thought != thought or (not said.calls and step.answer != said.content):
            raise DialogueError(
                f"{example.id}: the turn {said} came out as {step.thought!r}, {step.answer!r}, {step.calls}"
            )
        return step


def _renamed(written_now: Message, original: Message) -> Message:
    """The message as it was written, its calls with the ids that the results of the example name."""
    return Message("assistant", written_now.content, written_now.thought, original.calls)
