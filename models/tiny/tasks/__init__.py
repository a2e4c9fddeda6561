"""Tasks for the two tiny models, drawn from a seed: what a user asks and how an agent solves it."""

from __future__ import annotations

from collections.abc import Iterator

from gba.chat.syntaxes.gba import instructions, turn_text
from models.tiny.tasks.base import Act, Draw, Split, Task, Turn, held_out
from models.tiny.tasks.families import FAMILIES, agent_task, agent_tasks
from models.tiny.tasks.mathematics import MATH_FAMILIES, MathTask, iter_math_texts, math_task, math_tasks

__all__ = [
    "FAMILIES",
    "MATH_FAMILIES",
    "Act",
    "Draw",
    "MathTask",
    "Split",
    "Task",
    "Turn",
    "agent_task",
    "agent_tasks",
    "held_out",
    "iter_math_texts",
    "iter_texts",
    "math_task",
    "math_tasks",
]


def iter_texts(count: int, seed: int = 0) -> Iterator[str]:
    """The text of ``count`` training tasks, about as a prompt has it: what a tokenizer is trained on."""
    for task in agent_tasks(count, seed):
        yield _text(task)


def _text(task: Task) -> str:
    lines = [instructions(task.system, task.tools)]
    for turn in task.turns:
        lines.append(turn.request)
        for act in turn.acts:
            lines += [turn_text(act.message()), act.result]
        lines.append(turn_text(turn.message()))
    return "\n".join(lines)
