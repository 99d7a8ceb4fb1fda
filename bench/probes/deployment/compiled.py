"""One artefact in a process that is no Python: a small C++ program, built against the libraries that a wheel brings.

Runs in the environment whose wheel it is. The programs stand in `loaders/`; a built one is kept in the environment
under the hash of its source, because PyTorch's headers take half a minute to compile.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from bench.probes.deployment import latency
from bench.probes.deployment.samples import read
from bench.probes.deployment.serving import ANSWERS, FAILED, NOT_RUN, REFUSED, verdict
from bench.probes.deployment.words import Unavailable, first_line

_SOURCES = Path(__file__).resolve().parent / "loaders"
_BUILD_SECONDS = 300
_RUN_SECONDS = 60


@dataclass(frozen=True)
class Library:
    """A wheel's C++ library: the distribution, and from its package's folder the compiler's arguments."""

    distribution: str
    arguments: Callable[[Path], list[str]]


def _linked(folder: Path, *names: str) -> list[str]:
    return [f"-L{folder}", f"-Wl,-rpath,{folder}", *(f"-l:{name}" for name in names)]


def _torch(package: Path) -> list[str]:
    include = package / "include"
    # Registrations of operators live in a library that nothing refers to by name.
    libraries = _linked(package / "lib", "libtorch.so", "libtorch_cpu.so", "libc10.so")
    return [
        f"-I{include}",
        f"-I{include}/torch/csrc/api/include",
        "-D_GLIBCXX_USE_CXX11_ABI=1",
        "-Wl,--no-as-needed",
        *libraries,
    ]


def _openvino(package: Path) -> list[str]:
    folder = package / "libs"
    library = next(iter(sorted(folder.glob("libopenvino.so.*"))), None)
    if library is None:
        raise Unavailable("the wheel has no libopenvino.so")
    return [f"-I{package / 'include'}", *_linked(folder, library.name)]


def _tensorflow(package: Path) -> list[str]:
    return [f"-I{package / 'include'}", *_linked(package, "libtensorflow_cc.so.2", "libtensorflow_framework.so.2")]


LIBRARIES: Mapping[str, Library] = {
    "torch-c++": Library("torch", _torch),
    "openvino-c++": Library("openvino", _openvino),
    "tensorflow-c++": Library("tensorflow", _tensorflow),
}


def measure(runtime: str, form: str, folder: str, artefact: str, quick: bool) -> dict[str, Any]:
    """Question the artefact in `folder` from a C++ process; return what came of it, as `serving.measure` does.

    `python_absent` is true if that process had no Python mapped; `frameworks_found` are those whose libraries it had.
    """
    library = LIBRARIES[runtime]
    facts: dict[str, Any] = {"runtime_version": importlib.metadata.version(library.distribution)}
    try:
        program = built(runtime)
    except Unavailable as error:
        return {**facts, "status": NOT_RUN, "reason": str(error)}
    asking = _Asking(program, form, Path(folder), artefact)
    traced = asking.about("traced", FAILED)
    facts |= {
        name: traced.pop(name) for name in ("load_seconds", "python_absent", "frameworks_found") if name in traced
    }
    if traced["status"] != ANSWERS:
        return {**facts, **traced, "other_status": NOT_RUN, "other_reason": "it did not answer its own shape"}
    other = asking.about("other", REFUSED)
    single = asking.about("single", REFUSED, latency.QUICK if quick else latency.FULL)
    batch, figures = single.pop("batch", None), single.pop("figures", {})
    answered = [one for one in (traced, single, other) if one["max_abs"] is not None]
    return {
        **facts,
        "status": traced["status"],
        "reason": traced["reason"],
        "max_abs": max(one["max_abs"] for one in answered),
        "max_rel": max(one["max_rel"] for one in answered),
        "other_status": other["status"],
        "other_reason": other["reason"],
        "latency_batch": batch,
        **figures,
    }


