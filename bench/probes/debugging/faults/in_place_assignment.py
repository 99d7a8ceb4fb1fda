"""An element of a tensor is assigned to in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=17,
    title="assignment in place",
    family="api",
    about="The model assigns to a column of an activation whose gradient needs the old values.",
    layer=("mask", "Mask"),
    # Not the pilot's silence below Keras on torch: here the gradient needs what is overwritten.
    expected=pilot("RRRRRR"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    def mask(h: Any) -> Any:
        h = keras.ops.tanh(h)
        h[:, 0] = 0.0  # faulty; right: h = h * keras.ops.cast(keras.ops.arange(5) > 0, "float32")
        return h

    layers = [keras.Input((23,)), keras.layers.Dense(5, name="head")]
    return kit.train(keras.Sequential([*layers, keras.layers.Lambda(mask, name="mask")]), kit.x, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Mask(keras.layers.Layer):
        def call(self, h: Any) -> Any:
            h = keras.ops.tanh(h)
            h[:, 0] = 0.0  # faulty; right: h = h * keras.ops.cast(keras.ops.arange(5) > 0, "float32")
            return h

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.mask = Mask(name="mask")
            self.head = keras.layers.Dense(5, name="head")

        def call(self, x: Any) -> Any:
            return self.mask(self.head(x))

    return kit.train(Net(), kit.x, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Mask(nn.Module):
        def forward(self, h: Any) -> Any:
            h = torch.tanh(h)
            h[:, 0] = 0.0  # faulty; right: h = h * torch.arange(5, device=h.device).clamp(max=1)
            return h

    return kit.train(nn.Sequential(nn.Linear(23, 5), Mask()), kit.x, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(23, 5)

        def mask(self, h: Any) -> Any:
            h = torch.tanh(h)
            h[:, 0] = 0.0  # faulty; right: h = h * torch.arange(5, device=h.device).clamp(max=1)
            return h

        def forward(self, x: Any) -> Any:
            return self.mask(self.head(x))

    return kit.train(Net(), kit.x, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import tensorflow as tf

    head = kit.dense("head", 23, 5)

    def mask(h: Any) -> Any:
        h = tf.tanh(h)
        h[:, 0] = 0.0  # faulty; right: h = h * tf.cast(tf.range(5) > 0, tf.float32)
        return h

    def forward(x: Any) -> Any:
        return mask(tf.matmul(x, head[0]) + head[1])

    return kit.train(forward, head, kit.x, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = kit.layer("head", 23, 5)

        def mask(self, h: Any) -> Any:
            h = tf.tanh(h)
            h[:, 0] = 0.0  # faulty; right: h = h * tf.cast(tf.range(5) > 0, tf.float32)
            return h

        def __call__(self, x: Any) -> Any:
            return self.mask(self.head(x))

    model = Net()
    return kit.train(model, model.trainable_variables, kit.x, kit.y)


def jax_functional(kit: Kit) -> Figures:
    import jax.numpy as jnp

    def mask(h: Any) -> Any:
        h = jnp.tanh(h)
        h[:, 0] = 0.0  # faulty; right: h = h.at[:, 0].set(0.0)
        return h

    def forward(params: Any, x: Any) -> Any:
        return mask(kit.apply(params, x))

    return kit.train(forward, kit.dense(23, 5), kit.x, kit.y)


def jax_subclass(kit: Kit) -> Figures:
    import jax
    import jax.numpy as jnp

    @jax.tree_util.register_dataclass
    @dataclass
    class Net:
        head: Any

        def mask(self, h: Any) -> Any:
            h = jnp.tanh(h)
            h[:, 0] = 0.0  # faulty; right: h = h.at[:, 0].set(0.0)
            return h

        def __call__(self, x: Any) -> Any:
            return self.mask(kit.apply(self.head, x))

    return kit.train(Net.__call__, Net(kit.dense(23, 5)), kit.x, kit.y)
