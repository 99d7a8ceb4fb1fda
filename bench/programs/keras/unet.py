"""U-Net in Keras."""

from __future__ import annotations

import keras
from keras import layers

from bench.programs.keras.base import KerasProgram
from bench.spec import Division, Size
from bench.workloads.unet import SPEC, shapes


def _pair(x: keras.KerasTensor, width: int, path: str) -> keras.KerasTensor:
    for number in (1, 2):
        x = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"{path}_conv{number}")(x)
    return x


def network(side: int, channels: int, base: int, levels: int) -> keras.Model:
    """Return down, bottom, up, and a 1 x 1 convolution to one channel."""
    inputs = keras.Input((side, side, channels))
    x, kept = inputs, []
    for level in range(levels):
        x = _pair(x, base * 2**level, f"down_{level}")
        kept.append(x)
        x = layers.MaxPooling2D()(x)
    x = _pair(x, base * 2**levels, "bottom")
    for level in reversed(range(levels)):
        width = base * 2**level
        x = layers.Conv2DTranspose(width, 2, strides=2, name=f"up_{level}_raise_")(x)
        x = _pair(layers.Concatenate()([kept[level], x]), width, f"up_{level}")
    return keras.Model(inputs, layers.Conv2D(1, 1, name="output")(x))


def build(size: Size, division: Division) -> KerasProgram:
    """Return the program at that size under that division."""
    return KerasProgram(lambda: network(**size.dimensions), shapes(size), SPEC.loss, division)
