"""OpenAI's own SDK against the endpoint: the packaged tiny agent in process, and behind a llama-server."""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from gba.backends.inprocess import LlamaInProcess
from gba.backends.process import LlamaServerProcess
from gba.chat import Engine
from gba.models import packaged
from tests.helpers.running_api import serving

QUESTION: Any = [{"role": "user", "content": "What is 25 raised to the 0.24 power?"}]
CALCULATE: Any = {
    "type": "function",
    "function": {
        "name": "calculate",
        "description": "Calculate the answer to a math question in words or symbols.",
        "parameters": {
            "type": "object",
            "properties": {"question": {"type": "string", "description": "The calculation."}},
            "required": ["question"],
        },
    },
}


class City(BaseModel):
    name: str
    inhabitants: int


@pytest.fixture(scope="module")
def llama() -> Iterator[LlamaServerProcess]:
    with LlamaServerProcess(packaged(), context=2048, slots=4, extra_args=["--slots", "--metrics"]) as process:
        yield process


@pytest.fixture(scope="module", params=["in process", "server"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "server":
        process = request.getfixturevalue("llama")
        with process.backend() as backend, serving(Engine(backend), upstream=process.base_url) as running:
            yield running
    else:
        with LlamaInProcess(packaged(), context=2048) as backend, serving(Engine(backend)) as running:
            yield running


@pytest.fixture
def client(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=url, api_key="none", max_retries=0) as made:
        yield made


def test_a_tool_loop(client: OpenAI) -> None:
    messages = list(QUESTION)
    first = client.chat.completions.create(model="tiny-agent", messages=messages, tools=[CALCULATE], temperature=0)
    choice = first.choices[0]
    assert choice.finish_reason == "tool_calls"
    (made,) = choice.message.tool_calls or ()
    assert made.type == "function"
    assert made.function.name == "calculate"
    assert "25" in json.loads(made.function.arguments)["question"]
    messages += [choice.message, {"role": "tool", "tool_call_id": made.id, "content": "2.16524"}]
    second = client.chat.completions.create(model="tiny-agent", messages=messages, tools=[CALCULATE], temperature=0)
    assert "2.16524" in (second.choices[0].message.content or "")
    assert second.usage is not None
    assert second.usage.total_tokens == second.usage.prompt_tokens + second.usage.completion_tokens
    assert second.usage.prompt_tokens_details is not None
    assert (second.usage.prompt_tokens_details.cached_tokens or 0) > 0


def test_a_stream_is_what_comes_whole(client: OpenAI) -> None:
    arguments = {"model": "tiny-agent", "messages": QUESTION, "tools": [CALCULATE], "temperature": 0}
    whole = client.chat.completions.create(**arguments).choices[0].message
    thought, name, text, finish, usage = "", "", "", None, None
    for chunk in client.chat.completions.create(**arguments, stream=True, stream_options={"include_usage": True}):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            thought += getattr(choice.delta, "reasoning_content", None) or ""
            finish = choice.finish_reason or finish
            for call in choice.delta.tool_calls or ():
                assert call.function is not None
                name += call.function.name or ""
                text += call.function.arguments or ""
    assert finish == "tool_calls"
    assert usage is not None
    assert thought.strip() == whole.reasoning_content.strip()  # type: ignore[attr-defined]
    assert name == whole.tool_calls[0].function.name  # type: ignore[index,union-attr]
    assert json.loads(text) == json.loads(whole.tool_calls[0].function.arguments)  # type: ignore[index,union-attr]


@pytest.mark.parametrize("stream", [False, True])
def test_a_grammar_of_llama_cpp(client: OpenAI, stream: bool) -> None:
    arguments: Any = {
        "model": "x",
        "messages": [{"role": "user", "content": "Is water wet?"}],
        "extra_body": {"grammar": 'root ::= "yes, " [a-c]{3} | "no, " [x-z]{3}'},
    }
    if stream:
        text = "".join(
            chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**arguments, stream=True)
        )
    else:
        choice = client.chat.completions.create(**arguments).choices[0]
        text = choice.message.content or ""
        assert choice.finish_reason == "stop"
    assert re.fullmatch("yes, [a-c]{3}|no, [x-z]{3}", text)


@pytest.mark.parametrize(
    "field, value, status",
    [("grammar", "root = nonsense (", 400), ("id_slot", 99, 400), ("id_slot", -1, 200), ("cache_prompt", True, 200)],
)
def test_fields_of_llama_cpp(url: str, field: str, value: Any, status: int) -> None:
    body = {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 2, field: value}
    answer = httpx.post(f"{url}/chat/completions", json=body, timeout=60)
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["error"]["param"] == field


def test_what_only_a_server_can_do(url: str, request: pytest.FixtureRequest) -> None:
    in_process = request.node.callspec.params["url"] == "in process"
    messages = [{"role": "user", "content": "Hello!"}]
    for field, value in (("logit_bias", {"5": -100}), ("cache_prompt", False)):
        answer = httpx.post(
            f"{url}/chat/completions", json={"messages": messages, "max_tokens": 2, field: value}, timeout=60
        )
        assert answer.status_code == (400 if in_process else 200)
        if in_process:
            assert answer.json()["error"]["param"] == field


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "calculate"}}])
def test_a_call_that_has_to_be_made(client: OpenAI, choice: Any) -> None:
    done = client.chat.completions.create(
        model="x", messages=[{"role": "user", "content": "Hello!"}], tools=[CALCULATE], tool_choice=choice, seed=1
    )
    for made in done.choices[0].message.tool_calls or ():
        assert set(json.loads(made.function.arguments)) == {"question"}  # type: ignore[union-attr]
    assert done.choices[0].message.tool_calls


