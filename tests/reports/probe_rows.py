"""Rows of the marts of deployment, integration and footprint, made by hand, and the pages of them."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from barometer.catalog import Catalog
from reports.figures import Figures
from reports.marts import Marts
from reports.probes import (
    pages,
)
from reports.probes.deployment_cells import works
from reports.render import _tidy, environment, page_style, probe_style
from reports.stacks import Stack, stacks

Row = dict[str, Any]
DAY = dt.date(2026, 11, 26)
ENDS: Row = {
    "run": "0a1b2c3d", "environment": "torch 2.13.0, Python 3.11.7", "device": "cpu", "host_id": "h",
    "machine": "AMD EPYC, 2 cores, 24 GiB", "origin": "own", "measured_on": DAY,
}  # fmt: skip
STACKS: Mapping[str, tuple[str, str | None]] = {
    "keras-tensorflow": ("keras", "tensorflow"), "keras-jax": ("keras", "jax"), "keras-torch": ("keras", "pytorch"),
    "torch": ("pytorch", None), "tensorflow": ("tensorflow", None), "jax": ("jax", None),
}  # fmt: skip
KERAS = {
    "savedmodel": ("tensorflow", "openvino", "tensorflow-c++"), "onnx": ("onnxruntime", "openvino-c++"),
    "litert": ("litert", "openvino-c++"), "openvino": ("openvino", "openvino-c++"), "torch-export": ("torch", ""),
}  # fmt: skip
FORMATS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "keras-tensorflow": KERAS, "keras-jax": KERAS, "keras-torch": KERAS,
    "torch": {"torch-export": ("torch", ""), "torchscript-trace": ("torch", "torch-c++"),
              "torchscript-script": ("torch", "torch-c++"), "onnx": ("onnxruntime", "openvino-c++"),
              "aot-package": ("torch", "torch-c++")},
    "tensorflow": {"savedmodel": KERAS["savedmodel"], "litert": KERAS["litert"], "onnx": KERAS["onnx"]},
    "jax": {"jax-export": ("jax", ""), "stablehlo": ("iree-c++",), "savedmodel": KERAS["savedmodel"],
            "onnx": KERAS["onnx"]},
}  # fmt: skip
WORKLOADS = ("cnn", "dispatch", "dlrm", "encoder", "gpt", "lstm", "mlp", "ragged", "resnet", "unet")
LONG = "ValueError: 'NoneType' object cannot be interpreted as an integer, while exporting layer 3 of the model"
Ends = Callable[[str, str, str], str]


def named(stack: str) -> Row:
    framework, backend = STACKS[stack]
    return {"stack": stack, "framework": framework, "backend": backend}


def export(workload: str, stack: str, form: str, status: str = "exported", **more: Any) -> Row:
    """One row of marts.deployment: it works, unless told otherwise."""
    is_made = status == "exported"
    luck = random.Random(f"{workload} {stack} {form}").uniform(1, 9)
    runtimes = [runtime for runtime in FORMATS[stack][form] if runtime]
    row = {
        "workload": workload, **named(stack), "format": form, "exporter": f'model.export(format="{form}")',
        "status": status, "reason": "" if is_made else LONG, "exception": "" if is_made else "builtins.ValueError",
        "export_s": luck / 7 if is_made else None, "artefact_bytes": int(luck * 1e5) if is_made else None,
        "files": 1 if is_made else None, "batch": 2 if is_made else None, "length": None, "fixed": "",
        "opset": 20 if form == "onnx" and is_made else None, "deprecation": "", "has_answer": True if is_made else None,
        "has_answer_without_framework": True if is_made else None,
        "has_answer_without_python": any("c++" in name for name in runtimes) if is_made else None,
        "has_answer_at_other_batch": True if is_made else None, "runtimes": len(runtimes) if is_made else 0,
        "answering": ", ".join(runtimes) if is_made else "", "max_rel": luck * 1e-7 if is_made else None,
    }  # fmt: skip
    return {**row, **ENDS, **more}


def exports(status: Ends | None = None, workloads: Sequence[str] = WORKLOADS) -> list[Row]:
    """Every export, with the status that `status(workload, stack, format)` says."""
    return [
        export(workload, stack, form, status(workload, stack, form) if status else "exported")
        for workload in workloads
        for stack in sorted(FORMATS)
        for form in sorted(FORMATS[stack])
    ]


def serving(workload: str, stack: str, form: str, runtime: str, p50_s: float | None, **more: Any) -> Row:
    """One row of marts.deployment_serving; the load test belongs to a format's first runtime."""
    is_usual = runtime == FORMATS[stack][form][0]
    row = {
        "workload": workload, **named(stack), "format": form, "runtime": runtime,
        "language": "c++" if "c++" in runtime or not runtime else "python", "needs": "",
        "status": "answers" if runtime else "no-runtime", "reason": "" if runtime else "Python's alone",
        "is_without_framework": True, "is_without_python": "c++" in runtime if runtime else None,
        "runtime_version": "1.2.3", "load_s": 0.01, "max_abs": 1e-7, "max_rel": 1e-7, "other_status": "answers",
        "other_reason": "", "latency_batch": 1 if p50_s else None, "queries": 5000 if p50_s else None, "p50_s": p50_s,
        "p50_low_s": p50_s * 0.9 if p50_s else None, "p50_high_s": p50_s * 1.1 if p50_s else None,
        "processes": 3 if p50_s else None, "p90_s": p50_s * 1.2 if p50_s else None,
        "p99_s": p50_s * 2 if p50_s else None, "deprecation": "",
        "load_status": "ok" if is_usual else None, "load_reason": "" if is_usual else None,
        "load_clients": 4 if is_usual else None, "load_requests": 900 if is_usual else None,
        "load_errors": 0 if is_usual else None, "load_requests_per_s": 1873.2 if is_usual else None,
        "load_p50_s": 0.002 if is_usual else None, "load_p99_s": 0.0061 if is_usual else None,
    }  # fmt: skip
    return {**row, **ENDS, **more}


