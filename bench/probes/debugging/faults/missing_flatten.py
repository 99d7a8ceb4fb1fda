"""Between a convolution and a dense layer, nobody flattened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=2,
    title="missing flatten",
    family="model",
    about="The maps of a convolution go into a dense layer without being flattened.",
    layer=("head", "Dense.call"),
    sizes=((7, 11, 637), (539, 13)),
    expected=pilot("RRRRRR"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    conv = keras.layers.Conv2D(11, 3, activation="relu", name="conv")
    head = keras.layers.Dense(5, name="head")
    layers = [conv, head]  # faulty; right: layers = [conv, keras.layers.Flatten(name="flat"), head]
    model = keras.Sequential([keras.Input((9, 9, 3)), *layers])
    return kit.train(model, kit.images, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.conv = keras.layers.Conv2D(11, 3, activation="relu", name="conv")
            self.flat = keras.layers.Flatten(name="flat")
            self.head = keras.layers.Dense(5, name="head")

        def call(self, x: Any) -> Any:
            return self.head(self.conv(x))  # faulty; right: return self.head(self.flat(self.conv(x)))

    return kit.train(Net(), kit.images, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    from torch import nn

    layers = [nn.Conv2d(3, 11, 3), nn.ReLU()]
    head = nn.Linear(539, 5)
    model = nn.Sequential(*layers, head)  # faulty; right: model = nn.Sequential(*layers, nn.Flatten(), head)
    return kit.train(model, kit.images, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 11, 3)
            self.head = nn.Linear(539, 5)

        def forward(self, x: Any) -> Any:
            h = torch.relu(self.conv(x))
            return self.head(h)  # faulty; right: return self.head(h.flatten(1))

    return kit.train(Net(), kit.images, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import tensorflow as tf

    conv, head = tf.Variable(kit.weights(3, 3, 3, 11), name="conv"), kit.dense("head", 539, 5)

    def forward(x: Any) -> Any:
        h = tf.nn.relu(tf.nn.conv2d(x, conv, strides=1, padding="VALID"))
        h = tf.identity(h)  # faulty; right: h = tf.reshape(h, (-1, 539))
        return tf.matmul(h, head[0]) + head[1]

    return kit.train(forward, [conv, *head], kit.images, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = tf.Variable(kit.weights(3, 3, 3, 11), name="conv")
            self.head = kit.layer("head", 539, 5)

        def __call__(self, x: Any) -> Any:
            h = tf.nn.relu(tf.nn.conv2d(x, self.conv, strides=1, padding="VALID"))
            return self.head(h)  # faulty; right: return self.head(tf.reshape(h, (-1, 539)))

    model = Net()
    return kit.train(model, model.trainable_variables, kit.images, kit.y)


def jax_functional(kit: Kit) -> Figures:
    import jax

    params = {"conv": kit.weights(3, 3, 3, 11), "head": kit.dense(539, 5)}

    def forward(params: Any, x: Any) -> Any:
        order = ("NHWC", "HWIO", "NHWC")
        h = jax.nn.relu(jax.lax.conv_general_dilated(x, params["conv"], (1, 1), "VALID", dimension_numbers=order))
        h = h.reshape(h.shape)  # faulty; right: h = h.reshape(len(h), -1)
        return h @ params["head"]["kernel"] + params["head"]["bias"]

    return kit.train(forward, params, kit.images, kit.y)


def jax_subclass(kit: Kit) -> Figures:
    import jax

    @jax.tree_util.register_dataclass
    @dataclass
    class Net:
        conv: Any
        head: Any

        def __call__(self, x: Any) -> Any:
            order = ("NHWC", "HWIO", "NHWC")
            h = jax.nn.relu(jax.lax.conv_general_dilated(x, self.conv, (1, 1), "VALID", dimension_numbers=order))
            return kit.apply(self.head, h)  # faulty; right: return kit.apply(self.head, h.reshape(len(h), -1))

    return kit.train(Net.__call__, Net(kit.weights(3, 3, 3, 11), kit.dense(539, 5)), kit.images, kit.y)
