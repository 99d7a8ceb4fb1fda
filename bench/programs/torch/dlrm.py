"""The recommendation model in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

from bench.programs.torch.base import TorchProgram
from bench.spec import Division, Size
from bench.workloads.dlrm import SPEC


class Dlrm(nn.Module):
    """One table a category, a perceptron over all vectors and dense features. Gradients of the tables are dense."""

    def __init__(self, tables: int, rows: int, width: int, dense: int, hidden0: int, hidden1: int) -> None:
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(rows, width) for _ in range(tables))
        self.hidden0 = nn.Linear(tables * width + dense, hidden0)
        self.hidden1 = nn.Linear(hidden0, hidden1)
        self.output = nn.Linear(hidden1, 1)

    def forward(self, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the click's logit, (batch, 1)."""
        columns = inputs["categories"].unbind(dim=1)
        vectors = [table(column) for table, column in zip(self.tables, columns, strict=True)]
        x = torch.cat([*vectors, inputs["dense"]], dim=1)
        return self.output(functional.relu(self.hidden1(functional.relu(self.hidden0(x)))))


def build(size: Size, division: Division) -> TorchProgram:
    """Return the program at that size under that division."""
    return TorchProgram(Dlrm(**size.dimensions), SPEC.loss, division)
