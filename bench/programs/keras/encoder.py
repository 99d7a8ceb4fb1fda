"""The transformer encoder in Keras."""

from __future__ import annotations

import keras
from keras import layers

from bench.programs.keras.base import KerasProgram
from bench.programs.keras.transformer import trunk
from bench.spec import Division, Size
from bench.workloads.encoder import SPEC, shapes


def network(size: Size, division: Division, steps: int | None) -> keras.Model:
    """Return the trunk, its mean over steps, and a dense layer. `steps` None leaves the length open."""
    inputs, hidden, _ = trunk(size.dimensions, division, causal=False, steps=steps)
    pooled = layers.GlobalAveragePooling1D()(hidden)
    return keras.Model(inputs, layers.Dense(size.dimensions["classes"], name="output")(pooled))


def build(size: Size, division: Division) -> KerasProgram:
    """Return the program at that size under that division."""
    steps = size.dimensions["steps"]
    return KerasProgram(lambda: network(size, division, steps), shapes(size), SPEC.loss, division)
