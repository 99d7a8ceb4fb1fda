"""The probe: a unit for every stack and workload, and records of what each format and each runtime made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.discovery import has_program, workload_ids
from bench.probes import oneshot
from bench.probes.deployment import ahead, cell
from bench.probes.deployment.ways import RUNTIMES, WAYS, Format, Runtime, Way
from bench.probes.probe import ANSWERED, DIED, GARBAGE, HUNG, NOT_RUN, RAISED, Outcome, ProbeOptions, Unit
from bench.results import Record
from bench.stacks import MODES, thread_variables

QUICK_WORKLOADS = ("mlp", "lstm")
_UNIT_SECONDS = 3600.0

_EXPORT_FIELDS: Mapping[str, Any] = {
    "seconds": None,
    "bytes": None,
    "files": None,
    "batch": None,
    "length": None,
    "fixed": "",
    "opset": None,
    "deprecation": "",
}
_ANSWER_FIELDS: Mapping[str, Any] = {
    "runtime_version": "",
    "frameworks_found": None,
    "frameworks_imported": None,
    "load_seconds": None,
    "max_abs": None,
    "max_rel": None,
    "other_status": NOT_RUN,
    "other_reason": "",
    "latency_batch": None,
    "queries": None,
    "stream_seconds": None,
    "p50_s": None,
    "p90_s": None,
    "p99_s": None,
    "process_p50_s": None,
    "deprecation": "",
}
_LOAD_FIELDS = ("clients", "batch", "seconds", "requests", "errors", "requests_per_second", "p50_s", "p99_s")
# How a process that did not answer reads in a record; one that raised outside the library under test is no verdict.
_SILENT = {DIED: DIED, HUNG: HUNG, RAISED: NOT_RUN, GARBAGE: NOT_RUN, NOT_RUN: NOT_RUN}


class Deployment:
    """Workload by format: what leaves a stack, what answers it, how fast, and whether without Python."""

    name = "deployment"
    about = "exports every workload to every format a stack offers; what answers each without the framework, how fast"
    alone = False

    def units(self, options: ProbeOptions) -> list[Unit]:
        """Return a unit for each workload and stack, all stacks of a workload together. Raises nothing.

        Where a stack has several workloads, a unit before exports them all.
        """
        environments = {runtime.environment for runtime in RUNTIMES.values()}
        found = {name: oneshot.interpreter(name)[0] for name in sorted(environments)}
        pythons = {name: python for name, python in found.items() if python is not None}
        wanted = options.workloads or (QUICK_WORKLOADS if options.quick else tuple(workload_ids()))
        cells = [
            (way, workload)
            for workload in workload_ids()
            if workload in wanted
            for way in WAYS
            if _wants(options, way) and has_program(way.framework, workload)
        ]
        by_way = {way.stack: (way, [name for one, name in cells if one == way]) for way, _ in cells}
        before = [_ahead(way, names, options) for way, names in by_way.values() if len(names) > 1]
        return before + [_unit(way, workload, options, pythons) for way, workload in cells]

    def records(self, unit: Unit, outcomes: Sequence[Outcome]) -> list[Record]:
        """Return, for each format, its export, the answers of its runtimes, and the load test's record.

        What exports ahead has none: the units that find the artefacts tell of them.
        """
        if unit.module == ahead.__name__:
            return []
        outcome = outcomes[0]
        way = next(way for way in WAYS if way.stack == unit.arguments["stack"])
        found: list[Record] = []
        for form in way.formats:
            head = _head(unit, way, form)
            told = outcome.answer["exports"][form.name] if outcome.how == ANSWERED else _silent(outcome)
            export = _export(head, form, told)
            found.append(export)
            answers = outcome.answer["answers"][form.name] if outcome.how == ANSWERED else {}
            for name in form.runtimes:
                told = answers.get(name, _silent(outcome))
                found.append(_answer(head, RUNTIMES[name], told, way))
                if name == form.runtimes[0]:
                    found.append(_load(head, RUNTIMES[name], told, bool(unit.arguments["quick"])))
            if all(RUNTIMES[name].language == "python" for name in form.runtimes):
                found.append(_nothing_without_python(head, form, export))
        return found


def _wants(options: ProbeOptions, way: Way) -> bool:
    modes = [name for name, mode in MODES.items() if mode.environment == way.stack]
    return options.wants(way.stack, way.environment, *modes)


def _unit(way: Way, workload: str, options: ProbeOptions, pythons: Mapping[str, str]) -> Unit:
    arguments = {
        "stack": way.stack,
        "workload": workload,
        "seed": options.seed,
        "quick": options.quick,
        "pythons": dict(pythons),
    }
    key = f"{workload}/{way.stack}"
    return Unit(key, way.environment, cell.__name__, arguments, _variables(way), _UNIT_SECONDS)


def _ahead(way: Way, workloads: Sequence[str], options: ProbeOptions) -> Unit:
    arguments = {"stack": way.stack, "workloads": list(workloads), "seed": options.seed}
    key = f"exports/{way.stack}"
    return Unit(key, way.environment, ahead.__name__, arguments, _variables(way), _UNIT_SECONDS)


def _variables(way: Way) -> dict[str, str]:
    # One thread a process, so that it can be copied: see forked.py.
    return {**thread_variables(1), "TORCHINDUCTOR_COMPILE_THREADS": "1", **way.variables}


def _head(unit: Unit, way: Way, form: Format) -> Record:
    return {
        "unit": unit.key,
        "workload": unit.arguments["workload"],
        "size": "small",
        "stack": way.stack,
        "framework": way.framework,
        "backend": way.backend,
        "mode": "",
        "format": form.name,
    }


def _silent(outcome: Outcome) -> dict[str, Any]:
    return {"how": outcome.how, "reason": outcome.reason, "exception": outcome.exception, "answer": {}}


def _export(head: Record, form: Format, told: Mapping[str, Any]) -> Record:
    answer = told["answer"]
    status, reason = (answer["status"], answer["reason"]) if answer else (_SILENT[told["how"]], told["reason"])
    return {
        "kind": "deployment_export",
        **head,
        "exporter": form.exporter,
        "status": status,
        "reason": reason,
        "exception": answer.get("exception", told["exception"]),
        **_filled(answer, _EXPORT_FIELDS),
    }


def _answer(head: Record, runtime: Runtime, told: Mapping[str, Any], way: Way) -> Record:
    answer = told["answer"]
    status, reason = (answer["status"], answer["reason"]) if answer else (_SILENT[told["how"]], told["reason"])
    found = answer.get("frameworks_found")
    owners = {way.framework, way.backend} - {""}
    return {
        "kind": "deployment_answer",
        **head,
        "runtime": runtime.name,
        "language": runtime.language,
        "environment": runtime.environment,
        "needs": runtime.needs,
        "status": status,
        "reason": reason,
        "without_framework": None if found is None else not owners & set(found),
        "without_python": _python_absent(runtime, answer),
        **_filled(answer, _ANSWER_FIELDS),
    }


def _python_absent(runtime: Runtime, answer: Mapping[str, Any]) -> bool | None:
    """Return whether no Python was in the process that answered; None where none answered."""
    if runtime.language == "python":
        return False if answer else None
    absent = answer.get("python_absent")
    return None if absent is None else bool(absent)


def _nothing_without_python(head: Record, form: Format, export: Record) -> Record:
    """Return the record that says why there is no runtime of another language to ask."""
    reason = form.without_python if export["status"] == "exported" else "there is no artefact"
    status = "no-runtime" if export["status"] == "exported" else NOT_RUN
    return {
        "kind": "deployment_answer",
        **head,
        "runtime": "",
        "language": "c++",
        "environment": "",
        "needs": "",
        "status": status,
        "reason": reason,
        "without_framework": None,
        "without_python": None,
        **_filled({}, _ANSWER_FIELDS),
    }


def _load(head: Record, runtime: Runtime, told: Mapping[str, Any], quick: bool) -> Record:
    answer = told["answer"]
    load = answer.get("load") or {}
    reason = "" if load else "the quick form has no load test" if quick else "the artefact did not answer"
    return {
        "kind": "deployment_load",
        **head,
        "runtime": runtime.name,
        "status": load.get("status", NOT_RUN),
        "reason": load.get("reason", reason),
        **_filled(load, dict.fromkeys(_LOAD_FIELDS)),
    }


def _filled(answer: Mapping[str, Any], fields: Mapping[str, Any]) -> Record:
    """Return the answer's fields, in place of one that it lacks what stands for nothing."""
    return {name: answer.get(name, nothing) for name, nothing in fields.items()}


PROBE = Deployment()
