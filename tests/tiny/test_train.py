"""Training: batches without waste or leaks, a schedule, and runs that can be repeated and resumed."""

from __future__ import annotations

import itertools
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'tuning'")

from models.tiny.gradient import Second, learn, weight  # noqa: E402
from models.tiny.model import Kernels, Llama, ModelShape, attend  # noqa: E402
from models.tiny.train import IGNORED, Batch, Settings, Trainer, batches, schedule  # noqa: E402

SHAPE = ModelShape(vocabulary=64, layers=2, width=64, heads=2, kv_heads=2, hidden=96, context=256)
SETTINGS = Settings(
    steps=120, batch_tokens=512, granularity=32, warmup=5, compiled=False, wired=False, log_every=5, save_every=10
)


@dataclass(frozen=True)
class Copy:
    """A random row, a mark, and the row again, which is to be predicted."""

    tokens: list[int]
    labels: list[int]
    kind: str = "copy"


def copies(seed: int = 0, count: int = 100_000) -> Iterator[Copy]:
    rng = random.Random(seed)
    for _ in range(count):
        row = [rng.randrange(2, 64) for _ in range(rng.randint(3, 12))]
        yield Copy([*row, 1, *row], [IGNORED] * len(row) + row + [IGNORED], "short" if len(row) < 8 else "long")


def rules(seed: int = 0) -> Iterator[Copy]:
    """Each token decides the next one."""
    rng = random.Random(seed)
    while True:
        row = [rng.randrange(2, 64)]
        while len(row) < rng.randint(20, 28):
            row.append(2 + (row[-1] * 5 + 3) % 62)
        yield Copy(row, [*row[1:], IGNORED], rng.choice(("long", "short")))


def weights(trainer: Trainer) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in trainer.model.parameters()])


def gradient(model: Llama) -> torch.Tensor:
    """All of a model's gradient, which is then cleared."""
    flat = torch.cat([each.grad.flatten() for each in model.parameters() if each.grad is not None])
    model.zero_grad()
    return flat


def train(trainer: Trainer, steps: int, skip: int = 0) -> None:
    for index, batch in enumerate(batches(copies(), trainer.settings)):
        if index >= skip + steps:
            return
        if index >= skip:
            trainer.step(batch)


def test_batches_hold_every_example_once() -> None:
    examples = list(copies(count=300))
    rows: list[tuple[list[int], list[int]]] = []
    for batch in batches(examples, SETTINGS):
        assert batch.tokens.shape == batch.labels.shape
        assert batch.tokens.numel() <= SETTINGS.batch_tokens
        assert batch.tokens.shape[1] % SETTINGS.granularity == 0
        for tokens, labels, kind in zip(batch.tokens.tolist(), batch.labels.tolist(), batch.kinds, strict=True):
            length = len([token for token in tokens if token])
            assert set(labels[length:]) <= {IGNORED}
            assert kind in {"short", "long"}
            rows.append((tokens[:length], labels[:length]))
    assert sorted(rows) == sorted((example.tokens, example.labels) for example in examples)


def test_an_example_longer_than_a_batch_stands_alone() -> None:
    long = Copy(list(range(1, 64)) * 10, [IGNORED] * 630)
    (batch,) = batches([long], SETTINGS)
    assert batch.tokens.shape == (1, 640)


def test_schedule() -> None:
    rates = [schedule(step / 100, step, replace(SETTINGS, cooldown=0.4)) for step in range(101)]
    assert rates[0] == pytest.approx(0.2)
    assert rates[10:60] == [1.0] * 50
    assert rates[80] == pytest.approx(0.5)
    assert 0 < rates[100] < 0.02


def test_blocked_attention_is_attention() -> None:
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 3, 300, 16) for _ in range(3))
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    assert torch.allclose(attend(q, k, v), expected, atol=1e-5)


def test_padding_and_neighbours_change_nothing() -> None:
    torch.manual_seed(0)
    model = Llama(SHAPE)
    row = torch.randint(1, 64, (1, 20))
    padded = torch.cat([torch.cat([row, torch.zeros(1, 12, dtype=torch.long)], 1), torch.randint(1, 64, (1, 32))])
    with torch.no_grad():
        assert torch.allclose(model(row)[0], model(padded)[0, :20], atol=1e-5)


def test_the_prompt_does_not_teach_unless_asked_to() -> None:
    unlabelled = Batch(torch.randint(1, 64, (2, 32)), torch.full((2, 32), IGNORED), ("x", "x"))
    one = torch.cat([unlabelled.labels[:, :-1], torch.ones(2, 1, dtype=torch.long)], 1)
    batch = replace(unlabelled, labels=one)
    model = Llama(SHAPE)
    torch.nn.functional.cross_entropy(model(batch.tokens)[:, -1], one[:, -1]).backward()
    expected = gradient(model)
    for share, differs in ((0.0, False), (0.5, True)):
        learn(model, batch, weight(batch, share), share)
        assert ((gradient(model) - expected).norm() > 0.2 * expected.norm()) == differs


