"""Hostile math programs, forged replies of a worker, and what may happen to the service: the math tool under attack."""

from __future__ import annotations

import functools
import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.attack.cases import Case
from gba.tools.math import MathError, evaluate
from gba.tools.math.pool import shared
from tests.helpers import math_messages
from tests.helpers.math_attacks import ESCAPES, FLOODS, RETURNS
from tests.helpers.math_messages import forged, line, receive
from tests.helpers.math_outcome import KINDS
from tests.helpers.math_program_attacks import PROGRAM_ESCAPES, PROGRAM_FLOODS

__all__ = ["SECONDS", "TITLE", "cases"]

TITLE = "math programs and forged replies"
SECONDS = 120.0
_LIMIT = 0.3
"""Seconds that a program gets."""
_OURS = 1.0
"""Seconds of processor time that a program may cost the process that asks for its value."""
_READING = 0.05
"""Seconds of processor time that reading one reply may take."""
_DRAWN, _EACH = 100_000, 5_000
_MESSAGES = Path(math_messages.__file__)


def cases() -> list[Case]:
    """All cases. The workers, and the part of sympy that values need, are warm before the first one."""
    result = evaluate("result = Matrix([[1, x]])", timeout=60)
    assert result.value is not None
    for _, data in forged():
        receive(data)
    gc.collect()
    gc.freeze()
    escapes, floods = [*ESCAPES, *PROGRAM_ESCAPES], [*FLOODS, *PROGRAM_FLOODS]
    kinds = (("escape", escapes, _refused), ("flood", floods, _back), ("value", RETURNS, _read))
    return [case for kind in kinds for case in _named(*kind)] + list(_lines())


def _named(kind: str, programs: list[str], run: Callable[[str], None]) -> Iterator[Case]:
    for number, program in enumerate(dict.fromkeys(programs)):
        yield Case(f"{kind} {number} {program.rpartition(chr(10))[2][:50]!a}", functools.partial(run, program))


def _lines() -> Iterator[Case]:
    for name, data in forged():
        yield Case(f"reply: {name}", functools.partial(_forgery, data))
    for first in range(0, _DRAWN, _EACH):
        yield Case(f"replies drawn from {first:,} on", functools.partial(_drawn, first))
    yield Case("service: the idle workers are killed", _idle_workers_die)
    yield Case("service: the process that forks workers is killed", _nursery_dies)
    for timeout in (0, -1, float("inf"), float("-inf"), float("nan"), 10**400, 3601, True, None, "2"):
        yield Case(f"service: timeout {str(timeout)[:10]}", functools.partial(_no_limit, timeout))


# programs


def _outcome(program: str) -> tuple[str, Any]:
    """The kind of error, or "ok", with the message or the result."""
    try:
        return "ok", evaluate(program, timeout=_LIMIT)
    except MathError as error:
        return error.kind, str(error)


def _refused(program: str) -> None:
    kind, message = _outcome(program)
    # a loop without end is "too large", or "time" where a slow machine comes to that limit first
    assert kind in {"syntax", "forbidden", "no result", "too large", "time"}, kind
    assert message


def _back(program: str) -> None:
    started = time.process_time()
    kind, found = _outcome(program)
    if kind == "ok":
        _take(found)
    took = time.process_time() - started
    assert kind in {"ok", *KINDS}, kind
    assert took <= _OURS, f"{took:.1f} s of our own processor time"
    assert evaluate("result = 1 + 1", timeout=60).value == 2
    assert len(shared().workers()) <= 2


def _read(program: str) -> None:
    _back(program)
    kind, found = _outcome(program)
    if kind == "ok":
        with _Watch() as watch:
            _take(found)
        assert not watch.events, watch.events


def _take(result: Any) -> None:
    """Everything that a result has, but other decimals, which are evaluated again."""
    assert result.text
    assert result.exact
    assert result.decimal()
    error = _error_of(lambda: result.value)
    assert error is None or error.kind == "no value", error


# replies


class _Watch:
    """Notes the audit events of this process while it is entered: code, imports, files, processes, sockets."""

    _on: list[_Watch] = []  # noqa: RUF012  (of all of them; a hook stays for good)
    _hooked = False

    def __init__(self) -> None:
        self.events: list[str] = []
        if not _Watch._hooked:
            _Watch._hooked = True
            sys.addaudithook(_Watch._note)

    @staticmethod
    def _note(event: str, arguments: tuple[Any, ...]) -> None:
        if _Watch._on and event.partition(".")[0] not in ("object", "builtins", "gc", "sys"):
            _Watch._on[-1].events.append(f"{event} {arguments!r:.80}")

    def __enter__(self) -> _Watch:
        _Watch._on.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _Watch._on.pop()


def _forgery(data: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with _Watch() as watch:
        for _ in range(3):  # what is slow is slow each time; a busy machine is so now and then
            started = time.process_time()
            outcome = receive(data)
            took = time.process_time() - started
            if took <= _READING:
                break
    assert outcome in {"refused", "nothing", "value", "no value"}, outcome
    assert not watch.events, watch.events
    assert took <= _READING, f"{took * 1e3:.0f} ms"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= 64 * 1024


def _drawn(first: int) -> None:
    command = [sys.executable, str(_MESSAGES), str(first), str(_EACH)]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert report["events"] == [], report
    assert report["memory_mb"] <= 64, report
    assert report["slowest_ms"] <= _READING * 1e3, report
    assert report["outcomes"].keys() <= {"refused", "nothing", "value", "no value"}, report
    assert receive(line([["int", "5"]])) == "value"


# the service


def _answers() -> None:
    assert evaluate("result = 6 * 7", timeout=30).value == 42


def _idle_workers_die() -> None:
    for _ in range(5):
        _answers()
        for pid in shared().workers():
            os.kill(pid, 9)
        _answers()


def _nursery_dies() -> None:
    for _ in range(3):
        _answers()
        process = getattr(shared()._source, "_process", None)
        if process is not None:  # where processes cannot be forked, there is none
            process.kill()
        _answers()


def _no_limit(timeout: Any) -> None:
    error = _error_of(lambda: evaluate("result = 1", timeout=timeout))
    assert error is not None, "it was taken for a time limit"
    assert error.kind == "timeout", error.kind


def _error_of(action: Callable[[], Any]) -> MathError | None:
    try:
        action()
    except MathError as error:
        return error
    return None
