"""What a model may write into a call: statements and paths that want out, or more than there is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gba.environments.base import EnvironmentFailure
from gba.environments.database import Database
from gba.environments.folder import Folder


@pytest.fixture
def database() -> Iterator[Database]:
    opened = Database("books", [("title", "TEXT"), ("price", "INTEGER")], [("Amber 1", 5), ("Cedar 2", 7)])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH DATABASE '{}/stolen.db' AS other",
        "VACUUM INTO '{}/stolen.db'",
        "PRAGMA writable_schema = 1",
        "CREATE TABLE other (x)",
        "DROP TABLE books",
        "SELECT load_extension('x')",
        "SELECT hex(zeroblob(1000000000))",
        "SELECT randomblob(1000000000)",
        "SELECT replace(title, 'A', 'BB') FROM books",
        "UPDATE sqlite_master SET sql = ''",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT COUNT(*) FROM t",
        "SELECT 1; DELETE FROM books",
        "SELECT " + "title || " * 9 + "title FROM books",
        "SELECT '" + "x" * 2000 + "'",
        "UPDATE books SET title = title || '" + "x" * 300 + "'",
        "SELEC",
        "SELECT ?",
        "SELECT '\0'",
    ],
)
def test_a_statement_is_refused(database: Database, tmp_path: Path, statement: str) -> None:
    before = database.facts()
    with pytest.raises(EnvironmentFailure):
        database.run(statement.format(tmp_path) if "{}" in statement else statement)
    assert database.facts() == before
    assert not list(tmp_path.iterdir())


def test_work_without_end_is_ended(database: Database) -> None:
    for _ in range(9):
        database.run("INSERT INTO books SELECT title, price FROM books")
    begun = time.monotonic()
    with pytest.raises(EnvironmentFailure, match="interrupted"):
        database.run("SELECT COUNT(*) FROM books a, books b, books c, books d")
    assert time.monotonic() - begun < 10
    assert "..." in database.run("SELECT * FROM books")


def test_a_statement_gives_its_rows(database: Database) -> None:
    assert (
        database.run("SELECT title, price FROM books ORDER BY price DESC") == "title | price\nCedar 2 | 7\nAmber 1 | 5"
    )
    assert database.run("SELECT title FROM books WHERE price > 9") == "no rows"
    assert database.run("UPDATE books SET price = NULL WHERE title = 'Amber 1'") == "1 rows changed."
    assert database.run("SELECT price FROM books WHERE title = 'Amber 1'") == "price\nNULL"


PATHS = [
    "../out.txt",
    "/etc/passwd",
    "a/../../out.txt",
    "..",
    ".",
    "",
    "a\\b",
    "~/x:y",
    "x" * 99,
    "a\0b",
    "a/b/c/d/e/f",
    "é",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    folder = Folder(root)
    folder.write("in.txt", "text")
    for use in (folder.read, folder.delete, lambda bad: folder.write(bad, "x"), lambda bad: folder.move("in.txt", bad)):
        with pytest.raises(EnvironmentFailure):
            use(path)
    assert [each.name for each in tmp_path.rglob("*")] == ["root", "in.txt"]


def test_a_folder_has_bounds(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with pytest.raises(EnvironmentFailure, match="longer than"):
        folder.write("a.txt", "x" * 5000)
    with pytest.raises(EnvironmentFailure, match="surrogate"):
        folder.write("a.txt", "\ud800")
    for number in range(100):
        folder.write(f"{number}.txt", "x")
    with pytest.raises(EnvironmentFailure, match="100 files"):
        folder.write("more.txt", "x")
    assert folder.write("7.txt", "y") == "7.txt is written."


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("a/b.txt", "x")
    for wrong in (lambda: folder.write("a/b.txt/c.txt", "x"), lambda: folder.move("a/b.txt", "a/b.txt/c.txt")):
        with pytest.raises(EnvironmentFailure, match="is a file and no folder"):
            wrong()
    with pytest.raises(EnvironmentFailure, match="is a folder"):
        folder.write("a", "x")
    with pytest.raises(EnvironmentFailure, match="already"):
        folder.move("a/b.txt", "a/b.txt")
    with pytest.raises(EnvironmentFailure, match="no folder c"):
        folder.listed("c")
    assert folder.listed("a") == folder.listed(".") == "a/b.txt"
