"""ChatLlamaCpp on a scripted llama.cpp: everything that LangChain can ask of a chat model."""

from __future__ import annotations

import json
from functools import reduce
from itertools import pairwise
from operator import add
from pathlib import Path
from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.load import dumpd, dumps, load
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage, trim_messages
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import ConfigurableField, RunnableBinding
from pydantic import BaseModel, Field, ValidationError
from pydantic.v1 import BaseModel as BaseModelV1
from typing_extensions import TypedDict

from gba.backends.scripted import Scripted
from gba.errors import ContextOverflowError, ConversationError, SchemaError, StepError
from gba.langchain import ChatLlamaCpp
from tests.helpers.scripts import answer, call, filled


def plus(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def search(query: str) -> str:
    """Search the web."""
    return query


class Joke(BaseModel):
    """A joke."""

    setup: str
    rating: int = Field(ge=1, le=10)


def model(*turns: str, **options: Any) -> ChatLlamaCpp:
    return ChatLlamaCpp(backend=Scripted.turns(turns), **options)


ADD = call("I add.", ("plus", {"a": 1, "b": 2}))


# plain chat


def test_without_tools_it_just_answers() -> None:
    message = model("Hello!").invoke("Hi")
    assert message.content == "Hello!"
    assert message.additional_kwargs == {}
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.response_metadata["model_name"] == "scripted"


async def test_async_and_batch_and_stream_say_the_same() -> None:
    assert (await model("Hello!").ainvoke("Hi")).content == "Hello!"
    assert [message.content for message in model("One.", "Two.").batch(["1", "2"], config={"max_concurrency": 1})] == [
        "One.",
        "Two.",
    ]
    assert [chunk.content for chunk in model("Hello!").stream("Hi")] == [*"Hello!", ""]
    assert [chunk.content async for chunk in model("Hello!").astream("Hi")] == [*"Hello!", ""]


def test_stop_of_the_model_and_of_the_call() -> None:
    assert model("one two three", stop=["two"]).invoke("?").content == "one "
    assert model("one two three", stop=["two"]).invoke("?", stop=["three"]).content == "one two "
    assert model("one two three").bind(stop="two").invoke("?").content == "one "


def test_sampling_comes_from_the_model_and_from_the_call() -> None:
    chat = model("a", temperature=0.5, top_k=3, seed=7, extra={"dry_multiplier": 0.5})
    chat.invoke("?")
    chat.invoke("?", temperature=0, max_tokens=9)
    first, second = (request.sampling for request in chat.backend.requests)
    assert (first.temperature, first.top_k, first.seed, first.extra) == (0.5, 3, 7, {"dry_multiplier": 0.5})
    assert (second.temperature, second.top_k) == (0, 3)
    assert [request.max_tokens for request in chat.backend.requests][1] == 9


def test_a_parameter_that_is_not_known_is_not_ignored() -> None:
    with pytest.raises(TypeError, match="'temprature'"):
        model("x").invoke("?", temprature=1)
    with pytest.raises(ValidationError, match="temprature"):
        model("x", temprature=1)


# tools


def test_a_call_carries_thought_arguments_and_counts() -> None:
    message = model(ADD).bind_tools([plus]).invoke("What is 1 + 2?")
    (made,) = message.tool_calls
    assert (made["name"], made["args"]) == ("plus", {"a": 1, "b": 2})
    assert message.content == ""
    assert message.additional_kwargs["reasoning_content"] == "I add."
    assert [block["type"] for block in message.content_blocks] == ["reasoning", "tool_call"]
    usage, metadata = message.usage_metadata, message.response_metadata
    assert usage is not None
    assert usage["output_token_details"]["reasoning"] >= len("I add.")
    assert metadata["finish_reason"] == "tool_calls"
    assert metadata["forced_tokens"] > 0
    assert metadata["closed"] is False
    assert usage["output_tokens"] == metadata["generated_tokens"]


@pytest.mark.parametrize("output_version", [None, "v1"])
def test_streaming_adds_up_to_the_same_message(output_version: str | None) -> None:
    chunks = list(model(ADD, output_version=output_version).bind_tools([plus]).stream("What is 1 + 2?"))
    total = reduce(add, chunks)
    assert [(made["name"], made["args"]) for made in total.tool_calls] == [("plus", {"a": 1, "b": 2})]
    assert total.tool_calls[0]["id"].startswith("call_")
    assert [block["type"] for block in total.content_blocks] == ["reasoning", "tool_call"]
    assert total.content_blocks[0]["reasoning"] == "I add."
    assert len([chunk for chunk in chunks if chunk.tool_call_chunks]) > 2
    assert chunks[-1].chunk_position == "last"
    assert total.usage_metadata is not None


@pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning")
def test_the_event_protocol_carries_reasoning_and_calls() -> None:
    stream = model(ADD).bind_tools([plus]).stream_events("What is 1 + 2?", version="v3")
    list(stream)
    types = [block["type"] for block in stream.output.content_blocks]
    assert types == ["reasoning", "tool_call"]
    assert stream.output.tool_calls[0]["args"] == {"a": 1, "b": 2}


async def test_events_v2_come_as_the_step_happens() -> None:
    chat = model(ADD).bind_tools([plus])
    events = [event async for event in chat.astream_events("What is 1 + 2?", version="v2")]
    chunks = [event["data"]["chunk"] for event in events if event["event"] == "on_chat_model_stream"]
    thought = "".join(chunk.additional_kwargs.get("reasoning_content", "") for chunk in chunks)
    assert thought == "I add."
    end = next(event for event in events if event["event"] == "on_chat_model_end")
    assert end["data"]["output"].tool_calls[0]["args"] == {"a": 1, "b": 2}


@pytest.mark.parametrize("output_version", [None, "v1"])
@pytest.mark.parametrize("streaming", [True, False])
def test_the_whole_loop_only_ever_adds_to_the_prompt(output_version: str | None, streaming: bool) -> None:
    chat = model(ADD, answer("It is there.", "It is 3."), "Never mind.", output_version=output_version)
    bound = chat.bind_tools([plus])

    def ask(messages: list[Any]) -> Any:
        return reduce(add, bound.stream(messages)) if streaming else bound.invoke(messages)

    question = HumanMessage("What is 1 + 2?")
    made = ask([question])
    result = ToolMessage("3", tool_call_id=made.tool_calls[0]["id"])
    message = ask([question, made, result])
    assert message.text == "It is 3."
    assert [block["type"] for block in message.content_blocks] == ["reasoning", "text"]
    assert message.content_blocks[0]["reasoning"] == "It is there."
    prompts = [request.prompt for request in chat.backend.requests]
    for before, after in pairwise(prompts):
        assert after[: len(before)] == before


@pytest.mark.parametrize(
    "choice, turn",
    [
        ("any", ADD),
        (True, ADD),
        ("plus", ADD),
        ({"type": "function", "function": {"name": "plus"}}, ADD),
        ("none", answer("No tool.", "3")),
        ("auto", answer("I know.", "3")),
    ],
)
def test_tool_choice_is_enforced(choice: Any, turn: str) -> None:
    chat = model(turn)
    message = chat.bind_tools([plus, search], tool_choice=choice).invoke("What is 1 + 2?")
    assert bool(message.tool_calls) == (turn == ADD)
    grammars = "".join(request.grammar or "" for request in chat.backend.requests)
    assert ("search" in grammars) == (choice in ("any", True, "auto"))


def test_parallel_calls_only_where_they_are_asked_for() -> None:
    both = call("Both.", ("plus", {"a": 1, "b": 2}), ("plus", {"a": 3, "b": 4}))
    many = model(both).bind_tools([plus], parallel_tool_calls=True)
    assert [made["args"] for made in many.invoke("?").tool_calls] == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    streamed = reduce(add, model(both).bind_tools([plus], parallel_tool_calls=True).stream("?"))
    assert [made["args"] for made in streamed.tool_calls] == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert len({made["id"] for made in streamed.tool_calls}) == 2
    assert len(model(both).bind_tools([plus]).invoke("?").tool_calls) == 1


def test_a_budget_closes_the_call_and_says_so() -> None:
    chat = model(call("I look.", ("search", {"query": "x" * 200})), max_tokens=40)
    message = chat.bind_tools([search], tool_choice="any").invoke("?")
    assert message.response_metadata["closed"] is True
    assert message.response_metadata["finish_reason"] == "length"
    assert set(message.tool_calls[0]["args"]["query"]) == {"x"}


def test_a_constraint_beyond_the_grammar_is_not_streamed_twice() -> None:
    tool = {
        "name": "pick",
        "parameters": {
            "type": "object",
            "properties": {"n": {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}},
            "required": ["n"],
        },
    }
    turns = [call("One.", ("pick", {"n": [4, 4]})), call("", ("pick", {"n": [6]}))[1:]]
    chat = model(*turns).bind_tools([tool], tool_choice="any")
    assert reduce(add, chat.stream("?")).tool_calls[0]["args"] == {"n": [6]}


def test_a_step_that_fails_carries_what_was_written() -> None:
    tool = {"name": "pick", "parameters": {"properties": {"n": {"type": "array", "items": {"type": "integer"},
            "uniqueItems": True}}, "required": ["n"], "type": "object"}}  # fmt: skip
    bad = call("", ("pick", {"n": [4, 4]}))[1:]
    chat = model(call("Four.", ("pick", {"n": [4, 4]})), bad, bad).bind_tools([tool], tool_choice="any")
    with pytest.raises(StepError, match="pick") as caught:
        chat.invoke("?")
    assert caught.value.thought == "Four."
    assert "[4, 4]" in caught.value.text


# structured output


@pytest.mark.parametrize("method", ["json_schema", "json_mode"])
def test_structured_output_gives_instances(method: Any) -> None:
    turns = filled("Hm.", {"setup": "Why?", "rating": 7})
    assert model(turns).with_structured_output(Joke, method=method).invoke("?") == Joke(setup="Why?", rating=7)
    parts = list(model(turns).with_structured_output(Joke, method=method).stream("?"))
    assert parts[-1] == Joke(setup="Why?", rating=7)
    assert all(isinstance(part, Joke) for part in parts)


def test_structured_output_by_function_calling() -> None:
    turn = call("Hm.", ("Joke", {"setup": "Why?", "rating": 7}))
    structured = model(turn, turn).with_structured_output(Joke, method="function_calling")
    assert structured.invoke("?") == Joke(setup="Why?", rating=7)
    assert list(structured.stream("?"))[-1] == Joke(setup="Why?", rating=7)


class JokeV1(BaseModelV1):
    setup: str


class JokeDict(TypedDict):
    """A joke."""

    setup: str


@pytest.mark.parametrize("schema", [JokeV1, JokeDict, JokeV1.schema(), Joke.model_json_schema()])
def test_structured_output_of_every_kind_of_schema(schema: Any) -> None:
    value = {"setup": "Why?"} if schema != Joke.model_json_schema() else {"setup": "Why?", "rating": 7}
    result = model(filled("Hm.", value)).with_structured_output(schema).invoke("?")
    assert result == (JokeV1(**value) if schema is JokeV1 else value)


def test_include_raw_keeps_the_message() -> None:
    turn = filled("Hm.", {"setup": "Why?", "rating": 7})
    result = model(turn).with_structured_output(Joke, include_raw=True).invoke("?")
    assert result["parsed"] == Joke(setup="Why?", rating=7)
    assert result["parsing_error"] is None
    assert json.loads(result["raw"].content) == {"setup": "Why?", "rating": 7}


def test_json_mode_without_a_schema_allows_any_object() -> None:
    assert model(filled("Hm.", {"x": [1]})).with_structured_output(method="json_mode").invoke("?") == {"x": [1]}


def test_bound_tools_stay_bound_beside_a_schema() -> None:
    chat = model(ADD, filled("Hm.", {"setup": "Why?", "rating": 7}))
    structured = chat.bind_tools([plus]).with_structured_output(Joke, include_raw=True)
    first, second = structured.invoke("And?"), structured.invoke("And now?")
    assert first["raw"].tool_calls[0]["args"] == {"a": 1, "b": 2}
    assert first["parsed"] is None
    assert second["parsed"] == Joke(setup="Why?", rating=7)


def test_unknown_methods_and_missing_schemas_are_refused() -> None:
    with pytest.raises(SchemaError, match="json_schema, function_calling, json_mode"):
        model().with_structured_output(Joke, method="xml")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="no schema"):
        model().with_structured_output(None)
    with pytest.raises(SchemaError, match="no schema"):
        model().bind_tools([], response_format={"type": "json_schema", "json_schema": {"name": "x"}})


