from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gba.tools.math.replies import KINDS, LONGEST, TEXTS, Reply, Written, read_reply
from tests.helpers import math_messages
from tests.helpers.math_messages import forged, line, message, receive

RESULT: dict[str, Any] = {
    "text": "5",
    "latex": "5",
    "decimal": "5",
    "exact": "5",
    "origin": "result",
    "printed": "",
    "value": None,
}


FORGED = list(forged())


def read(reply: Any) -> Reply:
    return read_reply(json.dumps(reply).encode() + b"\n")


def test_what_a_worker_says() -> None:
    assert read({"ready": True}) == Reply()
    assert read({"result": RESULT}) == Reply(Written("5", "5", "5", "5", "result", "", None))
    assert read({"result": RESULT, "retire": True}).retire
    assert read({"error": ["domain", "Division by zero."]}) == Reply(error=("domain", "Division by zero."))
    found = read({"result": {**RESULT, "value": [["int", "5"]]}}).result
    assert found is not None
    assert found.value is not None
    assert found.value.nodes == [["int", "5"]]


@pytest.mark.parametrize(
    "reply",
    [
        *(None, True, 5, "x", [], {}, [{"ready": True}], {"ready": False}, {"ready": 1}, {"ready": True, "more": 1}),
        *({"result": None}, {"result": []}, {"result": {}}, {"result": RESULT, "error": ["domain", "x"]}),
        *({"result": {**RESULT, "more": 1}}, {"result": {**RESULT, "text": 5}}, {"result": {**RESULT, "text": None}}),
        *({"result": {**RESULT, "text": "x" * 1_001}}, {"result": {**RESULT, "latex": "\x1b[2J"}}),
        *({"result": {**RESULT, "exact": "\ud800"}}, {"result": {**RESULT, "decimal": "\u202e"}}),
        *({"result": {**RESULT, "printed": "\x07"}}, {"result": {**RESULT, "origin": "x" * 41}}),
        *({"result": {**RESULT, "value": "x"}}, {"result": {**RESULT, "value": [["int", 5]]}}),
        *({"error": None}, {"error": "x"}, {"error": []}, {"error": ["domain"]}, {"error": ["domain", 5]}),
        *({"error": ["evil", "x"]}, {"error": [["domain"], "x"]}, {"error": ["domain", "x" * 20_001]}),
        *({"result": RESULT, "retire": 1}, {"result": RESULT, "retire": "x"}, {"result": RESULT, "retire": None}),
    ],
    ids=lambda reply: json.dumps(reply)[:60],
)
def test_anything_else_is_refused(reply: Any) -> None:
    with pytest.raises(ValueError, match="not a"):
        read(reply)


@pytest.mark.parametrize(
    "data",
    [
        *(
            b"",
            b"\n",
            b"x",
            b"{",
            b"\xff\xfe",
            b'{"ready": tru',
            '{"ready": true}'.encode("utf-16"),
            b"{'ready': true}",
        ),
        *(b'{"ready": NaN}', b'{"ready": Infinity}', b'{"ready": 0.5}', b'{"ready": 1e9}', b'{"ready": 1234567890123}'),
        *(b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 1000 + b"1" + b"}" * 1000, b" " * (LONGEST + 1)),
        *(b"[" + b"[]," * 200_000 + b"[]]", b"[" + b'"",' * 200_000 + b"0]", b'{"ready": ' + b"9" * 10_000 + b"}"),
    ],
    ids=lambda data: str(data[:20]),
)
def test_other_lines_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (of the reader, of json, of the encoding)
        read_reply(data)


def test_brackets_within_texts_are_no_nesting() -> None:
    text = "[" * 300 + "\\" + '"' + "]{" * 50
    found = read({"result": {**RESULT, "text": text}}).result
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize("name, data", FORGED, ids=[name for name, _ in FORGED])
def test_forgeries_become_nothing_but_values_and_errors(name: str, data: bytes) -> None:
    assert receive(data) in {"refused", "nothing", "value", "no value"}


def test_drawn_messages_are_the_same_each_time_and_of_all_sorts() -> None:
    assert message(5) == message(5)
    outcomes = {receive(message(seed)) for seed in range(300)}
    assert outcomes >= {"refused", "value"}


def test_reading_runs_nothing_and_stays_small() -> None:
    """In a process of its own under an audit hook: evaluation, imports, files, processes and sockets are all events."""
    program = Path(math_messages.__file__)
    ran = subprocess.run([sys.executable, program, "0", "1500"], capture_output=True, text=True, check=True)
    report = json.loads(ran.stdout)
    assert report["events"] == []
    assert report["memory_mb"] <= 64
    assert sum(report["outcomes"].values()) == 1500 + len(FORGED)
    assert report["outcomes"].keys() <= {"refused", "nothing", "value", "no value"}
    assert min(report["outcomes"]["refused"], report["outcomes"]["value"]) > 300


def test_the_audit_hook_notices() -> None:
    """What the test above relies on: a decoder that evaluated a text would be seen."""
    code = "from tests.helpers import math_messages as m\n"
    code += "m.receive = lambda data: str(eval('5'))\nprint(m.play(0, 1)['events'])"
    paths = f"import sys; sys.path[:0] = [{str(Path(math_messages.__file__).parents[2])!r}]\n"
    ran = subprocess.run([sys.executable, "-c", paths + code], capture_output=True, text=True, check=True)
    assert "exec " in ran.stdout
    assert "compile " in ran.stdout


def test_kinds_and_texts() -> None:
    assert "no value" not in KINDS
    assert set(TEXTS) == {"text", "latex", "decimal", "exact", "origin", "printed"}
    assert receive(line([["int", "5"]])) == "value"
