"""The probes in the warehouse: runs of known figures through the real models, against arithmetic of this file's own."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

import pytest

from advice import decide
from bench.results import Record
from bench.stacks import MODES
from sources.bench_results import parse_payload
from sources.probe_results import TERMS
from sources.protocol import Payload
from tests.probe_runs import (
    EXPORTS,
    FAULTS,
    FORMS,
    IMPORTS,
    LINES,
    OBJECTS,
    OUTCOMES,
    PROBES,
    PROGRAMS,
    WEIGHTS,
    deployment,
    ease,
    file,
    integration,
    record,
    stack,
    unit,
    whole,
)
from tests.sql.world import SQL, World, models, real_catalog
from warehouse.audit import file_audits, model_audits, run_audits
from warehouse.explain import explain
from warehouse.load import Delivery, Loader, insert_rows
from warehouse.models import load_queries

AS_OF = dt.date(2026, 12, 31)
LANDED = dt.datetime(2026, 11, 27)
MARTS = (
    *("probe_runs", "ease", "ease_changes", "ease_sources", "debugging", "debugging_faults", "debugging_aids"),
    *("control_flow", "deployment", "deployment_serving", "integration", "integration_loaders", "footprint"),
)
FRAMEWORK = {"torch": "pytorch", "keras": "keras", "jax": "jax", "tensorflow": "tensorflow"}
DEFAULT = {"keras-tensorflow", "keras-tensorflow-graph", "torch", "torch-eager", "tensorflow", "tensorflow-graph"}
DEFAULT |= {"jax", "jax-jit", "jax-flax"}
# The 95 % points of the normal and of Student's t with three degrees of freedom (any table).
Z, T3 = 1.6448536, 2.3534

Ends = tuple[float, float, float]


def world_of(*contents: bytes, as_of: dt.date = AS_OF, everything: bool = False) -> World:
    """A world with the files loaded, one second after the other, and built: what comes of probes, or everything."""
    world = World(as_of, None, [TERMS])
    for second, content in enumerate(contents):
        at = LANDED + dt.timedelta(seconds=second)
        payload = Payload("probes", "probes", f"FILE run/{content[:200].hex()[-8:]}", at, content)
        Loader(world.connection).load(Delivery("probes", "test", payload, parse_payload(payload)))
    return world.build() if everything else world.build(*(f"marts.{name}" for name in MARTS), "core.evidence_probes")


def check(world: World) -> int:
    """Run every audit of what is built; return how many."""
    there = {row[0] for row in world.rows("select schema_name || '.' || table_name from duckdb_tables()")}
    audits = [one for one in load_queries(SQL, "audits") if there.issuperset(one.reads)]
    known = [one for one in models() if one.table in there]
    return run_audits(world.connection, [*model_audits(known), *file_audits(audits)])


def figures(world: World, table: str = "core.evidence_probes") -> dict[str, tuple[Any, ...]]:
    """(value, low, high, n) by `metric.framework`."""
    return {
        row[0]: row[1:] for row in world.rows(f"select metric || '.' || framework, value, low, high, n from {table}")
    }


def note(world: World, name: str) -> str:
    metric, framework = name.split(".")
    where = f"metric = '{metric}' and framework = '{framework}'"
    return str(world.rows(f"select note from core.evidence_probes where {where}")[0][0])


def wilson(hits: float, n: int) -> Ends:
    """Share, low and high by the formula of any textbook."""
    share, square = hits / n, Z * Z
    middle = (hits + square / 2) / (n + square)
    reach = Z / (n + square) * math.sqrt(hits * (n - hits) / n + square / 4)
    return share, max(middle - reach, 0.0), min(middle + reach, 1.0)


def span(ways: Mapping[str, Ends]) -> Ends:
    """The default way's figure, the mean where it has none, between the lowest and the highest end of all."""
    values = [way[0] for name, way in ways.items() if name in DEFAULT] or [fmean(way[0] for way in ways.values())]
    return values[0], min(way[1] for way in ways.values()), max(way[2] for way in ways.values())


