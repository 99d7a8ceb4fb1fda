"""A loop whose turns a value decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.probes.control_flow.form import Form, arrays

FORM = Form(2, "data-dependent loop", "A `while` doubles an activation until it is large; turns differ.", (4, 3))
REWRITING = {
    "keras": "keras.ops.while_loop",
    "torch": "torch._higher_order_ops.while_loop",
    "tensorflow": "tf.while_loop",
    "jax": "jax.lax.while_loop",
}


def inputs() -> list[np.ndarray]:
    (x,) = arrays((5, 4))
    return [x, x * 0.1, x * 9, x * 0.3]


def reference(x: np.ndarray, w: np.ndarray, call: int) -> np.ndarray:
    h = x @ w
    while h.sum() < 100:
        h = h * 2
    return h


def keras() -> Callable[[Any, Any], Any]:
    from keras import ops

    def loop(x: Any, w: Any) -> Any:
        h = ops.matmul(x, w)
        while ops.sum(h) < 100:
            h = h * 2
        return h

    return loop


def keras_rewritten() -> Callable[[Any, Any], Any]:
    from keras import ops

    def loop(x: Any, w: Any) -> Any:
        h = ops.matmul(x, w)
        return ops.while_loop(lambda h: ops.sum(h) < 100, lambda h: (h * 2,), (h,))[0]

    return loop


def torch() -> Callable[[Any, Any], Any]:
    def loop(x: Any, w: Any) -> Any:
        h = x @ w
        while h.sum() < 100:
            h = h * 2
        return h

    return loop


def torch_rewritten() -> Callable[[Any, Any], Any]:
    from torch._higher_order_ops.while_loop import while_loop

    def loop(x: Any, w: Any) -> Any:
        h = x @ w
        return while_loop(lambda h: h.sum() < 100, lambda h: (h * 2,), (h,))[0]

    return loop


def tensorflow() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    def loop(x: Any, w: Any) -> Any:
        h = tf.matmul(x, w)
        while tf.reduce_sum(h) < 100:
            h = h * 2
        return h

    return loop


def tensorflow_rewritten() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    def loop(x: Any, w: Any) -> Any:
        h = tf.matmul(x, w)
        return tf.while_loop(lambda h: tf.reduce_sum(h) < 100, lambda h: (h * 2,), (h,))[0]

    return loop


def jax() -> Callable[[Any, Any], Any]:
    def loop(x: Any, w: Any) -> Any:
        h = x @ w
        while h.sum() < 100:
            h = h * 2
        return h

    return loop


def jax_rewritten() -> Callable[[Any, Any], Any]:
    import jax

    def loop(x: Any, w: Any) -> Any:
        return jax.lax.while_loop(lambda h: h.sum() < 100, lambda h: h * 2, x @ w)

    return loop
