"""Keras' own `model.export`, called as its documentation does: a path and a format, nothing else."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.probes.deployment.samples import Shape, changes_length, inputs, open_shape, size_of
from bench.programs.keras import base
from bench.programs.steps import inputs_of
from bench.spec import matched
from bench.stacks import SHIPPED_MODE

_FILES = {
    "savedmodel": ("tf_saved_model", "model"),
    "onnx": ("onnx", "model.onnx"),
    "litert": ("litert", "model.tflite"),
    "openvino": ("openvino", "model.xml"),
    "torch-export": ("torch", "model.pt2"),
}


class Exporter:
    """One workload's model with its canonical weights."""

    def __init__(self, workload: str, weights: Mapping[str, np.ndarray]) -> None:
        # torch.export stumbles over the precision flags that the timing runner sets.
        division = replace(matched(SHIPPED_MODE[f"keras-{base.BACKEND}"]), precision="shipped")
        base.configure(division)
        self._workload = workload
        self._program: Any = importlib.import_module(f"bench.programs.keras.{workload}").build(
            size_of(workload), division
        )
        self._program.load(weights)

    def answer(self, inputs: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return the inputs as the artefact wants them, and the framework's own answer."""
        return dict(inputs), self._program.forward({**inputs, "y": np.zeros(1, np.int32)})

    def export(self, form: str, folder: Path) -> dict[str, Any]:
        """Write the artefact; return its file and the shape it was made with.

        On PyTorch Keras puts 1 in place of every open dimension; on TensorFlow and JAX they stay open.
        """
        word, file = _FILES[form]
        # Some formats refuse a model that was never called.
        self._program.engine.settle()
        self._program.model(inputs_of(inputs(self._workload, 0, Shape(1, 1))))
        self._program.model.export(str(folder / file), format=word)
        if base.BACKEND != "torch":
            return {"artefact": file, "shape": open_shape(self._workload, 2)}
        return {"artefact": file, "shape": Shape(1, 1 if changes_length(self._workload) else None)}
