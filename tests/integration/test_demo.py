"""What a newcomer sees first: the demo, and `gba ask` with the packaged models, in process and over a llama-server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gba.backends.process import LlamaServerProcess
from gba.demo import REQUESTS
from gba.models import packaged


def _run(module: str, *arguments: str, **environment: str) -> str:
    env = {key: value for key, value in os.environ.items() if not key.startswith("LLAMA_CPP")}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, env={**env, **environment}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    """Both packaged models on llama-servers, named as the command line finds them."""
    with LlamaServerProcess(packaged("tiny-agent")) as agent, LlamaServerProcess(packaged("tiny-math")) as math:
        yield {"LLAMA_CPP_BASE_URL": agent.base_url, "LLAMA_CPP_MATH_BASE_URL": math.base_url}


def _events(text: str) -> list[dict[str, object]]:
    return [{key: value for key, value in json.loads(line).items() if key != "id"} for line in text.splitlines()]


def test_the_demo_answers_both_requests() -> None:
    shown = _run("gba.demo").split(REQUESTS[1])
    assert "program  result = 25 ** 0.24" in shown[0]
    assert "result   2.16524" in shown[0]
    assert "answer   The answer is 2.16524." in shown[0]
    assert "call     search" in shown[1]
    assert "call     calculate" in shown[1]
    assert "answer   The answer is 26547." in shown[1]


@pytest.mark.parametrize("request_", REQUESTS)
def test_the_same_over_a_server_as_in_process(servers: dict[str, str], request_: str) -> None:
    in_process = _events(_run("gba", "ask", request_, "--json"))
    over_server = _events(_run("gba", "ask", request_, "--json", **servers))
    assert in_process == over_server
    assert in_process[-1]["event"] == "answer"


def test_the_math_tool_by_itself(servers: dict[str, str]) -> None:
    for environment in ({}, servers):
        answer = json.loads(_run("gba", "math", "What is 25 raised to the 0.24 power?", "--json", **environment))
        assert answer["result"] == "2.16524"


def test_everything_that_doctor_looks_at_works_here(servers: dict[str, str]) -> None:
    found = json.loads(_run("gba", "doctor", "--json", **servers))
    assert {finding["name"]: finding["state"] for finding in found if finding["state"] != "ok"} == {}
