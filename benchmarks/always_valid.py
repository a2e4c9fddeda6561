"""Is every call valid, whatever the model? Random weights, high temperature, few tokens, schemas met in the wild.

    python benchmarks/always_valid.py DATA.jsonl.xz [--count 1000] [--transport server|inprocess|transformers]
                                      [--out FILE.jsonl] [--peer 100]

DATA: a line for each schema, {"id", "schema"}, as MaskBench has them; those of function calling corpora (BFCL, Glaive)
are taken. Each schema becomes the parameters of one tool, which `ChatLlamaCpp.bind_tools(..., tool_choice=name)` has
to call within a budget of 256 tokens; the arguments are judged by jsonschema with format checks. A schema that nothing
satisfies has no valid call: gba refuses it, it is listed, and the next one is taken. With `--peer`, the
server's own tool calling (`/v1/chat/completions`, `tool_choice: required`) gets the same tools in the same run.

All calls are made by one model in one process, or on one server. FILE gets a line for each schema once it is done;
schemas that are in it already are not done again, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import lzma
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema

from gba import ChatLlamaCpp, LlamaInProcess, LlamaServerProcess, Transformers

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.helpers.gguf_factory import write_gguf

BUDGET, TEMPERATURE = 256, 1.5
NAME = "the_tool"
UNSATISFIABLE = "unsatisfiable"


def load(path: Path) -> list[dict[str, Any]]:
    """The schemas of function calling corpora, in the order of the file."""
    with lzma.open(path, "rt") as file:
        cases = [json.loads(line) for line in file]
    return [case for case in cases if "BFCL" in case["id"] or "Glaive" in case["id"]]


def tool_of(schema: Any) -> dict[str, Any]:
    """A tool, as OpenAI writes them, whose parameters are the schema."""
    return {"type": "function", "function": {"name": NAME, "description": "Does it.", "parameters": schema}}


def verdict(schema: Any, arguments: Any) -> str:
    """``valid``, or what is wrong with the arguments."""
    kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    error = next(kind(schema, format_checker=kind.FORMAT_CHECKER).iter_errors(arguments), None)
    return "valid" if error is None else f"invalid: {error.message[:200]}"


def ours(model: ChatLlamaCpp, schema: Any) -> str:
    """The verdict on one call through gba."""
    try:
        message = model.bind_tools([tool_of(schema)], tool_choice=NAME).invoke("Do it.")
    except Exception as error:  # noqa: BLE001 - whatever it is, there is no valid call
        if "nothing satisfies the schema" in str(error):
            return f"{UNSATISFIABLE}: {error}"
        return f"{type(error).__name__}: {str(error)[:200]}"
    if len(message.tool_calls) != 1:
        return "no call"
    return verdict(schema, message.tool_calls[0]["args"])


def peer(url: str, schema: Any, seed: int) -> str:
    """The verdict on one call through the server's own tool calling."""
    body = {
        "messages": [{"role": "user", "content": "Do it."}],
        "tools": [tool_of(schema)],
        "tool_choice": "required",
        "max_tokens": BUDGET,
        "temperature": TEMPERATURE,
        "seed": seed,
    }
    answer = httpx.post(f"{url}/v1/chat/completions", json=body, timeout=120)
    if answer.status_code != httpx.codes.OK:
        return f"HTTP {answer.status_code}"
    calls = answer.json()["choices"][0]["message"].get("tool_calls") or []
    if not calls:
        return "no call"
    try:
        return verdict(schema, json.loads(calls[0]["function"]["arguments"]))
    except ValueError:
        return "cut JSON"


@contextlib.contextmanager
def models(transport: str, with_peer: bool) -> Iterator[tuple[ChatLlamaCpp, str]]:
    """A chat model on random weights, and the URL of the server ("" in process)."""
    with tempfile.TemporaryDirectory() as folder:
        gguf = write_gguf(Path(folder) / "random.gguf")
        settings = {"temperature": TEMPERATURE, "max_tokens": BUDGET, "max_thought_tokens": 8, "seed": 1}
        if transport != "server":
            with (LlamaInProcess if transport == "inprocess" else Transformers)(gguf, context=2048) as backend:
                yield ChatLlamaCpp(backend=backend, **settings), ""
            return
        extra = ["--jinja"] if with_peer else []
        with LlamaServerProcess(gguf, context=8192, extra_args=extra) as server, server.backend() as backend:
            yield ChatLlamaCpp(backend=backend, **settings), server.base_url


def main() -> None:
    """Print the counts; write a line for each schema."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--transport", choices=["server", "inprocess", "transformers"], default="server")
    parser.add_argument(
        "--peer", type=int, default=0, help="give so many of the schemas to the server's own tool calling"
    )
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    cases = load(args.data)
    rows = known(args.out)
    start, done = time.perf_counter(), 0
    with models(args.transport, bool(args.peer)) as (model, url), contextlib.ExitStack() as stack:
        out = stack.enter_context(args.out.open("a")) if args.out else None
        for case in cases:
            if callable_ones(rows) >= args.count:
                break
            if case["id"] in rows:
                continue
            row = rows[case["id"]] = {"id": case["id"], "gba": ours(model, case["schema"])}
            if url and done < args.peer and not row["gba"].startswith(UNSATISFIABLE):
                row["llama-server"] = peer(url, case["schema"], done)
            done += 1
            if out is not None:
                print(json.dumps(row), file=out, flush=True)
    print(f"{args.transport}: {done} schemas in {time.perf_counter() - start:.0f} s")
    for engine in ("gba", "llama-server"):
        counts = collections.Counter(row[engine].partition(":")[0] for row in rows.values() if engine in row)
        if counts:
            called = counts.total() - counts[UNSATISFIABLE]
            print(f"{engine:14} {counts['valid']} of {called} valid", dict(counts))
    for row in rows.values():
        if row["gba"] != "valid":
            print(row["id"], row["gba"])


def known(path: Path | None) -> dict[str, dict[str, str]]:
    """The lines of an earlier run, by the schema."""
    if path is None or not path.exists():
        return {}
    return {row["id"]: row for row in map(json.loads, path.read_text().splitlines())}


def callable_ones(rows: dict[str, dict[str, str]]) -> int:
    """How many of the schemas something satisfies."""
    return sum(not row["gba"].startswith(UNSATISFIABLE) for row in rows.values())


if __name__ == "__main__":
    main()
