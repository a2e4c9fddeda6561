"""Ctrl-C in a real terminal: the generation ends at once, what was written stays, and the prompt comes back.

The model has random weights and is large enough for a generation to take many seconds if nobody ends it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pexpect
import pytest

from gba.backends.process import LlamaServerProcess
from tests.helpers.gguf_factory import CHATML_WITH_TOOLS, Shape, write_gguf

TOOLS = """
import time
from typing import Annotated
from pydantic import Field

def note(text: Annotated[str, Field(min_length=3000)]) -> str:
    "Write something down."
    return "done"

def wait(seconds: int) -> str:
    "Wait."
    print("<waiting>", flush=True)
    time.sleep(60)
    return "done"
"""
SOON = 3.0
"""Seconds within which it has to be over: a second is asked for, and a machine may be busy."""
CONTEXT = 8192
PASSES = {
    "thought": (("-t", "slow_tools:note", "--max-thought-tokens", "4000", "--call-syntax", "gba"), "thought "),
    "arguments": (
        ("-t", "slow_tools:note", "--max-thought-tokens", "4", "--call-syntax", "gba"),
        'call +note {"text": "',
    ),
    "answer": (("--no-tools",), "answer [^\n]{10}"),
    "tool": (("-t", "slow_tools:wait", "--max-thought-tokens", "4", "--call-syntax", "gba"), "<waiting>"),
}


@pytest.fixture(scope="module")
def slow_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shape = Shape(layers=8, width=512, heads=8, feed_forward=2048, context=CONTEXT)
    path = tmp_path_factory.mktemp("models") / "slow.gguf"
    return write_gguf(path, shape=shape, chat_template=CHATML_WITH_TOOLS)


@pytest.fixture(scope="module")
def slow_server(slow_gguf: Path) -> Iterator[LlamaServerProcess]:
    with LlamaServerProcess(slow_gguf, context=CONTEXT, slots=1, threads=1, extra_args=["--slots"]) as process:
        yield process


@pytest.fixture(params=["server", "in process"])
def place(request: pytest.FixtureRequest, slow_gguf: Path) -> list[str]:
    if request.param == "server":
        return ["--base-url", request.getfixturevalue("slow_server").base_url]
    return ["--model", str(slow_gguf), "--context", str(CONTEXT), "--threads", "1"]


@pytest.fixture
def gba(tmp_path: Path) -> Iterator[object]:
    """`gba(*arguments)`: the command in a terminal of its own."""
    (tmp_path / "slow_tools.py").write_text(TOOLS)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("LLAMA_CPP", "GBA_"))}
    env |= {"HOME": str(tmp_path), "TERM": "dumb", "PYTHONPATH": os.pathsep.join(sys.path)}
    started: list[pexpect.spawn[str]] = []

    def run(*arguments: str) -> pexpect.spawn[str]:
        child = pexpect.spawn(
            sys.executable,
            ["-m", "gba", *arguments],
            cwd=str(tmp_path),
            env=env,
            encoding="utf-8",
            timeout=90,
            dimensions=(50, 200),
        )
        started.append(child)
        return child

    yield run
    for child in started:
        child.close(force=True)


def slot_is_free(url: str) -> bool:
    """Whether the server's slot stops generating soon."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        if not any(slot["is_processing"] for slot in httpx.get(f"{url}/slots", timeout=30).json()):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("step", PASSES)
def test_ask_ends(gba, place: list[str], step: str) -> None:
    arguments, seen = PASSES[step]
    child = gba("ask", "Hello there!", *place, *arguments)
    child.expect(seen)
    time.sleep(0.3)
    child.sendintr()
    begun = time.monotonic()
    child.expect("interrupted")
    child.expect(pexpect.EOF)
    child.wait()
    assert time.monotonic() - begun < SOON
    assert child.exitstatus == 130
    assert "Traceback" not in child.before
    if place[0] == "--base-url":
        assert slot_is_free(place[1])


@pytest.mark.parametrize("step", PASSES)
def test_chat_goes_on(gba, place: list[str], step: str) -> None:
    arguments, seen = PASSES[step]
    child = gba("chat", *place, *arguments, "--max-tokens", "3500")
    child.expect("you> ")
    child.sendline("Hello there!")
    child.expect(seen)
    time.sleep(0.3)
    child.sendintr()
    begun = time.monotonic()
    child.expect("interrupted: ")
    child.expect("you> ")
    assert time.monotonic() - begun < SOON
    if place[0] == "--base-url":
        assert slot_is_free(place[1])
    time.sleep(1.1)  # a second Ctrl-C within a second would leave
    child.sendline("something that I did not mean")
    child.expect(seen)
    child.sendintr()
    child.expect("you> ")
    child.sendintr()
    begun = time.monotonic()
    child.expect(pexpect.EOF)
    child.wait()
    assert time.monotonic() - begun < SOON
    assert child.exitstatus == 130
    assert "Traceback" not in child.before


def test_at_the_prompt_the_line_is_cleared_and_the_end_of_input_leaves(gba, slow_server: LlamaServerProcess) -> None:
    child = gba("chat", "--base-url", slow_server.base_url, "--no-tools", "--max-tokens", "2")
    child.expect("you> ")
    child.send("not this")
    child.sendintr()
    child.expect("you> ")
    child.sendline("/tools")
    child.expect("you> ")
    time.sleep(0.5)  # the prompt is written before the terminal passes on single keys
    child.sendeof()
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0
    assert "Traceback" not in child.before
