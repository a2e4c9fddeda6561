"""Recipes: from nothing to a file, in stages that follow on each other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'tuning'")
pytest.importorskip("llama_cpp", reason="needs llama-cpp-python")

from models.tiny.export import read_vocabulary, read_weights  # noqa: E402
from models.tiny.model import Llama, ModelShape  # noqa: E402
from models.tiny.recipes import AGENT, MATH, Recipe, build  # noqa: E402
from models.tiny.train import Settings  # noqa: E402

STAGE = Settings(
    steps=4, batch_tokens=1024, granularity=32, warmup=1, compiled=False, wired=False, log_every=2, save_every=2
)
RECIPE: Recipe = replace(
    MATH,
    name="small",
    shape=ModelShape(vocabulary=768, layers=1, width=64, heads=1, kv_heads=1, hidden=64),
    stages=(STAGE, STAGE),
    deeper={2: 1},
    distinct=1,
    size=60,
)


def losses(folder: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (folder / "log.jsonl").read_text().splitlines()]


def test_a_later_stage_goes_on_where_the_one_before_ended(tmp_path: Path) -> None:
    path = build(RECIPE, output=tmp_path / "models", work=tmp_path / "work")
    first, second = (losses(tmp_path / "work" / f"stage-{stage}") for stage in (1, 2))
    assert len(first) == len(second) == 2
    assert first[0] > first[1] > second[0]
    assert path == tmp_path / "models" / "small.gguf"
    assert (tmp_path / "work" / "stage-2" / "small.gguf").exists()

    before = path.read_bytes()
    build(RECIPE, output=tmp_path / "models", work=tmp_path / "again", stages=[1])
    build(RECIPE, output=tmp_path / "models", work=tmp_path / "again", stages=[2])
    assert path.read_bytes() == before


def _weights(file: Path, recipe: Recipe, stage: int) -> dict[str, torch.Tensor]:
    model = Llama(recipe.shape_at(stage, len(read_vocabulary(file))))
    read_weights(file, model)
    return model.state_dict()


def test_the_mean_of_stages_is_what_comes_out_and_what_the_next_begins_with(tmp_path: Path) -> None:
    shares = {1: 0.25, 2: 0.75}
    still = replace(STAGE, learning_rate=0.0, adam_rate=0.0, embedding_rate=0.0)
    recipe = replace(RECIPE, stages=(STAGE, STAGE, still), deeper={}, means={2: shares})
    work = tmp_path / "work"
    out = _weights(build(recipe, output=tmp_path / "models", work=work, stages=[1, 2]), recipe, 2)
    each = {stage: _weights(work / f"stage-{stage}" / "small.gguf", recipe, stage) for stage in shares}
    assert not torch.equal(each[1]["output.weight"], each[2]["output.weight"])
    after = _weights(build(recipe, output=tmp_path / "models", work=work, stages=[3]), recipe, 3)
    for name, weight in out.items():
        wanted = sum(share * each[stage][name] for stage, share in shares.items())
        assert torch.allclose(weight, wanted, atol=1e-3), name
        assert torch.allclose(after[name], weight, atol=1e-3), name


def test_a_stage_that_cannot_begin_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        build(RECIPE, output=tmp_path, work=tmp_path / "work", stages=[2])


@pytest.mark.parametrize("recipe", [AGENT, MATH])
def test_the_packaged_files_are_of_their_recipes(recipe: Recipe) -> None:
    path = Path(__file__).parents[2] / "models" / f"{recipe.name}.gguf"
    vocabulary = read_vocabulary(path)
    assert len(vocabulary) <= recipe.pieces
    assert recipe.mark in {"", *(piece.text for piece in vocabulary.pieces)}
    read_weights(path, Llama(recipe.shape_at(len(recipe.stages), len(vocabulary))))
