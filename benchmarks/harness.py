"""What the benchmarks share: schemas with instances, llama.cpp's grammar engine on a vocabulary, work that may crash.

Data are lines of JSON, packed by xz: {"id", "schema", "tests": [{"valid", "data"}]}, as MaskBench has them.
"""

from __future__ import annotations

import ctypes
import json
import lzma
import multiprocessing
import os
import random
import resource
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

import llama_cpp
import numpy as np

__all__ = ["Case", "LlamaGrammar", "Vocabulary", "Work", "isolated", "load", "quantile"]

Case = dict[str, Any]

_QUIET = llama_cpp.llama_log_callback(lambda *_: None)
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


def load(path: Path, limit: int | None = None, seed: int = 0) -> list[Case]:
    """The cases of a file, in its order; so many of them, drawn by the seed, with a limit."""
    with lzma.open(path, "rt") as file:
        cases = [json.loads(line) for line in file]
    if limit is None or limit >= len(cases):
        return cases
    return [cases[number] for number in sorted(random.Random(seed).sample(range(len(cases)), limit))]


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which this share of them lies; NaN without any."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Vocabulary:
    """The tokens of a GGUF file, loaded without its weights. ``pieces``: the bytes of each token."""

    def __init__(self, path: Path) -> None:
        llama_cpp.llama_backend_init()
        llama_cpp.llama_log_set(_QUIET, ctypes.c_void_p(0))
        parameters = llama_cpp.llama_model_default_params()
        parameters.vocab_only = True
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise SystemExit(f"llama.cpp cannot load {path}")
        self.pointer = llama_cpp.llama_model_get_vocab(self._model)
        self.size = llama_cpp.llama_vocab_n_tokens(self.pointer)
        self.end = llama_cpp.llama_vocab_eos(self.pointer)
        self.pieces = [self._piece(token) for token in range(self.size)]
        self._newline = self._tokenize("\n")

    def _piece(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        size = llama_cpp.llama_token_to_piece(self.pointer, token, buffer, len(buffer), 0, True)
        return buffer.raw[:size]

    def _tokenize(self, text: str) -> list[int]:
        raw = text.encode()
        buffer = (llama_cpp.llama_token * (len(raw) + 16))()
        return list(buffer[: llama_cpp.llama_tokenize(self.pointer, raw, len(raw), buffer, len(buffer), False, False)])

    def tokens(self, text: str) -> list[int]:
        """The text's tokens, without the space that SentencePiece puts before a first word."""
        found = self._tokenize("\n" + text)
        head = len(self._newline)
        return found[head:] if found[:head] == self._newline else self._tokenize(text)


class LlamaGrammar:
    """llama.cpp's grammar sampler on a vocabulary. Raises ValueError for a text that it refuses."""

    def __init__(self, vocabulary: Vocabulary, text: str) -> None:
        self._vocabulary = vocabulary
        self._one = (llama_cpp.llama_token_data * 1)()
        self._single = llama_cpp.llama_token_data_array(self._one, 1, -1, False)
        self._all = np.zeros(vocabulary.size, dtype=_CANDIDATE)
        data = self._all.ctypes.data_as(llama_cpp.llama_token_data_p)
        self._array = llama_cpp.llama_token_data_array(data, vocabulary.size, -1, False)
        self._ids = np.arange(vocabulary.size, dtype=np.int32)
        self._sampler = llama_cpp.llama_sampler_init_grammar(vocabulary.pointer, text.encode(), b"root")
        if not self._sampler:
            raise ValueError("llama.cpp refuses the grammar")

    def restart(self) -> None:
        """Back to the beginning of a text."""
        llama_cpp.llama_sampler_reset(self._sampler)

    def allows(self, token: int) -> bool:
        """Whether the token may come next."""
        entry = self._one[0]
        entry.id, entry.logit, entry.p, self._single.size = token, 0.0, 0.0, 1
        llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(self._single))
        return bool(entry.logit == 0.0)

    def step(self, token: int) -> bool:
        """Go on by the token if it may come next."""
        if not self.allows(token):
            return False
        llama_cpp.llama_sampler_accept(self._sampler, token)
        return True

    def ends(self) -> bool:
        """Whether the text may end here."""
        return self.allows(self._vocabulary.end)

    def prepare(self) -> None:
        """What a mask needs beforehand: all tokens as candidates."""
        self._all["id"], self._all["logit"], self._array.size = self._ids, 0, self._vocabulary.size

    def mask(self) -> None:
        """The mask over the whole vocabulary, after `prepare`."""
        llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(self._array))

    def allowed(self) -> np.ndarray[Any, Any]:
        """The tokens that may come next."""
        self.prepare()
        self.mask()
        return np.asarray(self._all["id"][self._all["logit"] == 0])

    def close(self) -> None:
        """Free it; closing twice does nothing."""
        sampler, self._sampler = self._sampler, None
        if sampler:
            llama_cpp.llama_sampler_free(sampler)


class Work(Protocol):
    """What is done to a case in a process of its own. ``say`` names the stage, so that a crash can be told."""

    def __call__(self, case: Case, say: Callable[[str], None]) -> Any: ...


def isolated(
    make: Callable[[], Work], cases: Iterable[Case], *, seconds: float, gigabytes: int = 4
) -> Iterator[tuple[Case, str, Any]]:
    """Each case with ``done`` and its result, or with ``crash`` or ``timeout`` and the stage that it had reached, or
    with ``error`` and the traceback.

    ``make`` is called in the other process, which is begun anew after a crash. What llama.cpp prints is dropped.
    """
    context = multiprocessing.get_context("spawn")
    process: Any = None
    near: Any = None
    try:
        for case in cases:
            if process is None:
                near, far = context.Pipe()
                process = context.Process(target=_serve, args=(far, make, gigabytes), daemon=True)
                process.start()
                far.close()
                if near.recv() != "ready":
                    raise SystemExit("the process that does the work did not start")
            near.send(case)
            stage = "the beginning"
            while True:
                if not near.poll(seconds):
                    outcome, result = "timeout", stage
                    break
                try:
                    kind, value = near.recv()
                except (EOFError, ConnectionResetError):
                    outcome, result = "crash", stage
                    break
                if kind == "stage":
                    stage = value
                    continue
                outcome, result = kind, value
                break
            if outcome in {"crash", "timeout"}:
                process.kill()
                process.join()
                process = None
            yield case, outcome, result
    finally:
        if process is not None:
            process.kill()
            process.join()


def _serve(pipe: Connection, make: Callable[[], Work], gigabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (gigabytes << 30, gigabytes << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    work = make()
    with Path(os.devnull).open("w") as nowhere, suppress(EOFError):
        os.dup2(nowhere.fileno(), 2)
        pipe.send("ready")
        while True:
            case = pipe.recv()
            try:
                answer = "done", work(case, lambda stage: pipe.send(("stage", stage)))
            except Exception:  # noqa: BLE001 - told to the one who asked
                answer = "error", traceback.format_exc()
            pipe.send(answer)
