"""TensorFlow without Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.probes.integration import pointers
from bench.probes.integration.doors import BATCH, Doors, Epoch, Stack, joined
from bench.probes.integration.parquet import FEATURES, batches, counted

STACK = Stack("tensorflow", "integration-tensorflow", "tensorflow")


def doors() -> Doors:
    """Return TensorFlow's doors; what trains is fed by tf.data."""
    import tensorflow as tf

    def feed(thing: Any, values: np.ndarray) -> Any:
        return joined(list(tf.data.Dataset.from_tensor_slices(thing).batch(BATCH)))

    def pointer(tensor: Any) -> int:
        return pointers.of_capsule(tf.experimental.dlpack.to_dlpack(tf.convert_to_tensor(tensor)))

    return Doors(
        tf.convert_to_tensor,
        feed,
        lambda tensor: tensor.numpy(),
        pointer,
        lambda thing: tf.experimental.dlpack.from_dlpack(thing.__dlpack__()),
        tf.Variable,
    )


def loader(batch: int) -> tuple[str, Epoch]:
    """Return a tf.data pipeline from a generator."""
    import tensorflow as tf

    signature = (tf.TensorSpec((None, FEATURES), tf.float32), tf.TensorSpec((None,), tf.int32))
    data = tf.data.Dataset.from_generator(lambda: batches(batch), output_signature=signature).prefetch(tf.data.AUTOTUNE)
    return "tf.data.Dataset.from_generator with prefetch", lambda: counted(iter(data), np.asarray)
