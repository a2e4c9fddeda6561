"""Thought, action, observation, as in ReAct (Yao et al., 2022), https://arxiv.org/abs/2210.03629."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gba.chat.signature import described, fields, signature
from gba.chat.syntax import CallSyntax
from gba.schema.tools import ToolSpec

__all__ = ["REACT"]


def _instructions(system: str, tools: Sequence[ToolSpec], response: Mapping[str, Any] | None, prompted: bool) -> str:
    """The tools on a line each, and the form of a step."""
    thought = ["Thought: think about what to do next"] if prompted else []
    answer = f"Answer: {{{fields(response)}}}" if response is not None else "Answer: the answer to the question"
    lines = [
        "Answer the question with the help of these tools:",
        *map(signature, tools),
        "Write each step like this:",
        *thought,
        "Action: the name of one tool",
        'Action Input: its arguments, as {"key": "value"}',
        "Then you are told the observation. When you know the answer, write instead:",
        *thought,
        answer,
        *described(response),
    ]
    return "\n".join([system, "", *lines] if system else lines)


REACT = CallSyntax(
    name="react",
    first="Action: ",
    middle="\nAction Input: ",
    between="\nAction: ",
    end="",
    trigger="\nAction:",
    answer="Answer: ",
    chosen=True,
    opens="Thought: ",
    instructions=_instructions,
    result=("Observation: ", ""),
    results_of_user=True,
)
