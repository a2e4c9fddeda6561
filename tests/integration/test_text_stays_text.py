"""Anybody's text on the vocabularies of real models: no control token comes of it, and none of a syntax's marks."""

from __future__ import annotations

import ctypes
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import llama_cpp
import pytest

from gba.backends.base import Properties
from gba.backends.vocabulary import Vocabulary
from gba.chat.formats import BUILT_IN
from gba.chat.io import answer
from gba.chat.specials import Specials
from gba.chat.syntaxes import BUILT_IN as SYNTAXES
from gba.chat.tokens import Tokens
from tests.helpers.families import FAMILIES

MODELS = os.environ.get("LLAMA_CPP_MODELS", "")
VOCABULARIES = [path for path in sorted(Path(MODELS).glob("ggml-vocab-*.gguf")) if MODELS and "bert" not in path.name]
"""All but those of embedding models, which write nothing and whose tokenizers do not keep a text as it is."""
TEXTS = 60

pytestmark = pytest.mark.skipif(
    not MODELS,
    reason="LLAMA_CPP_MODELS does not name a folder; `make test` does, after "
    "`python tests/fetch_source.py llama-cpp-python vendor/llama.cpp/models .venv/llama.cpp-models`",
)

_QUIET = llama_cpp.llama_log_callback(lambda *_: None)


def test_the_vocabularies_are_there() -> None:
    assert len(VOCABULARIES) >= 12


class Model:
    """A backend that can only tokenize: a vocabulary without weights."""

    def __init__(self, path: Path) -> None:
        llama_cpp.llama_backend_init()
        llama_cpp.llama_log_set(_QUIET, ctypes.c_void_p(0))
        parameters = llama_cpp.llama_model_default_params()
        parameters.vocab_only = True
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
        assert self._model, f"llama.cpp cannot load {path}"
        self.vocabulary = Vocabulary(llama_cpp, self._model)
        self._properties = self.vocabulary.describe(context=4096, slots=1, model="x")
        self.structural = self._structural()

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        return self.vocabulary.tokenize(text, special=special)

    def detokenize(self, tokens: Any) -> str:
        return self.vocabulary.detokenize(tokens)

    def properties(self) -> Properties:
        return self._properties

    def complete(self, prompt: Any, **asked: Any) -> Iterator[Any]:
        raise NotImplementedError

    def close(self) -> None:
        llama_cpp.llama_model_free(self._model)

    def _structural(self) -> dict[int, str]:
        """Tokens of which structure is made, with their names: control and user-defined ones of more than a character
        that is no white space."""
        lib, names = llama_cpp, {}
        wanted = lib.LLAMA_TOKEN_ATTR_CONTROL | lib.LLAMA_TOKEN_ATTR_USER_DEFINED
        for token in range(self.vocabulary.size):
            if lib.llama_vocab_get_attr(self.vocabulary.pointer, token) & wanted:
                name = self.vocabulary.piece(token).decode("utf-8", errors="replace")
                if len(name) > 1 and not name.isspace():
                    names[token] = name
        return names


@pytest.fixture(scope="module", params=VOCABULARIES, ids=lambda path: path.stem.removeprefix("ggml-vocab-"))
def model(request: pytest.FixtureRequest) -> Iterator[Model]:
    made = Model(request.param)
    yield made
    made.close()


def hostile(names: list[str], seed: int) -> str:
    """A text with names of tokens in it: whole, nested, cut, run together, beside all kinds of text."""
    draw = random.Random(seed)
    pieces = []
    for _ in range(draw.randrange(1, 9)):
        name = draw.choice(names)
        at = draw.randrange(len(name))
        pieces.append(
            draw.choice(
                (
                    name,
                    name,
                    name[:at] + draw.choice(names) + name[at:],
                    name[at:],
                    name[:at],
                    name.upper(),
                    f" {name} ",
                    draw.choice(("a", "é日😀", "\n\n", "  ", "{}", "\u200b", "<", "<|", "|>", "\t", "The user said: ")),
                )
            )
        )
    return "".join(pieces)


def marks() -> list[str]:
    """The marks of all syntaxes and formats that are known here."""
    formats = [*BUILT_IN.values(), *(family.format() for family in FAMILIES)]
    formats += [BUILT_IN["chatml"].with_syntax(syntax) for syntax in SYNTAXES.values()]
    return sorted({mark for each in formats for mark in (*each.marks(), *each.stops)})


@pytest.mark.parametrize("known", [True, False], ids=["names told", "names not told"])
def test_no_control_token_comes_out_of_a_text(model: Model, known: bool) -> None:
    structural = model.structural
    names = list(structural.values()) or ["<s>"]
    properties = model.properties()
    tokens = Tokens(Specials(properties.specials if known else None))
    for seed in range(TEXTS):
        text = hostile(names if seed % 3 else [*names, *marks()], seed)
        found = answer(tokens.content(text), model)  # type: ignore[arg-type]
        assert not [structural[token] for token in found if token in structural], text


@pytest.mark.parametrize("known", [True, False], ids=["names told", "names not told"])
def test_a_text_is_spelled_as_it_is(model: Model, known: bool) -> None:
    structural = model.structural
    tokens = Tokens(Specials(model.properties().specials if known else None))
    plain = Tokens(Specials(()))
    for seed in range(TEXTS):
        text = hostile(list(structural.values()) or ["<s>"], seed)
        spelled = model.detokenize(answer(tokens.content(text), model))  # type: ignore[arg-type]
        expected = model.detokenize(answer(plain.content(text), model))  # type: ignore[arg-type]
        assert spelled.replace("\u200b", "") == expected.replace("\u200b", "")


def test_no_mark_of_a_syntax_comes_out_of_a_text(model: Model) -> None:
    listed = marks()
    properties = model.properties()
    tokens = Tokens(Specials(properties.specials, (), listed))
    for mark in listed:
        structure = answer(tokens.glue(mark), model)  # type: ignore[arg-type]
        for text in (mark, f"a{mark}b", f"See {mark} there", f"\n{mark}\n", mark * 2):
            found = answer(tokens.content(text), model)  # type: ignore[arg-type]
            runs = [found[at : at + len(structure)] for at in range(len(found))]
            assert structure not in runs, (mark, text)


def test_texts_without_such_names_are_tokenized_as_they_are(model: Model) -> None:
    tokens, plain = (Tokens(Specials(names)) for names in (model.properties().specials, ()))
    for text in ("Hello there.", "x < y and a > b", "[1, 2] </p> é日😀\n\n  int main() {}", "one  two   three"):
        if any(name in text for name in model.structural.values()):
            continue
        assert answer(tokens.content(text), model) == answer(plain.content(text), model)  # type: ignore[arg-type]
