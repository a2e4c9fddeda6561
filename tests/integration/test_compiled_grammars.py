"""Compiled grammars on llama.cpp's own engine: it reads every one, and says of every text what our matcher says."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gba.grammar import Grammar
from tests.helpers.bombs import BOMBS
from tests.helpers.compile_cases import CASES
from tests.helpers.goldens import GOLDENS
from tests.helpers.vocab import Engine, write_vocab

CHARS = '{}[],:" abcdefghijklmnopqrstuvwxyz0123456789-.\\'
GRAMMARS = Path(__file__).parents[2] / "grammars"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(write_vocab(tmp_path_factory.mktemp("vocabulary") / "vocab.gguf")) as engine:
        yield engine


@pytest.mark.parametrize("path", sorted(GRAMMARS.glob("*.gbnf")), ids=lambda path: path.stem)
def test_llama_cpp_reads_every_grammar_that_is_kept(engine: Engine, path: Path) -> None:
    assert engine.read(path.read_text())


@pytest.mark.parametrize("name", BOMBS)
def test_llama_cpp_reads_the_grammar_of_a_schema_bomb(engine: Engine, name: str) -> None:
    assert engine.read(str(Grammar.from_json_schema(BOMBS[name])))


@pytest.mark.parametrize("minimum,maximum", [(0, 511), (0, 512), (0, 513), (3, 1024), (700, 1300), (2000, 2001)])
def test_llama_cpp_keeps_a_large_bound(engine: Engine, minimum: int, maximum: int) -> None:
    grammar = Grammar.from_json_schema({"type": "string", "minLength": minimum, "maxLength": maximum})
    assert engine.read(str(grammar))
    for length in {max(0, minimum - 1), minimum, 512, 513, maximum - 1, maximum, maximum + 1}:
        assert engine.accepts('"' + "a" * length + '"') == (minimum <= length <= maximum), length


@pytest.mark.parametrize("whitespace", ["compact", "flexible"])
@pytest.mark.parametrize("name", CASES)
def test_llama_cpp_and_the_matcher_agree(engine: Engine, name: str, whitespace: Any) -> None:
    schema, right, wrong = CASES[name]
    grammar = Grammar.from_json_schema(schema, whitespace=whitespace)
    assert engine.read(str(grammar))
    for value in [*right, *wrong]:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        matcher = grammar.matcher()
        assert engine.accepts(text) == (matcher.advance(text) and matcher.accepting), text


@pytest.mark.parametrize("name", GOLDENS)
def test_a_random_walk_ends_in_a_sentence_of_both(engine: Engine, name: str) -> None:
    grammar = GOLDENS[name]()
    assert engine.read(str(grammar))
    chance = random.Random(name)
    matcher, text = grammar.matcher(), ""
    for _ in range(60):
        options = [char for char in CHARS if matcher.allows(char)]
        assert options == [char for char in CHARS if engine.follows(text + char)]
        if not options:
            break
        text += chance.choice(options)
        matcher.advance(text[-1])
    assert engine.accepts(text + matcher.shortest())
