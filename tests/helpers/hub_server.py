"""A server on this machine that speaks as much of the Hugging Face Hub's protocol as a download needs."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "5e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b"


@dataclass
class Hub:
    """What the server holds (path below ``/owner/repo/resolve/main/`` to content) and what was asked of it.

    ``cut_after``: the connection is dropped after so many bytes of a body, as long as it is not None; with ``stall`` it
    is kept open and nothing more comes.
    ``corrupt``: bodies are sent with their first byte changed. ``ranges``: the Range header of each GET.
    ``status``: answer with this instead.
    """

    files: dict[str, bytes]
    url: str = ""
    cut_after: int | None = None
    stall: bool = False
    corrupt: bool = False
    status: int | None = None
    ranges: list[str | None] = field(default_factory=list)
    authorizations: set[str | None] = field(default_factory=set)

    def sha256(self, path: str) -> str:
        return hashlib.sha256(self.files[path]).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def _content(self) -> tuple[str, bytes] | None:
        self.hub.authorizations.add(self.headers.get("Authorization"))
        path = self.path.removeprefix("/").replace("/resolve/main/", "/", 1)
        if self.hub.status is None and path in self.hub.files:
            return path, self.hub.files[path]
        self.send_response(self.hub.status or 404)
        if self.hub.status is None:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def _head(self, path: str, length: int, status: int = 200, content_range: str | None = None) -> None:
        self.send_response(status)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("X-Linked-Etag", f'"{self.hub.sha256(path)}"')
        self.send_header("X-Linked-Size", str(len(self.hub.files[path])))
        self.send_header("ETag", f'"{self.hub.sha256(path)}"')
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(length))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()

    def do_HEAD(self) -> None:
        if found := self._content():
            self._head(found[0], len(found[1]))

    def _tree(self, repo: str) -> None:
        """The files of a repository, as the hub lists them."""
        files = {path: content for path, content in self.hub.files.items() if path.startswith(f"{repo}/")}
        listed = [
            {"type": "file", "oid": "0" * 40, "size": len(content), "path": path.removeprefix(f"{repo}/")}
            for path, content in files.items()
        ]
        body = json.dumps(listed if files else {"error": "Repository not found"}).encode()
        self.send_response(200 if files else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if listing := re.match(r"/api/models/([^/]+/[^/]+)/tree/main", self.path):
            self._tree(listing.group(1))
            return
        if not (found := self._content()):
            return
        path, content = found
        asked = self.headers.get("Range")
        self.hub.ranges.append(asked)
        start = int(match.group(1)) if asked and (match := re.match(r"bytes=(\d+)-", asked)) else 0
        body = content[start:]
        if self.hub.corrupt:
            body = bytes([body[0] ^ 1]) + body[1:]
        partial = f"bytes {start}-{len(content) - 1}/{len(content)}" if start else None
        self._head(path, len(body), 206 if start else 200, partial)
        if self.hub.cut_after is not None and self.hub.cut_after < len(body):
            self.wfile.write(body[: self.hub.cut_after])
            self.wfile.flush()
            self.close_connection = True
            if self.hub.stall:
                self.rfile.read(1)  # returns when the client hangs up
            self.connection.close()
            return
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""


@contextmanager
def serve(files: dict[str, bytes]) -> Iterator[Hub]:
    hub = Hub(files)
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = _Server(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
