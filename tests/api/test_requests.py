"""What a request asks for, and what is wrong with it. The model is a script."""

from __future__ import annotations

import json
import re
import socket
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from gba.api import create_app
from gba.backends.scripted import Scripted
from gba.chat import Engine
from tests.helpers.running_api import serving

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
HELLO = [{"role": "user", "content": "Hello"}]


def call(thought: str, name: str, **arguments: Any) -> str:
    return f'{thought}\n<tool_call>\n{{"name": "{name}", "arguments": {json.dumps(arguments)}}}\n</tool_call>'


def answer(text: str) -> str:
    return f'I know.\n<tool_call>\n{{"name": "respond"}}\n</tool_call>\n{text}'


def ask(
    *turns: str, path: str = "/chat/completions", headers: Any = None, options: Any = None, **body: Any
) -> httpx.Response:
    with serving(Engine(Scripted.turns(turns)), **(options or {})) as url:
        return httpx.post(url + path, json=body, headers=headers, timeout=60)


def test_a_plain_answer() -> None:
    body = ask("Good day.", messages=HELLO).json()
    (choice,) = body["choices"]
    assert choice["message"]["content"] == "Good day."
    assert choice["finish_reason"] == "stop"
    assert body["object"] == "chat.completion"
    usage = body["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_a_call_and_its_result() -> None:
    first = ask(call("I look.", "weather", city="Bonn"), messages=HELLO, tools=[WEATHER]).json()["choices"][0]
    assert first["finish_reason"] == "tool_calls"
    assert first["message"]["content"] is None
    assert first["message"]["reasoning_content"] == "I look."
    (made,) = first["message"]["tool_calls"]
    assert json.loads(made["function"]["arguments"]) == {"city": "Bonn"}
    result = {"role": "tool", "tool_call_id": made["id"], "content": "Rain"}
    second = ask(answer("It rains."), messages=[*HELLO, first["message"], result], tools=[WEATHER]).json()
    assert second["choices"][0]["message"]["content"] == "It rains."


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "developer", "content": "Be brief."}, {"role": "system", "content": [{"type": "text", "text": "x"}]}],
        [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "name": "Ann"}],
        [*HELLO, {"role": "assistant", "content": None, "refusal": "I cannot."}],
        [*HELLO, {"role": "assistant", "content": [{"type": "refusal", "refusal": "I cannot."}]}],
        [*HELLO, {"role": "assistant", "content": "x", "audio": None, "annotations": [], "function_call": None}],
    ],
)
def test_messages_of_every_shape(messages: list[Any]) -> None:
    assert ask("Good day.", messages=[*messages, *HELLO]).status_code == 200


