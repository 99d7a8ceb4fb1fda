"""The multilayer perceptron in PyTorch."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from bench.programs.torch.base import TorchProgram
from bench.spec import Division, Size
from bench.workloads.mlp import SPEC


def network(inputs: int, width: int, layers: int, classes: int) -> nn.Module:
    """Return the layers in order, named as their weights are."""
    stack: OrderedDict[str, nn.Module] = OrderedDict()
    for layer in range(layers):
        stack[f"hidden{layer}"] = nn.Linear(inputs, width)
        stack[f"relu{layer}"] = nn.ReLU()
        inputs = width
    stack["output"] = nn.Linear(inputs, classes)
    return nn.Sequential(stack)


def build(size: Size, division: Division) -> TorchProgram:
    """Return the program at that size under that division."""
    return TorchProgram(network(**size.dimensions), SPEC.loss, division)
