"""JAX's exporters: jax.export, its StableHLO for other compilers, jax2tf to a SavedModel, and jax2onnx.

The weights are constants of the exported function, so that the artefact answers alone. An open batch is asked for
where the exporter can have one.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.export
import numpy as np

from bench.probes.deployment.samples import Shape, changes_length, inputs, open_shape, size_of
from bench.probes.deployment.words import words_of
from bench.programs.jax import base
from bench.programs.steps import inputs_of
from bench.spec import matched


class Exporter:
    """One workload's function with its canonical weights."""

    def __init__(self, workload: str, weights: Mapping[str, np.ndarray]) -> None:
        division = matched("jit")
        base.configure(division)
        self._workload = workload
        self._program: Any = importlib.import_module(f"bench.programs.jax.{workload}").build(
            size_of(workload), division
        )
        self._program.load(weights)
        self._names = list(inputs(workload, 0, Shape(1, 1)))

    def answer(self, given: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return the inputs as the artefact wants them, and the framework's own answer."""
        return dict(given), self._program.forward({**given, "y": np.zeros(1, np.int32)})

    def export(self, form: str, folder: Path) -> dict[str, Any]:
        """Write the artefact; return its file, the shape it was made with, and why a shape had to be fixed."""
        writers: dict[str, Callable[[Shape, bool, Path], str]] = {
            "jax-export": self._exported,
            "savedmodel": self._saved_model,
            "onnx": self._onnx,
        }
        shape = open_shape(self._workload, 2)
        if form == "stablehlo":
            fixed = "the module is made with the shape that the compiler is to have"
            shape = Shape(1, shape.length)
            return {"artefact": self._stablehlo(shape, folder), "shape": shape, "fixed": fixed}
        try:
            return {"artefact": writers[form](shape, True, folder), "shape": shape}
        except Exception as error:
            shape, fixed = Shape(1, shape.length), words_of(error)
            return {"artefact": writers[form](shape, False, folder), "shape": shape, "fixed": fixed}

    def _serve(self, *given: jax.Array) -> jax.Array:
        """Return the output; inputs in the order of their names."""
        named = dict(zip(self._names, given, strict=True))
        program = self._program
        output: jax.Array = program.apply(program.params, program.statistics, inputs_of(named), False)[0]
        return output

    def _example(self, shape: Shape) -> list[np.ndarray]:
        return list(inputs(self._workload, 0, shape).values())

    def _free(self, is_open: bool) -> tuple[str, ...]:
        """Return the names of the leading axes that are left open."""
        names = ("batch", "length") if changes_length(self._workload) else ("batch",)
        return names if is_open else ()

    def _constraints(self, free: tuple[str, ...]) -> list[str]:
        """Return what must be said of an open length: positions are embedded up to the longest."""
        longest = size_of(self._workload).dimensions.get("steps")
        return [f"length <= {longest}"] if "length" in free else []

    def _described(self, shape: Shape, free: tuple[Any, ...]) -> list[jax.ShapeDtypeStruct]:
        return [jax.ShapeDtypeStruct((*free, *array.shape[len(free) :]), array.dtype) for array in self._example(shape)]

    def _exported(self, shape: Shape, is_open: bool, folder: Path) -> str:
        free = self._free(is_open)
        symbols = jax.export.symbolic_shape(", ".join(free), constraints=self._constraints(free)) if free else ()
        exported = jax.export.export(jax.jit(self._serve))(*self._described(shape, symbols))
        (folder / "model.jax").write_bytes(exported.serialize())
        return "model.jax"

    def _stablehlo(self, shape: Shape, folder: Path) -> str:
        exported = jax.export.export(jax.jit(self._serve))(*self._example(shape))
        (folder / "model.mlir").write_text(exported.mlir_module(), encoding="utf-8")
        return "model.mlir"

    def _saved_model(self, shape: Shape, is_open: bool, folder: Path) -> str:
        jax2tf: Any = importlib.import_module("jax.experimental.jax2tf")
        tf: Any = importlib.import_module("tensorflow")
        free = self._free(is_open)
        specs = [
            tf.TensorSpec([None] * len(free) + list(array.shape[len(free) :]), array.dtype, name=name)
            for name, array in zip(self._names, self._example(shape), strict=True)
        ]
        converted = jax2tf.convert(
            self._serve,
            polymorphic_shapes=[f"({', '.join((*free, '...'))})"] * len(specs),
            polymorphic_constraints=self._constraints(free),
            with_gradient=False,
        )
        module = tf.Module()
        module.serve = tf.function(converted, autograph=False, input_signature=specs)
        tf.saved_model.save(module, str(folder / "model"), signatures=module.serve.get_concrete_function())
        return "model"

    def _onnx(self, shape: Shape, is_open: bool, folder: Path) -> str:
        jax2onnx: Any = importlib.import_module("jax2onnx")
        jax2onnx.to_onnx(
            self._serve,
            inputs=self._described(shape, self._free(is_open)),
            input_names=self._names,
            return_mode="file",
            output_path=str(folder / "model.onnx"),
        )
        return "model.onnx"
