"""A logarithm is taken of numbers below zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=12,
    title="logarithm of negative numbers",
    family="model",
    about="The model takes the logarithm of features, some of which are negative.",
    layer=("log", "Log"),
    expected=pilot("SSSSSS"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    def log(h: Any) -> Any:
        return keras.ops.log(h)  # faulty; right: return keras.ops.log1p(keras.ops.abs(h))

    layers = [keras.Input((23,)), keras.layers.Lambda(log, name="log")]
    return kit.train(keras.Sequential([*layers, keras.layers.Dense(5, name="head")]), kit.x, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Log(keras.layers.Layer):
        def call(self, h: Any) -> Any:
            return keras.ops.log(h)  # faulty; right: return keras.ops.log1p(keras.ops.abs(h))

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.log = Log(name="log")
            self.head = keras.layers.Dense(5, name="head")

        def call(self, x: Any) -> Any:
            return self.head(self.log(x))

    return kit.train(Net(), kit.x, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Log(nn.Module):
        def forward(self, h: Any) -> Any:
            return torch.log(h)  # faulty; right: return torch.log1p(torch.abs(h))

    return kit.train(nn.Sequential(Log(), nn.Linear(23, 5)), kit.x, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(23, 5)

        def log(self, h: Any) -> Any:
            return torch.log(h)  # faulty; right: return torch.log1p(torch.abs(h))

        def forward(self, x: Any) -> Any:
            return self.head(self.log(x))

    return kit.train(Net(), kit.x, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import tensorflow as tf

    head = kit.dense("head", 23, 5)

    def log(h: Any) -> Any:
        return tf.math.log(h)  # faulty; right: return tf.math.log1p(tf.abs(h))

    def forward(x: Any) -> Any:
        return tf.matmul(log(x), head[0]) + head[1]

    return kit.train(forward, head, kit.x, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = kit.layer("head", 23, 5)

        def log(self, h: Any) -> Any:
            return tf.math.log(h)  # faulty; right: return tf.math.log1p(tf.abs(h))

        def __call__(self, x: Any) -> Any:
            return self.head(self.log(x))

    model = Net()
    return kit.train(model, model.trainable_variables, kit.x, kit.y)


def jax_functional(kit: Kit) -> Figures:
    import jax.numpy as jnp

    def log(h: Any) -> Any:
        return jnp.log(h)  # faulty; right: return jnp.log1p(jnp.abs(h))

    def forward(params: Any, x: Any) -> Any:
        return kit.apply(params, log(x))

    return kit.train(forward, kit.dense(23, 5), kit.x, kit.y)


def jax_subclass(kit: Kit) -> Figures:
    import jax
    import jax.numpy as jnp

    @jax.tree_util.register_dataclass
    @dataclass
    class Net:
        head: Any

        def log(self, h: Any) -> Any:
            return jnp.log(h)  # faulty; right: return jnp.log1p(jnp.abs(h))

        def __call__(self, x: Any) -> Any:
            return kit.apply(self.head, self.log(x))

    return kit.train(Net.__call__, Net(kit.dense(23, 5)), kit.x, kit.y)
