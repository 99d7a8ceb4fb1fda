"""Deployment: findings follow the rows; leads, opposites, ties and none. The page that three probes share."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from markupsafe import Markup

from barometer.catalog import Catalog
from barometer.settings import load_settings
from reports.document import read_page, words
from reports.figures import Figures
from reports.marts import load_marts
from reports.numbers import format_value
from reports.probes import (
    deployment,
    deployment_exports,
    deployment_serving,
    footprint,
    integration,
)
from reports.probes.deployment_cells import was_tried, works
from reports.probes.document import ABSENT
from reports.verify import classify
from tests.reports.conftest import insert
from tests.reports.probe_rows import (
    LONG,
    STACKS,
    Row,
    export,
    exports,
    figures_of,
    hand_over,
    hand_overs,
    loader,
    rendered,
    run,
    said,
    served,
    serving,
    told,
    torch_only,
    ways_of,
    weighed,
    whole,
)
from tests.reports.test_probe_control_flow import cells, graph_fails
from warehouse.connect import reader
from warehouse.explain import resolver
from warehouse.models import load_models


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


def test_a_median_has_its_interval_or_says_that_one_process_took_it(catalog: Catalog) -> None:
    def of(**more: float | None) -> str:
        row = serving("mlp", "torch", "onnx", "onnxruntime", 1e-4, **more)
        return said(deployment_serving.interval(figures_of(catalog, deployment_serving=[row]), row))

    assert of() == "90 µs to 110 µs"
    assert of(p50_low_s=None, p50_high_s=None, processes=1) == "one process"
    assert said(deployment_serving.interval(figures_of(catalog), None)) == said(ABSENT)


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
