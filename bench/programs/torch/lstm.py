"""The two-layer LSTM in PyTorch."""

from __future__ import annotations

import torch
from torch import nn

from bench.programs.torch.base import TorchProgram
from bench.spec import Division, Size
from bench.workloads.lstm import SPEC


class Lstm(nn.Module):
    """nn.LSTM with two layers, read off at the last step."""

    def __init__(self, features: int, units: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, units, num_layers=2, batch_first=True)
        self.output = nn.Linear(units, 1)
        # nn.LSTM adds two biases where every other framework has one: the second is held at zero.
        for layer in range(2):
            second = getattr(self.lstm, f"bias_hh_l{layer}")
            nn.init.zeros_(second)
            second.requires_grad = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return one value a sequence, (batch, 1)."""
        hidden, _ = self.lstm(x)
        return self.output(hidden[:, -1])


def build(size: Size, division: Division) -> TorchProgram:
    """Return the program at that size under that division."""
    return TorchProgram(Lstm(size.dimensions["features"], size.dimensions["units"]), SPEC.loss, division)