# bad input


def test_bad_tools_are_refused_when_they_are_bound() -> None:
    with pytest.raises(SchemaError, match="neither a tool's name"):
        model().bind_tools([plus], tool_choice="minus")
    with pytest.raises(SchemaError, match="two different tools"):
        model().bind_tools([plus, {"name": "plus", "parameters": {"type": "object", "properties": {}}}])


def test_a_schema_that_cannot_be_compiled_names_the_tool() -> None:
    tool = {"name": "odd", "parameters": {"type": "object", "properties": {"x": {"$ref": "#/nowhere"}}}}
    with pytest.raises(SchemaError, match="odd"):
        model("x").bind_tools([tool]).invoke("?")


@pytest.mark.parametrize(
    "messages, words",
    [
        ([], "no message"),
        ([SystemMessage("x")], "only system"),
        ([HumanMessage("x"), AIMessage("y")], "last message"),
        ([HumanMessage("x"), ToolMessage("3", tool_call_id="c9")], "c9"),
        ([AIMessage("", tool_calls=[{"name": "plus", "args": {}, "id": "c1"}]), HumanMessage("x")], "c1"),
        ([HumanMessage([{"type": "image_url", "image_url": {"url": "http://x/y.png"}}])], "reads text only"),
    ],
)
def test_conversations_that_cannot_go_on_are_refused(messages: list[Any], words: str) -> None:
    with pytest.raises(ConversationError, match=words):
        model("x").invoke(messages)


