"""The header of a GGUF file, read strictly and within bounds: metadata, and where each tensor lies.

llama.cpp reads the same header, but ends the process on some of what can be wrong with it, and says little about the
rest. Nothing here is larger than the file: counts and lengths are compared with what is left of it before anything is
read. Only what is asked for is kept of long arrays.

Source: the GGUF specification (docs/gguf.md of ggml), versions 2 and 3, little-endian.
"""

from __future__ import annotations

import array
import collections
import math
import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from gba.errors import ModelFileError

__all__ = ["GgufArray", "GgufHeader", "GgufTensor", "read_header"]

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}
_BOOL, _STRING, _ARRAY = 7, 8, 9
_KEYS, _TENSORS, _DIMENSIONS, _NAME = 2**16, 2**20, 4, 64
_KEY_BYTES = 2**10
_KEPT_BYTES = 2**16
"""Longer texts than this are only passed over: no text that is looked at is that long."""
_KEPT_NUMBERS = 2**12
_BLOCK = 2**20
_VOCABULARY_BYTES, _VOCABULARY = 2**26, 2**22
_SIZES = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Elements and bytes of one block, by the number of a tensor's type (ggml.h). A type that is not here is left to
llama.cpp, which may know it."""


@dataclass(frozen=True)
class GgufArray:
    """An array of the metadata. ``values`` are its numbers or texts where they were kept, else None."""

    kind: int
    count: int
    values: Any = None

    @property
    def is_text(self) -> bool:
        """Whether its values are texts."""
        return self.kind == _STRING


@dataclass(frozen=True)
class GgufTensor:
    """Where a tensor lies. ``offset`` counts from the beginning of the data, ``size`` is in bytes, None where the type
    is not known here."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int
    size: int | None


@dataclass(frozen=True)
class GgufHeader:
    """``values``: numbers, truth values, texts as bytes (None for a very long one) and arrays by their keys.

    ``kinds``: the numbers of their types. ``data``: where the tensors' data begin in the file.
    """

    path: Path
    values: Mapping[str, int | float | bool | bytes | GgufArray | None]
    kinds: Mapping[str, int]
    tensors: tuple[GgufTensor, ...]
    data: int

    @property
    def context(self) -> int:
        """Tokens of context that the model was trained with; 0 where the file does not say."""
        arch = self.values.get("general.architecture")
        value = self.values.get(f"{arch.decode('utf-8', 'replace')}.context_length") if isinstance(arch, bytes) else 0
        return value if type(value) is int else 0


def read_header(path: Path, keep: Collection[str] = ()) -> GgufHeader:
    """The header of the file. ``keep``: keys of arrays of which all values are wanted.

    Raises ModelFileError for a file that is cut short or no GGUF, and whatever in it cannot be.
    """
    try:
        with path.open("rb") as file:
            return _Reader(path, file, path.stat().st_size).header(frozenset(keep))
    except OSError as error:
        raise ModelFileError(f"the model file {path} cannot be read: {error}", path=str(path)) from error


