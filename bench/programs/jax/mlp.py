"""The multilayer perceptron in JAX."""

from __future__ import annotations

import jax

from bench.programs.jax.base import JaxProgram, stateless
from bench.programs.jax.layers import Tree, dense
from bench.spec import Division, Size
from bench.workloads.mlp import SPEC, shapes


def forward(params: Tree, x: jax.Array) -> jax.Array:
    """Return logits, (batch, classes)."""
    for layer in range(len(params) - 1):
        x = jax.nn.relu(dense(params[f"hidden{layer}"], x))
    return dense(params["output"], x)


def build(size: Size, division: Division) -> JaxProgram:
    """Return the program at that size under that division."""
    return JaxProgram(stateless(forward), shapes(size), SPEC.loss, division)
