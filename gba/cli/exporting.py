"""Recorded runs and prepared examples, written for other programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from gba.cli.pages import asked_of, write_page
from gba.errors import GbaError
from gba.rendering import page
from gba.trajectory import Trajectory, TrajectoryError, openai, read, sharegpt
from gba.tuning.examples import Example, of_run, read_examples
from gba.tuning.filters import reason_without_use

__all__ = ["FORMATS", "Exported", "export"]

FORMATS = ("sharegpt", "openai", "html")


@dataclass
class Exported:
    """What was written, and what was left out, by reason."""

    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def export(paths: Iterable[Path], out: Path, to: str, *, least: float | None, thoughts: bool | None) -> Exported:
    """Write runs, and examples of `gba prepare`, to ``out``: a file, with the format ``html`` a folder of pages.

    Raises GbaError where that cannot be written, and ExampleError for examples that cannot be read.
    """
    done = Exported()
    try:
        if to == "html":
            _pages(paths, out, least, done)
            return done
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = out.with_name(f"{out.name}.part")
        try:
            with partial.open("w", encoding="utf-8") as file:
                for example in _examples(paths, least, done):
                    file.write(json.dumps(_written(example, to, thoughts), ensure_ascii=False) + "\n")
                    done.written += 1
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise GbaError(f"{out} cannot be written ({error.strerror or error}): choose another place") from error
    return done


def _written(example: Example, to: str, thoughts: bool | None) -> dict[str, Any]:
    if to == "openai":
        return openai(example.messages, example.tools, thoughts=bool(thoughts))
    return sharegpt(example.id, example.messages, example.tools, thoughts=thoughts is not False)


def _examples(paths: Iterable[Path], least: float | None, done: Exported) -> Iterator[Example]:
    for path in paths:
        if not _is_run(path):
            yield from read_examples(path)
            continue
        run = _read(path, least, done)
        if run is None:
            continue
        reason = reason_without_use(run)
        if reason:
            done.left_out[reason] += 1
        else:
            yield of_run(run)


def _pages(paths: Iterable[Path], out: Path, least: float | None, done: Exported) -> None:
    """A page for each run, and one that leads to them."""
    out.mkdir(parents=True)
    links: list[str] = []
    for path in paths:
        run = _read(path, least, done)
        if run is None:
            continue
        name = f"{len(links):06d}-{path.stem[:100]}.html"
        write_page(run, out / name)
        worth = "" if run.reward is None else f" · reward {run.reward:g}"
        asked = asked_of(run.messages)[:200] or "nothing was asked"
        links.append(f'<li><a href="{escape(name)}">{escape(asked)}</a>{worth}</li>')
    (out / "index.html").write_text(page("Recorded runs", f"<ul>{''.join(links)}</ul>"), encoding="utf-8")
    done.written = len(links)


def _read(path: Path, least: float | None, done: Exported) -> Trajectory | None:
    try:
        run = read(path)
    except TrajectoryError:
        done.left_out["unreadable"] += 1
        return None
    if least is not None and (run.reward is None or run.reward < least):
        done.left_out["not judged" if run.reward is None else "reward"] += 1
        return None
    return run


def _is_run(path: Path) -> bool:
    """Whether a file is to be a recorded run, and not examples."""
    try:
        with path.open("rb") as file:
            first = json.loads(file.readline(1 << 24))
    except (OSError, ValueError, RecursionError):
        return True  # reading it says what is wrong
    return not (isinstance(first, dict) and "messages" in first)
