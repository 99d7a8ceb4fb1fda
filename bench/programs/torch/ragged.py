"""The encoder in PyTorch, fed with changing lengths: the same module."""

from __future__ import annotations

from bench.programs.torch.encoder import build

__all__ = ["build"]
