"""The small convolutional network in JAX."""

from __future__ import annotations

import jax

from bench.programs.jax.base import JaxProgram, stateless
from bench.programs.jax.layers import Tree, conv, dense, max_pool
from bench.spec import Division, Size
from bench.workloads.cnn import SPEC, shapes


def forward(params: Tree, x: jax.Array) -> jax.Array:
    """Return logits, (batch, classes)."""
    x = max_pool(jax.nn.relu(conv(params["conv1"], x)), 2, 2)
    x = max_pool(jax.nn.relu(conv(params["conv2"], x)), 2, 2)
    return dense(params["output"], x.reshape(x.shape[0], -1))


def build(size: Size, division: Division) -> JaxProgram:
    """Return the program at that size under that division."""
    return JaxProgram(stateless(forward), shapes(size), SPEC.loss, division)