def test_a_second_process_adds_the_gradient_of_its_batch() -> None:
    one, other = itertools.islice(batches(copies(), SETTINGS), 2)
    total = weight(one) + weight(other)
    alone, shared = Llama(SHAPE), Llama(SHAPE)
    shared.load_state_dict(alone.state_dict())
    tally = learn(alone, one, total)
    tally.add(learn(alone, other, total))
    expected = gradient(alone)
    second = Second(shared, compiled=False)
    try:
        for _ in range(2):  # again with the same weights: nothing is left of the first time
            second.start(other, total)
            same = learn(shared, one, total)
            same.add(second.finish())
            assert torch.allclose(gradient(shared), expected, atol=1e-3 * float(expected.abs().max()))
            assert same.total() == tally.total()
            assert same.loss == pytest.approx(tally.loss, rel=1e-3)
    finally:
        second.close()


def test_a_run_on_two_processes_learns_with_both(tmp_path: Path) -> None:
    settings = replace(SETTINGS, steps=10, processes=2)
    trainer = Trainer(SHAPE, settings)
    try:
        trainer.run(batches(rules(), settings), log=tmp_path / "log.jsonl", checkpoint=tmp_path / "checkpoint.pt")
    finally:
        trainer.close()
    first, last = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert last["tokens"] > 10 * 0.8 * 2 * settings.batch_tokens
    assert last["loss"] < 0.95 * first["loss"]


def test_it_learns_and_counts_what_is_right() -> None:
    trainer = Trainer(SHAPE, replace(SETTINGS, steps=60))
    source = batches(rules(), SETTINGS)
    reports = []
    for _ in range(3):
        for _ in range(20):
            trainer.step(next(source))
        reports.append(trainer.report())
    assert reports[0]["token_accuracy"] < 0.8 < 0.95 < reports[2]["token_accuracy"]
    assert reports[2]["loss"] < 0.3 * reports[0]["loss"]
    assert set(reports[2]["kinds"]) == {"long", "short"}
    assert reports[2]["step"] == 60
    assert reports[2]["tokens"] > reports[0]["tokens"] > 0


def test_same_seed_same_model_other_seed_another() -> None:
    one, same, other = (Trainer(SHAPE, replace(SETTINGS, seed=seed)) for seed in (1, 1, 2))
    for trainer in (one, same, other):
        train(trainer, 3)
    assert torch.equal(weights(one), weights(same))
    assert not torch.allclose(weights(one), weights(other))


def test_a_resumed_run_ends_like_an_uninterrupted_one(tmp_path: Path) -> None:
    whole, first = Trainer(SHAPE, SETTINGS), Trainer(SHAPE, SETTINGS)
    train(whole, 6)
    train(first, 3)
    first.save(tmp_path / "run" / "checkpoint.pt")
    second = Trainer(SHAPE, SETTINGS)
    second.load(tmp_path / "run" / "checkpoint.pt")
    assert second.progress.step == 3
    train(second, 3, skip=3)
    assert torch.equal(weights(whole), weights(second))


def test_a_run_logs_saves_and_calls_the_hook(tmp_path: Path) -> None:
    trainer = Trainer(SHAPE, replace(SETTINGS, steps=20))
    seen: list[int] = []
    trainer.run(
        batches(copies(), SETTINGS),
        log=tmp_path / "log.jsonl",
        checkpoint=tmp_path / "checkpoint.pt",
        hook=lambda each: seen.append(each.progress.step),
    )
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [5, 10, 15, 20]
    assert seen == [10, 20]
    assert (tmp_path / "checkpoint.pt").exists()


def test_a_run_may_stop_before_its_schedule_ends(tmp_path: Path) -> None:
    trainer = Trainer(SHAPE, replace(SETTINGS, steps=20, stop=7))
    trainer.run(batches(copies(), SETTINGS), log=tmp_path / "log.jsonl", checkpoint=tmp_path / "checkpoint.pt")
    assert trainer.progress.step == 7
    assert trainer.done == pytest.approx(7 / 20)
    assert (tmp_path / "checkpoint.pt").exists()


def test_the_clock_can_end_a_run() -> None:
    trainer = Trainer(SHAPE, replace(SETTINGS, minutes=1.0))
    trainer.progress.seconds = 30.0
    assert trainer.done == pytest.approx(0.5)
    trainer.progress.seconds = 61.0
    assert trainer.done == 1.0


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # torch itself uses it
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch compiles with a C++ compiler, and there is none")
def test_compiled_kernels_compute_the_same() -> None:
    torch.manual_seed(0)
    gate, up = torch.randn(2, 7, 64), torch.randn(2, 7, 64)
    compiled = Kernels.compiled().gated
    assert compiled is not Kernels().gated
    assert torch.allclose(compiled(gate, up), torch.nn.functional.silu(gate) * up, atol=1e-6)


def test_normalise() -> None:
    x, weight = torch.randn(2, 7, 64) * 5, torch.rand(64)
    expected = torch.nn.functional.rms_norm(x, (64,), weight, 1e-5)
    assert torch.allclose(Kernels().normalise(x, weight, 1e-5), expected, atol=1e-5)