def by_framework(ways: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Ways by the catalogue's framework: that with which the name begins."""
    found: dict[str, dict[str, Any]] = {}
    for name, way in ways.items():
        found.setdefault(FRAMEWORK[name.split("-")[0]], {})[name] = way
    return found


def shares(cells: Mapping[str, Iterable[float | None]]) -> dict[str, Ends]:
    """A figure a framework, from the cells of each way; None is no cell."""
    counted = {name: [one for one in values if one is not None] for name, values in cells.items()}
    ways = by_framework({name: wilson(sum(values), len(values)) for name, values in counted.items() if values})
    return {framework: span(found) for framework, found in ways.items()}


def paired(lines: Mapping[str, Sequence[float]]) -> dict[str, Ends]:
    """Cousineau's interval with Morey's correction, by framework: every row has the same cells."""
    logs = {name: [math.log(value) for value in values] for name, values in lines.items()}
    means = [fmean(values) for values in zip(*logs.values(), strict=True)]
    found = {}
    for name, values in logs.items():
        own = [
            (value - mean) * math.sqrt(len(logs) / (len(logs) - 1)) for value, mean in zip(values, means, strict=True)
        ]
        reach = T3 * stdev(own) / math.sqrt(len(own))
        found[name] = tuple(math.exp(fmean(values) + sign * reach) for sign in (0, -1, 1))
    return {FRAMEWORK[name]: ends for name, ends in found.items()}


def signalled(outcomes: Mapping[str, tuple[str | None, ...]], *told: str) -> dict[str, list[float | None]]:
    """A fault's mean over its styles: the first as given, the second raised; handled ones count in neither."""
    found: dict[str, list[float | None]] = {}
    for name, became in outcomes.items():
        pairs = [[one for one in (first, "raised") if one != "handled"] for first in became]
        found[name] = [
            None if first is None else fmean(one in told for one in pair)
            for first, pair in zip(became, pairs, strict=True)
        ]
    return found


@pytest.fixture(scope="module")
def probed() -> World:
    """All six probes, built with everything else. Read-only by agreement."""
    return world_of(whole(), everything=True)


def test_without_a_file_everything_is_empty_and_says_so():
    world = World().build()
    assert {name: world.rows(f"select count(*) from marts.{name}")[0][0] for name in MARTS} == dict.fromkeys(MARTS, 0)
    assert figures(world) == {}
    told = world.rows("select status, rows, missing from marts.source_health where dataset = 'probes'")
    lost = "ease of use, debugging, graph or eager, deployment, integration"
    assert told == [("not_configured", 0, lost)]


def test_every_mart_is_filled_and_every_audit_holds(probed: World):
    counts = {name: probed.rows(f"select count(*) from marts.{name}")[0][0] for name in MARTS}
    assert counts == {
        "probe_runs": len(PROBES),
        "ease": len(PROGRAMS) * 4 * 3,
        "ease_changes": len(PROGRAMS) * 2,
        "ease_sources": len(LINES),
        "debugging": sum(2 * (1 + 2 * len(FAULTS)) + _bare(name, outcomes) for name, outcomes in OUTCOMES.items()),
        "debugging_faults": 6 * 4 * 2,
        "debugging_aids": len(OUTCOMES),
        "control_flow": len(FORMS) * 3 * 2 * 2,
        "deployment": len(EXPORTS) * 2 * 2,
        "deployment_serving": len(EXPORTS) * 2 * 2 * 2,
        "integration": len(OBJECTS) * 5,
        "integration_loaders": len(OBJECTS) + 1,
        "footprint": len(WEIGHTS),
    }
    assert check(probed) > 800


def _bare(name: str, outcomes: tuple[str | None, ...]) -> int:
    """Cells without traceback filters: raised ones of a stack that has any."""
    if name.startswith("torch"):
        return 0
    return sum((one == "raised") + (one is not None) for one in outcomes)


SHARES: dict[str, dict[str, Ends]] = {
    "faults_signalled": shares(signalled(OUTCOMES, "raised", "warned")),
    "faults_silent": shares(signalled(OUTCOMES, "silent")),
    "control_flow_runs": shares(
        {name: [one == "runs-right" for one in outcomes for _ in (1, 2)] for name, outcomes in FORMS.items()}
    ),
    "integration_accepts": shares(
        {name: [None if one == "not-run" else one == "accepted" for one in found] for name, found in OBJECTS.items()}
    ),
    "integration_accepts_named": shares(
        {name: [found[at] == "accepted" for at in (0, 1, 4)] for name, found in OBJECTS.items()}
    ),
    # One artefact in four cannot be put to anything without an interpreter, and one format never came out.
    "export_formats": {
        "keras": span({"keras-tensorflow": wilson(4, 4), "keras-torch": wilson(0, 4)}),
        "pytorch": wilson(4, 4),
        "tensorflow": wilson(2, 2),
        "jax": wilson(0, 2),
    },
    "export_onnx": {
        "keras": span({"keras-tensorflow": wilson(2, 2), "keras-torch": wilson(0, 2)}),
        "pytorch": wilson(2, 2),
    },
    "export_savedmodel": {
        "keras": span({"keras-tensorflow": wilson(2, 2), "keras-torch": wilson(0, 2)}),
        "tensorflow": wilson(2, 2),
    },
    "export_without_python": {
        "keras": span({"keras-tensorflow": wilson(2, 2), "keras-torch": wilson(0, 2)}),
        "pytorch": wilson(2, 4),
        "tensorflow": wilson(2, 2),
    },
}


@pytest.mark.parametrize("metric", SHARES)
def test_a_share_is_counted_over_its_cells_and_spans_the_ways(probed: World, metric: str):
    found = {name.split(".")[1]: ends[:3] for name, ends in figures(probed).items() if name.startswith(f"{metric}.")}
    assert found == {framework: pytest.approx(ends, abs=1e-7) for framework, ends in SHARES[metric].items()}


def test_the_faulty_line_counts_over_signals_alone(probed: World):
    found = figures(probed)
    # Both styles of every fault that is signalled in one of them; one of these shows its line.
    assert found["faults_located.pytorch"] == (*map(pytest.approx, wilson(1, 5)), 5)
    assert found["faults_located.keras"] == (*map(pytest.approx, wilson(1, 4)), 4)
    # Where no layer is at fault, none can be named.
    assert found["message_names_layer.pytorch"] == (*map(pytest.approx, wilson(1, 1)), 1)


@pytest.mark.parametrize(("metric", "times", "more"), [("lines_to_define", 1, 0), ("lines_to_train", 2, 1)])
def test_lines_are_compared_workload_by_workload(probed: World, metric: str, times: int, more: int):
    own = {name: [times * one + more for one in lines] for name, lines in LINES.items() if name != "lightning"}
    for framework, ends in paired(own).items():
        assert figures(probed)[f"{metric}.{framework}"] == (*map(pytest.approx, ends), 4)
    assert "lightning" not in note(probed, f"{metric}.pytorch")
    assert "4 workloads (cnn, gpt, lstm, mlp) in torch" in note(probed, f"{metric}.pytorch")


def test_a_change_counts_in_a_way_that_has_them_all(probed: World):
    value, low, high, n = figures(probed)["change_cost.keras"]
    assert (value, n) == (pytest.approx(math.sqrt(4 * 6)), 2)
    assert low < value < high
    assert "in keras-tensorflow;" in note(probed, "change_cost.keras")
    assert "keras-jax" not in note(probed, "change_cost.keras")


def test_counts_bytes_and_seconds(probed: World):
    found = figures(probed)
    # What only a GPU shows is no place to put a fault in.
    assert found["fault_places.keras"] == (4.0, None, None, 5)
    assert found["fault_places.pytorch"] == (5.0, None, None, 5)
    assert found["installed_bytes.pytorch"] == (0.9e9, None, None, 1)
    assert found["installed_bytes.keras"] == (2.0e9, 0.7e9, 2.0e9, 1)
    logs = [math.log(one) for one in IMPORTS]
    reach = T3 * stdev(logs) / 2
    ends = [math.exp(fmean(logs) + sign * reach) for sign in (0, -1, 1)]
    assert found["import_seconds.jax"] == (*map(pytest.approx, ends), 4)
    # Two workloads, the second twice as slow: in microseconds.
    assert found["export_latency.pytorch"][0] == pytest.approx(100 * math.sqrt(2))


def test_a_package_is_needed_only_where_nothing_runs_without_it(probed: World):
    assert figures(probed)["runs_without_tensorflow.keras"] == (1.0, None, None, 1)
    fails = record("footprint_training", **stack("keras-jax"), status="fails", tensorflow_found=False)
    world = world_of(file(unit("footprint", "training/keras-jax", fails)))
    assert figures(world) == {"runs_without_tensorflow.keras": (0.0, None, None, 1)}
    there = record("footprint_training", **stack("keras-tensorflow"), tensorflow_found=True)
    assert figures(world_of(file(unit("footprint", "training/keras-tensorflow", there)))) == {}


def test_a_stranger_is_read_where_it_is_installed_and_an_index_goes_before(probed: World):
    told = "select value, dataset, source, note from marts.evidence where evidence_id = 'names_deep_learning.fastapi'"
    [(value, dataset, source, words)] = probed.rows(told)
    assert (value, dataset, source) == (0.0, "probes", "The probes")
    where = "the summary, keywords and classifiers of fastapi 0.1 as it was found installed"
    assert words == f"read in {where}: no sampling error"
    world = World(AS_OF, None, [TERMS]).give(
        "package_facts", "project version summary classifiers", [("fastapi", "9.9", "a neural network", [])]
    )
    payload = Payload("probes", "probes", "FILE run/x", LANDED, whole("footprint"))
    Loader(world.connection).load(Delivery("probes", "test", payload, parse_payload(payload)))
    world.build("core.evidence_packages")
    told = "select value, population from core.evidence_packages where framework = 'fastapi'"
    assert world.rows(told) == [(1.0, None)]


# ---------------------------------------------------------------- marts
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


# ---------------------------------------------------------------- what does not count, and which run does
def test_a_way_that_lacks_a_workload_is_left_out_and_a_workload_that_a_framework_lacks():
    units = ease()
    for one in units:
        for place, row in enumerate(one):
            is_short = row.get("stack") in ("torch", "keras-jax") and row.get("workload") == "gpt"
            if row["kind"] == "ease_program" and is_short:
                one[place] = row | {"status": "raised", "logical_lines": None}
    world = world_of(file(*units))
    # PyTorch has no gpt: nobody's counts. Keras' way on JAX has the three that are left.
    assert figures(world)["lines_to_define.keras"][0] == pytest.approx((4 * 6 * 5) ** (1 / 3))
    assert "3 workloads (cnn, lstm, mlp)" in note(world, "lines_to_define.keras")
    only_keras = [
        [
            row | {"status": "raised", "logical_lines": None} if _is(row, "keras-tensorflow", "cnn") else row
            for row in one
        ]
        for one in ease()
    ]
    world = world_of(file(*only_keras))
    # The default way lacks one: the others stand for Keras, and the note says which.
    assert figures(world)["lines_to_define.keras"][0] == pytest.approx((4 * 6 * 5 * 12) ** (1 / 4))
    assert "in keras-jax, keras-torch" in note(world, "lines_to_define.keras")


def _is(row: Record, name: str, workload: str) -> bool:
    return row["kind"] == "ease_program" and (row["stack"], row["workload"]) == (name, workload)


def test_one_workload_has_no_interval_and_decides_nothing():
    units = [[row for row in one if row.get("workload", "mlp") == "mlp"] for one in ease()]
    world = world_of(file(*units), everything=True)
    told = "select value, low, high, is_withheld, note from marts.evidence where evidence_id = 'lines_to_define.keras'"
    [(value, low, high, is_withheld, words)] = world.rows(told)
    assert (value, low, high, is_withheld) == (pytest.approx(4.0), None, None, True)
    assert "has no interval" in words
    assert check(world) > 800


def test_the_small_form_is_shown_and_counts_for_nothing():
    world = world_of(whole(quick=True))
    assert world.rows("select count(*) > 0 from marts.ease") == [(True,)]
    assert figures(world) == {}


def chosen(*contents: bytes) -> dict[str, str]:
    """Probe → short id of the run that its marts show."""
    found = world_of(*contents).rows("select probe, run from marts.probe_runs where is_chosen")
    return {probe: run[:4] for probe, run in found}


@pytest.mark.parametrize("turned", [False, True], ids=["as given", "turned"])
def test_one_run_a_probe_is_chosen(turned: bool):
    late = "2026-11-27T09:00:00+00:00"
    old, quick = whole("ease", "integration", run="a0" * 16), whole(run="b0" * 16, quick=True, started_at=late)
    narrow = whole("integration", run="c0" * 16, options={"stacks": ["torch"], "workloads": []}, started_at=late)
    fewer = file(*integration()[:3], run="d0" * 16, started_at=late)
    newer = whole("ease", run="e0" * 16, started_at=late)
    files = [old, quick, narrow, fewer, newer]
    found = chosen(*(reversed(files) if turned else files))
    others = dict.fromkeys(("debugging", "control_flow", "deployment", "footprint"), "b0b0")
    assert found == {"ease": "e0e0", "integration": "a0a0", **others}


def test_a_run_that_went_on_takes_the_place_of_its_shorter_state():
    units = integration()
    short, long = file(*units[:4], ending=""), file(*units)
    for files in ([short, long], [long, short]):
        world = world_of(*files)
        assert world.rows("select ending, units from marts.probe_runs") == [("complete", len(units))]
        assert world.rows("select count(*) from marts.integration") == [(len(OBJECTS) * 5,)]
    assert world_of(short).rows("select ending, units from marts.probe_runs") == [("killed", 4)]


def test_on_an_earlier_day_nothing_is_known():
    world = world_of(whole(), as_of=dt.date(2026, 11, 26))
    assert figures(world) == {}
    assert world.rows("select count(*) from marts.probe_runs") == [(0,)]


def test_units_that_failed_leave_rows_with_a_status_and_no_figure():
    silent = [row | {"status": "not-run", "message": "no environment"} for row in integration()[0][1:]]
    head = unit("integration", "matrix/keras-tensorflow", *silent, how="not-run")
    world = world_of(file(head))
    assert world.rows("select distinct status, message from marts.integration") == [("not-run", "no environment")]
    told = "select units, units_answered, units_failed, units_not_run, frameworks from marts.probe_runs"
    assert world.rows(told) == [(1, 0, 0, 1, 0)]
    assert figures(world) == {}


def test_an_artefact_that_nobody_could_be_asked_about_is_no_failure():
    units = [one for one in deployment() if "/jax" in one[0]["unit"]]
    # The export of one format died; of the other there is an artefact, and no runtime is here.
    world = world_of(file(*units))
    assert figures(world)["export_formats.jax"][3] == 2
    assert "export_onnx.jax" not in figures(world)
    assert "export_without_python.jax" not in figures(world)


# ---------------------------------------------------------------- claims, advice, explaining
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
