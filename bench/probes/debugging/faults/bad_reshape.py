"""A layer of one's own reshapes to what does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=20,
    title="reshape that does not fit, in a layer of one's own",
    family="model",
    about="20 features a sample are reshaped to 4 by 6.",
    layer=("fold", "Fold"),
    sizes=((20, 260), (24, 6)),
    expected=pilot("RRRRRR"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    class Fold(keras.layers.Layer):
        def call(self, h: Any) -> Any:
            folded = keras.ops.reshape(h, (-1, 4, 6))  # faulty; right: folded = keras.ops.reshape(h, (-1, 4, 5))
            return keras.ops.sum(folded, 1)

    hidden = keras.layers.Dense(20, activation="relu", name="hidden")
    return kit.train(keras.Sequential([keras.Input((23,)), hidden, Fold(name="fold")]), kit.x, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Fold(keras.layers.Layer):
        def call(self, h: Any) -> Any:
            folded = keras.ops.reshape(h, (-1, 4, 6))  # faulty; right: folded = keras.ops.reshape(h, (-1, 4, 5))
            return keras.ops.sum(folded, 1)

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = keras.layers.Dense(20, activation="relu", name="hidden")
            self.fold = Fold(name="fold")

        def call(self, x: Any) -> Any:
            return self.fold(self.hidden(x))

    return kit.train(Net(), kit.x, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    from torch import nn

    class Fold(nn.Module):
        def forward(self, h: Any) -> Any:
            folded = h.reshape(-1, 4, 6)  # faulty; right: folded = h.reshape(-1, 4, 5)
            return folded.sum(1)

    return kit.train(nn.Sequential(nn.Linear(23, 20), nn.ReLU(), Fold()), kit.x, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(23, 20)

        def fold(self, h: Any) -> Any:
            folded = h.reshape(-1, 4, 6)  # faulty; right: folded = h.reshape(-1, 4, 5)
            return folded.sum(1)

        def forward(self, x: Any) -> Any:
            return self.fold(torch.relu(self.hidden(x)))

    return kit.train(Net(), kit.x, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import tensorflow as tf

    hidden = kit.dense("hidden", 23, 20)

    def fold(h: Any) -> Any:
        folded = tf.reshape(h, (-1, 4, 6))  # faulty; right: folded = tf.reshape(h, (-1, 4, 5))
        return tf.reduce_sum(folded, 1)

    def forward(x: Any) -> Any:
        return fold(tf.nn.relu(tf.matmul(x, hidden[0]) + hidden[1]))

    return kit.train(forward, hidden, kit.x, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import tensorflow as tf

    class Fold(tf.Module):
        @tf.Module.with_name_scope
        def __call__(self, h: Any) -> Any:
            folded = tf.reshape(h, (-1, 4, 6))  # faulty; right: folded = tf.reshape(h, (-1, 4, 5))
            return tf.reduce_sum(folded, 1)

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = kit.layer("hidden", 23, 20)
            self.fold = Fold(name="fold")

        def __call__(self, x: Any) -> Any:
            return self.fold(tf.nn.relu(self.hidden(x)))

    model = Net()
    return kit.train(model, model.trainable_variables, kit.x, kit.y)


def jax_functional(kit: Kit) -> Figures:
    import jax

    def fold(h: Any) -> Any:
        folded = h.reshape(-1, 4, 6)  # faulty; right: folded = h.reshape(-1, 4, 5)
        return folded.sum(1)

    def forward(params: Any, x: Any) -> Any:
        return fold(jax.nn.relu(kit.apply(params, x)))

    return kit.train(forward, kit.dense(23, 20), kit.x, kit.y)


def jax_subclass(kit: Kit) -> Figures:
    import jax

    @jax.tree_util.register_dataclass
    @dataclass
    class Net:
        hidden: Any

        def fold(self, h: Any) -> Any:
            folded = h.reshape(-1, 4, 6)  # faulty; right: folded = h.reshape(-1, 4, 5)
            return folded.sum(1)

        def __call__(self, x: Any) -> Any:
            return self.fold(jax.nn.relu(kit.apply(self.hidden, x)))

    return kit.train(Net.__call__, Net(kit.dense(23, 20)), kit.x, kit.y)
