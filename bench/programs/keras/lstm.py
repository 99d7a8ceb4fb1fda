"""The two-layer LSTM in Keras."""

from __future__ import annotations

import keras
from keras import layers

from bench.programs.keras.base import KerasProgram
from bench.spec import Division, Size
from bench.workloads.lstm import SPEC, shapes


def network(steps: int, features: int, units: int) -> keras.Model:
    """Return two LSTM layers, read off at the last step."""
    return keras.Sequential(
        [
            keras.Input((steps, features)),
            layers.LSTM(units, return_sequences=True, name="lstm0"),
            layers.LSTM(units, name="lstm1"),
            layers.Dense(1, name="output"),
        ]
    )


def build(size: Size, division: Division) -> KerasProgram:
    """Return the program at that size under that division."""
    return KerasProgram(lambda: network(**size.dimensions), shapes(size), SPEC.loss, division)
