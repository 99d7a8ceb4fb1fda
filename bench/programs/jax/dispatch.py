"""Fifty tiny dense layers in JAX."""

from __future__ import annotations

import jax

from bench.programs.jax.base import JaxProgram, stateless
from bench.programs.jax.layers import Tree, dense
from bench.spec import Division, Size
from bench.workloads.dispatch import SPEC, shapes


def forward(params: Tree, x: jax.Array) -> jax.Array:
    """Return the last layer's values, (batch, width)."""
    for layer in params["layers"][:-1]:
        x = jax.nn.relu(dense(layer, x))
    return dense(params["layers"][-1], x)


def build(size: Size, division: Division) -> JaxProgram:
    """Return the program at that size under that division."""
    return JaxProgram(stateless(forward), shapes(size), SPEC.loss, division)
