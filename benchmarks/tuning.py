"""From nothing to a tuned model: collect, prepare, tune, export, serve and judge, before and after.

    python -m benchmarks.tuning MODEL.gguf --out FOLDER [--runs 150] [--tasks 40] [--eta 0.8] [--steps N]

The scripted experts of the SQLite and arithmetic environments do ``--runs`` training tasks each. General dialogue is
what the untuned model itself answers (greedy) to questions that are put together here: an adapter that keeps to it
keeps what the model can do besides; of a quarter of it only the loss is measured. ``--eta`` is the share of runs in the
mix. LoRA of rank 16 on all linear layers, one epoch. Then untuned and tuned model do ``--tasks`` held-out tasks of both
environments under gba's grammar, in process, greedy. Each stage is kept in the folder: what was interrupted goes on.
Prints one JSON object: tasks solved before and after, the share of valid calls, and losses of general dialogue.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from gba.backends.base import Sampling
from gba.backends.inprocess import LlamaInProcess
from gba.chat import Engine, Message, StepOptions

ENVIRONMENTS = ("sqlite", "arithmetic")
TOPICS = (
    "bread, bees, chess, clouds, compost, coral reefs, coffee, the tides, volcanoes, violins, rivers, glaciers, "
    "the printing press, sleep, spices, bicycles, tea, maps, lighthouses, honey"
).split(", ")
QUESTIONS = (
    "What should a child know about {}?",
    "Write two sentences about {}.",
    "Name three facts about {}.",
)


def main() -> None:
    """Do what is not done yet, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=150)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--eta", type=float, default=0.8)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    out, model = options.out, options.model.resolve()
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    train, held_out = general(model, out, options.threads)
    for name in ENVIRONMENTS:
        runs = ["--teacher", "expert", "--runs", str(options.runs)]
        stage(out / "runs" / name, "collect", name, *runs)
    folders = [str(out / "runs" / name) for name in ENVIRONMENTS]
    stage(out / "data", "prepare", *folders, "--general", str(train), "--eta", str(options.eta))
    stage(out / "validation", "prepare", *folders, "--general", str(held_out), "--eta", "0")
    tuned = out / "tuned"
    if not (tuned / "run.json").exists():
        config = write_config(out, model, options.threads)
        more = ["--steps", str(options.steps)] if options.steps else []
        gba("tune", str(config), "--resume", *more)
    target = out / "tuned.gguf"
    if not target.exists():
        gba("export", str(tuned), "--out", str(target), "--type", "f16")
    scores = {name: judged(out / name, path, options) for name, path in (("before", model), ("after", target))}
    print(json.dumps({**scores, "loss": losses(tuned), "minutes": round((time.monotonic() - began) / 60, 1)}, indent=2))


def gba(*arguments: str) -> None:
    """Run the command; it says on standard error how it goes."""
    subprocess.run([sys.executable, "-m", "gba", *arguments], check=True, stdout=sys.stderr)


def stage(out: Path, *arguments: str) -> None:
    """A command that writes a folder, unless it is done."""
    done = out.with_suffix(".done")
    if not done.exists():
        again = ["--resume"] if arguments[0] == "collect" else []
        gba(*arguments, "--out", str(out), *again)
        done.touch()


def general(model: Path, out: Path, threads: int) -> tuple[Path, Path]:
    """Two files in ShareGPT's format: dialogue to train on, and a third as much to measure the loss on."""
    asked = [question.format(topic) for topic, question in itertools.product(TOPICS, QUESTIONS)]
    files = out / "general.json", out / "general-held-out.json"
    if not all(path.exists() for path in files):
        with LlamaInProcess(model, context=2048, threads=threads) as backend:
            engine = Engine(backend)
            made = [dialogue(engine, text) for text in asked]
        parts = [each for number, each in enumerate(made) if number % 4], made[::4]
        for path, part in zip(files, parts, strict=True):
            path.write_text(json.dumps(part, indent=1), encoding="utf-8")
    return files


def dialogue(engine: Engine, text: str) -> dict[str, Any]:
    """A question and the model's own answer."""
    limits = StepOptions(max_tokens=120)
    step = engine.step([Message("user", text)], sampling=Sampling(temperature=0), options=limits)
    return {"conversations": [{"from": "human", "value": text}, {"from": "gpt", "value": step.answer}]}


def write_config(out: Path, model: Path, threads: int) -> Path:
    """The configuration of the training."""
    path = out / "tune.yaml"
    wanted = {
        "model": str(model),
        "data": str(out / "data"),
        "validation": str(out / "validation"),
        "validate_every": 1000,
        "out": str(out / "tuned"),
        "length": 768,
        "sequences": 4,
        "learning_rate": 1e-3,
        "warmup": 0.05,
        "precision": "bfloat16",
        "threads": threads,
        "checkpoint_every": 10,
    }
    path.write_text(yaml.safe_dump(wanted, sort_keys=False), encoding="utf-8")
    return path


def judged(out: Path, model: Path, options: Any) -> dict[str, Any]:
    """What `gba eval` says of held-out tasks."""
    if not (out / "report.json").exists():
        wanted = ["--model", str(model), "--tasks", str(options.tasks), "--split", "held-out", "--way", "constrained"]
        limits = ["--max-tokens", "96", "--max-thought-tokens", "32", "--max-steps", "6", "--temperature", "0"]
        limits += ["--threads", str(options.threads)]
        gba("eval", *ENVIRONMENTS, *wanted, *limits, "--context", "2048", "--out", str(out), "--resume")
    return json.loads((out / "report.json").read_text(encoding="utf-8"))


def losses(tuned: Path) -> dict[str, float]:
    """Of general dialogue that was not trained on, in nats a token."""
    lines = [json.loads(line) for line in (tuned / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    measured = [line["validation"]["general"] for line in lines if "validation" in line]
    return {"before": measured[0], "after": measured[-1]}


if __name__ == "__main__":
    main()
