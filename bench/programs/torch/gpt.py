"""The causal transformer in PyTorch: training on the next token, greedy generation in a fixed window."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from bench.programs.steps import Window
from bench.programs.torch.base import TorchProgram, autocast
from bench.programs.torch.transformer import Trunk
from bench.spec import Division, Size
from bench.workloads.gpt import SPEC


class Gpt(Trunk):
    """The trunk with its token table as head."""

    def __init__(self, dimensions: dict[str, int], division: Division) -> None:
        super().__init__(dimensions, division, causal=True)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return logits for the token after each, (batch, steps, vocabulary)."""
        return functional.linear(self.hidden(tokens), self.tokens.weight)

    def extend(self, tokens: torch.Tensor, position: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the window with the likeliest token written behind `position`, and the next position."""
        last = self.hidden(tokens).index_select(1, position)[:, 0]
        following = functional.linear(last, self.tokens.weight).argmax(dim=-1)
        return tokens.index_copy(1, position + 1, following[:, None]), position + 1


class GptProgram(TorchProgram):
    """A step of inference is one new token for every sequence."""

    def __init__(self, size: Size, division: Division) -> None:
        self.gpt = Gpt(dict(size.dimensions), division)
        super().__init__(self.gpt, SPEC.loss, division)
        self.window = Window(size.dimensions["steps"])

    def _forget(self) -> None:
        super()._forget()
        self.extend = self._in_mode(self.gpt.extend)

    def generate(self, prompt: Any, count: int) -> Any:
        """Return the tokens (batch, steps) of a window whose first half is the prompt, extended by `count` tokens."""
        placed = self._place({"x": prompt, "y": prompt})
        self.model.eval()
        self.window.restart()
        for _ in range(count):
            self._infer(placed)
        return self.window.tokens.cpu().numpy()

    def _infer(self, placed: Any) -> None:
        tokens, _ = self._ready(placed)
        if self.window.is_full():
            # A tensor of one entry, so that a compiled step sees the position as data and not as a new shape.
            self.window.open(tokens, torch.tensor([self.window.first], device=tokens.device))
        with torch.inference_mode(), autocast(self.division):
            self.window.advance(*self.extend(self.window.tokens, self.window.position))


def build(size: Size, division: Division) -> GptProgram:
    """Return the program at that size under that division."""
    return GptProgram(size, division)
