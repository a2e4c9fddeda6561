"""Runs the cases of a corpus in a process of its own, which is killed and started again where a case breaks its bounds.

Time is wall-clock time, less what the process and its children spent waiting for a processor, so that a busy machine
is not taken for a fault of gba; a case that takes too long is run once more. Memory is the resident memory of the
process. Both need Linux's /proc: elsewhere the wall-clock time counts in full, and memory is not watched.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import multiprocessing
import os
import resource
import signal
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.attack.cases import Case

__all__ = ["Corpus", "Outcome", "Worker", "run_corpus"]

_START = 120.0
"""Seconds that importing a corpus and making its cases may take."""
_MEGABYTES = 512
_POLL = 0.05
_AT_MOST = 10
"""Times the bound that a case may take by the clock on the wall."""
_SLACK = 4 << 30
"""Bytes of address space that a process may map beyond its bound on resident memory: stacks and arenas of threads."""


@dataclass(frozen=True)
class Corpus:
    """What a corpus says of itself."""

    title: str
    seconds: float
    megabytes: float
    names: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How a case went. ``said`` is why it did not hold, "" where it held; ``megabytes`` is what its peak added."""

    name: str
    said: str
    seconds: float
    megabytes: float = 0.0
    late: bool = False

    @property
    def held(self) -> bool:
        return not self.said


def run_corpus(module: str) -> Iterator[Corpus | Outcome]:
    """Run all cases of a corpus: first what the corpus says of itself, then the outcome of each case.

    Raises ImportError, with the traceback, for a corpus that cannot be loaded or whose cases have names that are not
    unique.
    """
    with Worker(module) as worker:
        yield worker.corpus
        for number in range(len(worker.corpus.names)):
            outcome = worker.run(number)
            yield worker.run(number) if outcome.late else outcome


class Worker:
    """The process that runs the cases of one corpus."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: Any = None
        self._pipe: Any = None
        self._log = Path(tempfile.mkdtemp(prefix="gba-attack-")) / "log"
        self.corpus = Corpus("", 0, 0, ())

    def __enter__(self) -> Worker:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()
        self._log.unlink(missing_ok=True)
        self._log.parent.rmdir()

    def run(self, number: int) -> Outcome:
        """Run one case."""
        if self._process is None:
            self._start()
        name, corpus = self.corpus.names[number], self.corpus
        clock, base, most = _Clock(self._process.pid), _resident(self._process.pid), 0.0
        self._pipe.send(number)
        while not self._pipe.poll(_POLL):
            most = max(most, _resident(self._process.pid) - base)
            elapsed = clock.wall()
            if elapsed > corpus.seconds:
                elapsed = clock.seconds()
            if elapsed > corpus.seconds or clock.wall() > _AT_MOST * corpus.seconds:
                self._kill()
                return Outcome(name, f"no end within {corpus.seconds:g} s", elapsed, most, late=True)
            if most > corpus.megabytes:
                self._kill()
                return Outcome(name, f"more than {corpus.megabytes:g} MB", elapsed, most)
        seconds = clock.seconds()
        try:
            peak, said = self._pipe.recv()
        except (EOFError, OSError):
            return Outcome(name, self._cause_of_death(), seconds, most)
        most, late = max(most, peak), seconds > corpus.seconds
        if not said and late:
            said = f"{seconds:.1f} s, and {corpus.seconds:g} s is the bound"
        if not said and most > corpus.megabytes:
            said = f"{most:.0f} MB, and {corpus.megabytes:g} MB is the bound"
        return Outcome(name, said, seconds, most, late)

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, self._module, str(self._log)))
        self._process.start()
        far.close()
        if not self._pipe.poll(_START):
            raise ImportError(f"{self._module} was not loaded within {_START:g} s")
        try:
            said = self._pipe.recv()
        except EOFError:
            raise ImportError(f"{self._module} was not loaded: {self._cause_of_death()}") from None
        if isinstance(said, str):
            raise ImportError(said)
        self.corpus = said

    def _kill(self) -> None:
        """End the process and all that it started."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.join()
            self._pipe.close()

    def _cause_of_death(self) -> str:
        self._process.join()
        code = self._process.exitcode
        self._kill()
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        lines = self._log.read_text(errors="replace").strip().splitlines() if self._log.exists() else []
        return f"the process died of {how}{': ' + lines[-1][:200] if lines else ''}"


class _Clock:
    """The time of a case, run by the process ``pid``."""

    def __init__(self, pid: int) -> None:
        self._pid, self._started, self._waited = pid, time.monotonic(), _waited(pid)

    def wall(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._started

    def seconds(self) -> float:
        """The same without what it waited for a processor."""
        return max(0.0, self.wall() - max(0.0, _waited(self._pid) - self._waited))


def _waited(pid: int) -> float:
    """Seconds that the main threads of a process and its descendants could have run and had no processor to run on."""
    waited = 0.0
    with contextlib.suppress(OSError, IndexError, ValueError):
        waited += int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            waited += _waited(int(child))
    return waited


def _serve(pipe: Connection, module: str, log: str) -> None:
    """What the process does: send the corpus, then run each case that it is asked for."""
    with contextlib.suppress(OSError):
        os.setsid()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    faulthandler.enable()
    try:
        corpus, cases = _load(module)
    except BaseException:  # noqa: BLE001 - told to the one who asked
        pipe.send(traceback.format_exc())
        return
    pipe.send(corpus)
    with contextlib.suppress(EOFError):
        while True:
            pipe.send(_run(cases[pipe.recv()], corpus))


def _load(module: str) -> tuple[Corpus, list[Case]]:
    loaded: Any = importlib.import_module(module)
    cases: list[Case] = list(loaded.cases())
    names = tuple(case.name for case in cases)
    if len(set(names)) != len(names):
        raise ValueError(f"two cases of {module} have one name: {sorted({n for n in names if names.count(n) > 1})}")
    return Corpus(loaded.TITLE, loaded.SECONDS, getattr(loaded, "MEGABYTES", _MEGABYTES), names), cases


def _run(case: Case, corpus: Corpus) -> tuple[float, str]:
    _bound_address_space(corpus.megabytes)
    base = _resident("self")
    _forget_peak()
    said = ""
    try:
        case.run()
    except BaseException as error:  # noqa: BLE001 - whatever comes out of a case is a failure
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return _status("self", "VmHWM") - base, said


def _bound_address_space(megabytes: float) -> None:
    """One allocation of many gigabytes fails at once, instead of filling the machine before anybody looks."""
    size = _status("self", "VmSize")
    if size:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (int((size + megabytes) * (1 << 20)) + _SLACK, hard))


def _forget_peak() -> None:
    """Begin the measurement of the peak (VmHWM) anew."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _resident(process: int | str) -> float:
    return _status(process, "VmRSS")


def _status(process: int | str, key: str) -> float:
    """A number of /proc/…/status in megabytes; 0 where there is none."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith(f"{key}:"):
                return int(line.split()[1]) / 1024
    return 0.0
