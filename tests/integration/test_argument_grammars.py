"""Grammars of arguments on llama.cpp's own engine: it reads every one, and says of every text what our matcher says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from gba.grammar.arguments import compile_arguments
from tests.helpers.argument_styles import STYLES
from tests.helpers.argument_tools import SEVERAL, WEATHER
from tests.helpers.compile_cases import CASES
from tests.helpers.vocab import Engine, write_vocab

CHARS = "{}[](),:'\"<>/|= \nabelnprtu0123-.\\é"
UNLIKE = ["python", "gemma", "parameter", "string or not", "call"]
"""Styles that have little in common."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(write_vocab(tmp_path_factory.mktemp("vocabulary") / "vocab.gguf")) as engine:
        yield engine


@pytest.mark.parametrize("name", UNLIKE)
@pytest.mark.parametrize("case", [case for case, (_, right, _) in CASES.items() if isinstance(right[0], dict)])
def test_llama_cpp_and_the_matcher_agree(engine: Engine, case: str, name: str) -> None:
    schema, right, wrong = CASES[case]
    arguments = compile_arguments(schema, STYLES[name])
    assert engine.read(str(arguments.grammar))
    for value in (value for value in [*right, *wrong] if isinstance(value, dict)):
        text = arguments.write(value)
        matcher = arguments.grammar.matcher()
        assert engine.accepts(text) == (matcher.advance(text) and matcher.accepting), text


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize(
    "schema",
    [
        WEATHER,
        {"properties": {"v": SEVERAL[-1][0], "w": SEVERAL[0][0]}, "additionalProperties": True},
        {"properties": {"v": {"type": "string", "minLength": 3, "maxLength": 400}}, "required": ["v"]},
    ],
    ids=["weather", "any", "long"],
)
def test_a_random_walk_ends_in_a_sentence_of_both(engine: Engine, schema: Any, name: str) -> None:
    arguments = compile_arguments(schema, STYLES[name])
    assert engine.read(str(arguments.grammar))
    chance = random.Random(name)
    matcher, text = arguments.grammar.matcher(), ""
    for _ in range(12):
        forced = matcher.forced()
        if forced:
            text += forced
            matcher.advance(forced)
        options = [char for char in CHARS if matcher.allows(char)]
        assert options == [char for char in CHARS if engine.follows(text + char)]
        if not options:
            break
        text += chance.choice(options)
        matcher.advance(text[-1])
    text += matcher.shortest()
    assert engine.accepts(text)
    assert arguments.read(text) is not None
