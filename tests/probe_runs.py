"""Probe files of known figures: records of every kind, whole by the probes' own schema, for tests of the warehouse."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bench.probes.records import schema
from bench.results import Record
from bench.stacks import MODES

RUN = "0123456789abcdef0123456789abcdef"
_EMPTY = {"string": "", "integer": 0, "number": 0.0, "boolean": False, "object": {}, "array": []}


def record(kind: str, **fields: Any) -> Record:
    """A record of a kind: the fields given, every other as empty as its type allows."""
    made: Record = {"kind": kind}
    for name, (wanted, _, *words) in schema()["kinds"][kind]["fields"].items():
        made[name] = None if wanted.endswith("?") else words[0][0] if words else _EMPTY[wanted]
    unknown = set(fields) - set(made)
    assert not unknown, f"{kind} has no {unknown}"
    return made | fields


def stack(name: str) -> dict[str, str]:
    """What every record about a stack bears of it; an environment's name has no mode."""
    if name in MODES:
        modules = MODES[name].modules
        backend = modules[1] if len(modules) > 1 else ""
        return {"stack": name, "framework": modules[0], "backend": backend, "mode": MODES[name].mode}
    framework, _, backend = name.partition("-")
    return {"stack": name, "framework": framework, "backend": backend, "mode": ""}


def unit(probe: str, key: str, *records: Record, how: str = "answered", environment: str = "torch") -> list[Record]:
    """A unit's record and its probe's own behind it, each bearing the unit's key."""
    answered = int(how == "answered")
    head = record("unit", probe=probe, unit=key, environment=environment, how=how, processes=1, answered=answered)
    return [head | {"seconds": 1.5}, *(one | {"unit": key} for one in records)]


def file(
    *units: Iterable[Record],
    run: str = RUN,
    started_at: str = "2026-11-26T09:00:00+00:00",
    quick: bool = False,
    options: dict[str, Any] | None = None,
    ending: str = "complete",
    environments: dict[str, dict[str, str]] | None = None,
    cpu: str = "Test CPU",
) -> bytes:
    """A probe file of the units. `environments` are versions by environment; no `ending` is a run that was killed."""
    host = {"cpu": cpu, "cores_allowed": 2, "cores_online": 2, "memory_bytes": 2**33, "system": "Linux"}
    first = record(
        "probe_run", schema=schema()["version"], run=run, started_at=started_at, device="cpu", quick=quick, host=host
    )
    records = [first | {"host_id": "h" * 16, "options": options or {}, "units": len(units)}]
    records.append(record("session", started_at=started_at, host_id="h" * 16))
    for name, versions in (environments or {"torch": {"torch": "2.13.0"}}).items():
        facts = {"environment": name, "environment_id": f"id-{name}", "python": "3.11.7", "distributions": versions}
        records.append(record("environment", **facts, records=dict.fromkeys(versions, "f" * 8)))
    for one in units:
        records += one
    if ending:
        records.append(record("end", at="2026-11-26T09:30:00+00:00", reason=ending, elapsed_s=1800.0))
    return as_lines(records)


def as_lines(records: Iterable[Record]) -> bytes:
    """Records as a file's content."""
    return "".join(json.dumps(one) + "\n" for one in records).encode()


