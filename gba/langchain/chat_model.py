"""ChatLlamaCpp: any GGUF model on llama.cpp, as a LangChain chat model whose calls are always valid."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any, Literal, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput
from langchain_core.language_models.model_profile import ModelProfile
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor
from langchain_core.utils import secret_from_env
from pydantic import ConfigDict, Field, PrivateAttr, SecretStr, model_validator

from gba.backends.base import AsyncBackend, Backend, Properties
from gba.chat.engine import Engine
from gba.chat.formats import ChatFormat
from gba.chat.messages import Step
from gba.errors import BackendError, SchemaError
from gba.langchain.binding import BoundChatLlamaCpp
from gba.langchain.calling import PARAMETERS, Asked, asked_of, spelled
from gba.langchain.connection import Target, connect, connecting, disconnect
from gba.langchain.messages import to_messages
from gba.langchain.outcome import PROVIDER, Chunks, exactness, to_ai_message
from gba.langchain.overflow import overflow_explained
from gba.langchain.profile import profile
from gba.langchain.structured import (
    METHODS,
    answer_parser,
    call_parser,
    response_format,
    response_schema,
    with_parser,
)
from gba.langchain.tools import ToolLike, to_engine_tools, to_openai_tools, to_tool_choice

__all__ = ["ChatLlamaCpp"]


class ChatLlamaCpp(BaseChatModel):
    """A chat model on llama.cpp, over HTTP or in process.

        ChatLlamaCpp(base_url="http://localhost:8080")    a llama-server
        ChatLlamaCpp(model_path="model.gguf")             in process; also the name of a model of `gba models list`
        ChatLlamaCpp(backend=...)                         any backend of gba.backends
        ChatLlamaCpp()                                    LLAMA_CPP_BASE_URL if set, else the packaged tiny agent

    With tools or a response schema bound, the model first reasons (``additional_kwargs["reasoning_content"]``, a
    reasoning block in ``content_blocks``), then its call or answer is written under a grammar. Without, it just
    answers. Sampling parameters that are None are left at llama.cpp's own defaults.

    Raises, besides what the backend raises: ConversationError for messages out of order or of a kind that a text
    model cannot read, SchemaError for tools and schemas, StepError (with thought and text) for a call that failed.
    """

    model_config = ConfigDict(
        extra="forbid", populate_by_name=True, arbitrary_types_allowed=True, protected_namespaces=()
    )

    base_url: str | None = None
    model_path: str | None = None
    backend: Any = Field(default=None, exclude=True, repr=False)
    model_name: str | None = Field(default=None, alias="model")
    """What the model is called in traces; a GGUF file or a known model's name also chooses it, in process."""
    api_key: SecretStr | None = Field(default_factory=secret_from_env("LLAMA_CPP_API_KEY", default=None))
    timeout: float | None = None
    """Seconds without an answer of the server until it counts as gone."""
    max_retries: int | None = None
    """Taken because LangChain's models have it: gba waits for a server that loads, and goes on after a restart."""
    context: int | None = None
    """Tokens of context for a model in process; a server has its own."""
    chat_format: ChatFormat | str | None = None
    """The model's own template unless given: a ChatFormat, or the name of a built-in one."""
    call_syntax: str | None = None
    """How the model is to call: ``native`` (as its template does), ``gba``, ``react`` or ``action``."""
    load_options: dict[str, Any] = Field(default_factory=dict)
    """Further arguments of LlamaInProcess or LlamaServer."""

    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    extra: dict[str, Any] = Field(default_factory=dict)
    """Sampling parameters of llama-server's that have no field here."""
    max_tokens: int | None = None
    """Tokens generated in one step; a call that this cuts short is closed, so that it stays valid."""
    max_thought_tokens: int | None = None
    """Tokens of the thought: no limit for models that think by themselves, 256 for others."""
    max_repeats: int | None = None
    """How often in a row the same call may be made with the same result; 2 unless given."""
    thought: Literal["auto", "prompted", "none"] | None = None
    """``auto``: as the model's template has it; ``prompted``: a thought is asked for; ``none``: no free text where a
    call is required."""
    thinking: bool | None = None
    """Turns the thinking of models on or off whose template has a switch for it."""
    reasoning_effort: str | None = None
    """How much such a model thinks: what its template knows, as ``low``, ``medium``, ``high``."""
    chat_template_kwargs: dict[str, Any] | None = None
    """Further variables of the chat template."""
    stop: list[str] | None = None
    slot: int | None = None
    streaming: bool = False

    _engine: Engine | None = PrivateAttr(default=None)
    _pid: int = PrivateAttr(default=0)

    # construction

    @model_validator(mode="before")
    @classmethod
    def _understand_other_names(cls, values: Any) -> Any:
        return spelled(values) if isinstance(values, Mapping) else values

    @model_validator(mode="after")
    def _choose_target(self) -> ChatLlamaCpp:
        given = [name for name in ("base_url", "model_path", "backend") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} name different models: give one of them")
        if not given:
            if self.model_name and self.model_name.endswith(".gguf"):
                self.model_path = self.model_name
            else:
                self.base_url = os.environ.get("LLAMA_CPP_BASE_URL") or None
        return self

    def _resolve_model_profile(self) -> ModelProfile:
        return profile(self.context)

    # what LangChain wants to know

    @property
    def _llm_type(self) -> str:
        return PROVIDER

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """A model can be written out and read again; its key stays outside."""
        return True

    @property
    def lc_secrets(self) -> dict[str, str]:
        """The key is read from the environment again."""
        return {"api_key": "LLAMA_CPP_API_KEY"}

    @property
    def _identifying_params(self) -> dict[str, Any]:
        named = ("base_url", "call_syntax", "chat_format", "context", "model_path", *PARAMETERS)
        given = {name: getattr(self, name) for name in named}
        return {"model": self._label, **{name: value for name, value in given.items() if value not in (None, {})}}

    @property
    def _label(self) -> str:
        """What the model is called before it has been asked."""
        return self.model_name or Path(self.model_path or self.base_url or "tiny-agent").name

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop or self.stop, **kwargs)
        named = kwargs.get("model")
        return LangSmithParams(
            **{**params, "ls_provider": PROVIDER, "ls_model_name": named if isinstance(named, str) else self._label}
        )

    def _get_llm_string(self, stop: list[str] | None = None, **kwargs: Any) -> str:
        """The key of LangChain's cache. A backend is not written out, so its identity is added."""
        text = super()._get_llm_string(stop=stop, **kwargs)
        return text if self.backend is None else f"{text}---{type(self.backend).__qualname__} {id(self.backend)}"

    # connection

    @property
    def engine(self) -> Engine:
        """What runs the steps, without LangChain; made at first use."""
        with connecting():
            if not self._connected:
                self._engine, self._pid = self._connect(), os.getpid()
            return cast("Engine", self._engine)

    @property
    def _connected(self) -> bool:
        """Whether the engine is there, and is this process's: a model in process does not survive a fork."""
        return self._engine is not None and (self._pid == os.getpid() or self.backend is not None)

    def close(self) -> None:
        """Let go of the model or connection, which other models may share: their next call makes it anew.

        A ``backend`` that was given is its owner's to close.
        """
        own = self._connected
        engine, self._engine = self._engine, None
        if engine is not None and own and self.backend is None:
            disconnect(engine)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> ChatLlamaCpp:
        """A copy speaks to the same llama.cpp."""
        return self.model_copy()

    def __getstate__(self) -> dict[Any, Any]:
        """What is pickled: the connection is not, the other side makes its own."""
        state = super().__getstate__()
        return {**state, "__pydantic_private__": {**(state["__pydantic_private__"] or {}), "_engine": None}}

    def _connect(self) -> Engine:
        if self.backend is not None:
            return Engine(self.backend, chat_format=self.chat_format, call_syntax=self.call_syntax)
        if self.base_url is not None:
            key = self.api_key.get_secret_value() if self.api_key else None
            options = {**self.load_options, "api_key": key, "timeout": self.timeout}
            return connect(Target.of(self.base_url, None, self.chat_format, options, self.call_syntax))
        return self._in_process(self.model_path or "tiny-agent")

    def _in_process(self, model_path: str) -> Engine:
        options = {**self.load_options, "context": self.context}
        return connect(Target.of(None, model_path, self.chat_format, options, self.call_syntax))

    def _engine_for(self, model: str | None) -> Engine:
        """The engine of a call; a call may name another GGUF file, or the model that a server runs."""
        if model is None or model == self.model_name:
            return self.engine
        if self.base_url is None and self.backend is None:
            return self._in_process(model)
        runs = self.engine.properties().model
        if model not in {runs, Path(runs).name, Path(runs).stem}:
            raise BackendError(f"the model {model!r} was asked for, but {self._label} runs {runs!r}. Start it there.")
        return self.engine

    async def _aengine_for(self, model: str | None) -> Engine:
        """The same; what may take long (a model is loaded, a server is asked) does not hold up the event loop."""
        if self._connected and (model is None or model == self.model_name):
            return cast("Engine", self._engine)
        return await run_in_executor(None, self._engine_for, model)

    def _name_after(self, asked: Asked, properties: Properties) -> str:
        """The name of the model that answered a call. The profile learns what only a loaded model tells."""
        if asked.model is None and self.profile is not None:
            self.profile.setdefault("max_input_tokens", properties.context)
        return asked.model or self.model_name or Path(properties.model).name or self._label

    def _asked(self, stop: list[str] | None, call: Mapping[str, Any]) -> Asked:
        return asked_of({name: getattr(self, name) for name in PARAMETERS}, stop, call)

    # generation

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        asked, conversation = self._asked(stop, kwargs), to_messages(messages)
        engine = self._engine_for(asked.model)
        with overflow_explained(messages, engine, asked.tools):
            step = engine.step(conversation, **asked.arguments())
        return self._result(step, asked, engine.properties())

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        asked, conversation = self._asked(stop, kwargs), to_messages(messages)
        engine = await self._aengine_for(asked.model)
        if not isinstance(engine.backend, AsyncBackend):
            return await super()._agenerate(messages, stop, run_manager, **kwargs)
        with overflow_explained(messages, engine, asked.tools):
            step = await engine.astep(conversation, **asked.arguments())
        return self._result(step, asked, await engine.backend.aproperties())

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        asked, conversation = self._asked(stop, kwargs), to_messages(messages)
        engine = self._engine_for(asked.model)
        chunks = Chunks(exactness(engine, asked, conversation))
        with (
            overflow_explained(messages, engine, asked.tools),
            closing(engine.run(conversation, **asked.arguments())) as events,
        ):
            for event in events:
                chunk = chunks.of(event)
                if chunk is not None:
                    yield chunk
        properties = engine.properties()
        yield chunks.last(properties, self._name_after(asked, properties))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        asked, conversation = self._asked(stop, kwargs), to_messages(messages)
        engine = await self._aengine_for(asked.model)
        if not isinstance(engine.backend, AsyncBackend):
            async for chunk in super()._astream(messages, stop, run_manager, **kwargs):
                yield chunk
            return
        chunks = Chunks(exactness(engine, asked, conversation))
        with overflow_explained(messages, engine, asked.tools):
            async with aclosing(engine.arun(conversation, **asked.arguments())) as events:
                async for event in events:
                    made = chunks.of(event)
                    if made is not None:
                        yield made
        properties = await engine.backend.aproperties()
        yield chunks.last(properties, self._name_after(asked, properties))

    def _result(self, step: Step, asked: Asked, properties: Properties) -> ChatResult:
        message = to_ai_message(step, properties, self._name_after(asked, properties))
        return ChatResult(generations=[ChatGeneration(message=message)])

    # counting

    def get_token_ids(self, text: str) -> list[int]:
        """The model's own tokens of a text."""
        return cast("Backend", self.engine.backend).tokenize(text)

    def get_num_tokens_from_messages(
        self, messages: Sequence[BaseMessage], tools: Sequence[ToolLike] | None = None
    ) -> int:
        """Exact number of tokens of the prompt that these messages and tools make."""
        if not messages and not tools:
            return 0
        return self.engine.count_tokens(
            to_messages(messages) if messages else [], to_engine_tools(to_openai_tools(tools or ()))
        )

    # binding

    def bind(self, **kwargs: Any) -> BoundChatLlamaCpp:  # type: ignore[override]
        """Bind arguments of a call. What is bound stays bound."""
        return BoundChatLlamaCpp(bound=self, kwargs=kwargs, config={})

    def with_config(self, config: RunnableConfig | None = None, **kwargs: Any) -> BoundChatLlamaCpp:
        """Bind tags, callbacks and the like. They stay when tools are bound."""
        return BoundChatLlamaCpp(bound=self, config=cast("RunnableConfig", {**(config or {}), **kwargs}))

    def bind_tools(
        self,
        tools: Sequence[ToolLike],
        *,
        tool_choice: str | bool | Mapping[str, Any] | None = None,
        parallel_tool_calls: bool | None = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Let the model call tools.

        ``tools``: see `gba.langchain.tools.ToolLike`. ``tool_choice``: ``auto`` (a tool or an answer), ``any`` or
        ``required`` or True (a tool), ``none`` (an answer), or a tool's name; each is enforced.
        ``parallel_tool_calls``: several calls in one message (otherwise one). ``strict``: False leaves objects open
        to properties that the schema does not name. ``response_format``: a schema that the answer has to follow.

        Raises SchemaError for a choice that is not known and for tools that cannot be.
        """
        converted = to_openai_tools(tools, strict=strict)
        names = [tool["function"]["name"] for tool in converted]
        if "response_format" in kwargs:
            response_schema(kwargs["response_format"], strict=strict)
        bound: dict[str, Any] = {"tools": converted, **kwargs}
        if tool_choice is not None:
            bound["tool_choice"] = to_tool_choice(tool_choice, names)
        if parallel_tool_calls is not None:
            bound["parallel_tool_calls"] = parallel_tool_calls
        if strict is not None:
            bound["strict"] = strict
        return self.bind(**bound)

    def with_structured_output(
        self,
        schema: Any = None,
        *,
        include_raw: bool = False,
        method: Literal["json_schema", "function_calling", "json_mode"] = "json_schema",
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """A model whose answers follow a schema: a pydantic model (of either version) gives instances, all else dicts.

        ``method``: ``json_schema`` fills the answer; ``function_calling`` fills the arguments of a tool;
        ``json_mode`` is as the first, and without a schema it allows any JSON object. With ``tools`` in ``kwargs`` each
        turn may be a call as well; then the result is None, and the call is in ``raw`` of ``include_raw``.
        """
        if method not in METHODS:
            raise SchemaError(f"method is {method!r}", remedy=f"It can be one of {', '.join(METHODS)}.")
        if schema is None and method != "json_mode":
            raise SchemaError("there is no schema", remedy='Give one, or method="json_mode" for any JSON object.')
        noted = {"ls_structured_output_format": {"kwargs": {"method": method, "strict": strict}, "schema": schema}}
        if method == "function_calling":
            tools = [schema, *kwargs.pop("tools", ())]
            name = to_openai_tools([schema])[0]["function"]["name"]
            choice = name if len(tools) == 1 else "required"
            model = self.bind_tools(tools, **{"tool_choice": choice, "strict": strict, **noted, **kwargs})
            return with_parser(model, call_parser(schema, name), include_raw=include_raw)
        asked = {"response_format": response_format(schema, strict=strict), **noted, **kwargs}
        model = self.bind_tools(asked.pop("tools"), strict=strict, **asked) if "tools" in asked else self.bind(**asked)
        return with_parser(model, answer_parser(schema, calls="tools" in kwargs), include_raw=include_raw)
