"""The transformer encoder in JAX."""

from __future__ import annotations

from functools import partial

import jax

from bench.programs.jax.base import JaxProgram, stateless
from bench.programs.jax.layers import Tree, dense, transformer
from bench.spec import Division, Size
from bench.workloads.encoder import SPEC, shapes


def forward(params: Tree, tokens: jax.Array, heads: int) -> jax.Array:
    """Return logits, (batch, classes)."""
    return dense(params["output"], transformer(params, tokens, heads, causal=False).mean(axis=1))


def build(size: Size, division: Division) -> JaxProgram:
    """Return the program at that size under that division."""
    heads = size.dimensions["heads"]
    apply = stateless(partial(forward, heads=heads))
    return JaxProgram(apply, shapes(size), SPEC.loss, division, norms=True)
