"""A database in memory for statements that anybody wrote: only rows are read and changed, within bounds."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from gba.environments.base import EnvironmentFailure, Facts

__all__ = ["Database"]

_LENGTH = 1000
_ROWS = 20
_TEXT = 2000
_WORK = 2_000_000
_PIECE = 1000
_CELL = 200
_JOINED = 8
"""How often a statement may put texts together: each time can double what there is."""

_ALLOWED = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_TRANSACTION,
    }
)
_FUNCTIONS = frozenset(
    "abs avg coalesce count glob ifnull iif instr length like lower max min nullif round substr substring sum total "
    "trim typeof upper".split()
)


class Database:
    """One table with rows. ``columns``: names with their types."""

    def __init__(self, table: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]) -> None:
        self.table = table
        # tools may be called in other threads than the one that opened it, one at a time
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        defined = ", ".join(f"{name} {kind} CHECK (length({name}) <= {_CELL})" for name, kind in columns)
        self._connection.execute(f"CREATE TABLE {table} ({defined})")
        marks = ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        self._connection.set_authorizer(self._authorize)

    def close(self) -> None:
        """Forget it."""
        self._connection.close()

    def run(self, statement: str) -> str:
        """What a statement gives, as text. Raises EnvironmentFailure, with what SQLite says."""
        if len(statement) > _LENGTH:
            raise EnvironmentFailure(f"the statement is longer than {_LENGTH} characters")
        if statement.count("||") > _JOINED:
            raise EnvironmentFailure("the statement puts too many texts together")
        work = iter(range(_WORK // _PIECE))
        self._connection.set_progress_handler(lambda: next(work, None) is None, _PIECE)
        try:
            cursor = self._connection.execute(statement)
            rows = cursor.fetchmany(_ROWS + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            raise EnvironmentFailure(str(error)) from error
        finally:
            self._connection.set_progress_handler(None, 0)
        if cursor.description is None:
            return f"{max(cursor.rowcount, 0)} rows changed."
        return _text([column[0] for column in cursor.description], rows)

    def facts(self) -> Facts:
        """The rows that there are."""
        return Counter(self._connection.execute(f"SELECT * FROM {self.table}"))

    def _authorize(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_FUNCTION:
            return sqlite3.SQLITE_OK if (second or "").lower() in _FUNCTIONS else sqlite3.SQLITE_DENY
        if action in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE) and first != self.table:
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _text(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return "no rows"
    lines = [" | ".join(names)]
    lines += [" | ".join("NULL" if value is None else str(value) for value in row) for row in rows[:_ROWS]]
    if len(rows) > _ROWS:
        lines.append("... there are more rows")
    text = "\n".join(lines)
    return text if len(text) <= _TEXT else text[:_TEXT] + " ..."
