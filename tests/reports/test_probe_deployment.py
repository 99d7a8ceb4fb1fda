"""Deployment, integration and footprint: findings follow the rows; leads, opposites, ties, lone figures and none."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import random
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from markupsafe import Markup

from barometer.catalog import Catalog
from barometer.settings import load_settings
from reports.document import read_page, words
from reports.figures import Figures
from reports.marts import Marts, load_marts
from reports.numbers import format_value
from reports.probes import (
    deployment,
    deployment_exports,
    deployment_serving,
    footprint,
    footprint_charts,
    integration,
    integration_companions,
    integration_loaders,
    pages,
)
from reports.probes.deployment_cells import was_tried, works
from reports.probes.stacks import Stack, stacks
from reports.render import _tidy, environment, page_style, probe_style
from reports.verify import classify
from tests.reports.conftest import insert
from tests.reports.test_findings import figure
from tests.reports.test_findings import figures as evidence_figures
from tests.reports.test_probe_control_flow import cells, graph_fails
from warehouse.connect import reader
from warehouse.explain import resolver
from warehouse.models import load_models

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
        "p90_s": p50_s * 1.2 if p50_s else None, "p99_s": p50_s * 2 if p50_s else None, "deprecation": "",
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


def test_the_headline_names_whose_exports_answer_most_and_least(catalog: Catalog) -> None:
    rows = exports(torch_only, ("mlp", "cnn"))
    sentence = deployment.exports_finding(ways_of(catalog, rows), rows)
    assert sentence == "Five stacks have all exports answered right, Keras on JAX four of ten"
    few = [row for row in rows if row["stack"] in ("torch", "keras-jax")]
    assert deployment.exports_finding(ways_of(catalog, few), few) == (
        "PyTorch has all ten exports answered right, Keras on JAX four of ten"
    )


def test_the_opposite_a_tie_a_lone_stack_and_nothing(catalog: Catalog) -> None:
    def torch_fails(workload: str, stack: str, form: str) -> str:
        return "died" if stack == "torch" else "exported"

    def of(rows: Sequence[Row], *kept: str) -> str:
        mine = [row for row in rows if row["stack"] in kept]
        return deployment.exports_finding(ways_of(catalog, mine), mine)

    turned = of(exports(torch_fails, ("mlp",)), "torch", "keras-jax")
    assert turned == "Keras on JAX has all five exports answered right, PyTorch none of five"
    tie = of(exports(workloads=("mlp",)), "torch", "keras-jax")
    assert tie == "Each of the two stacks has all five exports answered right"
    assert of(exports(workloads=("mlp",)), "jax") == "Only JAX was tried, and has all four exports answered right"
    assert of([], "jax") == deployment.NOTHING


def test_an_export_that_nobody_could_ask_counts_neither_way(catalog: Catalog) -> None:
    asked, unasked = export("mlp", "jax", "onnx"), export("cnn", "jax", "onnx", has_answer=None, runtimes=0)
    assert (works(asked), was_tried(asked)) == (True, True)
    assert (works(unasked), was_tried(unasked)) == (False, False)
    assert (works(failed := export("cnn", "jax", "onnx", "hung")), was_tried(failed)) == (False, True)
    assert not was_tried(export("cnn", "jax", "onnx", "not-run"))
    counts = deployment.tally(ways_of(catalog, [asked, unasked]), [asked, unasked])
    assert [(count.good, count.of) for count in counts] == [(1, 1)]


def test_formats_that_take_everything_and_nothing_are_counted(catalog: Catalog) -> None:
    rows = exports(torch_only, ("mlp", "cnn"))
    assert deployment.formats_finding(ways_of(catalog, rows), rows) == (
        "Of twenty-seven formats over all stacks, twenty-four take every workload, three take none"
    )
    assert deployment.formats_finding([], []) == "No format was tried"


def test_surprises_of_deployment_and_their_opposites(catalog: Catalog) -> None:
    rows = [
        export("mlp", "torch", "torchscript-trace", deprecation="`torch.jit.trace` is deprecated."),
        export("cnn", "torch", "aot-package", has_answer=False, answering=""),
        export("mlp", "torch", "torch-export", has_answer_at_other_batch=False, has_answer_without_python=False),
    ]
    lines = told(deployment.surprises(ways_of(catalog, rows), rows))
    assert "one export made without one is answered right nowhere (PyTorch: aot-package)." in lines
    assert "Only at the batch it was made with is answered: one of two exports that some runtime answers" in lines
    assert "Only with Python is answered: one of two exports" in lines
    assert "warns of a deprecated way in one export that is answered (PyTorch: torchscript-trace)" in lines
    assert "Loaded and answered without" not in lines
    differs = [
        serving("cnn", "torch", "aot-package", runtime, 1e-4, status="differs") for runtime in ("torch", "torch-c++")
    ]
    lines = told(deployment.surprises(ways_of(catalog, rows), rows, differs))
    assert "Loaded and answered without an error, and wrong: one export (PyTorch: aot-package)." in lines
    good = [export("mlp", "torch", "onnx")]
    lines = told(deployment.surprises(ways_of(catalog, good), good))
    assert "Whatever is exported without an error is answered right by some runtime." in lines
    assert "answered at another batch than it was made with, too" in lines
    assert "Whatever is answered is answered without Python, too." in lines
    assert "deprecated" not in lines
    assert deployment.surprises(ways_of(catalog, good), []) == []


def test_what_all_exports_of_a_format_share_is_said_once_and_why_nobody_answers(catalog: Catalog) -> None:
    rows = [
        *(export(workload, "keras-jax", "litert", "failed") for workload in ("cnn", "mlp")),
        export("cnn", "keras-jax", "onnx", has_answer=False, answering=""),
        export("mlp", "keras-jax", "onnx", "failed", reason="another reason"),
    ]
    dumb = [
        serving("cnn", "keras-jax", "onnx", "onnxruntime", None, status="failed", reason="no operator of that name")
    ]
    figures = figures_of(catalog, deployment=rows, deployment_serving=dumb)
    (fold,) = deployment_exports.folds(figures, ways_of(catalog, rows), rows, dumb)
    text = [[str(cell) for cell in line] for line in fold.table.rows]
    assert LONG in Markup(text[0][0]).unescape()
    assert [line[1] for line in text[1:3]] == ["failed", "failed"]
    assert "another reason" in text[5][1]
    assert "nobody" in text[4][4]
    assert "why not onnxruntime" in text[4][4]
    assert "no operator of that name" in text[4][4]


def test_the_ends_of_export_times_are_named_with_their_figures(catalog: Catalog) -> None:
    rows = [export("mlp", "torch", "onnx", export_s=0.02), export("cnn", "jax", "onnx", export_s=39.3)]
    figures = figures_of(catalog, deployment=rows)
    sentence = deployment_exports.seconds_finding(figures, ways_of(catalog, rows), rows)
    assert said(sentence) == "An export takes from 20 ms (PyTorch: onnx, mlp) to 39.3 s (JAX: onnx, cnn)"
    assert 'data-ref="deployment/cnn/jax/onnx/export_s"' in sentence
    alone = deployment_exports.seconds_finding(figures, ways_of(catalog, rows), rows[:1])
    assert said(alone) == "The only export timed takes 20 ms (PyTorch: onnx, mlp)"
    assert said(deployment_exports.seconds_finding(figures, [], [])) == "No export was timed"


def latency(catalog: Catalog, *rows: Row) -> str:
    return said(deployment_serving.latency_finding(figures_of(catalog, deployment_serving=list(rows)), rows))


def test_the_runtime_that_answers_fastest_in_most_workloads(catalog: Catalog) -> None:
    def rows(openvino: float) -> list[Row]:
        return [
            serving(workload, "torch", "onnx", runtime, seconds)
            for workload in ("cnn", "gpt", "mlp")
            for runtime, seconds in (("onnxruntime", 1e-4), ("openvino-c++", openvino if workload != "mlp" else 5e-4))
        ]

    assert latency(catalog, *rows(5e-5)) == (
        "openvino-c++ answers fastest in two of three workloads; the fastest of each takes 50 µs to 100 µs a query"
    )
    assert latency(catalog, *rows(2e-4)).startswith("onnxruntime answers fastest in all three workloads")
    even = [serving("cnn", "torch", "onnx", "onnxruntime", 1e-4), serving("mlp", "torch", "onnx", "openvino-c++", 2e-4)]
    assert latency(catalog, *even).startswith("No runtime answers fastest in most workloads")
    assert latency(catalog, even[0]) == "onnxruntime answers cnn fastest: 100 µs a query"
    assert latency(catalog) == deployment_serving.NO_LATENCY


def test_only_queries_of_one_size_are_compared() -> None:
    rows = [
        serving("mlp", "torch", "onnx", "onnxruntime", 3e-4),
        serving("mlp", "jax", "onnx", "onnxruntime", 2e-4),
        serving("mlp", "keras-torch", "litert", "litert", 1e-5, latency_batch=32),
    ]
    assert deployment_serving.fastest(rows)["mlp"]["stack"] == "jax"


def test_wrong_answers_have_no_latency() -> None:
    rows = [serving("mlp", "torch", "onnx", "onnxruntime", 3e-4, status="differs")]
    assert deployment_serving.timed(rows) == []


def test_load_tests_that_went_well_that_did_not_and_none(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        return said(deployment_serving.load_finding(figures_of(catalog, deployment_serving=list(rows)), rows))

    good = serving("mlp", "torch", "onnx", "onnxruntime", 3e-4)
    bad = serving("cnn", "jax", "onnx", "onnxruntime", 3e-4, load_status="errors", load_errors=3)
    assert of(good).endswith("asked by 4 clients at once: no request of one load test went wrong.")
    assert of(good, bad).endswith("requests went wrong in one of two load tests (jax onnx).")
    assert of(serving("mlp", "torch", "onnx", "openvino-c++", 3e-4)) == deployment_serving.NO_LOAD


def test_who_accepts_most_and_what_one_more_call_does(catalog: Catalog) -> None:
    rows = hand_overs(lambda stack, thing: stack == "torch" and thing == "pandas-frame")
    rows = [row for row in rows if row["stack"] in ("torch", "tensorflow", "jax")]
    ways = ways_of(catalog, rows)
    assert integration.accepts_finding(ways, rows) == (
        "TensorFlow and JAX accept all fifteen hand-overs, PyTorch twelve of fifteen"
    )
    assert integration.refusals_finding(rows) == (
        "Refused: three of forty-five hand-overs; with one more call three of them are accepted"
    )
    good = [row for row in rows if row["status"] == "accepted"]
    assert integration.refusals_finding(good) == "Nothing is refused"
    even = hand_overs(lambda stack, thing: thing == "arrow-table")
    assert integration.accepts_finding(ways_of(catalog, even), even) == (
        "Each of the six stacks accepts twelve of fifteen hand-overs"
    )
    assert integration.accepts_finding([], []) == integration.NOTHING


def test_what_could_not_be_tried_counts_neither_way(catalog: Catalog) -> None:
    rows = [hand_over("torch", "numpy-float32", "convert"), hand_over("torch", "numpy-float32", "back", "not-run")]
    assert [(count.good, count.of) for count in integration.tally(ways_of(catalog, rows), rows)] == [(1, 1)]


def test_shared_memory_is_told_by_side(catalog: Catalog) -> None:
    rows = [
        hand_over("torch", "numpy-float32", "convert", sharing="zero-copy"),
        hand_over("jax", "numpy-float32", "convert"),
        hand_over("jax", "numpy-float64", "convert", sharing="unknown"),
    ]
    ways = ways_of(catalog, rows)
    assert integration.sharing_finding(ways, rows, integration.IN, "On the way in") == (
        "On the way in: PyTorch does the only one without a copy, JAX none of one"
    )
    assert "pointers could decide nothing" in integration.sharing_finding(ways, rows, integration.OUT, "Out")


def test_wrong_values_and_narrower_types_surprise(catalog: Catalog) -> None:
    rows = [
        hand_over("jax", "numpy-int64-large", "convert", "wrong", dtype_in="int64", dtype_out="int32"),
        hand_over("jax", "numpy-float64", "convert", dtype_in="float64", dtype_out="float32"),
        hand_over("torch", "numpy-float64", "convert", dtype_in="float64", dtype_out="float64"),
    ]
    lines = told(integration.surprises(ways_of(catalog, rows), rows))
    assert "Wrong without an error: one hand-over of numpy-int64-large (JAX)." in lines
    assert "A narrower type than was handed over, without asking: numpy-float64 in JAX." in lines
    good = told(integration.surprises(ways_of(catalog, rows), rows[2:]))
    assert good == "Nothing arrives wrong without an error."
    assert not integration.is_narrowed(hand_over("jax", "numpy-float64", "convert", dtype_in="<U4", dtype_out="string"))


def test_the_fastest_loader_a_tie_and_the_floor(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        figures = figures_of(catalog, integration_loaders=list(rows))
        return said(integration_loaders.loaders_finding(figures, ways_of(catalog, rows), rows))

    floor = loader("numpy", 442_000)
    lead = of(floor, loader("torch", 425_000), loader("jax", 226_000))
    assert lead == "PyTorch loads fastest: 425 k rows a second; without a framework 442 k"
    assert of(loader("torch", 100_000), loader("jax", 226_000)) == "JAX loads fastest: 226 k rows a second"
    tie = of(loader("torch", 220_000), loader("jax", 226_000))
    assert tie == "JAX and PyTorch cannot be told apart at loading: 226 k and 220 k rows a second"
    assert of(loader("jax", 226_000)) == "Only JAX has a figure: 226 k rows a second"
    assert of(floor) == "No loader was timed: only the floor has a figure"
    assert integration_loaders.block(figures_of(catalog)).words == [Markup("No loader was timed.")]


def test_the_last_release_of_a_companion_is_evidence_with_its_day(catalog: Catalog) -> None:
    rows = [
        figure(integration_companions.METRIC, key, days, better="lower", unit="days", dataset="package_releases",
               factor="integration", spread="exact", as_of=dt.date(2026, 11, 23), is_withheld=False)
        for key, days in (("pytorch", 26), ("tensorflow", 250))
    ]  # fmt: skip
    block = integration_companions.block(evidence_figures(catalog, *rows))
    assert said(block.words[0]).startswith("PyTorch is ahead of TensorFlow on days since the last release")
    assert [str(line[0]) for line in block.tables[0].table.rows] == ["PyTorch", "TensorFlow"]
    assert integration_companions.block(evidence_figures(catalog)).words == [Markup(integration_companions.NOTHING)]


def footprint_of(catalog: Catalog, *rows: Row) -> tuple[Figures, list[Stack]]:
    return figures_of(catalog, footprint=list(rows)), ways_of(catalog, rows)


def test_the_lightest_and_the_quickest_are_one_or_two(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        return said(footprint.footprint_finding(*footprint_of(catalog, *rows), rows))

    one = of(weighed("jax", 544 * 2**20, 0.41), weighed("torch", 761 * 2**20, 0.98))
    assert one == "JAX takes least on the disk, 544 MiB, and imports quickest, in 410 ms warm"
    two = of(weighed("jax", 544 * 2**20, 1.41), weighed("torch", 761 * 2**20, 0.98))
    assert two == "JAX takes least on the disk, 544 MiB; PyTorch imports quickest, in 980 ms warm"
    unread = [weighed("jax", 544 * 2**20, import_warm_s=None), weighed("torch", 761 * 2**20, import_warm_s=None)]
    assert of(*unread) == "JAX takes least on the disk, 544 MiB"
    assert of(weighed("jax", 1, installed_bytes=None, import_warm_s=None)) == footprint.NOTHING


def test_least_and_most_a_tie_and_a_lone_figure(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        figures, ways = footprint_of(catalog, *rows)
        return said(footprint_charts.extremes_finding(figures, ways, rows, "installed_bytes", "take"))

    same = weighed("keras-tensorflow", 2**31), weighed("tensorflow", 2**31)
    assert of(weighed("jax", 2**29), *same) == (
        "JAX takes least, 512 MiB; Keras on TensorFlow and TensorFlow take most, 2 GiB"
    )
    assert of(*same) == "Every environment of Keras on TensorFlow and TensorFlow takes 2 GiB"
    assert of(same[0]) == "Only Keras on TensorFlow has a figure: it takes 2 GiB"
    assert of(weighed("jax", 1, installed_bytes=None)) == "Nobody has a figure"


def test_imports_that_overlap_are_a_tie(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        return said(footprint_charts.import_finding(*footprint_of(catalog, *rows), rows))

    lead = of(weighed("jax", 1, 0.4), weighed("torch", 1, 1.0), weighed("keras-torch", 1, 2.4))
    assert lead == "JAX imports quickest, in 400 ms warm; Keras on PyTorch takes 2.4 s"
    tie = of(weighed("jax", 1, 1.0), weighed("torch", 1, 1.05))
    assert tie == "JAX and PyTorch cannot be told apart at importing warm: 1 s and 1.05 s"
    three = of(weighed("jax", 1, 1.0), weighed("torch", 1, 1.05), weighed("keras-torch", 1, 2.4))
    assert three.endswith("1 s and 1.05 s; Keras on PyTorch takes 2.4 s")
    assert of(weighed("jax", 1, 0.4)) == "Only JAX was timed: a warm import takes 400 ms"


def test_whether_keras_needs_tensorflow_is_told_by_a_run_without_it(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        return said(footprint.needs_finding(*footprint_of(catalog, *rows), rows))

    runs = [weighed("keras-jax", 1), weighed("keras-torch", 1), weighed("keras-tensorflow", 1)]
    assert of(*runs) == "With tensorflow absent, Keras on PyTorch and Keras on JAX train"
    fails = [{**row, "trains": False} for row in runs]
    assert of(*fails) == "With tensorflow absent, Keras on PyTorch and Keras on JAX do not train"
    assert of(runs[0], fails[1]) == "With tensorflow absent, Keras on JAX trains, but Keras on PyTorch does not train"
    assert of(runs[2]).startswith("No training was tried with")
    assert of(weighed("jax", 1)).startswith("No training was tried with")


def test_metadata_that_names_a_framework_and_metadata_that_does_not(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        return said(footprint.declared_finding(*footprint_of(catalog, *rows), rows))

    keras, tensorflow = weighed("keras-jax", 1), weighed("tensorflow", 1, requires_frameworks="keras")
    assert of(keras, tensorflow) == "By its own metadata, TensorFlow requires Keras; Keras requires no framework"
    assert of(keras) == "By their metadata, none of one framework requires another"
    below = weighed("keras-jax", 1, requires_frameworks="tensorflow")
    assert of(below) == "By its own metadata, Keras requires TensorFlow"
    assert of(weighed("jax", 1, requires=None)) == "No metadata was read"
    turned = told(footprint.surprises(*footprint_of(catalog, keras, tensorflow), [keras, tensorflow]))
    assert "It is TensorFlow whose metadata requires Keras, not the other way round." in turned
    both = [below, tensorflow]
    assert "the other way round" not in told(footprint.surprises(*footprint_of(catalog, *both), both))


def test_heavy_packages_and_slow_first_imports_surprise(catalog: Catalog) -> None:
    heavy = weighed("torch", 800, largest="torch", largest_bytes=700, import_cold_s=7.8, import_warm_s=2.0)
    lines = told(footprint.surprises(*footprint_of(catalog, heavy), [heavy]))
    assert "One package is most of PyTorch: torch holds 700 B of 800 B." in lines
    assert "in PyTorch: 7.8 s cold, 2 s warm." in lines
    light = weighed("torch", 800)
    assert footprint.surprises(*footprint_of(catalog, light), [light]) == []


def test_a_whole_page_stays_within_its_weight_and_has_no_bare_numeral(catalog: Catalog) -> None:
    page = rendered(whole(catalog, torch_only))
    counts, unexplained = classify(read_page(page), catalog)
    assert [(token.mark, numeral, token.text) for token, numeral in unexplained] == []
    assert counts["figure"] > 1000
    assert len(page) < 400_000
    for chart in re.findall(r"<figure.*?</figure>", page.decode(), flags=re.S):
        assert re.search(r'<svg role="img".*?<title>[^<]+</title><desc>[^<]+</desc>', chart, flags=re.S)
        assert "<table" in chart or "table below" in chart


@pytest.mark.parametrize("status", ["failed", "died", "hung", "not-run"])
def test_a_run_of_failures_alone_has_a_page(catalog: Catalog, status: str) -> None:
    rows = exports(lambda *cell: status, ("mlp",))
    empty = (
        "installed_bytes",
        "import_warm_s",
        "import_cold_s",
        "largest_bytes",
        "modules",
        "resident_bytes",
        "requires",
    )
    told_why = {"status": "failed", "reason": "no space left for 2 GiB"}
    lost = [{**weighed("jax", 1), **dict.fromkeys(empty), **told_why}]
    figures = figures_of(
        catalog,
        deployment=rows,
        deployment_serving=[{**row, "status": "not-run", "load_status": "not-run"} for row in served(rows)],
        integration=[hand_over("jax", "numpy-float32", "convert", "died")],
        integration_loaders=[{**loader("jax", 1), "rows_per_s": None, "status": "failed", "reason": "died after 3 s"}],
        footprint=lost,
    )
    page = rendered(figures)
    text = Markup(page.decode()).striptags()
    assert deployment_serving.NO_LATENCY in text
    assert footprint.NOTHING in text
    assert "no space left for 2 GiB" in text
    assert (deployment.NOTHING in text) == (status == "not-run")
    assert classify(read_page(page), catalog)[1] == []


def test_a_probe_that_never_ran_says_what_to_run_and_an_empty_mart_says_so(catalog: Catalog) -> None:
    text = Markup(rendered(figures_of(catalog)).decode()).striptags()
    for label in ("Deployment", "Integration", "Footprint"):
        assert f"{label}: not measured yet; make probes measures it" in text
    empty = Markup(rendered(figures_of(catalog, deployment=[], integration=[], footprint=[])).decode()).striptags()
    for said_so in (deployment.NOTHING, integration.NOTHING, footprint.NOTHING, "No loader was timed."):
        assert said_so in empty


@pytest.mark.xdist_group("timed")
def test_every_figure_is_what_its_reference_resolves_to(home: Path, catalog: Catalog, tmp_path: Path) -> None:
    made = exports(torch_only, ("mlp",))
    tables = {
        "probe_runs": [run(name) for name in ("deployment", "integration", "footprint", "control_flow")],
        "deployment": made,
        "deployment_serving": served(made),
        "integration": hand_overs(lambda stack, thing: thing == "pandas-frame"),
        "integration_loaders": [loader("numpy", 4e5), loader("torch", 3e5)],
        "footprint": [weighed(stack, 6 * 10**8) for stack in sorted(STACKS)],
        "control_flow": cells(graph_fails),
    }
    warehouse = dataclasses.replace(load_settings(environ={}), home=home).warehouse
    copy = Path(shutil.copy(warehouse, tmp_path / warehouse.name))
    with duckdb.connect(str(copy)) as connection:
        for table, rows in tables.items():
            insert(connection, table, rows, tmp_path)  # fails where a column is missing, or is none of the mart's
    with reader(copy) as connection:
        figures = Figures(load_marts(connection), catalog, "deployment.html")
        resolve = resolver(connection, load_models(load_settings(environ={}).sql))
        printed = {
            element.ref: words(element.text)
            for name in ("deployment.html", "control_flow.html")
            for element in read_page(rendered(figures, name)).marked
            if not element.ref.startswith("edition/")
        }
        kinds = {ref: figures.marts.kind(ref) for ref in printed}
        spelled = {ref: words(format_value(resolve(ref), kinds[ref])) for ref in printed}
    assert len(printed) > 500
    assert {ref: (said, spelled[ref]) for ref, said in printed.items() if said != spelled[ref]} == {}
