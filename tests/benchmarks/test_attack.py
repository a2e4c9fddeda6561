"""The runner of the attack: whatever a case does, the next one is run, and what did not hold is told."""

from __future__ import annotations

import pytest

from benchmarks.attack import worker
from benchmarks.attack.__main__ import CORPORA, Report, attack, main, table
from benchmarks.attack.worker import Outcome


@pytest.fixture(scope="module")
def report() -> Report:
    return attack("hostile_corpus", package="tests.benchmarks")


def said(report: Report) -> dict[str, str]:
    return {outcome.name: outcome.said for outcome in report.outcomes}


def test_whatever_a_case_does_all_are_run(report: Report) -> None:
    assert report.title == "cases that break every bound"
    assert report.error == ""
    outcomes = said(report)
    assert outcomes.pop("holds") == outcomes.pop("holds behind all others") == ""
    assert outcomes.pop("fails") == "AssertionError: it does not hold"
    assert outcomes.pop("exits") == "SystemExit: 3"
    assert outcomes.pop("hangs") == "no end within 1 s"
    assert outcomes.pop("hangs and cannot be interrupted") == "no end within 1 s"
    assert "SIGKILL" in outcomes.pop("is killed")
    assert "exit code 7" in outcomes.pop("ends the process")
    assert "64 MB" in outcomes.pop("leaks")
    assert outcomes.pop("asks for too much at once").startswith("MemoryError")
    assert not outcomes
    assert not report.complete


def test_a_case_that_was_late_once_is_run_again(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GBA_ATTACK_MARK", str(tmp_path / "mark"))
    report = attack("late_corpus", package="tests.benchmarks")
    assert said(report) == {"late the first time": ""}
    assert report.complete


@pytest.mark.parametrize("name, why", [("no_such_corpus", "No module named"), ("broken_corpus", "cannot be made")])
def test_a_corpus_that_cannot_be_loaded_is_a_failure(name: str, why: str) -> None:
    report = attack(name, package="tests.benchmarks")
    assert why in report.error
    assert not report.complete


def test_a_corpus_that_shrank_is_a_failure(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GBA_ATTACK_MARK", str(tmp_path / "mark"))
    report = attack("late_corpus", at_least=2, package="tests.benchmarks")
    assert "1 cases" in report.error
    assert not report.complete


def test_the_table_shows_each_corpus() -> None:
    held = Report("one", "first", [Outcome("a", "", 0.5, 3.0), Outcome("b", "", 1.25, 2.0)])
    broken = Report("two", "second", [Outcome("a", "no", 0.1), Outcome("b", "", 0.1)])
    lines = table([held, broken, Report("three", error="gone")]).splitlines()
    assert lines[1].split() == ["one", "(first)", "2", "2", "1.25", "s", "3", "MB", "100.0"]
    assert lines[2].split()[2:4] == ["2", "1"]
    assert lines[2].endswith("50.0")
    assert lines[3].endswith("not run")


def test_an_unknown_corpus_is_named(capsys) -> None:
    assert main(["no_such_corpus"]) == 2
    told = capsys.readouterr().err
    assert all(name in told for name in CORPORA)


def test_what_is_waited_for_a_processor_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = iter([1.0, 4.0, 2.0])
    monkeypatch.setattr(worker, "_waited", lambda pid: next(waited))
    clock = worker._Clock(0)
    monkeypatch.setattr(clock, "wall", lambda: 5.0)
    assert clock.seconds() == 2.0
    assert clock.seconds() == 4.0
