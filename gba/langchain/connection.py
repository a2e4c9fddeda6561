"""Which llama.cpp a chat model speaks to. Within a process, models that name the same one share it;
a forked process makes its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from gba.backends.base import AsyncBackend, Backend, Properties
from gba.backends.generation import EXTRA_IN_PROCESS
from gba.chat.engine import Engine
from gba.chat.formats import ChatFormat
from gba.errors import BackendError, UnknownModelError
from gba.langchain.spelling import LOADING_NAMES

__all__ = ["SERVER_OPTIONS", "Target", "check_runs", "check_target", "connect", "connecting", "disconnect"]

SERVER_OPTIONS = ("headers", "load_timeout", "transport", "verify")
"""The options of LlamaServer that have no field in the chat model."""


@dataclass(frozen=True)
class Target:
    """A server (``base_url``) or a file (``model_path``: a path, or the name of a model of `gba.models`).

    ``options`` are those of LlamaServer or LlamaInProcess, as sorted pairs.
    """

    base_url: str | None = None
    model_path: str | None = None
    chat_format: ChatFormat | str | None = field(default=None, hash=False)
    options: tuple[tuple[str, Any], ...] = ()
    call_syntax: str | None = None

    @classmethod
    def of(
        cls,
        base_url: str | None,
        model_path: str | None,
        chat_format: ChatFormat | str | None,
        options: Mapping[str, Any],
        call_syntax: str | None = None,
    ) -> Target:
        """The target of these; a path is made absolute, options that are None are left to the backend."""
        given = tuple(sorted((key, value) for key, value in options.items() if value is not None))
        if base_url is None and model_path is not None:
            from gba.models import resolve

            model_path = str(Path(resolve(model_path)).absolute())
        return cls(base_url, None if base_url else model_path, chat_format, given, call_syntax)


class _Registry:
    """The connections of one process, and the locks around them."""

    def __init__(self) -> None:
        self.engines: dict[Any, Engine] = {}
        self.backends: dict[Any, Backend | AsyncBackend] = {}
        self.guard, self.connecting = threading.Lock(), threading.Lock()


_inherited: list[_Registry] = []
_registry = _Registry()


def _start_anew() -> None:
    """In a forked process: models and connections are its parent's, to be kept as they are, and locks may be held by
    threads that are not there."""
    global _registry
    _inherited.append(_registry)
    _registry = _Registry()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)


def connecting() -> threading.Lock:
    """The lock under which a chat model of this process finds its engine."""
    return _registry.connecting


def connect(target: Target) -> Engine:
    """The engine of a target: made at the first call, then the same for all that ask.

    Raises ModelFileError, BackendError; a server is not asked for anything yet.
    """
    place = (target.base_url, target.model_path, repr(target.options))
    chat_format = target.chat_format
    plain = chat_format is None or isinstance(chat_format, str)
    form = chat_format if plain else id(chat_format), target.call_syntax
    own = _registry
    with own.guard:
        if place not in own.backends:
            own.backends[place] = _backend(target)
        if (place, form) not in own.engines:
            own.engines[place, form] = Engine(
                own.backends[place], chat_format=chat_format, call_syntax=target.call_syntax
            )
        return own.engines[place, form]


def disconnect(engine: Engine) -> None:
    """Close the backend of an engine that `connect` gave, and forget it."""
    own = _registry
    with own.guard:
        for known in (own.backends, own.engines):
            for key, value in list(known.items()):
                if value is engine.backend or (isinstance(value, Engine) and value.backend is engine.backend):
                    del known[key]
    cast("Backend", engine.backend).close()


def check_target(fields: Mapping[str, Any]) -> None:
    """Refuse fields of a chat model that do nothing for the llama.cpp that it speaks to. Raises ValueError."""
    options, extra = fields["load_options"], fields["extra"]
    if fields["backend"] is not None:
        wrong = [name for name in ("load_options", "max_retries", "timeout") if fields[name] not in (None, {})]
        if wrong:
            raise ValueError(f"{' and '.join(wrong)}: give this to the backend, which was made before.")
    elif fields["base_url"] is not None:
        wrong = [_all_names(name) for name in options if name not in SERVER_OPTIONS]
        if wrong:
            raise ValueError(
                f"{' and '.join(wrong)}: a llama-server has this from its own start. "
                f"load_options can have {', '.join(SERVER_OPTIONS)}; parameters of a request go into extra."
            )
    else:
        wrong = sorted(name for name in extra if name not in EXTRA_IN_PROCESS)
        if wrong:
            raise ValueError(
                f"{' and '.join(wrong)}: only a llama-server has this (base_url=...). "
                f"In process extra can have {', '.join(sorted(EXTRA_IN_PROCESS))}."
            )


def _all_names(option: str) -> str:
    others = [name for name, known in LOADING_NAMES.items() if known == option and name != option]
    return f"{option} ({', '.join(others)})" if others else option


def check_runs(properties: Properties, name: str | None, context: int | None) -> None:
    """Refuse a model that is called otherwise or has a smaller context than was asked for; None stands for any.

    Raises UnknownModelError, BackendError.
    """
    runs = properties.model
    if name is not None and name not in {runs, Path(runs).name, Path(runs).stem}:
        raise UnknownModelError(
            f"the model {name!r} was asked for, but the backend runs {runs!r}. Give the backend of that model.",
            name=name,
            known=[runs],
        )
    if context is not None and properties.context < context:
        raise BackendError(
            f"a context of {context} tokens was asked for, but {runs} has {properties.context} for a conversation. "
            "Start llama-server with a larger one (-c) or fewer slots (-np), or ask for less."
        )


def _backend(target: Target) -> Backend | AsyncBackend:
    options = dict(target.options)
    if target.base_url is not None:
        from gba.backends.server import LlamaServer

        return LlamaServer(target.base_url, **options)
    from gba.backends.inprocess import LlamaInProcess

    return LlamaInProcess(str(target.model_path), **options)
