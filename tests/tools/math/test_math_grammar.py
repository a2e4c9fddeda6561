from __future__ import annotations

import re
from pathlib import Path

import pytest

from gba.grammar import Grammar
from gba.tools.math import grammar_text
from gba.tools.math.checker import check
from gba.tools.math.language import ASSUMPTIONS, BUILTINS, DEFINED, FUNCTIONS, MEMBERS, METHODS, VALUE_METHODS
from gba.tools.math.source import MAX_LENGTH
from tests.helpers.math_attacks import ESCAPES
from tests.helpers.math_honest import HONEST
from tests.helpers.math_outcome import checked
from tests.helpers.math_program_attacks import PROGRAM_ESCAPES
from tests.helpers.math_sentences import Sentences

MATCHER = Grammar.from_gbnf(grammar_text()).matcher()
NOT_GENERATED = ("×", "−", "result = (25 + 35) / 2 # average speed")
"""Accepted from people, not offered to models: signs that are not ASCII, and a comment behind the last line."""


def accepted(program: str) -> bool:
    matcher = MATCHER.copy()
    return matcher.advance(program) and matcher.accepting


def test_the_file_to_read_is_the_compiled_table() -> None:
    path = Path(__file__).parents[3] / "grammars" / "math.gbnf"
    assert path.read_text(encoding="ascii") == grammar_text(), "run python -m gba.tools.math.grammar"


def test_rules_are_fit_for_llama_cpp() -> None:
    names = re.findall(r"^(\S+) ::=", grammar_text(), re.MULTILINE)
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", name) for name in names)
    assert len(names) == len(set(names))
    assert '""' not in grammar_text().replace('"\\""', "")


@pytest.mark.parametrize("program", [program for program, _ in HONEST])
def test_what_code_models_write_is_in_the_grammar(program: str) -> None:
    offered = not any(part in program for part in NOT_GENERATED)
    assert accepted(program.rstrip("\n") + "\n") is offered


def test_several_values_have_spaces_between_them() -> None:
    assert accepted("a, b = 1, 200\nresult = max(a, b, 300)\n")
    assert accepted("result = (1, 200)\n")
    assert accepted("result = [1, 200]\n")


def test_a_program_ends_with_the_line_that_assigns_result() -> None:
    matcher = MATCHER.copy()
    assert matcher.advance("x = 3\nresult = x ** 2")
    assert not matcher.accepting
    assert matcher.advance("\n")
    assert matcher.done


def test_a_program_that_is_cut_off_can_be_closed() -> None:
    for text in ("", "x = ", "result = sqrt(2 +", "result = [1, (2", "x = symbols('a", "import ma", "result = 2 **"):
        matcher = MATCHER.copy()
        assert matcher.advance(text)
        program = text + matcher.shortest()
        assert accepted(program)
        check(program)


@pytest.mark.parametrize("program", [*ESCAPES, *PROGRAM_ESCAPES])
def test_no_escape_can_be_generated(program: str) -> None:
    if not accepted(program + "\n"):
        return
    # What is left has the form of a harmless program: a name that has no value, a letter that is no function.
    code = re.sub(r"'[^']*'|\"[^\"]*\"", "", program)  # a text is a value, and nothing runs it
    names = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*(?=\()", code))
    members = {name for module in MEMBERS.values() for name in module}
    assert names <= members | {*FUNCTIONS, *METHODS, *BUILTINS, *VALUE_METHODS, *DEFINED}
    assert "__" not in code


@pytest.mark.parametrize(
    "program",
    [
        "result = open('x')\n",
        "result = x.__class__\n",
        "result = __import__('os')\n",
        "result = [i for i in open(x)]\n",
        "return 5\nresult = 1\n",
        "break\nresult = 1\n",
        "def f():\n    break\nresult = 1\n",
        "for i in x:\n  y = 1\nresult = 1\n",
        "def exec(x):\n    return 1\nresult = 1\n",
        "result = (lambda: 1)()\n",
        "result = 'a\\n'\n",
        "import os\nresult = 1\n",
        "from os import x\nresult = 1\n",
        "result = sin(1, 2)\n",
        "result = np.load(1)\n",
        "result = 1\nresult = 2\n",
        "x = 1\n",
        "result = 1",
        "result = 007\n",
        "lambda = 3\nresult = 1\n",
        "result = f'{x.y}'\n",
        "result = 1,200 * 3\n",
        "result = 1, 200 * 3\n",
        "price = 1,299.99\nresult = price\n",
        "price += 1, 299\nresult = price\n",
        "result = max(1,200, 900)\n",
        "result = sum([1,200, 2, 300])\n",
        "result = (1,200)\n",
        "result = x[1,200]\n",
        "result = {1: 1,200: 2}\n",
        "a, b = 1,200\nresult = a\n",
    ],
)
def test_refused(program: str) -> None:
    assert not accepted(program)


def test_random_sentences_pass_the_checker() -> None:
    sentences = Sentences(grammar_text())
    for seed in range(1_500):
        program = sentences.draw(seed)
        kind, message = checked(program)
        assert kind == "ok" or len(program) > MAX_LENGTH, (program, message)


def test_random_sentences_are_of_many_kinds() -> None:
    text = "".join(Sentences(grammar_text()).draw(seed) for seed in range(600))
    assert sum(f"{name}(" in text for name in FUNCTIONS) > len(FUNCTIONS) / 2
    assert all(part in text for part in ("import ", "from ", "#", "[", "{", "**", "==", ".subs("))
    assert any(f"{word}=" in text for word in ASSUMPTIONS)


@pytest.mark.parametrize("method", sorted(VALUE_METHODS))
def test_each_method_behind_a_variable_called_s_passes_the_checker(method: str) -> None:
    program = f"result = S.{method}()\n"
    assert accepted(program)
    check(program)  # S is sympy's, but a variable may have its name