WORKLOADS = ("mlp", "cnn", "lstm", "gpt")
# Logical lines of the part `model` by folder of programs; `train` takes one more than twice as many.
LINES = {
    "keras": (4, 6, 5, 12),
    "torch": (9, 13, 11, 20),
    "lightning": (8, 12, 10, 18),
    "tensorflow": (14, 21, 17, 40),
    "jax": (11, 14, 13, 26),
}
# Stack → folder of programs.
PROGRAMS = {
    "keras-tensorflow": "keras",
    "keras-jax": "keras",
    "keras-torch": "keras",
    "torch": "torch",
    "lightning": "lightning",
    "tensorflow": "tensorflow",
    "jax-flax": "jax",
}
# Stack → outcome of each fault; the first style's, the second is raised where it differs.
FAULTS = ("wrong_width", "double_softmax", "float64_input", "label_too_large", "missing_eval")
OUTCOMES = {
    "keras-tensorflow-graph": ("raised", "warned", "handled", "raised", None),
    "keras-jax-jit": ("raised", "silent", "handled", "silent", None),
    "keras-torch-eager": ("raised", "silent", "handled", "raised", None),
    "torch-eager": ("raised", "silent", "handled", "raised", "silent"),
    "torch-compile": ("raised", "silent", "handled", "died", "silent"),
    "tensorflow-graph": ("raised", "silent", "raised", "silent", "silent"),
    "jax-jit": ("raised", "silent", "handled", "silent", "silent"),
}
FORMS = {
    "keras-tensorflow-graph": ("runs-right", "needs-rewriting", "wrong-silently"),
    "keras-torch-eager": ("runs-right", "runs-right", "runs-right"),
    "torch-eager": ("runs-right", "runs-right", "runs-right"),
    "torch-compile": ("runs-right", "runs-right", "wrong-silently"),
    "tensorflow-graph": ("runs-right", "runs-right", "wrong-silently"),
    "jax-jit": ("needs-rewriting", "needs-rewriting", "wrong-silently"),
}
# Stack → status of the export by format, and of its answers without and with an interpreter.
EXPORTS = {
    "keras-tensorflow": {"savedmodel": ("exported", "answers", "answers"), "onnx": ("exported", "answers", "not-run")},
    "keras-torch": {"savedmodel": ("failed", "not-run", "not-run"), "onnx": ("exported", "differs", "failed")},
    "torch": {"onnx": ("exported", "answers", "answers"), "torch-export": ("exported", "answers", "no-runtime")},
    "tensorflow": {"savedmodel": ("exported", "answers", "answers"), "litert": ("not-run", "not-run", "not-run")},
    "jax": {"onnx": ("exported", "not-run", "not-run"), "stablehlo": ("died", "not-run", "not-run")},
}
OBJECTS = {
    "keras-tensorflow": ("accepted", "accepted", "accepted", "not-run", "accepted"),
    "keras-jax": ("accepted", "accepted", "wrong", "refused", "accepted"),
    "keras-torch": ("accepted", "accepted", "refused", "refused", "accepted"),
    "torch": ("accepted", "refused", "refused", "refused", "accepted"),
    "tensorflow": ("accepted", "accepted", "hung", "refused", "accepted"),
    "jax": ("accepted", "refused", "refused", "refused", "accepted"),
}
LIBRARIES = ("numpy", "pandas", "arrow", "polars", "matplotlib")
WEIGHTS = {"keras-tensorflow": 2.0e9, "keras-jax": 0.7e9, "keras-torch": 1.0e9, "torch": 0.9e9}
WEIGHTS |= {"tensorflow": 1.9e9, "jax": 0.5e9}
IMPORTS = (1.0, 1.1, 1.3, 0.9)


def ease() -> list[list[Record]]:
    """Four workloads by seven stacks; one program of Lightning fails its gates; two changes."""
    units = []
    for name, folder in PROGRAMS.items():
        framework = {"lightning": "torch"}.get(folder, folder)
        about = {**stack(name), "framework": framework, "program": folder}
        about |= {} if folder == "keras" else {"backend": ""}
        found = []
        for workload, lines in zip(WORKLOADS, LINES[folder], strict=True):
            bad = (name, workload) == ("lightning", "gpt")
            for part, count in (("model", lines), ("train", 2 * lines + 1), ("whole", 4 * lines)):
                known = {"status": "parity-failed", "reason": "P1"} if bad else {"logical_lines": count}
                state = {} if bad else {"state": {"gradients": 2, "no-gradient": 1}, "state_statements": 3}
                fields = {**about, "workload": workload, "part": part, **known, **state}
                found.append(record("ease_program", **fields))
            for gate in ("P0", "P1"):
                gates = {"gate": gate, "value": 1.0, "limit": 2.0, "passed": not bad or gate == "P0"}
                found.append(record("ease_parity", **about, workload=workload, **gates))
        for change, cost in (("optimizer", LINES[folder][0]), ("export", LINES[folder][1])):
            is_other = change == "export" and name in ("keras-jax", "keras-torch")
            known = {"status": "not-run", "reason": "one backend"} if is_other else {"edit_distance": cost}
            found.append(record("ease_change", **about, workload="mlp", change=change, **known))
        units.append(unit("ease", f"programs/{name}", *found, environment=name))
    texts = [record("ease_source", program=one, workload="mlp", text="a = 1\nb = 2\n") for one in LINES]
    units.append(unit("ease", "texts", *texts, environment="runner"))
    counts = [record("ease_complexity", program=one, workload="mlp", part="model", cyclomatic_sum=3) for one in LINES]
    return [*units, unit("ease", "complexity", *counts, environment="metrics")]


