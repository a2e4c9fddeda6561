"""Recording and reading: nothing is lost, whatever ends the run."""

from __future__ import annotations

import json

import pytest

from gba.backends.scripted import Scripted
from gba.chat import Engine, Message
from gba.schema.tools import ToolSpec
from gba.trajectory import (
    ChoiceRecord,
    MessageRecord,
    PartRecord,
    Recorder,
    SpanRecord,
    StepRecord,
    TrajectoryError,
    read,
    read_all,
)

SEARCH = ToolSpec(
    "search",
    "Search.",
    {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
        "additionalProperties": False,
    },
)
TURNS = (
    'I look it up.\n<tool_call>\n{"name": "search", "arguments": {"query": "Größe von Ü"}}\n</tool_call>',
    'I know it.\n<tool_call>\n{"name": "respond"}\n</tool_call>\nIt is 7 m.',
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs" / "1.jsonl"


def run(path, fail: Exception | None = None):
    """Two steps with a tool in between; returns the steps."""
    engine, messages, steps = Engine(Scripted.turns(TURNS)), [Message("user", "How tall is Ü?")], []
    with Recorder(path, tools=[SEARCH], model="m", build="b", metadata={"seed": 1}, run_id="run-1") as recorder:
        recorder.message(messages[0])
        for result in ("7 m", None):
            step = engine.step(messages, [SEARCH])
            steps.append(step)
            recorder.step(step, seconds=0.5)
            if fail is not None:
                raise fail
            messages.append(step.message())
            if result:
                messages.append(Message("tool", result, call_id=step.calls[0].id, name="search"))
                recorder.message(messages[-1])
        recorder.reward(0.5)
        recorder.reward(1)
    return steps


def test_what_was_recorded_is_read_back(path):
    first, second = run(path)
    trajectory = read(path)
    assert (trajectory.id, trajectory.model, trajectory.build) == ("run-1", "m", "b")
    assert trajectory.metadata == {"seed": 1}
    assert trajectory.tools == (SEARCH,)
    assert trajectory.complete
    assert trajectory.started <= trajectory.ended
    assert trajectory.reward == 1.0
    assert [message.role for message in trajectory.messages] == ["user", "assistant", "tool", "assistant"]
    assert trajectory.messages[1] == MessageRecord("assistant", "", "I look it up.", first.calls)
    assert trajectory.messages[2] == MessageRecord("tool", "7 m", call_id=first.calls[0].id, name="search")
    for record, step in zip(trajectory.steps, (first, second), strict=True):
        assert record.tokens == step.tokens
        assert record.spans == tuple(SpanRecord(span.start, span.end, span.kind, span.eog) for span in step.spans)
        assert record.usage["generated"] == step.usage.generated
        assert [(each.chosen, each.probabilities) for each in record.choices] == [
            (each.chosen, each.probabilities) for each in step.choices
        ]
        assert record.written == tuple(
            tuple(PartRecord(part.text, part.forced) for part in parts) for parts in step.written
        )
        assert record.timings["predicted_n"] == step.timings.predicted_n
        assert (record.finish, record.requests, record.prompt_tokens, record.seconds) == (
            step.finish,
            step.requests,
            step.prompt_tokens,
            0.5,
        )
    assert trajectory.usage()["generated"] == first.usage.generated + second.usage.generated
    assert trajectory.usage()["context"] == second.usage.context


def test_tokens_are_stored_once(path):
    first, second = run(path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    steps = [line for line in lines if line["type"] == "step"]
    assert steps[1]["kept"] >= len(first.tokens)
    assert len(steps[0]["tokens"]) + len(steps[1]["tokens"]) == len(second.tokens)


def test_a_run_that_fails_is_kept(path):
    with pytest.raises(RuntimeError, match="no more"):
        run(path, RuntimeError("no more"))
    trajectory = read(path)
    assert trajectory.error == "RuntimeError: no more"
    assert not trajectory.complete
    assert len(trajectory.steps) == 1
    assert trajectory.ended is not None


@pytest.mark.parametrize("cut", [1, 20])
def test_a_run_that_broke_off_is_read_as_far_as_it_came(path, cut):
    run(path)
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[:-cut], encoding="utf-8")
    trajectory = read(path)
    assert len(trajectory.steps) == 2
    assert trajectory.complete == (cut == 1)  # without its newline the last line is whole still


def test_each_record_is_on_the_disk_at_once(path):
    with Recorder(path) as recorder:
        recorder.message(Message("user", "Hello!"))
        assert [message.content for message in read(path).messages] == ["Hello!"]
        assert read(path).ended is None


def test_steps_need_not_build_on_one_another(path):
    with Recorder(path) as recorder:
        for tokens in ((1, 2, 3), (1, 9), ()):
            recorder.step(StepRecord(tokens=tokens))
    assert [step.tokens for step in read(path).steps] == [(1, 2, 3), (1, 9), ()]


def test_a_folder_is_read_by_name(tmp_path):
    for name in ("b", "a"):
        with Recorder(tmp_path / f"{name}.jsonl", run_id=name):
            pass
    (tmp_path / "other.txt").write_text("x")
    assert [trajectory.id for trajectory in read_all(tmp_path)] == ["a", "b"]


def test_nothing_is_overwritten(path):
    run(path)
    with pytest.raises(TrajectoryError, match="Choose another name") as caught, Recorder(path):
        pass
    assert caught.value.path == str(path)
    assert len(read(path).steps) == 2


def test_a_recorder_has_to_be_open(path):
    recorder = Recorder(path)
    with pytest.raises(TrajectoryError, match="with Recorder"):
        recorder.reward(1)
    with recorder:
        pass
    with pytest.raises(TrajectoryError, match="with Recorder"):
        recorder.message(Message("user", "too late"))


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TrajectoryError, match="cannot be written"), Recorder(tmp_path / "file" / "x.jsonl"):
        pass


