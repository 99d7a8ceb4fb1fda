"""Residual networks in TensorFlow."""

from __future__ import annotations

import tensorflow as tf

from bench.programs.tensorflow.base import TensorFlowProgram, compute_dtype
from bench.programs.tensorflow.layers import BatchNorm, Conv, Dense
from bench.spec import Division, Size
from bench.workloads import resnet
from bench.workloads.resnet import SPEC


class Residual(tf.Module):
    """A basic block (the first convolution strides) or a bottleneck (the middle one does)."""

    def __init__(self, block: resnet.Block, wide: bool) -> None:
        super().__init__()
        self.count = 3 if wide else 2
        sides = (1, 3, 1) if wide else (3, 3)
        widths = [block.inputs, *[block.width] * (self.count - 1), block.outputs]
        for number, side in enumerate(sides):
            stride = block.stride if number == self.count - 2 else 1
            conv = Conv(side, widths[number], widths[number + 1], stride, side // 2, bias=False)
            setattr(self, f"conv{number}", conv)
            setattr(self, f"norm{number}", BatchNorm(widths[number + 1]))
        self.projects = block.projects
        if block.projects:
            self.shortcut = Conv(1, block.inputs, block.outputs, block.stride, bias=False)
            self.shortcut_norm = BatchNorm(block.outputs)

    def __call__(self, x: tf.Tensor, train: bool) -> tf.Tensor:
        """Return the block's output."""
        kept = self.shortcut_norm(self.shortcut(x), train) if self.projects else x
        for number in range(self.count):
            x = getattr(self, f"norm{number}")(getattr(self, f"conv{number}")(x), train)
            x = tf.nn.relu(x + kept if number == self.count - 1 else x)
        return x


class Resnet(tf.Module):
    """Stem, stages, mean over the map, dense layer."""

    def __init__(self, size: Size, dtype: tf.DType) -> None:
        super().__init__()
        self.is_wide = bool(size.dimensions["bottleneck"])
        width, blocks = size.dimensions["width"], resnet.blocks(size)
        self.stem = Conv(7, 3, width, 2, 3, bias=False) if self.is_wide else Conv(3, 3, width, 1, 1, bias=False)
        self.stem_norm = BatchNorm(width)
        names = sorted({block.path.rpartition("/")[0] for block in blocks})
        self.stages = [
            [Residual(block, self.is_wide) for block in blocks if block.path.startswith(f"{name}/")] for name in names
        ]
        self.output = Dense(blocks[-1].outputs, size.dimensions["classes"])
        self.dtype = dtype

    def __call__(self, x: tf.Tensor, train: bool) -> tf.Tensor:
        """Return logits, (batch, classes)."""
        x = tf.nn.relu(self.stem_norm(self.stem(tf.cast(x, self.dtype)), train))
        if self.is_wide:
            # After ReLU nothing is below zero, so zeros pad as well as minus infinity would.
            x = tf.nn.max_pool2d(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, "VALID")
        for stage in self.stages:
            for block in stage:
                x = block(x, train)
        return self.output(tf.reduce_mean(x, axis=[1, 2]))


def build(size: Size, division: Division) -> TensorFlowProgram:
    """Return the program at that size under that division."""
    return TensorFlowProgram(Resnet(size, compute_dtype(division)), SPEC.loss, division)
