"""What every framework's program offers the worker, and what every framework's `base` module offers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np

from bench.spec import Division, Size

Arrays = Mapping[str, np.ndarray]


class Program(Protocol):
    """One workload in one framework, built once, driven by the worker.

    Every method that runs a phase leaves the device idle: one synchronisation at its end and none before.
    """

    def trainable(self) -> int:
        """Return the number of trainable parameters."""

    def load(self, weights: Arrays) -> None:
        """Copy canonical weights into the framework's own layout; optimizer state starts afresh."""

    def forward(self, batch: Arrays) -> np.ndarray:
        """Return the output in inference mode: float32, channels last, samples first."""

    def loss_and_gradients(self, batch: Arrays) -> tuple[float, dict[str, np.ndarray]]:
        """Return the training loss and its gradients under canonical names and layouts; no weight changes."""

    def trajectory(self, batch: Arrays, optimizer: str, steps: int) -> list[float]:
        """Return the loss before each of `steps` updates by "sgd" or "adam" with MATCHED_OPTIMIZERS' values."""

    def place(self, batch: Arrays) -> Any:
        """Return the batch where the division wants it: on the device, or as host arrays that every step moves."""

    def block(self, placed: Any, phase: str, steps: int) -> None:
        """Run `steps` steps of "train" or "infer" and synchronise once, after the last."""

    def first_step(self, placed: Any, phase: str) -> float:
        """Run the first step, its compilation included, and return its seconds, synchronised."""

    def resolved(self) -> dict[str, Any]:
        """Return what is really in force, read back from the framework.

        jit           True where XLA or Inductor compiles the step, False in eager and graph modes
        device        "cpu" or "cuda"
        dtype         the type of the matrix products, "float32" or "bfloat16"
        layout        "channels-last", "channels-first" or None where the model has no images
        threads       the size of the compute pool, None where the framework does not tell
        precision     fp32, tf32 or bf16, from the flags in force
        optimizer     what the built training optimizer holds: learning_rate, beta_1, beta_2, epsilon
        norm_epsilon  what the built normalisation layers hold, None without any
        versions      the framework's and its libraries' versions and builds (oneDNN, CUDA, cuDNN) as it tells them
        """

    def memory(self) -> dict[str, Any]:
        """Return `{"peak_bytes": int, "method": str}`: the allocator's peak on a GPU, else the process's high water."""

    def compiles(self) -> dict[str, Any]:
        """Return `{"compiles": int | None, "graph_breaks": int | None}`, None where the framework does not tell."""


@runtime_checkable
class Timed(Protocol):
    """What a program offers beside, where its framework has device events."""

    def device_seconds(self) -> float | None:
        """Return the device's own time of the last block, from events; None on a CPU."""


class Base(Protocol):
    """The module `bench/programs/<framework>/base.py`."""

    def configure(self, division: Division) -> None:
        """Set precision flags, thread pools and memory growth. Called once, before any program is built."""

    def canary(self, division: Division) -> float:
        """Return one entry of (1024² matrix of 1.0001) @ ones, multiplied on the division's device and precision.

        Under TF32 or bf16 the entry is 1024.0, in fp32 about 1024.1.
        """

    def gemm(self, division: Division, n: int, repeats: int) -> None:
        """Multiply two n×n matrices `repeats` times, each by the last's result, and synchronise once, at the end."""

    def epoch(self, examples: Arrays, batch: int, division: Division) -> int:
        """Read the examples once through the framework's own loader onto the device; return the batches seen."""

    def synchronize(self) -> None:
        """Wait until the device is idle. The worker uses it to prove that `block` did so itself."""


class ProgramModule(Protocol):
    """The module `bench/programs/<framework>/<workload>.py`."""

    def build(self, size: Size, division: Division) -> Program:
        """Return the workload at that size under that division."""