def test_an_overflow_says_how_much_and_what_trimming_would_do() -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns(["x"], context=400))
    messages = [SystemMessage("Be short."), *[HumanMessage("word " * 30), AIMessage("ok")] * 5, HumanMessage("And?")]
    with pytest.raises(ContextOverflowError, match="tokens too long") as caught:
        chat.invoke(messages)
    limit = 300
    assert f"max_tokens={limit}" in str(caught.value)
    kept = trim_messages(
        messages, max_tokens=limit, token_counter=chat, strategy="last", include_system=True, start_on="human"
    )
    assert f"{len(kept)} of {len(messages)} messages" in str(caught.value)
    assert chat.invoke(kept).content == "x"


# counting


def test_tokens_are_counted_as_the_prompt_has_them() -> None:
    chat = model("Hello!", ADD)
    messages = [SystemMessage("Be short."), HumanMessage("Hi")]
    message = chat.invoke(messages)
    assert message.usage_metadata is not None
    assert chat.get_num_tokens_from_messages(messages) == message.usage_metadata["input_tokens"]
    assert chat.get_num_tokens_from_messages(messages, tools=[plus]) > message.usage_metadata["input_tokens"]
    assert chat.get_num_tokens_from_messages([]) == 0
    assert chat.get_num_tokens("abc") == 3


