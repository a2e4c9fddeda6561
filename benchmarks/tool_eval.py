"""tool-eval-bench, an agentic benchmark for servers of the OpenAI API, against `gba api` and llama-server itself.

    python benchmarks/tool_eval.py --command tool-eval-bench [--model MODEL.gguf] [--context 16384] [--scenarios …]

``--command``: the program of PyPI's package tool-eval-bench (3.0.0), in an environment of its own. Its standard
scenarios, at temperature 0, with at most 512 tokens a turn; one llama-server for both (--jinja), gba api in front of it
as a process of its own. A scenario is completed where the server answered each request of it; its score is the percent
of the points of the completed ones, so that the points beside it tell more. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from api import both

from gba.models import packaged


def measure(command: str, url: str, scenarios: list[str]) -> dict[str, Any]:
    """What the benchmark says of the server at the URL."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.json"
        options = {
            "--base-url": url.removesuffix("/v1"),
            "--api-key": "none",
            "--model": "local",
            "--backend": "llamacpp",
            "--format": "openai",
            "--temperature": "0",
            "--seed": "1",
            "--timeout": "300",
            "--parallel": "2",
            "--backend-kwargs": json.dumps({"max_tokens": 512}),
            "--json-file": str(out),
            "--output-dir": folder,
        }
        flags = ["--no-live", "--no-warmup", "--no-probe-engine", *(["--scenarios", *scenarios] if scenarios else [])]
        arguments = [part for option in options.items() for part in option]
        subprocess.run([command, *arguments, *flags], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        scores = json.loads(out.read_text(encoding="utf-8"))["scores"]
    return {
        "completed": scores.get("completion_rate", 100.0),  # left out where nothing is
        "score": scores["final_score"],
        "points": scores["total_points"],
        "of": 2 * len(scores["scenario_results"]),
        "not completed": {
            result["scenario_id"]: str(result["raw_log"]).partition("error=")[2][:200]
            for result in scores["scenario_results"]
            if result["scenario_id"] in scores.get("excluded_scenarios", ())
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", required=True)
    parser.add_argument("--model", type=Path, default=None, help="the tiny agent otherwise")
    parser.add_argument("--context", type=int, default=16384, help="tokens of both slots (default: %(default)s)")
    parser.add_argument("--scenarios", nargs="*", default=[], help="some of them (default: all)")
    args = parser.parse_args()
    with both(args.model or packaged(), context=args.context, slots=2, threads=2) as (ours, theirs, _):
        figures = {
            name: measure(args.command, url, args.scenarios)
            for name, url in (("gba api", ours), ("llama-server", theirs))
        }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
