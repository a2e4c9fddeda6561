"""Who may ask: pages of this server, in a browser on this machine; and what a page may load.

Any page that a browser shows can send requests to a port of this machine, and a name of its own may lead here (DNS
rebinding). So a request has to name this machine as its host, one that another page sent is refused, and what does
something has to be JSON, which a foreign page cannot send without being asked for its permission first.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LOOPBACK", "Guard"]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine to itself."""

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types gba",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Middleware that refuses with 403 whatever does not come from a page of this server. ``hosts``: names by which
    this server may be reached."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = LOOPBACK) -> None:
        self._app, self._hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        why = self._refused(scope["method"], Headers(scope=scope))
        answer = self._app if not why else PlainTextResponse(why, 403)
        await answer(scope, receive, guarded)

    def _refused(self, method: str, headers: Headers) -> str:
        """Why a request is refused, "" where it is not."""
        host = headers.get("host", "")
        if _name(host) not in self._hosts:
            return f"This server is not called {host[:100]!r}: open it as http://localhost."
        origin = headers.get("origin")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            return "A page of another origin may not ask here."
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return "Another page may not ask here."
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if method not in ("GET", "HEAD") and kind != "application/json":
            return "The body has to be application/json."
        return ""


def _name(host: str) -> str | None:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
