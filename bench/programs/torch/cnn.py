"""The small convolutional network in PyTorch."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bench.programs.torch.base import TorchProgram
from bench.programs.torch.weights import Binding
from bench.spec import Division, Size
from bench.workloads.cnn import SPEC, flat_side


class Cnn(nn.Module):
    """Two convolutions with pooling, one dense layer over the flattened map."""

    def __init__(self, channels: int, width: int, flat: int, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3)
        self.conv2 = nn.Conv2d(width, 2 * width, 3)
        self.output = nn.Linear(flat, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits (batch, classes)."""
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return self.output(x.flatten(1))


def build(size: Size, division: Division) -> TorchProgram:
    """Return the program at that size under that division."""
    dimensions = size.dimensions
    side, maps = flat_side(size), 2 * dimensions["width"]
    model = Cnn(dimensions["channels"], dimensions["width"], side * side * maps, dimensions["classes"])

    # PyTorch flattens channels first: the dense kernel's rows are put in that order once, not the maps at every step.
    def inward(kernel: np.ndarray) -> np.ndarray:
        return kernel.reshape(side, side, maps, -1).transpose(3, 2, 0, 1).reshape(-1, maps * side * side)

    def outward(weight: np.ndarray) -> np.ndarray:
        return weight.reshape(-1, maps, side, side).transpose(2, 3, 1, 0).reshape(side * side * maps, -1)

    overrides = {"output/kernel": Binding(model.output.weight, inward, outward)}
    return TorchProgram(model, SPEC.loss, division, overrides)