HEAD = (
    '{"type": "run", "version": 1, "id": "x", "started": "", "model": "", "build": "", "tools": [], "metadata": {}}\n'
)


@pytest.mark.parametrize(
    "text, line, said",
    [
        ("", 1, "not a recorded run"),
        ('{"type": "step"}\n', 1, "not a recorded run"),
        (HEAD.replace("1,", "99,", 1), 1, "Update gba"),
        (HEAD + "{\n" + HEAD, 2, "no JSON"),
        (HEAD + "[]\n", 2, "JSON object"),
        (HEAD + '{"type": "step"}\n', 2, "cannot be read"),
        (HEAD + '{"type": "reward", "value": "high"}\n', 2, "cannot be read"),
        (HEAD.replace('"tools": []', '"tools": [{"name": "no name"}]'), 1, "cannot be read"),
    ],
)
def test_what_is_no_trajectory_is_refused_with_its_line(tmp_path, text, line, said):
    path = tmp_path / "x.jsonl"
    path.write_text(text)
    with pytest.raises(TrajectoryError, match=said) as caught:
        read(path)
    assert caught.value.line == line


def test_lines_of_unknown_kinds_are_left_out(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(HEAD + '{"type": "weather", "value": "fine"}\n')
    assert read(path).id == "x"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TrajectoryError, match="cannot be read"):
        read(tmp_path / "none.jsonl")


def _with(path, **fields):
    """The recorded run, with these fields in its first step."""
    run(path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    step = next(line for line in lines if line["type"] == "step")
    step.update({name: value for name, value in fields.items() if value is not None})
    for name in [name for name, value in fields.items() if value is None]:
        del step[name]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_choices_and_parts_are_read_back(path):
    _with(
        path,
        choices=[["search", {"search": 0.75, "respond": 0.25}]],
        written=[[["{", True], ["a", False]]],
        looped=["thought"],
    )
    first = read(path).steps[0]
    assert first.choices == (ChoiceRecord("search", {"search": 0.75, "respond": 0.25}),)
    assert first.written == ((PartRecord("{", True), PartRecord("a", False)),)
    assert first.looped == ("thought",)


def test_a_run_of_an_older_gba_has_neither(path):
    _with(path, choices=None, written=None, looped=None)
    first = read(path).steps[0]
    assert (first.choices, first.written, first.looped) == ((), (), ())


@pytest.mark.parametrize(
    "fields",
    [
        {"choices": 1},
        {"choices": [["search"]]},
        {"choices": [["search", {"search": 2}]]},
        {"choices": [["search", {"search": True}]]},
        {"looped": [1]},
        {"written": {}},
        {"written": [1]},
        {"written": [[["text", 1]]]},
        {"written": [["text"]]},
    ],
)
def test_what_is_no_choice_and_no_part_is_refused(path, fields):
    _with(path, **fields)
    with pytest.raises(TrajectoryError, match="line 3"):
        read(path)
