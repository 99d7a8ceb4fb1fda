"""SGD and Adam over trees. Adam is algorithm 1 of Kingma and Ba (2015), with its epsilon outside the root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

Tree = Any
Update = Callable[[Tree, Tree, Tree], tuple[Tree, Tree]]


def start(params: Tree) -> Tree:
    """Return Adam's state before the first step: the count and both moments."""
    zeros = jax.tree.map(jnp.zeros_like, params)
    return {"count": jnp.zeros((), jnp.int32), "first": zeros, "second": jax.tree.map(jnp.zeros_like, params)}


def adam(values: Mapping[str, float]) -> Update:
    """Return `(params, gradients, state) -> (params, state)`."""
    rate, beta1, beta2, epsilon = (values[name] for name in ("learning_rate", "beta_1", "beta_2", "epsilon"))

    def update(params: Tree, gradients: Tree, state: Tree) -> tuple[Tree, Tree]:
        count = state["count"] + 1
        first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, state["first"], gradients)
        second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, state["second"], gradients)
        power = count.astype(jnp.float32)
        scale1, scale2 = 1 / (1 - beta1**power), 1 / (1 - beta2**power)
        params = jax.tree.map(
            lambda p, m, v: p - rate * (m * scale1) / (jnp.sqrt(v * scale2) + epsilon), params, first, second
        )
        return params, {"count": count, "first": first, "second": second}

    return update


def sgd(values: Mapping[str, float]) -> Update:
    """Return plain gradient descent in the same form; the state passes through."""
    rate = values["learning_rate"]

    def update(params: Tree, gradients: Tree, state: Tree) -> tuple[Tree, Tree]:
        return jax.tree.map(lambda p, g: p - rate * g, params, gradients), state

    return update