@pytest.mark.parametrize(
    "body, param, text",
    [
        ({}, "messages", "required"),
        ({"messages": []}, "messages", "at least 1"),
        ({"messages": HELLO, "temprature": 1}, "temprature", "Unknown parameter"),
        ({"messages": HELLO, "temperature": 9}, "temperature", "less than"),
        ({"messages": HELLO, "temperature": "hot"}, "temperature", "number"),
        ({"messages": HELLO, "functions": []}, "functions", "tools"),
        ({"messages": HELLO, "tools": [WEATHER], "grammar": 'root ::= "x"'}, "grammar", "without tools"),
        ({"messages": HELLO, "response_format": {"type": "json_object"}, "grammar": 'root ::= "x"'}, "grammar",
         "without response_format"),
        ({"messages": HELLO, "grammar": ""}, "grammar", "at least 1"),
        ({"messages": HELLO, "id_slot": -2}, "id_slot", "greater"),
        ({"messages": HELLO, "max_tokens": 0}, "max_tokens", "greater"),
        ({"messages": HELLO, "top_logprobs": 2}, "top_logprobs", "logprobs"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role", "wizard"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "missing"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content", "parts"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
         "messages[0].content", "image"),
        ({"messages": [*HELLO, {"role": "tool", "tool_call_id": "x", "content": "y"}]},
         "messages[1].tool_call_id", "x"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages[0]", "user message"),
        ({"messages": [*HELLO, {"role": "assistant", "tool_calls": [{"id": "a", "function": {}}]}]},
         "messages[1].tool_calls[0]", "name"),
        ({"messages": [*HELLO, {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{"}}]}]},
         "messages[1].tool_calls[0].function.arguments", "JSON"),
        ({"messages": HELLO, "tools": [{"type": "web_search"}]}, "tools[0].type", "functions"),
        ({"messages": HELLO, "tools": [WEATHER, WEATHER]}, "tools[1].function.name", "two tools"),
        ({"messages": HELLO, "tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name",
         "cannot be a tool's name"),
        ({"messages": HELLO, "tools": [{"function": {"name": "f", "parameters": {"type": "array"}}}]},
         "tools[0].function.parameters", "array"),
        ({"messages": HELLO, "tool_choice": "required"}, "tool_choice", "no tools"),
        ({"messages": HELLO, "tools": [WEATHER], "tool_choice": "sometimes"}, "tool_choice", "sometimes"),
        ({"messages": HELLO, "tools": [WEATHER],
          "tool_choice": {"type": "function", "function": {"name": "time"}}}, "tool_choice", "time"),
        ({"messages": HELLO, "response_format": {"type": "yaml"}}, "response_format.type", "yaml"),
        ({"messages": HELLO, "response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
         "response_format.json_schema.schema", "schema"),
        ({"messages": HELLO, "model": "other.gguf"}, "model", "other.gguf"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_wrong_is_named(body: dict[str, Any], param: str, text: str, stream: bool) -> None:
    response = ask("Good day.", **body, stream=stream)
    error = response.json()["error"]
    assert response.status_code in (400, 404)
    assert error["param"] == param
    assert text in error["message"]
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"messages": ' + b"[" * 5000,
        b'{"messages": [], "temperature": NaN}',
        b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
    ],
)
def test_bodies_that_are_no_request(content: bytes) -> None:
    with serving(Engine(Scripted.turns(["x"]))) as url:
        response = httpx.post(f"{url}/chat/completions", content=content, timeout=60)
        assert response.status_code == 400
        assert response.json()["error"]["code"] == "invalid_json"
        assert httpx.get(f"{url}/models", timeout=60).status_code == 200


def test_a_body_that_is_too_large() -> None:
    with serving(Engine(Scripted.turns(["x"]))) as url:
        response = httpx.post(f"{url}/chat/completions", content=b" " * 11_000_000, timeout=60)
        assert response.status_code == 413
        assert httpx.get(f"{url}/models", timeout=60).status_code == 200


def test_a_body_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gba.api.bodies._MOST_SECONDS", 0.3)
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    with serving(Engine(Scripted.turns(["x"]))) as url:
        address = httpx.URL(url)
        with socket.create_connection((address.host, address.port or 80), timeout=30) as connection:
            connection.sendall(head)  # and nothing more
            answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert httpx.get(f"{url}/models", timeout=60).status_code == 200


def test_the_key() -> None:
    options = {"api_key": "secret"}
    wrong = ask("Hi.", messages=HELLO, options=options, headers={"Authorization": "Bearer other"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "invalid_api_key")
    assert ask("Hi.", messages=HELLO, options=options).status_code == 401
    for headers in ({"Authorization": "Bearer secret"}, {"api-key": "secret"}):
        assert ask("Hi.", messages=HELLO, options=options, headers=headers).status_code == 200


def test_paths_that_are_not_there() -> None:
    with serving(Engine(Scripted.turns(["x"]))) as url:
        assert httpx.get(f"{url}/files", timeout=60).json()["error"]["code"] == "unknown_url"
        assert httpx.get(f"{url}/chat/completions", timeout=60).status_code == 405
        assert httpx.post(f"{url}/embeddings", json={"input": "x"}, timeout=60).status_code == 501
        assert httpx.get(f"{url}/models/none", timeout=60).status_code == 404


def test_only_some_tools_are_allowed() -> None:
    other = {"type": "function", "function": {"name": "other"}}
    allowed = {"mode": "required", "tools": [{"type": "function", "function": {"name": "other"}}]}
    choice = {"type": "allowed_tools", "allowed_tools": allowed}
    body = ask(call("", "other"), messages=HELLO, tools=[WEATHER, other], tool_choice=choice).json()
    assert [made["function"]["name"] for made in body["choices"][0]["message"]["tool_calls"]] == ["other"]
    unknown = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"function": {"name": "none"}}]}}
    response = ask("x", messages=HELLO, tools=[WEATHER], tool_choice=unknown)
    assert response.json()["error"]["param"] == "tool_choice"


def test_a_strict_schema_that_a_grammar_cannot_enforce_is_refused() -> None:
    unique = {
        "type": "object",
        "properties": {"ids": {"type": "array", "uniqueItems": True, "items": {"type": "string"}}},
    }
    tool = {"type": "function", "function": {"name": "pick", "parameters": unique, "strict": True}}
    response = ask(call("", "pick", ids=[]), messages=HELLO, tools=[tool])
    assert response.status_code == 400
    assert "uniqueItems" in response.json()["error"]["message"]
    tool["function"]["strict"] = None  # type: ignore[index]
    assert ask(call("", "pick", ids=[]), messages=HELLO, tools=[tool]).status_code == 200


def test_the_document_names_every_path() -> None:
    with serving(Engine(Scripted.turns(["x"]))) as url:
        root = url.removesuffix("/v1")
        document = httpx.get(f"{root}/openapi.json", timeout=60).json()
        served = [route for route in create_app(Engine(Scripted.turns(["x"]))).routes if isinstance(route, Route)]
        methods = {route.path.replace(":path", ""): (route.methods or set()) - {"HEAD"} for route in served}
        told = {
            path: {name.upper() for name in item if name in ("get", "post")} for path, item in document["paths"].items()
        }
        assert told == methods
        references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
        assert references <= set(document["components"]["schemas"])
        assert {"405", "408"} <= set(document["paths"]["/tokenize"]["post"]["responses"])
        assert document["security"] == []
        assert document["components"]["schemas"]["ChatRequest"]["properties"]["tool_choice"]
        assert httpx.get(f"{root}/health", timeout=60).json() == {"status": "ok"}
        httpx.post(f"{url}/chat/completions", json={"messages": HELLO}, timeout=60)
        text = httpx.get(f"{root}/metrics", timeout=60).text
        assert 'gba_requests_total{path="/v1/chat/completions",status="200"} 1.0' in text
        assert "gba_steps_total 1.0" in text
