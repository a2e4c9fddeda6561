"""Which of a server's models a request is for.

A llama-server with one model ignores names. One in router mode takes the name from the request; llama-swap, which
starts a llama-server for each model, has a path for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from urllib.parse import quote

from gba.backends.replies import ListedModel, Models
from gba.backends.wire import MODELS, Call, Flow
from gba.errors import ModelFileError, UnknownModelError
from gba.models import entry

__all__ = ["UPSTREAM", "Route", "route_flow", "unnamed_flow"]

UPSTREAM = "/upstream/"
"""Below this path llama-swap hands requests to the llama-server of a model."""
_LIST_BYTES = 2**24


@dataclass(frozen=True)
class Route:
    """The way to one model: ``prefix`` goes in front of each path, ``model`` into each request."""

    prefix: str = ""
    model: str | None = None

    def of(self, call: Call) -> Call:
        """The call, on this way."""
        path, body = self.prefix + call.path, call.body
        if self.model is not None and body is None:
            path = f"{path}?model={quote(self.model, safe='')}"
        elif self.model is not None and body is not None:
            body = {"model": self.model, **body}
        return replace(call, path=path, body=body)


def route_flow(name: str | None) -> Flow[Route]:
    """The route to the model of that name, looked up in the server's own list; None: whichever model it runs.

    A name is an id or alias of the list, the file that an id names (with or without its folder and ending), or the
    name of a model of gba's manifest whose file the server runs. Raises UnknownModelError.
    """
    if name is None:
        return Route()
    entries = yield from _listed()
    if any(each.owned_by == "llama-swap" for each in entries):  # it knows aliases that it does not list
        return Route(prefix=f"{UPSTREAM}{quote(name, safe='/:')}")
    wanted = {name, _file_of(name)} - {""}
    for each in entries:
        if wanted & _names(each):
            return Route(model=each.id)
    known = [each.id for each in entries]
    text = (
        f"the server has no model {name!r}. It has: {', '.join(known) or 'none'}. Name one of these, or start it there."
    )
    raise UnknownModelError(text, name=name, known=known)


def unnamed_flow() -> Flow[UnknownModelError]:
    """The error for a server of several models, where none was named."""
    known = [each.id for each in (yield from _listed())]
    text = f"the server runs several models: name one of {', '.join(known)} (model=...)."
    return UnknownModelError(text, name=None, known=known)


def _listed() -> Flow[list[ListedModel]]:
    answer: Models = yield Call(MODELS, None, Models, _LIST_BYTES)
    return answer.data


def _names(listed: ListedModel) -> set[str]:
    """All that a model of the list may be called by."""
    path = PurePath(listed.id)
    known = {listed.id, path.name, *(listed.aliases or ())}
    return known | {path.stem} if path.suffix == ".gguf" else known


def _file_of(name: str) -> str:
    """The file name that a path or a model of the manifest stands for, "" where it is neither."""
    if name.endswith(".gguf"):
        return PurePath(name).name
    try:
        return entry(name).file
    except ModelFileError:
        return ""
