"""What only a model in process has to do."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from gba.backends.base import Chunk, Sampling, Timings
from gba.backends.inprocess import LlamaInProcess
from gba.errors import BackendError, GrammarError, ModelFileError

GREEDY = Sampling(temperature=0)
ASCII = "root ::= [ -~]*"


@pytest.fixture
def model(random_gguf: Path) -> Iterator[LlamaInProcess]:
    with LlamaInProcess(random_gguf, context=1024, slots=3) as backend:
        yield backend


def run(backend: LlamaInProcess, prompt: list[int], **arguments: object) -> tuple[str, list[int], Timings]:
    chunks: list[Chunk] = list(backend.complete(prompt, **{"sampling": GREEDY, **arguments}))  # type: ignore[arg-type]
    assert chunks[-1].timings is not None
    tokens = [token for chunk in chunks for token in chunk.tokens]
    return "".join(chunk.text for chunk in chunks), tokens, chunks[-1].timings


def test_a_model_without_a_chat_template(plain_gguf: Path) -> None:
    with LlamaInProcess(plain_gguf) as backend:
        assert backend.properties().chat_template is None
        assert backend.properties().context == 2048  # what it was trained with, though 4096 is the default


def test_a_model_is_called_by_its_file(plain_gguf: Path) -> None:
    with LlamaInProcess(plain_gguf) as backend:  # the file's own metadata name it "random"
        assert backend.properties().model == plain_gguf.stem


def test_the_context(random_gguf: Path) -> None:
    with LlamaInProcess(random_gguf, context=None) as backend:
        assert backend.properties().context == 2048
    with LlamaInProcess(random_gguf, context=512) as backend:
        assert backend.properties().context == 512


def test_what_is_no_model(tmp_path: Path, random_gguf: Path) -> None:
    with pytest.raises(ModelFileError, match="no model file"):
        LlamaInProcess(tmp_path / "none.gguf")
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(random_gguf.read_bytes()[:20_000])
    with pytest.raises(ModelFileError, match="ends in the middle of its header, at byte 20000") as caught:
        LlamaInProcess(damaged)
    assert caught.value.path == str(damaged)


def test_options_of_llama_cpp(random_gguf: Path) -> None:
    with LlamaInProcess(random_gguf, check_tensors=True, offload_kqv=False) as backend:
        assert backend.tokenize("x")
    with pytest.raises(BackendError, match=r"no option 'mystery'.*check_tensors"):
        LlamaInProcess(random_gguf, mystery=1)
    with pytest.raises(BackendError, match="slots is 0"):
        LlamaInProcess(random_gguf, slots=0)


@pytest.mark.parametrize("options", [{"use_mmap": False}, {"use_mmap": True, "use_mlock": False}, {"use_mlock": False}])
def test_the_options_that_newer_llama_cpp_has_as_a_load_mode(random_gguf: Path, options: dict[str, bool]) -> None:
    with LlamaInProcess(random_gguf, context=256, **options) as backend:  # type: ignore[arg-type]
        assert backend.tokenize("x")


def test_unknown_sampling_parameters(model: LlamaInProcess) -> None:
    with pytest.raises(BackendError, match=r"dynatemp_range.*typical_p.*LlamaServer"):
        run(model, [1, 300], sampling=Sampling(extra={"dynatemp_range": 1}))
    sampling = Sampling(extra={"typical_p": 0.5, "top_n_sigma": 1.0, "repeat_last_n": 8}, seed=3)
    assert len(run(model, [1, 300], sampling=sampling, max_tokens=5, grammar=ASCII)[1]) == 5


def test_tokens_that_are_not_there(model: LlamaInProcess) -> None:
    for token in (-1, 10**6):
        with pytest.raises(BackendError, match=f"the token {token} is not in the vocabulary"):
            run(model, [1, token])
        with pytest.raises(BackendError, match=f"the token {token} is not in the vocabulary"):
            model.detokenize([token])
    assert run(model, [1, 300], grammar='root ::= "fine"')[0] == "fine"


def test_a_refused_grammar_says_where(model: LlamaInProcess) -> None:
    with pytest.raises(GrammarError) as caught:
        run(model, [1, 300], grammar='root ::= "a" | missing')
    assert (caught.value.line, caught.value.column) == (1, 16)


def test_a_dead_end_in_a_grammar(model: LlamaInProcess) -> None:
    """A class that no character is in: llama.cpp takes it, and then nothing may come."""
    with pytest.raises(BackendError, match="dead end"):
        run(model, [1, 300], grammar="root ::= [b-a]")
    assert run(model, [1, 300], grammar='root ::= "fine"')[0] == "fine"


def test_two_conversations_keep_their_caches(model: LlamaInProcess) -> None:
    """They share a long beginning, which is evaluated once; going on with either evaluates only what is new."""
    system = [1, *model.tokenize("the answer to the question is " * 20)]
    one, two = ([*system, *model.tokenize(text)] for text in ("first one", "second one"))
    first = run(model, one, max_tokens=5)
    assert first[2].cache_n == 0
    second = run(model, two, max_tokens=5)
    assert second[2].cache_n >= len(system)
    for prompt, result in ((one, first), (two, second), (one, first)):
        assert run(model, [*prompt, *result[1]], max_tokens=5)[2].prompt_n == 1


def test_shared_cells_change_nothing(model: LlamaInProcess, random_gguf: Path) -> None:
    """What is generated after a shared beginning is what a fresh model generates."""
    system = [1, *model.tokenize("the number of the city is " * 10)]
    prompts = [[*system, *model.tokenize(text)] for text in ("first", "second", "the third one", "number four")]
    results = [run(model, prompt, max_tokens=12, grammar=ASCII)[0] for prompt in [*prompts, *prompts]]
    assert results[:4] == results[4:]
    for prompt, text in zip(prompts, results, strict=False):
        with LlamaInProcess(random_gguf, context=1024, slots=1) as fresh:
            assert run(fresh, prompt, max_tokens=12, grammar=ASCII)[0] == text


def test_a_slot_can_be_named(model: LlamaInProcess) -> None:
    prompt = [1, *model.tokenize("a prompt for one slot")]
    run(model, prompt, max_tokens=1, slot=0)
    assert run(model, prompt, max_tokens=1, slot=0)[2].cache_n == len(prompt) - 1
    assert run(model, [1, 400], max_tokens=1, slot=0)[2].cache_n == 1
    assert run(model, prompt, max_tokens=1, slot=0)[2].cache_n == 1


def test_idle_conversations_make_room(model: LlamaInProcess) -> None:
    """The slots share the context: a long prompt throws out what is idle, and nothing fails."""
    prompts = [[1, *range(300 + 100 * n, 340 + 100 * n), *([310 + n] * 500)] for n in range(4)]
    for prompt in [*prompts, *prompts]:
        assert len(run(model, prompt, max_tokens=4, grammar=ASCII)[1]) == 4


def test_batches_change_nothing(random_gguf: Path) -> None:
    results = []
    for batch in (512, 16, 1):
        with LlamaInProcess(random_gguf, batch=batch) as backend:
            results.append(run(backend, [1, *backend.tokenize("the population " * 9)], max_tokens=10, grammar=ASCII)[0])
    assert results[0] == results[1] == results[2]


def test_sampling_agrees_with_and_without_a_full_mask(model: LlamaInProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Masking the likeliest candidates first gives the very tokens that masking all of them gives."""
    from gba.backends import sampler

    grammar = 'root ::= ("a" | "the" | " of" | [0-9] | "é")*'

    def texts() -> list[str]:
        greedy = run(model, [1, 300], grammar=grammar, max_tokens=30)[0]
        others = [
            run(model, [1, 300], grammar=grammar, max_tokens=20, sampling=Sampling(seed=seed, top_k=k))[0]
            for seed in range(4)
            for k in (3, 40, 0)
        ]
        return [greedy, *others]

    monkeypatch.setattr(sampler, "_FIRST_LOOK", 64)
    first_looked = texts()
    monkeypatch.setattr(sampler, "_FIRST_LOOK", 10**9)
    assert texts() == first_looked


