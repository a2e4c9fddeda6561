"""Does llama.cpp survive every grammar, and is what it lets through valid? Random walks through all of them.

    python benchmarks/walks.py DATA.jsonl.xz [--limit N] [--walks 2] [--tokens 256] [--vocabulary FILE.gguf]
                                [--out FILE.jsonl] [--json]

Each schema of DATA is compiled, once compact and once with flexible white space, and read by llama.cpp's grammar engine
in a process of its own, so that a crash is seen and named. A walk draws tokens out of those that the mask lets through;
after so many tokens it goes on along the shortest completion that gba's matcher names, as a call that runs out of
tokens does. The text must then be one that the engine ends, that the matcher accepts, and, where the grammar has no
residual, that jsonschema with format checks finds valid. The vocabulary is a small one with all bytes and some words,
or that of any GGUF. With FILE.jsonl a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import codecs
import collections
import contextlib
import functools
import itertools
import json
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
from harness import Case, LlamaGrammar, Vocabulary, isolated, load

from gba import Grammar
from gba.errors import SchemaError

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.helpers.vocab import write_vocab

CLOSING = b'"]},:'
OFTEN = 40
"""How much likelier than others the tokens are that begin with one of CLOSING: else no string would ever end."""


class Walker:
    """Walks through the grammars of one schema after another; gives what went wrong, or what the walks were."""

    def __init__(self, vocabulary: Path, walks: int, tokens: int, seed: int) -> None:
        self.vocabulary = Vocabulary(vocabulary)
        self.walks, self.tokens, self.seed = walks, tokens, seed
        pieces = self.vocabulary.pieces
        pieces[self.vocabulary.end] = b""
        self.weights = np.array([OFTEN if piece[:1] and piece[0] in CLOSING else 1 for piece in pieces])
        self.bytes = {piece[0]: token for token, piece in enumerate(pieces) if len(piece) == 1}
        """The token of each byte; a vocabulary without byte tokens cannot walk."""

    def __call__(self, case: Case, say: Callable[[str], None]) -> list[str]:
        found: list[str] = []
        for style in ("compact", "flexible"):
            say(f"compiling, {style}")
            try:
                grammar = Grammar.from_json_schema(case["schema"], whitespace=style)
            except SchemaError as error:
                found.append(f"refused: {error}"[:300])
                continue
            say(f"loading, {style}")
            try:
                reader = LlamaGrammar(self.vocabulary, str(grammar))
            except ValueError as error:
                found.append(f"not loaded: {error}")
                continue
            for number in range(self.walks):
                say(f"walk {number}, {style}")
                pick = random.Random(f"{self.seed} {case['id']} {style} {number}")
                found.append(self.walk(reader, grammar, case["schema"], pick))
            reader.close()
        return found

    def walk(self, reader: LlamaGrammar, grammar: Grammar, schema: Any, pick: random.Random) -> str:
        """One walk from the beginning of a text to its end."""
        reader.restart()
        text, decoder = "", codecs.getincrementaldecoder("utf-8")()
        for count in itertools.count():
            state = decoder.getstate()
            if count >= self.tokens and not state[0]:
                break
            token = self.draw(reader, decoder, pick)
            if token is None:
                return f"a dead end: {text!r} {state[0]!r}"
            if token == self.vocabulary.end:
                return verdict(grammar, schema, text, "ended")
            reader.step(token)
            text += decoder.decode(self.vocabulary.pieces[token])
        matcher = grammar.matcher()
        if not matcher.advance(text):
            return f"the matcher refuses what llama.cpp let through: {text!r}"
        rest = matcher.shortest()
        if not all(reader.step(self.bytes[byte]) for byte in rest.encode()) or not reader.ends():
            return f"llama.cpp refuses the matcher's completion: {text!r} {rest!r}"
        return verdict(grammar, schema, text + rest, "closed")

    def draw(self, reader: LlamaGrammar, decoder: codecs.IncrementalDecoder, pick: random.Random) -> int | None:
        """One of the tokens that may come next. Bytes that are no UTF-8, which llama.cpp lets through, are left out."""
        tokens = reader.allowed()
        weights = self.weights[tokens]
        state = decoder.getstate()
        while weights.any():
            sums = weights.cumsum()
            at = int(sums.searchsorted(pick.random() * sums[-1], side="right"))
            decoder.setstate(state)
            if goes_on(decoder, self.vocabulary.pieces[tokens[at]]):
                decoder.setstate(state)
                return int(tokens[at])
            weights[at] = 0
        return None


def goes_on(decoder: codecs.IncrementalDecoder, piece: bytes) -> bool:
    """Whether text can go on by the bytes."""
    try:
        decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    left = decoder.getstate()[0]
    return not (left[:1] == b"\xed" and left[1:2] >= b"\xa0")  # half a surrogate, at which Python waits for the rest


def verdict(grammar: Grammar, schema: Any, text: str, how: str) -> str:
    """How the walk ended, or what is wrong with its text."""
    matcher = grammar.matcher()
    if not matcher.advance(text) or not matcher.accepting:
        return f"the matcher does not end where llama.cpp does: {text!r}"
    try:
        value = json.loads(text)
    except ValueError as error:
        return f"no JSON: {error}: {text!r}"
    if grammar.residual:
        return f"{how}, with a residual"
    kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    error = next(kind(schema, format_checker=kind.FORMAT_CHECKER).iter_errors(value), None)
    return how if error is None else f"invalid: {error.message[:200]}: {text!r}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, help="so many of the schemas, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--walks", type=int, default=2, help="walks through each of a schema's two grammars")
    parser.add_argument("--tokens", type=int, default=256, help="tokens of a walk that are drawn")
    parser.add_argument("--vocabulary", type=Path, help="a GGUF; its weights are not read")
    parser.add_argument("--out", type=Path, help="gets a line for each schema; those that it has are not done again")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    cases = load(args.data, args.limit, args.seed)
    rows: dict[str, list[str]] = {}
    if args.out and args.out.exists():
        listed = {case["id"] for case in cases}
        lines = map(json.loads, args.out.read_text().splitlines())
        rows = {row["id"]: row["walks"] for row in lines if row["id"] in listed}
    left = [case for case in cases if case["id"] not in rows]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        vocabulary = args.vocabulary or write_vocab(Path(folder) / "vocabulary.gguf")
        out = stack.enter_context(args.out.open("a")) if args.out else None
        make = functools.partial(Walker, vocabulary, args.walks, args.tokens, args.seed)
        for case, outcome, result in isolated(make, left, seconds=120):
            row = rows[case["id"]] = result if outcome == "done" else [f"{outcome}: {result}"]
            if out is not None:
                print(json.dumps({"id": case["id"], "walks": row}), file=out, flush=True)
    report(rows, as_json=args.json)


def report(rows: dict[str, list[str]], *, as_json: bool) -> None:
    """Print what became of the walks, and each that went wrong."""
    counts = collections.Counter({"schemas": len(rows), "crash": 0})
    wrong: list[str] = []
    for name, lines in rows.items():
        for line in lines:
            kind = line.partition(":")[0]
            counts[kind] += 1
            if kind not in {"ended", "closed", "refused"} and "residual" not in kind:
                wrong.append(f"{name}: {line}")
    if as_json:
        print(json.dumps({"counts": counts, "wrong": wrong}))
        return
    for kind, count in counts.most_common():
        print(f"{count:8} {kind}")
    print(*wrong, sep="\n")


if __name__ == "__main__":
    main()
