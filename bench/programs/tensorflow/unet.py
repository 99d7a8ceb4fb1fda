"""U-Net in TensorFlow."""

from __future__ import annotations

import tensorflow as tf

from bench.programs.tensorflow.base import TensorFlowProgram, compute_dtype
from bench.programs.tensorflow.layers import Conv, ConvTranspose
from bench.spec import Division, Size
from bench.workloads.unet import SPEC


class Pair(tf.Module):
    """Two 3 x 3 convolutions, each with ReLU."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.conv1 = Conv(3, inputs, width, pad=1)
        self.conv2 = Conv(3, width, width, pad=1)

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return the second map."""
        return tf.nn.relu(self.conv2(tf.nn.relu(self.conv1(x))))


class Up(Pair):
    """Doubles the side, joins the map kept on the way down, and convolves twice."""

    def __init__(self, width: int) -> None:
        super().__init__(2 * width, width)
        self.raise_ = ConvTranspose(2 * width, width)

    def join(self, x: tf.Tensor, kept: tf.Tensor) -> tf.Tensor:
        """Return the level's map."""
        return self(tf.concat([kept, self.raise_(x)], axis=-1))


class Unet(tf.Module):
    """Down, bottom, up, and a 1 x 1 convolution to one channel."""

    def __init__(self, channels: int, base: int, levels: int, dtype: tf.DType) -> None:
        super().__init__()
        widths = [base * 2**level for level in range(levels)]
        self.down = [Pair(inputs, width) for inputs, width in zip([channels, *widths], widths, strict=False)]
        self.bottom = Pair(widths[-1], 2 * widths[-1])
        self.up = [Up(width) for width in widths]
        self.output = Conv(1, base, 1)
        self.dtype = dtype

    def __call__(self, x: tf.Tensor, train: bool) -> tf.Tensor:
        """Return mask logits, (batch, side, side, 1)."""
        x = tf.cast(x, self.dtype)
        kept = []
        for level in self.down:
            x = level(x)
            kept.append(x)
            x = tf.nn.max_pool2d(x, 2, 2, "VALID")
        x = self.bottom(x)
        for level, skip in zip(reversed(self.up), reversed(kept), strict=True):
            x = level.join(x, skip)
        return self.output(x)


def build(size: Size, division: Division) -> TensorFlowProgram:
    """Return the program at that size under that division."""
    dimensions = size.dimensions
    model = Unet(dimensions["channels"], dimensions["base"], dimensions["levels"], compute_dtype(division))
    return TensorFlowProgram(model, SPEC.loss, division)
