"""What was read out of a template is kept on disk, and nothing else than that is taken from there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gba.chat.formats import from_template
from gba.chat.templates import kept as store
from gba.chat.templates import read
from gba.chat.templates.marks import mark

HERMES = """
{%- if tools %}<|im_start|>system
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}<|im_end|>
{% endif %}{% for message in messages %}
{%- if message.role == 'tool' %}<|im_start|>user
<tool_response>
{{ message.content }}
</tool_response><|im_end|>
{% else %}<|im_start|>{{ message.role }}
{{ message.content or '' }}{% for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>{% endfor %}<|im_end|>
{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
PLAIN = (
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}[/]{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GBA_FORMATS_DIR", str(tmp_path / "formats"))
    return tmp_path / "formats"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The templates that were read, and not taken from disk."""
    seen: list[object] = []
    original = read._read

    def count(template: object) -> object:
        seen.append(template)
        return original(template)

    monkeypatch.setattr(read, "_read", count)
    return seen


@pytest.mark.parametrize("template", [HERMES, PLAIN])
def test_a_template_is_read_once(folder: Path, readings: list[object], template: str) -> None:
    first, second = from_template(template), from_template(template)
    assert first == second
    assert first.describe() == second.describe()
    assert len(readings) == len(list(folder.iterdir())) == 1


def test_other_circumstances_are_read_anew(folder: Path, readings: list[object]) -> None:
    from_template(HERMES)
    from_template(HERMES, eos="<|im_end|>")
    from_template(HERMES, variables={"enable_thinking": False})
    from_template(HERMES, plain=PLAIN)
    from_template(HERMES + " ")
    assert len(readings) == 5


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"syntax": 7}', "[" * 5000, "x" * (1 << 19)])
def test_a_damaged_file_is_read_anew_and_written_over(folder: Path, readings: list[object], content: str) -> None:
    expected = from_template(HERMES)
    (path,) = folder.iterdir()
    good = path.read_text()
    path.write_text(content)
    assert from_template(HERMES) == expected
    assert len(readings) == 2
    assert path.read_text() == good


def test_fields_of_other_types_are_not_taken(folder: Path, readings: list[object]) -> None:
    from_template(HERMES)
    (path,) = folder.iterdir()
    for name, value in (
        ("stops", "x"),
        ("bos", "yes"),
        ("more", 1),
        ("dialect", {"system": "no"}),
        ("thinking", []),
        ("changes", {"user": "a change of no name"}),
    ):
        path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
        before = len(readings)
        from_template(HERMES)
        assert len(readings) == before + 1, name


def test_a_reading_with_a_mark_of_this_process_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = read._read
    monkeypatch.setattr(read, "_read", lambda template: replace(original(template), stops=(mark(7),)))
    from_template(PLAIN)
    assert not folder.exists()


def test_a_second_process_starts_no_rendering_process_to_read(folder: Path) -> None:
    program = (
        "import sys\n"
        "from gba.chat.formats import from_template\n"
        "from gba.chat.templates import process\n"
        "from_template(sys.argv[1])\n"
        "print(process._shared()._process is not None)\n"
    )
    command = [sys.executable, "-c", program, HERMES]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2)]
    assert [run.stdout.strip() for run in runs] == ["True", "False"]


def test_a_folder_that_cannot_be_written_to_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readings: list[object]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GBA_FORMATS_DIR", str(tmp_path / "file" / "formats"))
    assert from_template(HERMES).syntax.native
    assert from_template(HERMES).syntax.native
    assert len(readings) == 2


def test_there_are_only_so_many_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_MOST_FILES", 3)
    for number in range(5):
        from_template(PLAIN + " " * number)
    assert len(list(folder.iterdir())) == 3


def test_nothing_is_kept_where_the_folder_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readings: list[object]
) -> None:
    monkeypatch.setenv("GBA_FORMATS_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    from_template(PLAIN)
    from_template(PLAIN)
    assert len(readings) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif("LLAMA_CPP_MODELS" not in os.environ, reason="needs the templates of real models")
def test_real_templates_are_the_same_from_disk(folder: Path, readings: list[object]) -> None:
    paths = sorted(Path(os.environ["LLAMA_CPP_MODELS"]).glob("templates/*.jinja"))[::6]
    assert paths
    for path in paths:
        source = path.read_text(encoding="utf-8")
        first = from_template(source, bos="<s>", eos="</s>")
        assert from_template(source, bos="<s>", eos="</s>") == first, path.name
    assert len(readings) == len(paths)
