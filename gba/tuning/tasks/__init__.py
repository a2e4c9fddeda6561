"""Tasks for the two tiny models, drawn from a seed: what a user asks and how an agent solves it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gba.tuning.tasks.base import Act, Draw, Split, Task, Turn, held_out
from gba.tuning.tasks.families import FAMILIES, agent_task, agent_tasks
from gba.tuning.tasks.mathematics import MATH_FAMILIES, MathTask, iter_math_texts, math_task, math_tasks

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
    """The text of ``count`` training tasks, about as a chat template writes it: what a tokenizer is trained on."""
    for task in agent_tasks(count, seed):
        yield _text(task)


def _text(task: Task) -> str:
    lines = [task.system] if task.system else []
    for tool in task.tools:
        function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
        lines.append(json.dumps({"type": "function", "function": function}))
    for turn in task.turns:
        lines.append(turn.request)
        for act in turn.acts:
            call = json.dumps({"name": act.tool, "arguments": act.arguments}, ensure_ascii=False)
            lines.append(f"{act.thought}\n<tool_call>\n{call}\n</tool_call>\n<tool_response>\n{act.result}\n</tool_response>")
        lines.append(f'{turn.thought}\n<tool_call>\n{{"name": "respond"}}\n</tool_call>\n{turn.answer}')
    return "\n".join(lines)
