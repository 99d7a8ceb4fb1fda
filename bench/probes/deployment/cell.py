"""One unit: a workload by a stack, exported to every format in processes of their own, and each artefact questioned.

Runs in the exporting environment. Exports are made by copies of a process that has imported the framework, here or for
all workloads ahead. Then each artefact is put to each runtime that loads it, in a fresh process of the runtime's own
environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.pressure import allowed_cores
from bench.probes import oneshot
from bench.probes.deployment import ahead, compiled, exporting, serving, stablehlo
from bench.probes.deployment.ways import RUNTIMES, Format, Runtime
from bench.probes.probe import ANSWERED, NOT_RUN, Outcome, Unit
from bench.stacks import thread_variables

_ANSWER_SECONDS = 300.0
# Compiling a loader against PyTorch's headers comes before its first answer.
_COMPILED_SECONDS = 600.0


def measure(stack: str, workload: str, seed: int, quick: bool, pythons: Mapping[str, str]) -> dict[str, Any]:
    """Return `exports` (by format) and `answers` (by format, then runtime): each `how` it ended, `reason`, `answer`.

    `pythons` maps a runtime's environment to its interpreter; a runtime without one is not run.
    """
    cores = allowed_cores()
    exports, here = ahead.exports_of(stack, workload, seed)
    way = ahead.way_of(stack)
    asking = _Asking(exports, here, quick, pythons, cores)
    cells = [(form, RUNTIMES[name]) for form in way.formats for name in form.runtimes]
    # Latencies want their core to themselves; the quick form's say nothing anyway.
    with ThreadPoolExecutor(len(cores) if quick else 1) as pool:
        outcomes = list(pool.map(lambda cell: asking.about(*cell), cells))
    answers: dict[str, dict[str, Any]] = {form.name: {} for form in way.formats}
    for (form, runtime), outcome in zip(cells, outcomes, strict=True):
        answers[form.name][runtime.name] = ahead.told(outcome)
    return {"exports": {name: ahead.told(outcome) for name, outcome in exports.items()}, "answers": answers}


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
