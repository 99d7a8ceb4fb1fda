"""Programs under tf.function, with XLA in that mode, or as they are in eager mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

# What XLA compiles within a traced function is not in it.
COUNTER = "tf.function tracing count"


class Driver:
    """One program in one phase."""

    def __init__(self, program: Callable[[Any, Any], Any], weight: np.ndarray, mode: str, device: str) -> None:
        self._weight = tf.Variable(weight)
        self._compiled = mode != "eager"

        def slope(x: Any, w: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(w)
                output = tf.reduce_sum(program(x, w))
            return tape.gradient(output, w)

        self._value: Any = program
        self._slope: Any = slope
        if self._compiled:
            self._value = tf.function(program, jit_compile=mode == "xla")
            self._slope = tf.function(slope, jit_compile=mode == "xla")

    def value(self, x: Any) -> np.ndarray:
        """Return the output of one call."""
        return np.asarray(self._value(_placed(x), tf.convert_to_tensor(self._weight)))

    def gradient(self, x: Any) -> np.ndarray:
        """Return the gradient of the output's sum by the weight."""
        return np.asarray(self._slope(_placed(x), tf.convert_to_tensor(self._weight)))

    def compilations(self) -> int | None:
        """Return how often a function was traced so far."""
        if not self._compiled:
            return 0
        return sum(one.experimental_get_tracing_count() for one in (self._value, self._slope))

    def graph_breaks(self) -> int | None:
        """Return nothing: a graph is whole or is not."""
        return None


def _placed(x: Any) -> Any:
    return tuple(map(_placed, x)) if isinstance(x, tuple) else tf.constant(x)
