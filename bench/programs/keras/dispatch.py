"""Fifty tiny dense layers in Keras."""

from __future__ import annotations

import keras

from bench.programs.keras.base import KerasProgram
from bench.spec import Division, Size
from bench.workloads.dispatch import SPEC, shapes


def network(layers: int, width: int) -> keras.Model:
    """Return dense layers of one width with ReLU between them, none after the last."""
    hidden = [keras.layers.Dense(width, activation="relu", name=f"layers_{layer}") for layer in range(layers - 1)]
    return keras.Sequential([keras.Input((width,)), *hidden, keras.layers.Dense(width, name=f"layers_{layers - 1}")])


def build(size: Size, division: Division) -> KerasProgram:
    """Return the program at that size under that division."""
    return KerasProgram(lambda: network(**size.dimensions), shapes(size), SPEC.loss, division)
