"""What a grammar costs on llama.cpp's own engine: gba's against that of llama-cpp-python's converter, and llguidance.

    python benchmarks/engine.py DATA.jsonl.xz VOCABULARY.gguf [--limit 500] [--seed 0] [--json]

VOCABULARY: any GGUF; its weights are not read. In llama.cpp's repository `models/ggml-vocab-llama-spm.gguf` has the
32,000 tokens of Llama 2. A valid instance of each schema is read token by token by the grammars in turn. Measured for
each token: checking and accepting it, and for some of them the mask over the whole vocabulary. The times are the least
of some repetitions, in processor time of the thread, so that other work disturbs little. In four manners: `json`, any
JSON of the schema as `json.dumps` writes it; `closed`, the same without keys that the schema does not name, which
llama-cpp-python's converter never allows; `compact`, gba's default, keys that are not named between those that are, in
their order, and no white space; and `calls`, as gba has tools called: keys in their order and no others, one space
after each comma and colon. The mean is what a whole text costs.

`--floor` shows what no grammar can do better on this engine: masks after a quotation mark, where one text alone may
follow, and where nearly any may, as in a string, or in a key that the schema does not name. Neither has an alternative.

Only schemas count for which both compilers have a grammar that accepts a valid instance; it is the longest that both
accept. llguidance, an engine of its own, is measured on those of them that it accepts as well, where it is installed.
"""

from __future__ import annotations

import argparse
import collections
import functools
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from harness import Case, LlamaGrammar, Vocabulary, isolated, load, quantile

STYLES: dict[str, tuple[dict[str, Any], tuple[str, str] | None]] = {
    "json": ({"whitespace": "flexible"}, None),
    "closed": ({"whitespace": "flexible", "closed": True}, None),
    "compact": ({}, (",", ":")),
    "calls": ({"whitespace": "spaced", "closed": True}, None),
}
"""How gba compiles, and the separators with which `json.dumps` writes the instances."""

FLOOR = {
    "one text": r'root ::= "\"abc\""',
    "any text": r'root ::= "\"" chars' + "\n" + r'chars ::= [^"\\\x00-\x1f] chars',
}
"""Grammars that there is nothing to take away from."""

TOKENS, MASKS = 300, 12
"""Tokens of an instance that are read at most, and masks among them."""


class Reader(Protocol):
    """A grammar that reads tokens."""

    def restart(self) -> None: ...
    def step(self, token: int) -> bool: ...
    def ends(self) -> bool: ...
    def prepare(self) -> None: ...
    def mask(self) -> None: ...
    def close(self) -> None: ...


def gba(vocabulary: Vocabulary, style: str, schema: Any) -> Reader:
    """gba's grammar in llama.cpp's engine."""
    from gba import Grammar

    return LlamaGrammar(vocabulary, str(Grammar.from_json_schema(schema, **STYLES[style][0])))


def llama_cpp_python(vocabulary: Vocabulary, schema: Any) -> Reader:
    """The grammar of llama-cpp-python's converter in the same engine."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    return LlamaGrammar(vocabulary, json_schema_to_gbnf(json.dumps(schema)))


class LlGuidance:
    """llguidance's own compiler and engine."""

    def __init__(self, tokenizer: Any, schema: Any) -> None:
        import llguidance
        import llguidance.numpy as masks

        grammar = llguidance.LLMatcher.grammar_from_json_schema(schema)
        self._matcher = llguidance.LLMatcher(tokenizer, grammar)
        if self._matcher.is_error():
            raise ValueError(self._matcher.get_error())
        self._bits = masks.allocate_token_bitmask(1, tokenizer.vocab_size)
        self._fill = masks.fill_next_token_bitmask

    def restart(self) -> None:
        self._matcher.reset()

    def step(self, token: int) -> bool:
        return bool(self._matcher.consume_token(token))

    def ends(self) -> bool:
        return bool(self._matcher.is_accepting())

    def prepare(self) -> None:
        """Nothing to prepare."""

    def mask(self) -> None:
        self._fill(self._matcher, self._bits, 0)

    def close(self) -> None:
        """Nothing to free."""


@dataclass
class Times:
    """Seconds: from the schema to a grammar that is ready to read, for each token, for each mask."""

    ready: float
    steps: list[float] = field(default_factory=list)
    masks: list[float] = field(default_factory=list)


