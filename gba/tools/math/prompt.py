"""What the code model is asked. Training renders its dialogues with exactly these functions: change them only together
with the packaged model.

The system text is short because small models have small contexts, and because the grammar says the rest.
"""

from __future__ import annotations

from gba.chat.messages import Message

__all__ = ["SYSTEM", "again", "messages"]

SYSTEM = (
    "Write a short Python program that calculates the answer. Use numbers, arithmetic, and functions of math and "
    "sympy such as sqrt, log, solve, diff, integrate, Matrix. The last line, and only that, is: result = ..."
)


def messages(question: str) -> list[Message]:
    """The question in words as messages; the assistant's whole turn is the program, from its first character on."""
    return [Message("system", SYSTEM), Message("user", question.strip())]


def again(question: str, program: str, error: str) -> list[Message]:
    """The question once more, after a program that could not be evaluated, and why."""
    request = f"This did not work: {error}\nWrite another program."
    return [*messages(question), Message("assistant", program), Message("user", request)]
