"""A llama-server without llama.cpp: it speaks the protocol, token by token, as tools/server does.

What it generates is given to it as tokens. It keeps back text where a stop string may begin, sends nothing while its
text ends inside a character, gives control tokens no text, and answers errors in llama-server's form.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

__all__ = ["EOS", "FakeLlama", "Listening"]

BOS, EOS, CONTROL = 1, 2, 3
_NAMES = {0: "<unk>", BOS: "<s>", EOS: "</s>", CONTROL: "<|im_start|>"}
_FIRST_BYTE = 4
_WORDS = ("the", " the", "\n", "\n\n", "ab", "b\nc", "é", "日", " 😀", "stop", "st", "op", "STOP\n", "x")

Answer = tuple[int, bytes | Iterator[bytes]]


class FakeLlama:
    """``output``: the tokens of each generation. ``vocabulary``: names, 256 byte tokens, words."""

    def __init__(self, *output: Sequence[int], context: int = 512, slots: int = 2, api_key: str | None = None) -> None:
        self.output, self.context, self.slots, self.api_key = list(output), context, slots, api_key
        self.requests: list[tuple[str, dict[str, Any] | None]] = []
        self.loading = 0
        self.alias, self.path, self.build = "fake.gguf", "/models/fake.gguf", "b1-fake"
        self.overrides: dict[str, Answer] = {}
        self.words = _WORDS

    @property
    def pieces(self) -> list[bytes]:
        """What each token spells."""
        names = [name.encode() for name in _NAMES.values()]
        return [*names, *(bytes([byte]) for byte in range(256)), *(word.encode() for word in self.words)]

    def word(self, text: str) -> int:
        """The token that spells the text."""
        return len(_NAMES) + 256 + self.words.index(text)

    def shift(self) -> None:
        """From now on the vocabulary of another model: each word has another token."""
        self.words = self.words[1:] + self.words[:1]

    @staticmethod
    def ok(body: object) -> Answer:
        """An answer with this JSON."""
        return _ok(body)

    def byte_tokens(self, text: str) -> list[int]:
        return [_FIRST_BYTE + byte for byte in text.encode()]

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """The longest word, else bytes."""
        tokens: list[int] = []
        while text:
            name = next((t for t, n in _NAMES.items() if special and t and text.startswith(n)), None)
            word = max((w for w in self.words if text.startswith(w)), key=len, default=None)
            if name is not None:
                tokens, text = [*tokens, name], text[len(_NAMES[name]) :]
            elif word is not None:
                tokens, text = [*tokens, self.word(word)], text[len(word) :]
            else:
                tokens, text = tokens + self.byte_tokens(text[0]), text[1:]
        return tokens

    def spell(self, tokens: Sequence[int]) -> bytes:
        pieces = self.pieces
        return b"".join(pieces[token] for token in tokens)

    def answer(self, path: str, headers: dict[str, str], body: dict[str, Any] | None) -> Answer:
        """Status and content for one request."""
        self.requests.append((path, body))
        if self.loading:
            self.loading -= 1
            return _error(503, "Loading model", "unavailable_error")
        if self.api_key and headers.get("authorization") != f"Bearer {self.api_key}" and path != "/health":
            return _error(401, "Invalid API Key", "authentication_error")
        if path in self.overrides:
            return self.overrides[path]
        known: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "/health": lambda _: _ok({"status": "ok"}),
            "/props": lambda _: _ok(self.props()),
            "/v1/models": lambda _: _ok({"data": [{"id": self.alias, "owned_by": "llamacpp"}]}),
            "/slots": lambda _: _ok(
                [{"id": i, "is_processing": i == 1, "n_ctx": self.context} for i in range(self.slots)]
            ),
            "/metrics": lambda _: (
                200,
                b'# HELP a b\n# TYPE a counter\nllamacpp:a_total 3\nllamacpp:b{slot="1"} 0.5\n',
            ),
            "/tokenize": self.on_tokenize,
            "/detokenize": lambda b: _ok({"content": self.spell(b["tokens"]).decode(errors="replace")}),
            "/completion": self.on_completion,
        }
        return known[path](body or {}) if path in known else _error(404, "File Not Found", "not_found_error")

    def props(self) -> dict[str, Any]:
        return {
            "default_generation_settings": {"n_ctx": self.context, "params": {}},
            "total_slots": self.slots,
            "model_alias": self.alias,
            "model_path": self.path,
            "chat_template": "{{ messages }}",
            "bos_token": "<s>",
            "eos_token": "</s>",
            "build_info": self.build,
        }

    def on_tokenize(self, body: dict[str, Any]) -> Answer:
        tokens = self.tokenize(body["content"], special=body.get("parse_special", True))
        tokens = [BOS, *tokens] if body.get("add_special") else tokens
        if body.get("with_pieces"):
            return _ok({"tokens": [{"id": t, "piece": self.pieces[t].decode(errors="replace")} for t in tokens]})
        return _ok({"tokens": tokens})

    def on_completion(self, body: dict[str, Any]) -> Answer:
        if len(body["prompt"]) >= self.context:
            return _error(
                400, "too long", "exceed_context_size_error", n_prompt_tokens=len(body["prompt"]), n_ctx=self.context
            )
        if body.get("grammar") == "bad":
            return _error(400, "Failed to initialize samplers: failed to parse grammar", "invalid_request_error")
        return 200, self.stream(body, self.output.pop(0))

    def stream(self, body: dict[str, Any], output: Sequence[int]) -> Iterator[bytes]:
        """The events of a generation."""
        text, sent, kind, word, count = b"", 0, "limit", "", 0
        limit, pieces = body["n_predict"], self.pieces
        for token in [*output, EOS][:limit]:
            count += 1
            text += b"" if token < _FIRST_BYTE else pieces[token]
            if _complete(text):
                found = [(text.find(stop.encode(), sent), stop) for stop in body["stop"]]
                found = sorted(hit for hit in found if hit[0] >= 0)
                if found:
                    (end, word), kind = found[0], "word"
                    text = text[:end]
                withheld = token != EOS and not found and _may_begin(text[sent:], body["stop"])
                content = b"" if withheld else text[sent:]
                sent += len(content)
                yield _event(
                    {
                        "content": content.decode(errors="replace"),
                        "tokens": [token],
                        "stop": False,
                        "tokens_predicted": count,
                        **self.probabilities(body, token),
                    }
                )
            if token == EOS or word:
                kind = kind if word else "eos"
                break
        timings = {
            "cache_n": 0,
            "prompt_n": len(body["prompt"]),
            "predicted_n": count,
            "prompt_ms": 1.5,
            "predicted_ms": 2,
        }
        yield _event(
            {
                "content": "",
                "tokens": [],
                "stop": True,
                "model": self.alias,
                "stop_type": kind,
                "stopping_word": word,
                "tokens_predicted": count,
                "timings": timings,
            }
        )

    def probabilities(self, body: dict[str, Any], token: int) -> dict[str, Any]:
        """What is told of a token, and of those that follow it in the vocabulary, where ``n_probs`` asks for it."""
        pieces = self.pieces

        def told(one: int) -> dict[str, Any]:
            text = pieces[one]
            return {"id": one, "token": text.decode(errors="replace"), "bytes": list(text), "logprob": -float(one)}

        if not body.get("n_probs"):
            return {}
        top = [told((token + number) % len(pieces)) for number in range(body["n_probs"])]
        return {"completion_probabilities": [{**told(token), "top_logprobs": top}]}

    def transport(self) -> httpx.MockTransport:
        """The server without a socket."""

        def handle(request: httpx.Request) -> httpx.Response:
            body = json.loads(request.content) if request.content else None
            status, content = self.answer(request.url.path, dict(request.headers), body)
            return httpx.Response(status, content=content if isinstance(content, bytes) else b"".join(content))

        return httpx.MockTransport(handle)


class Listening:
    """A FakeLlama that listens on a port of this machine, and can hang up after so many events.

    ``raw``: what is sent for a path instead of any HTTP of ours, after which the connection is closed. ``name``: what
    it calls itself in its answers.
    """

    def __init__(
        self,
        fake: FakeLlama,
        *,
        port: int = 0,
        hang_up_after: int | None = None,
        raw: Mapping[str, Callable[[], Iterator[bytes]]] | None = None,
        name: str = "fake",
    ) -> None:
        self.fake, self.hang_up_after, self.raw = fake, hang_up_after, dict(raw or {})
        self.events_sent = 0
        self.connections: list[socket.socket] = []
        self.broken = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def version_string(self) -> str:
                return name

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                self.reply(None)

            def do_POST(self) -> None:
                self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def reply(self, body: dict[str, Any] | None) -> None:
                path = self.path.partition("?")[0]
                if path in outer.raw:
                    self.send_raw(outer.raw[path]())
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, content = outer.fake.answer(path, headers, body)
                self.send_response(status)
                if isinstance(content, bytes):
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                else:
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    self.stream(content)

            def send_raw(self, content: Iterator[bytes]) -> None:
                self.close_connection = True
                with contextlib.suppress(OSError):
                    for part in content:
                        self.wfile.write(part)

            def stream(self, content: Iterator[bytes]) -> None:
                try:
                    for number, event in enumerate(content):
                        if number == outer.hang_up_after:
                            self.close_connection = True
                            return
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                        outer.events_sent += 1
                    self.wfile.write(b"0\r\n\r\n")
                except OSError:  # the client went away
                    self.close_connection = True
                    outer.broken.set()

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Clients may go away at any time."""

            def process_request(self, request: Any, client_address: Any) -> None:
                outer.connections.append(request)
                super().process_request(request, client_address)

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.hang_up()

    def hang_up(self) -> None:
        """Close all connections."""
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Listening:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _ok(body: object) -> Answer:
    return 200, json.dumps(body, ensure_ascii=False).encode()


def _error(status: int, message: str, kind: str, **more: Any) -> Answer:
    return status, json.dumps({"error": {"code": status, "message": message, "type": kind, **more}}).encode()


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def _complete(text: bytes) -> bool:
    """Whether the text does not end inside a character."""
    for back in range(1, min(4, len(text)) + 1):
        byte = text[-back]
        if byte & 0xC0 != 0x80:
            size = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return size <= back
    return True


def _may_begin(text: bytes, stops: Sequence[str]) -> bool:
    return any(text.endswith(stop.encode()[:n]) for stop in stops for n in range(1, len(stop.encode()) + 1))
