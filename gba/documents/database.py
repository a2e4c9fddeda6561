"""The SQLite file of a store: opened, checked, and its faults made errors of gba.

`sqlite3` of many Pythons cannot load extensions, which sqlite-vec is: apsw brings an SQLite that can.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gba.errors import StoreError

__all__ = ["opened", "store_errors", "transaction"]

_APPLICATION = 0x67626164
"""What SQLite's header says that a file is for: a store of gba's."""
_VERSION = 1
_TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE pieces (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, text TEXT NOT NULL, metadata TEXT NOT NULL,
                     source TEXT);
CREATE INDEX pieces_of ON pieces (source) WHERE source IS NOT NULL;
CREATE TABLE sources (source TEXT PRIMARY KEY, digest TEXT NOT NULL, pieces INTEGER NOT NULL) WITHOUT ROWID;
"""
_WAIT = 10_000
"""Milliseconds for which another process may write before it is an error."""
_MAPPED = 2**31
"""Bytes of the file that are read without being copied."""


def opened(path: Path, *, create: bool) -> Any:
    """An apsw.Connection to the store, made where there is none yet and ``create``. Raises StoreError."""
    try:
        import apsw
        import sqlite_vec
    except ImportError as error:
        words = f"stores of documents need more: pip install 'grammar-based-agents[documents]' ({error})"
        raise StoreError(words, path=str(path)) from error
    if not create and not path.is_file():
        words = (
            f"there is no store at {path}: make one with `gba documents add FILES --store {path}`, or check the path"
        )
        raise StoreError(words, path=str(path))
    with store_errors(path):
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
        connection = apsw.Connection(str(path), flags=flags)
        try:
            connection.set_busy_timeout(_WAIT)
            _check(connection, path)
            connection.enable_load_extension(True)
            connection.load_extension(sqlite_vec.loadable_path())
            connection.enable_load_extension(False)
            connection.execute(f"PRAGMA mmap_size={_MAPPED}")
        except BaseException:
            connection.close()
            raise
        return connection


def _check(connection: Any, path: Path) -> None:
    """Makes the tables of a new store. Raises StoreError for a database of something else."""
    if _is_new(connection):
        with transaction(connection):
            if _is_new(connection):  # no other process has made them meanwhile
                connection.execute(_TABLES)
                connection.execute(f"PRAGMA application_id={_APPLICATION}; PRAGMA user_version={_VERSION}")
    if _value(connection, "PRAGMA application_id") != _APPLICATION:
        raise StoreError(f"{path} is a database of something else: give another path to --store", path=str(path))
    version = _value(connection, "PRAGMA user_version")
    if version != _VERSION:
        words = f"the store {path} is of version {version}, and this gba reads version {_VERSION}: upgrade gba"
        raise StoreError(f"{words}, or make the store anew from its files", path=str(path))


def _is_new(connection: Any) -> bool:
    return not _value(connection, "PRAGMA application_id") and not _value(
        connection, "SELECT count(*) FROM sqlite_schema"
    )


def _value(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchone()[0]


@contextmanager
def transaction(connection: Any) -> Iterator[None]:
    """All that is written inside, or nothing of it. Other processes write before or after it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """What SQLite raises, as a StoreError that says what to do."""
    import apsw

    try:
        yield
    except apsw.BusyError as error:
        raise StoreError(f"another process writes to the store {path}: try again later", path=str(path)) from error
    except apsw.NotADBError as error:
        raise StoreError(f"{path} is no store of documents: give another path to --store", path=str(path)) from error
    except (apsw.CorruptError, apsw.FormatError) as error:
        words = f"the store {path} is damaged ({error}): delete it, and add its files again"
        raise StoreError(words, path=str(path)) from error
    except apsw.Error as error:
        words = f"the store {path} cannot be used: {error}. Check that its folder is there, may be written and has room"
        raise StoreError(words, path=str(path)) from error
