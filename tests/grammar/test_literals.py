"""Values as literals of a spelling, and back."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gba.grammar.strings.literals import read_literal, write_literal
from gba.grammar.strings.spelling import GEMMA, JSON, JSON_COMPACT, PYTHON, Spelling

SPELLINGS = {"json": JSON, "compact": JSON_COMPACT, "python": PYTHON, "gemma": GEMMA}
TEXTS = st.text(st.sampled_from("aé\"'\\\n\x00\x7f\u200b😀"), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", SPELLINGS)
@settings(deadline=None)
@given(value=VALUES)
def test_what_is_written_is_read_back(name: str, value: Any) -> None:
    text = write_literal(value, SPELLINGS[name])
    assert read_literal(f"..{text},", 2, SPELLINGS[name]) == (value, 2 + len(text))


@settings(deadline=None)
@given(VALUES)
def test_json_and_python_are_those_of_the_libraries(value: Any) -> None:
    assert write_literal(value, JSON) == json.dumps(value, ensure_ascii=False)
    assert write_literal(value, JSON_COMPACT) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert write_literal(value, PYTHON) == repr(value)
    assert ast.literal_eval(write_literal(value, PYTHON)) == value


def test_a_spelling_of_its_own() -> None:
    value = {"b": "x", "A": [1, None, True], "a": {}}
    assert write_literal(value, GEMMA) == '{A:[1,None,true],a:{},b:<|"|>x<|"|>}'


@pytest.mark.parametrize(
    "text", ["", "[1", "[1 2]", '{"a" 1}', "{1: 2}", "nul", "'a'", '"a', "-", "[" * 100_000], ids=lambda text: text[:8]
)
def test_what_is_no_literal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|nested|Unterminated"):
        read_literal(text, 0, JSON)


@pytest.mark.parametrize("spelling", [PYTHON, GEMMA], ids=["python", "gemma"])
@pytest.mark.parametrize("text", ["'a", '<|"|>a', "{a:", "{'a'", "x", "'\\N'", "'\\x1'", "'\\ud800'", "'\\U99999999'"])
def test_what_is_no_literal_of_another_spelling_is_refused(text: str, spelling: Spelling) -> None:
    with pytest.raises(ValueError, match="expected"):
        read_literal(text, 0, spelling)


@pytest.mark.parametrize("value", [{1, 2}, b"x", {"a": object()}])
def test_what_is_not_json_cannot_be_written(value: Any) -> None:
    with pytest.raises(TypeError, match="no JSON value"):
        write_literal(value, JSON)
