"""Which llama.cpp a chat model speaks to. Within a process, models that name the same one share it."""

from __future__ import annotations

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

__all__ = ["SERVER_OPTIONS", "Target", "check_runs", "check_target", "connect", "disconnect"]

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

    @classmethod
    def of(
        cls,
        base_url: str | None,
        model_path: str | None,
        chat_format: ChatFormat | str | None,
        options: Mapping[str, Any],
    ) -> Target:
        """The target of these; a path is made absolute, options that are None are left to the backend."""
        given = tuple(sorted((key, value) for key, value in options.items() if value is not None))
        if base_url is None and model_path is not None:
            from gba.models import resolve

            model_path = str(Path(resolve(model_path)).absolute())
        return cls(base_url, None if base_url else model_path, chat_format, given)


_engines: dict[Any, Engine] = {}
_backends: dict[Any, Backend | AsyncBackend] = {}
_guard = threading.Lock()


def connect(target: Target) -> Engine:
    """The engine of a target: made at the first call, then the same for all that ask.

    Raises ModelFileError, BackendError; a server is not asked for anything yet.
    """
    place = (target.base_url, target.model_path, repr(target.options))
    chat_format = target.chat_format
    form = chat_format if chat_format is None or isinstance(chat_format, str) else id(chat_format)
    with _guard:
        if place not in _backends:
            _backends[place] = _backend(target)
        if (place, form) not in _engines:
            _engines[place, form] = Engine(_backends[place], chat_format=chat_format)
        return _engines[place, form]


def disconnect(engine: Engine) -> None:
    """Close the backend of an engine that `connect` gave, and forget it."""
    with _guard:
        for known in (_backends, _engines):
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
