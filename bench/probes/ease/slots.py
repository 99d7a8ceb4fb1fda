"""Where a program's model keeps the canonical arrays: found by the kinds and shapes of its layers, in their order.

Programs name their layers as their authors like. A canonical layer and a program's layer belong together if they hold
the same kinds of arrays in the same shapes; among those alike, the first declared is the first built. A wrong pairing
does not pass the forward gate.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Array = np.ndarray
Key = TypeVar("Key")


def _alone(array: Array) -> list[Array]:
    return [array]


def _first(arrays: Sequence[Array]) -> Array:
    return arrays[0]


@dataclass(frozen=True)
class Slot:
    """One canonical array's place: the keys of the parameters that hold it, and the way between both layouts."""

    shape: tuple[int, ...]
    keys: tuple[Hashable, ...]
    inward: Callable[[Array], list[Array]] = _alone
    outward: Callable[[Sequence[Array]], Array] = _first


# Of one layer: what it holds, by the last word of the canonical name (kernel, bias, scale, ...).
Layer = Mapping[str, Slot]
Signature = frozenset[tuple[str, tuple[int, ...]]]


def match(arrays: Mapping[str, Array], layers: Sequence[Layer]) -> dict[str, Slot]:
    """Return each canonical array's slot. Raises ValueError, naming the kind of layer, where the counts differ."""
    wanted: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, array in arrays.items():
        path, _, leaf = name.rpartition("/")
        wanted.setdefault(path, {})[leaf] = array.shape
    paths, built = _grouped(wanted), _grouped(dict(enumerate(layers)))
    for signature in paths.keys() | built.keys():
        found, needed = len(built.get(signature, [])), len(paths.get(signature, []))
        if found != needed:
            raise ValueError(f"the model has {found} layers that hold {dict(sorted(signature))}, the workload {needed}")
    pairs = [(path, layers[place]) for key in paths for path, place in zip(paths[key], built[key], strict=True)]
    return {f"{path}/{leaf}": slot for path, layer in pairs for leaf, slot in layer.items()}


def _grouped(layers: Mapping[Key, Mapping[str, tuple[int, ...] | Slot]]) -> dict[Signature, list[Key]]:
    """Return the layers' keys by what they hold, in order."""
    groups: dict[Signature, list[Key]] = {}
    for key, layer in layers.items():
        held = ((leaf, slot.shape if isinstance(slot, Slot) else slot) for leaf, slot in layer.items())
        groups.setdefault(frozenset(held), []).append(key)
    return groups


def joined(slots: Sequence[Slot], shape: tuple[int, ...]) -> Slot:
    """Return one slot of arrays that lie side by side along the last axis of a canonical one, in equal parts."""
    part = (*shape[:-1], shape[-1] // len(slots))

    def inward(array: Array) -> list[Array]:
        pieces = np.split(array, len(slots), axis=-1)
        return [piece.reshape(slot.shape) for slot, piece in zip(slots, pieces, strict=True)]

    def outward(arrays: Sequence[Array]) -> Array:
        return np.concatenate([array.reshape(part) for array in arrays], axis=-1)

    return Slot(shape, tuple(key for slot in slots for key in slot.keys), inward, outward)


def reshaped(key: Hashable, held: tuple[int, ...], shape: tuple[int, ...]) -> Slot:
    """Return a slot whose parameter holds the same values in another shape."""
    return Slot(shape, (key,), lambda array: [array.reshape(held)], lambda arrays: arrays[0].reshape(shape))
