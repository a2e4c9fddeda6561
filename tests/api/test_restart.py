"""A llama-server that is killed in the middle of answers and started again: the answers go on, and are whole."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from gba.backends.process import LlamaServerProcess
from gba.chat import Engine
from tests.helpers.gguf_factory import CHATML_WITH_TOOLS, Shape, write_gguf
from tests.helpers.running_api import serving

LETTERS = {"type": "string", "pattern": "^[a-z]{120}$"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"first": LETTERS, "number": {"type": "integer"}, "second": LETTERS},
    "required": ["first", "number", "second"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "keep", "parameters": SCHEMA}}
CALLED = {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "keep"}}}
GRAMMAR = {"grammar": 'root ::= "<" [a-z]{300} ">"'}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights: what is written is what the grammar asks for, and nothing else."""
    path = tmp_path_factory.mktemp("models") / "random.gguf"
    return write_gguf(path, shape=Shape(context=2048), chat_template=CHATML_WITH_TOOLS)


def killed(process: LlamaServerProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)


def read(lines: Any, process: LlamaServerProcess, model: Path) -> tuple[str, LlamaServerProcess]:
    """The text of a stream, in the middle of which the server is killed; and the one that was started in its place."""
    text, again = "", None
    for line in lines:
        data = json.loads(line[6:]) if line.startswith("data: {") else {}
        assert "error" not in data, data
        for choice in data.get("choices", ()):
            delta = choice["delta"]
            text += delta.get("content") or ""
            text += "".join(call["function"].get("arguments") or "" for call in delta.get("tool_calls") or ())
        if again is None and len(text) > 5:
            killed(process)
            process.stop()
            again = LlamaServerProcess(model, context=2048, slots=2, port=process.port)
            threading.Timer(0.4, again.start).start()
    assert again is not None
    return text, again


@pytest.mark.parametrize("asked", [CALLED, GRAMMAR])
def test_an_answer_goes_on(model: Path, asked: dict[str, Any]) -> None:
    process = LlamaServerProcess(model, context=2048, slots=2).start()
    try:
        with process.backend() as backend, serving(Engine(backend), resume=60.0) as url:
            body = {"messages": [{"role": "user", "content": "Go on."}], "thought": "none", "stream": True, **asked}
            with httpx.stream("POST", f"{url}/chat/completions", json=body, timeout=120) as answer:
                text, process = read(answer.iter_lines(), process, model)
            if "tools" in asked:
                jsonschema.validate(json.loads(text), SCHEMA)
            else:
                assert re.fullmatch("<[a-z]{300}>", text)
    finally:
        process.stop()


def test_one_that_stays_away_is_told(model: Path) -> None:
    with (
        LlamaServerProcess(model, context=2048, slots=2) as process,
        process.backend() as backend,
        serving(Engine(backend), resume=0.2) as url,
    ):
        body = {"messages": [{"role": "user", "content": "Go on."}], "thought": "none", "stream": True, **CALLED}
        told: list[dict[str, Any]] = []
        with httpx.stream("POST", f"{url}/chat/completions", json=body, timeout=120) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: {"):
                    told.append(json.loads(line[6:]))
                if len(told) == 3 and process.pid is not None:
                    killed(process)
        assert told[-1]["error"]["code"] == "server_unavailable"
        refused = httpx.post(f"{url}/chat/completions", json={**body, "stream": False}, timeout=60)
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
