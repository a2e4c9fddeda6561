"""What all backends have to do alike: a llama-server, llama.cpp in process, transformers. One model."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from gba.backends.base import AsyncBackend, Backend, Chunk, Finish, Sampling, Timings
from gba.backends.inprocess import LlamaInProcess
from gba.backends.server import LlamaServer
from gba.backends.transformers import Transformers
from gba.errors import BackendError, ContextOverflowError, GrammarError

GREEDY = Sampling(temperature=0)
ASCII = "root ::= [ -~]*"
JSON = (
    'root ::= "{\\"city\\": \\"" [A-Z] [a-z]{1,8} "\\", \\"people\\": " [1-9] [0-9]{0,6} '
    '", \\"note\\": \\"" [a-zé😀]{3} "\\"}"'
)


@pytest.fixture(params=["server", "in_process", "by_transformers"])
def backend(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def prompt_of(backend: Backend, text: str) -> list[int]:
    bos = backend.properties().bos
    assert bos is not None
    return [bos, *backend.tokenize(text)]


def joined(chunks: Sequence[Chunk]) -> tuple[str, list[int], Finish, Timings]:
    """Text, tokens, finish and timings, after a check that only the last chunk has the latter two."""
    assert all(chunk.finish is None and chunk.timings is None for chunk in chunks[:-1])
    last = chunks[-1]
    assert last.finish is not None
    assert last.timings is not None
    tokens = [token for chunk in chunks for token in chunk.tokens]
    return "".join(chunk.text for chunk in chunks), tokens, last.finish, last.timings


def test_both_are_both_protocols(backend: Any) -> None:
    assert isinstance(backend, Backend)
    assert isinstance(backend, AsyncBackend)


def test_properties(backend: Backend) -> None:
    known = backend.properties()
    assert (known.context, known.slots, known.add_bos) == (2048, 4, True)
    assert (known.bos, known.bos_text) == (1, "<s>")
    assert (known.eos, known.eos_text) == (4, "<|im_end|>")
    assert known.eog == {2, 4}
    assert "<|im_start|>" in (known.chat_template or "")
    assert known.build
    assert known.model


def test_both_read_the_same_properties(server: LlamaServer, in_process: LlamaInProcess) -> None:
    def of(backend: Backend) -> tuple[object, ...]:
        p = backend.properties()
        return p.context, p.chat_template, p.bos, p.eos, p.bos_text, p.eos_text, p.add_bos, p.eog

    assert of(server) == of(in_process)


@pytest.mark.parametrize(
    "text",
    ["", " ", "  the population", "the", "é 😀 \u2028 日本\n\n", "<|im_end|>", "</s> [INST] <s>", "a\x00b", "x" * 3000],
)
def test_text_survives_tokens(backend: Backend, text: str) -> None:
    assert backend.detokenize(backend.tokenize(text)) == text


def test_control_tokens_only_when_asked_for(backend: Backend) -> None:
    text = "the <|im_end|></s>"
    assert not {2, 4} & set(backend.tokenize(text))
    special = backend.tokenize(text, special=True)
    assert special[-2:] == [4, 2]
    assert backend.detokenize(special) == text


def test_both_tokenize_alike(server: LlamaServer, in_process: LlamaInProcess) -> None:
    for text in (" The answer", "the  answer\n\n<|im_start|>user", "é😀"):
        for special in (False, True):
            assert server.tokenize(text, special=special) == in_process.tokenize(text, special=special)


def test_greedy_text_is_the_same_over_both(server: LlamaServer, in_process: LlamaInProcess) -> None:
    for text in ("the population of the city", "name", "what is it that they said about the"):
        for grammar in (ASCII, JSON):
            results = [
                joined(list(b.complete(prompt_of(b, text), grammar=grammar, max_tokens=60, sampling=GREEDY)))[:3]
                for b in (server, in_process)
            ]
            assert results[0] == results[1]


def test_tokens_and_text_agree(backend: Backend) -> None:
    chunks = list(backend.complete(prompt_of(backend, "the"), grammar=JSON, sampling=Sampling(seed=5)))
    text, tokens, finish, timings = joined(chunks)
    assert backend.detokenize(tokens) == text
    assert finish == "eog"
    assert timings.predicted_n == len(tokens) + 1
    assert not set(tokens) & backend.properties().eog


def test_a_grammar_holds_with_random_weights(backend: Backend) -> None:
    for seed in range(12):
        text, *_ = joined(list(backend.complete(prompt_of(backend, "x"), grammar=JSON, sampling=Sampling(seed=seed))))
        assert set(json.loads(text)) == {"city", "people", "note"}


@pytest.mark.parametrize("word", ["é", "😀", "日本語", "é😀é", "a😀\nb", "\u2028", "ñandú 😀😀"])
def test_characters_of_several_tokens(backend: Backend, word: str) -> None:
    literal = word.replace("\n", "\\n")
    chunks = list(backend.complete(prompt_of(backend, "say"), grammar=f'root ::= "{literal}"', sampling=GREEDY))
    text, tokens, finish, _ = joined(chunks)
    assert text == word
    assert backend.detokenize(tokens) == word
    assert finish == "eog"


def test_random_characters_of_several_tokens(backend: Backend) -> None:
    grammar = 'root ::= ([é日😀ü€] | [a-c\\n])* "."'
    for seed in range(8):
        prompt = prompt_of(backend, "say")
        chunks = list(backend.complete(prompt, grammar=grammar, sampling=Sampling(seed=seed), max_tokens=400))
        text, tokens, finish, _ = joined(chunks)
        assert backend.detokenize(tokens).startswith(text)  # a character that max_tokens cuts may be missing
        assert finish in {"eog", "length"}
        if finish == "eog":
            assert backend.detokenize(tokens) == text


def test_nothing_is_trimmed_at_a_stop_string(backend: Backend) -> None:
    prompt = prompt_of(backend, "the")
    grammar = 'root ::= "abc def " [x-z]{4} "\\nthe population\\n" [a-z]*'
    for stop in (["c d"], ["\nthe"], ["\n"], ["ulati"], ["x", "y", "z"]):
        chunks = list(backend.complete(prompt, grammar=grammar, stop=stop, sampling=Sampling(seed=1)))
        text, tokens, finish, _ = joined(chunks)
        assert finish == "stop"
        assert backend.detokenize(tokens) == text
        assert any(word in text for word in stop)
        before = backend.detokenize(tokens[:-1])
        assert not any(word in before for word in stop), "it went on after the stop string"


def test_stop_strings_that_begin_but_do_not_come(backend: Backend) -> None:
    prompt = prompt_of(backend, "the")
    chunks = list(backend.complete(prompt, grammar='root ::= "a\\nb\\nc\\n"', stop=["\nx", "\n\n"], sampling=GREEDY))
    text, tokens, finish, _ = joined(chunks)
    assert (text, finish) == ("a\nb\nc\n", "eog")
    assert backend.detokenize(tokens) == text


def test_stop_strings_end_alike_over_both(server: LlamaServer, in_process: LlamaInProcess) -> None:
    for stop in (["th"], ["e"], [" a", "re"], ["answer"], ["\n"]):
        results = [
            joined(list(b.complete(prompt_of(b, "city"), grammar=ASCII, stop=stop, max_tokens=80, sampling=GREEDY)))[:3]
            for b in (server, in_process)
        ]
        assert results[0] == results[1]


def test_control_tokens_are_spelled(backend: Backend) -> None:
    """A control token that a grammar lets through is text like any other, as it is to the grammar."""
    token = "<|im_start|>" if isinstance(backend, Transformers) else "<[3]>"
    chunks = list(backend.complete(prompt_of(backend, "x"), grammar=f'root ::= "a" {token} "b"', sampling=GREEDY))
    text, tokens, finish, _ = joined(chunks)
    assert (text, finish) == ("a<|im_start|>b", "eog")
    assert 3 in tokens or isinstance(backend, Transformers)  # which takes any tokens that spell it


def test_max_tokens(backend: Backend) -> None:
    prompt = prompt_of(backend, "the")
    text, tokens, finish, timings = joined(list(backend.complete(prompt, grammar=ASCII, max_tokens=7, sampling=GREEDY)))
    assert (len(tokens), finish, timings.predicted_n) == (7, "length", 7)
    assert backend.detokenize(tokens) == text


def test_max_tokens_zero_only_evaluates_the_prompt(backend: Backend) -> None:
    prompt = prompt_of(backend, "only to warm the cache up with this prompt")
    chunks = list(backend.complete(prompt, max_tokens=0, sampling=GREEDY))
    assert joined(chunks)[:3] == ("", [], "length")
    again = list(backend.complete([*prompt, *backend.tokenize(" more")], max_tokens=1, sampling=GREEDY))
    assert joined(again)[3].cache_n >= len(prompt) - 1


def test_generation_ends_with_the_context(backend: Backend) -> None:
    prompt = prompt_of(backend, "a" * 2040)
    room = backend.properties().context - len(prompt)
    assert 0 < room < 30
    _, tokens, finish, _ = joined(list(backend.complete(prompt, grammar='root ::= [a-z]*"."', sampling=GREEDY)))
    assert finish == "length"
    assert room - 1 <= len(tokens) <= room


def test_a_prompt_that_is_too_long(backend: Backend) -> None:
    prompt = [1, *[300] * 3000]
    with pytest.raises(ContextOverflowError) as caught:
        list(backend.complete(prompt))
    assert (caught.value.needed, caught.value.available) == (3001, 2048)


def test_append_only_prompts_are_evaluated_once(backend: Backend) -> None:
    """Six steps, each of which begins with all tokens of the one before: the counters have to say so."""
    prompt = prompt_of(backend, "append only: the question is what the city is called")
    evaluated = generated = added = 0
    for step in range(6):
        chunks = list(backend.complete(prompt, grammar=ASCII, max_tokens=12, sampling=Sampling(seed=step), slot=2))
        _, tokens, _, timings = joined(chunks)
        assert timings.cache_n + timings.prompt_n == len(prompt)
        if step:
            assert timings.prompt_n <= added + 2
        evaluated, generated = evaluated + timings.prompt_n, generated + timings.predicted_n
        more = backend.tokenize(f" result number {step}.")
        added = len(more)
        prompt += tokens + more
    assert (evaluated + generated) / (len(prompt) - added) <= 1.10


@pytest.mark.parametrize("grammar", ["root ::= nothing", 'other ::= "a"', 'root ::= "a', "", 'root ::= root "a"'])
def test_a_bad_grammar_and_life_after_it(backend: Backend, grammar: str) -> None:
    prompt = prompt_of(backend, "the")
    with pytest.raises(GrammarError):
        list(backend.complete(prompt, grammar=grammar))
    assert joined(list(backend.complete(prompt, grammar='root ::= "fine"', sampling=GREEDY)))[0] == "fine"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"prompt": []}, "no tokens"),
        ({"prompt": [1, 300], "slot": 4}, "no slot 4"),
        ({"prompt": [1, 300], "slot": -1}, "no slot -1"),
        ({"prompt": [1, 300], "max_tokens": -2}, "max_tokens"),
    ],
)
def test_arguments_that_make_no_sense(backend: Backend, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(BackendError, match=message):
        list(backend.complete(**arguments))


def test_the_seed_decides(backend: Backend) -> None:
    def text(seed: int) -> str:
        sampling = Sampling(temperature=1.5, top_k=0, top_p=1, min_p=0, seed=seed)
        return joined(list(backend.complete([1, 300, 301], grammar=ASCII, max_tokens=30, sampling=sampling)))[0]

    assert text(1) == text(1)
    assert text(1) != text(2)


def test_penalties_change_the_text(backend: Backend) -> None:
    grammar = 'root ::= ("a" | "b"){40}'
    plain = joined(list(backend.complete([1, 300], grammar=grammar, sampling=GREEDY)))[0]
    sampling = Sampling(temperature=0, presence_penalty=50.0, repeat_penalty=1.5)
    assert joined(list(backend.complete([1, 300], grammar=grammar, sampling=sampling)))[0] != plain


def test_closing_the_iterator_ends_the_generation(backend: Backend) -> None:
    """The next request, on the same slot, need not wait until the context is full."""
    prompt = prompt_of(backend, "to be cancelled")
    chunks = backend.complete(prompt, grammar='root ::= [a-z]* "!"', sampling=GREEDY, slot=1)
    for _ in range(3):
        next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    text, _, finish, _ = joined(list(backend.complete(prompt, grammar='root ::= "next"', sampling=GREEDY, slot=1)))
    assert (text, finish) == ("next", "eog")


def test_from_several_threads(backend: Backend) -> None:
    words = [f"word{number}" for number in range(8)]
    results: dict[str, str] = {}

    def ask(word: str) -> None:
        prompt = prompt_of(backend, f"say {word}")
        results[word] = joined(list(backend.complete(prompt, grammar=f'root ::= "{word}"', sampling=GREEDY)))[0]

    threads = [threading.Thread(target=ask, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {word: word for word in words}


def test_a_second_request_while_the_first_is_read(backend: Backend) -> None:
    """A tool that asks the same model while an answer streams must not deadlock."""
    outer = backend.complete(prompt_of(backend, "outer"), grammar='root ::= "one two three"', sampling=GREEDY)
    text = next(outer).text
    inner = joined(list(backend.complete(prompt_of(backend, "inner"), grammar='root ::= "inner"', sampling=GREEDY)))[0]
    text += "".join(chunk.text for chunk in outer)
    assert (text, inner) == ("one two three", "inner")


async def acollect(backend: AsyncBackend, prompt: Sequence[int], **arguments: Any) -> list[Chunk]:
    return [chunk async for chunk in backend.acomplete(prompt, **arguments)]


async def test_async_gives_the_same(backend: Any) -> None:
    prompt = [1, *await backend.atokenize("the same")]
    assert await backend.adetokenize(prompt[1:]) == "the same"
    assert (await backend.aproperties()).bos == 1
    chunks = await acollect(backend, prompt, grammar=JSON, sampling=GREEDY)
    assert joined(chunks)[:3] == joined(list(backend.complete(prompt, grammar=JSON, sampling=GREEDY)))[:3]


def test_async_in_one_event_loop_after_the_other(backend: Any) -> None:
    for _ in range(3):
        chunks = asyncio.run(acollect(backend, [1, 300], grammar='root ::= "loop"', sampling=GREEDY))
        assert joined(chunks)[0] == "loop"


async def test_async_at_the_same_time(backend: Any) -> None:
    words = ["one", "two", "three", "four", "five"]
    results = await asyncio.gather(
        *(acollect(backend, [1, 300], grammar=f'root ::= "{word}"', sampling=GREEDY) for word in words)
    )
    assert [joined(chunks)[0] for chunks in results] == words


async def test_async_errors(backend: Any) -> None:
    with pytest.raises(GrammarError):
        await acollect(backend, [1, 300], grammar="root ::= nothing")
    with pytest.raises(ContextOverflowError):
        await acollect(backend, [300] * 5000)


async def test_async_cancellation(backend: Any) -> None:
    started = asyncio.Event()

    async def endless() -> None:
        async for _ in backend.acomplete([1, 300], grammar='root ::= [a-z]* "!"', sampling=GREEDY, slot=1):
            started.set()

    task = asyncio.create_task(endless())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    chunks = await acollect(backend, [1, 300], grammar='root ::= "next"', sampling=GREEDY, slot=1)
    assert joined(chunks)[0] == "next"


def wait_until(condition: Any, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_the_loop_is_not_blocked(in_process: LlamaInProcess) -> None:
    async def ticks() -> int:
        count, done = 0, asyncio.Event()

        async def tick() -> None:
            nonlocal count
            while not done.is_set():
                count += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        await acollect(in_process, [1, 300], grammar=ASCII, max_tokens=50, sampling=GREEDY)
        done.set()
        await ticking
        return count

    assert asyncio.run(ticks()) > 10


def test_a_closed_connection_frees_the_slot(server: LlamaServer) -> None:
    chunks = server.complete([1, 300], grammar='root ::= [a-z]* "!"', sampling=GREEDY, slot=3)
    next(chunks)
    assert wait_until(lambda: any(slot.id == 3 and slot.busy for slot in server.slots()))
    chunks.close()  # type: ignore[attr-defined]
    assert wait_until(lambda: not any(slot.busy for slot in server.slots()))


def test_logprobs_are_of_the_model_and_the_same_both_ways(server: LlamaServer, in_process: LlamaInProcess) -> None:
    told = []
    for backend in (server, in_process):
        prompt = prompt_of(backend, "Once upon a time")
        chunks = list(
            backend.complete(
                prompt, grammar=ASCII, max_tokens=12, sampling=Sampling(temperature=0, extra={"n_probs": 3})
            )
        )
        found = [one for chunk in chunks for one in chunk.logprobs]
        assert [one.token for one in found if one] == [token for chunk in chunks for token in chunk.tokens]
        told.append(found)
        assert not any(chunk.logprobs for chunk in backend.complete(prompt, max_tokens=3, sampling=GREEDY))
    for one, other in zip(*told, strict=True):
        assert one.data == other.data
        assert one.logprob == pytest.approx(other.logprob, abs=0.01)
        assert [each.token for each in one.top] == [each.token for each in other.top]
        assert [each.logprob for each in one.top] == sorted((each.logprob for each in one.top), reverse=True)
        assert one.logprob <= one.top[0].logprob < 0
