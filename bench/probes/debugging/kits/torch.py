"""What a user of PyTorch writes: a module, a loader, the training loop of the tutorials."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from bench.probes.debugging.kits.data import BATCH, CLASSES, FIRST_STEP, HIDDEN, WIDTH, Data


class Kit(Data):
    """`compile` mode is `torch.compile(model)`. Images are channels first here."""

    def __init__(self, style: str, mode: str, device: str = "cpu", seed: int = 0) -> None:
        super().__init__(style, mode, device, seed)
        self.images = np.ascontiguousarray(self.images.transpose(0, 3, 1, 2))

    def classifier(self) -> Any:
        """Return two linear layers, as Sequential or as a subclass."""
        if self.style == "sequential":
            return nn.Sequential(nn.Linear(WIDTH, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CLASSES))
        return Classifier()

    def regressor(self) -> Any:
        """Return one linear layer with one output."""
        return nn.Sequential(nn.Linear(WIDTH, 1))

    def train(
        self, model: Any, x: Any, y: Any, loss: Any = None, optimizer: Any = None, epochs: int = 2
    ) -> dict[str, list[float]]:
        """Train by SGD on cross-entropy of logits, if nothing else is said; return losses and outputs."""
        model.to(self.device)
        loss = loss or nn.CrossEntropyLoss()
        optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1)
        forward = self.compiled(model)
        loader = DataLoader(TensorDataset(torch.as_tensor(x), torch.as_tensor(y)), batch_size=BATCH)
        self.stage = FIRST_STEP
        for _ in range(epochs):
            for features, labels in loader:
                optimizer.zero_grad()
                value = loss(forward(features.to(self.device)), labels.to(self.device))
                value.backward()
                optimizer.step()
                self.stepped(value.item())
        return self.evaluate(model, x)

    def evaluate(self, model: Any, x: Any) -> dict[str, list[float]]:
        """Return the losses so far and the first two outputs."""
        model.eval()
        with torch.no_grad():
            outputs = model(torch.as_tensor(x[:2]).to(self.device))
        return self.figures(outputs.cpu().numpy())

    def compiled(self, model: Any) -> Any:
        """Return the model as the kit's mode runs it."""
        return torch.compile(model) if self.mode == "compile" else model

    def start(self) -> None:
        """Set every seed."""
        torch.manual_seed(self.seed)


class Classifier(nn.Module):
    """The healthy model, subclassed."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(WIDTH, HIDDEN)
        self.head = nn.Linear(HIDDEN, CLASSES)

    def forward(self, x: Any) -> Any:
        """Return logits."""
        return self.head(torch.relu(self.hidden(x)))
