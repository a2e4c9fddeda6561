"""Whatever a client sends, it gets an answer in the form of OpenAI's, and the service goes on."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gba.api import create_app
from gba.backends.scripted import Scripted
from gba.chat import Engine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # starlette's own, about its test client

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
SCHEMA = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
CHAT: dict[str, Any] = {
    "model": "local",
    "messages": [
        {"role": "system", "content": [{"type": "text", "text": "Be brief."}]},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": None, "reasoning_content": "hm", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "description": "F.", "parameters": SCHEMA}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}},
    "stream": False,
    "stream_options": {"include_usage": True},
    "max_tokens": 8,
    "stop": ["x"],
    "n": 1,
    "temperature": 0.5,
    "logit_bias": {"5": 1.0},
    "reasoning_effort": "low",
    "chat_template_kwargs": {"a": 1},
}
RESPONSES: dict[str, Any] = {
    "model": "local",
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Hello"}]},
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "hm"}], "summary": []},
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": '{"x": 1}'},
        {"type": "function_call_output", "call_id": "a", "output": "1"},
    ],
    "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
    "text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}},
    "reasoning": {"effort": "low"},
    "max_output_tokens": 8,
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all parts of a JSON value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def put(body: dict[str, Any], path: tuple[Any, ...], value: Any, *, drop: bool) -> dict[str, Any]:
    made: Any = copy.deepcopy(body)
    at = made
    for key in path[:-1]:
        at = at[key]
    if drop:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return made  # type: ignore[no-any-return]


@pytest.mark.parametrize("path, body", [("/v1/chat/completions", CHAT), ("/v1/responses", RESPONSES)])
@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_changed_requests(path: str, body: dict[str, Any], data: st.DataObject) -> None:
    changed = body
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from(list(places(changed))))
        changed = put(changed, place, data.draw(JSON), drop=data.draw(st.booleans()))
    turns = ['hm\n<tool_call>\n{"name": "f", "arguments": {"x": 1}}\n</tool_call>', "Good day."]
    with TestClient(create_app(Engine(Scripted.turns(turns)))) as client:
        answer = client.post(path, json=changed)
        assert answer.status_code in {200, 400, 404, 500, 502}, answer.text
        if answer.status_code != 200:
            error = answer.json()["error"]
            assert set(error) >= {"message", "type", "param", "code"}
            assert "of gba's own" not in error["message"], changed
        assert client.get("/health").status_code == 200
