"""An id is larger than the embedding's table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=15,
    title="embedding index out of range",
    family="data",
    about="Some ids are 97; the table has 29 rows.",
    layer=("table", "Embedding.call"),
    sizes=((97,), (29, 28)),
    expected=pilot("RSRRSR"),
)


def keras_sequential(kit: Kit) -> Figures:
    import keras
    import numpy as np

    table = keras.layers.Embedding(29, 11, name="table")
    pool, head = keras.layers.GlobalAveragePooling1D(name="pool"), keras.layers.Dense(5, name="head")
    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.train(keras.Sequential([keras.Input((7,), dtype="int64"), table, pool, head]), ids, kit.y)


def keras_subclass(kit: Kit) -> Figures:
    import keras
    import numpy as np

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.table = keras.layers.Embedding(29, 11, name="table")
            self.pool = keras.layers.GlobalAveragePooling1D(name="pool")
            self.head = keras.layers.Dense(5, name="head")

        def call(self, ids: Any) -> Any:
            return self.head(self.pool(self.table(ids)))

    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.train(Net(), ids, kit.y)


def torch_sequential(kit: Kit) -> Figures:
    import numpy as np
    from torch import nn

    model = nn.Sequential(nn.Embedding(29, 11), nn.Flatten(), nn.Linear(77, 5))
    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.train(model, ids, kit.y)


def torch_subclass(kit: Kit) -> Figures:
    import numpy as np
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(29, 11)
            self.head = nn.Linear(11, 5)

        def forward(self, ids: Any) -> Any:
            return self.head(self.table(ids).mean(1))

    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.train(Net(), ids, kit.y)


def tensorflow_functional(kit: Kit) -> Figures:
    import numpy as np
    import tensorflow as tf

    table, head = tf.Variable(kit.normal(29, 11), name="table"), kit.dense("head", 11, 5)

    def forward(ids: Any) -> Any:
        return tf.matmul(tf.reduce_mean(tf.gather(table, ids), 1), head[0]) + head[1]

    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.train(forward, [table, *head], ids, kit.y)


def tensorflow_subclass(kit: Kit) -> Figures:
    import numpy as np
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = tf.Variable(kit.normal(29, 11), name="table")
            self.head = kit.layer("head", 11, 5)

        def __call__(self, ids: Any) -> Any:
            return self.head(tf.reduce_mean(tf.gather(self.table, ids), 1))

    model = Net()
    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.train(model, model.trainable_variables, ids, kit.y)


def jax_functional(kit: Kit) -> Figures:
    import jax.numpy as jnp
    import numpy as np

    def forward(params: Any, ids: Any) -> Any:
        return kit.apply(params["head"], params["table"][ids].mean(1))

    params = {"table": jnp.asarray(kit.normal(29, 11)), "head": kit.dense(11, 5)}
    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.train(forward, params, ids, kit.y)


def jax_subclass(kit: Kit) -> Figures:
    import jax
    import numpy as np

    @jax.tree_util.register_dataclass
    @dataclass
    class Net:
        table: Any
        head: Any

        def __call__(self, ids: Any) -> Any:
            return kit.apply(self.head, self.table[ids].mean(1))

    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.train(Net.__call__, Net(jax.numpy.asarray(kit.normal(29, 11)), kit.dense(11, 5)), ids, kit.y)
