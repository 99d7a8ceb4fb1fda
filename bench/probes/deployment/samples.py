"""Inputs of a given shape for a workload's model, and how an artefact's folder holds them beside what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.discovery import load_workload
from bench.spec import Size

# What every artefact is asked: with the shape it was made with, one sample (for latency), and another shape.
SETS = ("traced", "single", "other")
OTHER_BATCH = 3
# The changing length of the one workload that has one: as traced, and another.
TRACED_LENGTH = 24
OTHER_LENGTH = 40
# Over the largest absolute value expected; runtimes fuse and reorder, so wider than the parity gates' 1e-5.
LIMIT = 1e-4


@dataclass(frozen=True)
class Shape:
    """Samples in a batch, and the length of each where lengths change (else None)."""

    batch: int
    length: int | None = None


def changes_length(workload: str) -> bool:
    """Return whether the workload's model is asked with sequences of any length."""
    return "lengths" in load_workload(workload).batch(size_of(workload).with_batch(1), 0)


def size_of(workload: str) -> Size:
    """Return the size that is exported: the small one, at which all frameworks were proven equal."""
    return load_workload(workload).SPEC.sizes["small"]


def inputs(workload: str, seed: int, shape: Shape) -> dict[str, np.ndarray]:
    """Return the model's inputs by name, channels last, samples first; the labels are left out."""
    batch = load_workload(workload).batch(size_of(workload).with_batch(shape.batch), seed)
    if "lengths" in batch:
        longest = int(np.argmax(batch["lengths"]))
        return {"x": np.ascontiguousarray(batch["x"][longest, :, : shape.length])}
    return {name: array for name, array in batch.items() if name != "y"}


def shapes(workload: str, traced: Shape) -> dict[str, Shape]:
    """Return the shape of each set, given the one that an artefact was made with."""
    changing = traced.length is not None
    other = OTHER_BATCH if traced.batch != OTHER_BATCH else OTHER_BATCH + 1
    return {
        "traced": traced,
        "single": Shape(1, traced.length),
        "other": Shape(other, OTHER_LENGTH if changing else None),
    }


def open_shape(workload: str, batch: int) -> Shape:
    """Return the shape that an exporter traces with, where it is left to the program."""
    return Shape(batch, TRACED_LENGTH if changes_length(workload) else None)


def save(folder: Path, name: str, given: Mapping[str, np.ndarray], expected: np.ndarray) -> None:
    """Write one set: the inputs in the order and layout that the artefact wants, and the framework's own answer."""
    arrays: dict[str, Any] = {f"in:{key}": np.ascontiguousarray(array) for key, array in given.items()}
    np.savez(folder / f"{name}.npz", out=np.ascontiguousarray(expected), **arrays)


def read(folder: Path, name: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return one set: inputs by name, in order, and what is expected."""
    with np.load(folder / f"{name}.npz") as archive:
        given = {key.removeprefix("in:"): archive[key] for key in archive.files if key != "out"}
        return given, archive["out"]


def difference(answer: np.ndarray, expected: np.ndarray) -> tuple[float | None, float | None, str]:
    """Return the largest absolute difference, the same over the largest expected value, and why they are none.

    Both are None, and the third says why, where shapes differ or an answer is not finite.
    """
    if answer.shape != expected.shape:
        return None, None, f"the answer has shape {list(answer.shape)}, expected is {list(expected.shape)}"
    if not np.isfinite(answer).all():
        return None, None, "the answer is not finite"
    absolute = float(np.max(np.abs(np.asarray(answer, np.float64) - expected), initial=0.0))
    largest = float(np.max(np.abs(expected), initial=0.0))
    return absolute, absolute / largest if largest else absolute, ""
