"""The transformer encoder in PyTorch."""

from __future__ import annotations

import torch
from torch import nn

from bench.programs.torch.base import TorchProgram
from bench.programs.torch.transformer import Trunk
from bench.spec import Division, Size
from bench.workloads.encoder import SPEC


class Encoder(Trunk):
    """The trunk, its mean over steps, and a dense layer."""

    def __init__(self, dimensions: dict[str, int], division: Division) -> None:
        super().__init__(dimensions, division, causal=False)
        self.output = nn.Linear(dimensions["width"], dimensions["classes"])

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return logits, (batch, classes)."""
        return self.output(self.hidden(tokens).mean(dim=1))


def build(size: Size, division: Division) -> TorchProgram:
    """Return the program at that size under that division."""
    return TorchProgram(Encoder(dict(size.dimensions), division), SPEC.loss, division)
