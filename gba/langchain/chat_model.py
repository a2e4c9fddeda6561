"""ChatLlamaCpp: any GGUF model on llama.cpp, as a LangChain chat model whose calls are always valid."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from typing import Any, Literal, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LangSmithParams, LanguageModelInput
from langchain_core.language_models.model_profile import ModelProfile
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict, Field, field_validator, model_validator

from gba.backends.base import AsyncBackend, Backend, Properties
from gba.chat.aside import turn
from gba.chat.logprobs import Told, listening
from gba.chat.messages import Step
from gba.langchain.binding import BoundChatLlamaCpp, bound_tools
from gba.langchain.calling import PARAMETERS, Asked, asked_of, check_names, checked_values, top_of
from gba.langchain.connected import CONNECTION, ConnectedChatModel
from gba.langchain.connection import check_target
from gba.langchain.errors import langchain_errors
from gba.langchain.messages import to_messages
from gba.langchain.outcome import PROVIDER, Chunks, to_ai_message
from gba.langchain.overflow import overflow_explained
from gba.langchain.profile import profile
from gba.langchain.spelling import nearest, spelled
from gba.langchain.steps import note
from gba.langchain.structured import structured_output
from gba.langchain.tools import ToolLike, to_engine_tools

__all__ = ["ChatLlamaCpp"]


class ChatLlamaCpp(ConnectedChatModel):
    """A chat model on llama.cpp, over HTTP or in process.

        ChatLlamaCpp(base_url="http://localhost:8080")    a llama-server
        ChatLlamaCpp(model_path="model.gguf")             in process
        ChatLlamaCpp(model="qwen3-8b")                    a model of `gba models list`, in process
        ChatLlamaCpp(base_url=..., model="qwen3-8b")      one of the models of a server
        ChatLlamaCpp(backend=...)                         any backend of gba.backends
        ChatLlamaCpp()                                    LLAMA_CPP_BASE_URL if set, else the packaged tiny agent

    With tools or a response schema bound, the model first reasons (``additional_kwargs["reasoning_content"]``, a
    reasoning block in ``content_blocks``), then its call or answer is written under a grammar. Without, it just
    answers. Sampling parameters that are None are left at llama.cpp's own defaults.

    A parameter that is not known is an error. All errors are of gba's classes and of `langchain_core.exceptions`'s.
    Raises, besides what the backend raises: UnknownModelError and ModelFileError for a name that no model has,
    ConversationError for messages out of order or of a kind that a text model cannot read, SchemaError for tools and
    schemas, StepError (with thought and text) for a call that failed.
    """

    model_config = ConfigDict(
        extra="forbid", populate_by_name=True, arbitrary_types_allowed=True, protected_namespaces=()
    )

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
    max_tokens: int | None = Field(default=None, ge=-2)
    """Tokens generated in one step; a call that this cuts short is closed, so that it stays valid. None, -1 and -2: as
    many as fit."""
    max_thought_tokens: int | None = None
    """Tokens of the thought: no limit for models that think by themselves, 256 for others."""
    max_repeats: int | None = None
    """How often in a row the same call may be made with the same result; 2 unless given."""
    stop_loops: bool | None = None
    """Whether a thought or an answer is ended in which the model repeats itself over and over; True unless given."""
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
    response_format: dict[str, Any] | None = None
    """The form of every answer: a JSON Schema, or as OpenAI has it; `with_structured_output` is to be preferred."""
    logprobs: bool | None = None
    """Whether ``response_metadata["logprobs"]`` says how likely the model found its tokens."""
    top_logprobs: int | None = Field(default=None, ge=0)
    """How many alternatives of each token are told with it."""
    slot: int | None = None
    streaming: bool = False
    """Whether ``invoke`` streams as well."""
    stream_usage: bool | None = None
    """False: the last chunk of a stream has no usage."""

    # construction

    @model_validator(mode="before")
    @classmethod
    def _understand_other_names(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        fields = {name for field, info in cls.model_fields.items() for name in (field, info.alias) if name}
        if hint := nearest(values, fields):
            raise ValueError(hint)
        return spelled(values)

    @field_validator("stop", mode="before")
    @classmethod
    def _one_stop(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _choose_target(self) -> ChatLlamaCpp:
        given = [name for name in ("base_url", "model_path", "backend") if getattr(self, name) is not None]
        if not given and not (self.model_name or "").endswith(".gguf"):
            self.base_url = os.environ.get("LLAMA_CPP_BASE_URL") or None
        if self.model_path and self.model_name not in (None, self.model_path):
            given.append("model")
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} name different models: give one of them")
        if self.model_kwargs:
            place = "load_options" if self.backend is None and self.base_url is None else "extra"
            setattr(self, place, {**self.model_kwargs, **getattr(self, place)})
            self.model_kwargs = {}
        top_of(self.logprobs, self.top_logprobs)
        check_target({name: getattr(self, name) for name in (*CONNECTION, "extra")})
        if self.validate_model_on_init:
            with langchain_errors():
                self._engine_for(None)
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

    # what a call asks for, and what ran

    def _ran(self, asked: Asked, properties: Properties) -> str:
        """The name of the model that ran. The profile learns what only a loaded model tells."""
        if asked.model is None and self.profile is not None:
            self.profile.setdefault("max_input_tokens", properties.context)
        return properties.model or self._label

    def _asked(self, messages: Sequence[BaseMessage], stop: list[str] | None, call: Mapping[str, Any]) -> Asked:
        own = {name: getattr(self, name) for name in PARAMETERS}
        given = check_names(call if stop is None else {**call, "stop": stop})
        return asked_of(to_messages(messages), own, checked_values(type(self), given))

    # generation

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        with langchain_errors():
            asked = self._asked(messages, stop, kwargs)
            engine = self._engine_for(asked.model)
            with overflow_explained(messages, engine, asked.request.tools):
                engine, told = listening(engine, asked.logprobs)
                step = engine.step(asked.request)
            return self._result(step, asked, engine.properties(), told)

    async def ainvoke(self, *args: Any, **kwargs: Any) -> AIMessage:
        """See LangChain. Of many calls at once each begins when the event loop has got to its other tasks."""
        await turn()
        return await super().ainvoke(*args, **kwargs)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with langchain_errors():
            await turn()
            asked = self._asked(messages, stop, kwargs)
            engine = await self._aengine_for(asked.model)
            if not isinstance(engine.backend, AsyncBackend):
                return await super()._agenerate(messages, stop, run_manager, **kwargs)
            with overflow_explained(messages, engine, asked.request.tools):
                other, told = listening(engine, asked.logprobs)
                step = await other.astep(asked.request)
            return self._result(step, asked, await engine.backend.aproperties(), told)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        with langchain_errors():
            asked = self._asked(messages, stop, kwargs)
            engine, told = listening(self._engine_for(asked.model), asked.logprobs)
            chunks = Chunks(told)
            with (
                overflow_explained(messages, engine, asked.request.tools),
                closing(engine.run(asked.request)) as events,
            ):
                yield from filter(None, map(chunks.of, events))
            properties = engine.properties()
            note(chunks.step)
            yield chunks.last(properties, self._ran(asked, properties), usage=asked.stream_usage)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        with langchain_errors():
            await turn()
            asked = self._asked(messages, stop, kwargs)
            engine = await self._aengine_for(asked.model)
            if not isinstance(engine.backend, AsyncBackend):
                async for chunk in super()._astream(messages, stop, run_manager, **kwargs):
                    yield chunk
                return
            other, told = listening(engine, asked.logprobs)
            chunks = Chunks(told)
            with overflow_explained(messages, engine, asked.request.tools):
                async with aclosing(other.arun(asked.request)) as events:
                    async for event in events:
                        made = chunks.of(event)
                        if made is not None:
                            yield made
            properties = await engine.backend.aproperties()
            note(chunks.step)
            yield chunks.last(properties, self._ran(asked, properties), usage=asked.stream_usage)

    def _result(self, step: Step, asked: Asked, properties: Properties, told: Told | None) -> ChatResult:
        note(step)
        message = to_ai_message(step, properties, self._ran(asked, properties), told)
        return ChatResult(generations=[ChatGeneration(message=message)])

    # counting

    def get_token_ids(self, text: str) -> list[int]:
        """The model's own tokens of a text."""
        if self.custom_get_token_ids is not None:
            return self.custom_get_token_ids(text)
        with langchain_errors():
            return cast("Backend", self._engine_for(None).backend).tokenize(text)

    def get_num_tokens_from_messages(
        self, messages: Sequence[BaseMessage], tools: Sequence[ToolLike] | None = None
    ) -> int:
        """Exact number of tokens of the prompt that these messages and tools make."""
        if not messages and not tools:
            return 0
        with langchain_errors():
            conversation = to_messages(messages) if messages else []
            return self._engine_for(None).count_tokens(conversation, to_engine_tools(tools or ()))

    # binding

    def bind(self, **kwargs: Any) -> BoundChatLlamaCpp:  # type: ignore[override]
        """Bind arguments of a call. What is bound stays bound.

        Raises TypeError for one that no call has, and for a value that it cannot have.
        """
        checked_values(type(self), check_names(kwargs))
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
        to properties that the schema does not name; True demands that the grammar enforces all of every schema: a call
        raises SchemaError where some is left to a check. ``response_format``: a schema that the answer has to follow.

        Raises SchemaError for a choice that is not known and for tools that cannot be.
        """
        given = {"tool_choice": tool_choice, "parallel_tool_calls": parallel_tool_calls, "strict": strict}
        with langchain_errors():
            return self.bind(**bound_tools(tools, given, kwargs))

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
        with langchain_errors():
            return structured_output(self, schema, method, kwargs, include_raw=include_raw, strict=strict)
