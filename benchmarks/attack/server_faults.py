"""Servers that answer anything but what a llama-server answers: wrong types, wrong numbers, no end, no HTTP at all.

Each case is a kind of fault at a place. It holds where gba raises one of its own errors, or gives a result of the types
and lengths that were asked for.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from benchmarks.attack.cases import Case
from gba.backends.base import Chunk, Properties, Sampling, Timings
from gba.backends.server import LlamaServer
from gba.chat.engine import Engine
from gba.chat.messages import Message
from gba.chat.options import StepOptions
from gba.errors import BackendError, GrammarError, StepError
from gba.schema.tools import ToolSpec
from tests.helpers.fake_llama import FakeLlama, Listening

__all__ = ["MEGABYTES", "SECONDS", "TITLE", "cases"]

TITLE, SECONDS, MEGABYTES = "answers of a server", 20.0, 300

_LIMIT = 6
_MIB = 2**20
_ALLOWED = (BackendError, GrammarError)
_WORDS = ("the", " the", "x")
_VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "minus one": -1,
    "a fraction": 1.5,
    "10**9": 10**9,
    "10**30": 10**30,
    "text": "x",
    "a list": [],
    "a list of null": [None],
    "a list of lists": [[[[]]]],
    "a list of a huge number": [10**30],
    "an object": {},
    "1e308": 1e308,
}

Raw = Callable[[], Iterator[bytes]]
Use = Callable[[LlamaServer], None]


def cases() -> list[Case]:
    """Bodies, fields, events, HTTP itself, and whole steps."""
    return [*_bodies(), *_fields(), *_events(), *_streams(), *_http(), *_steps()]


# what is done with the server, and what has to come of it


def _properties(backend: LlamaServer) -> None:
    _check_properties(backend.properties())


def _check_properties(known: Properties) -> None:
    assert type(known.context) is int, known
    assert 0 <= known.context <= 2**26, known
    assert type(known.slots) is int, known
    assert 1 <= known.slots <= 4096, known
    for text in (known.model, known.build, known.bos_text, known.eos_text, known.chat_template or ""):
        assert isinstance(text, str), known
    assert all(token is None or type(token) is int for token in (known.bos, known.eos, *known.eog)), known


def _tokenize(backend: LlamaServer) -> None:
    tokens = backend.tokenize("the x")
    assert tokens, "no tokens for a text"
    assert all(type(token) is int and 0 <= token < 2**31 for token in tokens), tokens
    assert len(tokens) < 64, len(tokens)


def _detokenize(backend: LlamaServer) -> None:
    assert isinstance(backend.detokenize([5, 6]), str)


def _slots(backend: LlamaServer) -> None:
    for slot in backend.slots():
        assert (type(slot.id), type(slot.busy), type(slot.context)) == (int, bool, int), slot


def _metrics(backend: LlamaServer) -> None:
    assert all(isinstance(value, float) for value in backend.metrics().values())


def _complete(backend: LlamaServer) -> None:
    _check_chunks(list(backend.complete([1, 5], max_tokens=_LIMIT, stop=["never"], sampling=Sampling(temperature=0))))


def _acomplete(backend: LlamaServer) -> None:
    async def collect() -> list[Chunk]:
        async with LlamaServer(backend.base_url, timeout=1.0, load_timeout=0.2) as other:
            return [chunk async for chunk in other.acomplete([1, 5], max_tokens=_LIMIT, stop=["never"])]

    _check_chunks(asyncio.run(collect()))


def _check_chunks(chunks: list[Chunk]) -> None:
    assert chunks, "no chunks"
    assert [chunk.finish is None for chunk in chunks] == [True] * (len(chunks) - 1) + [False], chunks
    assert sum(len(chunk.tokens) for chunk in chunks) <= _LIMIT, chunks
    for chunk in chunks:
        assert isinstance(chunk.text, str), chunk
        assert all(type(token) is int and 0 <= token < 2**31 for token in chunk.tokens), chunk
    timings = chunks[-1].timings
    assert isinstance(timings, Timings), chunks
    for count in (timings.cache_n, timings.prompt_n, timings.predicted_n):
        assert type(count) is int, timings
        assert 0 <= count < 2**31, timings


_USES: dict[str, Use] = {
    "/props": _properties,
    "/tokenize": _tokenize,
    "/detokenize": _detokenize,
    "/slots": _slots,
    "/metrics": _metrics,
    "/completion": _complete,
}


def _with(prepare: Callable[[FakeLlama], None], use: Use, raw: Mapping[str, Raw] | None = None) -> None:
    fake = FakeLlama()
    fake.output = [[fake.word(word) for word in _WORDS] for _ in range(64)]
    prepare(fake)
    with (
        Listening(fake, raw=raw) as listening,
        LlamaServer(listening.url, timeout=1.0, load_timeout=0.2) as backend,
        suppress(*_ALLOWED),
    ):
        use(backend)


def _as_it_is(_: FakeLlama) -> None:
    """A server that is not changed."""


def _overriding(path: str, status: int, body: Callable[[], Any], use: Use) -> None:
    _with(lambda fake: fake.overrides.update({path: (status, body())}), use)


# bodies that are no JSON, or not the JSON that was asked for


def _endless() -> Iterator[bytes]:
    yield b'{"tokens": ['
    yield from itertools.repeat(b"1, " * 2000)


def _trickle() -> Iterator[bytes]:
    for _ in range(60):
        time.sleep(0.05)
        yield b" "


_BODIES: dict[str, Callable[[], Any]] = {
    "nothing": lambda: b"",
    "null": lambda: b"null",
    "a number": lambda: b"3",
    "text": lambda: b'"x"',
    "a list": lambda: b"[]",
    "a list of null": lambda: b"[null]",
    "an object": lambda: b"{}",
    "a web page": lambda: b"<!DOCTYPE html><html>Welcome</html>",
    "half an object": lambda: b'{"tokens": [1, 2',
    "bytes that are no UTF-8": lambda: b'{"content": "\xff\xfe", "tokens": [1]}',
    "half a surrogate pair": lambda: b'{"content": "\\ud800", "tokens": [1], "chat_template": "\\ud800"}',
    "NUL bytes": lambda: b"\0" * 1000,
    "a deep list": lambda: b"[" * 200_000,
    "a deep object": lambda: b'{"tokens":' * 100_000,
    "a number of 100,000 digits": lambda: b'{"tokens": [' + b"9" * 100_000 + b"]}",
    "NaN": lambda: b'{"tokens": [NaN], "content": NaN}',
    "64 MiB of spaces": lambda: b" " * (64 * _MIB),
    "64 MiB of text": lambda: b'{"content": "' + b"x" * (64 * _MIB) + b'", "tokens": [1]}',
    "a million tokens": lambda: json.dumps({"tokens": [7] * 10**6}).encode(),
    "no end": _endless,
    "a byte now and then": _trickle,
}


def _bodies() -> Iterator[Case]:
    for (path, use), (kind, body) in itertools.product(_USES.items(), _BODIES.items()):
        yield Case(f"{path} answers with {kind}", functools.partial(_overriding, path, 200, body, use))
    for status, kind in itertools.product((400, 404, 500, 503), ("text", "a deep list", "64 MiB of text", "no end")):
        name = f"/completion answers with HTTP {status} and {kind}"
        yield Case(name, functools.partial(_overriding, "/completion", status, _BODIES[kind], _complete))
    for field in ("message", "type", "n_prompt_tokens", "n_ctx", "code"):
        for kind, value in _VALUES.items():
            error = {"message": "too long", "type": "exceed_context_size_error", "n_prompt_tokens": 9, "n_ctx": 8}
            body = json.dumps({"error": {**error, field: value}}).encode()
            name = f"/completion refuses, and {field} is {kind}"
            yield Case(
                name, functools.partial(_overriding, "/completion", 400, functools.partial(_same, body), _complete)
            )


def _same(body: Any) -> Any:
    return body


# fields of short answers

_ANSWERS: dict[str, Any] = {
    "/props": FakeLlama().props(),
    "/tokenize": {"tokens": [5]},
    "/detokenize": {"content": "x"},
    "/slots": [{"id": 0, "is_processing": False, "n_ctx": 512}],
}


def _fields() -> Iterator[Case]:
    for path, answer in _ANSWERS.items():
        for place in _places(answer):
            for kind, value in (*_VALUES.items(), ("missing", ...)):
                body = json.dumps(_changed(answer, place, value)).encode()
                name = f"{path}: {'.'.join(map(str, place))} is {kind}"
                yield Case(name, functools.partial(_overriding, path, 200, functools.partial(_same, body), _USES[path]))


def _places(answer: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in an answer there are values."""
    entries = answer.items() if isinstance(answer, dict) else enumerate(answer) if isinstance(answer, list) else ()
    for key, value in entries:
        yield (*before, key)
        yield from _places(value, (*before, key))


