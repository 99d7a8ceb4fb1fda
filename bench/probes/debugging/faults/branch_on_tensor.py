"""A Python `if` asks a tensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=13,
    title="Python branch on a tensor",
    family="api",
    about="A Python conditional decides by a tensor's value.",
    layer=("gate", "Gate"),
    expected=pilot("RRHHRH"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    def gate(h: Any) -> Any:
        positive = keras.ops.mean(h) > 0
        return h * 2 if positive else h  # faulty; right: return keras.ops.where(positive, h * 2, h)

    layers = [keras.Input((23,)), keras.layers.Lambda(gate, name="gate")]
    return kit.train(keras.Sequential([*layers, keras.layers.Dense(5, name="head")]), kit.x, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Gate(keras.layers.Layer):
        def call(self, h: Any) -> Any:
            positive = keras.ops.mean(h) > 0
            return h * 2 if positive else h  # faulty; right: return keras.ops.where(positive, h * 2, h)

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.gate = Gate(name="gate")
            self.head = keras.layers.Dense(5, name="head")

        def call(self, x: Any) -> Any:
            return self.head(self.gate(x))

    return kit.train(Net(), kit.x, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Gate(nn.Module):
        def forward(self, h: Any) -> Any:
            positive = torch.mean(h) > 0
            return h * 2 if positive else h  # faulty; right: return torch.where(positive, h * 2, h)

    return kit.train(nn.Sequential(Gate(), nn.Linear(23, 5)), kit.x, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(23, 5)

        def gate(self, h: Any) -> Any:
            positive = torch.mean(h) > 0
            return h * 2 if positive else h  # faulty; right: return torch.where(positive, h * 2, h)

        def forward(self, x: Any) -> Any:
            return self.head(self.gate(x))

    return kit.train(Net(), kit.x, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import tensorflow as tf

    head = kit.dense("head", 23, 5)

    def gate(h: Any) -> Any:
        positive = tf.reduce_mean(h) > 0
        return h * 2 if positive else h  # faulty; right: return tf.where(positive, h * 2, h)

    def forward(x: Any) -> Any:
        return tf.matmul(gate(x), head[0]) + head[1]

    return kit.train(forward, head, kit.x, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = kit.layer("head", 23, 5)

        def gate(self, h: Any) -> Any:
            positive = tf.reduce_mean(h) > 0
            return h * 2 if positive else h  # faulty; right: return tf.where(positive, h * 2, h)

        def __call__(self, x: Any) -> Any:
            return self.head(self.gate(x))

    model = Net()
    return kit.train(model, model.trainable_variables, kit.x, kit.y)


def jax_functional(kit: Kit) -> Figures:
    import jax.numpy as jnp

    def gate(h: Any) -> Any:
        positive = jnp.mean(h) > 0
        return h * 2 if positive else h  # faulty; right: return jnp.where(positive, h * 2, h)

    def forward(params: Any, x: Any) -> Any:
        return kit.apply(params, gate(x))

    return kit.train(forward, kit.dense(23, 5), kit.x, kit.y)


def jax_subclass(kit: Kit) -> Figures:
    import jax
    import jax.numpy as jnp

    @jax.tree_util.register_dataclass
    @dataclass
    class Net:
        head: Any

        def gate(self, h: Any) -> Any:
            positive = jnp.mean(h) > 0
            return h * 2 if positive else h  # faulty; right: return jnp.where(positive, h * 2, h)

        def __call__(self, x: Any) -> Any:
            return kit.apply(self.head, self.gate(x))

    return kit.train(Net.__call__, Net(kit.dense(23, 5)), kit.x, kit.y)
