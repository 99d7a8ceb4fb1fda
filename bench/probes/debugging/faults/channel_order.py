"""Images come with their channels at the other end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=3,
    title="channel order",
    family="data",
    about="Images have their channels first where the model wants them last, or last where it wants them first.",
    layer=("conv", "Conv2D.call"),
    sizes=((3,), (9,)),
    expected=pilot("RRRRRR"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    conv = keras.layers.Conv2D(11, 3, activation="relu", name="conv")
    pool, head = keras.layers.GlobalAveragePooling2D(name="pool"), keras.layers.Dense(5, name="head")
    model = keras.Sequential([keras.Input((9, 9, 3)), conv, pool, head])
    images = kit.images.transpose(0, 3, 1, 2)  # faulty; right: images = kit.images
    return kit.train(model, images, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.conv = keras.layers.Conv2D(11, 3, activation="relu", name="conv")
            self.pool = keras.layers.GlobalAveragePooling2D(name="pool")
            self.head = keras.layers.Dense(5, name="head")

        def call(self, x: Any) -> Any:
            return self.head(self.pool(self.conv(x)))

    model = Net()
    model(keras.ops.zeros((1, 9, 9, 3)))
    images = kit.images.transpose(0, 3, 1, 2)  # faulty; right: images = kit.images
    return kit.train(model, images, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    from torch import nn

    pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    model = nn.Sequential(nn.Conv2d(3, 11, 3), nn.ReLU(), *pool, nn.Linear(11, 5))
    images = kit.images.transpose(0, 2, 3, 1)  # faulty; right: images = kit.images
    return kit.train(model, images, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 11, 3)
            self.head = nn.Linear(11, 5)

        def forward(self, x: Any) -> Any:
            return self.head(torch.relu(self.conv(x)).mean((2, 3)))

    images = kit.images.transpose(0, 2, 3, 1)  # faulty; right: images = kit.images
    return kit.train(Net(), images, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import tensorflow as tf

    conv, head = tf.Variable(kit.weights(3, 3, 3, 11), name="conv"), kit.dense("head", 11, 5)

    def forward(x: Any) -> Any:
        h = tf.nn.relu(tf.nn.conv2d(x, conv, strides=1, padding="VALID"))
        return tf.matmul(tf.reduce_mean(h, (1, 2)), head[0]) + head[1]

    images = kit.images.transpose(0, 3, 1, 2)  # faulty; right: images = kit.images
    return kit.train(forward, [conv, *head], images, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = tf.Variable(kit.weights(3, 3, 3, 11), name="conv")
            self.head = kit.layer("head", 11, 5)

        def __call__(self, x: Any) -> Any:
            h = tf.nn.relu(tf.nn.conv2d(x, self.conv, strides=1, padding="VALID"))
            return self.head(tf.reduce_mean(h, (1, 2)))

    model = Net()
    images = kit.images.transpose(0, 3, 1, 2)  # faulty; right: images = kit.images
    return kit.train(model, model.trainable_variables, images, kit.y)


def jax_functional(kit: Kit) -> Figures:
    import jax

    params = {"conv": kit.weights(3, 3, 3, 11), "head": kit.dense(11, 5)}

    def forward(params: Any, x: Any) -> Any:
        order = ("NHWC", "HWIO", "NHWC")
        h = jax.nn.relu(jax.lax.conv_general_dilated(x, params["conv"], (1, 1), "VALID", dimension_numbers=order))
        return kit.apply(params["head"], h.mean((1, 2)))

    images = kit.images.transpose(0, 3, 1, 2)  # faulty; right: images = kit.images
    return kit.train(forward, params, images, kit.y)


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
            return kit.apply(self.head, h.mean((1, 2)))

    images = kit.images.transpose(0, 3, 1, 2)  # faulty; right: images = kit.images
    return kit.train(Net.__call__, Net(kit.weights(3, 3, 3, 11), kit.dense(11, 5)), images, kit.y)
