"""Python keeps a count, and the count is part of the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.probes.control_flow.form import Form, arrays

FORM = Form(4, "Python side effects", "A list outside grows by one a call; its length scales the output.", (4, 3))
REWRITING = {"keras": "a Keras variable", "tensorflow": "tf.Variable"}


def inputs() -> list[np.ndarray]:
    (x,) = arrays((5, 4))
    return [x, x, x]


def reference(x: np.ndarray, w: np.ndarray, call: int) -> np.ndarray:
    return x @ w * call


def keras() -> Callable[[Any, Any], Any]:
    from keras import ops

    calls: list[int] = []

    def counted(x: Any, w: Any) -> Any:
        calls.append(1)
        return ops.matmul(x, w) * float(len(calls))

    return counted


def keras_rewritten() -> Callable[[Any, Any], Any]:
    import keras
    from keras import ops

    class Counted:
        def __init__(self) -> None:
            # The model has to own it: the driver looks for it under this name.
            self.state = keras.Variable(0.0, trainable=False, name="calls")

        def __call__(self, x: Any, w: Any) -> Any:
            self.state.assign(self.state + 1)
            return ops.matmul(x, w) * self.state

    return Counted()


def torch() -> Callable[[Any, Any], Any]:
    calls: list[int] = []

    def counted(x: Any, w: Any) -> Any:
        calls.append(1)
        return x @ w * float(len(calls))

    return counted


def tensorflow() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    calls: list[int] = []

    def counted(x: Any, w: Any) -> Any:
        calls.append(1)
        return tf.matmul(x, w) * float(len(calls))

    return counted


def tensorflow_rewritten() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    calls = tf.Variable(0.0, trainable=False)

    def counted(x: Any, w: Any) -> Any:
        calls.assign_add(1.0)
        return tf.matmul(x, w) * calls

    return counted


def jax() -> Callable[[Any, Any], Any]:
    calls: list[int] = []

    def counted(x: Any, w: Any) -> Any:
        calls.append(1)
        return x @ w * float(len(calls))

    return counted
