"""Messages in a plainer order, for templates that insist on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gba.chat.messages import Message

__all__ = ["alternating", "heads_joined", "one_call_each", "without_system"]


def one_call_each(messages: Sequence[Message]) -> list[Message]:
    """Turns of several calls as turns of one call each, every one with its result behind it."""
    made: list[Message] = []
    results = {each.call_id: each for each in messages if each.role == "tool"}
    for message in messages:
        if message.role == "tool" and message.call_id in results:
            if not any(each is message for each in made):
                made.append(message)
            continue
        if len(message.calls) < 2:
            made.append(message)
            continue
        for number, call in enumerate(message.calls):
            first = number == 0
            made.append(
                replace(message, content=message.content * first, thought=message.thought * first, calls=(call,))
            )
            if call.id in results:
                made.append(results[call.id])
    return made


def heads_joined(messages: Sequence[Message]) -> list[Message]:
    """One system message at the head; later ones are the user's."""
    head = 0
    while head < len(messages) and messages[head].role == "system":
        head += 1
    system = "\n\n".join(message.content for message in messages[:head])
    rest = [replace(each, role="user") if each.role == "system" else each for each in messages[head:]]
    return [Message("system", system), *rest] if head else rest


def without_system(messages: Sequence[Message]) -> list[Message]:
    """The system text at the head of the first user's message."""
    plain = heads_joined(messages)
    if not plain or plain[0].role != "system":
        return plain
    system, *rest = plain
    if rest and rest[0].role == "user":
        return [Message("user", f"{system.content}\n\n{rest[0].content}"), *rest[1:]]
    return [Message("user", system.content), *rest]


def alternating(messages: Sequence[Message]) -> list[Message]:
    """Neighbours of the user's, and of the assistant's without calls, as one message each."""
    made: list[Message] = []
    for message in messages:
        last = made[-1] if made else None
        joins = last is not None and last.role == message.role and message.role in {"user", "assistant"}
        if joins and last is not None and not last.calls and not message.calls:
            made[-1] = replace(last, content=f"{last.content}\n\n{message.content}")
        else:
            made.append(message)
    return made
