"""A start that can already copy.

Most of what an agent writes stands somewhere before: a name in the request, a result in a tool's answer. The circuit
that copies is well known: heads of one layer note at each position which tokens came before it, and heads of the next
look for the position before which the same tokens stood, and propose what stands there. Random weights find it late;
here it is written into them. A quarter of all that the agent has to write is right before the first update, and
training goes on from there.

The residual stream is laid out for it: half of its dimensions for the token itself, three eighths for notes of the
three tokens before, one dimension for a constant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from models.tiny.model import Attention, Layer, Llama

__all__ = ["wire_copying"]

_NOTES = 3
_REACH = 300
"""Positions over which the second layer has to recognise tokens in spite of RoPE."""


@dataclass(frozen=True)
class _Strength:
    """Gains, found by trying. ``near``, ``match``: attention to the neighbour, and to a match of the last token, in
    logits; ``fade``: the weight of each token further back; ``others``: what the other parts start with."""

    constant: float = 4.0
    near: float = 8.0
    match: float = 16.0
    fade: float = 0.9
    copy: float = 5.0
    others: float = 0.03
    output: float = 0.03
    name: float = 90.0
    recent: float = 40.0
    choice: float = 2.0


class _Layout:
    """Where things are in the residual stream, and the sketch that notes are made with."""

    def __init__(self, model: Llama, seed: int) -> None:
        shape = model.shape
        self.width, self.size = shape.width, shape.head_dim
        self.content, self.note = shape.width // 2, shape.width // 8
        self.strength = _Strength()
        self.generator = torch.Generator().manual_seed(seed)
        self.rates = shape.rope_base ** (-torch.arange(0, self.size, 2).float() / self.size)
        self.sketch = self.directions(self.note, self.content)
        self.named = slice(self.content + _NOTES * self.note, self.width - 1)
        self.label = self.directions(self.width - 1 - self.content - _NOTES * self.note, self.content)

    def place(self, index: int) -> slice:
        """The dimensions of the note on the token ``index + 1`` positions back."""
        return slice(self.content + index * self.note, self.content + (index + 1) * self.note)

    def scale(self, notes: int) -> float:
        """What normalisation multiplies the stream by when it holds the token, the constant and so many notes."""
        return math.sqrt(self.width / (self.content + notes * self.note + self.strength.constant**2))

    def directions(self, count: int, width: int) -> Tensor:
        """Random rows at right angles to each other, (count, width); columns where there are more rows than columns."""
        tall, _ = torch.linalg.qr(torch.randn(max(count, width), min(count, width), generator=self.generator))
        rows: Tensor = tall if count > width else tall.T
        return rows.contiguous()


@torch.no_grad()
def wire_copying(model: Llama, *, seed: int = 0, mark: int | None = None) -> None:
    """Write the copying circuit into three heads of layer 0 and up to three of layer 1.

    The model needs two layers and three heads. ``mark`` is the token before a name that the text after it describes
    (the ``- `` before a tool): with it, each position notes the name that it belongs to, and heads of layer 2 propose
    the name that they find noted where they look. That takes a third layer and a fourth head.
    """
    layout = _Layout(model, seed)
    embedding, strength = model.embedding.weight, layout.strength
    embedding.normal_(generator=layout.generator)
    embedding[:, layout.content :] = 0
    if mark is not None:
        _single_out(embedding[:, : layout.content], mark, layout)
    embedding *= math.sqrt(layout.content) / embedding.norm(dim=1, keepdim=True)  # so that the constant is one
    model.output.weight.copy_(embedding * strength.output)
    embedding[:, -1] = strength.constant
    layers = cast("list[Layer]", list(model.layers))
    for layer in layers:
        layer.attention.output.weight.mul_(strength.others)
        layer.feed_forward.down.weight.mul_(strength.others)
    _wire_notes(layers[0].attention, layout)
    _wire_search(layers[1].attention, layout, heads=min(3, model.shape.heads - 1))
    if mark is not None:
        _wire_names(layers[1].attention, layout, embedding[mark, : layout.content])
        _wire_choice(layers[2].attention, layout)


def _single_out(tokens: Tensor, mark: int, layout: _Layout) -> None:
    """Take from all other tokens what a note could confuse with the mark."""
    direction = layout.sketch.T @ layout.sketch @ tokens[mark]
    direction = direction / direction.norm()
    kept = tokens[mark].clone()
    tokens -= (tokens @ direction)[:, None] * direction
    tokens[mark] = kept


def _clear(attention: Attention, part: slice) -> None:
    for weight in (attention.q.weight, attention.k.weight, attention.v.weight):
        weight[part] = 0
    attention.output.weight[:, part] = 0


def _wire_notes(attention: Attention, layout: _Layout) -> None:
    """One head for each distance: attend to the position so far back, by way of the constant, and note its token."""
    size, rates = layout.size, layout.rates
    gain = layout.strength.near * math.sqrt(size) / float((1 - torch.cos(rates)).sum())
    amplitude = math.sqrt(gain) / (layout.strength.constant * layout.scale(0))
    same = torch.eye(layout.note)
    for index in range(_NOTES):
        start = index * size
        _clear(attention, slice(start, start + size))
        angle = rates * (index + 1)
        attention.q.weight[start : start + size : 2, -1] = torch.cos(angle) * amplitude
        attention.q.weight[start + 1 : start + size : 2, -1] = -torch.sin(angle) * amplitude
        attention.k.weight[start : start + size : 2, -1] = amplitude
        attention.v.weight[start : start + layout.note, : layout.content] = layout.sketch
        attention.output.weight[layout.place(index), start : start + layout.note] = same / layout.scale(0)


def _wire_search(attention: Attention, layout: _Layout, heads: int) -> None:
    """Attend to where the last tokens are those that were noted, and propose the token there."""
    strength, size, scale = layout.strength, layout.size, layout.scale(_NOTES)
    pairs = torch.nonzero(layout.rates * _REACH < 1.5).flatten()
    slow = torch.stack((2 * pairs, 2 * pairs + 1), 1).flatten()
    values = layout.directions(layout.content, layout.content)
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        rows = slow + head * size
        _clear(attention, part)
        for index in range(_NOTES):
            gain = math.sqrt(strength.match * strength.fade**index * math.sqrt(size) / layout.note) / scale
            mix = layout.directions(len(slow), layout.note) * gain
            attention.k.weight[rows, layout.place(index)] += mix
            if index == 0:
                attention.q.weight[rows, : layout.content] += mix @ layout.sketch
            else:
                attention.q.weight[rows, layout.place(index - 1)] += mix
        chosen = values[head * layout.content // heads : (head + 1) * layout.content // heads]
        attention.v.weight[part.start : part.start + len(chosen), : layout.content] = chosen
        gain = strength.copy / scale
        attention.output.weight[: layout.content, part.start : part.start + len(chosen)] = chosen.T * gain


def _wire_names(attention: Attention, layout: _Layout, mark: Tensor) -> None:
    """The last head of layer 1: attend to the nearest position behind a mark, and note the token there."""
    size, strength, scale = layout.size, layout.strength, layout.scale(_NOTES)
    start = attention.q.weight.shape[0] - size
    _clear(attention, slice(start, start + size))
    seen = strength.constant * scale
    middle = torch.nonzero((layout.rates > 0.003) & (layout.rates < 0.15)).flatten() * 2 + start
    attention.q.weight[middle, -1] = math.sqrt(strength.recent * math.sqrt(size) / len(middle)) / seen
    attention.k.weight[middle, -1] = math.sqrt(strength.recent * math.sqrt(size) / len(middle)) / seen
    slowest = start + size - 2
    wanted = layout.sketch @ mark
    attention.q.weight[slowest, -1] = math.sqrt(strength.name * math.sqrt(size)) / seen
    attention.k.weight[slowest, layout.place(0)] = (
        math.sqrt(strength.name * math.sqrt(size)) / scale * wanted / wanted.square().sum()
    )
    attention.v.weight[start : start + len(layout.label), : layout.content] = layout.label / scale
    attention.output.weight[layout.named, start : start + len(layout.label)] = torch.eye(len(layout.label))


def _wire_choice(attention: Attention, layout: _Layout) -> None:
    """Two heads of layer 2: propose the noted name. Where to look for it is left to training."""
    count = len(layout.label)
    scale = math.sqrt(layout.width / (layout.content + _NOTES * layout.note + count + layout.strength.constant**2))
    for start in (0, layout.size):
        part = slice(start, start + layout.size)
        attention.v.weight[part] = 0
        attention.output.weight[:, part] = 0
        attention.v.weight[start : start + count, layout.named] = torch.eye(count) / scale
        attention.output.weight[: layout.content, start : start + count] = layout.label.T * layout.strength.choice