def test_no_call_where_none_is_allowed(client: OpenAI) -> None:
    done = client.chat.completions.create(
        model="x", messages=QUESTION, tools=[CALCULATE], tool_choice="none", max_tokens=20
    )
    assert not done.choices[0].message.tool_calls


def test_an_answer_of_a_given_form(client: OpenAI) -> None:
    done = client.chat.completions.parse(
        model="x", messages=[{"role": "user", "content": "Name a city."}], response_format=City, max_tokens=60
    )
    assert isinstance(done.choices[0].message.parsed, City)
    plain = client.chat.completions.create(
        model="x", messages=QUESTION, response_format={"type": "json_object"}, max_tokens=60
    )
    assert isinstance(json.loads(plain.choices[0].message.content or ""), dict)


def test_a_stream_of_a_given_form(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="x", messages=[{"role": "user", "content": "Name a city."}], response_format=City, max_tokens=60
    ) as stream:
        for _ in stream:
            pass
        assert isinstance(stream.get_final_completion().choices[0].message.parsed, City)


def test_several_choices_logprobs_and_limits(client: OpenAI) -> None:
    done = client.chat.completions.create(
        model="x",
        messages=[{"role": "user", "content": "Hello!"}],
        n=2,
        seed=3,
        temperature=1.5,
        max_completion_tokens=5,
        logprobs=True,
        top_logprobs=2,
        stop=["zzz"],
        presence_penalty=0.1,
        frequency_penalty=0.1,
    )
    assert [choice.index for choice in done.choices] == [0, 1]
    for choice in done.choices:
        assert choice.logprobs is not None
        for told in choice.logprobs.content or ():
            assert told.logprob <= 0
            assert len(told.top_logprobs) == 2
    assert done.usage is not None
    assert done.usage.completion_tokens <= 10


def test_models(client: OpenAI) -> None:
    (model,) = client.models.list().data
    assert model.id == "tiny-agent"
    assert client.models.retrieve(model.id).id == model.id


def test_a_prompt_that_does_not_fit(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="x", messages=[{"role": "user", "content": "word " * 9000}])
    assert raised.value.code == "context_length_exceeded"
    with pytest.raises(openai.BadRequestError):
        list(
            client.chat.completions.create(
                model="x", messages=[{"role": "user", "content": "word " * 9000}], stream=True
            )
        )


def test_responses(client: OpenAI) -> None:
    tool = {"type": "function", "strict": None, **CALCULATE["function"]}
    first = client.responses.create(model="x", input=QUESTION, tools=[tool], temperature=0)
    calls = [item for item in first.output if item.type == "function_call"]
    assert [call.name for call in calls] == ["calculate"]
    given = [
        *QUESTION,
        *first.output,
        {"type": "function_call_output", "call_id": calls[0].call_id, "output": "2.16524"},
    ]
    second = client.responses.create(model="x", input=given, tools=[tool], temperature=0)  # type: ignore[arg-type]
    assert "2.16524" in second.output_text
    assert second.usage is not None
    assert second.usage.total_tokens > 0
    parsed = client.responses.parse(model="x", input="Name a city.", text_format=City, max_output_tokens=60)
    assert isinstance(parsed.output_parsed, City)


