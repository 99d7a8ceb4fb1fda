"""The two-layer LSTM in JAX: a scan a layer."""

from __future__ import annotations

import jax

from bench.programs.jax.base import JaxProgram, stateless
from bench.programs.jax.layers import Tree, dense, lstm
from bench.spec import Division, Size
from bench.workloads.lstm import SPEC, shapes


def forward(params: Tree, x: jax.Array) -> jax.Array:
    """Return one value a sequence, (batch, 1)."""
    hidden = lstm(params["lstm1"], lstm(params["lstm0"], x))
    return dense(params["output"], hidden[:, -1])


def build(size: Size, division: Division) -> JaxProgram:
    """Return the program at that size under that division."""
    return JaxProgram(stateless(forward), shapes(size), SPEC.loss, division)
