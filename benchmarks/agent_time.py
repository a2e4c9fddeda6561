"""The wall time of an agent's task of four steps on a real model: gba and its peers, where they make the same calls.

    make real
    .venv/bin/python benchmarks/agent_time.py MODEL.gguf [--turn chatml|gemma] [--rounds 5] [--threads N]

A small model does not choose well, so nothing is left to choose: three times the one tool has to be called
(``required``), its result is given, and then the model has to answer (``none``). The arguments are words of a list, so
that calls are of one length, and the conversation begins with a task that is done already, as an example. All clients
speak to one llama-server (--jinja), greedily; each round of each client is a conversation of its own, which the server
has not seen before; clients take turns. llama-server's own calling needs a chat template with tools, which neither of
the two models of `make real` has: --turn gives it one in the marks of the model's turns, --template any other.

llama-server lets a model write text before a call that it has to make, so that a model that goes on writing makes none.
A step is compared where both the client and ChatOpenAI made a valid call (in the last: wrote an answer) in each round;
the ratio of the task is that of the compared steps together. For each client: valid calls, seconds of all steps as
medians of the rounds, these ratios, requests to the server, and tokens that it generated and evaluated, by its own
counters.

With --price it measures instead what the server takes for one more request and for one more token: so much does a text
cost that is generated though it is forced, and so much a request that leaves it out.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from bfcl import PEER, ROWS, Row
from chat_model import TURNS, template_of
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from gba.backends.base import Sampling
from gba.backends.process import LlamaServerProcess
from gba.backends.server import LlamaServer

City = Literal["Oslo", "Lima", "Cairo"]
Fact = Literal["people", "height", "rain"]
RESULTS = ("717710 people live in Oslo.", "Lima lies 154 m above the sea.", "It rains 25 mm a year in Cairo.")
QUESTION = "How many people live in Oslo, how high is Lima, and how much does it rain in Cairo?"
_COUNTERS = ("tokens_predicted_total", "prompt_tokens_total")


def look_up(city: City, fact: Fact) -> str:
    """Look a fact about a city up."""
    return f"{fact} of {city}"


@dataclass(frozen=True)
class Task:
    """One task: seconds of each of its four steps, whether each was done, requests to the server, and tokens by its own
    counters."""

    seconds: tuple[float, ...]
    done: tuple[bool, ...]
    requests: int
    generated: float
    evaluated: float


def example() -> list[BaseMessage]:
    """A task that is done."""
    messages: list[BaseMessage] = [
        HumanMessage("How high is Oslo, how many people live in Lima, and how much does it rain in Lima?")
    ]
    found = {("Oslo", "height"): "23 m", ("Lima", "people"): "10092000 people", ("Lima", "rain"): "16 mm"}
    for number, ((city, fact), result) in enumerate(found.items()):
        call = {"name": look_up.__name__, "args": {"city": city, "fact": fact}, "id": f"example-{number}"}
        messages += [AIMessage("", tool_calls=[call]), ToolMessage(result, tool_call_id=call["id"])]
    return [*messages, AIMessage(", ".join(found.values()) + ".")]


def run_task(model: BaseChatModel, backend: LlamaServer, label: str) -> Task:
    """The task once. ``label`` begins the conversation, so that no other one of it is in the server's cache."""
    before, seconds, done, requests = backend.metrics(), list[float](), list[bool](), 0
    system = SystemMessage(f"{label}. Call look_up for each thing that is asked for.")
    messages: list[BaseMessage] = [system, *example(), HumanMessage(QUESTION)]
    for result in (*RESULTS, None):
        bound = model.bind_tools([look_up], tool_choice="required" if result else "none", parallel_tool_calls=False)
        started, message = time.perf_counter(), AIMessage("")
        try:
            message = bound.invoke(messages)
        except Exception as error:  # noqa: BLE001 - whatever a client raises is what its user would get
            print(f"{label}: {type(error).__name__}: {error}"[:200])
        seconds.append(time.perf_counter() - started)
        requests += message.response_metadata.get("requests", 1)
        calls = message.tool_calls[:1]
        done.append(all(map(_valid, calls)) and bool(calls or message.text) and bool(calls) is bool(result))
        if len(message.tool_calls) > 1:
            message = AIMessage(message.content, tool_calls=calls)
        messages += [message, *(ToolMessage(result or "", tool_call_id=call["id"]) for call in calls)]
        if result and not calls:
            messages.append(HumanMessage(f"{result} Go on."))
    after = backend.metrics()
    spent = [after[f"llamacpp:{name}"] - before.get(f"llamacpp:{name}", 0) for name in _COUNTERS]
    return Task(tuple(seconds), tuple(done), requests, *spent)


def _valid(call: Any) -> bool:
    arguments = call["args"]
    return (
        call["name"] == look_up.__name__
        and set(arguments) == {"city", "fact"}
        and arguments["city"] in get_args(City)
        and arguments["fact"] in get_args(Fact)
    )


