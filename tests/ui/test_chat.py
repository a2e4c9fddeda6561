"""A conversation of the page: the events of an answer, in order, and what is told where something is wrong."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from gba.backends.base import Sampling
from gba.backends.scripted import Scripted
from gba.chat import Engine, StepOptions
from gba.errors import ServerUnavailableError
from gba.ui.forms import ChatForm, MessageForm
from gba.ui.talk import Talk
from tests.helpers.html_text import see
from tests.helpers.scripts import answer, call
from tests.helpers.ui_client import ADD, ask, browser

HI = {"role": "user", "content": "What is 2 + 3?"}
TURNS = (call("I add.", ("add", {"a": 2, "b": 3})), answer("I know.", "It is 5."))


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == kind]


def test_a_call_and_an_answer() -> None:
    events = ask(browser(*TURNS), HI)
    assert "".join(event["text"] for event in of(events, "thought")) == "I add.I know."
    assert "".join(event["text"] for event in of(events, "answer")) == "It is 5."
    (chosen,) = of(events, "tool")
    assert (chosen["index"], chosen["name"]) == (0, "add")
    assert '<ul class="gba-odds"><li class="gba-chosen"><span class="gba-name">add</span>' in chosen["odds"]
    assert chosen["odds"] in of(events, "stepped")[0]["html"]
    assert chosen["grammar"].startswith("root ::= ")
    written = of(events, "arguments")
    assert "".join(event["text"] for event in written) == '{"a": 2, "b": 3}'
    own = "".join(event["text"][: event["generated"]] for event in written)
    assert "2" in own
    assert '"a"' not in own
    kinds = [event["type"] for event in events if event["type"] not in ("thought", "answer", "arguments")]
    assert kinds == ["step", "tool", "call", "stepped", "running", "result", "step", "stepped", "done"]


def test_what_the_conversation_gains_can_be_sent_back() -> None:
    client = browser(*TURNS, answer("Again.", "Still 5."))
    messages = [HI, *(event["message"] for event in ask(client, HI) if "message" in event)]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "assistant"]
    assert messages[2]["content"] == "5"
    assert messages[3]["content"] == "It is 5."
    events = ask(client, *messages, {"role": "user", "content": "Sure?"})
    assert of(events, "stepped")[0]["message"]["content"] == "Still 5."


def test_each_step_and_result_comes_as_html() -> None:
    events = ask(browser(*TURNS), HI)
    shown = [see(event["html"]) for event in events if "html" in event]
    assert all(not seen.broken and not seen.scripts for seen in shown)
    assert shown[0].by_class["gba-own"]
    assert "a + b" in shown[1].text
    assert "It is 5." in shown[2].text


def test_a_tool_that_is_off_is_not_told_of() -> None:
    backend = Scripted(["Just so."])
    events = ask(browser(engine=Engine(backend)), HI, tools=())
    assert of(events, "stepped")[0]["message"]["content"] == "Just so."
    assert "add" not in backend.requests[0].text


def test_what_a_tool_raises_is_its_result() -> None:
    turns = (call("I add.", ("add", {"a": 13, "b": 3})), answer("Well.", "It failed."))
    (result,) = of(ask(browser(*turns), HI), "result")
    assert result["message"]["content"] == "Error: add failed: RuntimeError: no luck"


def test_after_so_many_steps_it_is_given_up() -> None:
    turns = [call("Again.", ("add", {"a": number, "b": 1})) for number in range(5)]
    events = ask(browser(*turns, max_steps=2), HI)
    assert len(of(events, "stepped")) == 2
    assert events[-1]["type"] == "error"
    assert "after 2 steps" in events[-1]["message"]
    assert "--max-steps" in events[-1]["message"]


def test_temperature_system_and_options_are_those_of_the_page_and_the_command_line() -> None:
    backend = Scripted.turns(["One.", "Two."])
    client = browser(
        engine=Engine(backend),
        sampling=Sampling(temperature=0.5),
        options=StepOptions(max_tokens=9),
        system="Be brief.",
    )
    ask(client, HI, tools=())
    ask(client, HI, tools=(), temperature=1.25)
    assert [request.sampling.temperature for request in backend.requests] == [0.5, 1.25]
    assert all("Be brief." in request.text for request in backend.requests)
    assert backend.requests[0].max_tokens <= 9


class Gone(Scripted):
    """A server that goes away in the middle of the answer, and is asked in vain afterwards."""

    async def acomplete(self, *arguments: Any, **options: Any) -> Any:
        async for chunk in super().acomplete(*arguments, **options):
            yield chunk
            raise ServerUnavailableError("llama-server does not answer: start it again", url="http://127.0.0.1:9")

    async def aproperties(self) -> Any:
        if self.requests:
            raise ServerUnavailableError("llama-server does not answer: start it again", url="http://127.0.0.1:9")
        return await super().aproperties()


def test_a_server_that_goes_away_is_told_of() -> None:
    client = browser(engine=Engine(Gone(["A long answer."])))
    events = ask(client, HI, tools=())
    assert of(events, "answer")
    assert events[-1] == {"type": "error", "message": "llama-server does not answer: start it again"}
    looked = client.get("/ui/model")
    assert looked.status_code == 503
    assert "start it again" in looked.json()["error"]["message"]


def test_an_error_of_gbas_own_is_told_of_without_its_details(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Scripted):
        async def acomplete(self, *arguments: Any, **options: Any) -> Any:
            raise RuntimeError("secret")
            yield

    events = ask(browser(engine=Engine(Broken(["x"]))), HI, tools=())
    assert events[-1] == {"type": "error", "message": "an error of gba's own; its log says more"}
    assert "secret" in caplog.text


@pytest.mark.parametrize(
    "body, said",
    [
        ({"messages": [HI], "tools": ["none"]}, "There is no tool 'none'"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages.0.role"),
        ({"messages": "Hi"}, "messages"),
        ({"messages": [HI], "temperature": -1}, "temperature"),
        ({"messages": [HI], "more": 1}, "more"),
        ([], "object"),
    ],
)
def test_what_cannot_be_asked(body: Any, said: str) -> None:
    answered = browser("x").post("/ui/chat", json=body)
    assert answered.status_code == 400
    assert said in answered.json()["error"]["message"]


def test_messages_out_of_order_are_told_of_as_an_event() -> None:
    events = ask(browser("x"), {"role": "tool", "content": "5", "call_id": "c"})
    assert events[-1]["type"] == "error"


def test_a_body_that_is_too_large() -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "x" * 10_000_001}]})
    answered = browser().post("/ui/chat", content=body, headers={"Content-Type": "application/json"})
    assert answered.status_code == 413


def test_what_one_talks_with() -> None:
    known = browser().get("/ui/model").json()
    assert known["model"] == "scripted"
    assert known["tools"] == [{"name": "add", "description": "Adds."}]
    assert known["context"] == 65536
    assert known["chat_format"]
    assert known["runs"] is False


def test_whoever_closes_the_page_ends_the_generation() -> None:
    class Slow(Scripted):
        closed = False

        async def acomplete(self, *arguments: Any, **options: Any) -> Any:
            try:
                async for chunk in super().acomplete(*arguments, **options):
                    yield chunk
            finally:
                self.closed = True

    backend = Slow(["A rather long answer."])

    async def leave() -> None:
        talk = Talk(Engine(backend), [ADD])
        events = talk.events(ChatForm(messages=[MessageForm(role="user", content="Hi")]))
        async for event in events:
            if event["type"] == "answer":
                break
        assert not backend.closed
        await events.aclose()

    asyncio.run(leave())
    assert backend.closed
