"""What compiling a schema costs: gba, llama-cpp-python's own converter and llguidance, on the same schemas in one run.

    python benchmarks/compile.py SCHEMAS.jsonl.xz [--limit 500] [--json]

Each line of the file is an object with a `schema`. Processor time of this process, so that other work on the machine
disturbs little; all modules are loaded before, and the caches begin empty. A schema that a compiler refuses counts as
refused, with its time. llguidance, where it is installed, makes and validates its grammar, which has no text.
`peak_mb` is the most memory of the process until then.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import lzma
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from gba import Grammar
from gba.errors import SchemaError


@dataclass(frozen=True)
class Result:
    """Milliseconds of processor time a schema, bytes of grammar text, and how many schemas were refused."""

    compiler: str
    schemas: int
    refused: int
    p50_ms: float
    p99_ms: float
    most_ms: float
    p50_bytes: int
    p99_bytes: int
    most_bytes: int
    peak_mb: int


def ours(schema: Any) -> str:
    """The text of gba's grammar."""
    return str(Grammar.from_json_schema(schema, whitespace="flexible"))


def theirs(schema: Any) -> str:
    """The text of llama-cpp-python's."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    return json_schema_to_gbnf(json.dumps(schema))


def llguidance(schema: Any) -> str:
    """Nothing: llguidance's grammar is no text. Raises ValueError for what it refuses."""
    from llguidance import LLMatcher

    problem = LLMatcher.validate_grammar(LLMatcher.grammar_from_json_schema(schema))
    if problem:
        raise ValueError(problem)
    return ""


def measure(name: str, compiler: Callable[[Any], str], schemas: list[Any]) -> Result:
    """Compile every schema once, another one first."""
    compiler({"type": "object", "properties": {"loaded": {"type": "string"}}})
    gc.collect()
    gc.freeze()  # what the benchmark itself holds is not the compiler's
    times, sizes, refused = [], [], 0
    for schema in schemas:
        start = time.process_time()
        try:
            sizes.append(len(compiler(schema).encode()))
        except (
            SchemaError,
            ValueError,
            KeyError,
            AttributeError,
            TypeError,
            IndexError,
            AssertionError,
            RecursionError,
        ):
            refused += 1
        times.append((time.process_time() - start) * 1e3)
    times.sort()
    sizes.sort()
    return Result(
        name,
        len(schemas),
        refused,
        round(_quantile(times, 0.5), 2),
        round(_quantile(times, 0.99), 2),
        round(times[-1], 2),
        int(_quantile(sizes, 0.5)),
        int(_quantile(sizes, 0.99)),
        int(_quantile(sizes, 1)),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def _quantile(values: list[Any], share: float) -> float:
    return float(values[min(len(values) - 1, int(share * len(values)))]) if values else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--limit", type=int, default=500, help="every n-th schema, so that this many are left")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with lzma.open(args.file, "rt") as lines:
        schemas = [json.loads(line)["schema"] for line in lines]
    schemas = schemas[:: max(1, len(schemas) // args.limit)][: args.limit]
    results = [measure("gba", ours, schemas), measure("llama-cpp-python", theirs, schemas)]
    if importlib.util.find_spec("llguidance"):
        results.append(measure("llguidance", llguidance, schemas))
    if args.json:
        print(json.dumps([asdict(result) for result in results]))
        return
    for key in asdict(results[0]):
        print(f"{key:12}", *(f"{getattr(result, key)!s:>20}" for result in results))


if __name__ == "__main__":
    main()
