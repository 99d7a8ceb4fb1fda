"""One artefact in a process that is no Python: a small C++ program, built against the libraries that a wheel brings.

Runs in the environment whose wheel it is. The programs stand in `loaders/`; a built one is kept in the environment
under the hash of its source, because PyTorch's headers take half a minute to compile.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
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
# The loader's lines among what libraries print and log: an answer or a refusal, and an error.
_ANSWER = re.compile(r'\{"(?:load_seconds|refused)"')
_MARK = "\nloader: "


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
    stream = latency.QUICK if quick else latency.FULL
    # A stream comes first in its process: nothing else was loaded before.
    streamed = Question("single", REFUSED, stream)
    single, traced = asking.about(streamed, Question("traced", FAILED))
    told = single if "load_seconds" in single else traced
    facts |= {name: told[name] for name in ("load_seconds", "python_absent", "frameworks_found") if name in told}
    if traced["status"] != ANSWERS:
        verdicts = {name: traced[name] for name in ("status", "reason", "max_abs", "max_rel")}
        return {**facts, **verdicts, "other_status": NOT_RUN, "other_reason": "it did not answer its own shape"}
    more = stream.processes - 1 if "taken" in single else 0
    *again, other = asking.about(*[streamed][:more], Question("other", REFUSED))
    again += [asking.about(streamed)[0] for _ in range(1, more)]
    streams = [one["taken"] for one in (single, *again) if "taken" in one]
    answered = [one for one in (traced, single, other) if one["max_abs"] is not None]
    return {
        **facts,
        "status": traced["status"],
        "reason": traced["reason"],
        "max_abs": max(one["max_abs"] for one in answered),
        "max_rel": max(one["max_rel"] for one in answered),
        "other_status": other["status"],
        "other_reason": other["reason"],
        "latency_batch": single.get("batch"),
        **(latency.figures(streams) if streams else {}),
    }


@dataclass(frozen=True)
class Question:
    """A set of inputs, what it is called where the loader refuses it, and the stream of it that is wanted, if any."""

    name: str
    refused: str
    stream: latency.Stream = latency.NONE


class _Asking:
    """One loader and one artefact; each call of `about` is a fresh process."""

    def __init__(self, program: Path, form: str, folder: Path, artefact: str) -> None:
        self._program, self._form, self._folder, self._artefact = program, form, folder, artefact

    def about(self, *questions: Question) -> list[dict[str, Any]]:
        """Put questions to one process, the artefact loaded anew for each; return the verdicts in order.

        With a stream that was answered, `taken` and `batch` are there too. What a process that ends early does not come
        to is put to another.
        """
        printed, said, ending = self._run(questions)
        found: list[dict[str, Any]] = []
        errors = said.split(_MARK)[1:]
        for question, line in zip(questions, filter(_ANSWER.match, printed.splitlines()), strict=False):
            told = json.loads(line)
            if "refused" in told:
                found.append(_silent(question.refused, first_line(errors.pop(0))))
            else:
                found.append(self._judged(question, told, len(found)))
        if len(found) < len(questions):
            unanswered, *rest = questions[len(found) :]
            found.append(_silent(unanswered.refused, ending))
            found += self.about(*rest) if rest else []
        return found

    def _run(self, questions: Sequence[Question]) -> tuple[str, str, str]:
        """Return what the loader printed, what it said beside, and in words how it ended."""
        command = [str(self._program), self._form, str(self._folder / self._artefact)]
        for number, question in enumerate(questions):
            stream = question.stream
            command += ["--", str(self._output(number))]
            command += [str(stream.queries), str(stream.seconds), str(stream.warm), *self._written(question, number)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_RUN_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            # What a process printed before it was stopped is bytes, whatever was asked for.
            return (
                (error.stdout or b"").decode("utf-8", errors="replace"),
                _MARK * len(questions),
                f"no answer within {_RUN_SECONDS} s",
            )
        return done.stdout, done.stderr, _ending(done)

    def _judged(self, question: Question, told: Mapping[str, Any], number: int) -> dict[str, Any]:
        given, expected = read(self._folder, question.name)
        output = self._output(number)
        judged = verdict(np.fromfile(output, np.float32).reshape(told["shape"]), expected)
        judged |= {"load_seconds": told["load_seconds"], "python_absent": not told["python"]}
        judged["frameworks_found"] = told["libraries"]
        if question.stream.queries and judged["status"] == ANSWERS:
            judged["taken"] = np.fromfile(f"{output}.seconds", np.float64).tolist()
            judged["batch"] = len(next(iter(given.values())))
        return judged

    def _output(self, number: int) -> Path:
        return self._folder / f"answer{number}.bin"

    def _written(self, question: Question, number: int) -> list[str]:
        """Write each input's bytes; return the loader's arguments that name them."""
        words = []
        for place, (name, array) in enumerate(read(self._folder, question.name)[0].items()):
            path = self._folder / f"input{number}-{place}.bin"
            array.tofile(path)
            words.append(f"{name}={array.dtype}:{','.join(map(str, array.shape))}:{path}")
        return words


def _ending(done: subprocess.CompletedProcess[str]) -> str:
    """Return in words how the process ended, and what it said last."""
    how = f"died of signal {-done.returncode}" if done.returncode < 0 else f"ended with {done.returncode}"
    said = first_line(done.stderr)
    return f"it {how}: {said}" if said else f"it {how}"


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
