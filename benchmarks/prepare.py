"""How long `gba prepare` takes for many runs, and what it costs in memory.

    python -m benchmarks.prepare --runs 10000 --dialogues 10000 --json prepare.json

The runs are what the experts of gba's environments do, and hard cases beside them: one pattern with other words in each
run, which are as near to one another as may be without being dropped; copies; long texts.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gba.chat.messages import Message
from gba.environments import NAMES, environment
from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory import Recorder
from gba.tuning.prepare import Preparation, prepare

_WORDS = [f"word{number}" for number in range(20_000)]
_LOOK = ToolSpec("look", "Look.", {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--dialogues", type=int, default=10_000)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures: list[dict[str, Any]] = []
    for kind in asked.kinds:
        with tempfile.TemporaryDirectory() as folder:
            figures.append({"kind": kind, **measured(kind, asked.runs, asked.dialogues, Path(folder))})
        print(json.dumps(figures[-1]), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps({"figures": figures}, indent=1) + "\n")


def measured(kind: str, runs: int, dialogues: int, folder: Path) -> dict[str, Any]:
    """Write runs and dialogues, and prepare them: seconds, MB of memory at most, what was kept and dropped."""
    for number in range(runs):
        KINDS[kind](number, folder / "runs" / f"{number:06d}.jsonl")
    (folder / "talk.jsonl").write_text("".join(json.dumps(talk) + "\n" for talk in talks(dialogues)))
    start, used = time.perf_counter(), time.process_time()
    done = prepare(
        [folder / "runs"], [folder / "talk.jsonl"] if dialogues else [], Preparation(eta=0.5 if dialogues else 1)
    )
    return {
        "runs": runs,
        "dialogues": dialogues,
        "seconds": round(time.perf_counter() - start, 1),
        "processor_seconds": round(time.process_time() - used, 1),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "examples": len(done.examples),
        "dropped": dict(done.dropped),
    }


def expert(number: int, path: Path) -> None:
    """What an expert does, in each environment in turn."""
    one = environment(NAMES[number % len(NAMES)])
    task = one.task(number // len(NAMES))
    about = {"environment": task.environment, "split": task.split, "kind": task.kind, "task": task.id, "seed": 0}
    with one.open(task) as world, Recorder(path, tools=tuple(world.tools), metadata=about) as recorder:
        recorder.message(Message("system", one.system))
        recorder.message(Message("user", task.request))
        for place, act in enumerate(task.acts):
            call = ToolCall(act.tool, act.arguments, f"c{place}")
            recorder.message(Message("assistant", "", act.thought, (call,)))
            recorder.message(Message("tool", world.use(call), call_id=call.id, name=call.name))
        recorder.message(Message("assistant", task.answer, task.thought))
        recorder.reward(1.0)


def _written(path: Path, request: str, answer: str) -> None:
    call = ToolCall("look", {"at": "it"}, "c1")
    with Recorder(path, tools=(_LOOK,)) as recorder:
        recorder.message(Message("user", request))
        recorder.message(Message("assistant", "", "I look.", (call,)))
        recorder.message(Message("tool", "There.", call_id="c1", name="look"))
        recorder.message(Message("assistant", answer))
        recorder.reward(1.0)


_PATTERN = random.Random(0).sample(_WORDS, 300)


def pattern(number: int, path: Path) -> None:
    """300 words of which 5 are others in each run: 0.9 of the pieces of two runs are the same, or a little less."""
    rng = random.Random(number)
    words = list(_PATTERN)
    for place in rng.sample(range(300), 5):
        words[place] = rng.choice(_WORDS)
    _written(path, " ".join(words), "Done.")


def copies(number: int, path: Path) -> None:
    """One run of a hundred is new."""
    pattern(number // 100, path)


def long(number: int, path: Path) -> None:
    """Answers of 3,000 words."""
    rng = random.Random(number)
    _written(path, f"Tell {number}.", " ".join(rng.choices(_WORDS, k=3000)))


KINDS: dict[str, Callable[[int, Path], None]] = {"expert": expert, "pattern": pattern, "copies": copies, "long": long}


def talks(count: int) -> Iterator[dict[str, Any]]:
    """General dialogue of random words: two turns of some 100 words each."""
    rng = random.Random("talks")
    for _ in range(count):
        texts = [" ".join(rng.choices(_WORDS, k=rng.randint(10, 200))) for _ in range(4)]
        yield {
            "conversations": [{"from": ("human", "gpt")[place % 2], "value": text} for place, text in enumerate(texts)]
        }


if __name__ == "__main__":
    main()
