"""Model files that are damaged or made up: refused with a ModelFileError that says why, or loaded and usable.

Each is made from the packaged tiny-agent, by a change of its bytes, its metadata or its table of tensors. A case holds
where the process lives on: what llama.cpp would end it over has to be seen before.
"""

from __future__ import annotations

import functools
import itertools
import os
import random
import struct
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.attack.cases import Case
from gba.backends.base import Sampling
from gba.backends.inprocess import LlamaInProcess
from gba.errors import BackendError, ModelFileError
from gba.models import packaged

__all__ = ["MEGABYTES", "SECONDS", "TITLE", "cases", "tiny_gguf"]

TITLE, SECONDS, MEGABYTES = "model files", 30.0, 512

_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_UINT8, _UINT16, _UINT32, _INT32, _FLOAT, _BOOL, _STRING, _ARRAY, _UINT64 = 0, 2, 4, 5, 6, 7, 8, 9, 10
_NO_SUCH_TYPE = 77
_GREEDY = Sampling(temperature=0, seed=1)


# a GGUF in parts that can be changed


@dataclass(frozen=True)
class _Tensor:
    name: bytes
    shape: tuple[int, ...]
    kind: int
    offset: int


@dataclass(frozen=True)
class _Gguf:
    """``values``: the type and the bytes of each value, by its key. ``counts``: what the file claims to have."""

    values: dict[bytes, tuple[int, bytes]]
    tensors: tuple[_Tensor, ...]
    data: bytes
    version: int = 3
    counts: tuple[int | None, int | None] = (None, None)
    twice: tuple[bytes, ...] = field(default=())

    def bytes(self) -> bytes:
        entries = [*self.values.items(), *((key, self.values[key]) for key in self.twice)]
        tensors, keys = self.counts
        head = b"GGUF" + struct.pack(
            "<IQQ",
            self.version,
            len(self.tensors) if tensors is None else tensors,
            len(entries) if keys is None else keys,
        )
        head += b"".join(_text(key) + struct.pack("<I", kind) + value for key, (kind, value) in entries)
        for tensor in self.tensors:
            head += _text(tensor.name) + struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
            head += struct.pack("<IQ", tensor.kind, tensor.offset)
        return head + b"\0" * (-len(head) % 32) + self.data

    def with_value(self, key: str, kind: int, value: Any) -> _Gguf:
        packed = value if isinstance(value, bytes) else struct.pack("<" + _FORMATS[kind], value)
        return replace(self, values={**self.values, key.encode(): (kind, packed)})

    def without(self, key: str) -> _Gguf:
        return replace(self, values={each: value for each, value in self.values.items() if each != key.encode()})

    def with_tensor(self, index: int, **changed: Any) -> _Gguf:
        tensors = list(self.tensors)
        tensors[index] = replace(tensors[index], **changed)
        return replace(self, tensors=tuple(tensors))


