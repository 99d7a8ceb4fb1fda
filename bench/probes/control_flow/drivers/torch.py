"""Programs as a PyTorch module, compiled by torch.compile in that mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

COUNTER = "torch._dynamo unique graphs"


class Module(nn.Module):
    """The program as a module with one weight."""

    def __init__(self, program: Callable[[Any, Any], Any], weight: np.ndarray) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor(weight))
        self.program = program

    def forward(self, x: Any) -> Any:
        """Return the program's output."""
        return self.program(x, self.w)


class Driver:
    """One program in one phase."""

    def __init__(self, program: Callable[[Any, Any], Any], weight: np.ndarray, mode: str, device: str) -> None:
        self._module = Module(program, weight).to(device)
        self._forward = torch.compile(self._module) if mode == "compile" else self._module
        self._compiled, self._device = mode == "compile", device

    def value(self, x: Any) -> np.ndarray:
        """Return the output of one call."""
        with torch.no_grad():
            return np.asarray(self._forward(self._placed(x)).cpu())

    def gradient(self, x: Any) -> np.ndarray:
        """Return the gradient of the output's sum by the weight."""
        self._module.zero_grad()
        self._forward(self._placed(x)).sum().backward()
        assert self._module.w.grad is not None
        return np.asarray(self._module.w.grad.cpu())

    def compilations(self) -> int | None:
        """Return how many graphs were compiled so far."""
        return int(torch._dynamo.utils.counters["stats"]["unique_graphs"]) if self._compiled else 0

    def graph_breaks(self) -> int | None:
        """Return how often tracing broke off and began again."""
        return int(sum(torch._dynamo.utils.counters["graph_break"].values())) if self._compiled else 0

    def _placed(self, x: Any) -> Any:
        return tuple(map(self._placed, x)) if isinstance(x, tuple) else torch.as_tensor(x).to(self._device)
