"""How many tasks a model solves: the step of an agent, run against tools that know the right calls.

python -m models.tiny.evaluate --model models/tiny-agent.gguf [--base-url http://localhost:8080] [--n 200]
python -m models.tiny.evaluate --model models/tiny-math.gguf --math
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

import jsonschema

from gba.backends.base import Backend, Sampling
from gba.chat.engine import Engine
from gba.chat.messages import Message, Step
from gba.chat.options import StepOptions
from gba.errors import BackendError, GbaError, MathError, StepError
from gba.schema.tools import ToolCall
from gba.tools.math import evaluate
from gba.tools.math.prompt import messages as math_messages
from gba.tools.math.writer import ProgramWriter
from models.tiny.tasks import Act, MathTask, Split, Task, agent_tasks, math_tasks

__all__ = [
    "GREEDY",
    "Outcome",
    "Report",
    "evaluate_agent",
    "evaluate_math",
    "main",
    "run_math_task",
    "run_task",
    "same_value",
]

GREEDY = Sampling(temperature=0.0)
_OPTIONS = StepOptions(max_tokens=256, max_thought_tokens=96)
_SPARE_STEPS = 2
"""Steps that a model gets on top of those of the solution."""


@dataclass(frozen=True)
class Outcome:
    """One task: whether it was solved, why not, and what it took; counts are tokens where not said otherwise.

    ``calls`` and ``invalid`` count tool calls and those that their schema refuses; ``evaluated`` and ``generated`` are
    those of the whole conversation and ``context`` its length in the end.
    """

    family: str
    solved: bool
    why: str = ""
    calls: int = 0
    invalid: int = 0
    call_generated: int = 0
    call_total: int = 0
    evaluated: int = 0
    generated: int = 0
    context: int = 0


@dataclass(frozen=True)
class Report:
    """The outcomes of one set of tasks."""

    name: str
    outcomes: tuple[Outcome, ...]

    @property
    def solved(self) -> float:
        """The share of tasks solved."""
        return _share(sum(outcome.solved for outcome in self.outcomes), len(self.outcomes))

    def total(self, name: str) -> int:
        """The sum of a count over all tasks."""
        return sum(getattr(outcome, name) for outcome in self.outcomes)

    def families(self) -> Mapping[str, tuple[int, int]]:
        """Tasks solved and tasks there were, by family."""
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for outcome in self.outcomes:
            counts[outcome.family][0] += outcome.solved
            counts[outcome.family][1] += 1
        return {name: (solved, count) for name, (solved, count) in sorted(counts.items())}

    def as_json(self) -> dict[str, Any]:
        """All figures."""
        calls = self.total("calls")
        return {
            "name": self.name,
            "tasks": len(self.outcomes),
            "solved": round(self.solved, 4),
            "families": {name: round(_share(*counts), 4) for name, counts in self.families().items()},
            "calls": calls,
            "valid_calls": round(_share(calls - self.total("invalid"), calls), 4),
            "call_generated_share": round(_share(self.total("call_generated"), self.total("call_total")), 4),
            "evaluated_and_generated_per_context": round(
                _share(self.total("evaluated") + self.total("generated"), self.total("context")), 4
            ),
            "failures": [asdict(outcome) for outcome in self.outcomes if not outcome.solved][:40],
        }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


@dataclass
class _Run:
    """A task under way."""

    task: Task
    engine: Engine
    messages: list[Message]
    steps: list[Step] = field(default_factory=list)
    calls: int = 0
    invalid: int = 0
    why: str = ""

    def fail(self, why: str) -> None:
        """Note the first thing that went wrong."""
        self.why = self.why or why

    def step(self) -> Step:
        step = self.engine.step(self.messages, self.task.tools)
        self.steps.append(step)
        self.messages.append(step.message())
        for call in step.calls:
            self.calls += 1
            self.invalid += not self.valid(call)
        return step

    def valid(self, call: ToolCall) -> bool:
        schema = next((tool.parameters for tool in self.task.tools if tool.name == call.name), None)
        if schema is None:
            return False
        try:
            jsonschema.validate(dict(call.arguments), dict(schema))
        except jsonschema.ValidationError:
            return False
        return True

    def use(self, call: ToolCall, expected: Act | None) -> bool:
        """Answer a call as the task's tools do; whether it was the right one."""
        right = expected is not None and call.name == expected.tool and dict(call.arguments) == dict(expected.arguments)
        if not right:
            wanted = f"{expected.tool} {json.dumps(expected.arguments)}" if expected else "an answer"
            self.fail(f"called {call.name} {json.dumps(call.arguments)} instead of {wanted}")
        result = expected.result if expected is not None and right else "Error: nothing was found."
        self.messages.append(Message("tool", result, call_id=call.id, name=call.name))
        return right

    def outcome(self) -> Outcome:
        usages = [step.usage for step in self.steps]
        return Outcome(
            self.task.family,
            not self.why and not self.invalid,
            self.why,
            self.calls,
            self.invalid,
            sum(usage.call_generated for usage in usages),
            sum(usage.call_total for usage in usages),
            sum(usage.evaluated for usage in usages),
            sum(usage.generated for usage in usages),
            max((usage.context for usage in usages), default=0),
        )