def served(rows: Sequence[Row]) -> list[Row]:
    """Every runtime of the exports that work; none has a latency where the format is for one question only."""
    found = []
    for row in rows:
        for runtime in FORMATS[row["stack"]][row["format"]]:
            luck = random.Random(f"{row['workload']} {row['stack']} {row['format']} {runtime}").uniform(2e-5, 9e-4)
            has_time = works(row) and bool(runtime) and runtime != "iree-c++"
            where = row["workload"], row["stack"], row["format"]
            found.append(serving(*where, runtime, luck if has_time else None))
    return found


OBJECTS = {
    "numpy": ("numpy-float32", "numpy-float64", "numpy-int64-large"), "pandas": ("pandas-frame",),
    "arrow": ("arrow-table",),
}  # fmt: skip


def hand_over(stack: str, thing: str, operation: str, status: str = "accepted", **more: Any) -> Row:
    """One row of marts.integration."""
    library = next(name for name, things in OBJECTS.items() if thing in things)
    is_in = status == "accepted"
    row = {
        **named(stack), "input": thing, "operation": operation, "library": library, "status": status,
        "message": "" if is_in else "TypeError: no such thing as 2 columns", "warning": "", "dtype_in": "float32",
        "dtype_out": "float32" if is_in else "", "sharing": "copy" if is_in else "",
        "bridge": "" if is_in else "frame.to_numpy()", "bridged": "" if is_in else "accepted",
    }  # fmt: skip
    return {**row, **ENDS, **more}


def hand_overs(refuse: Callable[[str, str], bool]) -> list[Row]:
    """Every object by stack and operation, refused where told."""
    things = [thing for found in OBJECTS.values() for thing in found]
    return [
        hand_over(stack, thing, operation, "refused" if refuse(stack, thing) else "accepted")
        for stack, thing, operation in itertools.product(sorted(STACKS), things, ("convert", "feed", "back"))
    ]


