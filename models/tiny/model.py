"""The Llama architecture in torch, computed as llama.cpp computes it.

Two conventions of GGUF's ``llama`` architecture are kept here, so that export is a copy of the weights:

- **RoPE is interleaved**: dimensions (0, 1), (2, 3), … of a head are rotated together. Checkpoints that rotate
  (i, i + head_dim / 2), as Hugging Face's do, need the rows of q and k permuted for GGUF; these do not.
- There is an output matrix beside the embedding (llama.cpp would share the embedding if a file had none).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Kernels", "Llama", "ModelShape"]

_BLOCK = 128


@dataclass(frozen=True)
class ModelShape:
    """The sizes of a model; ``width`` is divided evenly among ``heads``, and these among ``kv_heads``."""

    vocabulary: int
    layers: int = 6
    width: int = 256
    heads: int = 8
    kv_heads: int = 8
    hidden: int = 640
    context: int = 4096
    rope_base: float = 10000.0
    norm_epsilon: float = 1e-5

    @property
    def head_dim(self) -> int:
        """Dimensions of one attention head."""
        return self.width // self.heads


def normalise(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """RMS normalisation over the last dimension, computed in float32, given in ``weight``'s precision."""
    wide = x.float()
    return wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + epsilon) * weight


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """RoPE on pairs of neighbours: ``x`` is (batch, time, heads, head_dim), the tables (time, 1, head_dim / 2)."""
    even, odd = x.float().reshape(*x.shape[:-1], -1, 2).unbind(-1)
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2).to(x.dtype)


def gated(gate: Tensor, up: Tensor) -> Tensor:
    """SwiGLU without its matrices."""
    return functional.silu(gate) * up


@dataclass(frozen=True)
class Kernels:
    """What a model computes element by element: half of the time in eager mode, little where it is compiled."""

    normalise: Callable[[Tensor, Tensor, float], Tensor] = normalise
    rotate: Callable[[Tensor, Tensor, Tensor], Tensor] = rotate
    gated: Callable[[Tensor, Tensor], Tensor] = gated

    @classmethod
    def compiled(cls) -> Kernels:
        """The same by way of a C++ compiler, which has to be there; once for all lengths."""
        return cls(*(torch.compile(each, dynamic=True) for each in (normalise, rotate, gated)))


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention over (batch, heads, time, head_dim), in blocks of queries that skip what they cannot see.

    With heads of 64 dimensions in bfloat16 this is twice as fast on a CPU as torch's own kernel.
    """
    time, kind = q.shape[2], q.dtype
    q = q * q.shape[-1] ** -0.5
    later = torch.ones(_BLOCK, _BLOCK, dtype=torch.bool).triu(1).to(kind) * -1e9
    mixed = []
    for start in range(0, time, _BLOCK):
        end = min(start + _BLOCK, time)
        scores = q[:, :, start:end] @ k[:, :, :end].transpose(-1, -2)
        scores = scores + functional.pad(later[: end - start, : end - start], (start, 0))
        mixed.append(scores.softmax(-1, dtype=kind) @ v[:, :, :end])
    return torch.cat(mixed, 2)


class RMSNorm(nn.Module):
    """The weight of a normalisation."""

    def __init__(self, shape: ModelShape, kernels: Kernels) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon, self.kernels = shape.norm_epsilon, kernels

    def forward(self, x: Tensor) -> Tensor:
        """Same shape as ``x``."""
        return self.kernels.normalise(x, self.weight, self.epsilon)


class Attention(nn.Module):
    """Causal self-attention with rotary positions; fewer key heads than query heads are allowed."""

    def __init__(self, shape: ModelShape, kernels: Kernels) -> None:
        super().__init__()
        self.shape, self.kernels = shape, kernels
        narrow = shape.kv_heads * shape.head_dim
        self.q = nn.Linear(shape.width, shape.width, bias=False)
        self.k = nn.Linear(shape.width, narrow, bias=False)
        self.v = nn.Linear(shape.width, narrow, bias=False)
        self.output = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        """(batch, time, width) to the same shape; every position sees itself and those before it."""
        dim = self.shape.head_dim
        q = self.kernels.rotate(self.q(x).unflatten(-1, (-1, dim)), cosine, sine).transpose(1, 2)
        k = self.kernels.rotate(self.k(x).unflatten(-1, (-1, dim)), cosine, sine).transpose(1, 2)
        v = self.v(x).unflatten(-1, (-1, dim)).transpose(1, 2)
        if self.shape.kv_heads != self.shape.heads:
            groups = self.shape.heads // self.shape.kv_heads
            k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        return self.output(attend(q, k, v).transpose(1, 2).flatten(-2))  # type: ignore[no-any-return]


class FeedForward(nn.Module):
    """SwiGLU."""

    def __init__(self, shape: ModelShape, kernels: Kernels) -> None:
        super().__init__()
        self.kernels = kernels
        self.gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, width) to the same shape."""
        return self.down(self.kernels.gated(self.gate(x), self.up(x)))  # type: ignore[no-any-return]


