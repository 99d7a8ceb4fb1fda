"""A branch that a value decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.probes.control_flow.form import Form, arrays

FORM = Form(1, "data-dependent branch", "An `if` asks the sum of an activation; both ways are taken in turn.", (4, 3))
REWRITING = {"keras": "keras.ops.cond", "torch": "torch.cond", "tensorflow": "tf.cond", "jax": "jax.lax.cond"}


def inputs() -> list[np.ndarray]:
    first, second = arrays((5, 4), (5, 4))
    return [first, -second, second, -first]


def reference(x: np.ndarray, w: np.ndarray, call: int) -> np.ndarray:
    h = x @ w
    return np.tanh(h) if h.sum() > 0 else h * 2


def keras() -> Callable[[Any, Any], Any]:
    from keras import ops

    def branch(x: Any, w: Any) -> Any:
        h = ops.matmul(x, w)
        if ops.sum(h) > 0:
            return ops.tanh(h)
        return h * 2

    return branch


def keras_rewritten() -> Callable[[Any, Any], Any]:
    from keras import ops

    def branch(x: Any, w: Any) -> Any:
        h = ops.matmul(x, w)
        return ops.cond(ops.sum(h) > 0, lambda: ops.tanh(h), lambda: h * 2)

    return branch


def torch() -> Callable[[Any, Any], Any]:
    import torch

    def branch(x: Any, w: Any) -> Any:
        h = x @ w
        if h.sum() > 0:
            return torch.tanh(h)
        return h * 2

    return branch


def torch_rewritten() -> Callable[[Any, Any], Any]:
    import torch

    def branch(x: Any, w: Any) -> Any:
        h = x @ w
        return torch.cond(h.sum() > 0, lambda h: torch.tanh(h), lambda h: h * 2, (h,))

    return branch


def tensorflow() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    def branch(x: Any, w: Any) -> Any:
        h = tf.matmul(x, w)
        if tf.reduce_sum(h) > 0:
            return tf.tanh(h)
        return h * 2

    return branch


def tensorflow_rewritten() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    def branch(x: Any, w: Any) -> Any:
        h = tf.matmul(x, w)
        return tf.cond(tf.reduce_sum(h) > 0, lambda: tf.tanh(h), lambda: h * 2)

    return branch


def jax() -> Callable[[Any, Any], Any]:
    import jax.numpy as jnp

    def branch(x: Any, w: Any) -> Any:
        h = x @ w
        if h.sum() > 0:
            return jnp.tanh(h)
        return h * 2

    return branch


def jax_rewritten() -> Callable[[Any, Any], Any]:
    import jax
    import jax.numpy as jnp

    def branch(x: Any, w: Any) -> Any:
        h = x @ w
        return jax.lax.cond(h.sum() > 0, jnp.tanh, lambda h: h * 2, h)

    return branch
