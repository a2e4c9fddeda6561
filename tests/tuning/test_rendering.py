"""Examples come out of the serving code as they went in, and only the model's own turns are learnt from."""

from __future__ import annotations

from pathlib import Path

import pytest

from gba.backends.scripted import Scripted
from gba.chat.messages import Message
from gba.environments import NAMES, environment
from gba.trajectory import read_all
from gba.tuning.collect import Collection, collect
from gba.tuning.dataset import IGNORED, Dialogue, DialogueError
from gba.tuning.examples import Example, of_run
from gba.tuning.expert import Expert
from gba.tuning.rendering import ExampleRenderer


def labels(backend: Scripted, dialogue: Dialogue) -> str:
    """What is labelled, as text, without the ends of turns."""
    end = backend.properties().eos
    return backend.detokenize([int(label) for label in dialogue.labels if label not in (IGNORED, end)])


@pytest.mark.parametrize("name", NAMES)
def test_runs_are_learnt_from_as_they_are_served(tmp_path: Path, name: str) -> None:
    collect(environment(name), lambda task: Expert(task=task), Collection(name, tasks=8), tmp_path)
    backend = Scripted(split="characters")
    own, whole = ExampleRenderer(backend), ExampleRenderer(backend, forced=True)
    for example in map(of_run, read_all(tmp_path)):
        dialogue, all_of_it = own.render(example), whole.render(example)
        text = backend.detokenize(dialogue.tokens.tolist())
        chosen, more = labels(backend, dialogue), labels(backend, all_of_it)
        assert dialogue.kind == name
        assert dialogue.tokens.tolist() == all_of_it.tokens.tolist()
        assert (dialogue.labels == backend.properties().eos).sum() >= 1
        assert example.request in text
        for message in example.messages:
            if message.role == "assistant":
                assert message.thought in chosen
                assert message.content in chosen
            elif message.role == "tool":
                assert message.content in text
                assert f"<tool_response>\n{message.content}" not in more
        assert len(chosen) < len(more) < len(text)
        assert '"arguments": ' in more
        assert '"arguments": ' not in chosen


def test_general_dialogue_is_learnt_from() -> None:
    backend = Scripted(split="characters")
    said = [
        ("user", "Hello!"),
        ("assistant", "Hello, what can I do?"),
        ("user", "Nothing."),
        ("assistant", "Well then."),
    ]
    example = Example("1", "general", "talk", tuple(Message(role, text) for role, text in said))  # type: ignore[arg-type]
    dialogue = ExampleRenderer(backend).render(example)
    assert labels(backend, dialogue) == "Hello, what can I do?Well then."


def test_an_example_without_an_answer_is_refused() -> None:
    with pytest.raises(DialogueError, match="no step"):
        ExampleRenderer(Scripted()).render(Example("1", "general", "talk", (Message("user", "Hello!"),)))
