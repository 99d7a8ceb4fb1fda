"""The encoder in TensorFlow, fed with changing lengths: the same module."""

from __future__ import annotations

from bench.programs.tensorflow.encoder import build

__all__ = ["build"]
