"""The recommendation model in TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from bench.programs.tensorflow.base import TensorFlowProgram, compute_dtype
from bench.programs.tensorflow.layers import Dense, Embedding
from bench.spec import Division, Size
from bench.workloads.dlrm import SPEC


class Dlrm(tf.Module):
    """One table a category, a perceptron over all vectors and dense features."""

    def __init__(
        self, tables: int, rows: int, width: int, dense: int, hidden0: int, hidden1: int, dtype: tf.DType
    ) -> None:
        super().__init__()
        self.tables = [Embedding(rows, width) for _ in range(tables)]
        self.hidden0 = Dense(tables * width + dense, hidden0)
        self.hidden1 = Dense(hidden0, hidden1)
        self.output = Dense(hidden1, 1)
        self.dtype = dtype

    def __call__(self, inputs: Mapping[str, tf.Tensor], train: bool) -> tf.Tensor:
        """Return the click's logit, (batch, 1)."""
        columns = tf.unstack(inputs["categories"], axis=1)
        vectors = [table(column) for table, column in zip(self.tables, columns, strict=True)]
        x = tf.cast(tf.concat([*vectors, inputs["dense"]], axis=1), self.dtype)
        return self.output(tf.nn.relu(self.hidden1(tf.nn.relu(self.hidden0(x)))))


def build(size: Size, division: Division) -> TensorFlowProgram:
    """Return the program at that size under that division."""
    model = Dlrm(**size.dimensions, dtype=compute_dtype(division))
    return TensorFlowProgram(model, SPEC.loss, division)
