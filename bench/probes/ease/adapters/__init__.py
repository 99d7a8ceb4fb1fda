"""One file a stack: what the check must know of it to load weights into a program's model and to watch it train."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from bench.probes.ease.slots import Layer

Array = np.ndarray


@dataclass
class Seen:
    """What was seen of a training: the loss before each update, the first update's gradients by the parameter's key."""

    losses: list[float] = field(default_factory=list)
    gradients: dict[Hashable, Array] = field(default_factory=dict)

    def loss(self, value: Any) -> None:
        """Keep one more loss."""
        self.losses.append(float(value))

    def gradient(self, key: Hashable, value: Any) -> None:
        """Keep a parameter's gradient, unless there is one from an earlier update."""
        self.gradients.setdefault(key, np.array(value))


class Adapter(Protocol):
    """The module `bench/probes/ease/adapters/<program's folder>.py`. `model` and `dataset` are the program's own."""

    # What the paths given to `save` and to `export` end in.
    SUFFIX: str
    EXPORT_SUFFIX: str

    def layers(self, model: Any, workload: str) -> list[Layer]:
        """Return the model's layers that hold arrays, in the order in which they were built."""

    def read(self, model: Any, key: Hashable) -> Array:
        """Return a parameter's value."""

    def write(self, model: Any, key: Hashable, value: Array) -> None:
        """Set a parameter's value."""

    def trainable(self, program: ModuleType) -> int:
        """Return the number of trainable values of a new model, as the framework counts them."""

    def new(self, program: ModuleType, quick: bool) -> Any:
        """Return the program's model, new. Its arrays may be zeros in the quick form: the check overwrites them all."""

    def batches(self, dataset: Any) -> list[list[Any]]:
        """Return the inputs of every batch, labels left out."""

    def rows(self, inputs: Any) -> Array:
        """Return one input as an array in the workload's layout."""

    def predict(self, model: Any, inputs: Sequence[Any]) -> Array:
        """Return the output in inference mode, channels last."""

    def watch(self) -> AbstractContextManager[Seen]:
        """Watch every training step that is taken inside."""

    def restored(self, program: ModuleType, path: str) -> Any:
        """Return a new model from what the program saved."""

    def exported(self, path: str, x: Array) -> Array:
        """Return what the file that a program exported answers."""

    def reset(self) -> None:
        """Undo what a program set for the whole process."""
