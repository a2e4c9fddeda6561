"""What is written into a model before training: it copies, and it knows the name that a line of a list begins with."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'tuning'")

from models.tiny.model import Llama, ModelShape  # noqa: E402
from models.tiny.wiring import _Layout, wire_copying  # noqa: E402

SHAPE = ModelShape(vocabulary=400, layers=3, width=256, heads=4, kv_heads=4, hidden=64, context=256)
MARK = 7


def blank() -> Llama:
    torch.manual_seed(0)
    return Llama(SHAPE)


def repeated(model: Llama, length: int = 60) -> float:
    """The share of random tokens that are foreseen when they come a second time, in the same order."""
    row = torch.randint(10, 400, (8, length), generator=torch.Generator().manual_seed(5))
    twice = torch.cat([row, row], 1)
    with torch.no_grad():
        return float((model(twice)[:, length:-1].argmax(-1) == twice[:, length + 1 :]).float().mean())


def test_it_copies_before_any_training() -> None:
    model = blank()
    assert repeated(model) < 0.05
    wire_copying(model)
    assert repeated(model) > 0.9


def test_it_copies_beside_the_names_too() -> None:
    model = blank()
    wire_copying(model, mark=MARK)
    assert repeated(model) > 0.8


def test_the_wiring_follows_the_seed() -> None:
    one, same, other = blank(), blank(), blank()
    for model, seed in ((one, 1), (same, 1), (other, 2)):
        wire_copying(model, seed=seed)
    assert torch.equal(one.layers[1].attention.q.weight, same.layers[1].attention.q.weight)
    assert not torch.equal(one.layers[1].attention.q.weight, other.layers[1].attention.q.weight)


def test_each_position_notes_the_name_before_it() -> None:
    model = blank()
    wire_copying(model, mark=MARK)
    generator = torch.Generator().manual_seed(3)
    lines = [[MARK, *torch.randint(10, 400, (12,), generator=generator).tolist()] for _ in range(5)]
    tokens = torch.tensor([[token for line in lines for token in line]])
    layout = _Layout(model, 0)
    with torch.no_grad():
        states = model.embedding(tokens)
        for layer in model.layers[:2]:
            states = layer(states, model.cosine[: tokens.shape[1]], model.sine[: tokens.shape[1]])
        known = torch.nn.functional.normalize(model.embedding.weight[:, : layout.content] @ layout.label.T)
        noted = (states[0, :, layout.named] @ known.T).argmax(-1)
    wanted = torch.tensor([line[1] for line in lines for _ in line[2:]])
    behind = torch.tensor([index for index in range(len(noted)) if index % 13 >= 2])
    assert (noted[behind] == wanted).float().mean() > 0.8
