"""The small convolutional network in TensorFlow."""

from __future__ import annotations

import tensorflow as tf

from bench.programs.tensorflow.base import TensorFlowProgram, compute_dtype
from bench.programs.tensorflow.layers import Conv, Dense
from bench.spec import Division, Size
from bench.workloads.cnn import SPEC, flat_side


class Cnn(tf.Module):
    """Two convolutions with pooling, one dense layer over the flattened map."""

    def __init__(self, channels: int, width: int, flat: int, classes: int, dtype: tf.DType) -> None:
        super().__init__()
        self.conv1 = Conv(3, channels, width)
        self.conv2 = Conv(3, width, 2 * width)
        self.output = Dense(flat, classes)
        self.flat = flat
        self.dtype = dtype

    def __call__(self, x: tf.Tensor, train: bool) -> tf.Tensor:
        """Return logits, (batch, classes)."""
        x = tf.cast(x, self.dtype)
        x = tf.nn.max_pool2d(tf.nn.relu(self.conv1(x)), 2, 2, "VALID")
        x = tf.nn.max_pool2d(tf.nn.relu(self.conv2(x)), 2, 2, "VALID")
        return self.output(tf.reshape(x, (-1, self.flat)))


def build(size: Size, division: Division) -> TensorFlowProgram:
    """Return the program at that size under that division."""
    dimensions = size.dimensions
    flat = flat_side(size) ** 2 * 2 * dimensions["width"]
    model = Cnn(dimensions["channels"], dimensions["width"], flat, dimensions["classes"], compute_dtype(division))
    return TensorFlowProgram(model, SPEC.loss, division)
