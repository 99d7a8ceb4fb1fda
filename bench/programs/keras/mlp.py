"""The multilayer perceptron in Keras."""

from __future__ import annotations

import keras

from bench.programs.keras.base import KerasProgram
from bench.spec import Division, Size
from bench.workloads.mlp import SPEC, shapes


def network(inputs: int, width: int, layers: int, classes: int) -> keras.Model:
    """Return the layers in order, named as their weights are."""
    hidden = [keras.layers.Dense(width, activation="relu", name=f"hidden{layer}") for layer in range(layers)]
    return keras.Sequential([keras.Input((inputs,)), *hidden, keras.layers.Dense(classes, name="output")])


def build(size: Size, division: Division) -> KerasProgram:
    """Return the program at that size under that division."""
    return KerasProgram(lambda: network(**size.dimensions), shapes(size), SPEC.loss, division)
