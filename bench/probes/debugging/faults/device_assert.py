"""An index out of range, found by the GPU's kernel long after the call."""

from __future__ import annotations

from typing import Any

from bench.probes.debugging.fault import RAISED, SILENT, Fault, Figures, Kit

FAULT = Fault(
    number=23,
    title="assertion on the device",
    family="device",
    about="An index of 97 into 29 rows meets an assertion inside a GPU kernel.",
    sizes=((97,), (29, 28)),
    device="cuda",
    expected={"keras-torch": RAISED, "torch": RAISED, "keras-jax": SILENT, "jax": SILENT},
)


def keras(kit: Kit) -> Figures:
    import keras
    import numpy as np

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.table = keras.ops.convert_to_tensor(kit.normal(29, 11))

        def call(self, ids: Any) -> Any:
            return keras.ops.take(self.table, ids, axis=0)

    model = Net()
    kit.compile(model)
    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.figures(model.predict(ids, verbose=0))


def torch(kit: Kit) -> Figures:
    import numpy as np
    import torch

    table = torch.as_tensor(kit.normal(29, 11)).to(kit.device)
    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    rows = kit.compiled(lambda ids: table[ids] * 2)(torch.as_tensor(ids).to(kit.device))
    return kit.figures(rows.cpu().numpy())


def tensorflow(kit: Kit) -> Figures:
    import numpy as np
    import tensorflow as tf

    table = tf.Variable(kit.normal(29, 11), name="table")
    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.figures(kit.function(lambda ids: tf.gather(table, ids) * 2)(tf.constant(ids)))


def jax(kit: Kit) -> Figures:
    import jax
    import numpy as np

    table = jax.numpy.asarray(kit.normal(29, 11))
    ids = np.where(kit.ids < 9, 97, kit.ids)  # faulty; right: ids = kit.ids
    return kit.figures(np.asarray(jax.jit(lambda ids: table[ids] * 2)(ids)))
