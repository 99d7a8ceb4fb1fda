"""Every call has another length: nothing asks about it, so that only compiling again can tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.probes.control_flow.form import Form, arrays

FORM = Form(3, "changing shapes", "Six lengths in eight calls, as sentences have them.", (4, 3))
REWRITING: dict[str, str] = {}


def inputs() -> list[np.ndarray]:
    return arrays(*((2, length, 4) for length in (3, 8, 5, 3, 13, 21, 8, 34)))


def reference(x: np.ndarray, w: np.ndarray, call: int) -> np.ndarray:
    return np.tanh(x @ w).mean(1)


def keras() -> Callable[[Any, Any], Any]:
    from keras import ops

    return lambda x, w: ops.mean(ops.tanh(ops.matmul(x, w)), 1)


def torch() -> Callable[[Any, Any], Any]:
    import torch

    return lambda x, w: torch.tanh(x @ w).mean(1)


def tensorflow() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    return lambda x, w: tf.reduce_mean(tf.tanh(tf.matmul(x, w)), 1)


def jax() -> Callable[[Any, Any], Any]:
    import jax.numpy as jnp

    return lambda x, w: jnp.tanh(x @ w).mean(1)
