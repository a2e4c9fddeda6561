"""Conversations in the formats of other programs."""

from __future__ import annotations

import json

from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory import MessageRecord, openai, sharegpt

ADD = ToolSpec("add", "Add.", {"type": "object", "properties": {"n": {"type": "integer"}}})
ONE, TWO = ToolCall("add", {"n": 1}, "c1"), ToolCall("add", {"n": "ü"}, "c2")
TALK = (
    MessageRecord("system", "Be short."),
    MessageRecord("user", "Add."),
    MessageRecord("assistant", "First:", "I add.", (ONE,)),
    MessageRecord("tool", "1", call_id="c1", name="add"),
    MessageRecord("assistant", calls=(ONE, TWO)),
    MessageRecord("tool", "1", call_id="c1", name="add"),
    MessageRecord("tool", "2", call_id="c2", name="add"),
    MessageRecord("assistant", "3.", "I know."),
)


def test_sharegpt() -> None:
    made = sharegpt("x", TALK, [ADD])
    assert made["id"] == "x"
    assert json.loads(made["tools"]) == [{"name": "add", "description": "Add.", "parameters": ADD.parameters}]
    assert [(turn["from"], turn["value"]) for turn in made["conversations"]] == [
        ("system", "Be short."),
        ("human", "Add."),
        ("function_call", '<think>\nI add.\n</think>\n\nFirst:\n{"name": "add", "arguments": {"n": 1}}'),
        ("observation", "1"),
        ("function_call", '[{"name": "add", "arguments": {"n": 1}}, {"name": "add", "arguments": {"n": "ü"}}]'),
        ("observation", "1\n2"),
        ("gpt", "<think>\nI know.\n</think>\n\n3."),
    ]
    plain = sharegpt("x", TALK[-1:], thoughts=False)
    assert plain == {"id": "x", "conversations": [{"from": "gpt", "value": "3."}]}


def test_openai() -> None:
    made = openai(TALK, [ADD])
    assert made["tools"] == [
        {"type": "function", "function": {"name": "add", "description": "Add.", "parameters": ADD.parameters}}
    ]
    assert made["messages"][2] == {
        "role": "assistant",
        "content": "First:",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"n": 1}'}}],
    }
    assert made["messages"][3] == {"role": "tool", "content": "1", "tool_call_id": "c1"}
    assert made["messages"][4]["content"] is None
    assert openai(TALK[-1:], thoughts=True) == {
        "messages": [{"role": "assistant", "content": "3.", "reasoning_content": "I know."}]
    }