Row = dict[str, Times | str]
"""Of each engine its times, or why it has none."""


class Measure:
    """Measures one schema with each of the compilers, in each style."""

    def __init__(self, vocabulary: Path, seed: int, repeat: int) -> None:
        self._vocabulary = Vocabulary(vocabulary)
        self._seed, self._repeat = seed, repeat
        self._others: dict[str, Callable[[Any], Reader]] = {
            "llama-cpp-python": functools.partial(llama_cpp_python, self._vocabulary)
        }
        try:
            from llguidance.llamacpp import lltokenizer_from_vocab
        except ImportError:
            return
        self._others["llguidance"] = functools.partial(LlGuidance, lltokenizer_from_vocab(self._vocabulary.pointer))

    def __call__(self, case: Case, say: Callable[[str], None]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for style, (_, separators) in STYLES.items():
            texts = [
                json.dumps(test["data"], ensure_ascii=False, separators=separators)
                for test in case["tests"]
                if test["valid"]
            ]
            instances = sorted(map(self._vocabulary.tokens, texts), key=len, reverse=True)
            makers = {"gba": functools.partial(gba, self._vocabulary, style), **self._others}
            found[style] = {}
            readers = self._readers(makers, case["schema"], found[style], say)
            if "gba" in readers and "llama-cpp-python" in readers:
                self._time(f"{case['id']} {style}", instances, readers, found[style])
            for reader in readers.values():
                reader.close()
        return found

    def _readers(
        self, makers: dict[str, Callable[[Any], Reader]], schema: Any, row: Row, say: Callable[[str], None]
    ) -> dict[str, Reader]:
        readers: dict[str, Reader] = {}
        for name, make in makers.items():
            say(name)
            start = time.thread_time()
            try:
                readers[name] = make(schema)
            except Exception as error:  # noqa: BLE001 - whatever a converter raises, it refuses the schema
                row[name] = f"refused: {error}"[:200]
            else:
                row[name] = Times(time.thread_time() - start)
        return readers

    def _time(self, name: str, instances: list[list[int]], readers: dict[str, Reader], row: Row) -> None:
        """Adds the times of each reader, all of which read the same tokens."""
        ours, theirs = readers["gba"], readers["llama-cpp-python"]
        tokens = next((tokens for tokens in instances if reads(ours, tokens) and reads(theirs, tokens)), None)
        for engine, reader in readers.items():
            if tokens is None or not reads(reader, tokens):
                row[engine] = "no instance accepted"
        if tokens is None:
            return
        tokens = tokens[:TOKENS]
        masked = set(random.Random(f"{self._seed} {name}").sample(range(len(tokens)), min(MASKS, len(tokens))))
        runs = [(engine, one_run(readers[engine], tokens, masked)) for _ in range(self._repeat) for engine in readers]
        for engine, times in row.items():
            if isinstance(times, Times):
                own = [run for name, run in runs if name == engine]
                times.steps = [min(values) for values in zip(*(steps for steps, _ in own), strict=True)]
                times.masks = [min(values) for values in zip(*(masks for _, masks in own), strict=True)]


def reads(reader: Reader, tokens: list[int]) -> bool:
    """Whether the tokens are a text of the grammar."""
    reader.restart()
    return all(reader.step(token) for token in tokens) and reader.ends()


def one_run(reader: Reader, tokens: list[int], masked: set[int]) -> tuple[list[float], list[float]]:
    """Seconds of each step, and of each mask."""
    clock, steps, masks = time.thread_time, [], []
    reader.restart()
    for number, token in enumerate(tokens):
        if number in masked:
            reader.prepare()
            start = clock()
            reader.mask()
            masks.append(clock() - start)
        start = clock()
        reader.step(token)
        steps.append(clock() - start)
    return steps, masks


def floor(vocabulary: Path, repeat: int) -> dict[str, float]:
    """Microseconds of a mask after the quotation mark of each of the plainest grammars.

    They take turns: what one mask leaves to the allocator, the next finds there.
    """
    tokens = Vocabulary(vocabulary)
    (mark,) = tokens.tokens('"')
    grammars = {name: LlamaGrammar(tokens, text) for name, text in FLOOR.items()}
    least = dict.fromkeys(FLOOR, float("inf"))
    for _ in range(repeat):
        for name, grammar in grammars.items():
            grammar.restart()
            grammar.step(mark)
            grammar.prepare()
            start = time.thread_time()
            grammar.mask()
            least[name] = min(least[name], time.thread_time() - start)
    for grammar in grammars.values():
        grammar.close()
    tokens.close()
    return {name: round(seconds * 1e6, 1) for name, seconds in least.items()}


def table(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """The figures of each engine; "ready" is the time from the schema to a grammar that can read."""
    both = [row for row in rows if all(isinstance(row.get(name), Times) for name in ("gba", "llama-cpp-python"))]
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        times = [value for row in both if isinstance(value := row.get(name), Times)]
        ready = [time.ready * 1e3 for time in times]
        steps = [step * 1e6 for time in times for step in time.steps]
        masks = [mask * 1e6 for time in times for mask in time.masks]
        found[name] = {"schemas": len(times), "tokens": len(steps), "masks": len(masks)}
        for kind, values in (("ready ms", ready), ("token us", steps), ("mask us", masks)):
            for share in (50, 99):
                found[name][f"{kind} p{share}"] = round(quantile(values, share / 100), 2)
            found[name][f"{kind} mean"] = round(sum(values) / len(values), 2) if values else float("nan")
    return found


def ratios(figures: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Ours by llama-cpp-python's."""
    ours, theirs = figures["gba"], figures["llama-cpp-python"]
    return {key: round(ours[key] / theirs[key], 3) for key in ours if " " in key and theirs[key]}


def outcomes(rows: list[Row]) -> dict[str, dict[str, int]]:
    """What became of the schemas, for each engine."""
    found: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for row in rows:
        for name, value in row.items():
            outcome = str(value).partition(":")[0]
            if isinstance(value, Times):
                outcome = "measured" if value.steps else "compiled only"
            found[name][outcome] += 1
    return {name: dict(counts) for name, counts in found.items()}


def slowest(rows: list[tuple[str, Row]], count: int) -> list[str]:
    """Where gba loses most: the schemas by what their masks take beyond llama-cpp-python's."""
    found: list[tuple[float, str]] = []
    for name, row in rows:
        ours, theirs = row.get("gba"), row.get("llama-cpp-python")
        if isinstance(ours, Times) and isinstance(theirs, Times) and theirs.masks:
            mask = (sum(ours.masks) - sum(theirs.masks)) / len(theirs.masks) * 1e6
            step = (sum(ours.steps) - sum(theirs.steps)) / len(theirs.steps) * 1e6
            found.append((mask, f"{name}: a mask {mask:+.0f} us, a token {step:+.1f} us"))
    return [line for _, line in sorted(found, reverse=True)[:count]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("--limit", type=int, default=500, help="so many of the schemas, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the fastest counts")
    parser.add_argument("--slowest", type=int, default=0, help="name so many schemas where gba's masks cost most")
    parser.add_argument("--floor", action="store_true", help="the plainest masks instead of the schemas")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if args.floor:
        print(json.dumps(floor(args.vocabulary, 10 * args.repeat)))
        return
    make = functools.partial(Measure, args.vocabulary, args.seed, args.repeat)
    found: dict[str, list[tuple[str, Row]]] = {style: [] for style in STYLES}
    for case, outcome, result in isolated(make, load(args.data, args.limit, args.seed), seconds=300):
        for style in STYLES:
            # what crashed is the engine that was last at work
            row = result[style] if outcome == "done" else {result: outcome}
            found[style].append((case["id"], row))
    report = {}
    for style, named in found.items():
        rows = [row for _, row in named]
        figures = table(rows)
        report[style] = {"engines": figures, "ratios": ratios(figures), "outcomes": outcomes(rows)}
        if args.json:
            continue
        print(f"{style:14}", *(f"{name:>18}" for name in figures), f"{'ratio':>8}")
        for key in figures["gba"]:
            ratio = report[style]["ratios"].get(key, "")
            print(f"{key:14}", *(f"{column[key]!s:>18}" for column in figures.values()), f"{ratio!s:>8}")
        for name, counts in report[style]["outcomes"].items():
            print(f"{name}: {counts}")
        print(*slowest(named, args.slowest), "", sep="\n")
    if args.json:
        print(json.dumps(report))


if __name__ == "__main__":
    main()
