"""Names and manifests of models that try to lead out of the directory of models."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.attack.cases import Case
from gba import models
from gba.errors import ModelFileError
from tests.helpers.hub_server import serve

__all__ = ["SECONDS", "TITLE", "cases"]

TITLE, SECONDS = "names of models", 10.0

_NOBODY = "http://127.0.0.1:9"
"""A hub at which nothing answers: what is refused is refused before anybody is asked."""


def cases() -> list[Case]:
    """All cases, in a fixed order."""
    names = [Case(f"refused: {_shown(name)}", functools.partial(_refused, name)) for name in dict.fromkeys(_NAMES)]
    files = [
        Case(f"refused in a manifest: {field} {_shown(value)}", functools.partial(_refused_entry, {field: value}))
        for field, values in _ENTRIES.items()
        for value in values
    ]
    packaged = [
        Case(
            f"refused as a packaged model: {_shown(value)}",
            functools.partial(_refused_entry, {"repo": None, "file": value}),
        )
        for value in _ENTRIES["file"]
    ]
    good = [Case(f"inside: {_shown(name)}", functools.partial(_inside, name)) for name in _GOOD]
    links = [
        Case(f"not written through: {name}", functools.partial(_link, make, refused))
        for name, (make, refused) in _LINKS.items()
    ]
    return [*names, *files, *packaged, *good, *links]


def _shown(name: object) -> str:
    text = ascii(name)
    return text if len(text) <= 60 else f"{text[:50]}… ({len(text)} characters)"


_SEGMENTS = [
    *("", " ", ".", "..", "...", ". .", "~", "a/b", "a\\b", "..\\..", "C:", "a:b", "a\0b", "a\nb", "a\rb", "a\tb"),
    *("a\x1b[2Jb", "a\x7fb", "a\x85b", "a\u2028b", "a\u202eb", "a\u200bb", "a\ufeffb", "a\ud800b", "a\ue000b"),
    *("a?b", "a*b", 'a"b', "a<b", "a>b", "a|b", "x" * 300, "é" * 150),
]
_FILES = ["con", "CON", "nul", "aux.x", "prn", "COM1", "com9.part", "lpt¹", "LPT0", "conin$", "nul .x", " a", "a/b"]
_NAMES = [
    "a/b//{outside}/x.gguf",
    "a/b/{outside}/x.gguf",
    "/{outside}/none.gguf",
    "{outside}/x.gguf.gguf",
    "a/b/../../../outside/x.gguf",
    "../outside/x.gguf",
    "../../x.gguf",
    "a/../x.gguf",
    "a/b/..gguf/x.gguf",
    "a/b/c/d.gguf",
    "a//x.gguf",
    "/a/x.gguf",
    "a/b/.gguf/..",
    "~/b/x.gguf",
    "~nobody-at-all/b/x.gguf",
    "a/b/x.gguf\0.gguf",
    "a/b/x.GGUF/",
    "a/b/x.bin",
    "x" * 100_000,
    "a/" * 5_000 + "x.gguf",
    *(f"a/b/{segment}.gguf" for segment in _SEGMENTS if segment not in {"", ".", "..", "...", ". .", "~"}),
    *(f"a/b/{segment}.gguf" for segment in _FILES),
    *(f"{segment}/b/x.gguf" for segment in _SEGMENTS),
    *(f"a/{segment}/x.gguf" for segment in _SEGMENTS),
]
_ENTRIES: dict[str, list[Any]] = {
    "file": [
        *("../outside/x.gguf", "../../outside/x.gguf", "{outside}/x.gguf", "a/../../../outside/x.gguf", "a/x.gguf"),
        *("..\\outside\\x.gguf", "C:\\x.gguf", "x.gguf\0", "con.gguf", "x", "", "..", None, 7, ["x.gguf"], {"a": 1}),
    ],
    "repo": ["../outside", "..", "/", "{outside}", "owner", "a/b/c", "owner/..", "owner/", "", 7, ["a/b"]],
    "sha256": ["../../outside/x", "0" * 63, "G" * 64, "0" * 12 + "/../../../outside/x", 7],
    "name": ["a\x1b[2J", "a\nb", 7, None],
}
_GOOD = [
    "owner/repo/file.gguf",
    "TheBloke/Llama-2-70B-Chat-GGUF/llama-2-70b-chat.Q4_0.gguf",
    "a/b/a file with spaces (1)+2.gguf",
    "a/b/größe-模型.gguf",
    "a/b/..x.gguf",
    "a/b/console.gguf",
    "a/b/x..y.gguf",
    "a.b/c_d/-x.gguf",
    "a/b/%2e%2e%2fx.gguf",
    "0/0/0.gguf",
]


@contextlib.contextmanager
def _place() -> Iterator[tuple[Path, Path]]:
    """A directory of models and one outside of it, which has to be the same afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        inside, outside = Path(folder) / "models", Path(folder) / "outside"
        for place in (inside, outside):
            place.mkdir()
        for name in ("x.gguf", "x.gguf.gguf"):
            (outside / name).write_bytes(b"mine")
        before = _seen(Path(folder), inside)
        with mock.patch.dict(
            os.environ, {"GBA_MODELS_DIR": str(inside), "HF_HOME": str(inside / ".hub"), "HF_ENDPOINT": _NOBODY}
        ):
            yield inside, outside
        after = _seen(Path(folder), inside)
        assert after == before, f"outside of the directory of models, there is now {after ^ before}"


