"""What was read out of a template is kept on disk, and a second process starts no rendering process to read it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest
from families import FAMILIES

from gba.chat.formats import Conversation, from_template
from gba.chat.messages import Message
from gba.chat.templates import read, saved
from gba.chat.templates.marks import mark
from gba.errors import ConversationError

PLAIN = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}<assistant>"
ASK = Conversation((Message("user", "Hello"),))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(saved.VARIABLE, str(tmp_path / "formats"))
    return tmp_path / "formats"


@pytest.fixture
def readings(monkeypatch):
    """The templates that were really read."""
    read_: list[str] = []
    real = read._read

    def counting(template):
        read_.append(template.source)
        return real(template)

    monkeypatch.setattr(read, "_read", counting)
    return read_


def only_file(folder):
    (path,) = folder.iterdir()
    return path


@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_what_is_kept_is_what_was_read(family, readings):
    first, second = (from_template(family.template, bos="<s>", eos=family.eos) for _ in range(2))
    assert readings == [family.template]
    assert second == first
    assert repr(second) == repr(first)
    assert second.syntax.instructions is first.syntax.instructions


def test_a_template_without_calls_is_kept_too(readings):
    first, second = from_template(PLAIN), from_template(PLAIN)
    assert readings == [PLAIN]
    assert (second.syntax, second.why) == (first.syntax, first.why)
    assert second.layout(ASK).text() == "<user>Hello</user><assistant>"


def test_what_a_template_is_given_counts(readings):
    from_template(PLAIN)
    from_template(PLAIN, bos="<s>")
    from_template(PLAIN, variables={"enable_thinking": False})
    from_template(PLAIN + " ")
    assert len(readings) == 4
    from_template(PLAIN, variables={"enable_thinking": False}, plain="{{ messages }}")
    assert len(readings) == 4


def test_another_reader_reads_again(readings, monkeypatch):
    from_template(PLAIN)
    monkeypatch.setattr(saved, "_reader", lambda: "another version")
    from_template(PLAIN)
    assert len(readings) == 2


def test_a_second_process_starts_no_process_to_read(folder):
    program = (
        "import sys\n"
        "from gba.chat.formats import from_template\n"
        "from gba.chat.templates import process\n"
        "found = from_template(sys.argv[1])\n"
        "print(process._shared()._process is not None)\n"
    )

    def run():
        command = [sys.executable, "-c", program, PLAIN]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ).stdout.strip()

    assert run() == "True"
    assert run() == "False"
    only_file(folder).unlink()
    assert run() == "True"


DAMAGES = {
    "empty": lambda data: b"",
    "cut off": lambda data: data[: len(data) // 2],
    "a byte changed": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "no checksum": lambda data: data.partition(b"\n")[2],
    "not text": lambda data: b"\xff\xfe" * 100,
    "a pickle": lambda data: b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94.",
    "very large": lambda data: data + b" " * 2**20,
    "deep": lambda data: b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_a_damaged_file_is_ignored_and_written_anew(damage, folder, readings):
    from_template(PLAIN)
    path = only_file(folder)
    whole = path.read_bytes()
    path.write_bytes(DAMAGES[damage](whole))
    assert from_template(PLAIN).layout(ASK).text() == "<user>Hello</user><assistant>"
    assert len(readings) == 2
    assert path.read_bytes() == whole


FORGERIES = {
    "another type": ("bos", 1),
    "a number for text": ("why", 7),
    "stops that are no texts": ("stops", [1]),
    "a change that there is none of": ("changes", {"user": "__import__"}),
    "a syntax that is none": ("syntax", "gba"),
    "instructions": ("syntax", {"name": "x", "first": "", "middle": "", "end": "", "instructions": "os.system"}),
    "a field missing": ("dialect", ...),
    "no object": (None, None),
}


@pytest.mark.parametrize("forgery", FORGERIES, ids=str)
def test_a_file_of_another_form_is_ignored_and_written_anew(forgery, folder, readings):
    from_template(PLAIN)
    path = only_file(folder)
    whole = path.read_bytes()
    body = json.loads(whole.partition(b"\n")[2])
    key, value = FORGERIES[forgery]
    if value is ...:
        del body[key]
    elif key is not None:
        body[key] = value
    forged = json.dumps(body if key is not None else [body]).encode()
    checksum = hashlib.sha256(path.name.encode() + b"\n" + forged).hexdigest().encode()
    path.write_bytes(checksum + b"\n" + forged)
    assert from_template(PLAIN).layout(ASK).text() == "<user>Hello</user><assistant>"
    assert len(readings) == 2
    assert path.read_bytes() == whole


def test_the_file_of_another_template_is_ignored(folder, readings):
    from_template(PLAIN)
    first = only_file(folder)
    from_template(PLAIN, bos="<s>")
    (second,) = [path for path in folder.iterdir() if path != first]
    second.write_bytes(first.read_bytes())
    from_template(PLAIN, bos="<s>")
    assert len(readings) == 3


def test_a_folder_in_the_place_of_the_file(folder, readings):
    from_template(PLAIN)
    path = only_file(folder)
    path.unlink()
    path.mkdir()
    from_template(PLAIN)
    assert len(readings) == 2


def test_a_directory_that_cannot_be_used(folder, readings):
    folder.write_text("a file")
    from_template(PLAIN)
    from_template(PLAIN)
    assert len(readings) == 2


@pytest.mark.parametrize("off", ["off", "OFF", "0", "no"])
def test_it_can_be_turned_off(off, readings, monkeypatch, tmp_path):
    monkeypatch.setenv(saved.VARIABLE, off)
    monkeypatch.chdir(tmp_path)
    assert saved.directory() is None
    from_template(PLAIN)
    from_template(PLAIN)
    assert len(readings) == 2
    assert not list(tmp_path.iterdir())


def test_where_the_files_are(monkeypatch, tmp_path):
    monkeypatch.delenv(saved.VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert saved.directory() == tmp_path / "gba" / "formats"


def test_variables_that_are_no_json(folder, readings):
    for _ in range(2):
        with pytest.raises(TypeError):
            from_template(PLAIN, variables={"made": object()})
    assert not folder.exists()


def test_what_is_refused_is_not_kept(folder):
    for _ in range(2):
        with pytest.raises(ConversationError):
            from_template("{{ raise_exception('no') }}")
    assert not folder.exists()


def test_a_reading_with_a_mark_in_it_is_not_kept(folder, monkeypatch):
    real = read._read

    def marked(template):
        found = real(template)
        return saved.Reading(**{**vars(found), "stops": (mark(7),)})

    monkeypatch.setattr(read, "_read", marked)
    from_template(PLAIN)
    assert not folder.exists()


def test_there_are_only_so_many_files_and_the_oldest_go(folder, monkeypatch):
    monkeypatch.setattr(saved, "MOST_FILES", 3)
    paths = []
    for number in range(5):
        from_template(PLAIN + str(number))
        (path,) = set(folder.iterdir()) - set(paths)
        os.utime(path, (number + 1, number + 1))
        paths.append(path)
        if number == 2:
            from_template(PLAIN + "0")  # used now
    assert set(folder.iterdir()) == {paths[0], paths[3], paths[4]}
