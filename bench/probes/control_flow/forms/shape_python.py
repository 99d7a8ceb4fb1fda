"""Python that asks a tensor for its shape: a branch and a loop of as many turns as there are rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.probes.control_flow.form import Form, arrays

FORM = Form(6, "shape-dependent Python", "An `if` and a `for` ask the number of rows, which changes.", (4, 3))
REWRITING = {"keras": "keras.ops.cumsum", "tensorflow": "tf.cumsum"}


def inputs() -> list[np.ndarray]:
    return arrays((3, 4), (7, 4), (2, 4), (5, 4))


def reference(x: np.ndarray, w: np.ndarray, call: int) -> np.ndarray:
    h = np.cumsum(x @ w, 0)
    return h * 2 if len(x) > 4 else h


def keras() -> Callable[[Any, Any], Any]:
    from keras import ops

    def rows(x: Any, w: Any) -> Any:
        h = ops.matmul(x, w)
        sums, total = [], 0.0
        for row in range(h.shape[0]):
            total = total + h[row]
            sums.append(total)
        return ops.stack(sums) * 2 if h.shape[0] > 4 else ops.stack(sums)

    return rows


def keras_rewritten() -> Callable[[Any, Any], Any]:
    from keras import ops

    def rows(x: Any, w: Any) -> Any:
        h = ops.cumsum(ops.matmul(x, w), 0)
        return h * ops.where(ops.shape(x)[0] > 4, 2.0, 1.0)

    return rows


def torch() -> Callable[[Any, Any], Any]:
    import torch

    def rows(x: Any, w: Any) -> Any:
        h = x @ w
        sums, total = [], 0.0
        for row in range(h.shape[0]):
            total = total + h[row]
            sums.append(total)
        return torch.stack(sums) * 2 if h.shape[0] > 4 else torch.stack(sums)

    return rows


def tensorflow() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    def rows(x: Any, w: Any) -> Any:
        h = tf.matmul(x, w)
        sums, total = [], 0.0
        for row in range(h.shape[0]):
            total = total + h[row]
            sums.append(total)
        return tf.stack(sums) * 2 if h.shape[0] > 4 else tf.stack(sums)

    return rows


def tensorflow_rewritten() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    def rows(x: Any, w: Any) -> Any:
        h = tf.cumsum(tf.matmul(x, w), 0)
        return h * tf.where(tf.shape(x)[0] > 4, 2.0, 1.0)

    return rows


def jax() -> Callable[[Any, Any], Any]:
    import jax.numpy as jnp

    def rows(x: Any, w: Any) -> Any:
        h = x @ w
        sums, total = [], 0.0
        for row in range(h.shape[0]):
            total = total + h[row]
            sums.append(total)
        return jnp.stack(sums) * 2 if h.shape[0] > 4 else jnp.stack(sums)

    return rows
