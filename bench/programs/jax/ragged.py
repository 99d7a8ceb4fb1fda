"""The encoder in JAX, fed with changing lengths: the same functions."""

from __future__ import annotations

from bench.programs.jax.encoder import build

__all__ = ["build"]
