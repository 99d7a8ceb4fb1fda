"""What every stack's file offers, and what judges where values lie. Runs in a child; frameworks stand in stacks/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

# Rows a batch where a loader is fed with one object.
BATCH = 16

# Reads the loaders' file once; returns the rows that came and the sum of their labels.
Epoch = Callable[[], tuple[int, int]]


class Missing(Exception):
    """The framework has no such door."""


@dataclass(frozen=True)
class Stack:
    """A framework in one environment: its name in tables, the environment's, the distribution, Keras' backend."""

    name: str
    environment: str
    framework: str
    backend: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Doors:
    """A framework's own ways in and out, as its documentation names them.

    `feed` hands an object to what trains, and returns what came out at the far end; it also gets the values that the
    object holds, to build a model of their width. `pointer` says where a tensor's first value lies.
    `arrived` returns "" if what `feed` gave is what it must give of these values, else what came.
    """

    convert: Callable[[Any], Any]
    feed: Callable[[Any, np.ndarray], Any]
    back: Callable[[Any], Any]
    pointer: Callable[[Any], int]
    from_dlpack: Callable[[Any], Any]
    parameter: Callable[[np.ndarray], Any]
    arrived: Callable[[Any, np.ndarray], str] | None = None


class StackModule(Protocol):
    """A file of stacks/: STACK, and its two functions, which import the framework."""

    STACK: Stack

    def doors(self) -> Doors:
        """Return the framework's doors."""

    def loader(self, batch: int) -> tuple[str, Epoch]:
        """Return the framework's own loader in words, and a call that reads one epoch through it."""


def joined(batches: list[Any]) -> Any:
    """Return batches as one array, rows in order; batches that are lists of arrays, as one list of arrays."""
    if isinstance(batches[0], list | tuple):
        return [joined([batch[place] for batch in batches]) for place in range(len(batches[0]))]
    return np.concatenate([np.asarray(batch) for batch in batches])


def same_place(pointer: int | None, where: int | None) -> str:
    """Return zero-copy, copy, or unknown where one of the two has no single place."""
    if pointer is None or where is None:
        return "unknown"
    return "zero-copy" if pointer == where else "copy"
