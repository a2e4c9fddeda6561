"""What the packaged models can do: tasks that were kept out of training, in process and over a llama-server.

    python benchmarks/tiny_models.py [--n 200] [--agent FILE.gguf] [--math FILE.gguf]

Prints one JSON object: for each set of tasks and each transport the share that was solved, the share of calls that
their schemas accept, the share of the calls' text that had to be generated, and tokens worked on per token of context;
and of the requests that were written by hand (`tests/helpers/by_hand.py`) the number that came to the right end.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from gba import LlamaInProcess, LlamaServerProcess
from gba.backends.base import Sampling
from gba.chat.engine import Engine
from gba.chat.options import StepOptions
from gba.models import packaged

sys.path.insert(0, str(Path(__file__).parents[1]))
from models.tiny.evaluate import Report, evaluate_agent, evaluate_math
from tests.helpers.by_hand import REQUESTS, wrong_end


def summary(report: Report) -> dict[str, Any]:
    """The figures of a report without its single tasks."""
    return {key: value for key, value in report.as_json().items() if not isinstance(value, list)}


def measure(agent: Path, math: Path, count: int) -> dict[str, Any]:
    """All figures."""
    figures: dict[str, Any] = {}
    with LlamaInProcess(agent) as backend:
        for split in ("held-out", "latest", "unseen", "two-in-one"):
            figures[f"agent, {split}, in process"] = summary(evaluate_agent(backend, count, split))
        engine = Engine(backend, sampling=Sampling(temperature=0.0), options=StepOptions(max_tokens=200))
        right = sum(not wrong_end(engine, request) for request in REQUESTS)
        figures["agent, written by hand, in process"] = {"requests": len(REQUESTS), "right": right}
    with LlamaServerProcess(agent) as server, server.backend() as backend:
        for split in ("held-out", "latest", "unseen", "two-in-one"):
            figures[f"agent, {split}, llama-server"] = summary(evaluate_agent(backend, count, split))
    with LlamaInProcess(math) as backend:
        figures["math, held-out, in process"] = summary(evaluate_math(backend, count, "held-out"))
    return figures


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=200, help="tasks of each set")
    parser.add_argument("--agent", type=Path)
    parser.add_argument("--math", type=Path)
    args = parser.parse_args()
    agent, math = args.agent or packaged("tiny-agent"), args.math or packaged("tiny-math")
    print(json.dumps(measure(agent, math, args.n), indent=2))


if __name__ == "__main__":
    main()