def _changed(answer: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The answer with another value at the place; ``...`` takes it out."""
    changed = json.loads(json.dumps(answer))
    inner = functools.reduce(lambda outer, key: outer[key], place[:-1], changed)
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return changed


# events of a generation


def _recorded() -> list[dict[str, Any]]:
    """The events of a generation as they should be."""
    fake = FakeLlama()
    body = {"prompt": [1, 5], "n_predict": _LIMIT, "stop": []}
    stream = fake.stream(body, [fake.word(word) for word in _WORDS])
    return [json.loads(event.removeprefix(b"data: ")) for event in stream]


def _sent(events: list[Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def _events() -> Iterator[Case]:
    events = _recorded()
    for index, label in ((0, "first"), (1, "second"), (len(events) - 1, "last")):
        places = [*_places(events[index]), ("error",)]
        for place, (kind, value) in itertools.product(places, _VALUES.items()):
            broken = [*events[:index], _changed(events[index], place, value), *events[index + 1 :]]
            use = _acomplete if index == 1 else _complete
            name = f"{'.'.join(map(str, place))} of the {label} event is {kind}"
            yield Case(
                name, functools.partial(_overriding, "/completion", 200, functools.partial(_same, _sent(broken)), use)
            )


def _forever(event: bytes, pause: float = 0.0) -> Iterator[bytes]:
    while True:
        time.sleep(pause)
        yield event


def _word_events() -> Iterator[bytes]:
    """A server that ignores how much was asked for."""
    token = FakeLlama().word("x")
    for count in itertools.count(1):
        yield _sent([{"content": "x", "tokens": [token], "stop": False, "tokens_predicted": count}])


_LAST = {"content": "", "tokens": [], "stop": True, "stop_type": "eos", "tokens_predicted": 4}
_STREAMS: dict[str, Callable[[], Any]] = {
    "never ends": _word_events,
    "never counts": lambda: _forever(_sent([{"content": "x", "tokens": [7], "stop": False}])),
    "sends text without tokens for ever": lambda: _forever(_sent([{"content": "x", "stop": False}])),
    "sends tokens without text for ever": lambda: _forever(_sent([{"content": "", "tokens": [7]}])),
    "sends empty events for ever": lambda: _forever(_sent([{"content": "", "tokens": []}])),
    "sends comments for ever": lambda: _forever(b": ping\n\n" * 100),
    "sends empty lines for ever": lambda: _forever(b"\n" * 1000),
    "sends one line for ever": lambda: itertools.chain([b'data: {"content": "'], _forever(b"x" * 65536)),
    "sends spaces for ever": lambda: _forever(b" " * 65536),
    "sends no events": lambda: b"",
    "sends only a last event": lambda: _sent([_LAST]),
    "sends only [DONE]": lambda: b"data: [DONE]\n\n",
    "ends in the middle of an event": lambda: _sent(_recorded())[:150],
    "ends before the last event": lambda: _sent(_recorded()[:-1]),
    "ends again and again": lambda: _sent([_LAST] * 1000),
    "sends events that are no objects": lambda: _sent([1, [], None, "x"]),
    "sends bytes that are no UTF-8": lambda: b'data: {"content": "\xff\xff", "tokens": [7]}\n\n',
    "sends half a surrogate pair": lambda: b'data: {"content": "\\udfff", "tokens": [7]}\n\n',
    "sends a deep event": lambda: b'data: {"tokens": ' + b"[" * 100_000 + b"\n\n",
    "sends a deep error": lambda: b"error: " + b"[" * 100_000 + b"\n\n",
    "sends an error of 10 MiB": lambda: b'error: {"message": "' + b"x" * (3 * _MIB) + b'"}\n\n',
    "sends a million tokens in one event": lambda: _sent([{"content": "x", "tokens": [7] * 10**6}]),
    "sends a text of 3 MiB": lambda: _sent(
        [{"content": "x" * (3 * _MIB), "tokens": [7], "tokens_predicted": 1}, _LAST]
    ),
    "counts what it does not send": lambda: _sent([{"content": "x", "tokens": [7], "tokens_predicted": 6}, _LAST]),
    "counts down": lambda: _sent([{"content": "x", "tokens": [7], "tokens_predicted": 6 - n} for n in range(6)]),
    "counts 10**9": lambda: _sent([{"content": "x", "tokens": [7], "tokens_predicted": 10**9}, _LAST]),
    "stops at a word that was not asked for": lambda: _sent(
        [{**_LAST, "stop_type": "word", "stopping_word": "y" * 99}]
    ),
    "stops before it begins": lambda: _sent([{**_LAST, "stop_type": "limit", "tokens_predicted": 0}]),
    "stops for a reason that is none": lambda: _sent([*_recorded()[:-1], {**_LAST, "stop_type": "boredom"}]),
    "is silent": lambda: _forever(b"", 0.2),
    "sends a byte now and then": lambda: itertools.islice(_forever(b":", 0.05), 50),
    "calls the model otherwise": lambda: _sent([*_recorded()[:-1], {**_recorded()[-1], "model": "another"}]),
    "is in UTF-16": lambda: _sent(_recorded()).decode().encode("utf-16"),
    "is the answer of another interface": lambda: _sent([{"choices": [{"delta": {"content": "x"}}]}] * 3),
}


def _streams() -> Iterator[Case]:
    for (kind, body), (label, use) in itertools.product(_STREAMS.items(), (("", _complete), (", awaited", _acomplete))):
        yield Case(f"a stream {kind}{label}", functools.partial(_overriding, "/completion", 200, body, use))


# HTTP itself

_OK = b"HTTP/1.1 200 OK\r\n"
_BOMB = gzip.compress(b" " * (256 * _MIB), 9)
_HTTP: dict[str, Raw] = {
    "no HTTP": lambda: iter([b"220 ftp ready\r\n"]),
    "nothing at all": lambda: iter([]),
    "random bytes": lambda: iter([bytes(range(256)) * 64]),
    "bytes without end": lambda: _forever(b"x" * 65536),
    "header lines without end": lambda: itertools.chain([_OK], _forever(b"X-A: b\r\n" * 1000)),
    "a header line without end": lambda: itertools.chain([_OK, b"X-A: "], _forever(b"b" * 65536)),
    "half a header": lambda: iter([_OK + b"Content-Len"]),
    "a body that is cut short": lambda: iter([_OK + b"Content-Length: 1000\r\n\r\n{}"]),
    "a negative length": lambda: iter([_OK + b"Content-Length: -5\r\n\r\n{}"]),
    "a length that is no number": lambda: iter([_OK + b"Content-Length: x\r\n\r\n{}"]),
    "two lengths": lambda: iter([_OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"]),
    "a length of 10**18": lambda: iter([_OK + b"Content-Length: 1000000000000000000\r\n\r\n{}"]),
    "a chunk that is no chunk": lambda: iter([_OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"]),
    "a chunk of 2**60 bytes": lambda: iter([_OK + b"Transfer-Encoding: chunked\r\n\r\n1000000000000000\r\n{}"]),
    "an unknown transfer coding": lambda: iter([_OK + b"Transfer-Encoding: magic\r\n\r\n{}"]),
    "a bomb": lambda: iter([_OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_BOMB), _BOMB]),
    "an unknown coding": lambda: iter([_OK + b"Content-Encoding: magic\r\nContent-Length: 2\r\n\r\n{}"]),
    "a redirect to itself": lambda: iter([b"HTTP/1.1 302 Found\r\nLocation: /props\r\nContent-Length: 0\r\n\r\n"]),
    "a redirect to nowhere": lambda: iter([b"HTTP/1.1 302 Found\r\nLocation: http://[x\r\nContent-Length: 0\r\n\r\n"]),
    "a redirect to a file": lambda: iter([b"HTTP/1.1 302 Found\r\nLocation: file:///etc\r\nContent-Length: 0\r\n\r\n"]),
    "continue, and nothing else": lambda: iter([b"HTTP/1.1 100 Continue\r\n\r\n" * 100]),
    "a cookie that is none": lambda: iter([_OK + b"Set-Cookie: =;;=;\xff\r\nContent-Length: 2\r\n\r\n{}"]),
    "a charset that is none": lambda: iter([_OK + b"Content-Type: a/b; charset=x\xff\r\nContent-Length: 2\r\n\r\n{}"]),
    "a status that is none": lambda: iter([b"HTTP/1.1 999 ?\r\nContent-Length: 2\r\n\r\n{}"]),
    "no content": lambda: iter([b"HTTP/1.1 204 No Content\r\n\r\n"]),
    "loading for ever": lambda: iter(
        [b'HTTP/1.1 503 x\r\nContent-Length: 39\r\n\r\n{"error":{"type":"unavailable_error"}}  ']
    ),
}


def _http() -> Iterator[Case]:
    for path, (kind, raw) in itertools.product(("/props", "/tokenize", "/completion"), _HTTP.items()):
        run = functools.partial(_with, _as_it_is, _USES[path], {path: raw})
        yield Case(f"{path} is answered with {kind}", run)
    for path, (kind, raw) in itertools.product(("/completion",), _HTTP.items()):
        run = functools.partial(_with, _as_it_is, _acomplete, {path: raw})
        yield Case(f"{path} is answered with {kind}, awaited", run)


# whole steps

_TOOLS = (
    ToolSpec(
        "search", "Searches.", {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    ),
    ToolSpec("send", "Sends.", {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}),
)


def _step(fake_stream: Callable[[], Any], choice: str) -> None:
    """A step, every generation of which is answered alike."""

    def use(backend: LlamaServer) -> None:
        engine = Engine(backend, chat_format="chatml", options=StepOptions(max_tokens=None))
        try:
            step = engine.step([Message("user", "the x")], _TOOLS, tool_choice=choice)
        except StepError:
            return
        for call in step.calls:
            assert call.name in {"search", "send"}, call

    def prepare(fake: FakeLlama) -> None:
        fake.on_completion = lambda _: (200, fake_stream())  # type: ignore[method-assign]

    _with(prepare, use)


def _ending(kind: str, *tokens: int, text: str = "", count: int | None = None) -> bytes:
    told = [{"content": text, "tokens": list(tokens), "stop": False, "tokens_predicted": len(tokens)}] if tokens else []
    count = len(tokens) if count is None else count
    return _sent([*told, {**_LAST, "stop_type": kind, "stopping_word": "</s>", "tokens_predicted": count}])


_STEPS: dict[str, Callable[[], bytes]] = {
    "ends at once": lambda: _ending("eos"),
    "ends at once, by its limit": lambda: _ending("limit"),
    "ends at once, by a stop string": lambda: _ending("word"),
    "ends at once, by its limit, and counts one token": lambda: _ending("limit", count=1),
    "ends at once, by a stop string, and counts one token": lambda: _ending("word", count=1),
    "writes a token without text": lambda: _ending("limit", 3),
    "writes a token without text, and a stop string": lambda: _ending("word", 3),
    "writes one word": lambda: _ending("limit", FakeLlama().word("x"), text="x"),
    "writes one word, and ends": lambda: _ending("eos", FakeLlama().word("x"), text="x"),
    "writes half a character": lambda: _ending("limit", 4 + 0xC3, text="\ufffd"),
    "writes a quotation mark": lambda: _ending("limit", 4 + ord('"'), text='"'),
    "writes the letter s": lambda: _ending("limit", 4 + ord("s"), text="s"),
    "refuses": lambda: b'error: {"message": "no"}\n\n',
}


def _steps() -> Iterator[Case]:
    for (kind, stream), choice in itertools.product(_STEPS.items(), ("auto", "required", "send")):
        yield Case(f"a server {kind}, and {choice} is asked for", functools.partial(_step, stream, choice))
