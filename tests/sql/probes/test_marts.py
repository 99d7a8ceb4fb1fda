"""The marts of the probes: what a row tells, what explains a figure, what the claims get."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from advice import decide
from bench.stacks import MODES
from sources.bench_results import parse_payload
from sources.probe_results import TERMS
from sources.protocol import Payload
from tests.probe_runs import (
    deployment,
    file,
    whole,
)
from tests.sql.probes.support import AS_OF, DEFAULT, LANDED, MARTS, figures, world_of
from tests.sql.world import World, models, real_catalog
from warehouse.explain import explain
from warehouse.load import Delivery, Loader, insert_rows


def test_a_program_has_its_counts_its_gates_and_its_surroundings(probed: World):
    row = probed.rows(
        "select program, framework, backend, is_own, status, logical_lines, state_gradients, state_no_gradient, "
        "state_device, cyclomatic_sum, gates_passed, gates_failed, run, environment, machine, measured_on, origin "
        "from marts.ease where stack = 'keras-tensorflow' and workload = 'mlp' and part = 'model'"
    )
    where = ("01234567", "keras 3.15.1, tensorflow 2.20.0, Python 3.11.7", "Test CPU, 2 cores, 8 GiB")
    assert row == [
        ("keras", "keras", "tensorflow", True, "ok", 4, 2, 1, 0, 3, 2, 0, *where, dt.date(2026, 11, 26), "own")
    ]
    failed = "select status, logical_lines, state_gradients, gates_failed, is_own, framework from marts.ease"
    assert probed.rows(f"{failed} where stack = 'lightning' and workload = 'gpt' and part = 'model'") == [
        ("parity-failed", None, None, 1, False, "pytorch")
    ]
    text = probed.rows("select framework, is_own, lines, text from marts.ease_sources where program = 'lightning'")
    assert text == [("pytorch", False, 2, "a = 1\nb = 2\n")]


def test_a_fault_is_told_by_stack_style_switch_and_filter(probed: World):
    cells = "select style, switch, filtering, outcome, is_counted, is_shipped from marts.debugging"
    where = "where stack = 'keras-jax-jit' and fault = 'wrong_width' order by style, switch, filtering desc"
    assert probed.rows(f"{cells} {where}") == [
        (style, *rest)
        for style in ("sequential", "subclass")
        for rest in [
            ("check", "on", "raised", False, True),
            ("off", "on", "raised", True, True),
            ("off", "off", "raised", False, True),
        ]
    ]
    places = "select can_exist, reason from marts.debugging_faults where fault = 'missing_eval' and framework = 'keras'"
    assert probed.rows(places) == [(False, "compile and fit do it")] * 2


def test_an_export_says_who_could_answer_it(probed: World):
    said = probed.rows(
        "select stack, format, status, has_answer, has_answer_without_framework, has_answer_without_python, "
        "has_answer_at_other_batch, runtimes, answering, artefact_bytes from marts.deployment "
        "where workload = 'mlp' and stack in ('torch', 'keras-torch', 'jax') order by 1, 2"
    )
    assert said == [
        ("jax", "onnx", "exported", None, None, None, None, 0, "", 1000),
        ("jax", "stablehlo", "died", None, None, None, None, 0, "", 1000),
        ("keras-torch", "onnx", "exported", False, False, False, False, 2, "", 1000),
        ("keras-torch", "savedmodel", "failed", None, None, None, None, 0, "", 1000),
        ("torch", "onnx", "exported", True, True, True, True, 2, "onnxruntime, openvino-c++", 1000),
        ("torch", "torch-export", "exported", True, True, False, True, 1, "onnxruntime", 1000),
    ]
    served = probed.rows(
        "select runtime, language, status, is_without_python, p50_s, load_status, load_requests_per_s "
        "from marts.deployment_serving where workload = 'mlp' and stack = 'torch' and format = 'onnx' order by runtime"
    )
    assert served == [
        ("onnxruntime", "python", "answers", False, 1e-4, "ok", 25.0),
        ("openvino-c++", "c++", "answers", True, None, None, None),
    ]


def test_a_latency_of_several_processes_has_an_interval_and_one_of_an_older_file_none(probed: World):
    asked = (
        "select processes, p50_s, p50_low_s, p50_high_s from marts.deployment_serving "
        "where workload = 'mlp' and stack = 'torch' and format = 'onnx' order by runtime"
    )
    reach = math.exp(2.92 * math.log(2) / math.sqrt(3))
    assert probed.rows(asked) == [
        (3, 1e-4, pytest.approx(1e-4 / reach), pytest.approx(1e-4 * reach)),
        (None, None, None, None),
    ]
    units = deployment()
    for told in (one for found in units for one in found if one["kind"] == "deployment_answer"):
        del told["process_p50_s"]
    assert world_of(file(*units)).rows(asked)[0] == (1, 1e-4, None, None)


def test_a_footprint_tells_sizes_imports_needs_and_a_training(probed: World):
    said = probed.rows(
        "select installed_bytes, largest, largest_bytes, processes, import_cold_s, import_warm_s, import_warm_low_s, "
        "import_warm_high_s, modules, resident_added_bytes, requires, requires_frameworks, trains, was_package_absent, "
        "absent_package from marts.footprint where stack = 'keras-jax'"
    )
    times = (pytest.approx(10.5), pytest.approx(1.05), 0.9, 1.3)
    assert said == [(700_000_000, "a", 9, 8, *times, 100, 100, 2, "jax", True, True, "tensorflow")]
    loaders = (
        "select framework, rows_per_s, slowest_rows_per_s, fastest_rows_per_s, epochs from marts.integration_loaders"
    )
    assert probed.rows(f"{loaders} where stack in ('numpy', 'torch') order by stack") == [
        (None, 2000.0, 2000.0, 2000.0, 1),
        ("pytorch", 500.0, 250.0, 1000.0, 3),
    ]


def test_frameworks_are_those_of_the_catalogue():
    world = World(AS_OF, None, [TERMS]).compare({"k3": {"package": ["keras"]}, "tf": {"package": ["tensorflow"]}})
    payload = Payload("probes", "probes", "FILE run/x", LANDED, whole())
    Loader(world.connection).load(Delivery("probes", "test", payload, parse_payload(payload)))
    world.build(*(f"marts.{name}" for name in MARTS), "core.evidence_probes")
    assert world.rows("select distinct framework from core.evidence_probes order by 1") == [("k3",), ("tf",)]
    assert world.rows("select distinct framework from marts.ease order by 1") == [("k3",), ("tf",)]
    backends = "select distinct backend from marts.integration where framework = 'k3' order by 1 nulls first"
    assert world.rows(backends) == [(None,), ("tf",)]
    assert "runs_without_tf.k3" in figures(world)


def advised(world: World, without: str = "") -> dict[str, list[dict[str, Any]]]:
    """What the advice makes of this world's evidence, less that of a data set."""
    cursor = world.connection.execute("select * from marts.evidence")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return decide([row for row in rows if row["dataset"] != without], real_catalog())


