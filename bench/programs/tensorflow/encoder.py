"""The transformer encoder in TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from bench.programs.tensorflow.base import TensorFlowProgram, compute_dtype
from bench.programs.tensorflow.layers import Dense
from bench.programs.tensorflow.transformer import Trunk
from bench.spec import Division, Size
from bench.workloads.encoder import SPEC


class Encoder(Trunk):
    """The trunk, its mean over steps, and a dense layer."""

    def __init__(self, dimensions: Mapping[str, int], dtype: tf.DType) -> None:
        super().__init__(dimensions, dtype, causal=False)
        self.output = Dense(dimensions["width"], dimensions["classes"])

    def __call__(self, tokens: tf.Tensor, train: bool) -> tf.Tensor:
        """Return logits, (batch, classes)."""
        return self.output(tf.reduce_mean(self.hidden(tokens), axis=1))


def build(size: Size, division: Division) -> TensorFlowProgram:
    """Return the program at that size under that division."""
    return TensorFlowProgram(Encoder(size.dimensions, compute_dtype(division)), SPEC.loss, division)
