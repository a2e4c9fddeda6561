from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from gba.backends.base import AsyncBackend, Backend, Chunk, Sampling
from gba.backends.scripted import Scripted
from gba.errors import BackendError, ContextOverflowError, GrammarError


def text_of(chunks: Sequence[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def ask(backend: Scripted, prompt: str = "<s>hello", **arguments: Any) -> list[Chunk]:
    return list(backend.complete(backend.tokenize(prompt, special=True), **arguments))


def test_it_is_both_protocols() -> None:
    assert isinstance(Scripted(), Backend)
    assert isinstance(Scripted(), AsyncBackend)


@pytest.mark.parametrize("split", ["characters", "words", r"[a-z]{2}"])
@pytest.mark.parametrize("text", ["", "the  quick\n\nbrown fox, é😀!", "<|im_start|>user", '{"a": 1}'])
def test_text_survives_tokens(split: str, text: str) -> None:
    backend = Scripted(split=split)
    for special in (False, True):
        assert backend.detokenize(backend.tokenize(text, special=special)) == text


def test_control_tokens_only_when_asked_for() -> None:
    backend = Scripted()
    known = backend.properties()
    assert backend.tokenize("<s>", special=True) == [known.bos]
    assert known.bos not in backend.tokenize("<s>")
    assert known.eog == {known.eos, *backend.tokenize("</s>", special=True)}


def test_words() -> None:
    assert len(Scripted(split="words").tokenize("the quick brown")) == 3
    assert len(Scripted().tokenize("the quick brown")) == 15


def test_one_reply_for_each_generation() -> None:
    backend = Scripted(["one", "two"])
    first = ask(backend)
    assert [chunk.text for chunk in first] == ["o", "n", "e", ""]
    assert first[-1].finish == "eog"
    assert backend.detokenize([t for chunk in first for t in chunk.tokens]) == "one"
    assert text_of(ask(backend)) == "two"
    with pytest.raises(BackendError, match="used up"):
        ask(backend)


def test_a_function_replies() -> None:
    backend = Scripted(lambda text, grammar, stop: f"{text[-3:]} {grammar} {len(stop)}")
    assert text_of(ask(backend, "<s>abc", stop=["#"])) == "abc None 1"


def test_stop_strings_and_limits() -> None:
    backend = Scripted(["one two three"] * 3, split="words")
    stopped = ask(backend, stop=["wo"])
    assert (text_of(stopped), stopped[-1].finish) == ("one two", "stop")
    cut = ask(backend, max_tokens=1)
    assert (text_of(cut), cut[-1].finish) == ("one", "length")
    nothing = ask(backend, max_tokens=0)
    assert (text_of(nothing), nothing[-1].finish) == ("", "length")


def test_an_end_of_turn_within_the_reply() -> None:
    chunks = ask(Scripted(["before<|im_end|>after"]))
    assert (text_of(chunks), chunks[-1].finish) == ("before", "eog")


def test_the_context_ends() -> None:
    backend = Scripted(["x" * 50], context=20)
    chunks = ask(backend, "<s>123456789")
    assert (len(text_of(chunks)), chunks[-1].finish) == (10, "length")
    with pytest.raises(ContextOverflowError):
        ask(backend, "x" * 20)


def test_a_grammar_is_honoured() -> None:
    grammar = 'root ::= "{" [0-9]+ "}"'
    assert text_of(ask(Scripted(["{12}"]), grammar=grammar)) == "{12}"
    with pytest.raises(BackendError, match="refuses 'x'"):
        ask(Scripted(["{1x}"]), grammar=grammar)
    with pytest.raises(BackendError, match="still wants '}'"):
        ask(Scripted(["{1"]), grammar=grammar)
    assert text_of(ask(Scripted(["{1"]), grammar=grammar, max_tokens=2)) == "{1"


def test_forced_text_is_led_in() -> None:
    """A healed token need not be in the reply: where it is cut depends on the tokenizer."""
    grammar = 'root ::= "\\"name\\": \\"" [a-z]+ "\\""'
    assert text_of(ask(Scripted(['paris"']), grammar=grammar)) == '"name": "paris"'
    assert text_of(ask(Scripted(['"name": "paris"']), grammar=grammar)) == '"name": "paris"'


@pytest.mark.parametrize("grammar", ["", 'root ::= "', "other ::= x"])
def test_bad_grammars(grammar: str) -> None:
    with pytest.raises(GrammarError):
        ask(Scripted(["x"]), grammar=grammar)


def test_requests_are_recorded() -> None:
    backend = Scripted(["x"])
    ask(backend, "<s>hello", stop=["a"], max_tokens=4, slot=2, sampling=Sampling(temperature=0))
    [request] = backend.requests
    assert (request.text, request.stop, request.max_tokens, request.slot) == ("<s>hello", ("a",), 4, 2)
    assert request.sampling.temperature == 0
    assert backend.detokenize(request.prompt) == "<s>hello"


def test_counters_are_those_of_a_prefix_cache() -> None:
    backend = Scripted(["world", "again", "x"])
    prompt = backend.tokenize("<s>hello ", special=True)
    chunks = list(backend.complete(prompt))
    first = chunks[-1].timings
    assert first is not None
    assert (first.cache_n, first.prompt_n, first.predicted_n) == (0, 7, 6)
    longer = [*prompt, *(t for chunk in chunks for t in chunk.tokens), *backend.tokenize("!")]
    second = list(backend.complete(longer))[-1].timings
    assert second is not None
    assert (second.cache_n, second.prompt_n) == (7 + 4, 2)  # the last token generated was not evaluated
    third = list(backend.complete(prompt))[-1].timings
    assert third is not None
    assert (third.cache_n, third.prompt_n) == (6, 1)


def test_whole_turns() -> None:
    turn = 'I look it up.\n<tool_call>\n{"name": "search"}\n</tool_call>'
    backend = Scripted.turns([turn, "Done."])
    start = "<s><|im_start|>assistant\n"
    thought = text_of(ask(backend, start, stop=["<tool_call>"]))
    assert thought == "I look it up.\n<tool_call>"
    forced = f'{start}{thought}\n{{"name": "'
    assert text_of(ask(backend, forced, grammar='root ::= "search" | "respond"')) == "search"  # where it ends
    with pytest.raises(BackendError, match="which is not how"):
        ask(backend, f"{start}something else")
    assert text_of(ask(backend, f"{start}{turn}<|im_end|>\n{start}")) == "Done."
    with pytest.raises(BackendError, match="turns are used up"):
        ask(backend, f"{start}{turn}<|im_end|>\n{start}Done.<|im_end|>\n{start}")
    with pytest.raises(BackendError, match="no turn of the assistant"):
        ask(Scripted.turns(["x"]), "<s>hello")


def test_closed_is_closed() -> None:
    backend = Scripted(["x"])
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        ask(backend)


def test_foreign_tokens() -> None:
    with pytest.raises(BackendError, match="Tokenize with it"):
        Scripted().detokenize([10**6])
    with pytest.raises(BackendError, match="no tokens"):
        list(Scripted(["x"]).complete([]))


async def test_async() -> None:
    backend = Scripted(["one"])
    prompt = await backend.atokenize("<s>hello", special=True)
    assert await backend.adetokenize(prompt) == "<s>hello"
    assert (await backend.aproperties()).model == "scripted"
    assert text_of([chunk async for chunk in backend.acomplete(prompt)]) == "one"
    await backend.aclose()
    with pytest.raises(BackendError):
        [chunk async for chunk in backend.acomplete(prompt)]
