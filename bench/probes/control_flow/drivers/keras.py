"""Programs as the `call` of a subclassed Keras model, through `predict_on_batch` and `train_on_batch`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

BACKEND = keras.backend.backend()
COUNTER = {
    "tensorflow": "tf.function tracing count",
    "jax": "compilations that JAX reports",
    "torch": "torch._dynamo unique graphs",
}[BACKEND]
_COMPILED = ("xla", "jit", "compile")
_EVENT = "/jax/core/compile/backend_compile_duration"


class Model(keras.Model):
    """The program as a model with one weight, which is there from the start."""

    def __init__(self, program: Callable[[Any, Any], Any], weight: np.ndarray) -> None:
        super().__init__()
        self.w = self.add_weight(shape=weight.shape, name="w")
        self.w.assign(weight)
        self.program = program
        # What a program keeps between calls has to be the model's.
        self.kept = getattr(program, "state", None)
        self.built = True

    def call(self, x: Any) -> Any:
        """Return the program's output."""
        return self.program(x, self.w)


class Driver:
    """One program in one phase."""

    def __init__(self, program: Callable[[Any, Any], Any], weight: np.ndarray, mode: str, device: str) -> None:
        self._weight, self._mode = weight, mode
        self._model = Model(program, weight)
        self._model.compile(
            optimizer=keras.optimizers.SGD(1.0),
            loss=_total,
            jit_compile=mode in _COMPILED,
            run_eagerly=mode == "eager" and BACKEND != "torch",
        )
        self._events = _listen() if BACKEND == "jax" else []

    def value(self, x: Any) -> np.ndarray:
        """Return the output of one call."""
        return np.asarray(self._model.predict_on_batch(x))

    def gradient(self, x: Any) -> np.ndarray:
        """Return how far one step of SGD at rate 1 moves the weight, which is put back."""
        before = keras.ops.convert_to_numpy(self._model.w)
        self._model.train_on_batch(x, np.zeros((_rows(x), 1), np.float32))
        slope = before - keras.ops.convert_to_numpy(self._model.w)
        self._model.w.assign(self._weight)
        return np.asarray(slope)

    def compilations(self) -> int | None:
        """Return how often a step was compiled so far, None where Keras does not let it be counted."""
        if BACKEND == "jax":
            return len(self._events)
        if self._mode in ("eager", "graph") and (BACKEND == "torch" or self._mode == "eager"):
            return 0
        if BACKEND == "torch":
            return int(importlib.import_module("torch")._dynamo.utils.counters["stats"]["unique_graphs"])
        functions = (self._model.train_function, self._model.predict_function)
        counts = [getattr(one, "experimental_get_tracing_count", None) for one in functions if one is not None]
        return sum(count() for count in counts if count) if all(counts) else None

    def graph_breaks(self) -> int | None:
        """Return how often Dynamo's tracing broke off, None on backends without it."""
        if BACKEND != "torch":
            return None
        return int(sum(importlib.import_module("torch")._dynamo.utils.counters["graph_break"].values()))


def _total(y: Any, output: Any) -> Any:
    return keras.ops.sum(output)


def _rows(x: Any) -> int:
    return _rows(x[0]) if isinstance(x, tuple) else len(x)


def _listen() -> list[str]:
    """Return a list that grows by one whenever JAX compiles."""
    found: list[str] = []
    importlib.import_module("jax").monitoring.register_event_duration_secs_listener(
        lambda event, seconds, **_: found.append(event) if event == _EVENT else None
    )
    return found
