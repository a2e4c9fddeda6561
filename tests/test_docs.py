"""README and docs say what is so: their Python runs, their commands exist, their transcripts are real, their links lead
somewhere.

`GBA_UPDATE_DOCS=1 pytest tests/test_docs.py` writes the transcripts anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import gba
from gba import errors
from gba.cli.main import main

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
UPDATE = bool(os.environ.get("GBA_UPDATE_DOCS"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"^\s*print\(.*\)  # (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    language: str
    text: str


def _blocks(page: Path) -> list[Block]:
    return [Block(*match) for match in BLOCK.findall(page.read_text(encoding="utf-8"))]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if any(block.language == language for block in _blocks(page))]


def _run(command: str) -> str:
    """What the command wrote to standard output."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(shlex.split(command)[1:])
    assert not ended.value.code, command
    return out.getvalue()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LLAMA_CPP_BASE_URL", "LLAMA_CPP_MATH_BASE_URL", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.parametrize("page", _pages_with("python"), ids=_name)
def test_the_python_of_a_page_runs(page: Path) -> None:
    """In order, in one namespace; `print(...)  # so` prints `so`."""
    namespace: dict[str, object] = {"__name__": "page"}
    for block in _blocks(page):
        if block.language != "python":
            continue
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block.text, str(page), "exec", dont_inherit=True), namespace)
        assert out.getvalue().splitlines() == EXPECTED.findall(block.text), block.text


@pytest.mark.parametrize("page", _pages_with("console"), ids=_name)
def test_the_transcripts_of_a_page_are_real(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    def anew(match: re.Match[str]) -> str:
        if match[1] != "console":
            return match[0]
        commands = [line for line in match[2].splitlines() if line.startswith("$ gba ")]
        assert commands, f"a transcript without a command of ours: {match[0]}"
        return "```console\n" + "".join(f"{line}\n{_run(line[2:])}" for line in commands) + "```"

    real = BLOCK.sub(anew, text)
    if UPDATE:
        page.write_text(real, encoding="utf-8")
    assert text == real or UPDATE


def _shell_lines() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for block in _blocks(page):
            if block.language == "sh":
                yield from ((page, line.split("  #")[0].strip()) for line in block.text.splitlines() if line.strip())


@pytest.mark.parametrize("page, line", list(_shell_lines()), ids=lambda value: value if isinstance(value, str) else "")
def test_the_commands_of_a_page_exist(page: Path, line: str) -> None:
    words = shlex.split(line)
    if words[0] == "gba":
        words = words[: words.index("--")] if "--" in words else words
        with contextlib.redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as ended:
            main([*words[1:], "--help"])
        assert not ended.value.code, line
    elif words[0] == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line
    elif words[:2] == ["pip", "install"]:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        name, _, extras = words[2].rstrip("]").partition("[")
        assert name == project["name"]
        assert set(filter(None, extras.split(","))) <= set(project["optional-dependencies"])
    else:
        assert words[0] == "export", f"a command that nothing checks: {line}"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{_name(page)}: {target}"


def test_every_public_error_has_its_part_of_the_page_of_errors() -> None:
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    named = re.findall(r"^## (\w+Error)$", text, re.MULTILINE)
    assert sorted(named) == sorted(errors.__all__)
    parts = dict(zip(named, re.split(r"^## .*$", text, flags=re.MULTILINE)[1:], strict=False))
    assert all(len(parts[name].split()) > 15 for name in named), "a part says what to do"


def _site_pages() -> set[str]:
    def of(entry: object) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, list):
            for each in entry:
                yield from of(each)
        elif isinstance(entry, dict):
            for each in entry.values():
                yield from of(each)

    return set(of(tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]))


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    assert _site_pages() == {path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")}


def test_every_public_name_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    documented = {name.rsplit(".", 1)[-1] for name in re.findall(r"^::: (\S+)$", text, re.MULTILINE)}
    assert set(gba.__all__) - {"__version__", "GbaError"} <= documented, "gba.errors is there whole"
    assert "errors" in documented


def test_every_page_is_named_by_another_one() -> None:
    everything = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for page in PAGES:
        if page.name != "README.md":
            assert page.name in everything
