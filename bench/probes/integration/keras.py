"""What Keras offers, whatever backend is below it. Runs in a child."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.probes.integration.doors import Doors, Epoch, Missing
from bench.probes.integration.parquet import FILE, Batch, arrays, counted

# Of a loss in float32, relative.
_CLOSE = 1e-4


def doors(below: Doors) -> Doors:
    """Return Keras' doors; what trains is `fit`, and its loss says which values came in."""
    import keras

    def feed(thing: Any, values: np.ndarray) -> Any:
        """Fit once, on all rows as one batch, a model that adds up a row."""
        width = values.shape[1] if values.ndim == 2 else 1
        model = keras.Sequential([keras.Input((width,)), keras.layers.Dense(1, "linear", False, "ones")])
        model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mean_squared_error")
        y = np.zeros(len(values), np.float32)
        return model.fit(thing, y, batch_size=len(values), shuffle=False, verbose=0).history["loss"][0]

    def pointer(tensor: Any) -> int:
        return below.pointer(tensor.value if isinstance(tensor, keras.Variable) else tensor)

    def no_door(thing: Any) -> Any:
        raise Missing("keras has no from_dlpack; its backends have")

    return Doors(
        keras.ops.convert_to_tensor, feed, keras.ops.convert_to_numpy, pointer, no_door, keras.Variable, arrived
    )


def arrived(loss: Any, values: np.ndarray) -> str:
    """Return "" if the loss is that of these values, else both. A missing value makes it not a number, and is to."""
    if values.dtype.kind not in "fiu":
        return "text became numbers"
    rows = values.astype(np.float64).reshape(len(values), -1).sum(axis=1)
    expected = float(np.mean(rows**2))
    same = np.isnan(loss) if np.isnan(expected) else abs(loss - expected) <= _CLOSE * abs(expected)
    return "" if same else f"the loss is {loss:.6g}, of these values it is {expected:.6g}"


def loader(batch: int) -> tuple[str, Epoch]:
    """Return a PyDataset, read as fit reads it."""
    import keras
    from keras.src.trainers.epoch_iterator import EpochIterator

    class Rows(keras.utils.PyDataset):
        def __init__(self) -> None:
            super().__init__()
            duckdb = importlib.import_module("duckdb")
            self.table = duckdb.connect().sql(f"select * from '{FILE}'").to_arrow_table()

        def __len__(self) -> int:
            return -(-self.table.num_rows // batch)

        def __getitem__(self, index: int) -> Batch:
            return arrays(self.table.slice(index * batch, batch))

    def parts() -> Iterator[Any]:
        # What fit itself reads a PyDataset with, without the step that follows.
        iterator: Any = EpochIterator(x=Rows())
        iterator.reset()
        for _, _, data in iterator:
            for part in data if isinstance(data, list) else [next(data)]:
                yield keras.tree.map_structure(keras.ops.convert_to_tensor, part)

    return "keras.utils.PyDataset through fit's own iterator", lambda: counted(parts(), keras.ops.convert_to_numpy)
