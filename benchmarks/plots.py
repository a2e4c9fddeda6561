"""Plots of what the benchmarks measured, out of the figures that they write with --json.

    python -m benchmarks.plots FIGURES.json... --out docs/images

`bfcl.py --json` gives `bfcl.svg`: for each model and each way to call functions, how many are right of the cases in
which a call has to be made. `startup.py --json` gives `startup.svg`: seconds until something is seen.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

NO_CALL = {"irrelevance", "live_irrelevance"}
"""Categories in which no call may be made: whoever never calls has all of these."""


def main() -> int:
    """Write each plot whose figures are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    options = parser.parse_args()
    read = [json.loads(path.read_text(encoding="utf-8")) for path in options.figures]
    options.out.mkdir(parents=True, exist_ok=True)
    if models := [each for each in read if "rows" in each]:
        _bars(options.out / "bfcl.svg", *bfcl(models), "right of the cases that need a call, %")
    for each in read:
        if "gba --help" in each:
            medians = {"median": [figure["median"] for figure in each.values()]}
            _bars(options.out / "startup.svg", list(each), medians, "seconds")
    return 0


def bfcl(models: list[dict[str, Any]]) -> tuple[list[str], dict[str, list[float]]]:
    """The names of the models, and for each way to call functions the percentage of right cases of each model."""
    rows = [row for row in models[0]["rows"] if all(row in each["rows"] for each in models)]
    return [each["model"].removesuffix(".gguf") for each in models], {
        row: [_needed(each["rows"][row]) for each in models] for row in rows
    }


def _needed(figures: dict[str, Any]) -> float:
    counts = {category: count for category, count in figures["n"].items() if category not in NO_CALL}
    right = sum(figures["right"][category] * count for category, count in counts.items())
    return float(right / max(sum(counts.values()), 1))


def _bars(path: Path, groups: list[str], bars: dict[str, list[float]], unit: str) -> None:
    """Horizontal bars, one colour for each of ``bars``, in a group for each of ``groups``."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "gba"  # the same figures give the same file
    from matplotlib import pyplot as plt

    height = 0.8 / len(bars)
    figure, axes = plt.subplots(figsize=(7, 0.6 + 0.3 * len(groups) * (len(bars) + 1)), layout="constrained")
    for at, (name, values) in enumerate(bars.items()):
        drawn = axes.barh([place + at * height for place in range(len(groups))], values, height * 0.9, label=name)
        axes.bar_label(drawn, fmt="%.3g", padding=3, fontsize=8)
    axes.set_yticks([place + 0.4 - height / 2 for place in range(len(groups))], groups)
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    axes.margins(x=0.1)
    axes.spines[["top", "right"]].set_visible(False)
    if len(bars) > 1:
        figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