def _text(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def _list(kind: int, values: list[Any]) -> bytes:
    """An array's bytes."""
    packed = (_text(value) if kind == _STRING else struct.pack("<" + _FORMATS[kind], value) for value in values)
    return struct.pack("<IQ", kind, len(values)) + b"".join(packed)


@functools.cache
def _whole() -> bytes:
    return packaged("tiny-agent").read_bytes()


@functools.cache
def tiny_gguf() -> _Gguf:
    """The packaged model in parts."""
    data = _whole()
    version, tensor_count, key_count = struct.unpack_from("<IQQ", data, 4)
    at, values, tensors = 24, dict[bytes, tuple[int, bytes]](), list[_Tensor]()
    for _ in range(key_count):
        key, at = _read_text(data, at)
        (kind,) = struct.unpack_from("<I", data, at)
        end = _end(data, kind, at + 4)
        values[key], at = (kind, data[at + 4 : end]), end
    for _ in range(tensor_count):
        name, at = _read_text(data, at)
        (dimensions,) = struct.unpack_from("<I", data, at)
        shape = struct.unpack_from(f"<{dimensions}Q", data, at + 4)
        kind, offset = struct.unpack_from("<IQ", data, at + 4 + 8 * dimensions)
        at += 16 + 8 * dimensions
        tensors.append(_Tensor(name, shape, kind, offset))
    return _Gguf(values, tuple(tensors), data[-(-at // 32) * 32 :], version)


def _read_text(data: bytes, at: int) -> tuple[bytes, int]:
    (size,) = struct.unpack_from("<Q", data, at)
    return data[at + 8 : at + 8 + size], at + 8 + size


def _end(data: bytes, kind: int, at: int) -> int:
    """Where a value ends."""
    if kind == _STRING:
        return _read_text(data, at)[1]
    if kind != _ARRAY:
        return at + struct.calcsize("<" + _FORMATS[kind])
    inner, count = struct.unpack_from("<IQ", data, at)
    return functools.reduce(lambda place, _: _end(data, inner, place), range(count), at + 12)


# what is done with a file


def _try(make: Callable[[], bytes | _Gguf], refused: bool, options: dict[str, Any]) -> None:
    """Load the file and use the model. ``refused``: whether nothing else than a refusal is right."""
    made = make()
    descriptor, name = tempfile.mkstemp(suffix=".gguf")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(made if isinstance(made, bytes) else made.bytes())
        _use(Path(name), refused, {"context": 256, "threads": 1, **options}, strange=bool(options))
    finally:
        Path(name).unlink()


def _use(path: Path, refused: bool, options: dict[str, Any], *, strange: bool) -> None:
    """``strange``: whether it is the options that are to be refused, and not the file."""
    try:
        model = LlamaInProcess(path, **options)
    except BackendError as error:
        refusal = error
    else:
        refusal = None
    if refusal is not None:
        assert "nothing" not in str(refusal), refusal
        assert strange or isinstance(refusal, ModelFileError), refusal
        return
    with model:
        assert not refused, "it was loaded"
        try:
            prompt = [1, *model.tokenize("Hello é 日本\n <s> x", special=True)]
            model.detokenize(prompt)
            list(model.complete(prompt, max_tokens=4, sampling=_GREEDY))
            list(model.complete(prompt, max_tokens=4, grammar="root ::= [a-z]+", sampling=Sampling(seed=1)))
        except BackendError:
            return


def _refused(name: str, make: Callable[[], bytes | _Gguf], **options: Any) -> Case:
    return Case(name, functools.partial(_try, make, True, options))


def _survived(name: str, make: Callable[[], bytes | _Gguf], **options: Any) -> Case:
    return Case(name, functools.partial(_try, make, False, options))


def cases() -> list[Case]:
    """Files that are cut, metadata, the table of tensors, the vocabulary, options, and bytes changed at random."""
    return [*_cut(), *_counts(), *_metadata(), *_lists(), *_tensors(), *_vocabulary(), *_options(), *_random()]


# files that are cut, or claim to have more than they have


def _cut() -> Iterator[Case]:
    size = len(_whole())
    header = size - len(tiny_gguf().data)
    for length in (0, 3, 4, 7, 8, 15, 23, 24, 30, 100, 1000, 5000, header - 100, header - 1, header):
        yield _refused(f"cut after {length} bytes", lambda length=length: _whole()[:length])  # type: ignore[misc]
    for share in (0.1, 0.5, 0.9, 0.999):
        yield _refused(f"cut after {share:.1%}", lambda share=share: _whole()[: int(size * share)])  # type: ignore[misc]
    yield _refused("cut by one byte", lambda: _whole()[:-1])
    yield _survived("with bytes behind its end", lambda: _whole() + b"x" * 1000)
    yield _refused("with a byte in front", lambda: b"x" + _whole())
    for name, head in (
        ("zeros", b"\0" * 100_000),
        ("GGUF again and again", b"GGUF" * 25_000),
        ("noise", _noise(100_000)),
    ):
        yield _refused(f"{name} instead of it", lambda head=head: head)  # type: ignore[misc]
        yield _refused(f"{name} behind the first word", lambda head=head: b"GGUF" + head)  # type: ignore[misc]
        yield _refused(f"{name} behind the counts", lambda head=head: _whole()[:24] + head)  # type: ignore[misc]
    for version in (0, 1, 4, 99, 3 << 24, 2**32 - 1):
        yield _refused(f"version {version}", lambda version=version: replace(tiny_gguf(), version=version))  # type: ignore[misc]


def _noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def _counts() -> Iterator[Case]:
    for count in (0, 1, 10, 10**6, 2**31, 2**32, 2**62, 2**63, 2**64 - 1):
        yield _refused(f"{count} tensors", lambda count=count: replace(tiny_gguf(), counts=(count, None)))  # type: ignore[misc]
        yield _refused(f"{count} keys", lambda count=count: replace(tiny_gguf(), counts=(None, count)))  # type: ignore[misc]
    for size in (0, 2**16, 2**31, 2**40, 2**63, 2**64 - 1):
        for label, at in (("the first key", 24), ("the first text", 24 + 8 + len(b"general.architecture") + 4)):
            patched = functools.partial(_patched, at, struct.pack("<Q", size))
            yield _refused(f"{label} is {size} bytes long", patched)


def _patched(at: int, new: bytes) -> bytes:
    return _whole()[:at] + new + _whole()[at + len(new) :]


# metadata

_LLAMA = tuple(
    f"llama.{name}"
    for name in (
        "context_length",
        "embedding_length",
        "block_count",
        "feed_forward_length",
        "attention.head_count",
        "attention.head_count_kv",
        "rope.dimension_count",
        "attention.key_length",
        "attention.value_length",
        "vocab_size",
    )
)
_EXTRA = tuple(
    f"llama.{name}"
    for name in (
        "expert_count",
        "expert_used_count",
        "expert_group_count",
        "nextn_predict_layers",
        "attention.sliding_window",
        "pooling_type",
        "rope.scaling.original_context_length",
    )
)


def _metadata() -> Iterator[Case]:
    for key in (*_LLAMA, *_EXTRA):
        for number in (0, 1, 3, 513, 2**31 - 1, 2**32 - 1):
            change = functools.partial(tiny_gguf().with_value, key, _UINT32, number)
            yield _survived(f"{key} is {number}", change)
    for key in _LLAMA[:5]:
        yield _survived(f"{key} is missing", functools.partial(tiny_gguf().without, key))
        wrong = ((_STRING, _text(b"6")), (_FLOAT, 6.0), (_BOOL, True), (_UINT64, 2**40), (_ARRAY, _list(_UINT32, [])))
        for kind, value in wrong:
            yield _survived(f"{key} is of type {kind}", functools.partial(tiny_gguf().with_value, key, kind, value))
    for number in (0, 513, 10**9, 2**32 - 1):
        yield _refused(
            f"{number} blocks", functools.partial(tiny_gguf().with_value, "llama.block_count", _UINT32, number)
        )
    for number in (0, 1, 3):
        change = functools.partial(tiny_gguf().with_value, "llama.context_length", _UINT32, number)
        yield _refused(f"a context of {number}", change)
    for name, number in itertools.product(
        ("attention.layer_norm_rms_epsilon", "rope.freq_base", "rope.scaling.factor", "attention.scale"),
        (0.0, -1.0, float("nan"), float("inf"), 1e38),
    ):
        yield _survived(
            f"{name} is {number}", functools.partial(tiny_gguf().with_value, f"llama.{name}", _FLOAT, number)
        )
    for text in (b"", b"none", b"no such scaling", b"yarn", b"x" * 100_000):
        change = functools.partial(tiny_gguf().with_value, "llama.rope.scaling.type", _STRING, _text(text))
        yield _survived(f"rope.scaling.type is {text[:20]!r} of {len(text)} bytes", change)
    for text in (
        b"",
        b"qwen2",
        b"gemma",
        b"bert",
        b"mamba",
        b"clip",
        b"t5",
        b"no such model",
        b"\xff\xfe",
        b"x" * 10**6,
    ):
        change = functools.partial(tiny_gguf().with_value, "general.architecture", _STRING, _text(text))
        yield _refused(f"the architecture is {text[:20]!r} of {len(text)} bytes", change)
    for number in (0, 1, 3, 31, 2**31, 2**32 - 1):
        change = functools.partial(tiny_gguf().with_value, "general.alignment", _UINT32, number)
        yield _survived(f"the alignment is {number}", change)
    yield _refused("a value of no type", functools.partial(tiny_gguf().with_value, "x", _NO_SUCH_TYPE, b""))
    yield _refused("a key twice", lambda: replace(tiny_gguf(), twice=(b"general.name",)))
    yield _refused("an empty key", functools.partial(tiny_gguf().with_value, "", _UINT32, 1))
    yield _refused("a key of 100,000 bytes", functools.partial(tiny_gguf().with_value, "k" * 100_000, _UINT32, 1))
    yield _survived(
        "a key of strange characters", functools.partial(tiny_gguf().with_value, "\0\n\u2028%s%n", _UINT32, 1)
    )
    yield _survived("a name of 10 MB", lambda: tiny_gguf().with_value("general.name", _STRING, _text(b"n" * 10**7)))
    yield _survived("a name of no UTF-8", lambda: tiny_gguf().with_value("general.name", _STRING, _text(b"\xff" * 50)))
    yield _survived(
        "a template of 10 MB", lambda: tiny_gguf().with_value("tokenizer.chat_template", _STRING, _text(b"{" * 10**7))
    )
    for count in (2, 65535):
        change = functools.partial(tiny_gguf().with_value, "split.count", _UINT16, count)
        yield _refused(f"it is one of {count} parts", change)


def _lists() -> Iterator[Case]:
    nested = struct.pack("<IQ", _ARRAY, 1) * 1000
    yield _refused("lists in lists", functools.partial(tiny_gguf().with_value, "x", _ARRAY, nested))
    yield _refused(
        "a list of no type", functools.partial(tiny_gguf().with_value, "x", _ARRAY, struct.pack("<IQ", 77, 5))
    )
    for kind, count in itertools.product((_UINT8, _UINT64, _STRING, _BOOL), (2**31, 2**61, 2**64 - 1)):
        change = functools.partial(tiny_gguf().with_value, "x", _ARRAY, struct.pack("<IQ", kind, count))
        yield _refused(f"a list of {count} values of type {kind}", change)
    yield _survived(
        "a list of a million numbers", lambda: tiny_gguf().with_value("x", _ARRAY, _list(_UINT8, [7] * 10**6))
    )
    yield _survived(
        "a list of 100,000 texts", lambda: tiny_gguf().with_value("x", _ARRAY, _list(_STRING, [b"x"] * 10**5))
    )
    yield _survived(
        "a list of long texts", lambda: tiny_gguf().with_value("x", _ARRAY, _list(_STRING, [b"x" * 3 * 10**6] * 3))
    )
    for name, values in itertools.product(
        ("attention.head_count", "attention.head_count_kv", "feed_forward_length", "expert_used_count"),
        ([], [0] * 6, [4] * 5, [4] * 6, [4] * 600, [2**32 - 1] * 6),
    ):
        change = functools.partial(tiny_gguf().with_value, f"llama.{name}", _ARRAY, _list(_UINT32, values))
        yield _survived(f"{name} is {values[:1]} for each of {len(values)} layers", change)


# tensors


def _tensors() -> Iterator[Case]:
    last = len(tiny_gguf().tensors) - 1
    for index, offset in itertools.product((0, 1, last), (1, 32, 2**31, 2**62, 2**63, 2**64 - 32)):
        change = functools.partial(tiny_gguf().with_tensor, index, offset=offset)
        yield _refused(f"tensor {index} lies at {offset}", change)
    shapes = (
        (),
        (0,),
        (1,),
        (0, 1024),
        (2**62, 4),
        (2**63,),
        (2**64 - 1, 2),
        (2**31, 2**31),
        (1024, 256),
        (1,) * 5,
        (1,) * 99,
    )
    for shape in shapes:
        change = functools.partial(tiny_gguf().with_tensor, 0, shape=shape)
        yield _refused(f"the first tensor has the shape {shape[:5]} of {len(shape)}", change)
    for kind in (2, 8, 12, 28, 31, 41, 77, 255, 2**31, 2**32 - 1):
        yield _refused(f"the first tensor is of type {kind}", functools.partial(tiny_gguf().with_tensor, 0, kind=kind))
        yield _refused(f"a norm is of type {kind}", functools.partial(tiny_gguf().with_tensor, 1, kind=kind))
    for name in (b"", b"x", b"blk.0.attn_q.weight", b"x" * 64, b"x" * 100_000, b"\xff\0\n"):
        change = functools.partial(tiny_gguf().with_tensor, 0, name=name)
        yield _refused(f"the first tensor is called {name[:20]!r} of {len(name)} bytes", change)
    yield _refused("tensors in another order", lambda: replace(tiny_gguf(), tensors=tiny_gguf().tensors[::-1]))
    yield _refused("no tensors", lambda: replace(tiny_gguf(), tensors=()))
    yield _refused(
        "a tensor is missing",
        lambda: replace(tiny_gguf(), tensors=(*tiny_gguf().tensors[:3], *tiny_gguf().tensors[4:])),
    )
    yield _survived("numbers that are none", lambda: replace(tiny_gguf(), data=b"\xff" * len(tiny_gguf().data)))
    yield _survived("numbers that are noise", lambda: replace(tiny_gguf(), data=_noise(len(tiny_gguf().data))))
    yield _survived("numbers that are zero", lambda: replace(tiny_gguf(), data=bytes(len(tiny_gguf().data))))


# the vocabulary


def _tokens() -> list[bytes]:
    data, tokens, at = tiny_gguf().values[b"tokenizer.ggml.tokens"][1], list[bytes](), 12
    while at < len(data):
        text, at = _read_text(data, at)
        tokens.append(text)
    return tokens


def _with_tokens(change: Callable[[list[bytes]], list[bytes]]) -> _Gguf:
    return tiny_gguf().with_value("tokenizer.ggml.tokens", _ARRAY, _list(_STRING, change(_tokens())))


def _vocabulary() -> Iterator[Case]:
    key = "tokenizer.ggml.tokens"
    yield _refused("no vocabulary", functools.partial(tiny_gguf().without, key))
    yield _refused("an empty vocabulary", lambda: _with_tokens(lambda _: []))
    yield _refused("one token", lambda: _with_tokens(lambda tokens: tokens[:1]))
    yield _refused("a token is missing", lambda: _with_tokens(lambda tokens: tokens[:-1]))
    yield _refused("a token more", lambda: _with_tokens(lambda tokens: [*tokens, b"one more"]))
    yield _refused("a token twice", lambda: _with_tokens(lambda tokens: [*tokens[:-1], tokens[-2]]))
    yield _refused("one token everywhere", lambda: _with_tokens(lambda tokens: [b"x"] * len(tokens)))
    yield _survived("an empty token", lambda: _with_tokens(lambda tokens: [*tokens[:-1], b""]))
    yield _survived("empty tokens", lambda: _with_tokens(lambda tokens: [*tokens[:-9], *([b""] * 9)]))
    yield _refused(
        "a token like an empty one", lambda: _with_tokens(lambda tokens: [*tokens[:-2], b"", b"[EMPTY_1022]"])
    )
    yield _refused("no bytes", lambda: _with_tokens(lambda tokens: [token.replace(b"<0x", b"<0y") for token in tokens]))
    yield _refused(
        "a byte is missing", lambda: _with_tokens(lambda tokens: [t.replace(b"<0x80>", b"no byte") for t in tokens])
    )
    yield _survived(
        "tokens of no UTF-8", lambda: _with_tokens(lambda tokens: [*tokens[:-9], *(b"\xff" * n for n in range(1, 10))])
    )
    yield _refused("a token of 1 MB", lambda: _with_tokens(lambda tokens: [*tokens[:-1], b"x" * 10**6]))
    yield _survived("a token with a NUL", lambda: _with_tokens(lambda tokens: [*tokens[:-1], b"a\0b"]))
    yield _refused(
        "a vocabulary of numbers", functools.partial(tiny_gguf().with_value, key, _ARRAY, _list(_INT32, [1] * 1024))
    )
    yield _refused("a vocabulary of one text", functools.partial(tiny_gguf().with_value, key, _STRING, _text(b"x")))
    for name, kind in (("token_type", _INT32), ("scores", _FLOAT)):
        full = f"tokenizer.ggml.{name}"
        yield _survived(f"no {name}", functools.partial(tiny_gguf().without, full))
        for values in ([], [1] * 1023, [1] * 2000, [-1] * 1024, [2**31 - 1] * 1024, [6] * 1024, [3] * 1024):
            label = f"{name} are {values[:1]}, {len(values)} of them"
            yield _survived(label, functools.partial(tiny_gguf().with_value, full, _ARRAY, _list(kind, values)))
        yield _refused(
            f"{name} are texts", functools.partial(tiny_gguf().with_value, full, _ARRAY, _list(_STRING, [b""] * 1024))
        )
        yield _refused(f"{name} is a number", functools.partial(tiny_gguf().with_value, full, _UINT32, 5))
    yield _survived(
        "scores are no numbers",
        lambda: tiny_gguf().with_value("tokenizer.ggml.scores", _ARRAY, _list(_FLOAT, [float("nan")] * 1024)),
    )
    for text in (
        b"",
        b"none",
        b"no_vocab",
        b"gpt2",
        b"bert",
        b"t5",
        b"rwkv",
        b"plamo2",
        b"test",
        b"gemma4",
        b"whitespace",
        b"x",
    ):
        change = functools.partial(tiny_gguf().with_value, "tokenizer.ggml.model", _STRING, _text(text))
        yield _survived(f"the tokenizer is {text!r}", change)
    for name in ("bos", "eos", "eot", "unknown", "padding", "seperator"):
        for number in (1023, 1024, 2**31, 2**32 - 1):
            change = functools.partial(tiny_gguf().with_value, f"tokenizer.ggml.{name}_token_id", _UINT32, number)
            yield _survived(f"the {name} token is {number}", change)
        change = functools.partial(tiny_gguf().with_value, f"tokenizer.ggml.{name}_token_id", _INT32, -1)
        yield _survived(f"the {name} token is -1", change)
    yield _survived("every token is added", lambda: _all_added(tiny_gguf()))


def _all_added(gguf: _Gguf) -> _Gguf:
    for name in ("bos", "eos", "sep"):
        gguf = gguf.with_value(f"tokenizer.ggml.add_{name}_token", _BOOL, True)
    return gguf


# options


def _options() -> Iterator[Case]:
    for options in (
        {"context": 1},
        {"context": 3},
        {"context": 8, "slots": 16},
        {"context": 0},
        {"context": -1},
        {"context": 2**40},
        {"context": "many"},
        {"context": 4.5},
        {"threads": 100_000},
        {"threads": 0},
        {"threads": -1},
        {"slots": 0},
        {"slots": 257},
        {"slots": 10**9},
        {"batch": 0},
        {"batch": 10**9},
        {"gpu_layers": -2},
        {"gpu_layers": 2**40},
        {"no_such_option": 1},
        {"rope_freq_base": "x"},
        {"use_mmap": []},
    ):
        yield _refused(f"options {options}", _whole, **options)
    for options in ({"context": 4}, {"context": 1, "slots": 1}, {"context": None}, {"batch": 1}, {"slots": 256}):
        yield _survived(f"options {options}", _whole, **options)


# bytes changed at random


def _random() -> Iterator[Case]:
    header = len(_whole()) - len(tiny_gguf().data)
    for seed in range(60):
        yield _survived(f"random bytes in the header, {seed}", functools.partial(_flipped, seed, header, 1 + seed % 8))
    for seed in range(20):
        yield _survived(f"random bytes in the vocabulary's head, {seed}", functools.partial(_flipped, seed, 1500, 2))


def _flipped(seed: int, size: int, count: int) -> bytes:
    """So many bytes among the first ``size`` are others."""
    source, data = random.Random(seed), bytearray(_whole())
    for _ in range(count):
        data[source.randrange(4, size)] = source.choice((0, 1, 0xFF, source.randrange(256)))
    return bytes(data)