def debugging() -> list[list[Record]]:
    """Five faults and one that only a GPU shows, by seven stacks and two styles; switches and filters do not count."""
    styles = ("sequential", "subclass")
    faults = [record("debugging_fault", fault=name, number=at + 1, title=name) for at, name in enumerate(FAULTS)]
    faults.append(record("debugging_fault", fault="device_mismatch", number=21, device="cuda"))
    places = [
        record(
            "debugging_place",
            fault=fault,
            framework=framework,
            style=style,
            exists=(framework, fault) != ("keras", "missing_eval"),
            reason="compile and fit do it" if (framework, fault) == ("keras", "missing_eval") else "",
        )
        for fault in (*FAULTS, "device_mismatch")
        for framework in ("keras", "torch", "tensorflow", "jax")
        for style in styles
    ]
    units = [unit("debugging", "places", *faults, *places, environment="runner")]
    for name, outcomes in OUTCOMES.items():
        filtering = "none" if name.startswith("torch") else "on"
        for style in styles:
            found = [record("debugging_cell", **stack(name), fault="device_mismatch", style=style, status="not-run")]
            for fault, outcome in zip(FAULTS, outcomes, strict=True):
                about = {**stack(name), "fault": fault, "style": style, "switch": "off", "filtering": filtering}
                # The second style tells of every fault.
                became = outcome if outcome is None or style == "sequential" else "raised"
                found.append(record("debugging_cell", **about, **_signal(became, fault)))
                # What does not count: a debug switch, and tracebacks without their filter.
                found.append(record("debugging_cell", **about | {"switch": "check"}, **_signal("raised", fault)))
                if filtering == "on" and became == "raised":
                    found.append(record("debugging_cell", **about | {"filtering": "off"}, **_signal("raised", fault)))
            units.append(unit("debugging", f"cells {name} {style}", *found, environment=MODES[name].environment))
        look = record("debugging_look", **stack(name), look="print", call="print", steps=4, times=4, shown=4)
        units.append(unit("debugging", f"looks {name}", look, environment=MODES[name].environment))
    return units


def _signal(outcome: str | None, fault: str) -> dict[str, Any]:
    if outcome is None:
        return {"status": "cannot-exist", "reason": "compile and fit do it"}
    told = {"faulty_line": fault == "wrong_width", "names_layer": True if fault == "wrong_width" else None}
    return {"status": "ok", "outcome": outcome, **(told if outcome in ("raised", "warned") else {})}


def control_flow() -> list[list[Record]]:
    """Three forms in two phases by six stacks; every rewriting runs and does not count."""
    units = []
    for name, outcomes in FORMS.items():
        found = [
            record(
                "control_flow_cell",
                **stack(name),
                form=form,
                phase=phase,
                version=version,
                outcome="runs-right" if version == "rewritten" else outcome,
            )
            for form, outcome in zip(("branch", "loop", "side_effects"), outcomes, strict=True)
            for phase in ("forward", "gradient")
            for version in ("as-written", "rewritten")
        ]
        units.append(unit("control_flow", name, *found, environment=MODES[name].environment))
    return units


