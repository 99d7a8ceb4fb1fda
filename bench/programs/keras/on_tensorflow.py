"""How Keras' compiled functions are called and read on its TensorFlow backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from bench.programs.steps import host_peak, inputs_of
from bench.programs.tensorflow import base as native
from bench.spec import Division


def forget() -> None:
    """Drop what is compiled: functions belong to `model.compile`, so nothing is left to drop."""


def dataset(placed: list[Any]) -> Any:
    """Return one batch without end as tf.data, the input that Keras documents for TensorFlow."""
    part = placed[0]
    return tf.data.Dataset.from_tensors((inputs_of(part), part["y"])).repeat().prefetch(tf.data.AUTOTUNE)


def with_dense_gradients(kind: type[keras.optimizers.Optimizer]) -> type[keras.optimizers.Optimizer]:
    """Return an optimizer that sees whole tensors.

    TensorFlow's gradient of an embedding is a list of slices, in which a row that was read twice stands twice. Matched
    programs train on the tensor, as on every other backend; as shipped, Keras gets the slices.
    """

    def apply(self: Any, grads: Any, trainable_variables: Any = None) -> Any:
        return kind.apply(self, [tf.convert_to_tensor(gradient) for gradient in grads], trainable_variables)

    return type(kind.__name__, (kind,), {"apply": apply})


class Engine:
    """The functions that `fit` and `predict` compile, for one compiled model."""

    def __init__(self, model: keras.Model, division: Division) -> None:
        self.model = model
        self._others: list[Any] = []
        model.make_train_function(force=True)
        model.make_predict_function(force=True)

    def enter(self, phase: str) -> None:
        """Make ready for a block: nothing here."""

    def settle(self) -> None:
        """Bring variables up to date: they always are."""

    def train(self, placed: Any) -> Any:
        """Take one step; return the logs without waiting for them."""
        return self.model.train_function(iter((placed,) * self.model.steps_per_execution))

    def train_alone(self, placed: Any) -> float:
        """Take one step and return its loss alone, not the running mean."""
        self.model.reset_metrics()
        return float(self.train(placed)["loss"])

    def predict(self, inputs: Any) -> Any:
        """Return the output of one batch."""
        return self.model.predict_function([(inputs,)] * self.model.steps_per_execution)

    def in_mode(self, function: Callable[..., Any], model: keras.Model) -> Callable[..., Any]:
        """Return a function over `model`'s layers in the mode that the compiled model runs in."""
        if self.model.run_eagerly:
            return function
        compiled = tf.function(function, jit_compile=self.model.jit_compile, autograph=False)
        self._others.append(compiled)
        return compiled

    def gradients(self, inputs: Any, y: Any) -> tuple[Any, list[Any]]:
        """Return the training loss and its gradients, dense."""

        def compute(inputs: Any, y: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = self.model.compute_loss(x=inputs, y=y, y_pred=self.model(inputs, training=True))
            return loss, [tf.convert_to_tensor(g) for g in tape.gradient(loss, self.model.trainable_variables)]

        return self.in_mode(compute, self.model)(inputs, y)

    def wait(self, last: Any) -> None:
        """Wait until the device is idle."""
        native.synchronize()

    def begin(self) -> None:
        """Mark nothing: this backend has no events."""

    def device_seconds(self) -> float | None:
        """Return None: this backend has no events."""
        return None

    def device(self) -> str:
        """Return where the variables lie."""
        return "cuda" if "GPU" in self.model.trainable_variables[0].value.device else "cpu"

    def threads(self) -> int | None:
        """Return the size of the pool inside an operation, None if TensorFlow chose."""
        return tf.config.threading.get_intra_op_parallelism_threads() or None

    def precision(self, division: Division) -> str:
        """Return the precision of matrix products in force."""
        if division.precision == "bf16":
            return "bf16"
        allowed = tf.config.experimental.tensor_float_32_execution_enabled()
        return "tf32" if self.device() == "cuda" and allowed else "fp32"

    def memory(self) -> dict[str, Any]:
        """Return the allocator's peak on a GPU, else the process's high-water mark."""
        if tf.config.get_visible_devices("GPU"):
            peak = tf.config.experimental.get_memory_info("GPU:0")["peak"]
            return {"peak_bytes": peak, "method": "tf.config.experimental.get_memory_info"}
        return host_peak()

    def compiles(self) -> dict[str, Any]:
        """Return nothing: Keras keeps its tf.functions in closures, where their counts cannot be read."""
        return {"compiles": 0 if self.model.run_eagerly else None, "graph_breaks": 0}

    def versions(self) -> dict[str, Any]:
        """Return the backend's versions."""
        return {"tensorflow": tf.__version__, "numpy": np.__version__}
