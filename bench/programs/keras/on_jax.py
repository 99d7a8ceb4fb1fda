"""How Keras' compiled functions are called and read on its JAX backend.

They take and return the model's state, whose old buffers are given away. So the state is held here between steps, as
`fit` holds it within an epoch, and written back into the variables when somebody needs them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np

from bench.programs.jax import base as native
from bench.programs.steps import host_peak
from bench.spec import Division


def forget() -> None:
    """Drop what XLA compiled."""
    jax.clear_caches()


def dataset(placed: list[Any]) -> Any:
    """Return None: a PyDataset serves this backend."""


def with_dense_gradients(kind: type[keras.optimizers.Optimizer]) -> type[keras.optimizers.Optimizer]:
    """Return the optimizer as it is: gradients of embeddings are dense on this backend."""
    return kind


class Engine:
    """The functions that `fit` and `predict` compile, with the state they pass on, for one compiled model."""

    def __init__(self, model: keras.Model, division: Division) -> None:
        self.model = model
        self.state: list[Any] = []
        self.held: list[list[Any]] = []
        model.make_train_function(force=True)
        model.make_predict_function(force=True)

    def _groups(self, phase: str) -> list[list[Any]]:
        model = self.model
        weights = [list(model.trainable_variables), list(model.non_trainable_variables)]
        return (
            [*weights, list(model.optimizer.variables), list(model.metrics_variables)] if phase == "train" else weights
        )

    def enter(self, phase: str) -> None:
        """Take the state that the phase's function wants out of the variables, unless it is held already."""
        wanted = 4 if phase == "train" else 2
        if len(self.state) == wanted:
            return
        self.settle()
        self.held = self._groups(phase)
        self.state = [[variable.value for variable in group] for group in self.held]

    def settle(self) -> None:
        """Write the held state back into the variables."""
        for group, values in zip(self.held, self.state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        self.held, self.state = [], []

    def train(self, placed: Any) -> Any:
        """Take one step; return the logs without waiting for them."""
        data = iter((placed,) * self.model.steps_per_execution)
        logs, self.state = self.model.train_function(tuple(self.state), data)
        return logs

    def train_alone(self, placed: Any) -> float:
        """Take one step and return its loss alone, not the running mean."""
        self.settle()
        self.model.reset_metrics()
        self.enter("train")
        return float(self.train(placed)["loss"])

    def predict(self, inputs: Any) -> Any:
        """Return the output of one batch."""
        self.enter("infer")
        data = iter(((inputs,),) * self.model.steps_per_execution)
        output, self.state = self.model.predict_function(tuple(self.state), data)
        return output

    def in_mode(self, function: Callable[..., Any], model: keras.Model) -> Callable[..., Any]:
        """Return a function over `model`'s layers in the mode that the compiled model runs in.

        Variables are arguments of the compiled function, or their values would be frozen into it.
        """
        variables = [*model.trainable_variables, *model.non_trainable_variables]

        def stateless(values: list[Any], *args: Any) -> Any:
            with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
                return function(*args)

        compiled = jax.jit(stateless) if self.model.jit_compile else stateless

        def call(*args: Any) -> Any:
            self.settle()
            return compiled([variable.value for variable in variables], *args)

        return call

    def gradients(self, inputs: Any, y: Any) -> tuple[Any, list[Any]]:
        """Return the training loss and its gradients."""
        model = self.model

        def compute(trained: list[Any], others: list[Any], inputs: Any, y: Any) -> Any:
            output, _ = model.stateless_call(trained, others, inputs, training=True)
            return model.compute_loss(x=inputs, y=y, y_pred=output)

        function = jax.value_and_grad(compute)
        function = jax.jit(function) if model.jit_compile else function
        groups = [[v.value for v in group] for group in (model.trainable_variables, model.non_trainable_variables)]
        return function(*groups, inputs, y)

    def wait(self, last: Any) -> None:
        """Wait for the last step's logs or output, and for the state."""
        jax.block_until_ready((last, self.state))

    def begin(self) -> None:
        """Mark nothing: this backend has no events."""

    def device_seconds(self) -> float | None:
        """Return None: this backend has no events."""
        return None

    def device(self) -> str:
        """Return the backend's platform."""
        return {"gpu": "cuda"}.get(jax.default_backend(), jax.default_backend())

    def threads(self) -> int | None:
        """Return the cores that XLA's pools are made for: those of the process's affinity."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    def precision(self, division: Division) -> str:
        """Return the precision of matrix products in force."""
        return native.precision_in_force(division)

    def memory(self) -> dict[str, Any]:
        """Return the allocator's peak on a GPU, else the process's high-water mark."""
        return native.peak_memory() or host_peak()

    def compiles(self) -> dict[str, Any]:
        """Return how often XLA compiled in this process, eager operations included."""
        return {"compiles": native.compile_count(), "graph_breaks": 0 if self.model.jit_compile else None}

    def versions(self) -> dict[str, Any]:
        """Return the backend's versions."""
        return {"jax": jax.__version__, "jaxlib": jax.lib.__version__, "numpy": np.__version__}
