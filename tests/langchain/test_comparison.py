"""The table that sets ChatLlamaCpp next to other chat models: each cell has its source; README and page agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.standard import UNDERSTANDING

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "langchain.md"
CELL = re.compile(r"\[([^\]]+)\]\[([^\]]+)\]")


def rows(page: Path, heading: str) -> list[list[str]]:
    """The first table below a heading, without its head."""
    lines = page.read_text(encoding="utf-8").partition(f"{heading}\n")[2].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    end = next(number for number in range(start, len(lines) + 1) if not "".join(lines[number : number + 1]))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start + 2 : end]]


COMPARED = rows(PAGE, "## Next to other chat models")
FILES = {name: file.strip("`") for file, names in rows(PAGE, "### The tests") for name in names.split(", ")}
SOURCES = dict(re.findall(r"^\[([^\]]+)\]: (\S+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("row", COMPARED, ids=lambda row: row[0])
def test_every_cell_has_a_test_or_a_page(row: list[str]) -> None:
    for cell in row[1:]:
        match = CELL.fullmatch(cell)
        assert match, cell
        source = SOURCES[match[2]]
        if match[2].startswith("test_"):
            assert source == "#the-tests"
            assert f"def {match[2]}(" in (ROOT / FILES[f"`{match[2]}`"]).read_text(encoding="utf-8")
        else:
            assert source.startswith("https://") or (PAGE.parent / source.partition("#")[0]).exists()


def test_every_source_is_used() -> None:
    used = {key for row in COMPARED for cell in row[1:] for _, key in CELL.findall(cell)}
    assert used == set(SOURCES)
    assert set(FILES) == {f"`{name}`" for name in SOURCES if name.startswith("test_")}


def test_the_readme_says_the_same() -> None:
    plain = [[CELL.sub(r"\1", cell) for cell in row] for row in COMPARED]
    assert rows(ROOT / "README.md", "## Next to other chat models") == plain


def test_the_page_lists_the_tests_that_ask_for_understanding() -> None:
    listed = rows(PAGE, "### LangChain's standard tests, with random weights")
    assert listed == [[f"`{name}`", why] for name, why in UNDERSTANDING.items()]