# being a LangChain model


def test_it_says_who_it_is_to_langsmith() -> None:
    chat = ChatLlamaCpp(base_url="http://127.0.0.1:8080", model="agent", temperature=0.3, max_tokens=5, stop=["x"])
    assert chat._get_ls_params() == {
        "ls_provider": "llama.cpp",
        "ls_model_name": "agent",
        "ls_model_type": "chat",
        "ls_temperature": 0.3,
        "ls_max_tokens": 5,
        "ls_stop": ["x"],
    }
    assert ChatLlamaCpp(model_path="/x/y.gguf")._get_ls_params()["ls_model_name"] == "y.gguf"


@pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning")
def test_it_is_written_out_without_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CPP_API_KEY", "from-the-environment")
    chat = ChatLlamaCpp(base_url="http://127.0.0.1:8080", api_key="hush-hush", temperature=0.3)
    assert "hush-hush" not in dumps(chat) + repr(chat) + str(chat._identifying_params)
    again = load(dumpd(chat), allowed_objects=[ChatLlamaCpp], valid_namespaces=["gba"], secrets_from_env=True)
    assert again.temperature == 0.3
    assert again.api_key.get_secret_value() == "from-the-environment"


def test_where_it_speaks_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLAMA_CPP_BASE_URL", raising=False)
    assert ChatLlamaCpp().base_url is None
    assert ChatLlamaCpp(model="x.gguf").base_url is None
    monkeypatch.setenv("LLAMA_CPP_BASE_URL", "http://127.0.0.1:9")
    assert ChatLlamaCpp().base_url == "http://127.0.0.1:9"
    assert ChatLlamaCpp(model="qwen3-8b").base_url == "http://127.0.0.1:9"
    assert ChatLlamaCpp(model="x.gguf").base_url is None
    assert ChatLlamaCpp(model_path="x.gguf").base_url is None
    with pytest.raises(ValidationError, match="base_url and model_path"):
        ChatLlamaCpp(base_url="http://127.0.0.1:9", model_path="x.gguf")


