"""U-Net in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.programs.jax.base import JaxProgram, stateless
from bench.programs.jax.layers import Tree, conv, conv_transpose, max_pool
from bench.spec import Division, Size
from bench.workloads.unet import SPEC, shapes


def _pair(params: Tree, x: jax.Array) -> jax.Array:
    x = jax.nn.relu(conv(params["conv1"], x, pad=1))
    return jax.nn.relu(conv(params["conv2"], x, pad=1))


def forward(params: Tree, x: jax.Array) -> jax.Array:
    """Return mask logits, (batch, side, side, 1)."""
    kept = []
    for level in params["down"]:
        x = _pair(level, x)
        kept.append(x)
        x = max_pool(x, 2, 2)
    x = _pair(params["bottom"], x)
    for level, skip in zip(reversed(params["up"]), reversed(kept), strict=True):
        x = _pair(level, jnp.concatenate([skip, conv_transpose(level["raise_"], x)], axis=-1))
    return conv(params["output"], x)


def build(size: Size, division: Division) -> JaxProgram:
    """Return the program at that size under that division."""
    return JaxProgram(stateless(forward), shapes(size), SPEC.loss, division)
