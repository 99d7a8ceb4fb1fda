"""All weights begin at zero."""

from __future__ import annotations

from typing import Any

from bench.probes.debugging.fault import LEARNS, Fault, Figures, Kit, pilot

FAULT = Fault(
    number=16,
    title="zero initialisation",
    family="model",
    about="All weights begin at zero, so that hidden units stay equal and nothing reaches them.",
    layer=("hidden", "head", "Dense.call"),
    right=LEARNS,
    expected=pilot("SSSSSS"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    start = "zeros"  # faulty; right: start = "glorot_uniform"
    hidden = keras.layers.Dense(19, activation="relu", kernel_initializer=start, name="hidden")
    head = keras.layers.Dense(5, kernel_initializer=start, name="head")
    return kit.train(keras.Sequential([keras.Input((23,)), hidden, head]), kit.x, kit.y, epochs=10)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            start = "zeros"  # faulty; right: start = "glorot_uniform"
            self.hidden = keras.layers.Dense(19, activation="relu", kernel_initializer=start, name="hidden")
            self.head = keras.layers.Dense(5, kernel_initializer=start, name="head")

        def call(self, x: Any) -> Any:
            return self.head(self.hidden(x))

    return kit.train(Net(), kit.x, kit.y, epochs=10)


def torch(kit: Kit) -> Figures:
    from torch import nn

    model = kit.classifier()
    for parameter in model.parameters():
        nn.init.zeros_(parameter)  # faulty; right: nn.init.normal_(parameter, std=0.3)
    return kit.train(model, kit.x, kit.y, epochs=10)


def tensorflow(kit: Kit) -> Figures:
    import tensorflow as tf

    model, variables = kit.classifier()
    for variable in variables:
        variable.assign(tf.zeros_like(variable))  # faulty; right: variable.assign(tf.identity(variable))
    return kit.train(model, variables, kit.x, kit.y, epochs=10)


def jax(kit: Kit) -> Figures:
    import jax
    import jax.numpy as jnp

    model, params = kit.classifier()
    params = jax.tree.map(jnp.zeros_like, params)  # faulty; right: params = jax.tree.map(jnp.asarray, params)
    return kit.train(model, params, kit.x, kit.y, epochs=10)
