"""What a schema's properties mean reaches the model, whatever the syntax of its calls."""

from __future__ import annotations

import pytest

from gba.backends.scripted import Scripted
from gba.chat import Engine
from gba.chat.messages import Message
from gba.chat.prompts import answer_text
from gba.chat.signature import described
from gba.chat.syntaxes import action, gba, react

SCHEMA = {
    "type": "object",
    "properties": {
        "subject": {"type": "string", "description": "at most\n  five words"},
        "urgent": {"type": "boolean"},
        "place": {"$ref": "#/$defs/Place"},
    },
    "required": ["subject", "urgent"],
    "$defs": {"Place": {"type": "string", "description": "a town"}},
}


def test_a_line_for_each_property_that_has_a_description() -> None:
    assert described(SCHEMA) == ["    subject: at most five words", "    place: a town"]
    assert described(None) == []
    assert described({"type": "array"}) == []


@pytest.mark.parametrize("instructions", [gba.instructions, action._instructions, react._instructions])
def test_each_syntax_tells_them(instructions) -> None:
    with_them = instructions("", [], SCHEMA, True).splitlines()
    assert "    subject: at most five words" in with_them
    assert not any("subject: at most" in line for line in instructions("", [], None, True).splitlines())


def test_models_with_a_template_for_tools_are_told_too() -> None:
    assert answer_text("Be brief.", SCHEMA).endswith("    subject: at most five words\n    place: a town")


def test_they_are_in_the_prompt() -> None:
    turn = 'I write.\n<tool_call>\n{"name": "respond", "arguments": {"subject": "", "urgent": true}}\n</tool_call>'
    backend = Scripted.turns([turn])
    Engine(backend).step([Message("user", "?")], response_schema=SCHEMA)
    assert "subject: at most five words" in backend.detokenize(backend.requests[-1].prompt)
