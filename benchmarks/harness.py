"""What the benchmarks share: schemas with instances, llama.cpp's grammar engine on a vocabulary, work that may crash.

Data are lines of JSON, packed by xz: {"id", "schema", "tests": [{"valid", "data"}]}, as MaskBench has them.
"""

from __future__ import annotations

import json
import lzma
import multiprocessing
import os
import random
import resource
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.helpers.llama_grammar import LlamaGrammar, Vocabulary

__all__ = ["Case", "LlamaGrammar", "Vocabulary", "Work", "isolated", "load", "quantile"]

Case = dict[str, Any]


def load(path: Path, limit: int | None = None, seed: int = 0) -> list[Case]:
    """The cases of a file, in its order; so many of them, drawn by the seed, with a limit."""
    with lzma.open(path, "rt") as file:
        cases = [json.loads(line) for line in file]
    if limit is None or limit >= len(cases):
        return cases
    return [cases[number] for number in sorted(random.Random(seed).sample(range(len(cases)), limit))]


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which this share of them lies; NaN without any."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Work(Protocol):
    """What is done to a case in a process of its own. ``say`` names the stage, so that a crash can be told."""

    def __call__(self, case: Case, say: Callable[[str], None]) -> Any: ...


def isolated(
    make: Callable[[], Work], cases: Iterable[Case], *, seconds: float, gigabytes: int = 4
) -> Iterator[tuple[Case, str, Any]]:
    """Each case with ``done`` and its result, or with ``crash`` or ``timeout`` and the stage that it had reached, or
    with ``error`` and the traceback.

    ``make`` is called in the other process, which is begun anew after a crash. What llama.cpp prints is dropped.
    """
    context = multiprocessing.get_context("spawn")
    process: Any = None
    near: Any = None
    try:
        for case in cases:
            if process is None:
                near, far = context.Pipe()
                process = context.Process(target=_serve, args=(far, make, gigabytes), daemon=True)
                process.start()
                far.close()
                if near.recv() != "ready":
                    raise SystemExit("the process that does the work did not start")
            near.send(case)
            stage = "the beginning"
            while True:
                if not near.poll(seconds):
                    outcome, result = "timeout", stage
                    break
                try:
                    kind, value = near.recv()
                except (EOFError, ConnectionResetError):
                    outcome, result = "crash", stage
                    break
                if kind == "stage":
                    stage = value
                    continue
                outcome, result = kind, value
                break
            if outcome in {"crash", "timeout"}:
                process.kill()
                process.join()
                process = None
            yield case, outcome, result
    finally:
        if process is not None:
            process.kill()
            process.join()


def _serve(pipe: Connection, make: Callable[[], Work], gigabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (gigabytes << 30, gigabytes << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    work = make()
    with Path(os.devnull).open("w") as nowhere, suppress(EOFError):
        os.dup2(nowhere.fileno(), 2)
        pipe.send("ready")
        while True:
            case = pipe.recv()
            try:
                answer = "done", work(case, lambda stage: pipe.send(("stage", stage)))
            except Exception:  # noqa: BLE001 - told to the one who asked
                answer = "error", traceback.format_exc()
            pipe.send(answer)
