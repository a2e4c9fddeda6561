"""How fast the math tool's evaluator is, what it costs, and what it withstands.

    python benchmarks/math_tool.py                     speed and memory (a minute)
    python benchmarks/math_tool.py --attacks           the attack corpora at the default time limit (ten minutes)
    python benchmarks/math_tool.py --problems          word problems with programs written by hand (seconds)
    python benchmarks/math_tool.py --sentences 100000  random sentences of the grammar: checked, and evaluated (an hour
                                                       or more; --limit 0.5 gives each half a second instead of two)

The peers of the first are what such tools usually do: Python's ``eval`` in the same process (which guards nothing), and
a process of its own for every program. JSON goes to stdout.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from gba.tools.math import MathError, evaluate, grammar_text
from gba.tools.math.checker import check
from gba.tools.math.pool import shared
from gba.tools.math.source import MAX_LENGTH
from tests.helpers.math_attacks import ESCAPES, FLOODS
from tests.helpers.math_program_attacks import PROGRAM_ESCAPES, PROGRAM_FLOODS
from tests.helpers.math_sentences import Sentences
from tests.helpers.math_word_problems import PROBLEMS

PROGRAM = "result = 25 ** 0.24"
SYMBOLIC = "x = symbols('x')\nresult = integrate(x**2 * exp(x), (x, 0, 1))"


def timed(action: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1e3


def percentiles(times: Sequence[float]) -> dict[str, float]:
    """The median and the slowest in a hundred, of milliseconds."""
    ordered = sorted(times)
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p99_ms": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 2),
    }


def memory() -> list[dict[str, float]]:
    """Of each worker in MB: all that it holds, and its share where pages are shared. Linux only."""
    found = []
    for pid in shared().workers():
        path = Path(f"/proc/{pid}/smaps_rollup")
        if path.exists():
            fields = dict(line.split(":", 1) for line in path.read_text().splitlines()[1:])
            found.append({key: round(int(fields[key].split()[0]) / 1024, 1) for key in ("Rss", "Pss")})
    return found


def speed() -> dict[str, Any]:
    """Cold start, warm calls, a hundred calls at a time, and the peers."""
    report: dict[str, Any] = {"cold_start_ms": round(timed(lambda: evaluate(PROGRAM, timeout=60)))}
    for name, program in (("warm", PROGRAM), ("symbolic", SYMBOLIC)):
        report[name] = percentiles([timed(lambda program=program: evaluate(program, timeout=60)) for _ in range(1000)])
    with ThreadPoolExecutor(100) as threads:
        started = time.perf_counter()
        values = list(threads.map(lambda n: evaluate(f"result = {n} ** 2", timeout=60).value, range(100)))
        report["hundred_at_a_time_ms"] = round((time.perf_counter() - started) * 1e3)
    report["lost"] = sum(value != n * n for n, value in enumerate(values))
    report["memory_mb"] = memory()
    report["peers"] = {
        "eval_in_process": percentiles([timed(lambda: eval("25 ** 0.24")) for _ in range(1000)]),
        "a_process_each_time": percentiles([timed(_own_process) for _ in range(5)]),
    }
    return report


def _own_process() -> None:
    code = "import sympy; print(sympy.Integer(25) ** sympy.Rational(24, 100))"
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


def outcome(program: str, timeout: float) -> str:
    """The kind of error, or "value"."""
    try:
        evaluate(program, timeout=timeout)
    except MathError as error:
        return error.kind
    return "value"


def attacks() -> dict[str, Any]:
    """Every attack at the default limit: what became of it, the slowest reply, and whether the service lives."""
    evaluate(PROGRAM, timeout=60)
    report: dict[str, Any] = {}
    for name, programs in (("escapes", [*ESCAPES, *PROGRAM_ESCAPES]), ("floods", [*FLOODS, *PROGRAM_FLOODS])):
        kinds: Counter[str] = Counter()
        slowest, dead = 0.0, 0
        for program in programs:
            slowest = max(slowest, timed(lambda program=program, kinds=kinds: kinds.update([outcome(program, 2.0)])))
            dead += outcome("result = 1 + 1", 60) != "value"
        report[name] = {"programs": len(programs), **kinds, "slowest_ms": round(slowest), "service_dead_after": dead}
    return report


def problems() -> dict[str, Any]:
    """How many of the word problems' programs have the right value (the model's part is left out)."""
    evaluate(PROGRAM, timeout=60)
    kinds: Counter[str] = Counter()
    for question, program, value in PROBLEMS:
        try:
            right = abs(float(evaluate(program, timeout=60).value) - float(value)) <= 1e-9 * abs(float(value))
        except MathError as error:
            print(question, error, file=sys.stderr)
            kinds["refused"] += 1
        else:
            kinds["right" if right else "wrong"] += 1
    return {"problems": len(PROBLEMS), **kinds}


def drawn(count: int, first: int) -> Iterator[str]:
    """Random sentences of the grammar that are not too long for the checker, those of the seeds from ``first`` on."""
    source = Sentences(grammar_text())
    programs = (source.draw(f"benchmark {seed}") for seed in itertools.count(first))
    return itertools.islice((program for program in programs if len(program) <= MAX_LENGTH), count)


def sentences(count: int, limit: float, first: int) -> dict[str, Any]:
    """Random sentences: all have to pass the checker, and to have a value or an error of a known kind in time."""
    kinds: Counter[str] = Counter()
    refused, late, slowest = 0, 0, 0.0
    programs = drawn(count, first)
    lock = threading.Lock()

    def work() -> None:
        nonlocal refused, late, slowest
        while True:
            with lock:
                program = next(programs, None)
            if program is None:
                return
            try:
                check(program)
            except MathError as error:
                refused += 1
                print(repr(program), error, file=sys.stderr)
            kind: list[str] = []
            took = timed(lambda program=program, kind=kind: kind.append(outcome(program, limit)))
            with lock:
                kinds.update(kind)
                slowest = max(slowest, took)
                late += took > (limit + 0.2) * 1e3

    evaluate(PROGRAM, timeout=60)
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(work) for _ in range(2)]:
            done.result()
    alive = outcome("result = 1 + 1", 60) == "value"
    report = {"sentences": count, "limit_ms": limit * 1e3, "refused_by_the_checker": refused, **kinds}
    return {**report, "slowest_ms": round(slowest), "over_the_limit": late, "alive": alive}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--attacks", action="store_true")
    parser.add_argument("--sentences", type=int, default=0, metavar="N")
    parser.add_argument("--first", type=int, default=0, help="seed of the first sentence, for runs side by side")
    parser.add_argument("--limit", type=float, default=2.0, help="seconds for each sentence")
    parser.add_argument("--problems", action="store_true", help="word problems with programs written by hand")
    asked = parser.parse_args()
    if asked.problems:
        report = problems()
    elif asked.sentences:
        report = sentences(asked.sentences, asked.limit, asked.first)
    else:
        report = attacks() if asked.attacks else speed()
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
