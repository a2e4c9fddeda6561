"""The Berkeley Function-Calling Leaderboard on one GGUF and one llama-server: gba and others that call functions.

    make real
    .venv/bin/python benchmarks/bfcl.py MODEL.gguf [--n 50] [--categories simple_python parallel ...] [--template FILE]

The rows are gba without a thought before the call, with one as the model's template has it, and with one that is asked
for; ChatOpenAI on llama-server's own tool calling (--jinja); ChatLlama of langchain-llama-cpp, which speaks to the same
endpoint; and free text: the model is told of the functions in the leaderboard's own prompt, writes what it likes, and
the leaderboard reads calls out of it. All are greedy, choose freely between a call and an answer (``auto``), and may
write --max-tokens tokens. The leaderboard's AST checker judges. A peer that fails with an error has made no call;
errors are counted.

Each case is put to each row in turn, the server's cache emptied before each, so that none profits from another. What
came of it is added at once to a file of JSON lines (--results): a run that was interrupted goes on there, and one with
a larger --n adds to it. The first cases of all categories come first, so that the table of an unfinished run (--table)
has about as many of each. The table is Markdown on the standard output; --json writes the figures as well. Times mean
something only where nothing else is at work on the machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import httpx
from bfcl_cases import CATEGORIES, Calls, Case, Leaderboard
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_llama_cpp import ChatLlama
from langchain_openai import ChatOpenAI

from gba import ChatLlamaCpp
from gba.backends.process import LlamaServerProcess

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Row:
    """Who is asked. ``make(url, options)`` is its chat model on the server; ``options`` are temperature, max_tokens and
    timeout. ``in_words``: it is told of the functions in the prompt, and not given them as tools."""

    name: str
    make: Callable[[str, dict[str, Any]], BaseChatModel]
    in_words: bool = False


def _gba(**fields: Any) -> Callable[[str, dict[str, Any]], BaseChatModel]:
    return lambda url, options: ChatLlamaCpp(base_url=url, **fields, **options)


def _openai(url: str, options: dict[str, Any]) -> BaseChatModel:
    return ChatOpenAI(base_url=f"{url}/v1", api_key="none", model="local", max_retries=0, **options)  # type: ignore[arg-type]


def _llama(url: str, options: dict[str, Any]) -> BaseChatModel:
    return ChatLlama(base_url=url, model="local", max_retries=0, **options)


ROWS = (
    Row("gba, thought none", _gba(thought="none")),
    Row("gba, thought auto", _gba(thought="auto", max_thought_tokens=128)),
    Row("gba, thought prompted", _gba(thought="prompted", max_thought_tokens=128)),
    Row("ChatOpenAI", _openai),
    Row("ChatLlama", _llama),
    Row("free text", _openai, in_words=True),
)
PEER = "ChatOpenAI"
"""Times are ratios of this row's."""


@dataclass(frozen=True)
class Answer:
    """What a row made of a case: the calls, or the text, or an error; seconds, and tokens that were generated."""

    row: str
    category: str
    case: str
    calls: Calls
    text: str
    error: str
    seconds: float
    generated: int


class Results:
    """The answers so far, in a file of JSON lines, the first of which says what they are answers of."""

    def __init__(self, path: Path, settings: dict[str, Any]) -> None:
        self._path = path
        self.answers: dict[tuple[str, str], Answer] = {}
        lines = list(_whole_lines(path)) if path.exists() else []
        if lines and lines[0] != settings:
            raise SystemExit(f"{path} has the answers of another run ({lines[0]}): name another file with --results")
        for line in lines[1:]:
            self._take(Answer(**line))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines or [settings]), encoding="utf-8")

    def _take(self, answer: Answer) -> None:
        self.answers[answer.row, answer.case] = answer

    def add(self, answer: Answer) -> None:
        """Keep an answer, in the file as well."""
        self._take(answer)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(answer)) + "\n")