def test_closing_ends_what_runs(random_gguf: Path) -> None:
    backend = LlamaInProcess(random_gguf)
    chunks = backend.complete([1, 300], grammar='root ::= [a-z]* "!"', sampling=GREEDY)
    next(chunks)
    backend.close()
    backend.close()
    with pytest.raises(BackendError, match="closed in the middle"):
        list(chunks)
    for use in (backend.properties, lambda: backend.tokenize("x"), lambda: list(backend.complete([1]))):
        with pytest.raises(BackendError, match="is closed"):
            use()


def test_a_forgotten_model_is_freed(random_gguf: Path) -> None:
    backend = LlamaInProcess(random_gguf)
    list(backend.complete([1, 300], max_tokens=3))
    [thread] = [t for t in threading.enumerate() if t is backend._owner._thread]
    forgotten = weakref.ref(backend)
    del backend
    gc.collect()
    thread.join(20)
    assert forgotten() is None
    assert not thread.is_alive()


def test_a_model_lives_as_long_as_its_generation(random_gguf: Path) -> None:
    chunks = LlamaInProcess(random_gguf).complete([1, 300], grammar='root ::= "still here"', sampling=GREEDY)
    gc.collect()
    assert "".join(chunk.text for chunk in chunks) == "still here"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_is_told_and_does_no_harm(random_gguf: Path) -> None:
    """In a process of its own, as the test's has threads."""
    script = f"""
import os, sys
from gba.backends.inprocess import LlamaInProcess
from gba.errors import BackendError
model = LlamaInProcess({str(random_gguf)!r})
pid = os.fork()
if pid == 0:
    try:
        list(model.complete([1, 300], max_tokens=1))
    except BackendError as error:
        model.close()
        sys.exit(7 if "fork" in str(error) else 8)
    sys.exit(9)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), len(list(model.complete([1, 300], max_tokens=2))) > 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["7", "True"]


def test_it_is_silent_and_ends_well(random_gguf: Path) -> None:
    """Nothing of llama.cpp's log, and no complaint at the interpreter's end from a model that nobody closed."""
    script = f"""
from gba.backends.inprocess import LlamaInProcess
model = LlamaInProcess({str(random_gguf)!r})
chunks = model.complete([1, 300], grammar='root ::= [a-z]* "!"')
print(next(chunks).finish)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert (done.stdout.strip(), done.stderr) == ("None", "")


def test_verbose_shows_the_log(random_gguf: Path) -> None:
    script = f"from gba.backends.inprocess import LlamaInProcess; LlamaInProcess({str(random_gguf)!r}, verbose=True)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert "llama_model_loader" in done.stderr


def test_without_llama_cpp_python() -> None:
    script = """
import sys
sys.modules["llama_cpp"] = None
from gba.backends import inprocess
from gba.errors import BackendError
try:
    inprocess.library()
except BackendError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert "grammar-based-agents[inprocess]" in done.stdout