def test_claims_get_the_verdict_that_their_rule_gives(probed: World):
    verdicts = {row["claim_id"]: row["verdict"] for row in advised(probed)["claims"]}
    expected = {
        "C00": "contradicted",
        "C03": "contradicted",
        "C05": "supported",
        "C06": "supported",
        "C08": "supported",
        "C09": "mixed",
        "C14": "mixed",
        "C15": "mixed",
        "C21": "mixed",
        "C22": "mixed",
        "C23": "mixed",
        # PyTorch's share lies below 0.8 as a whole, that of Keras does not: one part false, one open.
        "C24": "mixed",
    }
    assert {claim: verdicts[claim] for claim in expected} == expected
    open_still = {claim for claim in ("C07", "C10") if verdicts[claim] == "not enough evidence"}
    assert open_still == set()


def test_what_the_probes_changed_is_told_reader_by_reader_and_factor_by_factor(probed: World):
    world = world_of(whole(), everything=True)
    for suffix, tables in (("", advised(world)), ("_without", advised(world, "probes"))):
        for name in ("factor_standings", "factor_verdicts", "recommendations", "picks"):
            columns = sorted(tables[name][0])
            rows = [[row[column] for column in columns] for row in tables[name]]
            insert_rows(world.connection, f"advice.{name}{suffix}", columns, rows)
    query = next(one for one in models() if one.name == "what_probes_changed").sql
    names = "kind, subject, framework, measured, measured_without, p_best_possible - p_best_possible_without"
    changed = world.rows(f"select {names} from ({query})")
    factors = [row for row in changed if row[0] == "factor" and row[1] in ("ease", "debugging", "graph", "deployment")]
    assert {row[3:5] for row in factors if row[2] == "keras"} == {(1.0, 0.0)}
    assert {row[4] for row in factors} == {0.0}
    readers = [row for row in changed if row[0] == "reader"]
    assert len(readers) == 7 * 4
    assert all(row[3] > row[4] for row in readers)
    # A figure that is taken away raises nobody's chance: with it, fewer can still be best.
    assert all(row[5] <= 1e-9 for row in readers)


def test_every_figure_is_explained_by_its_cells(probed: World):
    for name in figures(probed):
        told = explain(probed.connection, models(), name)
        assert told.file == "sql/core/evidence_probes.sql"
        assert told.rows
    told = explain(probed.connection, models(), "ease/torch/mlp/model/logical_lines")
    assert (told.value, told.table) == (9, "marts.ease")


def test_health_tells_the_newest_run(probed: World):
    told = "select status, newest_period, rows > 100, missing from marts.source_health where dataset = 'probes'"
    assert probed.rows(told) == [("ok", dt.date(2026, 11, 26), True, None)]


def test_every_stack_of_the_runner_is_of_one_way(probed: World):
    """The default way of a framework is one stack a probe, so that no two claim to be it."""
    defaults = probed.rows(
        "select metric, framework from core.probe_cells where is_default "
        "group by metric, framework having count(distinct stack) > 1"
    )
    assert defaults == []
    assert set(DEFAULT) & set(MODES) == {"keras-tensorflow-graph", "torch-eager", "tensorflow-graph", "jax-jit"}
