"""The recommendation model in JAX. Gradients of the tables are dense."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from bench.programs.jax.base import JaxProgram, stateless
from bench.programs.jax.layers import Tree, dense
from bench.spec import Division, Size
from bench.workloads.dlrm import SPEC, shapes


def forward(params: Tree, inputs: Mapping[str, jax.Array]) -> jax.Array:
    """Return the click's logit, (batch, 1)."""
    columns = enumerate(params["tables"])
    vectors = [table["embedding"][inputs["categories"][:, column]] for column, table in columns]
    x = jnp.concatenate([*vectors, inputs["dense"]], axis=1)
    return dense(params["output"], jax.nn.relu(dense(params["hidden1"], jax.nn.relu(dense(params["hidden0"], x)))))


def build(size: Size, division: Division) -> JaxProgram:
    """Return the program at that size under that division."""
    return JaxProgram(stateless(forward), shapes(size), SPEC.loss, division)