def _whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines that were written to their end: an interrupted run may have left half a one."""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield json.loads(line)


def ask(row: Row, model: BaseChatModel, case: Case, board: Leaderboard) -> Answer:
    """Put a case to a row. An error of the client or the server is an answer, too: one without calls."""
    tools = [] if row.in_words else board.tools(case)
    messages: Any = board.in_words(case) if row.in_words else list(case.messages)
    message, error, started = AIMessage(""), "", time.perf_counter()
    try:
        bound: Any = model.bind_tools(tools, parallel_tool_calls=case.parallel) if tools else model
        message = bound.invoke(messages)
    except Exception as raised:  # noqa: BLE001 - whatever a client raises is what its user would get
        error = f"{type(raised).__name__}: {raised}"[:500]
    seconds = time.perf_counter() - started
    made: Calls = [{call["name"]: call["args"]} for call in message.tool_calls]
    calls = board.read(message.text) if row.in_words else made
    generated = (message.usage_metadata or {"output_tokens": 0})["output_tokens"]
    return Answer(row.name, case.category, case.name, calls, message.text, error, round(seconds, 3), generated)


def run(
    args: argparse.Namespace, cases: Sequence[Case], rows: Sequence[Row], board: Leaderboard, results: Results
) -> None:
    """Answer what has not been answered yet."""
    left = [(case, row) for case in cases for row in rows if (row.name, case.name) not in results.answers]
    if not left:
        return
    options = {"temperature": 0, "max_tokens": args.max_tokens, "timeout": 600}
    with tempfile.TemporaryDirectory() as folder:
        extra = ["--jinja", "--cache-ram", "0", "--slot-save-path", folder]
        extra += ["--threads-batch", str(args.threads)] if args.threads else []
        extra += ["--chat-template-file", str(args.template)] if args.template else []
        with LlamaServerProcess(
            args.model, context=args.context, slots=1, threads=args.threads, extra_args=extra
        ) as server:
            models = {row.name: row.make(server.base_url, options) for row in rows}
            for number, (case, row) in enumerate(left):
                httpx.post(f"{server.base_url}/slots/0?action=erase", timeout=60).raise_for_status()
                answer = ask(row, models[row.name], case, board)
                if server.pid is None:
                    raise SystemExit(f"llama-server ended at {case.name} of {row.name}:\n{server.log_tail()}")
                results.add(answer)
                print(f"{number + 1}/{len(left)} {case.name} {row.name}: {answer.seconds:.1f} s", flush=True)


def in_turn(categories: Iterable[Iterable[Case]]) -> list[Case]:
    """The first case of each category, then the second of each, and so on."""
    rounds = zip_longest(*categories)
    return [case for each in rounds for case in each if case is not None]


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    """What the answers in a file of results depend on."""
    template = args.template.read_bytes() if args.template else None
    return {
        "model": args.model.name,
        "bytes": args.model.stat().st_size,
        "template": hashlib.sha256(template).hexdigest() if template else None,
        "max_tokens": args.max_tokens,
        "context": args.context,
        "gba": _code(),
    }


def _code() -> str:
    """A checksum of gba's own code: answers of different versions are not mixed."""
    files = sorted((ROOT / "gba").rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def figures(
    answers: Iterable[Answer], cases: Sequence[Case], rows: Sequence[Row], board: Leaderboard
) -> dict[str, dict[str, Any]]:
    """For each row: percent right by category, and over all cases calls made, errors, time, and tokens a case.

    Only cases that all rows have answered count.
    """
    known = {(answer.row, answer.case): answer for answer in answers}
    cases = [case for case in cases if all((row.name, case.name) in known for row in rows)]
    if not cases:
        raise SystemExit("there is no case yet that all rows have answered")
    table: dict[str, dict[str, Any]] = {}
    for row in rows:
        mine = [(case, known[row.name, case.name]) for case in cases]
        right: dict[str, list[bool]] = {}
        for case, answer in mine:
            verdict = board.right(case, answer.calls, in_words=row.in_words)
            right.setdefault(case.category, []).append(verdict)
        table[row.name] = {
            "right": {category: round(100 * sum(found) / len(found), 1) for category, found in right.items()},
            "n": {category: len(found) for category, found in right.items()},
            "with_calls": sum(bool(answer.calls) for _, answer in mine),
            "errors": sum(bool(answer.error) for _, answer in mine),
            "seconds": round(sum(answer.seconds for _, answer in mine) / len(mine), 3),
            "generated": round(sum(answer.generated for _, answer in mine) / len(mine), 1),
        }
    return table


def markdown(table: dict[str, dict[str, Any]]) -> str:
    """The figures as a table: categories, then what holds for all of them together."""
    names = list(table)
    counts = table[names[0]]["n"]
    cases = sum(counts.values())
    lines = [["right, %", *names], ["---"] * (len(names) + 1)]
    for category, count in counts.items():
        lines.append([f"{category} ({count})", *(f"{table[name]['right'][category]:.0f}" for name in names)])
    lines.append([f"cases with a call, of {cases}", *(str(table[name]["with_calls"]) for name in names)])
    lines.append([f"errors, of {cases}", *(str(table[name]["errors"]) for name in names)])
    lines.append(["tokens generated a case", *(f"{table[name]['generated']:.0f}" for name in names)])
    if PEER in table:
        base = table[PEER]["seconds"]
        lines.append([f"time, as a ratio of {PEER}'s", *(f"{table[name]['seconds'] / base:.2f}" for name in names)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="a GGUF file")
    parser.add_argument("--n", type=int, default=50, help="cases of a category, its first ones (default: %(default)s)")
    parser.add_argument("--categories", nargs="+", choices=CATEGORIES, default=CATEGORIES, metavar="CATEGORY")
    parser.add_argument("--rows", nargs="+", choices=[row.name for row in ROWS], metavar="ROW", help="all by default")
    parser.add_argument("--template", type=Path, default=None, help="a chat template instead of the file's own")
    parser.add_argument("--max-tokens", type=int, default=256, help="of one answer (default: %(default)s)")
    parser.add_argument("--context", type=int, default=8192, help="tokens (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=None, help="of llama-server; its own choice otherwise")
    parser.add_argument("--bfcl", type=Path, default=ROOT / ".venv" / "bfcl", help="the folder with bfcl_eval")
    parser.add_argument("--results", type=Path, default=None, help="JSON lines (default: build/bfcl/MODEL.jsonl)")
    parser.add_argument("--table", action="store_true", help="print the table of what is answered, and ask nothing")
    parser.add_argument("--json", type=Path, default=None, help="write the figures there")
    args = parser.parse_args()
    args.results = args.results or ROOT / "build" / "bfcl" / f"{args.model.stem}.jsonl"
    board = Leaderboard(args.bfcl)
    rows = [row for row in ROWS if args.rows is None or row.name in args.rows]
    categories = [board.cases(category, args.n) for category in args.categories]
    results = Results(args.results, _settings(args))
    if not args.table:
        run(args, in_turn(categories), rows, board, results)
    cases = [case for category in categories for case in category]
    table = figures(results.answers.values(), cases, rows, board)
    if args.json:
        args.json.write_text(json.dumps({**_settings(args), "rows": table}, indent=2) + "\n", encoding="utf-8")
    print(f"\n{args.model.name}, greedy, at most {args.max_tokens} tokens an answer\n\n{markdown(table)}")


if __name__ == "__main__":
    main()
