"""The generators: the same from a seed, solvable by reading and copying, and disjoint between their sides."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import jsonschema
import pytest

from models.tiny.tasks import FAMILIES, Draw, Task, agent_task, agent_tasks, families, held_out, iter_texts
from models.tiny.tasks.base import Style
from models.tiny.tasks.everyday import EVERYDAY, EVERYDAY_KINDS
from models.tiny.tasks.invented import inventor
from models.tiny.tasks.kinds import KINDS
from models.tiny.tasks.outcomes import done
from models.tiny.tasks.respelled import respelled, row_for
from models.tiny.tasks.shapes import SHAPES
from models.tiny.tasks.tables import LATEST
from models.tiny.tasks.toolbox import Drawn, draw_tool
from models.tiny.tasks.unseen import UNSEEN_KINDS
from models.tiny.tasks.words import foreign

SPLITS = ("train", "held-out", "latest", "unseen", "two-in-one")
COUNT = 600
DEMO = ("What is 25 raised to the 0.24 power?", "Find out the population of France and multiply it by 3.")


@pytest.fixture(scope="module", params=SPLITS)
def tasks(request) -> list[Task]:
    return list(agent_tasks(COUNT, 11, request.param))


def test_a_seed_gives_the_same_task_again():
    for split in SPLITS:
        assert [agent_task(f"3/{n}", split) for n in range(40)] == list(agent_tasks(40, 3, split))
    assert agent_task("1") != agent_task("2")


def test_every_family_comes_up():
    families = Counter(agent_task(f"2/{n}").family for n in range(COUNT))
    for wanted in (
        "calculate",
        "search",
        "two_steps",
        "three_steps",
        "invented",
        "memory",
        "error",
        "chat",
        "calendar",
        "images",
    ):
        assert families[wanted] > 0, wanted
    assert all(weight > 0 for weight, _ in FAMILIES.values())


def test_every_call_fits_the_schema_of_its_tool(tasks):
    for task in tasks:
        schemas = {tool.name: dict(tool.parameters) for tool in task.tools}
        assert len(schemas) == len(task.tools), "two tools of one name"
        for turn in task.turns:
            for act in turn.acts:
                jsonschema.validate(dict(act.arguments), schemas[act.tool])
                assert list(act.arguments) == [key for key in schemas[act.tool]["properties"] if key in act.arguments]


def test_everything_is_copied_from_what_was_read(tasks):
    """An argument's text stands in the conversation before it, so that no knowledge is needed to write it."""
    for task in tasks:
        read = ""
        for turn in task.turns:
            read += turn.request + "\n"
            for act in turn.acts:
                for value in map(str, _texts(act.arguments)):
                    missing = [word for word in re.findall(r"[A-Z]\w+|\d+", value) if word not in read.replace(",", "")]
                    # "double it" and the like are the only things that are said in other words
                    missing = [
                        word
                        for word in missing
                        if word not in read and not re.search(r"(times|divided by) [23]$", value)
                    ]
                    assert not missing, (task.family, value, read)
                read += act.result + "\n"
            assert turn.value in turn.answer
            read += turn.answer + "\n"


def _texts(arguments) -> list[object]:
    return [value for value in arguments.values() if not isinstance(value, bool)]


def test_thoughts_are_short_and_answers_hold_the_value(tasks):
    for task in tasks:
        for turn in task.turns:
            assert turn.answer
            assert all(f" {act.tool}" in act.thought for act in turn.acts)
            assert all(len(act.thought) < len(act.tool) + 25 for act in turn.acts)


def test_held_out_requests_share_no_wording_with_training():
    train = {turn.request for task in agent_tasks(3000, 5) for turn in task.turns if turn.acts}
    held = {turn.request for task in agent_tasks(600, 5, "held-out") for turn in task.turns if turn.acts}
    assert not train & held


def test_a_draw_keeps_to_its_side():
    train, held = Draw(0), Draw(0, "held-out")
    words = [f"word{n}" for n in range(200)]
    pattern = "[a|b|c|d] [e|f|g|h] [i|j|k|l] {x}"
    for _ in range(100):
        assert not held_out(train.word(words))
        assert held_out(held.word(words))
        assert not held_out(str(train.integer(1000, 9999)))
        assert held_out(str(held.integer(1000, 9999)))
        assert not held_out(train.phrase(pattern, x="y").replace("y", "{x}"))
    few = "[one|two|three] {x}"
    seen = {train.phrase(few, x="") for _ in range(60)}, {held.phrase(few, x="") for _ in range(60)}
    assert all(seen)
    assert not seen[0] & seen[1]


def test_a_draw_says_where_its_side_is_empty():
    with pytest.raises(ValueError, match="no entry for 'train'"):
        Draw(0).word([next(f"w{n}" for n in range(99) if held_out(f"w{n}"))])
    with pytest.raises(ValueError, match="without"):
        Draw(0).phrase("[a|b")
    with pytest.raises(ValueError, match="unbalanced"):
        Draw(0).phrase("a]")


def test_style_changes_requests_and_values_alike():
    style = Style(lower=True, bare=True)
    assert style.say("what is the age of Anna Bell?") == "what is the age of anna bell"
    assert style.word("Anna Bell") in style.say("what is the age of Anna Bell?")
    assert Style(prefix="Please ").say("Find it.") == "Please find it."
    assert Style(suffix=" please.").say("find it.") == "Find it please."


