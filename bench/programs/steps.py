"""What the programs of every framework share: how a batch becomes steps, and how steps become a block."""

from __future__ import annotations

import resource
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]


def split(batch: Arrays) -> list[dict[str, np.ndarray]]:
    """Return the step batches of a batch: the batch itself, or one for each of `lengths`, cut to its length."""
    if "lengths" not in batch:
        return [dict(batch)]
    parts = zip(batch["x"], batch["lengths"], batch["y"], strict=True)
    return [{"x": np.ascontiguousarray(x[:, :length]), "y": y} for x, length, y in parts]


def inputs_of(part: Mapping[str, Any]) -> Any:
    """Return a step batch's inputs: the one array, or the dictionary of several."""
    return part["x"] if "x" in part else {name: value for name, value in part.items() if name != "y"}


def host_peak() -> dict[str, Any]:
    """Return the process's high-water mark of resident memory, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"peak_bytes": peak, "method": "ru_maxrss"}


class Steps(ABC):
    """A program's loop: places step batches and runs them in turn, with one synchronisation after the last.

    Blocks go on where the last one stopped, so that a workload of several shapes meets all of them however short its
    blocks are. A framework fills in `_place`, `_train`, `_infer` and `_wait`.
    """

    def __init__(self) -> None:
        self._next = 0

    def place(self, batch: Arrays) -> list[Any]:
        """Return the step batches where the division wants them."""
        return [self._place(part) for part in split(batch)]

    def block(self, placed: list[Any], phase: str, steps: int) -> None:
        """Run `steps` steps of "train" or "infer" and synchronise once, after the last."""
        step = self._train if phase == "train" else self._infer
        for index in range(self._next, self._next + steps):
            step(placed[index % len(placed)])
        self._next += steps
        self._wait()

    def first_step(self, placed: list[Any], phase: str) -> float:
        """Run one step and return its seconds. What this process compiled before is forgotten first."""
        self._forget()
        begun = time.perf_counter()
        self.block(placed, phase, 1)
        return time.perf_counter() - begun

    @abstractmethod
    def _place(self, part: Arrays) -> Any:
        """Return a batch, or a part of one, where the steps take it from."""

    @abstractmethod
    def _train(self, placed: Any) -> None:
        """Take one training step, without waiting for the device."""

    @abstractmethod
    def _infer(self, placed: Any) -> None:
        """Take one step of inference, without waiting for the device."""

    @abstractmethod
    def _wait(self) -> None:
        """Wait until the device has done everything that was asked of it."""

    @abstractmethod
    def _forget(self) -> None:
        """Drop compiled functions, so that a parity check that came first does not warm the first step."""


class Window:
    """The window of greedy generation: the tokens so far, the position read next, and when to begin again.

    Tokens and position stay on the device; only the count of steps is kept here, so that nothing waits for the device.
    """

    def __init__(self, steps: int) -> None:
        self.first = steps // 2 - 1
        self._room = steps - 1 - self.first
        self._left = 0
        self.tokens: Any = None
        self.position: Any = None

    def is_full(self) -> bool:
        """Return whether no place is left (or none was opened)."""
        return self._left == 0

    def restart(self) -> None:
        """Make the next step begin from the prompt."""
        self._left = 0

    def open(self, tokens: Any, position: Any) -> None:
        """Begin with a prompt; `position` is `first` as the framework wants it."""
        self.tokens, self.position, self._left = tokens, position, self._room

    def advance(self, tokens: Any, position: Any) -> None:
        """Keep what a step returned."""
        self.tokens, self.position = tokens, position
        self._left -= 1
