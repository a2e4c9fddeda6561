"""Attacks gba with each corpus of hostile input, and shows a table: ``python -m benchmarks.attack [CORPUS ...]``.

Exits with 1 unless every case held. A corpus that cannot be loaded, or that has become smaller than it should be, is a
failure as well.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.attack.worker import Corpus, Outcome, run_corpus

os.environ["GBA_FORMATS_DIR"] = ""  # templates are read anew, not taken from the user's own folder

__all__ = ["CORPORA", "Report", "attack", "main", "table"]

CORPORA: Mapping[str, int] = {
    "math_programs": 500,
    "server_faults": 200,
    "templates": 60,
    "gguf_files": 150,
    "trajectory_files": 40,
    "schema_bombs": 300,
    "model_names": 60,
}
"""The corpora, and the number of cases that each has at least."""


@dataclass
class Report:
    """What came of a corpus. ``error`` says why it could not be run as it should be; "" where it could."""

    name: str
    title: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    error: str = ""

    @property
    def held(self) -> int:
        """The number of cases that held."""
        return sum(outcome.held for outcome in self.outcomes)

    @property
    def complete(self) -> bool:
        """Whether all of it held."""
        return not self.error and self.held == len(self.outcomes)


def attack(name: str, at_least: int = 1, package: str = "benchmarks.attack") -> Report:
    """Run one corpus; what does not hold is printed as it comes."""
    report = Report(name)
    try:
        for item in run_corpus(f"{package}.{name}"):
            match item:
                case Corpus(title=title, names=names):
                    report.title = title
                    if len(names) < at_least:
                        report.error = f"it has {len(names)} cases, and {at_least} are the least"
                case Outcome():
                    report.outcomes.append(item)
                    if not item.held:
                        print(f"{name}: {item.name}: {item.said}", flush=True)
    except ImportError as error:
        report.error = str(error)
    if report.error:
        print(f"{name}: {report.error}", flush=True)
    return report


def table(reports: Sequence[Report]) -> str:
    """The reports side by side."""
    rows = [("corpus", "cases", "held", "slowest", "memory", "per cent"), *map(_row, reports)]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = [
        "  ".join(_aligned(cell, width, column) for column, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    return "\n".join(lines)


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column == 0 else cell.rjust(width)


def _row(report: Report) -> tuple[str, ...]:
    label = f"{report.name} ({report.title})" if report.title else report.name
    if not report.outcomes:
        return label, "0", "0", "", "", "not run"
    slowest = max(outcome.seconds for outcome in report.outcomes)
    most = max(outcome.megabytes for outcome in report.outcomes)
    share = 100 * report.held / len(report.outcomes)
    shown = f"{share:.1f}" if report.complete or share < 100 else f"{share:.1f}, incomplete"
    return label, str(len(report.outcomes)), str(report.held), f"{slowest:.2f} s", f"{most:.0f} MB", shown


def main(names: Sequence[str]) -> int:
    """Run the named corpora, or all; the exit status."""
    unknown = [name for name in names if name not in CORPORA]
    if unknown:
        print(f"no corpus is called {', '.join(unknown)}: there are {', '.join(CORPORA)}", file=sys.stderr)
        return 2
    started = time.monotonic()
    reports = [attack(name, CORPORA[name]) for name in names or CORPORA]
    print(f"\n{table(reports)}\n")
    whole = all(report.complete for report in reports)
    print(f"{'All held.' if whole else 'NOT all held.'} {time.monotonic() - started:.0f} s")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
