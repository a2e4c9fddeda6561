from __future__ import annotations

import pytest

from gba.tools.facts import search


@pytest.mark.parametrize(
    "query, answer",
    [
        ("population of Norway", "The population of Norway is 5550203."),
        ("Norway's population", "The population of Norway is 5550203."),
        ("How many people live in New Zealand?", "The population of New Zealand is 4993923."),
        ("how tall is Mount Everest", "The height of Mount Everest is 8849."),
        ("height of the Eiffel Tower", "The height of the Eiffel Tower is 330."),
        ("capital of the USA", "The capital of the United States is Washington."),
        ("Who wrote Don Quixote?", "The author of Don Quixote is Miguel de Cervantes."),
        ("capital of Mexico", "The capital of Mexico is Mexico City."),
        ("population of Atlantis", "Nothing found."),
        ("", "Nothing found."),
    ],
)
def test_questions_find_their_fact(query: str, answer: str) -> None:
    assert search.invoke({"query": query}) == answer


def test_the_model_sees_one_required_string() -> None:
    schema = search.get_input_schema().model_json_schema()
    assert schema["required"] == ["query"]
    assert search.name == "search"
    assert search.description.startswith("Look up a fact.")
