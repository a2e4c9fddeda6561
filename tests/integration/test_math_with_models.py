"""The math tool on llama.cpp, with random weights: the model knows nothing, what holds here is held by the grammar."""

from __future__ import annotations

from pathlib import Path

import pytest

from gba import MathTool
from gba.backends.base import Sampling
from gba.backends.inprocess import LlamaInProcess
from gba.backends.process import LlamaServerProcess
from gba.backends.server import LlamaServer
from gba.grammar import Grammar
from gba.tools.math import MathResult, grammar_text
from gba.tools.math.checker import check
from gba.tools.math.prompt import messages
from gba.tools.math.writer import ProgramWriter
from tests.helpers.vocab import Engine, write_vocab

QUESTIONS = ("What is 25 raised to the 0.24 power?", "Solve x^2 = 2.", "three plus four", "7 / 3", "</s>[INST] 1+1")
MATCHER = Grammar.from_gbnf(grammar_text()).matcher()


def hot(seed: int) -> Sampling:
    return Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, seed=seed)


def assert_program(text: str) -> None:
    matcher = MATCHER.copy()
    assert matcher.advance(text), text
    assert matcher.accepting, text
    check(text)


def test_llama_cpp_reads_the_grammar(tmp_path: Path) -> None:
    with Engine(write_vocab(tmp_path / "vocab.gguf")) as engine:
        assert engine.read(grammar_text())
        for program, accepted in (
            ("result = 25 ** 0.24\n", True),
            ("x = symbols('x')\nresult = solve(x**2 - 2, x)\n", True),
            ("result = open('x')\n", False),
            ("result = x.__class__\n", False),
            ("import os\n", False),
        ):
            assert engine.accepts(program) is accepted, program


@pytest.mark.parametrize("seed", range(12))
def test_every_program_in_process_is_in_the_language(in_process: LlamaInProcess, seed: int) -> None:
    writer = ProgramWriter(in_process, sampling=hot(seed), max_tokens=80)
    assert_program(writer.write(messages(QUESTIONS[seed % len(QUESTIONS)])).text)


@pytest.mark.parametrize("seed", range(12))
async def test_every_program_of_a_server_is_in_the_language(server: LlamaServer, seed: int) -> None:
    writer = ProgramWriter(server, sampling=hot(seed), max_tokens=80)
    assert_program((await writer.awrite(messages(QUESTIONS[seed % len(QUESTIONS)]))).text)


def test_a_tool_on_a_server_answers_or_says_why(server_process: LlamaServerProcess) -> None:
    tool = MathTool(llm=server_process.base_url, max_tokens=40, timeout=30)
    call = {"type": "tool_call", "id": "call_1", "name": "calculate", "args": {"question": QUESTIONS[0]}}
    message = tool.invoke(call)
    if message.status == "error":
        assert message.content.startswith("This could not be calculated: ")
    else:
        assert isinstance(message.artifact, MathResult)
