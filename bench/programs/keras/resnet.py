"""Residual networks in Keras."""

from __future__ import annotations

import keras
from keras import layers

from bench.programs.keras.base import KerasProgram, batch_norm
from bench.spec import Division, Size
from bench.workloads import resnet
from bench.workloads.resnet import SPEC, shapes


def _conv(x: keras.KerasTensor, width: int, side: int, stride: int, name: str) -> keras.KerasTensor:
    """Return a convolution padded by side // 2 on every side; "same" does that only where the stride is one."""
    if stride > 1 and side > 1:
        x = layers.ZeroPadding2D(side // 2)(x)
    padding = "same" if stride == 1 else "valid"
    return layers.Conv2D(width, side, strides=stride, padding=padding, use_bias=False, name=name)(x)


def _residual(x: keras.KerasTensor, block: resnet.Block, wide: bool, division: Division) -> keras.KerasTensor:
    """Return a basic block (the first convolution strides) or a bottleneck (the middle one does)."""
    path = block.path.replace("/", "_")
    sides = (1, 3, 1) if wide else (3, 3)
    last = len(sides) - 1
    kept = x
    if block.projects:
        kept = _conv(x, block.outputs, 1, block.stride, f"{path}_shortcut")
        kept = batch_norm(f"{path}_shortcut_norm", division)(kept)
    for number, side in enumerate(sides):
        width = block.outputs if number == last else block.width
        x = _conv(x, width, side, block.stride if number == last - 1 else 1, f"{path}_conv{number}")
        x = batch_norm(f"{path}_norm{number}", division)(x)
        x = layers.Add()([x, kept]) if number == last else x
        x = layers.ReLU()(x)
    return x


def network(size: Size, division: Division) -> keras.Model:
    """Return stem, stages, mean over the map, dense layer."""
    wide, width = bool(size.dimensions["bottleneck"]), size.dimensions["width"]
    inputs = keras.Input((size.dimensions["side"], size.dimensions["side"], 3))
    x = _conv(inputs, width, 7, 2, "stem") if wide else _conv(inputs, width, 3, 1, "stem")
    x = layers.ReLU()(batch_norm("stem_norm", division)(x))
    if wide:
        # After ReLU nothing is below zero, so zeros pad as well as minus infinity would.
        x = layers.MaxPooling2D(3, strides=2)(layers.ZeroPadding2D(1)(x))
    for block in resnet.blocks(size):
        x = _residual(x, block, wide, division)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(size.dimensions["classes"], name="output")(x))


def build(size: Size, division: Division) -> KerasProgram:
    """Return the program at that size under that division."""
    return KerasProgram(lambda: network(size, division), shapes(size), SPEC.loss, division)
