"""One small Keras model trained for real, and whether TensorFlow was anywhere near. Runs in a child."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

_SAMPLES, _FEATURES, _CLASSES, _EPOCHS = 256, 8, 3, 8


def measure(seed: int) -> dict[str, Any]:
    """Return `losses` (one an epoch), `backend`, `keras` (version), `trainable`, `steps`, and TensorFlow's traces.

    `tensorflow_found` says whether the interpreter could import it, `tensorflow_imported` whether anything did.
    """
    found = importlib.util.find_spec("tensorflow") is not None
    import keras
    import numpy as np

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(_SAMPLES, _FEATURES)).astype("float32")
    y = np.argmax(x @ rng.normal(size=(_FEATURES, _CLASSES)), axis=1)
    model = keras.Sequential(
        [keras.Input((_FEATURES,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(_CLASSES)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss)
    losses = model.fit(x, y, batch_size=32, epochs=_EPOCHS, verbose=0).history["loss"]
    return {
        "losses": [float(value) for value in losses],
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
        "trainable": int(sum(np.prod(one.shape) for one in model.trainable_variables)),
        "steps": _EPOCHS * _SAMPLES // 32,
        "tensorflow_found": found,
        "tensorflow_imported": "tensorflow" in sys.modules,
    }
