"""A pre-norm transformer block in PyTorch, for the encoder and for GPT."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from bench.programs.torch.base import layer_norm
from bench.spec import Division


class Attention(nn.Module):
    """Self-attention by one projection to queries, keys and values; the kernel is PyTorch's choice."""

    def __init__(self, width: int, heads: int, causal: bool) -> None:
        super().__init__()
        self.heads = heads
        self.causal = causal
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return attended values, (batch, steps, width)."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=-1)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        return self.out(mixed.transpose(1, 2).flatten(-2))


class Block(nn.Module):
    """Attention, then a perceptron with GELU, each behind a layer normalisation and added to what came in."""

    def __init__(self, width: int, heads: int, hidden: int, division: Division, causal: bool) -> None:
        super().__init__()
        self.norm1 = layer_norm(width, division)
        self.attention = Attention(width, heads, causal)
        self.norm2 = layer_norm(width, division)
        self.expand = nn.Linear(width, hidden)
        # GPT-2 was trained with the tanh form; encoders use the exact one.
        self.gelu = nn.GELU(approximate="tanh" if causal else "none")
        self.contract = nn.Linear(hidden, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's output, (batch, steps, width)."""
        x = x + self.attention(self.norm1(x))
        return x + self.contract(self.gelu(self.expand(self.norm2(x))))


class Trunk(nn.Module):
    """Embedded tokens and positions through all blocks and a last normalisation."""

    def __init__(self, dimensions: dict[str, int], division: Division, causal: bool) -> None:
        super().__init__()
        width = dimensions["width"]
        self.tokens = nn.Embedding(dimensions["vocabulary"], width)
        self.positions = nn.Embedding(dimensions["steps"], width)
        self.blocks = nn.ModuleList(
            Block(width, dimensions["heads"], dimensions["hidden"], division, causal)
            for _ in range(dimensions["layers"])
        )
        self.norm = layer_norm(width, division)

    def hidden(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return the normalised hidden states, (batch, steps, width)."""
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))
        for block in self.blocks:
            x = block(x)
        return self.norm(x)
