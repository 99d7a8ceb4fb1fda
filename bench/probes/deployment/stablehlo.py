"""A StableHLO module compiled and answered by IREE, whose compiler and runner are programs without Python.

IREE's wheels bring both programs and no headers, so the answer is taken from its runner, and latency is not: the
runner answers once.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from bench.probes.deployment.samples import read
from bench.probes.deployment.serving import FAILED, REFUSED, verdict
from bench.probes.deployment.words import first_line

_SECONDS = 100
_KINDS = {"float32": "f32", "int32": "i32", "int64": "i64"}


def measure(folder: str, artefact: str) -> dict[str, Any]:
    """Compile the module in `folder` for the CPU and question it; return what came of it, as `serving.measure` does."""
    path = Path(folder)
    facts: dict[str, Any] = {"runtime_version": importlib.metadata.version("iree-base-runtime")}
    compiled = _run(
        str(_program("iree.compiler", "_mlir_libs", "iree-compile")),
        str(path / artefact),
        "--iree-input-type=stablehlo",
        "--iree-hal-target-device=local",
        "--iree-hal-local-target-device-backends=llvm-cpu",
        "--iree-llvmcpu-target-cpu=host",
        f"-o={path / 'model.vmfb'}",
    )
    if compiled:
        return {**facts, "status": FAILED, "reason": compiled, "max_abs": None, "max_rel": None}
    runner = _program("iree", "_runtime_libs", "iree-run-module")
    traced = _asked(runner, path, "traced", FAILED)
    facts |= {"python_absent": b"libpython" not in runner.read_bytes(), "frameworks_found": []}
    other = _asked(runner, path, "other", REFUSED)
    return {**facts, **traced, "other_status": other["status"], "other_reason": other["reason"]}


def _program(package: str, *names: str) -> Path:
    """Return a program that a wheel brings. Raises FileNotFoundError if it does not."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder).joinpath(*names)
        if path.exists():
            return path
    raise FileNotFoundError(f"the wheel of {package} has no program {names[-1]}")


def _asked(runner: Path, folder: Path, name: str, refused: str) -> dict[str, Any]:
    given, expected = read(folder, name)
    words = []
    for number, array in enumerate(given.values()):
        array.tofile(folder / f"input{number}.bin")
        shape = "x".join([*map(str, array.shape), _KINDS[str(array.dtype)]])
        words.append(f"--input={shape}=@{folder / f'input{number}.bin'}")
    output = folder / "answer.npy"
    failed = _run(
        str(runner), f"--module={folder / 'model.vmfb'}", "--device=local-sync", *words, f"--output=@{output}"
    )
    if failed:
        return {"status": refused, "reason": failed, "max_abs": None, "max_rel": None}
    return verdict(np.load(output), expected)


def _run(*command: str) -> str:
    """Return "" if the command ended well, else the first line of what it said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"no end within {_SECONDS} s"
    return "" if done.returncode == 0 else first_line(done.stderr) or f"it ended with {done.returncode}"
