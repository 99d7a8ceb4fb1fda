"""Between canonical weights and a Keras model's variables: by the variables' paths, so no program lists its arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from bench.programs.steps import Arrays

LEAVES = {
    "gamma": "scale",
    "beta": "bias",
    "moving_mean": "mean",
    "moving_variance": "variance",
    "recurrent_kernel": "recurrent",
    "embeddings": "embedding",
}
# Parts of MultiHeadAttention: the canonical layer, and the place among what lies side by side there.
ATTENTION = {"query": ("qkv", 0), "key": ("qkv", 1), "value": ("qkv", 2), "attention_output": ("out", 0)}
# Layers that hold others and are no part of a canonical path.
WRAPPERS = ("lstm_cell", "embed")


@dataclass(frozen=True)
class Binding:
    """One canonical array: its shape and the variables that hold it, side by side along its last axis."""

    shape: tuple[int, ...]
    variables: tuple[Any, ...]

    def inward(self, array: np.ndarray) -> list[np.ndarray]:
        """Return each variable's value."""
        parts = np.split(array, len(self.variables), axis=-1)
        return [part.reshape(variable.shape) for part, variable in zip(parts, self.variables, strict=True)]

    def outward(self, arrays: Iterable[np.ndarray]) -> np.ndarray:
        """Return the canonical array of the variables' (or gradients') values."""
        part = (*self.shape[:-1], self.shape[-1] // len(self.variables))
        return np.concatenate([array.reshape(part) for array in arrays], axis=-1)


def bindings(model: keras.Model, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Binding]:
    """Return `canonical name -> binding`. Raises ValueError if model and workload do not have the same arrays.

    Keras allows no slash in a layer's name: `blocks_0_norm1` is the canonical path `blocks/0/norm1`.
    """
    places: dict[str, dict[int, Any]] = {}
    # `weights` leaves out the states of random generators.
    for variable in model.weights:
        name, place = _canonical(variable.path.removeprefix(f"{model.name}/"))
        places.setdefault(name, {})[place] = variable
    known = {_flat(name): name for name in shapes}
    if set(known) != set(places):
        raise ValueError(f"weights and model differ in {sorted(set(known) ^ set(places))}")
    return {
        known[flat]: Binding(shapes[known[flat]], tuple(held[place] for place in sorted(held)))
        for flat, held in places.items()
    }


def read(binding: Binding, values: Mapping[str, Any]) -> np.ndarray:
    """Return the canonical array of values by variable path."""
    return binding.outward(keras.ops.convert_to_numpy(values[variable.path]) for variable in binding.variables)


def assign(found: Mapping[str, Binding], weights: Arrays) -> None:
    """Copy canonical weights into the variables."""
    for name, array in weights.items():
        binding = found[name]
        for variable, value in zip(binding.variables, binding.inward(array), strict=True):
            variable.assign(value)


def _flat(name: str) -> str:
    path, _, leaf = name.rpartition("/")
    return f"{path.replace('/', '_')}/{leaf}"


def _canonical(path: str) -> tuple[str, int]:
    """Return a variable's flat canonical name and its place: `attention/key/bias` is the second of `attention_qkv`."""
    *layers, leaf = (part for part in path.split("/") if part not in WRAPPERS)
    place = 0
    if layers[-1] in ATTENTION:
        layers[-1], place = ATTENTION[layers[-1]]
    return f"{'_'.join(layers)}/{LEAVES.get(leaf, leaf)}", place