def _seen(folder: Path, inside: Path) -> set[tuple[str, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_relative_to(inside))
    return {(str(path), path.read_bytes()) for path in files}


def _must_refuse(function: Callable[[str], object], name: str) -> None:
    try:
        given = function(name)
    except ModelFileError:
        return
    raise AssertionError(f"{function.__name__} gives {given}")


def _refused(name: str) -> None:
    with _place() as (inside, outside):
        name = name.replace("{outside}", str(outside).lstrip("/"))
        for function in (models.pull, models.entry, models.find):
            _must_refuse(function, name)
        _must_refuse(models.resolve, name)
        assert not list(inside.iterdir()), "something was made in the directory of models"


def _refused_entry(wrong: dict[str, Any]) -> None:
    with _place() as (inside, outside):
        fields = {"name": "evil", "role": "agent", "repo": "owner/repo", "file": "x.gguf", **wrong}
        text = json.dumps({"version": 1, "models": [fields]}).replace("{outside}", str(outside))
        (inside / "manifest.json").write_text(text)
        with mock.patch.object(models, "_home", return_value=inside):
            for function in (models.pull, models.packaged, models.find, models.resolve):
                _must_refuse(function, "evil")
            if fields["repo"] is None:
                _must_refuse(lambda _: models.record(), "")


def _inside(name: str) -> None:
    with _place() as (inside, _):
        assert models.find(name) is None
        path = inside / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"GGUF")
        assert models.find(name) == path == models.resolve(name)
        assert path.resolve().is_relative_to(inside.resolve())


# links in the directory of models, which somebody else has put there


def _file_link(inside: Path, outside: Path, _: str) -> None:
    (inside / "owner" / "repo").mkdir(parents=True)
    (inside / "owner" / "repo" / "x.gguf").symlink_to(outside / "x.gguf")


def _folder_link(inside: Path, outside: Path, _: str) -> None:
    (inside / "owner").mkdir()
    (inside / "owner" / "repo").symlink_to(outside)


def _owner_link(inside: Path, outside: Path, _: str) -> None:
    (inside / "owner").symlink_to(outside)


def _circle(inside: Path, _outside: Path, _: str) -> None:
    (inside / "owner").symlink_to(inside / "owner")


def _lock_link(inside: Path, outside: Path, _: str) -> None:
    (inside / "owner" / "repo").mkdir(parents=True)
    (inside / "owner" / "repo" / "x.gguf.lock").symlink_to(outside / "x.gguf")


def _part_link(inside: Path, outside: Path, sha256: str) -> None:
    (inside / "owner" / "repo").mkdir(parents=True)
    (inside / "owner" / "repo" / f"x.gguf.{sha256[:12]}.part").symlink_to(outside / "x.gguf")


def _bad_link(inside: Path, outside: Path, _: str) -> None:
    """What a damaged file is set aside as is replaced, not written through."""
    (inside / "owner" / "repo").mkdir(parents=True)
    (inside / "owner" / "repo" / "x.gguf").write_bytes(b"damaged")
    (inside / "owner" / "repo" / "x.gguf.bad").symlink_to(outside / "x.gguf")


def _inner_link(inside: Path, _outside: Path, _: str) -> None:
    (inside / "elsewhere").mkdir()
    (inside / "owner").symlink_to(inside / "elsewhere")


_LINKS: dict[str, tuple[Callable[[Path, Path, str], None], bool]] = {
    "the file is a link": (_file_link, True),
    "the repository is a link": (_folder_link, True),
    "the owner is a link": (_owner_link, True),
    "links in a circle": (_circle, True),
    "the lock is a link": (_lock_link, True),
    "the part is a link": (_part_link, True),
    "the damaged file is a link": (_bad_link, True),
    "a link that stays inside": (_inner_link, False),
}


def _link(make: Callable[[Path, Path, str], None], refused: bool) -> None:
    content = b"GGUF" + bytes(1000)
    with serve({"owner/repo/x.gguf": content}) as hub, _place() as (inside, outside):
        os.environ["HF_ENDPOINT"] = hub.url
        make(inside, outside, hub.sha256("owner/repo/x.gguf"))
        if refused:
            _must_refuse(models.pull, "owner/repo/x.gguf")
        else:
            assert models.pull("owner/repo/x.gguf").read_bytes() == content
