"""A training loop as anybody writes it, in PyTorch: what the runner's own block is held against. Used in the worker."""

from __future__ import annotations

import importlib
from itertools import pairwise
from typing import Any

from bench.program import Arrays
from bench.spec import MATCHED_OPTIMIZERS, Size


class Loop:
    """The multilayer perceptron of the `mlp` workload with Adam, without anything of this package's programs."""

    def __init__(self, size: Size, batch: Arrays) -> None:
        torch = importlib.import_module("torch")
        widths = [size.dimensions["inputs"], *[size.dimensions["width"]] * size.dimensions["layers"]]
        layers: list[Any] = []
        for inputs, outputs in pairwise(widths):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        self.model = torch.nn.Sequential(*layers, torch.nn.Linear(widths[-1], size.dimensions["classes"]))
        adam = MATCHED_OPTIMIZERS["adam"]
        betas = (adam["beta_1"], adam["beta_2"])
        parameters = self.model.parameters()
        self.optimizer = torch.optim.Adam(parameters, lr=adam["learning_rate"], betas=betas, eps=adam["epsilon"])
        self.loss = torch.nn.CrossEntropyLoss()
        self.x, self.y = torch.from_numpy(batch["x"]), torch.from_numpy(batch["y"]).long()

    def run(self, steps: int) -> None:
        """Take `steps` training steps on the CPU, where a call that returned is done."""
        self.model.train()
        for _ in range(steps):
            self.optimizer.zero_grad()
            loss = self.loss(self.model(self.x), self.y)
            loss.backward()
            self.optimizer.step()
