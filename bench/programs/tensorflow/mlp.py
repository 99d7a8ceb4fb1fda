"""The multilayer perceptron in TensorFlow."""

from __future__ import annotations

import tensorflow as tf

from bench.programs.tensorflow.base import TensorFlowProgram, compute_dtype
from bench.programs.tensorflow.layers import Dense
from bench.spec import Division, Size
from bench.workloads.mlp import SPEC


class Mlp(tf.Module):
    """Dense layers named as their weights are."""

    def __init__(self, inputs: int, width: int, layers: int, classes: int, dtype: tf.DType) -> None:
        super().__init__()
        self.count = layers
        for layer in range(layers):
            setattr(self, f"hidden{layer}", Dense(inputs, width))
            inputs = width
        self.output = Dense(inputs, classes)
        self.dtype = dtype

    def __call__(self, x: tf.Tensor, train: bool) -> tf.Tensor:
        """Return logits, (batch, classes)."""
        x = tf.cast(x, self.dtype)
        for layer in range(self.count):
            x = tf.nn.relu(getattr(self, f"hidden{layer}")(x))
        return self.output(x)


def build(size: Size, division: Division) -> TensorFlowProgram:
    """Return the program at that size under that division."""
    model = Mlp(**size.dimensions, dtype=compute_dtype(division))
    return TensorFlowProgram(model, SPEC.loss, division)
