"""What models, tools and files say is shown, and never steers the terminal."""

from __future__ import annotations

import pytest

from gba.cli.console import complain, note, out

HOSTILE = "a\x1b[31mb\x1b]0;title\x07c\x9b2Jd\x00e\x7f"


def test_control_characters_are_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    for say in (out().print, note, complain):
        say(HOSTILE)
    shown = capsys.readouterr()
    for text in (shown.out, shown.err):
        assert r"a\x1b[31mb\x1b]0;titlec\x9b2Jd\x00e\x7f" in text
        assert not set(text) & set("\x1b\x07\x9b\x00\x7f")


def test_lines_and_letters_stay(capsys: pytest.CaptureFixture[str]) -> None:
    out().print("é\tü\nß")
    assert capsys.readouterr().out.split() == ["é", "ü", "ß"]