class _Asking:
    """One loader and one artefact, asked in a fresh process each time."""

    def __init__(self, program: Path, form: str, folder: Path, artefact: str) -> None:
        self._program, self._form, self._folder, self._artefact = program, form, folder, artefact

    def about(self, name: str, refused: str, stream: latency.Stream | None = None) -> dict[str, Any]:
        """Return the verdict on one set; with a stream, `figures` and `batch` too if it was answered."""
        given, expected = read(self._folder, name)
        output = self._folder / "answer.bin"
        many = stream or latency.Stream(0, 0.0, 0)
        figures = [str(many.queries), str(many.seconds), str(many.warm)]
        command = [str(self._program), self._form, str(self._folder / self._artefact), str(output), *figures]
        try:
            done = subprocess.run(
                [*command, *self._written(given)], capture_output=True, text=True, timeout=_RUN_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return _silent(refused, f"no answer within {_RUN_SECONDS} s")
        if done.returncode:
            return _silent(refused, _ending(done))
        told = json.loads(done.stdout.splitlines()[-1])
        answer = np.fromfile(output, np.float32).reshape(told["shape"])
        judged = verdict(answer, expected)
        judged |= {"load_seconds": told["load_seconds"], "python_absent": not told["python"]}
        judged["frameworks_found"] = told["libraries"]
        if stream is not None and judged["status"] == ANSWERS:
            judged["figures"] = latency.figures(np.fromfile(f"{output}.seconds", np.float64).tolist())
            judged["batch"] = len(next(iter(given.values())))
        return judged

    def _written(self, given: Mapping[str, np.ndarray]) -> list[str]:
        """Write each input's bytes; return the loader's arguments that name them."""
        words = []
        for number, (name, array) in enumerate(given.items()):
            path = self._folder / f"input{number}.bin"
            array.tofile(path)
            words.append(f"{name}={array.dtype}:{','.join(map(str, array.shape))}:{path}")
        return words


def _ending(done: subprocess.CompletedProcess[str]) -> str:
    """Return the loader's error without what libraries log before it, or how the process ended."""
    _, mark, error = done.stderr.rpartition("\nloader: ")
    if mark:
        return first_line(error)
    how = f"died of signal {-done.returncode}" if done.returncode < 0 else f"ended with {done.returncode}"
    return f"it {how}: {first_line(done.stderr)}"


def _silent(status: str, reason: str) -> dict[str, Any]:
    return {"status": status, "reason": reason, "max_abs": None, "max_rel": None}


def built(runtime: str) -> Path:
    """Return the loader's program, compiled if it was not before. Raises Unavailable where it cannot be had."""
    library = LIBRARIES[runtime]
    compiler = shutil.which(os.environ.get("CXX") or "g++")
    source = _SOURCES / f"{runtime.removesuffix('-c++')}.cpp"
    version = importlib.metadata.version(library.distribution)
    text = source.read_bytes() + (_SOURCES / "loader.hpp").read_bytes() + version.encode()
    kept = Path(sys.prefix) / "loaders" / f"{source.stem}-{sha256(text).hexdigest()[:16]}"
    if kept.exists():
        return kept
    if compiler is None:
        raise Unavailable("no C++ compiler on the path to build the loader with")
    spec = importlib.util.find_spec(library.distribution)
    if spec is None or spec.origin is None:
        raise Unavailable(f"{library.distribution} is not installed")
    _compile([compiler, "-std=c++20", "-O1", "-w", str(source)], library.arguments(Path(spec.origin).parent), kept)
    return kept


def _compile(command: Sequence[str], arguments: Sequence[str], kept: Path) -> None:
    kept.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        made = Path(folder) / "loader"
        try:
            done = subprocess.run(
                [*command, *arguments, "-o", str(made)],
                capture_output=True,
                text=True,
                timeout=_BUILD_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"the loader was not compiled within {_BUILD_SECONDS} s") from error
        if done.returncode:
            line = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
            raise Unavailable(f"the loader does not compile: {first_line(line)}")
        made.replace(kept)