class Layer(nn.Module):
    """One transformer layer, normalised before each half."""

    def __init__(self, shape: ModelShape, kernels: Kernels) -> None:
        super().__init__()
        self.attention_norm = RMSNorm(shape, kernels)
        self.attention = Attention(shape, kernels)
        self.feed_forward_norm = RMSNorm(shape, kernels)
        self.feed_forward = FeedForward(shape, kernels)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        """(batch, time, width) to the same shape."""
        x = x + self.attention(self.attention_norm(x), cosine, sine)
        return x + self.feed_forward(self.feed_forward_norm(x))  # type: ignore[no-any-return]


class Llama(nn.Module):
    """A causal language model. ``hidden`` gives the last layer's states, ``logits`` scores the vocabulary from them."""

    cosine: Tensor
    sine: Tensor

    def __init__(self, shape: ModelShape, kernels: Kernels | None = None) -> None:
        super().__init__()
        kernels = kernels or Kernels()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape, kernels) for _ in range(shape.layers))
        self.norm = RMSNorm(shape, kernels)
        self.output = nn.Linear(shape.width, shape.vocabulary, bias=False)
        rates = shape.rope_base ** (-torch.arange(0, shape.head_dim, 2).double() / shape.head_dim)
        angles = torch.arange(shape.context).double()[:, None] * rates
        self.register_buffer("cosine", angles.cos().float()[:, None], persistent=False)
        self.register_buffer("sine", angles.sin().float()[:, None], persistent=False)
        self._initialise()

    def _initialise(self) -> None:
        """Normal weights that keep the size of what goes through; what each layer adds shrinks with the depth."""
        for name, weight in self.named_parameters():
            if weight.dim() < 2:
                continue
            deviation = 1.0 if name.startswith("embedding") else 1 / math.sqrt(weight.shape[1])
            if name.endswith(("attention.output.weight", "down.weight")):
                deviation /= math.sqrt(2 * self.shape.layers)
            nn.init.normal_(weight, std=deviation)

    def hidden(self, tokens: Tensor) -> Tensor:
        """(batch, time) token ids to normalised states (batch, time, width)."""
        x = self.embedding(tokens)
        cosine, sine = self.cosine[: tokens.shape[1]], self.sine[: tokens.shape[1]]
        for layer in self.layers:
            x = layer(x, cosine, sine)
        return self.norm(x)  # type: ignore[no-any-return]

    def logits(self, states: Tensor) -> Tensor:
        """States (…, width) to scores (…, vocabulary)."""
        return self.output(states)  # type: ignore[no-any-return]

    def forward(self, tokens: Tensor) -> Tensor:
        """(batch, time) token ids to logits (batch, time, vocabulary)."""
        return self.logits(self.hidden(tokens))