def loader(stack: str, rate: float, reach: float = 0.05) -> Row:
    """One row of marts.integration_loaders; stack `numpy` is the floor."""
    where = named(stack) if stack in STACKS else {"stack": stack, "framework": None, "backend": None}
    row = {
        **where, "status": "ok", "reason": "", "loader": "a plain loop", "rows": 400000, "batch": 2048,
        "file_bytes": 25619135, "epochs": 5, "rows_per_s": rate, "slowest_rows_per_s": rate * (1 - reach),
        "fastest_rows_per_s": rate * (1 + reach),
    }  # fmt: skip
    return {**row, **ENDS}


def weighed(stack: str, size: int, seconds: float = 1.0, **more: Any) -> Row:
    """One row of marts.footprint."""
    is_keras = stack.startswith("keras")
    row = {
        **named(stack), "status": "measured", "reason": "", "is_fresh": True, "installer": "uv", "install_s": 6.2,
        "distributions": 17, "files": 4965, "installed_bytes": size, "largest": "jaxlib", "largest_bytes": size // 4,
        "processes": 20, "import_cold_s": seconds * 1.5, "import_cold_low_s": seconds * 1.4,
        "import_cold_high_s": seconds * 1.6, "import_warm_s": seconds, "import_warm_low_s": seconds * 0.95,
        "import_warm_high_s": seconds * 1.05, "modules": 1494.0, "resident_bytes": size / 3,
        "resident_added_bytes": size / 4, "requires": 8, "requires_frameworks": "",
        "trains": True if is_keras else None,
        "was_package_absent": stack != "keras-tensorflow" if is_keras else None,
        "absent_package": "tensorflow" if is_keras else None,
    }  # fmt: skip
    return {**row, **ENDS, **more}


def run(probe: str) -> Row:
    return {
        "run": "0a1b2c3d", "probe": probe, "run_id": "0a1b2c3d" * 4, "started_at": dt.datetime(2026, 11, 26, 9),
        "measured_on": DAY, "device": "cpu", "is_quick": False, "is_narrowed": False, "ending": "complete", "units": 60,
        "units_answered": 60, "units_failed": 0, "units_not_run": 0, "units_s": 1520.5, "frameworks": 4,
        "cpu": "AMD EPYC", "cores": 2, "memory_bytes": 25276514304, "system": "Linux", "host_id": "h",
        "machine": ENDS["machine"], "origin": "own", "code": "c0de", "is_chosen": True,
    }  # fmt: skip


def figures_of(catalog: Catalog, **tables: list[Row]) -> Figures:
    """Figures over some marts of the probes, with a chosen run of every probe that has a table."""
    probes = [run(name) for name in ("deployment", "integration", "footprint") if name in tables]
    known: dict[str, list[Row]] = {"edition": [{"as_of": DAY}], "evidence": [], "claims": [], "probe_runs": probes}
    return Figures(Marts(tables=known | tables, columns={}), catalog, "deployment.html")


def whole(catalog: Catalog, status: Ends | None = None) -> Figures:
    """Figures over a run as large as the real one."""
    made = exports(status)
    return figures_of(
        catalog,
        deployment=made,
        deployment_serving=served(made),
        integration=hand_overs(lambda stack, thing: stack == "torch" and thing == "pandas-frame"),
        integration_loaders=[loader("numpy", 4e5), *(loader(stack, 3e5) for stack in sorted(STACKS))],
        footprint=[weighed(stack, 6 * 10**8 + number) for number, stack in enumerate(sorted(STACKS))],
    )


def rendered(figures: Figures, name: str = "deployment.html") -> bytes:
    """One page of the probes as the edition holds it."""
    template = environment().get_template("probes.html.j2")
    context = dict(pages.probe_pages(figures))[name]
    return _tidy(template.render(style=page_style(figures.catalog) + probe_style(), **context))


def said(markup: Markup | str) -> str:
    return Markup(markup).striptags()


def told(lines: Sequence[Markup]) -> str:
    return " ".join(map(said, lines))


def ways_of(catalog: Catalog, rows: Sequence[Row]) -> list[Stack]:
    return stacks(catalog, rows)


def torch_only(workload: str, stack: str, form: str) -> str:
    """Everything works but what Keras on JAX makes in three formats."""
    return "failed" if stack == "keras-jax" and form in ("litert", "openvino", "torch-export") else "exported"