def deployment() -> list[list[Record]]:
    """Two workloads by five stacks and their formats; the second workload answers twice as slowly."""
    units = []
    for name, formats in EXPORTS.items():
        for slowness, workload in enumerate(("mlp", "lstm"), 1):
            about, found = {**stack(name), "workload": workload}, []
            for form, (export, served, bare) in formats.items():
                found.append(record("deployment_export", **about, format=form, status=export, bytes=1000, seconds=1.5))
                times: dict[str, Any] = {f"p{share}_s": n * 1e-4 * slowness for n, share in enumerate((50, 90, 99), 1)}
                times |= {"process_p50_s": [0.5e-4 * slowness, 1e-4 * slowness, 2e-4 * slowness]}
                answer = {"runtime": "onnxruntime", "language": "python", "status": served, "without_python": False}
                known = {"without_framework": True, "max_rel": 1e-7, "other_status": "answers", **times}
                known = known if served == "answers" else {"other_status": "not-run"}
                found.append(record("deployment_answer", **about, format=form, **answer, **known))
                told = {"runtime": "" if bare == "no-runtime" else "openvino-c++", "language": "c++", "status": bare}
                told |= {"without_python": True} if bare == "answers" else {}
                found.append(record("deployment_answer", **about, format=form, other_status="refused", **told))
                load = {"runtime": "onnxruntime", "requests": 50, "errors": 0, "requests_per_second": 25.0}
                found.append(record("deployment_load", **about, format=form, **load))
            units.append(unit("deployment", f"{workload}/{name}", *found, environment=name))
    return units


def integration() -> list[list[Record]]:
    """Five objects by six stacks, their loaders, and the floor."""
    units = []
    for name, statuses in OBJECTS.items():
        found = [
            record("integration_cell", **stack(name), library=library, input=f"{library}-x", status=status)
            for library, status in zip(LIBRARIES, statuses, strict=True)
        ]
        units.append(unit("integration", f"matrix/{name}", *found, environment=name))
        loader = record("integration_loader", **stack(name), rows=1000, batch=10, seconds=[1.0, 2.0, 4.0])
        units.append(unit("integration", f"loader/{name}", loader, environment=name))
    floor = record("integration_loader", stack="numpy", framework="numpy", rows=1000, batch=10, seconds=[0.5])
    return [*units, unit("integration", "loader/numpy", floor)]


def footprint() -> list[list[Record]]:
    """Six environments with four imports each, cold ones ten times as long; two trainings; what packages say."""
    units = []
    for name, weight in WEIGHTS.items():
        about = {**stack(name)}
        sizes = {"bytes": int(weight), "fresh": True, "distributions": 3, "by_distribution": {"b": 5, "a": 9}}
        found = [record("footprint_environment", **about, **sizes)]
        for process, seconds in enumerate(IMPORTS):
            for condition, times in (("cold", 10), ("warm", 1)):
                one = {"process": process, "seconds": seconds * times, "modules": 100, "rss_before_bytes": 10}
                found.append(record("footprint_import", **about, condition=condition, rss_bytes=110, **one))
        units.append(unit("footprint", f"weight/{name}", *found, environment=name))
        needs = [{"name": one, "marker": "", "optional": one == "tensorflow"} for one in ("numpy", "jax", "tensorflow")]
        said = {"distribution": about["framework"], "version": "1.2", "summary": "Deep learning", "requires": needs}
        metadata = record("footprint_metadata", environment=name, **said)
        units.append(unit("footprint", f"metadata/{name}", metadata, environment=name))
    said = {"distribution": "fastapi", "version": "0.1", "summary": "web framework", "classifiers": ["A :: B"]}
    units.append(unit("footprint", "metadata/fastapi", record("footprint_metadata", environment="runner", **said)))
    for backend in ("jax", "tensorflow"):
        told = {"tensorflow_found": backend == "tensorflow", "loss_first": 1.0, "loss_last": 0.1}
        training = record("footprint_training", **stack(f"keras-{backend}"), **told)
        units.append(unit("footprint", f"training/keras-{backend}", training, environment=f"keras-{backend}"))
    return units


PROBES = {
    "ease": ease,
    "debugging": debugging,
    "control_flow": control_flow,
    "deployment": deployment,
    "integration": integration,
    "footprint": footprint,
}


def whole(*probes: str, **options: Any) -> bytes:
    """A file of the probes named, of all without a name."""
    units = [one for name in probes or PROBES for one in PROBES[name]()]
    versions = {"keras-tensorflow": {"keras": "3.15.1", "tensorflow": "2.20.0"}, "torch": {"torch": "2.13.0"}}
    return file(*units, environments=versions, **options)
