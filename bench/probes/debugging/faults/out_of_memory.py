"""A layer is larger than the GPU's memory."""

from __future__ import annotations

from typing import Any

from bench.probes.debugging.fault import RAISED, Fault, Figures, Kit

FAULT = Fault(
    number=22,
    title="layer larger than the device's memory",
    family="device",
    about="A layer of 2,000,000,000 units wants 184 GB.",
    layer=("hidden", "Dense.call", "wide"),
    device="cuda",
    expected={"keras-tensorflow": RAISED, "keras-jax": RAISED, "keras-torch": RAISED, "torch": RAISED, "jax": RAISED},
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    units = 2_000_000_000  # faulty; right: units = 19
    wide = keras.layers.Dense(units, name="wide", kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((23,)), wide, keras.layers.Dense(5, name="head")])
    return kit.train(model, kit.x, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            units = 2_000_000_000  # faulty; right: units = 19
            self.wide = keras.layers.Dense(units, name="wide", kernel_initializer="zeros")
            self.head = keras.layers.Dense(5, name="head")

        def call(self, x: Any) -> Any:
            return self.head(self.wide(x))

    return kit.train(Net(), kit.x, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    from torch import nn

    units = 2_000_000_000  # faulty; right: units = 19
    model = nn.Sequential(nn.Linear(23, units, device=kit.device), nn.Linear(units, 5, device=kit.device))
    return kit.train(model, kit.x, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            units = 2_000_000_000  # faulty; right: units = 19
            self.wide = nn.Linear(23, units, device=kit.device)
            self.head = nn.Linear(units, 5, device=kit.device)

        def forward(self, x: Any) -> Any:
            return self.head(self.wide(x))

    return kit.train(Net(), kit.x, kit.y)


def tensorflow(kit: Kit) -> Figures:
    import tensorflow as tf

    units = 2_000_000_000  # faulty; right: units = 19
    wide, head = tf.Variable(tf.zeros((23, units)), name="wide"), tf.Variable(tf.zeros((units, 5)), name="head")

    def forward(x: Any) -> Any:
        return tf.matmul(tf.matmul(x, wide), head)

    return kit.train(forward, [wide, head], kit.x, kit.y)


def jax(kit: Kit) -> Figures:
    import jax.numpy as jnp

    units = 2_000_000_000  # faulty; right: units = 19
    params = jnp.zeros((23, units)), jnp.zeros((units, 5))

    def forward(params: Any, x: Any) -> Any:
        return x @ params[0] @ params[1]

    return kit.train(forward, params, kit.x, kit.y)
