"""The two-layer LSTM in TensorFlow."""

from __future__ import annotations

import tensorflow as tf

from bench.programs.tensorflow.base import TensorFlowProgram, compute_dtype
from bench.programs.tensorflow.layers import Dense, Lstm
from bench.spec import Division, Size
from bench.workloads.lstm import SPEC


class TwoLstm(tf.Module):
    """Two LSTM layers, read off at the last step."""

    def __init__(self, features: int, units: int, dtype: tf.DType) -> None:
        super().__init__()
        self.lstm0 = Lstm(features, units)
        self.lstm1 = Lstm(units, units)
        self.output = Dense(units, 1)
        self.dtype = dtype

    def __call__(self, x: tf.Tensor, train: bool) -> tf.Tensor:
        """Return one value a sequence, (batch, 1)."""
        return self.output(self.lstm1(self.lstm0(tf.cast(x, self.dtype)))[:, -1])


def build(size: Size, division: Division) -> TensorFlowProgram:
    """Return the program at that size under that division."""
    model = TwoLstm(size.dimensions["features"], size.dimensions["units"], compute_dtype(division))
    return TensorFlowProgram(model, SPEC.loss, division)
