"""The support table: each row is true of the compiler, and the documentation shows this very table."""

from __future__ import annotations

from pathlib import Path

import pytest

from gba.grammar import Grammar
from gba.schema import keywords, negate, normalize, references
from gba.schema.support import ANNOTATIONS, KEYWORDS, Keyword, table

PAGE = Path(__file__).parents[2] / "docs" / "json-schema.md"


@pytest.mark.parametrize("row", KEYWORDS, ids=lambda row: row.name)
def test_what_is_said_to_be_enforced_leaves_nothing(row: Keyword) -> None:
    assert Grammar.from_json_schema(row.enforced).residual == ()


@pytest.mark.parametrize("row", [row for row in KEYWORDS if row.left is not None], ids=lambda row: row.name)
def test_what_is_said_to_be_left_to_the_check_is_listed(row: Keyword) -> None:
    assert row.when
    assert Grammar.from_json_schema(row.left).residual


def test_beside_its_type_a_bare_schema_has_annotations_alone() -> None:
    assert set(ANNOTATIONS) >= references.BARE - {"type"}


def test_every_keyword_of_the_code_is_in_the_table() -> None:
    listed = {part for row in KEYWORDS for part in row.name.split(", ")}
    known = keywords._NUMBER | keywords._STRING | keywords._ARRAY | keywords._OBJECT
    known |= set(negate._ASSERTIONS) | normalize._DEPENDENT | normalize._UNEVALUATED
    assert known <= listed
    assert listed.isdisjoint(ANNOTATIONS)


def test_the_page_shows_the_table() -> None:
    assert "\n".join(table()) in PAGE.read_text()
