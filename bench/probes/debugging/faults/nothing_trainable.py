"""Everything is frozen, and training goes on."""

from __future__ import annotations

from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=10,
    title="nothing trainable",
    family="training",
    about="All weights are frozen before training.",
    expected=pilot("WSWRS-"),
)


def keras(kit: Kit) -> Figures:
    model = kit.classifier()
    model.trainable = False  # faulty; right: model.trainable = True
    return kit.train(model, kit.x, kit.y)


def torch(kit: Kit) -> Figures:
    model = kit.classifier()
    model.requires_grad_(False)  # faulty; right: model.requires_grad_(True)
    return kit.train(model, kit.x, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import tensorflow as tf

    train = False  # faulty; right: train = True
    hidden, head = kit.dense("hidden", 23, 19, trainable=train), kit.dense("head", 19, 5, trainable=train)

    def forward(x: Any) -> Any:
        h = tf.nn.relu(tf.matmul(x, hidden[0]) + hidden[1])
        return tf.matmul(h, head[0]) + head[1]

    return kit.train(forward, [*hidden, *head], kit.x, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            train = False  # faulty; right: train = True
            self.hidden = kit.layer("hidden", 23, 19, trainable=train)
            self.head = kit.layer("head", 19, 5, trainable=train)

        def __call__(self, x: Any) -> Any:
            return self.head(tf.nn.relu(self.hidden(x)))

    model = Net()
    return kit.train(model, model.trainable_variables, kit.x, kit.y)


def jax(kit: Kit) -> Figures:
    import jax

    model, params = kit.classifier()

    def forward(params: Any, x: Any) -> Any:
        params = jax.lax.stop_gradient(params)  # faulty; right: params = jax.tree.map(jax.numpy.asarray, params)
        return model(params, x)

    return kit.train(forward, params, kit.x, kit.y)
