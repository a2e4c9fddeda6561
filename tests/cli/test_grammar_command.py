from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from gba import Grammar

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
TOOLS = [{"type": "function", "function": {"name": "count", "description": "Count.", "parameters": SCHEMA}}]
MODULE = '''
from pydantic import BaseModel

class Point(BaseModel):
    x: int
    y: int = 0

def move(to: Point) -> str:
    """Move."""
'''


def _allows(text: str, sentence: str) -> bool:
    matcher = Grammar.from_gbnf(text).matcher()
    return matcher.advance(sentence) and matcher.accepting


def _file(tmp_path: Path, content: object) -> str:
    path = tmp_path / "given.json"
    path.write_text(json.dumps(content))
    return str(path)


def test_a_schema_in_a_file(gba, tmp_path: Path) -> None:
    ended = gba("grammar", _file(tmp_path, SCHEMA))
    assert ended.code == 0
    assert _allows(ended.out, '{"n":3}')
    assert not _allows(ended.out, '{"n":"3"}')
    assert ended.err == ""


def test_white_space(gba, tmp_path: Path) -> None:
    assert _allows(gba("grammar", _file(tmp_path, SCHEMA), "--whitespace", "spaced").out, '{"n": 3}')
    assert gba("grammar", _file(tmp_path, SCHEMA), "--whitespace", "none").code == 2


def test_standard_input(gba, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(SCHEMA)))
    assert _allows(gba("grammar", "-").out, '{"n":3}')


def test_tools_in_a_file(gba, tmp_path: Path) -> None:
    assert _allows(gba("grammar", _file(tmp_path, TOOLS)).out, '{"name":"count","arguments":{"n":3}}')
    assert _allows(gba("grammar", _file(tmp_path, TOOLS[0])).out, '{"name":"count","arguments":{"n":3}}')


def test_python_objects(gba, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shapes_of_test.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    assert _allows(gba("grammar", "shapes_of_test:Point").out, '{"x":1}')
    tool = gba("grammar", "shapes_of_test:move")
    assert _allows(tool.out, '{"name":"move","arguments":{"to":{"x":1,"y":2}}}'), tool.err


def test_to_a_file(gba, tmp_path: Path) -> None:
    ended = gba("grammar", _file(tmp_path, SCHEMA), "-o", str(tmp_path / "out.gbnf"))
    assert ended.out == ""
    assert _allows((tmp_path / "out.gbnf").read_text(), '{"n":3}')


def test_what_is_not_enforced_is_said(gba, tmp_path: Path) -> None:
    unique = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    ended = gba("grammar", _file(tmp_path, unique))
    assert ended.code == 0
    assert "uniqueItems" in ended.err
    strict = gba("grammar", _file(tmp_path, unique), "--strict")
    assert strict.code == 1
    assert "uniqueItems" in strict.err


def test_checking_a_value(gba, tmp_path: Path) -> None:
    unique = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    schema = _file(tmp_path, unique)
    value = tmp_path / "value.json"
    value.write_text("[1, 2]")
    assert "is allowed" in gba("grammar", schema, "--check", str(value)).err
    for wrong in ("[1, 1]", '["1"]'):
        value.write_text(wrong)
        ended = gba("grammar", schema, "--check", str(value))
        assert ended.code == 1
        assert "is not allowed" in ended.err


@pytest.mark.parametrize(
    "content, message",
    [
        ("{", "is not JSON"),
        ("3", "neither a schema nor a list of tools"),
        ('{"type": "nonsense"}', "error: "),
        ('{"$ref": "#/nowhere"}', "error: "),
        ('{"type": "integer", "enum": ["a"]}', "error: "),
    ],
)
def test_bad_schemas_are_one_line_and_what_to_do(gba, tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "given.json"
    path.write_text(content)
    ended = gba("grammar", str(path))
    assert ended.code == 1
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_a_file_that_is_not_there(gba, tmp_path: Path) -> None:
    assert "cannot be read" in gba("grammar", str(tmp_path / "no.json")).err
