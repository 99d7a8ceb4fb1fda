"""One unit: a workload by a stack, exported to every format in processes of their own, and each artefact questioned.

Runs in the exporting environment. The framework is imported once; every export is made by a copy of that process. Then
each artefact is put to each runtime that loads it, in a fresh process of the runtime's own environment.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.pressure import allowed_cores
from bench.probes import oneshot
from bench.probes.deployment import compiled, exporting, forked, serving, stablehlo
from bench.probes.deployment.ways import RUNTIMES, WAYS, Format, Runtime, Way
from bench.probes.probe import ANSWERED, NOT_RUN, Outcome, Unit
from bench.stacks import thread_variables

_EXPORT = forked.Patience(cpu_s=180.0, wall_s=600.0)
_ANSWER_SECONDS = 300.0
# Compiling a loader against PyTorch's headers comes before its first answer.
_COMPILED_SECONDS = 600.0


def measure(stack: str, workload: str, seed: int, quick: bool, pythons: Mapping[str, str]) -> dict[str, Any]:
    """Return `exports` (by format) and `answers` (by format, then runtime): each `how` it ended, `reason`, `answer`.

    `pythons` maps a runtime's environment to its interpreter; a runtime without one is not run.
    """
    way = next(way for way in WAYS if way.stack == stack)
    here, cores = Path.cwd(), allowed_cores()
    exports = _exported(way, workload, seed, here, cores)
    asking = _Asking(exports, here, quick, pythons, cores)
    cells = [(form, RUNTIMES[name]) for form in way.formats for name in form.runtimes]
    # Latencies want their core to themselves; the quick form's say nothing anyway.
    with ThreadPoolExecutor(len(cores) if quick else 1) as pool:
        outcomes = list(pool.map(lambda cell: asking.about(*cell), cells))
    answers: dict[str, dict[str, Any]] = {form.name: {} for form in way.formats}
    for (form, runtime), outcome in zip(cells, outcomes, strict=True):
        answers[form.name][runtime.name] = _told(outcome)
    return {"exports": {name: _told(outcome) for name, outcome in exports.items()}, "answers": answers}


def _exported(way: Way, workload: str, seed: int, here: Path, cores: Sequence[int]) -> dict[str, Outcome]:
    importlib.import_module(way.module)
    for name in way.preload:
        # Inner modules move between versions; then each export imports its own.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    common: dict[str, Any] = {"module": way.module, "workload": workload, "seed": seed}
    asked = {form.name: {**common, "form": form.name, "folder": str(here / form.name)} for form in way.formats}
    if forked.can_fork():
        work = {name: partial(exporting.measure, **given) for name, given in asked.items()}
        return forked.run(work, here, cores, _EXPORT)
    units = {
        name: Unit(name, way.environment, exporting.__name__, given, way.variables, _EXPORT.wall_s)
        for name, given in asked.items()
    }
    return {name: oneshot.ask(unit, sys.executable, here) for name, unit in units.items()}


@dataclass(frozen=True)
class _Asking:
    """The artefacts of one unit, and who can be asked."""

    exports: Mapping[str, Outcome]
    here: Path
    quick: bool
    pythons: Mapping[str, str]
    cores: Sequence[int]

    def about(self, form: Format, runtime: Runtime) -> Outcome:
        """Put one artefact to one runtime, in a fresh process."""
        export = self.exports[form.name]
        if export.how != ANSWERED or export.answer["status"] != exporting.EXPORTED:
            return Outcome(NOT_RUN, reason="there is no artefact")
        python = self.pythons.get(runtime.environment)
        if python is None:
            words = f"no environment {runtime.environment}; python -m bench setup {runtime.environment} makes one"
            return Outcome(NOT_RUN, reason=words)
        given = {"folder": str(self.here / form.name), "artefact": export.answer["artefact"]}
        module, timeout, more = self._question(form, runtime)
        variables = thread_variables(1) | {"BENCH_CPUS": str(self.cores[0]), "TF_CPP_MIN_LOG_LEVEL": "2"}
        unit = Unit(f"{form.name}/{runtime.name}", runtime.environment, module, {**given, **more}, variables, timeout)
        return oneshot.ask(unit, python, self.here)

    def _question(self, form: Format, runtime: Runtime) -> tuple[str, float, dict[str, Any]]:
        """Return who asks (the module), for how long, and the arguments beside the artefact."""
        if runtime.name == "iree-c++":
            return stablehlo.__name__, _ANSWER_SECONDS, {}
        named = {"runtime": runtime.name, "form": form.name, "quick": self.quick}
        if runtime.language == "c++":
            return compiled.__name__, _COMPILED_SECONDS, named
        under_load = not self.quick and runtime.name == form.runtimes[0]
        return serving.__name__, _ANSWER_SECONDS, {**named, "under_load": under_load, "client_core": self.cores[-1]}


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "how": outcome.how,
        "reason": outcome.reason,
        "exception": outcome.exception,
        "answer": dict(outcome.answer),
    }
