"""Reads recorded runs back, those that broke off included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from gba.errors import SchemaError
from gba.trajectory.builder import RunBuilder
from gba.trajectory.lines import memory_limit, read_lines
from gba.trajectory.records import Trajectory, TrajectoryError

__all__ = ["read", "read_all"]


def read(path: str | Path) -> Trajectory:
    """The run in a file, which takes at most ten times its size in memory.

    Lines end at a line feed and nowhere else. A last line that was cut off, as by a crash, is left out, and ``torn``
    of the trajectory tells so.

    Raises TrajectoryError, with the line, for what is no trajectory, is damaged anywhere else, or is of a later
    version.
    """
    path = Path(path)
    limit = memory_limit(path)
    run = RunBuilder()
    for number, record in read_lines(path, limit):
        with _named_errors(path, number):
            if record is None:
                run.tear(number)
            else:
                run.add(record)
            if run.memory > limit:
                raise ValueError(f"the run would take more than {limit} bytes of memory")
    with _named_errors(path, 1):
        return run.trajectory()


def read_all(folder: str | Path) -> Iterator[Trajectory]:
    """The runs in all ``.jsonl`` files of a folder and of those in it, by name. Raises as `read` does."""
    return (read(path) for path in sorted(Path(folder).rglob("*.jsonl")))


@contextmanager
def _named_errors(path: Path, number: int) -> Iterator[None]:
    """What is wrong with the record in a line, as a TrajectoryError."""
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise _unreadable(reason, path, number) from error
    except (ValueError, SchemaError) as error:
        raise _unreadable(str(error), path, number) from error


def _unreadable(reason: str, path: Path, number: int) -> TrajectoryError:
    return TrajectoryError(f"this record cannot be read: {reason}.", path=str(path), line=number)
