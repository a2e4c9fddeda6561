"""Renders chat templates in a process of their own, which ends where one takes too long."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gba.chat.templates import sandbox
from gba.chat.templates.sandbox import SECONDS
from gba.errors import ConversationError

__all__ = ["READING_SECONDS", "SECONDS", "RefusedError", "Template", "bounded"]

_WALL_SECONDS = 10 * SECONDS if hasattr(signal, "setitimer") else SECONDS
"""How long one rendering may take by the clock, where other work holds it up. The process itself ends before, where it
can tell the processor time that it took."""
_START_SECONDS = 30.0
READING_SECONDS = 5.0
"""Processor time that all the renderings may take by which one template is read."""
_LONGEST_TEMPLATE = 2**20
_KEPT = 256
_KEPT_LENGTH = 2**16
"""Texts that are kept, and characters of what one is rendered from. Conversations of one shape are rendered from the
same, since marks stand for what is said in them."""
_CHANGING = ("strftime_now", "random", "lipsum")
"""With these a template may render something else the next time."""
_REMEDY = "Name a built-in format with chat_format=."


class RefusedError(Exception):
    """The template raised for these messages, or what it rendered cannot be used."""


@dataclass(frozen=True)
class Template:
    """A chat template, and the texts and variables that it is always given.

    ``bos``, ``eos``: how it is to spell these tokens. ``variables``: what else it is given (``enable_thinking`` …).
    """

    source: str = field(repr=False)
    bos: str = ""
    eos: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Mapping[str, Any]] | None = None,
        *,
        prompt: bool = True,
        **variables: Any,
    ) -> str:
        """The text of the messages; ``prompt``: with the beginning of the assistant's turn behind them.

        Raises RefusedError for what the template says, ConversationError where it cannot be run at all.
        """
        given = {
            "messages": list(messages),
            "tools": list(tools) if tools else None,
            "documents": None,
            "bos_token": self.bos,
            "eos_token": self.eos,
            "enable_thinking": True,
            **self.variables,
            **variables,
        }
        if prompt:
            given["add_generation_prompt"] = True
        else:
            given.setdefault("add_generation_prompt", False)
        try:
            return _shared().render(self.source, given)
        except RefusedError:
            other = [_with_properties(tool) for tool in tools or ()]  # some want an empty list
            if other and other == given["tools"]:
                raise
            return _shared().render(self.source, {**given, "tools": other})


def _with_properties(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tool, with properties where its schema names none (``anyOf``, ``$ref``), and mappings where it says True of
    one: templates go through them."""
    function = tool.get("function")
    if not isinstance(function, Mapping) or not isinstance(function.get("parameters"), Mapping):
        return tool
    parameters = {"type": "object", "properties": {}, **function["parameters"]}
    if isinstance(parameters["properties"], Mapping):
        told = {name: {} if value is True else value for name, value in parameters["properties"].items()}
        parameters["properties"] = told
    return {**tool, "function": {**function, "parameters": parameters}}


class _Process:
    """The rendering process, started at first use, and started anew after it was killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._sent: set[str] = set()
        self._kept: OrderedDict[tuple[str, str], str] = OrderedDict()

    def render(self, source: str, variables: dict[str, Any]) -> str:
        if len(source) > _LONGEST_TEMPLATE:
            raise ConversationError(
                f"the model's chat template has more than {_LONGEST_TEMPLATE} characters. {_REMEDY}"
            )
        given = json.dumps(variables)
        with self._lock:
            kept = self._kept.get((source, given))
            if kept is not None:
                self._kept.move_to_end((source, given))
                return kept
            key = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
            request, template = f'{{"key": "{key}", "variables": {given}', f', "template": {json.dumps(source)}'
            reply = self._ask(request + ("" if key in self._sent else template) + "}")
            if reply.get("unknown"):
                reply = self._ask(request + template + "}")
            self._sent.add(key)
            if reply.get("fatal"):
                self._stop()
                raise ConversationError(f"the model's chat template takes too much memory. {_REMEDY}")
            _spend(float(reply.get("seconds", 0)))
            if "text" not in reply:
                raise RefusedError(str(reply.get("error")))
            self._keep(source, given, str(reply["text"]))
            return str(reply["text"])

    def _keep(self, source: str, given: str, text: str) -> None:
        if len(given) + len(text) <= _KEPT_LENGTH and not any(name in source for name in _CHANGING):
            self._kept[source, given] = text
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def _ask(self, request: str) -> dict[str, Any]:
        try:
            process = self._started()
            assert process.stdin is not None
            with _watched(process, _WALL_SECONDS):
                process.stdin.write(request.encode() + b"\n")
                process.stdin.flush()
                return _reply(process)
        except (OSError, ValueError):
            self._stop()
            raise ConversationError(
                f"the model's chat template takes more than {SECONDS:g} seconds or too much memory. {_REMEDY}"
            ) from None

    def _started(self) -> subprocess.Popen[bytes]:
        process = self._process
        if process is None or process.poll() is not None:
            self._stop()
            process = self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", sandbox.__file__, *_roots()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"SYSTEMROOT": os.environ.get("SYSTEMROOT", "")} if os.name == "nt" else _environment(),
                close_fds=True,
            )
            with _watched(process, _START_SECONDS):
                _reply(process)
        return process

    def _stop(self) -> None:
        process, self._process = self._process, None
        self._sent.clear()
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    if stream is not None:
                        stream.close()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()


@contextlib.contextmanager
def _watched(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """Kill the process if what it is asked for takes longer."""
    watch = threading.Timer(seconds, process.kill)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _reply(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The next line. Raises ValueError where the process has ended."""
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


_left: ContextVar[float | None] = ContextVar("seconds left to read a template", default=None)


@contextlib.contextmanager
def bounded(seconds: float = READING_SECONDS) -> Iterator[None]:
    """Let all renderings of this block together take so much processor time. Raises ConversationError."""
    outer = _left.get()
    token = _left.set(seconds if outer is None else min(seconds, outer))
    try:
        yield
    finally:
        _left.reset(token)


def _spend(seconds: float) -> None:
    left = _left.get()
    if left is None:
        return
    _left.set(left - seconds)
    if left < seconds:
        raise ConversationError(f"the model's chat template takes too long to render. {_REMEDY}")


def _environment() -> dict[str, str]:
    """Nothing but what says which time zone it is: templates may ask for the date."""
    return {"TZ": os.environ["TZ"]} if "TZ" in os.environ else {}


def _roots() -> list[str]:
    found = []
    for name in ("jinja2", "markupsafe"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            found.append(str(Path(spec.origin).resolve().parents[1]))
    return list(dict.fromkeys(found))


_guard = threading.Lock()
_process: _Process | None = None
_owner = 0


def _shared() -> _Process:
    """The rendering process of this process; a forked child has its own."""
    global _process, _owner
    with _guard:
        if _process is None or _owner != os.getpid():
            if _process is None:
                atexit.register(_close)
            _process, _owner = _Process(), os.getpid()
        return _process


def _close() -> None:
    if _process is not None and _owner == os.getpid():
        _process.close()
