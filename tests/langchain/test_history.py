"""Messages of any origin become gba's messages, and nothing that they say is lost silently."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)

from gba.chat.messages import Message, check_order
from gba.errors import ConversationError
from gba.langchain.messages import to_messages
from gba.schema.tools import ToolCall


def call(name: str = "add", args: dict[str, Any] | None = None, call_id: str = "c1") -> Any:
    return {"name": name, "args": args or {"a": 1}, "id": call_id, "type": "tool_call"}


def test_a_conversation_keeps_roles_text_thought_calls_and_results() -> None:
    messages: list[AnyMessage] = [
        SystemMessage("Be short."),
        HumanMessage("What is 1 + 2?", name="example_user"),
        AIMessage("", additional_kwargs={"reasoning_content": "I add."}, tool_calls=[call(args={"a": 1, "b": 2})]),
        ToolMessage("3", tool_call_id="c1"),
        AIMessage("It is 3."),
        HumanMessage("Thanks."),
    ]
    converted = to_messages(messages)
    assert converted == [
        Message("system", "Be short."),
        Message("user", "What is 1 + 2?"),
        Message("assistant", "", "I add.", (ToolCall("add", {"a": 1, "b": 2}, "c1"),)),
        Message("tool", "3", call_id="c1", name="add"),
        Message("assistant", "It is 3."),
        Message("user", "Thanks."),
    ]
    check_order(converted)


@pytest.mark.parametrize(
    "content, text, thought",
    [
        (["a", {"type": "text", "text": "b"}], "ab", ""),
        ([{"text": "Bedrock writes no type"}], "Bedrock writes no type", ""),
        ([{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}], "x", ""),
        ([{"type": "reasoning", "reasoning": "so"}, {"type": "text", "text": "x"}], "x", "so"),
        ([{"type": "thinking", "thinking": "so", "signature": "zz"}, {"type": "text", "text": "x"}], "x", "so"),
        ([{"type": "reasoning", "summary": [{"type": "summary_text", "text": "so"}]}, "x"], "x", "so"),
        ([{"type": "reasoning_content", "reasoning_content": {"text": "so", "signature": "z"}}, "x"], "x", "so"),
        ([{"type": "redacted_thinking", "data": "zz"}, {"type": "output_text", "text": "x"}], "x", ""),
        ([{"type": "refusal", "refusal": "I will not."}], "I will not.", ""),
    ],
)
def test_content_blocks_of_every_provider_are_read(content: Any, text: str, thought: str) -> None:
    assert to_messages([AIMessage(content)]) == [Message("assistant", text, thought)]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}},
        {"type": "tool_call", "id": "c1", "name": "add", "args": {"a": 1}},
        {"type": "function_call", "call_id": "c1", "id": "fc_7", "name": "add", "arguments": '{"a": 1}'},
    ],
)
def test_calls_in_the_content_count_once(block: dict[str, Any]) -> None:
    expected = (ToolCall("add", {"a": 1}, "c1"),)
    assert to_messages([AIMessage([block])])[0].calls == expected
    assert to_messages([AIMessage([block], tool_calls=[call()])])[0].calls == expected


def test_openai_calls_in_additional_kwargs_are_read() -> None:
    raw = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
    assert to_messages([AIMessage("", additional_kwargs={"tool_calls": [raw]})])[0].calls == (
        ToolCall("add", {"a": 1}, "c1"),
    )


def test_text_beside_calls_is_the_content() -> None:
    message = to_messages([AIMessage("Let me see.", tool_calls=[call()])])[0]
    assert (message.content, message.thought) == ("Let me see.", "")


def test_calls_without_an_id_get_one_each() -> None:
    calls = [call(call_id=""), call(call_id="", args={"a": 2})]
    ids = [made.id for made in to_messages([AIMessage("", tool_calls=calls)])[0].calls]
    assert ids == ["call_0_0", "call_0_1"]


def test_a_failed_result_says_so_once() -> None:
    question: list[AnyMessage] = [HumanMessage("?"), AIMessage("", tool_calls=[call(call_id="c1"), call(call_id="c2")])]
    failed = ToolMessage("no such file", tool_call_id="c1", status="error")
    again = ToolMessage("Error: it broke", tool_call_id="c2", status="error")
    assert [message.content for message in to_messages([*question, failed, again])[2:]] == [
        "Error: no such file",
        "Error: it broke",
    ]


def test_a_result_in_blocks_is_read_as_text() -> None:
    result = ToolMessage([{"type": "text", "text": "3 "}, {"json": {"unit": "°"}}], tool_call_id="c1")  # type: ignore[list-item]
    assert to_messages([AIMessage("", tool_calls=[call()]), result])[1].content == '3 {"unit": "°"}'


@pytest.mark.parametrize(
    "content, text",
    [
        (["alpha", "beta"], "alpha\nbeta"),
        ([{"type": "text", "text": "12"}, {"type": "text", "text": "34"}], "12\n34"),
        ([{"type": "text", "text": "12\n"}, {"type": "text", "text": ""}, {"type": "text", "text": "34"}], "12\n34"),
        ([{"json": {"id": 1}}, {"json": {"id": 2}}], '{"id": 1}\n{"id": 2}'),
        ([{"type": "text", "text": ""}], ""),
    ],
)
def test_each_block_of_text_is_a_line(content: Any, text: str) -> None:
    question: list[AnyMessage] = [HumanMessage(content), AIMessage("", tool_calls=[call()])]
    converted = to_messages([SystemMessage(content), *question, ToolMessage(content, tool_call_id="c1")])
    assert [converted[place].content for place in (0, 1, 3)] == [text] * 3


@pytest.mark.parametrize(
    "block, words",
    [
        (
            {"type": "image", "base64": "xx", "mime_type": "image/png"},
            "[an image (image/png), which this model cannot read]",
        ),
        (
            {"type": "image", "url": "https://a.b/c.png", "mime_type": "image/png"},
            "[an image (image/png): https://a.b/c.png]",
        ),
        ({"type": "image_url", "image_url": {"url": "https://a.b/c.png"}}, "[an image: https://a.b/c.png]"),
        (
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,xx"}},
            "[an image, which this model cannot read]",
        ),
        ({"type": "image", "source": {"type": "base64", "data": "xx"}}, "[an image, which this model cannot read]"),
        (
            {"type": "file", "url": "file:///notes.pdf", "mime_type": "application/pdf"},
            "[a file (application/pdf): file:///notes.pdf]",
        ),
        ({"type": "file", "source_type": "text", "text": "plain"}, "plain"),
        ({"type": "audio", "base64": "xx"}, "[audio, which this model cannot read]"),
        ({"type": "resource_link", "name": "notes", "uri": "file:///notes.txt"}, "[notes, file:///notes.txt]"),
        ({"type": "resource", "resource": {"uri": "file:///a", "text": "inside"}}, "inside"),
        ({"type": "resource", "resource": {"uri": "file:///a", "blob": "xx"}}, "[a file: file:///a]"),
        (
            {"type": "search_result", "title": "T", "source": "s", "content": [{"type": "text", "text": "x"}]},
            "T\ns\nx",
        ),
    ],
)
def test_pictures_and_links_in_a_result_are_told_in_words(block: dict[str, Any], words: str) -> None:
    result = ToolMessage([{"type": "text", "text": "Here:"}, block], tool_call_id="c1")
    assert to_messages([AIMessage("", tool_calls=[call()]), result])[1].content == f"Here:\n{words}"


def test_results_belong_to_calls_without_an_id_by_name_or_else_in_order() -> None:
    two = AIMessage("", tool_calls=[call(call_id=""), call("multiply", call_id="")])
    in_order = to_messages(
        [HumanMessage("?"), two, ToolMessage("3", tool_call_id=""), ToolMessage("2", tool_call_id="")]
    )
    assert [message.name for message in in_order[2:]] == ["add", "multiply"]
    by_name = [ToolMessage("2", tool_call_id="", name="multiply"), ToolMessage("3", tool_call_id="", name="add")]
    named = to_messages([HumanMessage("?"), two, *by_name])
    assert [message.call_id for message in named[2:]] == [named[1].calls[1].id, named[1].calls[0].id]
    for converted in (in_order, named):
        check_order(converted)


def test_ids_that_come_again_are_replaced_in_call_and_result() -> None:
    turn = [AIMessage("", tool_calls=[call(call_id="0"), call("multiply", call_id="0")])]
    results = [ToolMessage("3", tool_call_id="0"), ToolMessage("2", tool_call_id="0")]
    again = [AIMessage("", tool_calls=[call(call_id="0")]), ToolMessage("4", tool_call_id="0")]
    converted = to_messages([HumanMessage("?"), *turn, *results, *again])
    check_order(converted)
    ids = [made.id for message in converted for made in message.calls]
    assert ids[0] == "0"
    assert len(set(ids)) == 3
    assert [message.call_id for message in converted if message.role == "tool"] == ids
    assert converted == to_messages([HumanMessage("?"), *turn, *results, *again])


def test_a_result_too_many_is_still_noticed() -> None:
    result = ToolMessage("3", tool_call_id="c1")
    converted = to_messages([HumanMessage("?"), AIMessage("", tool_calls=[call()]), result, result])
    with pytest.raises(ConversationError, match="c1"):
        check_order(converted)


def test_an_invalid_call_stands_where_a_result_answers_it() -> None:
    broken = {"name": "add", "args": '{"a": 1, "b', "id": "c9", "error": None, "type": "invalid_tool_call"}
    message = AIMessage("", invalid_tool_calls=[broken])
    assert to_messages([message])[0].calls == ()
    answered = to_messages([HumanMessage("?"), message, ToolMessage("cut", tool_call_id="c9", status="error")])
    assert answered[1].calls == (ToolCall("add", {"a": 1}, "c9"),)
    check_order(answered)


def test_roles_given_as_words_and_function_messages_are_understood() -> None:
    converted = to_messages(
        [
            ChatMessage("Rules.", role="developer"),
            ChatMessage("?", role="User"),
            AIMessage("", tool_calls=[call()]),
            FunctionMessage("3", name="add"),
        ]
    )
    assert [message.role for message in converted] == ["system", "user", "assistant", "tool"]
    assert converted[3].call_id == "c1"


@pytest.mark.parametrize(
    "block, words",
    [
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,xx"}}, "an image"),
        ({"type": "image", "base64": "xx", "mime_type": "image/png"}, "an image"),
        ({"type": "input_audio", "input_audio": {"data": "xx", "format": "wav"}}, "audio"),
        ({"type": "file", "file": {"file_id": "f"}}, "a file"),
        ({"type": "hologram"}, "'hologram'"),
    ],
)
def test_what_a_text_model_cannot_read_is_refused_by_name(block: dict[str, Any], words: str) -> None:
    with pytest.raises(ConversationError, match=words) as caught:
        to_messages([SystemMessage("x"), HumanMessage([{"type": "text", "text": "look"}, block])])
    assert caught.value.index == 1


def test_a_document_that_is_text_is_read() -> None:
    block = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Hello."}}
    assert to_messages([HumanMessage([block])])[0].content == "Hello."


def test_a_document_of_blocks_of_text_is_read() -> None:
    blocks = [{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]
    block = {"type": "document", "source": {"type": "content", "content": blocks}}
    assert to_messages([HumanMessage([block])])[0].content == "One.\nTwo."
    picture = {"type": "document", "source": {"type": "content", "content": [*blocks, {"type": "image"}]}}
    with pytest.raises(ConversationError, match="a document"):
        to_messages([HumanMessage([picture])])


@pytest.mark.parametrize(
    "block", [{"total": 3}, {"type": "hologram", "é": [1]}, {"type": "tool_reference", "name": "x"}]
)
def test_an_unknown_block_of_a_result_is_told_as_json(block: dict[str, Any]) -> None:
    """Nobody can take it out while an agent runs."""
    result = ToolMessage([{"type": "text", "text": "Found:"}, block], tool_call_id="c1")
    told = to_messages([HumanMessage("?"), AIMessage("", tool_calls=[call()]), result])[-1].content
    first, _, rest = told.partition("\n")
    assert (first, json.loads(rest)) == ("Found:", block)


@pytest.mark.parametrize(
    "block, text",
    [
        ({"type": "compaction", "content": "They spoke of tea."}, "They spoke of tea.Yes."),
        ({"type": "non_standard", "value": {"type": "compaction", "content": "Tea."}}, "Tea.Yes."),
        ({"type": "non_standard", "value": {"type": "web_fetch_tool_result"}}, "Yes."),
        ({"type": "mcp_call", "name": "x", "output": "y"}, "Yes."),
        ({"type": "image_generation_call", "id": "x"}, "Yes."),
    ],
)
def test_what_another_provider_did_itself_does_not_end_a_conversation(block: dict[str, Any], text: str) -> None:
    assert to_messages([HumanMessage("?"), AIMessage([block, {"type": "text", "text": "Yes."}])])[1].content == text


def test_a_custom_call_of_openai_stands_in_the_list_of_calls() -> None:
    block = {"type": "custom_tool_call", "name": "add", "input": "1+2", "call_id": "c1"}
    message = AIMessage([block], tool_calls=[call(args={"__arg1": "1+2"})])
    assert to_messages([HumanMessage("?"), message])[1].calls == (ToolCall("add", {"__arg1": "1+2"}, "c1"),)


def test_nothing_and_unknown_kinds_are_refused() -> None:
    with pytest.raises(ConversationError, match="no message"):
        to_messages([])
    with pytest.raises(ConversationError, match="unknown kind 'remove'"):
        to_messages([RemoveMessage(id="1")])
    with pytest.raises(ConversationError, match="unknown kind 'narrator'"):
        to_messages([ChatMessage("x", role="narrator")])


# what reaches the model without LangChain's checks: `model_construct`, or a checkpoint of another version


def unchecked(kind: Any, **fields: Any) -> Any:
    given = {"additional_kwargs": {}, "response_metadata": {}, "id": None, "name": None, **fields}
    return kind.model_construct(**given)


def made(**fields: Any) -> Any:
    return unchecked(AIMessage, type="ai", **{"content": "", "tool_calls": [], "invalid_tool_calls": [], **fields})


def one_call(arguments: Any, call_id: Any = "1") -> list[dict[str, Any]]:
    return [{"name": "f", "args": arguments, "id": call_id, "type": "tool_call"}]


def test_a_message_without_content_says_nothing() -> None:
    empty = unchecked(ToolMessage, type="tool", content=None, tool_call_id="1", status="success", artifact=None)
    converted = to_messages([HumanMessage("?"), made(content=None, tool_calls=one_call({})), empty])
    assert [message.content for message in converted] == ["?", "", ""]


@pytest.mark.parametrize(
    "given, arguments",
    [
        ({"day": date(2020, 2, 1), "id": UUID(int=3)}, {"day": "2020-02-01", "id": str(UUID(int=3))}),
        ({"some": {2, 1}, "pair": (1, 2)}, {"some": [1, 2], "pair": [1, 2]}),
        ({1: "a"}, {"1": "a"}),
        ('{"a": 1}', {"a": 1}),
        ("[1]", {}),
        (None, {}),
    ],
)
def test_arguments_of_other_types_are_told_as_json_has_them(given: Any, arguments: Any) -> None:
    asked = made(tool_calls=one_call(given))
    converted = to_messages([HumanMessage("?"), asked, ToolMessage("x", tool_call_id="1")])
    assert converted[1].calls[0].arguments == arguments


def endless() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["a"] = value
    return value


def deep() -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(100_000):
        value = {"a": value}
    return value


@pytest.mark.parametrize("given", [endless, deep, lambda: {"a": 10**5000}, lambda: {(1, 2): 3}])
def test_arguments_that_cannot_be_json_are_refused_by_the_message(given: Any) -> None:
    with pytest.raises(ConversationError, match="message 1 has a call whose arguments") as caught:
        to_messages([HumanMessage("?"), made(tool_calls=one_call(given())), ToolMessage("x", tool_call_id="1")])
    assert caught.value.index == 1


def test_ids_that_are_numbers_find_their_results() -> None:
    result = unchecked(ToolMessage, type="tool", content="x", tool_call_id=7, status="success", artifact=None)
    converted = to_messages([HumanMessage("?"), made(tool_calls=one_call({}, 7)), result])
    assert converted[1].calls[0].id == converted[2].call_id == "7"


def test_a_function_call_of_openais_first_form_is_a_call() -> None:
    asked = AIMessage("", additional_kwargs={"function_call": {"name": "f", "arguments": '{"a": 1}'}})
    converted = to_messages([HumanMessage("?"), asked, FunctionMessage(name="f", content="x")])
    assert (converted[1].calls[0].name, converted[1].calls[0].arguments) == ("f", {"a": 1})
    assert converted[2].call_id == converted[1].calls[0].id
