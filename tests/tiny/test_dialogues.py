"""Dialogues: what is labelled is what a model would write, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from gba.backends.scripted import Scripted
from gba.errors import StepError
from gba.schema.tools import ToolSpec
from gba.tuning.dataset import IGNORED, Dialogue, DialogueError
from models.tiny.dialogues import Renderer, agent_dialogues, math_dialogues
from models.tiny.tasks import Act, MathTask, Task, Turn, agent_tasks

SEARCH = ToolSpec(
    "search",
    "Search facts.",
    {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
        "additionalProperties": False,
    },
)
BOOK = ToolSpec(
    "book",
    "Book a room.",
    {
        "type": "object",
        "properties": {"people": {"type": "integer"}, "size": {"type": "string", "enum": ["small", "large"]}},
        "required": ["people"],
        "additionalProperties": False,
    },
)
TASK = Task(
    "example",
    (SEARCH, BOOK),
    (
        Turn(
            "How many people live in Oslo?",
            (Act("search", {"query": "population of Oslo"}, "It is 700000."),),
            "I have found it.",
            "It is 700000.",
            "700000",
        ),
        Turn("Book a room for 3.", (Act("book", {"people": 3}, "ok"),), "It is done.", "Done."),
    ),
    "Be brief.",
)


@pytest.fixture(params=["characters", "words"])
def backend(request) -> Scripted:
    return Scripted(split=request.param)


def written(backend: Scripted, dialogue: Dialogue) -> str:
    """The labelled tokens as text; · between pieces that do not follow one another, ■ for the end of a turn."""
    end = backend.properties().eos
    text, last = "", None
    for place, label in enumerate(dialogue.labels.tolist()):
        if label == IGNORED:
            continue
        if last is not None and place != last + 1:
            text += "·"
        text += "■" if label == end else backend.detokenize([label])
        last = place
    return text


def test_a_dialogue_is_labelled_where_the_model_chooses(backend):
    dialogue = Renderer(backend).agent(TASK)
    parts = written(backend, dialogue).split("·")
    # A character is healed, and the step of an agent generates up to where text is forced again.
    assert parts[0] == "I will use search.■"
    assert parts[-1] == "Done.■"
    assert "I have found it.■" in parts
    assert "It is 700000.■" in parts
    assert any("population of Oslo" in part for part in parts)
    assert not any("arguments" in part for part in parts)


def test_the_tokens_are_the_whole_conversation(backend):
    dialogue = Renderer(backend).agent(TASK)
    text = backend.detokenize(dialogue.tokens.tolist())
    assert "Be brief." in text
    assert '<tool_call>\n{"name": "book", "arguments": {"people": 3}}\n</tool_call><|im_end|>' in text
    assert text.endswith('{"name": "respond"}\n</tool_call>\nDone.')
    assert dialogue.kind == "example"
    assert dialogue.tokens.shape == dialogue.labels.shape


def test_labels_are_the_next_tokens_or_the_end_of_the_turn(backend):
    dialogue = Renderer(backend).agent(TASK)
    end = backend.properties().eos
    following = np.append(dialogue.tokens[1:], end)
    labelled = dialogue.labels != IGNORED
    assert np.all((dialogue.labels == following) | (dialogue.labels == end) | ~labelled)
    assert (dialogue.labels == end).sum() == 6  # a thought in each of four steps, and two answers
    assert dialogue.labels[-1] == end


def test_generated_tasks_are_rendered():
    backend = Scripted(split="words")
    dialogues = list(agent_dialogues(backend, 60, seed=3))
    assert [each.kind for each in dialogues] == [task.family for task in agent_tasks(60, 3)]
    assert all((each.labels != IGNORED).any() for each in dialogues)


def test_math_dialogues_are_question_and_program():
    backend = Scripted(split="characters")
    dialogue = Renderer(backend).math(MathTask("binary", "2 plus 3", "result = 2 + 3\n"))
    assert written(backend, dialogue) == "result = 2 + 3\n■"
    assert "2 plus 3" in backend.detokenize(dialogue.tokens.tolist())
    assert len(list(math_dialogues(backend, 5))) == 5


def test_a_solution_that_the_schema_refuses_is_noticed():
    wrong = Task("x", (BOOK,), (Turn("Hi", (Act("book", {"people": "three"}, ""),), "", "Done."),))
    with pytest.raises((DialogueError, StepError)):
        Renderer(Scripted()).agent(wrong)


def test_an_answer_that_comes_out_otherwise_is_noticed():
    padded = Task("x", (BOOK,), (Turn("Hi", (), "I can answer this.", "  Done."),))
    with pytest.raises(DialogueError):
        Renderer(Scripted()).agent(padded)