@contextlib.contextmanager
def serve(args: argparse.Namespace) -> Iterator[LlamaServer]:
    """A llama-server with the model."""
    extra = ["--jinja", "--metrics"]
    extra += ["--chat-template-file", str(args.template)] if args.template else []
    extra += ["--threads-batch", str(args.threads)] if args.threads else []
    process = LlamaServerProcess(args.model, context=4096, slots=1, threads=args.threads, extra_args=extra)
    with process, process.backend() as backend:
        yield backend


def measure(args: argparse.Namespace, rows: Sequence[Row]) -> dict[str, list[Task]]:
    """All rounds of all clients, in turn."""
    tasks: dict[str, list[Task]] = {row.name: [] for row in rows}
    with serve(args) as backend:
        options = {"temperature": 0, "max_tokens": args.max_tokens, "timeout": 600}
        models = {row.name: row.make(backend.base_url, options) for row in rows}
        for number in range(args.rounds + 1):
            for row in rows:
                task = run_task(models[row.name], backend, f"{row.name} {number}")
                if number:  # in the first round connections, grammars and the server itself warm up
                    tasks[row.name].append(task)
    return tasks


def price(backend: LlamaServer, rounds: int) -> tuple[float, float]:
    """Seconds of one more request, for one token behind a prompt that is in the cache, and of one more token in it."""
    prompt = backend.tokenize(" ".join([QUESTION] * 8))
    times: dict[int, list[float]] = {1: [], 17: []}
    for _ in range(rounds + 1):
        for tokens, found in times.items():
            started = time.perf_counter()
            for _ in backend.complete(prompt, max_tokens=tokens, sampling=Sampling(temperature=0)):
                pass
            found.append(time.perf_counter() - started)
    one, many = (statistics.median(found[1:]) for found in times.values())
    return one - (many - one) / 16, (many - one) / 16


def figures(tasks: dict[str, list[Task]]) -> dict[str, dict[str, Any]]:
    """Medians of the rounds, and times as ratios of the peer's for the steps that both did in each round."""
    table: dict[str, dict[str, Any]] = {}
    steps = {name: [statistics.median(step) for step in _columns(found, "seconds")] for name, found in tasks.items()}
    done = {name: [all(step) for step in _columns(found, "done")] for name, found in tasks.items()}
    for name, found in tasks.items():
        both = [mine and theirs for mine, theirs in zip(done[name], done[PEER], strict=True)]
        mine, theirs = (
            [step for step, is_both in zip(steps[who], both, strict=True) if is_both] for who in (name, PEER)
        )
        table[name] = {
            "calls": sum(sum(task.done[:3]) for task in found) / len(found),
            "seconds": round(statistics.median(sum(task.seconds) for task in found), 3),
            "steps": [round(step, 3) for step in steps[name]],
            "compared": [number + 1 for number, is_both in enumerate(both) if is_both],
            "step_ratios": [round(own / other, 3) for own, other in zip(mine, theirs, strict=True)],
            "ratio": round(sum(mine) / sum(theirs), 3) if mine else None,
            "requests": statistics.median(task.requests for task in found),
            "generated": statistics.median(task.generated for task in found),
            "evaluated": statistics.median(task.evaluated for task in found),
        }
    return table


def _columns(tasks: Sequence[Task], field: str) -> list[tuple[Any, ...]]:
    """A field of all tasks, by steps."""
    return list(zip(*(getattr(task, field) for task in tasks), strict=True))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="a GGUF file")
    parser.add_argument("--template", type=Path, default=None, help="a chat template instead of the file's own")
    parser.add_argument("--turn", choices=TURNS, default=None, help="a chat template with tools, in these marks")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--max-tokens", type=int, default=96, help="of one step (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=None, help="of llama-server; its own choice otherwise")
    parser.add_argument("--rows", default="", metavar="WORD", help="clients with this in their name, and ChatOpenAI")
    parser.add_argument("--price", action="store_true", help="of a request and of a token")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.turn:
            args.template = Path(folder) / "template.jinja"
            args.template.write_text(template_of(args.turn), encoding="utf-8")
        if args.price:
            with serve(args) as backend:
                request, token = price(backend, 10 * args.rounds)
            print(f"a request takes {1e3 * request:.1f} ms, a token {1e3 * token:.1f} ms")
            return
        rows = [row for row in ROWS if not row.in_words and (args.rows in row.name or row.name == PEER)]
        table = figures(measure(args, rows))
    if args.json:
        print(json.dumps(table, indent=2))
        return
    print("| four steps | valid calls | seconds | ratio | of the steps | requests | generated | evaluated |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, own in table.items():
        pairs = zip(own["compared"], own["step_ratios"], strict=True)
        ratios = ", ".join(f"{number}: {ratio:.2f}" for number, ratio in pairs) or "none compared"
        whole = "" if own["ratio"] is None else f"{own['ratio']:.2f}"
        print(
            f"| {name} | {own['calls']:.1f} of 3 | {own['seconds']:.2f} | {whole} | {ratios} "
            f"| {own['requests']:.0f} | {own['generated']:.0f} | {own['evaluated']:.0f} |"
        )


if __name__ == "__main__":
    main()
