"""How long the command takes until something is seen: `gba --help`, `gba doctor`, and the first token of `gba ask`.

    python -m benchmarks.startup [--runs 5] [--json FILE]

Each command is run in a process of its own, on the packaged models, without a server. The first run of each, in which
Python may still write its bytecode, is not counted. Of the others the least and the median are given, in seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

REQUEST = "What is 25 raised to the 0.24 power?"
LIMITS = {"gba --help": 0.3, "gba doctor": 3.0, "gba ask, first token": 2.5, "gba ask, whole": None}
"""What is wanted of each, in seconds."""


def main() -> int:
    """Run everything; print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in LIMITS}
    for _ in range(options.runs + 1):
        times["gba --help"].append(_run("--help")[1])
        times["gba doctor"].append(_run("doctor")[1])
        first, whole = _run("ask", "--model", "tiny-agent", "--math-model", "tiny-math", REQUEST)
        times["gba ask, first token"].append(first)
        times["gba ask, whole"].append(whole)
    figures = {name: {"least": min(all_[1:]), "median": statistics.median(all_[1:])} for name, all_ in times.items()}
    print("| | least | median | wanted |\n|---|---|---|---|")
    for name, figure in figures.items():
        wanted = LIMITS[name]
        print(f"| {name} | {figure['least']:.2f} s | {figure['median']:.2f} s | {f'{wanted} s' if wanted else ''} |")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def _run(*arguments: str) -> tuple[float, float]:
    """Seconds until a model's first text was read (of other commands: any text), and until the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA_CPP_", "GBA_"))}
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "gba", *arguments], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        seen, first = b"", None
        while piece := process.stdout.read1(4096):  # type: ignore[attr-defined]
            seen += piece
            if first is None and len(seen.split()) > 1:  # the first word is the label of the line
                first = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"gba {' '.join(arguments)} ended with {process.returncode}")
    return first or float("nan"), time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