@pytest.mark.parametrize("key", EVERYDAY)
def test_everyday_tools_are_told_all_that_they_need(key):
    for seed in range(30):
        draw = Draw(f"{key}/{seed}")
        tool = draw_tool(draw, EVERYDAY_KINDS[key])
        turn = EVERYDAY[key](draw, tool)
        (act,) = turn.acts
        jsonschema.validate(dict(act.arguments), dict(tool.spec.parameters))
        assert not set("<>{}") & set(turn.request), turn.request
        for value in _texts(act.arguments):
            assert str(value) in turn.request, (turn.request, value)


def test_respelled_tools_share_their_words_with_the_request():
    shared = 0
    for seed in range(200):
        draw = Draw(seed)
        tool, make, word = respelled(draw, row_for(draw, lookup=seed % 2 == 0), frozenset({"taken"}))
        turn = make(draw, tool)
        (act,) = turn.acts
        jsonschema.validate(dict(act.arguments), dict(tool.spec.parameters))
        assert not set("<>{}") & set(turn.request), turn.request
        described = set(re.findall(r"[a-z]+", f"{tool.spec.name} {tool.spec.description}".lower()))
        shared += not described.isdisjoint(re.findall(r"[a-z]{4,}", turn.request.lower()))
        assert word
        assert all(str(value) in turn.request for value in _texts(act.arguments))
    assert shared > 120


def test_tools_of_one_manner_differ_in_their_words():
    alike = 0
    for seed in range(200):
        draw = Draw(seed)
        make = inventor(draw)
        first, matter = make(frozenset(), ())
        second, other = make(frozenset({first.tool.spec.name}), (matter,))
        assert first.tool.spec.name != second.tool.spec.name
        assert matter != other
        alike += first.tool.roles.keys() == second.tool.roles.keys()
    assert alike > 100


def test_a_sentence_is_passed_on_and_a_bare_ok_is_not():
    for seed in range(300):
        outcome = done(Draw(seed), "parcel")
        if outcome.result.endswith("."):
            assert outcome.answer == outcome.result
        else:
            assert outcome.answer in ("Done.", f"It is {outcome.value}.")
        assert outcome.value in outcome.answer


def test_unseen_tools_do_not_occur_in_training():
    names = {name for kind in UNSEEN_KINDS.values() for name in kind.names}
    trained_kinds = {**KINDS, **EVERYDAY_KINDS}
    assert not names & {name for kind in trained_kinds.values() for name in kind.names}
    assert not UNSEEN_KINDS.keys() & trained_kinds.keys()
    trained = {tool.description.rstrip(".") for task in agent_tasks(2000, 8) for tool in task.tools}
    unseen = {tool.description.rstrip(".") for task in agent_tasks(300, 8, "unseen") for tool in task.tools}
    assert {"Translate text", "Play music", "Track a parcel"} <= unseen
    assert not {"Translate text", "Play music", "Track a parcel"} & trained


def test_the_demo_requests_are_not_in_the_training_data():
    requests = {turn.request for task in agent_tasks(4000, 0) for turn in task.turns}
    assert not requests & set(DEMO)


def test_texts_for_the_tokenizer_hold_prompt_request_and_solution():
    task = next(task for task in agent_tasks(200, 0) if task.family == "two_steps")
    text = next(text for text in iter_texts(200) if task.turns[0].request in text)
    for part in (task.tools[0].description, task.turns[0].acts[1].thought, task.turns[0].answer, "<tool_call>"):
        assert part in text


@pytest.mark.parametrize("make", SHAPES)
def test_shapes_are_told_all_that_they_need(make):
    for seed in range(60):
        draw = Draw(seed)
        made = make(draw, "fetch", "water pump", frozenset({"taken"}))
        turn = made.turn(draw)
        (act,) = turn.acts
        assert act.arguments
        jsonschema.validate(dict(act.arguments), dict(made.tool.spec.parameters))
        assert not set("<>{}[]|") & set(turn.request), turn.request
        for value in _texts(act.arguments):
            assert str(value) in turn.request, (turn.request, value)


def test_a_name_in_any_script_has_letters_of_its_own():
    draw = Draw(0)
    rare = [foreign(draw, rare=1.0) for _ in range(60)]
    assert all(not word.isascii() for word in rare)
    assert len({unicodedata.name(word[0]).split()[0] for word in rare}) >= 6


def test_descriptions_are_docstrings_now_and_then():
    tools = [draw_tool(Draw(seed), EVERYDAY_KINDS["flights"]) for seed in range(200)]
    documented = [tool for tool in tools if "Args:" in tool.spec.description]
    assert 5 < len(documented) < 60
    for tool in documented:
        assert all(f"    {name}: " in tool.spec.description for name in tool.roles.values())


def test_held_out_is_about_all_everyday_kinds_and_latest_about_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    need = families._Bench.need

    def watched(bench: families._Bench, *keys: str, **more: float) -> dict[str, Drawn]:
        asked.extend(keys)
        return need(bench, *keys, **more)

    monkeypatch.setattr(families._Bench, "need", watched)
    latest = {row.key for row in LATEST}
    list(agent_tasks(100, seed=3, split="latest"))
    assert len(asked) == 100
    assert set(asked) <= latest
    asked.clear()
    list(agent_tasks(1500, seed=3, split="held-out"))
    everyday = [key for key in asked if key in EVERYDAY]
    share = sum(key in latest for key in everyday) / len(everyday)
    assert abs(share - len(latest) / len(EVERYDAY)) < 0.1
