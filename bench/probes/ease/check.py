"""A program against the gates: the canonical weights go in, and what it then computes is held to the reference."""

from __future__ import annotations

import importlib.util
import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from bench import parity
from bench.discovery import load_workload
from bench.parity import Gate
from bench.probes.ease import reference
from bench.probes.ease.adapters import Adapter, Array, Seen
from bench.probes.ease.slots import Slot, match
from bench.programs.steps import split
from bench.spec import Size

# The quick form's depths: the workload's dimensions, and the program's constants that say the same.
CUTS: Mapping[str, tuple[Mapping[str, int], Mapping[str, Any]]] = {
    "resnet": ({"blocks": 1}, {"BLOCKS": 1}),
    "encoder": ({"layers": 1}, {"LAYERS": 1}),
    "gpt": ({"layers": 1}, {"LAYERS": 1}),
    "unet": ({"levels": 2}, {"WIDTHS": (16, 32)}),
    "dispatch": ({"layers": 6}, {"LAYERS": 6}),
    "ragged": ({"layers": 1}, {"LAYERS": 1}),
}
STEPS = 10
QUICK_STEPS = 3
QUICK_BATCH = 4
QUICK_LENGTHS = 2
# What storing may cost: nothing but a conversion to another float32 layout.
SAVED_LIMIT = 1e-6
# A label near the edge between two classes may fall on either side by rounding.
ACCURACY_LIMIT = 1e-3


