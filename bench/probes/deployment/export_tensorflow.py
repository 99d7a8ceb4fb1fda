"""TensorFlow's exporters: SavedModel, LiteRT's converter, and tf2onnx, from one concrete function.

An open batch is asked for; where the program cannot be traced with one, the shape is fixed at one sample.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bench.probes.deployment.samples import Shape, changes_length, inputs, open_shape, size_of
from bench.probes.deployment.words import words_of
from bench.programs.steps import inputs_of
from bench.programs.tensorflow import base
from bench.spec import matched


class Serving(tf.Module):
    """The model with one function that takes its inputs by name."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.serve = tf.function(self._serve, autograph=False)

    def _serve(self, **given: tf.Tensor) -> tf.Tensor:
        return self.model(inputs_of(given), train=False)


class Exporter:
    """One workload's model with its canonical weights."""

    def __init__(self, workload: str, weights: Mapping[str, np.ndarray]) -> None:
        division = matched("graph")
        base.configure(division)
        self._workload = workload
        self._program: Any = importlib.import_module(f"bench.programs.tensorflow.{workload}").build(
            size_of(workload), division
        )
        self._program.load(weights)
        self._serving = Serving(self._program.model)

    def answer(self, given: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return the inputs as the artefact wants them, and the framework's own answer."""
        return dict(given), self._program.forward({**given, "y": np.zeros(1, np.int32)})

    def export(self, form: str, folder: Path) -> dict[str, Any]:
        """Write the artefact; return its file, the shape it was made with, and why a shape had to be fixed."""
        writers: dict[str, Callable[[Any, Path], str]] = {
            "savedmodel": self._saved_model,
            "litert": self._litert,
            "onnx": self._onnx,
        }
        shape, fixed = open_shape(self._workload, 2), ""
        try:
            specs = self._specs(shape, is_open=True)
            function = self._serving.serve.get_concrete_function(**specs)
        except Exception as error:
            shape, fixed = Shape(1, shape.length), words_of(error)
            specs = self._specs(shape, is_open=False)
            function = self._serving.serve.get_concrete_function(**specs)
        self._given = specs
        return {"shape": shape, "fixed": fixed, "artefact": writers[form](function, folder)}

    def _specs(self, shape: Shape, is_open: bool) -> dict[str, tf.TensorSpec]:
        free = (0, 1) if changes_length(self._workload) else (0,)
        return {
            name: tf.TensorSpec(
                [None if is_open and axis in free else size for axis, size in enumerate(array.shape)],
                array.dtype,
                name=name,
            )
            for name, array in inputs(self._workload, 0, shape).items()
        }

    def _saved_model(self, function: Any, folder: Path) -> str:
        tf.saved_model.save(self._serving, str(folder / "model"), signatures=function)
        return "model"

    def _litert(self, function: Any, folder: Path) -> str:
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function], self._serving)
        (folder / "model.tflite").write_bytes(converter.convert())
        return "model.tflite"

    def _onnx(self, function: Any, folder: Path) -> str:
        tf2onnx: Any = importlib.import_module("tf2onnx.convert")
        specs = list(self._given.values())
        names = list(self._given)
        serving = tf.function(lambda *given: self._serving.serve(**dict(zip(names, given, strict=True))))
        tf2onnx.from_function(serving, input_signature=specs, output_path=str(folder / "model.onnx"))
        return "model.onnx"