class _Reader:
    """Reads one file from its beginning on."""

    def __init__(self, path: Path, file: IO[bytes], size: int) -> None:
        self._path, self._file, self._size, self._at = path, file, size, 0

    def header(self, keep: frozenset[str]) -> GgufHeader:
        self._check_magic()
        tensors, keys = self._count("tensors", _TENSORS, 24), self._count("metadata entries", _KEYS, 13)
        values: dict[str, Any] = {}
        kinds: dict[str, int] = {}
        for number in range(keys):
            key = self._text(f"key {number}", _KEY_BYTES)
            if not key or key in values:
                raise self._wrong(f"its metadata has an empty key, or {key[:80]!r} twice")
            kinds[key] = self._number("I")
            values[key] = self._value(key, kinds[key], key in keep)
        infos = [self._tensor(number) for number in range(tensors)]
        if len({name for name, *_ in infos}) < len(infos):
            raise self._wrong("two of its tensors have the same name")
        alignment = values.get("general.alignment", 32)
        if type(alignment) is not int or alignment not in {2**power for power in range(3, 21)}:
            raise self._wrong(f"its general.alignment is {alignment!r}, not a power of 2 from 8 on")
        data = -(-self._at // alignment) * alignment
        return GgufHeader(self._path, values, kinds, self._placed(infos, data, alignment), data)

    def _check_magic(self) -> None:
        magic, version = self._take(4), self._number("I")
        if magic != _MAGIC:
            raise self._wrong("it does not begin with GGUF")
        if version & 0xFFFF == 0:
            raise self._wrong("it is big-endian: convert it again on this kind of machine")
        if version not in _VERSIONS:
            raise self._wrong(f"it is of GGUF version {version}, and llama.cpp reads 2 and 3: convert the model again")

    # single values

    def _wrong(self, what: str) -> ModelFileError:
        return ModelFileError(
            f"{self._path} cannot be loaded: {what}. Download or convert it again", path=str(self._path)
        )

    def _need(self, count: int) -> None:
        if count > self._size - self._at:
            raise self._wrong(f"it ends in the middle of its header, at byte {self._size}: the download was cut short")

    def _take(self, count: int) -> bytes:
        self._need(count)
        data = self._file.read(count)
        if len(data) < count:  # it became shorter since
            raise self._wrong("it changed while it was read")
        self._at += count
        return data

    def _skip(self, count: int) -> None:
        self._need(count)
        self._at += count
        self._file.seek(self._at)

    def _number(self, form: str) -> Any:
        form = "<" + form
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _count(self, what: str, most: int, least_bytes: int) -> int:
        """How many things of at least so many bytes follow."""
        count: int = self._number("Q")
        if count > most or count * least_bytes > self._size:
            raise self._wrong(f"it claims to have {count} {what}, which cannot be in {self._size} bytes")
        return count

    def _text(self, what: str, most: int) -> str:
        size = self._number("Q")
        if size > most:
            raise self._wrong(f"its {what} is {size} bytes long, more than {most}")
        text = self._take(size)
        if b"\0" in text:
            raise self._wrong(f"its {what} holds a NUL")
        return text.decode("utf-8", "surrogateescape")

    def _value(self, key: str, kind: int, keep: bool) -> Any:
        if kind == _STRING:
            size = self._number("Q")
            if size <= _KEPT_BYTES:
                return self._take(size)
            self._skip(size)
            return None
        if kind == _ARRAY:
            return self._array(key, keep)
        if kind not in _FORMATS:
            raise self._wrong(f"{key[:80]!r} is of the type {kind}, which there is not")
        value = self._number(_FORMATS[kind])
        return bool(value) if kind == _BOOL else value

    def _array(self, key: str, keep: bool) -> GgufArray:
        kind, count = self._number("I"), self._number("Q")
        if kind == _STRING:
            self._need(8 * count if count <= self._size else self._size + 1)
            if keep:
                return GgufArray(kind, count, self._kept(key, count))
            collections.deque(self._texts(count), maxlen=0)
            return GgufArray(kind, count)
        if kind not in _FORMATS:
            raise self._wrong(f"{key[:80]!r} is an array of the type {kind}, which there is not")
        size = struct.calcsize(_FORMATS[kind]) * min(count, self._size + 1)
        self._need(size)
        if count > (_VOCABULARY if keep else _KEPT_NUMBERS):
            self._skip(size)
            return GgufArray(kind, count)
        values = array.array(_FORMATS[kind])
        values.frombytes(self._take(size))
        return GgufArray(kind, count, values)

    def _kept(self, key: str, count: int) -> list[bytes]:
        kept: list[bytes] = []
        size = 0
        for text in self._texts(count):
            size += len(text)
            if size > _VOCABULARY_BYTES or len(kept) >= _VOCABULARY:
                raise self._wrong(f"{key} is far larger than any vocabulary")
            kept.append(text)
        return kept

    def _texts(self, count: int) -> Iterator[bytes]:
        """So many texts, read in large blocks. One that is longer than a block comes as its beginning only."""
        length = struct.Struct("<Q").unpack_from
        while count:
            self._need(8)
            block, at = self._file.read(min(_BLOCK, self._size - self._at)), 0
            while count and at + 8 <= len(block):
                end = at + 8 + length(block, at)[0]
                if end > len(block):
                    break
                yield block[at + 8 : end]
                at, count = end, count - 1
            if not at and len(block) < 8:
                raise self._wrong("it changed while it was read")
            if not at:
                at, count = 8 + length(block, 0)[0], count - 1
                self._need(at)
                yield block[8:]
            self._skip(at)

    # tensors

    def _tensor(self, number: int) -> tuple[str, tuple[int, ...], int, int]:
        name = self._text(f"name of tensor {number}", _NAME - 1)
        dimensions = self._number("I")
        if dimensions > _DIMENSIONS:
            raise self._wrong(f"the tensor {name!r} has {dimensions} dimensions, and there are at most {_DIMENSIONS}")
        shape = tuple(self._number("Q") for _ in range(dimensions))
        kind, offset = self._number("I"), self._number("Q")
        if not all(shape) or math.prod(shape) >= 2**63:
            raise self._wrong(f"the tensor {name!r} has the shape {shape}, which cannot be")
        return name, shape, kind, offset

    def _placed(self, infos: list[Any], data: int, alignment: int) -> tuple[GgufTensor, ...]:
        """The tensors, after a check that they lie one behind the other and within the file."""
        tensors: list[GgufTensor] = []
        expected: int | None = 0
        for name, shape, kind, offset in infos:
            size = self._bytes(name, shape, kind)
            if size is not None and data + offset + size > self._size:
                missing = data + offset + size - self._size
                raise self._wrong(f"it ends {missing} bytes before the end of the tensor {name!r}, as if cut short")
            if offset != (offset if expected is None else expected):
                raise self._wrong(f"the tensor {name!r} is said to be at {offset}, where another one is")
            expected = None if size is None or expected is None else -(-(offset + size) // alignment) * alignment
            tensors.append(GgufTensor(name, shape, kind, offset, size))
        return tuple(tensors)

    def _bytes(self, name: str, shape: tuple[int, ...], kind: int) -> int | None:
        if kind not in _SIZES:
            return None
        (block, size), row = _SIZES[kind], shape[0] if shape else 1
        if row % block:
            raise self._wrong(f"the tensor {name!r} has rows of {row} numbers, not a multiple of {block}")
        return math.prod(shape) // block * size
