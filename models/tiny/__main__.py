"""Build the packaged models.

python -m models.tiny                 both, as they were built
python -m models.tiny agent --minutes 60 --threads 2
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from models.tiny.recipes import AGENT, MATH, build

__all__ = ["main"]

_RECIPES = {"agent": AGENT, "math": MATH}


def main(arguments: list[str] | None = None) -> None:
    """The command; prints the path of each file that it wrote."""
    parser = argparse.ArgumentParser(prog="python -m models.tiny", description="Build the packaged models.")
    parser.add_argument("models", nargs="*", choices=[[], *_RECIPES], help="which ones (all)")
    parser.add_argument("--output", type=Path, default=Path("models"), help="folder for the GGUF files")
    parser.add_argument("--work", type=Path, default=Path("build/tuning"), help="folder for logs and checkpoints")
    parser.add_argument("--stages", nargs="+", type=int, default=(), help="which stages of training (all)")
    parser.add_argument("--steps", type=int, help="updates, instead of the recipe's")
    parser.add_argument("--minutes", type=float, help="train by the clock (not reproducible)")
    parser.add_argument("--processes", type=int, choices=(1, 2), help="instead of the recipe's (another model)")
    parser.add_argument("--threads", type=int, help="of each process")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--eager", action="store_true", help="compile nothing (needs no C++ compiler)")
    parser.add_argument("--resume", action="store_true", help="go on at the checkpoint")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the process that makes dialogues ends too
    for name in asked.models or _RECIPES:
        recipe = _RECIPES[name]
        print(
            build(
                recipe,
                output=asked.output,
                work=asked.work / name,
                stages=asked.stages,
                changes=_changes(asked),
                resume=asked.resume,
            )
        )


def _changes(asked: argparse.Namespace) -> dict[str, Any]:
    given = {key: getattr(asked, key) for key in ("steps", "minutes", "threads", "processes", "seed")}
    changed = {key: value for key, value in given.items() if value is not None}
    return {**changed, "compiled": not asked.eager}


if __name__ == "__main__":
    main()
