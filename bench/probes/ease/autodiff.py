"""Reverse-mode differentiation in numpy and float64: what no framework under test can have got wrong.

A `Tensor` remembers what it was computed from and how a gradient passes back to it (Griewank and Walther, Evaluating
Derivatives, 2008, chapter 3). Small rather than fast: it computes a few steps of ten small networks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray
Back = Callable[[Array], Array]
_erf = np.vectorize(math.erf, otypes=[np.float64])


class Tensor:
    """A float64 value; `parents` are the tensors it came from, each with the function that takes its gradient back."""

    def __init__(self, value: Any, parents: Sequence[tuple[Tensor, Back]] = ()) -> None:
        self.value = np.asarray(value, np.float64)
        self.parents = parents

    @property
    def shape(self) -> tuple[int, ...]:
        """The value's shape."""
        return self.value.shape

    def __add__(self, other: Any) -> Tensor:
        two = lift(other)
        return Tensor(
            self.value + two.value,
            [(self, lambda g: _shrunk(g, self.shape)), (two, lambda g: _shrunk(g, two.shape))],
        )

    def __sub__(self, other: Any) -> Tensor:
        return self + lift(other) * -1.0

    def __mul__(self, other: Any) -> Tensor:
        two = lift(other)
        return Tensor(
            self.value * two.value,
            [(self, lambda g: _shrunk(g * two.value, self.shape)), (two, lambda g: _shrunk(g * self.value, two.shape))],
        )

    def __matmul__(self, other: Tensor) -> Tensor:
        def to_one(g: Array) -> Array:
            return _shrunk(g @ np.swapaxes(other.value, -1, -2), self.shape)

        def to_two(g: Array) -> Array:
            if other.value.ndim == 2:
                return self.value.reshape(-1, self.shape[-1]).T @ g.reshape(-1, g.shape[-1])
            return _shrunk(np.swapaxes(self.value, -1, -2) @ g, other.shape)

        return Tensor(self.value @ other.value, [(self, to_one), (other, to_two)])

    def __getitem__(self, index: Any) -> Tensor:
        def back(g: Array) -> Array:
            whole = np.zeros(self.shape)
            whole[index] = g
            return whole

        return Tensor(self.value[index], [(self, back)])

    def reshape(self, *shape: int) -> Tensor:
        """Return the same values in another shape."""
        return Tensor(self.value.reshape(shape), [(self, lambda g: g.reshape(self.shape))])

    def transpose(self, *axes: int) -> Tensor:
        """Return the axes in another order."""
        order = np.argsort(axes)
        return Tensor(self.value.transpose(axes), [(self, lambda g: g.transpose(order))])

    def mean(self, *axes: int) -> Tensor:
        """Return the mean over the axes, each kept with one entry; over all, as one number, if none is named."""
        count = math.prod(self.shape[axis] for axis in axes) if axes else self.value.size
        value = self.value.mean(axis=axes, keepdims=True) if axes else self.value.mean()
        return Tensor(value, [(self, lambda g: np.broadcast_to(g / count, self.shape))])


def lift(value: Any) -> Tensor:
    """Return a tensor of a number or an array; a tensor stays itself."""
    return value if isinstance(value, Tensor) else Tensor(value)


def gradients(loss: Tensor, wanted: Mapping[str, Tensor]) -> dict[str, Array]:
    """Return the loss's gradient for each wanted tensor; zeros where the loss does not depend on it."""
    found: dict[int, Array] = {id(loss): np.ones(loss.shape)}
    for tensor in reversed(_order(loss)):
        gradient = found.get(id(tensor))
        if gradient is not None:
            for parent, back in tensor.parents:
                passed = back(gradient)
                found[id(parent)] = found[id(parent)] + passed if id(parent) in found else passed
    return {name: found.get(id(tensor), np.zeros(tensor.shape)) for name, tensor in wanted.items()}


def _order(root: Tensor) -> list[Tensor]:
    """Return every tensor that the root came from, each behind its parents."""
    order: list[Tensor] = []
    seen: set[int] = set()
    stack = [(root, False)]
    while stack:
        tensor, is_done = stack.pop()
        if is_done:
            order.append(tensor)
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            stack.append((tensor, True))
            stack += [(parent, False) for parent, _ in tensor.parents]
    return order


def _shrunk(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient of a broadcast value: summed over the axes that broadcasting added or widened."""
    extra = gradient.ndim - len(shape)
    axes = tuple(axis for axis, size in enumerate(shape) if size == 1 and gradient.shape[extra + axis] > 1)
    gradient = gradient.sum(axis=tuple(range(extra))) if extra else gradient
    return gradient.sum(axis=axes, keepdims=True) if axes else gradient


def _elementwise(x: Tensor, value: Array, slope: Callable[[], Array]) -> Tensor:
    return Tensor(value, [(x, lambda g: g * slope())])


def relu(x: Tensor) -> Tensor:
    """Return max(x, 0); the slope at zero is zero, as every framework has it."""
    return _elementwise(x, np.maximum(x.value, 0), lambda: x.value > 0)


def exp(x: Tensor) -> Tensor:
    """Return e to the power of x."""
    value = np.exp(x.value)
    return _elementwise(x, value, lambda: value)


def power(x: Tensor, exponent: float) -> Tensor:
    """Return x to a fixed power."""
    return _elementwise(x, x.value**exponent, lambda: exponent * x.value ** (exponent - 1))


def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent."""
    value = np.tanh(x.value)
    return _elementwise(x, value, lambda: 1 - value**2)


def sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + e^-x), which is half of 1 + tanh(x / 2)."""
    return tanh(x * 0.5) * 0.5 + 0.5


def gelu(x: Tensor) -> Tensor:
    """Return x times the normal distribution function at x (Hendrycks and Gimpel 2016)."""
    share = (1 + _erf(x.value / math.sqrt(2))) / 2
    density = np.exp(-(x.value**2) / 2) / math.sqrt(2 * math.pi)
    return _elementwise(x, x.value * share, lambda: share + x.value * density)


def gelu_tanh(x: Tensor) -> Tensor:
    """Return GELU's tanh form, as GPT-2 has it."""
    inner = (x + power(x, 3) * 0.044715) * math.sqrt(2 / math.pi)
    return x * (tanh(inner) + 1.0) * 0.5


