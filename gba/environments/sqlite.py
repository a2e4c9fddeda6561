"""A SQLite database with a table that is made up anew for each task: questions, insertions, changes, deletions.

Questions are judged by their answer, where the rows are as they were; the others by the rows that there are in the end.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gba.environments.answers import says, says_number
from gba.environments.base import Act, Facts, Functions, Split, Task, Tool, World, draw, nearness, share, spec
from gba.environments.database import Database
from gba.environments.words import CITIES, FIRST_NAMES, LAST_NAMES

__all__ = ["Sqlite"]

_TABLES = (
    "books:title hotels:name films:title boats:name bikes:model teams:name shops:name trains:name museums:name "
    "recipes:title lamps:model courses:title plants:name games:title sensors:label cars:model bands:name farms:name "
    "bridges:name phones:model"
).split()
"""Tables, each with the column that names its rows."""
_CODES = "amber birch cedar delta ember fjord grove haven iris jade karst lotus maple north opal pearl quartz".split()
_NUMBERS = ("price", "stock", "year", "rating", "weight", "visits", "seats", "pages", "speed", "score")
_TEXTS: Mapping[str, Sequence[str]] = {
    "city": CITIES,
    "owner": [f"{first} {last}" for first, last in zip(FIRST_NAMES, LAST_NAMES, strict=False)],
    "colour": "red green blue black white yellow grey brown".split(),
    "status": "open closed planned broken".split(),
}
_RANGES: Mapping[str, tuple[int, int]] = {"year": (1950, 2024), "rating": (1, 10)}

_TABLE = spec("describe_table", "The table with its columns and their types.")
_SQL = spec(
    "run_sql",
    "Run one statement in SQL on the table and see its result.",
    statement={"type": "string", "description": "SELECT, INSERT, UPDATE or DELETE."},
)


@dataclass(frozen=True)
class _Table:
    """A table: its name, the column that names a row, the others, and the rows as they are at the beginning."""

    name: str
    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def all_columns(self) -> list[tuple[str, str]]:
        return [(self.key, "TEXT"), *((name, "TEXT" if name in _TEXTS else "INTEGER") for name in self.columns)]

    def numbers(self) -> list[str]:
        return [name for name in self.columns if name not in _TEXTS]

    def texts(self) -> list[str]:
        return [name for name in self.columns if name in _TEXTS]

    def place(self, column: str) -> int:
        return 0 if column == self.key else self.columns.index(column) + 1

    def values(self, column: str) -> list[Any]:
        return [row[self.place(column)] for row in self.rows]

    def described(self) -> str:
        return f"{self.name}({', '.join(f'{name} {kind}' for name, kind in self.all_columns())})"


@dataclass(frozen=True)
class _Goal:
    """What has to come of it: the rows in the end (None: as they were), and what the answer has to say."""

    rows: tuple[tuple[Any, ...], ...] | None = None
    value: str | int | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Problem:
    """``statements``: with a thought before each."""

    kind: str
    request: str
    statements: tuple[tuple[str, str], ...]
    answer: str
    goal: _Goal


class Sqlite:
    """See `Environment`."""

    name = "sqlite"
    system = "There is a database with one table. Look at the table first, then use SQL on it."

    def task(self, index: int, split: Split = "train", *, seed: int = 0) -> Task:
        """See `Environment.task`."""
        return draw(self.name, index, split, seed, lambda rng: _task(rng, index, split), lambda task: task.request)

    @contextmanager
    def open(self, task: Task) -> Iterator[World]:
        """See `Environment.open`."""
        table, goal = task.data
        database = Database(table.name, table.all_columns(), table.rows)
        try:
            yield _Session(database, table, goal)
        finally:
            database.close()


class _Session(Functions):
    def __init__(self, database: Database, table: _Table, goal: _Goal) -> None:
        tools = [Tool(_TABLE, table.described), Tool(_SQL, lambda statement: database.run(statement))]
        super().__init__(tools)
        self._database, self._goal = database, goal
        self._before: Facts = Counter(table.rows)

    def reward(self, answer: str) -> float:
        """For a change how much of it is done; for a question 1 or 0."""
        now, goal = self._database.facts(), self._goal
        if goal.rows is not None:
            return nearness(self._before, Counter(goal.rows), now)
        if isinstance(goal.value, str):
            right = says(answer, goal.value, goal.others)
        else:
            right = says_number(answer, Fraction(goal.value or 0))
        return float(right and self.looked and now == self._before)


def _task(rng: random.Random, index: int, split: Split) -> Task:
    table = _table(rng, split)
    problem = rng.choice(_KINDS)(rng, table)
    acts = [Act("describe_table", {}, "I look at the table first.")]
    acts += [Act("run_sql", {"statement": statement}, thought) for thought, statement in problem.statements]
    return Task(
        Sqlite.name,
        split,
        index,
        problem.kind,
        problem.request,
        tuple(acts),
        "I have done it." if problem.goal.rows is not None else "I have the value.",
        problem.answer,
        hard=len(problem.statements) > 1,
        data=(table, problem.goal),
    )


def _table(rng: random.Random, split: Split) -> _Table:
    name, _, key = rng.choice(share(_TABLES, split)).partition(":")
    columns = rng.sample(_NUMBERS, rng.randint(1, 3)) + rng.sample(sorted(_TEXTS), rng.randint(1, 2))
    rng.shuffle(columns)
    codes = rng.sample(_CODES, rng.randint(4, 9))
    names = [f"{code.capitalize()} {rng.randint(2, 99)}" for code in codes]
    drawn = {column: _values(rng, column, len(names)) for column in columns}
    rows = tuple((name, *(drawn[column][place] for column in columns)) for place, name in enumerate(names))
    return _Table(name, key, tuple(columns), rows)


def _values(rng: random.Random, column: str, count: int) -> list[Any]:
    """Values of a column; numbers are all different, where there are enough."""
    if column in _TEXTS:
        few = rng.sample(list(_TEXTS[column]), min(4, len(_TEXTS[column])))
        return [rng.choice(few) for _ in range(count)]
    low, high = _RANGES.get(column, (10, 500))
    if high - low < count:
        return [rng.randint(low, high) for _ in range(count)]
    return rng.sample(range(low, high + 1), count)


def _value(rng: random.Random, column: str) -> Any:
    return _values(rng, column, 1)[0]


def _sql(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def _one(table: _Table) -> str:
    return table.name[:-1]


def _look(rng: random.Random, table: _Table) -> _Problem:
    """The value of a row."""
    row, column = rng.choice(table.rows), rng.choice(table.columns)
    value = row[table.place(column)]
    ask = rng.choice(
        ["What is the {column} of {name} in {table}?", "Look up the {column} of the {one} {name} in {table}."]
    )
    others = tuple(dict.fromkeys(table.values(column))) if isinstance(value, str) else ()
    return _Problem(
        "value",
        ask.format(column=column, name=row[0], table=table.name, one=_one(table)),
        ((f"I select the {column}.", f"SELECT {column} FROM {table.name} WHERE {table.key} = {_sql(row[0])}"),),
        f"The {column} of {row[0]} is {value}.",
        _Goal(value=value, others=others),
    )


def _condition(rng: random.Random, table: _Table) -> tuple[str, str, Callable[[tuple[Any, ...]], bool]]:
    """A condition in words and in SQL, and the rows that it is true of."""
    if rng.random() < 0.5:
        column = rng.choice(table.texts())
        value = rng.choice(table.values(column))
        place = table.place(column)
        return f"{column} {value}", f"{column} = {_sql(value)}", lambda row: bool(row[place] == value)
    column = rng.choice(table.numbers())
    value, place = rng.choice(table.values(column)), table.place(column)
    if rng.random() < 0.5:
        return f"{column} above {value}", f"{column} > {value}", lambda row: bool(row[place] > value)
    return f"{column} below {value}", f"{column} < {value}", lambda row: bool(row[place] < value)


def _count(rng: random.Random, table: _Table) -> _Problem:
    words, sql, holds = _condition(rng, table)
    count = sum(map(holds, table.rows))
    ask = rng.choice(["How many {table} have {words}?", "Count the {table} with {words}."])
    return _Problem(
        "count",
        ask.format(table=table.name, words=words),
        ((f"I count the {table.name}.", f"SELECT COUNT(*) FROM {table.name} WHERE {sql}"),),
        f"The number of {table.name} with {words} is {count}.",
        _Goal(value=count),
    )


def _extreme(rng: random.Random, table: _Table) -> _Problem:
    column = rng.choice(table.numbers())
    place, highest = table.place(column), rng.random() < 0.5
    values = table.values(column)
    wanted = max(values) if highest else min(values)
    if values.count(wanted) > 1:  # then there is no one answer
        return _count(rng, table)
    row = next(row for row in table.rows if row[place] == wanted)
    word, order = ("highest", "DESC") if highest else ("lowest", "ASC")
    ask = rng.choice(["Which of the {table} has the {word} {column}?", "Find the {one} with the {word} {column}."])
    return _Problem(
        "extreme",
        ask.format(table=table.name, one=_one(table), word=word, column=column),
        ((f"I sort by {column}.", f"SELECT {table.key} FROM {table.name} ORDER BY {column} {order} LIMIT 1"),),
        f"It is {row[0]}.",
        _Goal(value=row[0], others=tuple(table.values(table.key))),
    )


def _total(rng: random.Random, table: _Table) -> _Problem:
    column = rng.choice(table.numbers())
    ask = rng.choice(["What is the sum of {column} over all {table}?", "Add up the {column} of all {table}."])
    return _Problem(
        "total",
        ask.format(column=column, table=table.name),
        ((f"I add up the {column}.", f"SELECT SUM({column}) FROM {table.name}"),),
        f"The sum is {sum(table.values(column))}.",
        _Goal(value=sum(table.values(column))),
    )


Change = tuple[str, tuple[str, str], Callable[[list[tuple[Any, ...]]], list[tuple[Any, ...]]]]
"""A change in words, with its thought and statement, and what it makes of the rows."""


def _insertion(rng: random.Random, table: _Table, name: str) -> Change:
    new = (name, *(_value(rng, column) for column in table.columns))
    said = ", ".join(f"{column} {value}" for column, value in zip(table.columns, new[1:], strict=True))
    columns = ", ".join([table.key, *table.columns])
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join(map(_sql, new))})"
    words = f"add the {_one(table)} {name} to {table.name} with {said}"
    return words, (f"I insert {name}.", statement), lambda rows: [*rows, new]


def _update(rng: random.Random, table: _Table, name: str) -> Change:
    column = rng.choice(table.columns)
    place = table.place(column)
    before = next(row[place] for row in table.rows if row[0] == name)
    value = next(value for value in iter(lambda: _value(rng, column), None) if value != before)
    statement = f"UPDATE {table.name} SET {column} = {_sql(value)} WHERE {table.key} = {_sql(name)}"
    words = f"set the {column} of {name} in {table.name} to {value}"

    def change(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [(*row[:place], value, *row[place + 1 :]) if row[0] == name else row for row in rows]

    return words, (f"I update {name}.", statement), change


def _deletion(table: _Table, name: str) -> Change:
    statement = f"DELETE FROM {table.name} WHERE {table.key} = {_sql(name)}"
    words = f"delete the {_one(table)} {name} from {table.name}"
    return words, (f"I delete {name}.", statement), lambda rows: [row for row in rows if row[0] != name]


def _changed(kind: str, table: _Table, changes: Sequence[Change]) -> _Problem:
    rows = list(table.rows)
    for _, _, change in changes:
        rows = change(rows)
    words = [said for said, _, _ in changes]
    request = words[0] if len(words) == 1 else f"{', '.join(words[:-1])}, and {words[-1]}"
    answer = "The table is changed." if len(words) == 1 else "All changes are made."
    return _Problem(
        kind, f"{request[0].upper()}{request[1:]}.", tuple(each for _, each, _ in changes), answer, _Goal(tuple(rows))
    )


def _change(rng: random.Random, table: _Table, name: str) -> tuple[str, Change]:
    """One change of any kind; ``name``: the row for those that need one."""
    kind = rng.choice(["insert", "update", "delete"])
    if kind == "insert":
        new = f"{rng.choice([code for code in _CODES if not _taken(table, code)]).capitalize()} {rng.randint(2, 99)}"
        return kind, _insertion(rng, table, new)
    return kind, _update(rng, table, name) if kind == "update" else _deletion(table, name)


def _taken(table: _Table, code: str) -> bool:
    return any(row[0].lower().startswith(code) for row in table.rows)


def _single(rng: random.Random, table: _Table) -> _Problem:
    kind, change = _change(rng, table, rng.choice(table.rows)[0])
    return _changed(kind, table, [change])


def _several(rng: random.Random, table: _Table) -> _Problem:
    """Three changes of different rows."""
    names = rng.sample([row[0] for row in table.rows], 3)
    changes = [_change(rng, table, name)[1] for name in names]
    return _changed("several", table, changes)


def _by_condition(rng: random.Random, table: _Table) -> _Problem:
    """All rows of a condition are deleted."""
    words, sql, holds = _condition(rng, table)
    if not any(map(holds, table.rows)):  # then there is nothing to do
        return _single(rng, table)
    statement = f"DELETE FROM {table.name} WHERE {sql}"
    change: Change = (
        f"delete all {table.name} with {words}",
        (f"I delete all with {words}.", statement),
        lambda rows: [row for row in rows if not holds(row)],
    )
    return _changed("delete by condition", table, [change])


_KINDS: Sequence[Callable[[random.Random, _Table], _Problem]] = (
    _look,
    _count,
    _extreme,
    _total,
    _single,
    _single,
    _single,
    _several,
    _by_condition,
)
