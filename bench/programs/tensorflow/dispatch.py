"""Fifty tiny dense layers in TensorFlow."""

from __future__ import annotations

import tensorflow as tf

from bench.programs.tensorflow.base import TensorFlowProgram, compute_dtype
from bench.programs.tensorflow.layers import Dense
from bench.spec import Division, Size
from bench.workloads.dispatch import SPEC


class Dispatch(tf.Module):
    """Dense layers of one width with ReLU between them, none after the last."""

    def __init__(self, layers: int, width: int, dtype: tf.DType) -> None:
        super().__init__()
        self.layers = [Dense(width, width) for _ in range(layers)]
        self.dtype = dtype

    def __call__(self, x: tf.Tensor, train: bool) -> tf.Tensor:
        """Return the last layer's values, (batch, width)."""
        x = tf.cast(x, self.dtype)
        for layer in self.layers[:-1]:
            x = tf.nn.relu(layer(x))
        return self.layers[-1](x)


def build(size: Size, division: Division) -> TensorFlowProgram:
    """Return the program at that size under that division."""
    model = Dispatch(**size.dimensions, dtype=compute_dtype(division))
    return TensorFlowProgram(model, SPEC.loss, division)
