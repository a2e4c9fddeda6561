"""What a chat model is connected to: the fields that say which llama.cpp it is, and the engine of that."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables.config import run_in_executor
from langchain_core.utils import secret_from_env
from pydantic import Field, PrivateAttr, SecretStr

from gba.backends.base import AsyncBackend, Properties
from gba.chat.engine import Engine
from gba.chat.formats import ChatFormat
from gba.langchain.connection import Target, check_runs, connect, connecting, disconnect

__all__ = ["CONNECTION", "ConnectedChatModel"]

CONNECTION = (
    "api_key",
    "backend",
    "base_url",
    "call_syntax",
    "chat_format",
    "context",
    "load_options",
    "max_retries",
    "model_name",
    "model_path",
    "timeout",
)
"""The fields that say which llama.cpp it is."""


class ConnectedChatModel(BaseChatModel):
    """The part of ChatLlamaCpp that finds its llama.cpp, by the name of a model where one is given."""

    base_url: str | None = None
    model_path: str | None = None
    backend: Any = Field(default=None, exclude=True, repr=False)
    model_name: str | None = Field(default=None, alias="model", min_length=1)
    """Which model is to run: in process a GGUF file or a name of `gba models list`, on a server one of its models."""
    api_key: SecretStr | None = Field(default_factory=secret_from_env("LLAMA_CPP_API_KEY", default=None))
    timeout: float | None = None
    """Seconds without an answer of the server until it counts as gone."""
    max_retries: int | None = Field(default=None, ge=0)
    """How often a request to a server is sent again that was not answered, or with an error that may pass; 0 unless
    given. That a server is loading, or was restarted between two calls, does not count."""
    context: int | None = Field(default=None, gt=0)
    """Tokens of context: for a model in process; of a server, which has its own, so many are demanded."""
    chat_format: ChatFormat | str | None = None
    """The model's own template unless given: a ChatFormat, or the name of a built-in one."""
    call_syntax: str | None = None
    """How the model is to call: ``native`` (as its template does), ``gba``, ``react`` or ``action``."""
    load_options: dict[str, Any] = Field(default_factory=dict)
    """Further arguments of LlamaInProcess or LlamaServer."""
    model_kwargs: dict[str, Any] = Field(default_factory=dict)
    """Goes into ``extra`` or, for a model in process, into ``load_options``."""
    validate_model_on_init: bool = False
    """Connect, or load the model, at once."""

    _engine: tuple[list[Any], Engine] | None = PrivateAttr(default=None)
    _pid: int = PrivateAttr(default=0)

    @property
    def _label(self) -> str:
        """What the model is called before it has been asked."""
        return Path(self.model_name or self.model_path or self.base_url or "tiny-agent").name

    @property
    def engine(self) -> Engine:
        """What runs the steps, without LangChain; made at first use."""
        wanted = [getattr(self, name) for name in CONNECTION]
        with connecting():
            known = self._engine if self._connected else None
            if known is None or known[0] != wanted:  # a copy may have got another model
                known = wanted, self._connect(self.model_name)
                self._engine, self._pid = known, os.getpid()
            return known[1]

    @property
    def _connected(self) -> bool:
        """Whether the engine is there, and is this process's: a model in process does not survive a fork."""
        return self._engine is not None and (self._pid == os.getpid() or self.backend is not None)

    def close(self) -> None:
        """Let go of the model or connection, which other models may share: their next call makes it anew.

        A ``backend`` that was given is its owner's to close.
        """
        own = self._connected
        known, self._engine = self._engine, None
        if known is not None and own and self.backend is None:
            disconnect(known[1])

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> ConnectedChatModel:
        """A copy speaks to the same llama.cpp."""
        return self.model_copy()

    def __getstate__(self) -> dict[Any, Any]:
        """What is pickled: the connection is not, the other side makes its own."""
        state = super().__getstate__()
        return {**state, "__pydantic_private__": {**(state["__pydantic_private__"] or {}), "_engine": None}}

    def _connect(self, model: str | None) -> Engine:
        """The engine of the model of that name, None for the one that is there."""
        if self.backend is not None:
            return Engine(self.backend, chat_format=self.chat_format, call_syntax=self.call_syntax)
        base_url, path, options = self.base_url, None, dict(self.load_options)
        if base_url is not None:
            key = self.api_key.get_secret_value() if self.api_key else None
            options |= {"api_key": key, "max_retries": self.max_retries, "model": model, "timeout": self.timeout}
        else:
            path = model or self.model_path or "tiny-agent"
            options["context"] = self.context
        return connect(Target.of(base_url, path, self.chat_format, options, self.call_syntax))

    def _engine_of(self, model: str | None) -> Engine:
        """The engine of a call, which may name another model. Raises UnknownModelError, ModelFileError."""
        own = model is None or model == self.model_name or self.backend is not None
        return self.engine if own else self._connect(model)

    def _engine_for(self, model: str | None) -> Engine:
        """The same, once it is sure that it runs what was asked for."""
        engine = self._engine_of(model)
        self._check(engine.properties(), model)
        return engine

    async def _aengine_for(self, model: str | None) -> Engine:
        """The same; what may take long (a model is loaded, a server is asked) does not hold up the event loop.

        Where nothing has to be found out it does not wait at all, so that calls queue in the order in which they come.
        """
        ready = model is None and self._connected
        engine = self.engine if ready else await run_in_executor(None, self._engine_of, model)
        if self._wanted(model) == (None, None):
            return engine
        if isinstance(engine.backend, AsyncBackend):
            self._check(await engine.backend.aproperties(), model)
        else:
            self._check(await run_in_executor(None, engine.properties), model)
        return engine

    def _check(self, properties: Properties, model: str | None) -> None:
        check_runs(properties, *self._wanted(model))

    def _wanted(self, model: str | None) -> tuple[str | None, int | None]:
        """The name and the context that the model has to have. A server looks a name up itself, and in process the
        context is as was asked for."""
        named = (model or self.model_name) if self.backend is not None else None
        return named, self.context if self.backend is not None or self.base_url is not None else None
