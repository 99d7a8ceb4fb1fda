"""The first layer is told another number of features than the data have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=1,
    title="wrong input width",
    family="model",
    about="The first layer is told 17 features; the data have 23.",
    layer=("hidden", "Dense.call"),
    sizes=((17,), (23,)),
    expected=pilot("RRRRRR"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    inputs = keras.Input((17,))  # faulty; right: inputs = keras.Input((23,))
    hidden = keras.layers.Dense(19, activation="relu", name="hidden")
    model = keras.Sequential([inputs, hidden, keras.layers.Dense(5, name="head")])
    return kit.train(model, kit.x, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    model = kit.classifier()
    model(keras.ops.zeros((1, 17)))  # faulty; right: model(keras.ops.zeros((1, 23)))
    return kit.train(model, kit.x, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    from torch import nn

    model = nn.Sequential(nn.Linear(17, 19), nn.ReLU(), nn.Linear(19, 5))  # faulty; right: model = kit.classifier()
    return kit.train(model, kit.x, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(17, 19)  # faulty; right: self.hidden = nn.Linear(23, 19)
            self.head = nn.Linear(19, 5)

        def forward(self, x: Any) -> Any:
            return self.head(torch.relu(self.hidden(x)))

    return kit.train(Net(), kit.x, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import tensorflow as tf

    hidden = kit.dense("hidden", 17, 19)  # faulty; right: hidden = kit.dense("hidden", 23, 19)
    head = kit.dense("head", 19, 5)

    def forward(x: Any) -> Any:
        h = tf.nn.relu(tf.matmul(x, hidden[0]) + hidden[1])
        return tf.matmul(h, head[0]) + head[1]

    return kit.train(forward, [*hidden, *head], kit.x, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = kit.layer("hidden", 17, 19)  # faulty; right: self.hidden = kit.layer("hidden", 23, 19)
            self.head = kit.layer("head", 19, 5)

        def __call__(self, x: Any) -> Any:
            return self.head(tf.nn.relu(self.hidden(x)))

    model = Net()
    return kit.train(model, model.trainable_variables, kit.x, kit.y)


def jax_functional(kit: Kit) -> Figures:
    import jax

    params = {"hidden": kit.dense(17, 19), "head": kit.dense(19, 5)}  # faulty; right: params = kit.classifier()[1]

    def forward(params: Any, x: Any) -> Any:
        h = jax.nn.relu(x @ params["hidden"]["kernel"] + params["hidden"]["bias"])
        return h @ params["head"]["kernel"] + params["head"]["bias"]

    return kit.train(forward, params, kit.x, kit.y)


def jax_subclass(kit: Kit) -> Figures:
    import jax

    @jax.tree_util.register_dataclass
    @dataclass
    class Net:
        hidden: Any
        head: Any

        def __call__(self, x: Any) -> Any:
            h = jax.nn.relu(x @ self.hidden["kernel"] + self.hidden["bias"])
            return h @ self.head["kernel"] + self.head["bias"]

    model = Net(kit.dense(17, 19), kit.dense(19, 5))  # faulty; right: model = Net(kit.dense(23, 19), kit.dense(19, 5))
    return kit.train(Net.__call__, model, kit.x, kit.y)
