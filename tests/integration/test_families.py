"""Calls of every family on models of random weights that have its template and its control tokens."""

from __future__ import annotations

import itertools
from pathlib import Path

import jsonschema
import pytest

from gba.backends.base import Sampling
from gba.backends.inprocess import LlamaInProcess
from gba.backends.process import LlamaServerProcess
from gba.chat import Engine, StepOptions
from gba.schema.tools import ToolSpec
from tests.helpers.families import BARE, CHANNEL, FAMILIES, PAIRED, THINKING_TAGGED, Family
from tests.helpers.family_models import USER, VOCABULARIES, Trial, VocabularyKind, write_model
from tests.helpers.function_schemas import FUNCTION_SCHEMAS

UNLIKE = (BARE, CHANNEL, PAIRED, THINKING_TAGGED)
"""Families that have little in common."""


def verdicts(trial: Trial) -> dict[str, str]:
    return {name: trial.verdict(schema) for name, schema in FUNCTION_SCHEMAS.items()}


ALL_VALID = dict.fromkeys(FUNCTION_SCHEMAS, "valid")


@pytest.mark.parametrize(
    "family, vocabulary",
    [
        *zip(FAMILIES, itertools.cycle(VOCABULARIES), strict=False),
        *((THINKING_TAGGED, each) for each in VOCABULARIES[:2]),
    ],
    ids=str,
)
def test_calls_in_process_are_valid_and_as_the_template_has_them(
    family: Family, vocabulary: VocabularyKind, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "model.gguf", family.template, family.control, family.eos, vocabulary, context=2048)
    with LlamaInProcess(model, context=2048, threads=1) as backend:
        trial = Trial(backend, family.control)
        assert trial.format.syntax.native
        assert verdicts(trial) == ALL_VALID


@pytest.mark.parametrize("family", UNLIKE, ids=str)
def test_calls_on_a_server_are_valid_and_as_the_template_has_them(family: Family, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model.gguf", family.template, family.control, family.eos, "plain", context=2048)
    server = LlamaServerProcess(model, context=2048, slots=1, threads=1, extra_args=["--threads-batch", "1"])
    with server, server.backend() as backend:
        assert verdicts(Trial(backend, family.control)) == ALL_VALID


BUDGETS = (1, 2, 3, 5, 8, 13, 21, 40)
BOOKS = [ToolSpec(name, "", FUNCTION_SCHEMAS[key]) for name, key in (("a", "order of several items"), ("b", "nothing"))]


@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_a_turn_is_whole_whatever_its_budget(family: Family, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model.gguf", family.template, family.control, family.eos, "plain", context=2048)
    syntax = family.format().syntax
    with LlamaInProcess(model, context=2048, threads=1) as backend:
        engine = Engine(backend)
        for tokens, choice in itertools.product(BUDGETS, ("auto", "required", "none")):
            step = engine.step(
                [USER],
                BOOKS,
                tool_choice=choice,
                parallel=True,
                sampling=Sampling(temperature=1.5, seed=tokens),
                options=StepOptions(max_tokens=tokens),
            )
            assert step.usage.generated <= tokens
            assert bool(step.calls) >= (choice == "required")
            assert not (step.calls and choice == "none")
            for call in step.calls:
                jsonschema.validate(call.arguments, {tool.name: tool.schema for tool in BOOKS}[call.name])
            if step.calls:
                last = step.calls[-1]
                end = syntax.plain(syntax.end, last.name, last.id, len(step.calls) - 1)
                assert backend.detokenize(step.tokens).endswith(end), (tokens, choice)
