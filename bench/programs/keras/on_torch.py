"""How Keras' functions are called and read on its PyTorch backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import torch

from bench.programs.steps import host_peak
from bench.programs.torch import base as native
from bench.spec import Division


def forget() -> None:
    """Drop what dynamo compiled."""
    torch._dynamo.reset()


def dataset(placed: list[Any]) -> Any:
    """Return None: a PyDataset serves this backend."""


def with_dense_gradients(kind: type[keras.optimizers.Optimizer]) -> type[keras.optimizers.Optimizer]:
    """Return the optimizer as it is: gradients of embeddings are dense on this backend."""
    return kind


class Engine:
    """The functions that `fit` and `predict` run, compiled or not, for one compiled model."""

    def __init__(self, model: keras.Model, division: Division) -> None:
        self.model = model
        self._clock = native.Clock(division)
        self._is_built = False
        model.make_train_function(force=True)
        model.make_predict_function(force=True)

    def enter(self, phase: str) -> None:
        """Switch the torch module's own mode, as `fit` does around an epoch."""
        self.model.train(phase == "train")

    def settle(self) -> None:
        """Bring variables up to date: they always are."""

    def _build(self, placed: Any) -> None:
        """Build loss and metrics symbolically, as `fit` does: dynamo fails where they are built inside the step."""
        if not self._is_built:
            self.model._symbolic_build(data_batch=placed)
            self._is_built = True

    def train(self, placed: Any) -> Any:
        """Take one step; return the logs without waiting for them."""
        self._build(placed)
        return self.model.train_function([placed])

    def train_alone(self, placed: Any) -> float:
        """Take one step and return its loss alone, not the running mean."""
        self.enter("train")
        self.model.reset_metrics()
        return float(self.train(placed)["loss"])

    def predict(self, inputs: Any) -> Any:
        """Return the output of one batch."""
        return self.model.predict_function([(inputs,)])

    def in_mode(self, function: Callable[..., Any], model: keras.Model) -> Callable[..., Any]:
        """Return a function over `model`'s layers, without gradients, in the mode that the compiled model runs in."""

        def without_gradients(*args: Any) -> Any:
            with torch.no_grad():
                return function(*args)

        return torch.compile(without_gradients) if self.model.jit_compile else without_gradients

    def gradients(self, inputs: Any, y: Any) -> tuple[Any, list[Any]]:
        """Return the training loss and its gradients."""
        self.enter("train")
        self._build((inputs, y))

        def compute(inputs: Any, y: Any) -> Any:
            return self.model.compute_loss(x=inputs, y=y, y_pred=self.model(inputs, training=True))

        self.model.zero_grad()
        loss = (torch.compile(compute) if self.model.jit_compile else compute)(inputs, y)
        loss.backward()
        gradients = [variable.value.grad.clone() for variable in self.model.trainable_variables]
        self.model.zero_grad()
        return loss.detach(), gradients

    def wait(self, last: Any) -> None:
        """Wait until the device is idle."""
        self._clock.end()
        native.synchronize()

    def begin(self) -> None:
        """Mark the beginning of a block."""
        self._clock.begin()

    def device_seconds(self) -> float | None:
        """Return the GPU's seconds of the last block, None on a CPU."""
        return self._clock.seconds()

    def device(self) -> str:
        """Return where the variables lie."""
        return str(self.model.trainable_variables[0].value.device.type)

    def threads(self) -> int | None:
        """Return the size of torch's pool."""
        return torch.get_num_threads()

    def precision(self, division: Division) -> str:
        """Return the precision of matrix products in force."""
        if division.precision == "bf16":
            return "bf16"
        allowed = torch.backends.cuda.matmul.fp32_precision == "tf32"
        return "tf32" if self.device() == "cuda" and allowed else "fp32"

    def memory(self) -> dict[str, Any]:
        """Return the allocator's peak on a GPU, else the process's high-water mark."""
        if self.device() == "cuda":
            return {"peak_bytes": torch.cuda.max_memory_allocated(), "method": "torch.cuda.max_memory_allocated"}
        return host_peak()

    def compiles(self) -> dict[str, Any]:
        """Return how many graphs dynamo compiled in this process and how often it broke one."""
        return native.dynamo_counts()

    def versions(self) -> dict[str, Any]:
        """Return the backend's versions."""
        return {"torch": torch.__version__, "cuda": torch.version.cuda, "numpy": np.__version__}
