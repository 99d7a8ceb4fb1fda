"""The weight file is another model's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=18,
    title="weight file of another model",
    family="api",
    about="Weights are loaded from the file of a model with 17 hidden units; this one has 19.",
    layer=("hidden", "Dense.call"),
    sizes=((17,), (19,)),
    # Not the pilot's refusal in JAX: the weights are the model here, and nothing compares their shapes.
    expected=pilot("RRRRSR"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras

    def build(units: int) -> Any:
        hidden = keras.layers.Dense(units, activation="relu", name="hidden")
        return keras.Sequential([keras.Input((23,)), hidden, keras.layers.Dense(5, name="head")])

    build(17).save_weights("other.weights.h5")
    build(19).save_weights("own.weights.h5")
    model = build(19)
    model.load_weights("other.weights.h5")  # faulty; right: model.load_weights("own.weights.h5")
    return kit.train(model, kit.x, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras

    class Net(keras.Model):
        def __init__(self, units: int) -> None:
            super().__init__()
            self.hidden = keras.layers.Dense(units, activation="relu", name="hidden")
            self.head = keras.layers.Dense(5, name="head")

        def call(self, x: Any) -> Any:
            return self.head(self.hidden(x))

    for units, path in ((17, "other.weights.h5"), (19, "own.weights.h5")):
        saved = Net(units)
        saved(keras.ops.zeros((1, 23)))
        saved.save_weights(path)
    model = Net(19)
    model(keras.ops.zeros((1, 23)))
    model.load_weights("other.weights.h5")  # faulty; right: model.load_weights("own.weights.h5")
    return kit.train(model, kit.x, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    import torch
    from torch import nn

    def build(units: int) -> Any:
        return nn.Sequential(nn.Linear(23, units), nn.ReLU(), nn.Linear(units, 5))

    torch.save(build(17).state_dict(), "other.pt")
    torch.save(build(19).state_dict(), "own.pt")
    model = build(19)
    model.load_state_dict(torch.load("other.pt"))  # faulty; right: model.load_state_dict(torch.load("own.pt"))
    return kit.train(model, kit.x, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self, units: int) -> None:
            super().__init__()
            self.hidden = nn.Linear(23, units)
            self.head = nn.Linear(units, 5)

        def forward(self, x: Any) -> Any:
            return self.head(torch.relu(self.hidden(x)))

    torch.save(Net(17).state_dict(), "other.pt")
    torch.save(Net(19).state_dict(), "own.pt")
    model = Net(19)
    model.load_state_dict(torch.load("other.pt"))  # faulty; right: model.load_state_dict(torch.load("own.pt"))
    return kit.train(model, kit.x, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import tensorflow as tf

    def build(units: int) -> dict[str, Any]:
        return {"hidden": kit.dense("hidden", 23, units), "head": kit.dense("head", units, 5)}

    tf.train.Checkpoint(model=build(17)).write("other")
    tf.train.Checkpoint(model=build(19)).write("own")
    weights = build(19)
    tf.train.Checkpoint(model=weights).read("other")  # faulty; right: tf.train.Checkpoint(model=weights).read("own")

    def forward(x: Any) -> Any:
        h = tf.nn.relu(tf.matmul(x, weights["hidden"][0]) + weights["hidden"][1])
        return tf.matmul(h, weights["head"][0]) + weights["head"][1]

    return kit.train(forward, [*weights["hidden"], *weights["head"]], kit.x, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self, units: int) -> None:
            super().__init__()
            self.hidden = kit.layer("hidden", 23, units)
            self.head = kit.layer("head", units, 5)

        def __call__(self, x: Any) -> Any:
            return self.head(tf.nn.relu(self.hidden(x)))

    tf.train.Checkpoint(model=Net(17)).write("other")
    tf.train.Checkpoint(model=Net(19)).write("own")
    model = Net(19)
    tf.train.Checkpoint(model=model).read("other")  # faulty; right: tf.train.Checkpoint(model=model).read("own")
    return kit.train(model, model.trainable_variables, kit.x, kit.y)


def jax_functional(kit: Kit) -> Figures:
    import jax
    import numpy as np

    def build(units: int) -> dict[str, Any]:
        return {"hidden": kit.dense(23, units), "head": kit.dense(units, 5)}

    def forward(params: Any, x: Any) -> Any:
        return kit.apply(params["head"], jax.nn.relu(kit.apply(params["hidden"], x)))

    np.savez("other.npz", *jax.tree.leaves(build(17)))
    np.savez("own.npz", *jax.tree.leaves(build(19)))
    params = build(19)
    file = np.load("other.npz")  # faulty; right: file = np.load("own.npz")
    params = jax.tree.unflatten(jax.tree.structure(params), file.values())
    return kit.train(forward, params, kit.x, kit.y)


def jax_subclass(kit: Kit) -> Figures:
    import jax
    import numpy as np

    @jax.tree_util.register_dataclass
    @dataclass
    class Net:
        hidden: Any
        head: Any

        def __call__(self, x: Any) -> Any:
            return kit.apply(self.head, jax.nn.relu(kit.apply(self.hidden, x)))

    def build(units: int) -> Net:
        return Net(kit.dense(23, units), kit.dense(units, 5))

    np.savez("other.npz", *jax.tree.leaves(build(17)))
    np.savez("own.npz", *jax.tree.leaves(build(19)))
    model = build(19)
    file = np.load("other.npz")  # faulty; right: file = np.load("own.npz")
    model = jax.tree.unflatten(jax.tree.structure(model), file.values())
    return kit.train(Net.__call__, model, kit.x, kit.y)
