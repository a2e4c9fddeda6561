"""`gba serve`, and what `gba doctor` says of a real llama-server. The model has random weights."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gba.backends.process import LlamaServerProcess, find_llama_server
from gba.backends.server import LlamaServer
from gba.errors import ServerUnavailableError


def _gba(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("LLAMA_CPP")}
    command = [sys.executable, "-m", "gba", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**env, **environment, "COLUMNS": "300"})


def _findings(*arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = _gba("doctor", "--json", *arguments)
    return done.returncode, {finding["name"]: finding for finding in json.loads(done.stdout)}


@contextlib.contextmanager
def _serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`gba serve`, and what it printed until it was ready."""
    command = [sys.executable, "-m", "gba", "serve", "--port", "0", "--math-port", "0", *arguments]
    # Shells have what they start in the background ignore Ctrl-C, and with it all that comes of it, these tests too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    assert process.stdout is not None
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            if "Ctrl-C" in line:
                break
        yield process, lines
    finally:
        process.kill()
        process.communicate()


def _gone(url: str) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with LlamaServer(url, load_timeout=0) as server:
                server.health()
        except ServerUnavailableError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminate"])
def test_serve_starts_both_and_stops_both(random_gguf: Path, number: signal.Signals) -> None:
    with _serving("--model", str(random_gguf), "--math-model", str(random_gguf), "--context", "512") as (
        process,
        lines,
    ):
        urls = re.findall(r"export LLAMA_CPP(?:_MATH)?_BASE_URL=(\S+)", "\n".join(lines))
        assert len(set(urls)) == 2
        for url in urls:
            with LlamaServer(url) as server:
                assert server.health()
                assert server.metrics()
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert err.strip() == "stopped"
    assert all(_gone(url) for url in urls)


def test_serve_says_when_a_server_dies(random_gguf: Path) -> None:
    with _serving("--model", str(random_gguf), "--no-math") as (process, lines):
        (url,) = re.findall(r"export LLAMA_CPP_BASE_URL=(\S+)", "\n".join(lines))
        listening = url.rsplit(":", 1)[1]
        servers = subprocess.run(["pgrep", "-f", f"llama-server.*--port {listening}"], capture_output=True, text=True)
        os.kill(int(servers.stdout.split()[0]), signal.SIGKILL)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.startswith("error: the agent server has ended")
    assert "Traceback" not in err


def test_serve_without_the_model(tmp_path: Path) -> None:
    done = _gba("serve", "--model", str(tmp_path / "no.gguf"))
    assert done.returncode == 1
    assert "check the path" in done.stderr


def test_doctor_looks_at_a_server(server_process: LlamaServerProcess) -> None:
    _, found = _findings("--base-url", server_process.base_url)
    assert found["server"]["state"] == "ok"
    assert "2048 tokens" in found["server's context"]["what"]
    assert "the model's own template" in found["server's chat format"]["what"]
    assert found["server's grammar"] == {
        "name": "server's grammar",
        "state": "ok",
        "what": "honoured",
        "remedy": "",
    }
    assert found["llama-server program"]["state"] == "ok"
    assert found["math"]["state"] == "ok"


def test_doctor_ends_with_one_where_something_that_was_asked_for_is_broken() -> None:
    code, found = _findings("--base-url", "http://127.0.0.1:9")
    assert code == 1
    assert found["server"]["state"] == "broken"
    assert "gba serve" in found["server"]["remedy"]


def test_doctor_names_the_remedy_for_a_program_that_is_not_there() -> None:
    done = _gba("doctor", LLAMA_SERVER_BIN="/no/such/llama-server")
    assert done.returncode == 1
    assert "LLAMA_SERVER_BIN names '/no/such/llama-server'" in done.stdout


def test_the_servers_of_the_docs_are_started_with_options_that_there_are() -> None:
    """The ways by Docker and conda cannot be run here: what they give to llama-server is looked up in its help."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "models-and-servers.md"
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = re.findall(r"^    (?:docker run .*llama\.cpp:server|llama-server)(.*)$", text, re.MULTILINE)
    assert len(lines) == 4
    known = subprocess.run([str(find_llama_server()), "--help"], capture_output=True, text=True, check=False).stdout
    options = {option for line in lines for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", line)}
    assert {"-m", "-c", "-np", "-ngl", "--host", "--port"} == options
    for option in options:
        assert re.search(rf"(?:^|, *){re.escape(option)}(?=[ ,])", known, re.MULTILINE), option
