"""The model ends in a softmax, and the loss applies another."""

from __future__ import annotations

from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=6,
    title="softmax twice",
    family="model",
    about="The model gives probabilities; the loss takes logits and applies a softmax of its own.",
    layer=("head", "softmax", "Softmax"),
    expected=pilot("WSSSSS"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    hidden = keras.layers.Dense(19, activation="relu", name="hidden")
    head = keras.layers.Dense(5, "softmax", name="head")  # faulty; right: head = keras.layers.Dense(5, name="head")
    return kit.train(keras.Sequential([keras.Input((23,)), hidden, head]), kit.x, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = keras.layers.Dense(19, activation="relu", name="hidden")
            self.head = keras.layers.Dense(5, name="head")

        def call(self, x: Any) -> Any:
            logits = self.head(self.hidden(x))
            return keras.ops.softmax(logits)  # faulty; right: return logits

    return kit.train(Net(), kit.x, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    from torch import nn

    layers = [nn.Linear(23, 19), nn.ReLU(), nn.Linear(19, 5)]
    model = nn.Sequential(*layers, nn.Softmax(1))  # faulty; right: model = nn.Sequential(*layers)
    return kit.train(model, kit.x, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(23, 19)
            self.head = nn.Linear(19, 5)

        def forward(self, x: Any) -> Any:
            logits = self.head(torch.relu(self.hidden(x)))
            return torch.softmax(logits, 1)  # faulty; right: return logits

    return kit.train(Net(), kit.x, kit.y)


def tensorflow(kit: Kit) -> Figures:
    import tensorflow as tf

    model, variables = kit.classifier()

    def forward(x: Any) -> Any:
        return tf.nn.softmax(model(x))  # faulty; right: return model(x)

    return kit.train(forward, variables, kit.x, kit.y)


def jax(kit: Kit) -> Figures:
    import jax

    model, params = kit.classifier()

    def forward(params: Any, x: Any) -> Any:
        return jax.nn.softmax(model(params, x))  # faulty; right: return model(params, x)

    return kit.train(forward, params, kit.x, kit.y)
