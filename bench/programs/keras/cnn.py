"""The small convolutional network in Keras."""

from __future__ import annotations

import keras
from keras import layers

from bench.programs.keras.base import KerasProgram
from bench.spec import Division, Size
from bench.workloads.cnn import SPEC, shapes


def network(side: int, channels: int, width: int, classes: int) -> keras.Model:
    """Return two convolutions with pooling and one dense layer over the flattened map."""
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            layers.Conv2D(width, 3, activation="relu", name="conv1"),
            layers.MaxPooling2D(),
            layers.Conv2D(2 * width, 3, activation="relu", name="conv2"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(classes, name="output"),
        ]
    )


def build(size: Size, division: Division) -> KerasProgram:
    """Return the program at that size under that division."""
    return KerasProgram(lambda: network(**size.dimensions), shapes(size), SPEC.loss, division)
