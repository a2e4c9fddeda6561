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
    """The text of ``count`` training tasks, about as a prompt has it: what a tokenizer is trained on."""
    for task in agent_tasks(count, seed):
        yield _text(task)


_INSTRUCTIONS = (
    "First think in one short sentence. Then call one tool like this:\n<tool_call>\n"
    '{"name": "tool", "arguments": {"key": "value"}}\n</tool_call>\n'
    "When you know the answer, call respond and write it."
)


def _text(task: Task) -> str:
    lines = [task.system, "", "You can use these tools:"]
    for tool in task.tools:
        fields = tool.parameters["properties"].items()
        lines.append(f"- {tool.name}({', '.join(f'{key}: ' + node['type'] for key, node in fields)}): {tool.description}")
        lines += [f"    {key}: {node['description']}" for key, node in fields if "description" in node]
    lines += ["- respond(): Answer the user.", _INSTRUCTIONS]
    for turn in task.turns:
        lines.append(turn.request)
        for act in turn.acts:
            call = json.dumps({"name": act.tool, "arguments": act.arguments}, ensure_ascii=False)
            lines.append(f"{act.thought}\n<tool_call>\n{call}\n</tool_call>\n{act.result}")
        lines.append(f'{turn.thought}\n<tool_call>\n{{"name": "respond"}}\n</tool_call>\n{turn.answer}')
    return "\n".join(lines)
