"""Layers as tf.Modules. Matrix products run in the input's dtype; normalisations run in float32."""

from __future__ import annotations

import math

import tensorflow as tf

from bench.spec import NORM_EPSILON, NORM_MOMENTUM


def _kernel(*shape: int) -> tf.Variable:
    """Return a Glorot-uniform kernel: what tf.keras documents, until canonical weights replace it."""
    receptive = math.prod(shape[:-2])
    limit = math.sqrt(6 / (receptive * (shape[-1] + shape[-2])))
    return tf.Variable(tf.random.uniform(shape, -limit, limit))


def _zeros(width: int) -> tf.Variable:
    return tf.Variable(tf.zeros(width))


def shape_of(x: tf.Tensor) -> list[int | tf.Tensor]:
    """Return the size of each axis: a number where the trace knows it, else a scalar tensor read when the graph runs.

    Known sizes stay numbers, so a graph traced for one shape has no operation for them, and one exported with an open
    batch works at any.
    """
    if None not in x.shape:
        return list(x.shape)
    sizes = tf.unstack(tf.shape(x))
    return [size if known is None else known for known, size in zip(x.shape, sizes, strict=True)]


class Dense(tf.Module):
    """x @ kernel + bias."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.kernel = _kernel(inputs, outputs)
        self.bias = _zeros(outputs)

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return values over the last axis."""
        return tf.linalg.matmul(x, tf.cast(self.kernel, x.dtype)) + tf.cast(self.bias, x.dtype)


class Conv(tf.Module):
    """A square convolution with `pad` pixels of zeros on every side."""

    def __init__(self, side: int, inputs: int, outputs: int, stride: int = 1, pad: int = 0, bias: bool = True) -> None:
        super().__init__()
        self.kernel = _kernel(side, side, inputs, outputs)
        self.bias = _zeros(outputs) if bias else None
        self.stride = stride
        self.padding = [[0, 0], [pad, pad], [pad, pad], [0, 0]] if pad else "VALID"
        # "SAME" is the same padding where the stride is one, and every kernel knows it.
        if stride == 1 and pad == side // 2 and pad:
            self.padding = "SAME"

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return the map, channels last."""
        padding = self.padding
        # Explicit padding has no gradient on a CPU, so it is a step of its own.
        if not isinstance(padding, str):
            x, padding = tf.pad(x, padding), "VALID"
        x = tf.nn.conv2d(x, tf.cast(self.kernel, x.dtype), self.stride, padding)
        return x if self.bias is None else tf.nn.bias_add(x, tf.cast(self.bias, x.dtype))


class ConvTranspose(tf.Module):
    """A 2 x 2 transposed convolution of stride 2."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.kernel = _kernel(2, 2, outputs, inputs)
        self.bias = _zeros(outputs)

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return a map of twice the side."""
        shape = tf.shape(x)
        target = tf.stack([shape[0], 2 * shape[1], 2 * shape[2], self.kernel.shape[2]])
        x = tf.nn.conv2d_transpose(x, tf.cast(self.kernel, x.dtype), target, 2, "VALID")
        return tf.nn.bias_add(x, tf.cast(self.bias, x.dtype))


class Embedding(tf.Module):
    """A table of vectors. Its gradient is sparse until the optimizer asks for a tensor."""

    def __init__(self, rows: int, width: int) -> None:
        super().__init__()
        self.embedding = tf.Variable(tf.random.uniform((rows, width), -0.05, 0.05))

    def __call__(self, indices: tf.Tensor) -> tf.Tensor:
        """Return the rows."""
        return tf.gather(self.embedding, indices)


class LayerNorm(tf.Module):
    """Normalisation over the last axis."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = tf.Variable(tf.ones(width))
        self.bias = _zeros(width)

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return normalised values in the input's dtype."""
        wide = tf.cast(x, tf.float32)
        mean, variance = tf.nn.moments(wide, axes=[-1], keepdims=True)
        normed = tf.nn.batch_normalization(wide, mean, variance, self.bias, self.scale, NORM_EPSILON)
        return tf.cast(normed, x.dtype)


class BatchNorm(tf.Module):
    """Normalisation over batch and map, fused; running statistics keep the biased variance."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = tf.Variable(tf.ones(width))
        self.bias = _zeros(width)
        self.mean = tf.Variable(tf.zeros(width), trainable=False)
        self.variance = tf.Variable(tf.ones(width), trainable=False)

    def __call__(self, x: tf.Tensor, train: bool) -> tf.Tensor:
        """Return normalised values; in training the running statistics move."""
        if not train:
            y, _, _ = tf.compat.v1.nn.fused_batch_norm(
                x, self.scale, self.bias, self.mean, self.variance, NORM_EPSILON, is_training=False
            )
            return y
        y, mean, variance = tf.compat.v1.nn.fused_batch_norm(x, self.scale, self.bias, epsilon=NORM_EPSILON)
        count = tf.cast(tf.size(x) / tf.shape(x)[-1], tf.float32)
        # The fused kernel reports the unbiased variance.
        biased = variance * (count - 1) / count
        self.mean.assign(NORM_MOMENTUM * self.mean + (1 - NORM_MOMENTUM) * mean)
        self.variance.assign(NORM_MOMENTUM * self.variance + (1 - NORM_MOMENTUM) * biased)
        return y


class Lstm(tf.Module):
    """One LSTM layer: all inputs are projected at once, the recurrence is a while loop over the steps."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.kernel = _kernel(inputs, 4 * units)
        self.recurrent = _kernel(units, 4 * units)
        self.bias = _zeros(4 * units)
        self.units = units

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return the hidden states, (batch, steps, units)."""
        batch, steps, _ = shape_of(x)
        projected = tf.linalg.matmul(x, tf.cast(self.kernel, x.dtype)) + tf.cast(self.bias, x.dtype)
        projected = tf.transpose(projected, [1, 0, 2])
        recurrent = tf.cast(self.recurrent, x.dtype)
        start = tf.zeros((batch, self.units), x.dtype)
        states = tf.TensorArray(x.dtype, size=steps, element_shape=start.shape)

        def step(
            index: tf.Tensor, hidden: tf.Tensor, cell: tf.Tensor, states: tf.TensorArray
        ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.TensorArray]:
            gates = projected[index] + tf.linalg.matmul(hidden, recurrent)
            write, forget, candidate, read = tf.split(gates, 4, axis=-1)
            cell = tf.sigmoid(forget) * cell + tf.sigmoid(write) * tf.tanh(candidate)
            hidden = tf.sigmoid(read) * tf.tanh(cell)
            return index + 1, hidden, cell, states.write(index, hidden)

        # XLA needs the bound to size what the backward pass keeps.
        *_, states = tf.while_loop(
            lambda index, *_: index < steps, step, (tf.constant(0), start, start, states), maximum_iterations=steps
        )
        return tf.transpose(states.stack(), [1, 0, 2])