def load(path: Path, **constants: Any) -> ModuleType:
    """Return a program as a new module, some of its constants replaced before anything is called.

    Raises ValueError for a constant that the program does not have.
    """
    spec = importlib.util.spec_from_file_location(f"ease_{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, value in constants.items():
        if not hasattr(module, name):
            raise ValueError(f"{path.name} has no constant {name}")
        setattr(module, name, value)
    return module


class Held:
    """A program's model with the places of the canonical arrays in it."""

    def __init__(self, adapter: Adapter, model: Any, weights: Mapping[str, Array], workload: str) -> None:
        self.adapter = adapter
        self.model = model
        self.slots: dict[str, Slot] = match(weights, adapter.layers(model, workload))

    def put(self, weights: Mapping[str, Array]) -> None:
        """Load canonical arrays into the model."""
        for name, array in weights.items():
            slot = self.slots[name]
            for key, value in zip(slot.keys, slot.inward(array), strict=True):
                self.adapter.write(self.model, key, value)

    def arrays(self) -> dict[str, Array]:
        """Return the model's arrays under canonical names."""
        read = {name: [self.adapter.read(self.model, key) for key in slot.keys] for name, slot in self.slots.items()}
        return {name: self.slots[name].outward(values) for name, values in read.items()}

    def gradients(self, seen: Seen) -> dict[str, Array]:
        """Return the first update's gradients under canonical names, those that were seen."""
        trained = {name: slot for name, slot in self.slots.items() if all(key in seen.gradients for key in slot.keys)}
        return {name: slot.outward([seen.gradients[key] for key in slot.keys]) for name, slot in trained.items()}

    def forward(self, dataset: Any, batch: Mapping[str, Array]) -> Array:
        """Return the output in inference mode, rows in the batch's order, whatever order the program gave them.

        Raises ValueError where a row that the program feeds is none of the batch's.
        """
        outputs = []
        for inputs, part in zip(self.adapter.batches(dataset), split(batch), strict=True):
            fed = np.concatenate([_flat(self.adapter.rows(one)) for one in inputs], axis=1)
            wanted = np.concatenate([_flat(array) for name, array in part.items() if name != "y"], axis=1)
            outputs.append(self.adapter.predict(self.model, inputs)[_places(fed, wanted)])
        return np.concatenate(outputs)


def _flat(array: Array) -> Array:
    return np.asarray(array, np.float64).reshape(len(array), -1)


def _places(fed: Array, wanted: Array) -> list[int]:
    """Return where each wanted row stands among those that were fed."""
    found = {row.tobytes(): place for place, row in enumerate(fed)}
    if fed.shape != wanted.shape or {row.tobytes() for row in wanted} != found.keys():
        raise ValueError("the program feeds its model other rows than it was handed")
    return [found[row.tobytes()] for row in wanted]


def judged(adapter: Adapter, path: Path, workload: str, quick: bool, seed: int) -> list[Gate]:
    """Return a program's gates: P0 to P3 as the runner has them, then what `evaluate` answers and `save` keeps.

    P0 counts the workload's small size; the others use it too, the quick form a cut of it. Raises whatever the program
    raises.
    """
    steps = QUICK_STEPS if quick else STEPS
    size, batch, constants = _task(workload, quick, seed, steps)
    weights = load_workload(workload).weights(size, seed)
    gates = [parity.count_gate(adapter.trainable(load(path)), load_workload(workload).SPEC.sizes["small"])]
    program = load(path, **constants)
    held = Held(adapter, adapter.new(program, quick), weights, workload)
    held.put(weights)
    dataset = program.data(**batch)
    taken = {"forward": parity.sampled("forward", held.forward(dataset, batch))}
    with adapter.watch() as seen:
        program.train(held.model, dataset)
    if seen.losses:
        taken |= reference.figures_of(seen.losses[0], held.gradients(seen))
    taken["sgd"] = np.asarray(seen.losses)
    expected = reference.figures(workload, size, batch, weights, len(split(batch)) if "lengths" in batch else steps)
    # The programs train by SGD alone.
    gates += [gate for gate in parity.compare(expected, taken, size) if gate.gate != "P3-adam"]
    held.put(weights)
    gates += _evaluated(held, program, workload, size, batch, weights, seed)
    return [*gates, _saved(held, program, dataset, batch, workload)]


def _task(workload: str, quick: bool, seed: int, steps: int) -> tuple[Size, dict[str, Array], dict[str, Any]]:
    """Return the size, the one batch (of `ragged` one a step) and the constants that make `steps` updates of it."""
    module = load_workload(workload)
    dimensions, constants = CUTS.get(workload, ({}, {})) if quick else ({}, {})
    size = module.SPEC.sizes["small"]
    samples = min(size.parity_batch, QUICK_BATCH) if quick else size.parity_batch
    size = (size.with_dimensions(**dimensions) if dimensions else size).with_batch(samples)
    batch = module.batch(size, seed)
    several = "lengths" in batch
    if several:
        # Every length is a compilation of its own.
        batch = {name: array[: QUICK_LENGTHS if quick else steps] for name, array in batch.items()}
    return size, batch, {**constants, "EPOCHS": 1 if several else steps}


def _evaluated(
    held: Held,
    program: ModuleType,
    workload: str,
    size: Size,
    batch: Mapping[str, Array],
    weights: Mapping[str, Array],
    seed: int,
) -> list[Gate]:
    """Return a gate for each figure that `evaluate` must answer with, over two batches: a mean over one hides much."""
    constants = vars(program)
    kept = constants.get("BATCH_SIZE")
    if kept is not None:
        samples = max(2, size.batch)
        batch = load_workload(workload).batch(size.with_batch(samples), seed)
        constants["BATCH_SIZE"] = samples // 2
    found = program.evaluate(held.model, program.data(**batch))
    if kept is not None:
        constants["BATCH_SIZE"] = kept
    gates = []
    for name, value in reference.inference(workload, size, batch, weights).items():
        limit = parity.LIMITS["P1"] if name == "loss" else ACCURACY_LIMIT
        error = abs(float(found[name]) - value) / max(abs(value), 1e-12) if name in found else math.inf
        gates.append(Gate(f"evaluate-{name}", error, limit, error <= limit, f"evaluate's {name}"))
    return gates


def _saved(held: Held, program: ModuleType, dataset: Any, batch: Mapping[str, Array], workload: str) -> Gate:
    """Return whether what the program saved, restored into a new model, answers as the model did."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / f"saved{held.adapter.SUFFIX}")
        program.save(held.model, path)
        again = Held(held.adapter, held.adapter.restored(program, path), held.arrays(), workload)
        error = parity.relative_error(held.forward(dataset, batch), again.forward(dataset, batch))
    return Gate("save", error, SAVED_LIMIT, error <= SAVED_LIMIT, "the restored model's output")


def failures(gates: Sequence[Gate]) -> str:
    """Return the gates that failed, in words; "" if none did."""
    words = [f"{g.gate}: {g.value:.3g} is over {g.limit:.3g} ({g.detail})" for g in gates if not g.passed]
    return "; ".join(words)
