"""Random programs of the math tool's Python, run by its interpreter and by CPython: the same lines, or a refusal.

    python benchmarks/math_differential.py --programs 20000 [--first 0]     about half an hour on one core

CPython runs them in a process of its own with a limit of three seconds each. JSON goes to stdout; each difference goes
to stderr with the number of its program (``tests/helpers/math_random_programs.py`` writes it again).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import multiprocessing
import signal
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from gba.errors import MathError
from gba.tools.math.checker import check
from tests.helpers.math_random_programs import program


class SlowError(Exception):
    """A program took longer than its limit."""


def _alarm(*_: Any) -> None:
    raise SlowError


def by_cpython(text: str) -> str | None:
    """What CPython prints; None where it raises, or takes too long."""
    out = io.StringIO()
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(text, "program", "exec"), {"__name__": "__main__"})
    except OverflowError:  # we go on exactly where a float would be too large
        return "beyond the floats"
    except Exception:  # noqa: BLE001  (the program's own error)
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return out.getvalue()


def by_us(text: str) -> str | MathError:
    """What our interpreter prints, or why it refuses."""
    from gba.tools.math.interpreter import run

    try:
        return run(check(text)).printed
    except MathError as error:
        return error


def outcome(number: int) -> str:
    """What became of it: ``same``, ``refused``, ``both refused``, ``beyond the floats`` or ``different``."""
    text = program(number)
    theirs, ours = by_cpython(text), by_us(text)
    if theirs == "beyond the floats":
        return theirs
    if isinstance(ours, MathError):
        return "both refused" if theirs is None else "refused"
    if ours == theirs:
        return "same"
    print(number, "is different", file=sys.stderr)
    return "different"


def _begin() -> None:
    signal.signal(signal.SIGALRM, _alarm)
    sys.setrecursionlimit(12_000)
    warnings.simplefilter("ignore")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    with multiprocessing.Pool(1, _begin) as throwaway:
        numbers = range(asked.first, asked.first + asked.programs)
        counts = Counter(throwaway.imap_unordered(outcome, numbers, chunksize=50))
    print(json.dumps({"programs": asked.programs, **counts}, indent=2))


if __name__ == "__main__":
    main()