def log_softmax(x: Tensor) -> Tensor:
    """Return the logarithm of the softmax over the last axis."""
    high = x.value.max(axis=-1, keepdims=True)
    value = x.value - high - np.log(np.exp(x.value - high).sum(axis=-1, keepdims=True))
    return Tensor(value, [(x, lambda g: g - np.exp(value) * g.sum(axis=-1, keepdims=True))])


def softplus(x: Tensor) -> Tensor:
    """Return log(1 + e^x)."""
    return _elementwise(x, np.logaddexp(0, x.value), lambda: np.exp(-np.logaddexp(0, -x.value)))


def pick(x: Tensor, labels: Array) -> Tensor:
    """Return the entry of the last axis that each label names."""
    index = labels[..., None]

    def back(g: Array) -> Array:
        whole = np.zeros(x.shape)
        np.put_along_axis(whole, index, g[..., None], axis=-1)
        return whole

    return Tensor(np.take_along_axis(x.value, index, axis=-1)[..., 0], [(x, back)])


def rows(table: Tensor, indices: Array) -> Tensor:
    """Return the table's rows that the indices name."""

    def back(g: Array) -> Array:
        whole = np.zeros(table.shape)
        np.add.at(whole, indices, g)
        return whole

    return Tensor(table.value[indices], [(table, back)])


def concatenate(tensors: Sequence[Tensor]) -> Tensor:
    """Return the tensors side by side along the last axis."""

    def part(start: int, end: int) -> Back:
        return lambda g: g[..., start:end]

    ends = [int(end) for end in np.cumsum([tensor.shape[-1] for tensor in tensors])]
    parents = [(tensor, part(end - tensor.shape[-1], end)) for tensor, end in zip(tensors, ends, strict=True)]
    return Tensor(np.concatenate([tensor.value for tensor in tensors], axis=-1), parents)


def stack(tensors: Sequence[Tensor]) -> Tensor:
    """Return the tensors behind each other along a new second axis."""

    def part(place: int) -> Back:
        return lambda g: g[:, place]

    parents = [(tensor, part(place)) for place, tensor in enumerate(tensors)]
    return Tensor(np.stack([tensor.value for tensor in tensors], axis=1), parents)


def conv(x: Tensor, kernel: Tensor, stride: int = 1, pad: int = 0) -> Tensor:
    """Return a convolution of maps (batch, height, width, channels) with a kernel [height, width, in, out]."""
    height, width, _, outputs = kernel.shape
    padded = np.pad(x.value, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))[:, ::stride, ::stride]
    columns = np.ascontiguousarray(windows.transpose(0, 1, 2, 4, 5, 3))
    sides = columns.shape[:3]
    flat = columns.reshape(math.prod(sides), -1)

    def to_x(g: Array) -> Array:
        spread = (g.reshape(len(flat), outputs) @ kernel.value.reshape(-1, outputs).T).reshape(columns.shape)
        whole: Array = np.zeros(padded.shape)
        for row in range(height):
            for column in range(width):
                lines = slice(row, row + stride * sides[1], stride)
                whole[:, lines, column : column + stride * sides[2] : stride] += spread[:, :, :, row, column]
        return whole[:, pad : whole.shape[1] - pad, pad : whole.shape[2] - pad]

    def to_kernel(g: Array) -> Array:
        return (flat.T @ g.reshape(len(flat), outputs)).reshape(kernel.shape)

    value = (flat @ kernel.value.reshape(-1, outputs)).reshape(*sides, outputs)
    return Tensor(value, [(x, to_x), (kernel, to_kernel)])


def max_pool(x: Tensor) -> Tensor:
    """Return the maximum of every 2 x 2 square; an odd last line or column is left out."""
    batch, height, width, channels = x.shape
    high, wide = height // 2, width // 2
    squares = x.value[:, : 2 * high, : 2 * wide].reshape(batch, high, 2, wide, 2, channels)
    value = squares.max(axis=(2, 4), keepdims=True)

    def back(g: Array) -> Array:
        whole = np.zeros(x.shape)
        passed = (squares == value) * g.reshape(value.shape)
        whole[:, : 2 * high, : 2 * wide] = passed.reshape(batch, 2 * high, 2 * wide, channels)
        return whole

    return Tensor(value.reshape(batch, high, wide, channels), [(x, back)])
