"""What a token costs in process: gba's decoding loop against llama-cpp-python's own, on the same model in one run.

    python benchmarks/backends.py [--model FILE.gguf] [--tokens 200] [--rounds 5] [--json]

Both draw with the same samplers from the same prompt, by turns. The figure is the processor time of the whole process
per token, all threads, so that other work on the machine disturbs little. Without --model, a model with random weights
and 32,000 pieces is written: it knows nothing, so that `object` (where a grammar refuses nearly all that it
draws) is the worst case for a loop that draws first, and `any text` (where it refuses nothing) the best.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gba.backends.base import Sampling
from gba.backends.inprocess import LlamaInProcess

CHARACTER = r'([^"\\\x00-\x1f] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))'
GRAMMARS: dict[str, str | None] = {
    "no grammar": None,
    "any text": r"root ::= [^\x00]*",
    "object": f'root ::= "{{\\"name\\": \\"" {CHARACTER}* "\\", \\"age\\": " [0-9]+ "}}"',
    "digits": "root ::= [0-9]{200}",
}


@dataclass(frozen=True)
class Result:
    """Milliseconds of processor time for a token: ours, theirs, and theirs as a multiple of ours."""

    grammar: str
    tokens: int
    gba_ms: float
    llama_cpp_python_ms: float
    ratio: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Cost of a token in process, against llama-cpp-python.")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = arguments.model or write_model(Path(folder))
        results = measure(model, arguments.tokens, arguments.rounds)
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
        return
    print(f"{'grammar':12} {'tokens':>6} {'gba':>10} {'llama-cpp-python':>17} {'ratio':>7}")
    for r in results:
        print(f"{r.grammar:12} {r.tokens:6} {r.gba_ms:7.3f} ms {r.llama_cpp_python_ms:14.3f} ms {r.ratio:6.2f}x")


def write_model(folder: Path) -> Path:
    """A random-weights model with a vocabulary of the size of Llama-2's."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.helpers.gguf_factory import Shape, write_gguf

    return write_gguf(folder / "random.gguf", shape=Shape(pieces=32_000))


def measure(model: Path, tokens: int, rounds: int) -> list[Result]:
    """By turns, each round both loops for each grammar; the medians of all rounds."""
    import llama_cpp

    with LlamaInProcess(model, threads=1, slots=1) as ours:
        theirs = llama_cpp.Llama(str(model), n_ctx=2048, n_threads=1, n_threads_batch=1, verbose=False)
        prompt = [ours.properties().bos or 1, *ours.tokenize("The result of the query is a record:")]
        results = []
        for name, grammar in GRAMMARS.items():
            loops = (our_loop(ours, prompt, grammar, tokens), their_loop(theirs, prompt, grammar, tokens))
            times: tuple[list[float], list[float]] = ([], [])
            drawn = 0
            for seed in range(rounds):
                for loop, found in zip(loops, times, strict=True):
                    started = time.process_time()
                    count = loop(seed)
                    found.append((time.process_time() - started) * 1e3 / count)
                    drawn += count
            first, second = map(statistics.median, times)
            results.append(Result(name, drawn, first, second, second / first))
        theirs.close()
    return results


def our_loop(backend: LlamaInProcess, prompt: list[int], grammar: str | None, tokens: int) -> Callable[[int], int]:
    def run(seed: int) -> int:
        chunks = list(backend.complete(prompt, grammar=grammar, max_tokens=tokens, sampling=Sampling(seed=seed)))
        assert chunks[-1].timings is not None
        return chunks[-1].timings.predicted_n

    return run


def their_loop(llama: Any, prompt: list[int], grammar: str | None, tokens: int) -> Callable[[int], int]:
    import llama_cpp

    def run(seed: int) -> int:
        parsed = None if grammar is None else llama_cpp.LlamaGrammar.from_string(grammar, verbose=False)
        answer = llama.create_completion(
            prompt, max_tokens=tokens, grammar=parsed, seed=seed, temperature=0.8, top_k=40, top_p=0.95, min_p=0.05
        )
        return max(1, int(answer["usage"]["completion_tokens"]))

    return run


if __name__ == "__main__":
    main()
