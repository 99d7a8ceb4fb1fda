"""Fifty tiny dense layers in PyTorch."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from bench.programs.torch.base import TorchProgram
from bench.spec import Division, Size
from bench.workloads.dispatch import SPEC


class Dispatch(nn.Module):
    """Dense layers of one width with ReLU between them, none after the last."""

    def __init__(self, layers: int, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the last layer's values, (batch, width)."""
        for layer in self.layers[:-1]:
            x = functional.relu(layer(x))
        return self.layers[-1](x)


def build(size: Size, division: Division) -> TorchProgram:
    """Return the program at that size under that division."""
    return TorchProgram(Dispatch(**size.dimensions), SPEC.loss, division)
