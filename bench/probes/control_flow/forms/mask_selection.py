"""Rows are picked by a condition, so that a shape follows from values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.probes.control_flow.form import Form, arrays

FORM = Form(7, "selection by a mask", "Rows above a threshold are picked; how many, the values decide.", (4, 3))
REWRITING = {"keras": "keras.ops.where", "torch": "torch.where", "tensorflow": "tf.where", "jax": "jax.numpy.where"}


def inputs() -> list[np.ndarray]:
    return [3 * x - 1 for x in arrays((6, 4), (6, 4), (6, 4))]


def reference(x: np.ndarray, w: np.ndarray, call: int) -> np.ndarray:
    return np.tanh(x[x[:, 0] > 0] @ w).sum(0, keepdims=True)


def keras() -> Callable[[Any, Any], Any]:
    from keras import ops

    def picked(x: Any, w: Any) -> Any:
        rows = x[x[:, 0] > 0]
        return ops.sum(ops.tanh(ops.matmul(rows, w)), 0, keepdims=True)

    return picked


def keras_rewritten() -> Callable[[Any, Any], Any]:
    from keras import ops

    def picked(x: Any, w: Any) -> Any:
        rows = ops.where(x[:, :1] > 0, x, 0.0)
        return ops.sum(ops.tanh(ops.matmul(rows, w)), 0, keepdims=True)

    return picked


def torch() -> Callable[[Any, Any], Any]:
    import torch

    def picked(x: Any, w: Any) -> Any:
        rows = x[x[:, 0] > 0]
        return torch.tanh(rows @ w).sum(0, keepdim=True)

    return picked


def torch_rewritten() -> Callable[[Any, Any], Any]:
    import torch

    def picked(x: Any, w: Any) -> Any:
        rows = torch.where(x[:, :1] > 0, x, 0.0)
        return torch.tanh(rows @ w).sum(0, keepdim=True)

    return picked


def tensorflow() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    def picked(x: Any, w: Any) -> Any:
        rows = tf.boolean_mask(x, x[:, 0] > 0)
        return tf.reduce_sum(tf.tanh(tf.matmul(rows, w)), 0, keepdims=True)

    return picked


def tensorflow_rewritten() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    def picked(x: Any, w: Any) -> Any:
        rows = tf.where(x[:, :1] > 0, x, 0.0)
        return tf.reduce_sum(tf.tanh(tf.matmul(rows, w)), 0, keepdims=True)

    return picked


def jax() -> Callable[[Any, Any], Any]:
    import jax.numpy as jnp

    def picked(x: Any, w: Any) -> Any:
        rows = x[x[:, 0] > 0]
        return jnp.tanh(rows @ w).sum(0, keepdims=True)

    return picked


def jax_rewritten() -> Callable[[Any, Any], Any]:
    import jax.numpy as jnp

    def picked(x: Any, w: Any) -> Any:
        rows = jnp.where(x[:, :1] > 0, x, 0.0)
        return jnp.tanh(rows @ w).sum(0, keepdims=True)

    return picked
