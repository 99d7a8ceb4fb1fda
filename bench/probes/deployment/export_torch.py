"""PyTorch's exporters: torch.export, TorchScript both ways, ONNX through dynamo, and packages compiled ahead of time.

Modules are exported as they are trained, channels first. An open batch (and length) is asked for where the exporter
can have one; where it refuses, the shape is fixed and its own words are kept.
"""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench.probes.deployment.samples import changes_length, inputs, open_shape, size_of
from bench.probes.deployment.words import Unavailable, words_of
from bench.programs.steps import inputs_of
from bench.programs.torch import base
from bench.spec import matched


class Exporter:
    """One workload's module with its canonical weights, ready for inference."""

    def __init__(self, workload: str, weights: Mapping[str, np.ndarray]) -> None:
        # torch.export stumbles over the flags that the timing runner sets for each kind of kernel.
        division = replace(matched("eager"), layout="shipped", precision="shipped")
        base.configure(division)
        self._workload = workload
        self._program: Any = importlib.import_module(f"bench.programs.torch.{workload}").build(
            size_of(workload), division
        )
        self._program.load(weights)
        self._module = self._program.model.eval()
        self._shape = open_shape(workload, 2)

    def answer(self, given: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return the inputs as the artefact wants them, images channels first, and the framework's own answer."""
        expected = self._program.forward(_labelled(given))
        own = {name: tensor.numpy() for name, tensor in self._tensors(given).items()}
        return own, expected.transpose(0, 3, 1, 2) if expected.ndim == 4 else expected

    def export(self, form: str, folder: Path) -> dict[str, Any]:
        """Write the artefact; return its file, the shape it was made with, and why a shape had to be fixed."""
        writers: dict[str, Callable[[Any, Path], dict[str, Any]]] = {
            "torch-export": self._exported_program,
            "torchscript-trace": self._traced,
            "torchscript-script": self._scripted,
            "onnx": self._onnx,
            "aot-package": self._package,
        }
        example = inputs_of(self._tensors(inputs(self._workload, 0, self._shape)))
        with torch.no_grad():
            return {"shape": self._shape, **writers[form](example, folder)}

    def _tensors(self, given: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
        placed, _ = self._program._place(_labelled(given))
        found = dict(placed) if isinstance(placed, dict) else {"x": placed}
        # One channel may bear any stride: a package is made for the example's, and asks no input for its own.
        return {name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in found.items()}

    def _open(self, example: Any) -> Any:
        """Return the dynamic shapes: the batch of every input, and the length where it changes."""
        axes = {0: torch.export.Dim.DYNAMIC}
        if changes_length(self._workload):
            axes[1] = torch.export.Dim.DYNAMIC
        return (dict.fromkeys(example, axes),) if isinstance(example, dict) else (axes,)

    def _program_of(self, example: Any) -> tuple[Any, str]:
        """Return the exported program, and why its shape is fixed ("" if it is open)."""
        try:
            return torch.export.export(self._module, (example,), dynamic_shapes=self._open(example)), ""
        except Exception as error:
            return torch.export.export(self._module, (example,)), words_of(error)

    def _exported_program(self, example: Any, folder: Path) -> dict[str, Any]:
        program, fixed = self._program_of(example)
        torch.export.save(program, str(folder / "model.pt2"))
        return {"artefact": "model.pt2", "fixed": fixed}

    def _traced(self, example: Any, folder: Path) -> dict[str, Any]:
        torch.jit.trace(self._module, (example,)).save(str(folder / "model.pt"))
        return {"artefact": "model.pt"}

    def _scripted(self, example: Any, folder: Path) -> dict[str, Any]:
        torch.jit.script(self._module).save(str(folder / "model.pt"))
        return {"artefact": "model.pt"}

    def _onnx(self, example: Any, folder: Path) -> dict[str, Any]:
        path, fixed = str(folder / "model.onnx"), ""
        try:
            torch.onnx.export(self._module, (example,), path, dynamo=True, dynamic_shapes=self._open(example))
        except Exception as error:
            fixed = words_of(error)
            torch.onnx.export(self._module, (example,), path, dynamo=True)
        return {"artefact": "model.onnx", "fixed": fixed}

    def _package(self, example: Any, folder: Path) -> dict[str, Any]:
        compiler = os.environ.get("CXX") or "g++"
        if shutil.which(compiler) is None:
            raise Unavailable(f"no C++ compiler: {compiler} is not on the path")
        program, fixed = self._program_of(example)
        torch._inductor.aoti_compile_and_package(program, package_path=str(folder / "model.pt2"))
        return {"artefact": "model.pt2", "fixed": fixed}


def _labelled(given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the inputs with a label that nobody reads: a program's batch has one."""
    return {**given, "y": np.zeros(1, np.int32)}