def run_task(engine: Engine, task: Task) -> Outcome:
    """Let the model do a task; what the tools answer depends on what it calls.

    A task is solved where every call is the right one, in its place, and every answer contains the value it has to.
    """
    run = _Run(task, engine, [Message("system", task.system)] if task.system else [])
    try:
        for turn in task.turns:
            run.messages.append(Message("user", turn.request))
            _turn(run, turn.acts, turn.value)
    except BackendError:
        raise
    except GbaError as error:
        run.fail(f"{type(error).__name__}: {error}")
    return run.outcome()


def _turn(run: _Run, acts: Sequence[Act], value: str) -> None:
    done = 0
    for _ in range(len(acts) + 1 + _SPARE_STEPS):
        step = run.step()
        if not step.calls:
            if done < len(acts):
                run.fail(f"answered {step.answer!r} instead of calling {acts[done].tool}")
            if value.lower() not in step.answer.lower() or not step.answer.strip():
                run.fail(f"answered {step.answer!r}, which does not contain {value!r}")
            return
        for call in step.calls:
            done += run.use(call, acts[done] if done < len(acts) else None)
    run.fail("gave no answer")


def evaluate_agent(
    backend: Backend, count: int, split: Split, *, seed: int = 0, progress: Callable[[Outcome], None] | None = None
) -> Report:
    """Run ``count`` tasks of a split, greedily; ``progress`` is told of each outcome."""
    engine = Engine(backend, sampling=GREEDY, options=_OPTIONS)
    outcomes = (run_task(engine, task) for task in agent_tasks(count, seed, split))
    return Report(split, _collect(outcomes, progress))


def evaluate_math(
    backend: Backend, count: int, split: Split, *, seed: int = 0, progress: Callable[[Outcome], None] | None = None
) -> Report:
    """Ask ``count`` questions of a split, greedily; solved is what has the value that the right program has."""
    writer = ProgramWriter(backend, sampling=GREEDY)
    outcomes = (run_math_task(writer, task) for task in math_tasks(count, seed, split))
    return Report(f"math, {split}", _collect(outcomes, progress))


def _collect(outcomes: Iterable[Outcome], progress: Callable[[Outcome], None] | None) -> tuple[Outcome, ...]:
    collected = []
    for outcome in outcomes:
        collected.append(outcome)
        if progress is not None:
            progress(outcome)
    return tuple(collected)


def run_math_task(writer: ProgramWriter, task: MathTask) -> Outcome:
    """Let the model write a program, and compare its value with that of the right one."""
    try:
        program = writer.write(math_messages(task.question)).text
    except StepError as error:
        return Outcome(task.family, False, f"{task.question!r}: {error}")
    if same_value(program, task.program):
        return Outcome(task.family, True)
    return Outcome(task.family, False, f"{task.question!r}: {program!r} instead of {task.program!r}")


def same_value(program: str, right: str) -> bool:
    """Whether two programs have the same value, up to rounding. A program that cannot be evaluated has none."""
    if program == right:
        return True
    try:
        one, other = evaluate(program), evaluate(right)
    except MathError:
        return False
    try:
        return math.isclose(float(one.value), float(other.value), rel_tol=1e-6)
    except (MathError, TypeError, ValueError, OverflowError):
        return one.exact == other.exact


def _show(reports: Sequence[Report]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("set", "family", "solved", "of", "share")
    for report in reports:
        for family, (solved, count) in report.families().items():
            table.add_row(report.name, family, str(solved), str(count), f"{_share(solved, count):.0%}")
        total = sum(outcome.solved for outcome in report.outcomes)
        table.add_row(report.name, "all", str(total), str(len(report.outcomes)), f"{report.solved:.1%}", style="bold")
        table.add_section()
    Console(stderr=True).print(table)


def _backend(model: str, base_url: str | None, threads: int | None) -> Backend:
    if base_url:
        from gba.backends.server import LlamaServer

        return LlamaServer(base_url)
    from gba.backends.inprocess import LlamaInProcess

    return LlamaInProcess(model, threads=threads)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: a table on stderr, JSON on stdout."""
    parser = argparse.ArgumentParser(
        prog="python -m models.tiny.evaluate", description=__doc__.split("\n")[0] if __doc__ else ""
    )
    parser.add_argument("--model", default="models/tiny-agent.gguf", help="a GGUF file, run in process")
    parser.add_argument("--base-url", help="a llama-server, instead of the file")
    parser.add_argument("--n", type=int, default=200, help="tasks of each set")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--math", action="store_true", help="the math model's questions")
    parser.add_argument("--splits", nargs="+", choices=get_args(Split), help="which sets")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    asked = parser.parse_args(arguments)
    splits: Sequence[Split] = asked.splits or (("held-out",) if asked.math else ("held-out", "unseen"))
    run = evaluate_math if asked.math else evaluate_agent
    backend = _backend(asked.model, asked.base_url, asked.threads)
    try:
        reports = [run(backend, asked.n, split, seed=asked.seed) for split in splits]
    finally:
        backend.close()
    _show(reports)
    text = json.dumps([report.as_json() for report in reports], indent=2, ensure_ascii=False)
    if asked.json:
        asked.json.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