def test_names_of_other_chat_models_are_understood() -> None:
    chat = ChatLlamaCpp(
        model_path="x.gguf", n_ctx=512, n_gpu_layers=3, max_completion_tokens=7, stop_sequences=["x"], request_timeout=2
    )
    expected = (512, {"gpu_layers": 3}, 7, ["x"], 2)
    assert (chat.context, chat.load_options, chat.max_tokens, chat.stop, chat.timeout) == expected


def test_the_constructor_of_langchain_community_is_understood() -> None:
    chat = ChatLlamaCpp(  # as in its documentation
        temperature=0.5,
        model_path="x.gguf",
        n_ctx=10000,
        n_gpu_layers=8,
        n_batch=300,
        max_tokens=512,
        n_threads=3,
        repeat_penalty=1.5,
        top_p=0.5,
        verbose=True,
        f16_kv=True,
        use_mlock=True,
        model_kwargs={"rope_freq_base": 10000.0},
    )
    assert chat.load_options == {
        "gpu_layers": 8,
        "batch": 300,
        "threads": 3,
        "use_mlock": True,
        "rope_freq_base": 10000.0,
    }
    with pytest.raises(ValidationError, match="f16_kv"):
        ChatLlamaCpp(model_path="x.gguf", f16_kv=False)


def test_the_profile_lets_agents_use_the_response_schema() -> None:
    profile = ChatLlamaCpp(model_path="x.gguf", context=2048).profile
    assert profile is not None
    assert profile["structured_output"] is True
    assert profile["image_inputs"] is False
    assert profile["max_input_tokens"] == 2048


@pytest.mark.parametrize("streamed", [False, True])
def test_the_profile_learns_the_context_with_the_first_call(streamed: bool) -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns(["Hello!"], context=400))
    assert chat.profile is not None
    assert "max_input_tokens" not in chat.profile
    if streamed:
        list(chat.stream("Hi"))
    else:
        chat.invoke("Hi")
    assert chat.profile["max_input_tokens"] == 400


def test_answers_are_cached_by_model_and_bound_tools() -> None:
    chat = ChatLlamaCpp(backend=Scripted(["One.", "Two.", "Three."]), cache=InMemoryCache())
    assert chat.invoke("?").content == "One."
    assert chat.invoke("?").content == "One."
    assert chat.invoke("?", temperature=0.1).content == "Two."
    other = ChatLlamaCpp(backend=Scripted(["Four."]), cache=chat.cache)
    assert other.invoke("?").content == "Four."


def test_fields_can_be_configured_at_run_time() -> None:
    chat = model("a").configurable_fields(temperature=ConfigurableField(id="heat"))
    backend = chat.default.backend  # type: ignore[attr-defined]
    chat.invoke("?")
    chat.with_config(configurable={"heat": 0.9}).invoke("?")
    assert [request.sampling.temperature for request in backend.requests] == [0.8, 0.9]


def test_it_stands_in_a_chain_and_keeps_what_is_bound() -> None:
    prompt = ChatPromptTemplate.from_messages([("system", "Be {tone}."), ("human", "{text}")])
    chat = model("Fine.")
    assert (prompt | chat).invoke({"tone": "kind", "text": "How are you?"}).content == "Fine."
    assert "Be kind." in chat.backend.requests[0].text
    bound = chat.bind(temperature=0).bind_tools([plus])
    assert isinstance(bound, RunnableBinding)
    assert bound.kwargs["temperature"] == 0
    assert dumpd(bound)["id"][-1] == "RunnableBinding"


def test_the_packaged_model_is_named_when_nothing_else_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LLAMA_CPP_BASE_URL", raising=False)
    assert ChatLlamaCpp()._get_ls_params()["ls_model_name"] == "tiny-agent"


@pytest.mark.parametrize(
    "given, meant", [("temprature", "temperature"), ("base_uri", "base_url"), ("max_token", "max_tokens")]
)
def test_a_parameter_that_is_misspelt_is_told_what_it_may_have_been(given: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"Did you mean '{meant}'"):
        ChatLlamaCpp(**{given: 1})