def test_a_stream_of_responses(client: OpenAI) -> None:
    tool = {"type": "function", "strict": None, **CALCULATE["function"]}
    whole = client.responses.create(model="x", input=QUESTION, tools=[tool], temperature=0)
    events = list(client.responses.create(model="x", input=QUESTION, tools=[tool], temperature=0, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[0].type == "response.created"
    last = events[-1]
    assert last.type == "response.completed"
    said = [item.model_dump(exclude={"id", "call_id"}) for item in whole.output]
    assert [item.model_dump(exclude={"id", "call_id"}) for item in last.response.output] == said
    with client.responses.stream(model="x", input="Hello!", max_output_tokens=8) as stream:
        text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        assert stream.get_final_response().output_text == text


async def test_many_at_once_are_all_answered(url: str) -> None:
    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:

        async def ask(number: int) -> str:
            value = {"type": "object", "properties": {"value": {"const": number}}, "required": ["value"]}
            tool: Any = {"type": "function", "function": {"name": f"keep_{number}", "parameters": value}}
            done = await client.chat.completions.create(
                model="x",
                messages=[{"role": "user", "content": f"Keep {number}."}],
                tools=[tool],
                tool_choice="required",
                parallel_tool_calls=False,
                max_tokens=64,
            )
            return done.choices[0].message.tool_calls[0].function.arguments  # type: ignore[index,union-attr]

        answers = await asyncio.gather(*(ask(number) for number in range(40)))
    assert [json.loads(answer) for answer in answers] == [{"value": number} for number in range(40)]


def seconds_until_idle(process: LlamaServerProcess) -> float:
    start = time.monotonic()
    while any(slot["is_processing"] for slot in httpx.get(f"{process.base_url}/slots", timeout=30).json()):
        if time.monotonic() > start + 10:
            return math.inf
        time.sleep(0.05)
    return time.monotonic() - start


LONG: Any = {
    "stop_loops": False,
    "messages": [{"role": "user", "content": "Hello!"}],
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "x", "schema": {"type": "string", "minLength": 1500}},
    },
}


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_frees_the_slot(llama: LlamaServerProcess, stream: bool) -> None:
    with llama.backend() as backend, serving(Engine(backend)) as url, httpx.Client() as client:
        path, asked = f"{url}/chat/completions", {**LONG, "stream": stream}
        if stream:
            with client.stream("POST", path, json=asked, timeout=30) as answer:
                assert next(piece for piece in answer.iter_lines() if '"content"' in piece)
        else:
            with pytest.raises(httpx.ReadTimeout):
                client.post(path, json=asked, timeout=httpx.Timeout(30, read=0.4))
        assert seconds_until_idle(llama) < 3
        done = client.post(f"{url}/chat/completions", json={"messages": QUESTION, "max_tokens": 4}, timeout=30)
        assert done.status_code == 200


def test_a_full_queue_and_what_is_passed_on(llama: LlamaServerProcess) -> None:
    with llama.backend() as backend, serving(Engine(backend), queue=1, upstream=llama.base_url) as url:
        refused = httpx.post(f"{url}/chat/completions", json={"messages": QUESTION, "n": 6}, timeout=30)
        assert refused.status_code == 429
        assert refused.headers["retry-after"]
        passed = httpx.post(f"{url}/completions", json={"prompt": "Hello", "max_tokens": 2}, timeout=30)
        assert passed.status_code == 200
        assert "text" in passed.json()["choices"][0]
        assert httpx.post(f"{url.removesuffix('/v1')}/tokenize", json={"content": "Hello"}, timeout=30).json()["tokens"]


def test_a_server_that_is_gone() -> None:
    from gba.backends.server import LlamaServer

    with (
        LlamaServer("http://127.0.0.1:9", load_timeout=0) as backend,
        serving(Engine(backend), upstream="http://127.0.0.1:9") as url,
    ):
        for path in ("/chat/completions", "/completions"):
            refused = httpx.post(f"{url}{path}", json={"messages": QUESTION}, timeout=30)
            assert refused.status_code == 503
            assert refused.headers["retry-after"]
        assert httpx.get(f"{url.removesuffix('/v1')}/health", timeout=30).status_code == 503
