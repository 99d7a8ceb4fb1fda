"""Timings in the warehouse: runs of known figures through the real models, against arithmetic of this file's own."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean, median, stdev
from typing import Any

import pytest

from advice import decide
from barometer.errors import AuditError
from bench.results import Record, of_kind
from bench.stacks import COMPILED_MODE, MODES, SHIPPED_MODE
from sources.bench_results import TERMS, parse_payload
from sources.protocol import Payload
from tests.bench_runs import Made, as_lines
from tests.sql.world import SQL, World, models, real_catalog
from warehouse.audit import file_audits, model_audits, run_audits
from warehouse.explain import explain
from warehouse.load import Delivery, Loader
from warehouse.models import load_queries

AS_OF = dt.date(2026, 12, 31)
LANDED = dt.datetime(2026, 11, 27)
MARTS = ("runs", "cells", "contrasts", "ladder", "scaling", "break_even", "parity", "environments", "flags")
TIMES = {
    "torch-eager": 0.020,
    "torch-compile": 0.010,
    "keras-torch-eager": 0.030,
    "keras-jax-jit": 0.008,
    "keras-tensorflow-graph": 0.012,
    "keras-tensorflow-xla": 0.011,
    "jax-jit": 0.007,
    "tensorflow-graph": 0.013,
    "tensorflow-xla": 0.011,
    "tensorflow-eager": 0.050,
}
FRAMEWORK = {"torch": "pytorch", "keras": "keras", "jax": "jax", "tensorflow": "tensorflow"}
# The 95 % point of Student's t by degrees of freedom (any table).
T90 = {1: 6.3138, 2: 2.9200, 3: 2.3534, 4: 2.1318}


def give(world: World, content: bytes, at: dt.datetime = LANDED, origin: str = "FILE") -> World:
    """Load a result file as if it had landed at a moment."""
    name = "bundle/x.jsonl.gz" if origin == "bundle" else f"{origin} run/x"
    payload = Payload("bench", "bench", name, at, content)
    Loader(world.connection).load(Delivery("bench", "test", payload, parse_payload(payload)))
    return world


def world_of(*contents: bytes, as_of: dt.date = AS_OF, whole: bool = False) -> World:
    """A world with the files loaded, one second after the other, and built: the timings alone, or everything."""
    world = World(as_of, None, [TERMS])
    for second, content in enumerate(contents):
        give(world, content, LANDED + dt.timedelta(seconds=second))
    return world.build() if whole else built(world)


def built(world: World) -> World:
    """Build what comes from timings alone."""
    return world.build(*(f"marts.benchmark_{name}" for name in MARTS), "core.evidence_benchmarks")


def check(world: World) -> int:
    """Run every audit of what is built; return how many."""
    there = {row[0] for row in world.rows("select schema_name || '.' || table_name from duckdb_tables()")}
    audits = [one for one in load_queries(SQL, "audits") if there.issuperset(one.reads)]
    return run_audits(
        world.connection, [*model_audits(one for one in models() if one.table in there), *file_audits(audits)]
    )


def evidence(world: World, table: str = "core.evidence_benchmarks") -> dict[str, dict[str, Any]]:
    """Figures from the timing runner by `metric.framework`."""
    cursor = world.connection.execute(f"select metric || '.' || framework as id, * from {table}")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["id"]: row for row in rows if row.get("dataset", "bench") == "bench"}


def counts(world: World) -> dict[str, int]:
    """Rows of each mart."""
    return {name: world.rows(f"select count(*) from marts.benchmark_{name}")[0][0] for name in MARTS}


NOTHING = dict.fromkeys(MARTS, 0)


def verdicts(world: World) -> dict[str, str]:
    """The verdict on every claim, from the evidence of this world."""
    cursor = world.connection.execute("select * from marts.evidence")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["claim_id"]: row["verdict"] for row in decide(rows, real_catalog())["claims"]}


@pytest.fixture(scope="module")
def made() -> Made:
    """A run of three workloads, each table filled, one round of each group dropped."""
    return Made(
        TIMES,
        ("mlp", "lstm", "cnn"),
        {"lstm": 5.0},
        forks=4,
        dropped=1,
        divisions=("matched", "as-shipped"),
        ladders=("torch",),
        sizes=(1_000, 10_000),
        loading={"torch-eager": 0.002, "keras-jax-jit": 0.005, "keras-torch-eager": 0.004, "jax-jit": 0.003},
        peak_bytes={"torch-eager": 500_000_000, "torch-compile": 700_000_000},
    )


@pytest.fixture(scope="module")
def timed(made: Made) -> World:
    """That run, built. Read-only by agreement."""
    return world_of(made.content(), whole=True)


def test_without_a_result_everything_is_empty_and_says_so():
    world = World().build()
    assert counts(world) == NOTHING
    assert evidence(world, "marts.evidence") == {}
    health = "select status, rows, missing from marts.source_health where dataset = 'bench'"
    assert world.rows(health) == [("not_configured", 0, "performance and memory")]
    assert check(world) > 700


def test_every_mart_is_filled_and_every_audit_holds(timed: World):
    found = counts(timed)
    assert all(found.values()), found
    # Three workloads, ten stacks in two divisions, two phases.
    assert found["cells"] == 3 * 2 * (10 + 10)
    assert check(timed) > 700


def test_a_run_tells_where_when_and_how_much(timed: World):
    said = timed.rows(
        "select run, run_id, started_on, tier, device, machine, cores, memory_bytes, gpu, origin, ending, sessions, "
        "units_planned, units_done, cells_ok, cells_not_ok, forks, rounds_kept, rounds_dropped, gates_failed, "
        "frameworks, foreign_limit, is_newest, is_chosen from marts.benchmark_runs"
    )
    groups = 6 + 1 + 2
    machine = "Test CPU 1, 2 cores of 4, 8 GiB, Linux"
    rounds = (6 * 2 + 1 + 2) * 4 * 3, 6 * 2 + 1 + 2
    told = (3, groups * 4, 120, 0, groups * 4, *rounds, 0, 4, 0.05, True, True)
    day = dt.date(2026, 11, 20)
    assert said == [
        ("a1a1a1a1", "a1" * 16, day, "standard", "cpu", machine, 2, 8 * 2**30, None, "own", "complete", 1, *told)
    ]


def test_a_cell_has_its_framework_its_figures_and_its_surroundings(timed: World):
    cell = timed.rows(
        "select framework, backend, mode, is_shipped, is_compiled, workload, track, precision, batch, trainable, "
        "status, forks, rounds, rounds_dropped, round(step_s, 3), samples_low < samples_per_s, "
        "samples_high > samples_per_s, peak_bytes, environment, machine, measured_on, origin from "
        "marts.benchmark_cells where run = 'a1a1a1a1' and setting = 'lstm.pinned.fp32.matched' and phase = 'train' "
        "and stack = 'keras-torch-eager'"
    )
    machine = "Test CPU 1, 2 cores of 4, 8 GiB, Linux"
    where = ("keras 1.2.3, torch 1.2.3, Python 3.11.7", machine, dt.date(2026, 11, 20), "own")
    figures = ("ok", 4, 12, 1, 0.15, True, True, 1e9)
    names = ("keras", "pytorch", "eager", True, False, "lstm", "pinned", "fp32", 100, 142602)
    assert cell == [(*names, *figures, *where)]


def test_a_contrast_has_both_sides_and_the_floor_of_the_noise(timed: World):
    pair = timed.rows(
        "select measured_framework, measured_backend, against_framework, against_mode, round(ratio, 1), low < ratio, "
        "verdict, margin >= 1.05, aa_low < aa_high, round(against_s, 2), forks, measured_environment from "
        "marts.benchmark_contrasts where setting = 'mlp.pinned.fp32.matched' and phase = 'train' "
        "and measured = 'keras-torch-eager' and against = 'torch-eager'"
    )
    words = "keras 1.2.3, torch 1.2.3, Python 3.11.7"
    assert pair == [("keras", "pytorch", "pytorch", "eager", 1.5, True, "slower", True, True, 0.02, 4, words)]
    best = "select chosen, measured_framework, measured_backend, verdict from marts.benchmark_contrasts"
    where = "where measured = 'keras-best' and setting = 'mlp.pinned.fp32.matched' and phase = 'train'"
    assert timed.rows(f"{best} {where}") == [("keras-jax-jit", "keras", "jax", "faster")]
    control = timed.rows("select distinct measured, against, kind from marts.benchmark_contrasts where kind = 'A/A'")
    assert control == [("torch-eager", "torch-eager", "A/A")]


def test_ladders_sweeps_break_even_gates_and_versions_stand_by_their_keys(timed: World):
    rungs = timed.rows("select setting, rung, knob, framework, environment from marts.benchmark_ladder order by rung")
    knobs = ("as-shipped", "precision", "layout", "allocator", "compile", "placement", "optimizer")
    assert rungs == [("mlp.pinned.torch", rung, knob, "pytorch", "torch") for rung, knob in enumerate(knobs)]
    sweep = "select value, phase, framework, backend, round(step_s, 3), status from marts.benchmark_scaling"
    found = timed.rows(f"{sweep} where stack = 'keras-torch-eager' order by value")
    assert found == [(size, "load", "keras", "pytorch", 0.004, "ok") for size in (1_000, 10_000)]
    paid = timed.rows(
        "select distinct outcome, cost_s, plain_mode from marts.benchmark_break_even where compiled = 'torch-compile'"
    )
    assert paid == [("after", 2.0, "eager")]
    gates = timed.rows("select gate, passed, checks, framework from marts.benchmark_parity where stack = 'jax-jit'")
    assert sorted(gates) == sorted([("P0", True, 1, "jax"), ("P1", True, 1, "jax")] * 3)
    versions = "select distribution, version, is_framework from marts.benchmark_environments"
    assert timed.rows(f"{versions} where environment = 'keras-jax' order by 1") == [
        ("jax", "1.2.3", True),
        ("keras", "1.2.3", True),
        ("numpy", "2.4.6", False),
    ]


def test_flags_stand_as_asked_beside_what_every_worker_read_back(timed: World):
    told = "select flag, asked, found, workers, workers_otherwise from marts.benchmark_flags"
    cell = timed.rows(
        f"{told} where setting = 'mlp.pinned.fp32.matched' and stack = 'torch-compile' and division = 'matched' "
        "order by flag"
    )
    # Null layouts and optimizer flags have no row; nobody was told how many threads to take.
    assert cell == [
        ("allocator", "kept", "kept", 4, 0),
        ("device", "cpu", "cpu", 4, 0),
        ("jit", "true", "true", 4, 0),
        ("optimizer.learning_rate", None, "0.001", 4, 0),
        ("precision", "fp32", "fp32", 4, 0),
        ("threads", None, "2", 4, 0),
    ]
    # The reference runs twice in every fork, and as shipped no precision is asked for.
    twin = timed.rows(
        f"{told} where setting = 'mlp.pinned.shipped.as-shipped' and stack = 'torch-eager' and flag = 'precision'"
    )
    assert twin == [("precision", None, "fp32", 8, 0)]
    rungs = timed.rows(
        "select rungs.rung, flags.division, flags.found from marts.benchmark_ladder as rungs "
        "inner join marts.benchmark_flags as flags using (run, setting, stack) "
        "where flags.flag = 'jit' and flags.division = 'rung-' || rungs.rung || '-' || rungs.knob order by 1"
    )
    turned = ("as-shipped", "precision", "layout", "allocator", "compile", "placement", "optimizer")
    assert rungs == [(at, f"rung-{at}-{knob}", str(at > 3).lower()) for at, knob in enumerate(turned)]


@pytest.mark.parametrize("fork", [None, "f0002"])
def test_a_worker_that_ran_otherwise_than_asked_fails_the_build(fork: str | None):
    """Whether all of a cell's workers did, or one of them."""
    records = Made(TIMES).records()
    for one in of_kind(records, "fork"):
        if one["stack"] == "jax-jit" and fork in (None, one["fork"]):
            one["resolved"]["jit"] = False
    world = world_of(as_lines(records))
    with pytest.raises(AuditError, match="benchmark_flags__as_asked"):
        check(world)
    otherwise = 3 if fork is None else 1
    rows = world.rows(
        "select found, workers_otherwise from marts.benchmark_flags where stack = 'jax-jit' and flag = 'jit'"
    )
    assert rows == [("false", 0) if otherwise == 3 else ("true", 1)]


def test_a_worker_that_failed_a_gate_is_not_among_those_timed():
    """It was found out and withheld: what it read stands among the gates, and the build goes on."""
    records = Made(TIMES).records()
    for one in of_kind(records, "fork"):
        if (one["stack"], one["fork"]) == ("jax-jit", "f0002"):
            one |= {"status": "parity-failed", "failure": "parity", "reason": "P5-jit"}
            one["resolved"]["jit"] = False
    world = world_of(as_lines(records))
    rows = world.rows("select found, workers from marts.benchmark_flags where stack = 'jax-jit' and flag = 'jit'")
    assert rows == [("true", 2)]
    assert check(world) > 100


@pytest.mark.parametrize(
    ("table", "column", "audit"),
    [
        ("contrasts", "ratio", "benchmark_contrasts__recomputed"),
        ("cells", "step_s", "benchmark_cells__recomputed"),
    ],
)
def test_a_statistic_that_does_not_follow_from_the_blocks_fails_the_build(table: str, column: str, audit: str):
    world = world_of(Made(TIMES).content())
    assert check(world) > 100
    world.connection.execute(f"update marts.benchmark_{table} set {column} = {column} * (1 + 2e-9)")
    with pytest.raises(AuditError, match=audit):
        check(world)


def test_a_block_that_is_not_what_the_statistics_were_made_from_fails_the_build():
    world = give(World(AS_OF, None, [TERMS]), Made(TIMES).content())
    # The middle one of three rounds moves the median, whichever it is, when all are moved.
    world.connection.execute("update raw.bench_blocks set wall_s = wall_s * 1.01 where member = 'jax-jit@matched'")
    with pytest.raises(AuditError, match=r"benchmark_(contrasts|cells)__recomputed"):
        check(built(world))


def logs_of(records: list[Record], purpose: str, phase: str) -> dict[tuple[str, str], dict[str, list[float]]]:
    """(stack, workload) → fork → logarithms of the seconds a step of kept rounds, twins left out."""
    groups = {one["group"]: one for one in of_kind(records, "group") if one["purpose"] == purpose}
    kept = {(one["fork"], one["phase"], one["round"]) for one in of_kind(records, "round") if one["kept"]}
    found: dict[tuple[str, str], dict[str, list[float]]] = {}
    for one in of_kind(records, "block"):
        group = groups.get(one["group"])
        counts = group is not None and group["division"] == "matched" and one["phase"] == phase
        if counts and (one["fork"], phase, one["round"]) in kept and not one["member"].endswith("#twin"):
            stack, value = one["member"].partition("@")[0], math.log(one["wall_s"] / one["steps"])
            found.setdefault((stack, group["workload"]), {}).setdefault(one["fork"], []).append(value)
    return found


def ways(framework: str, stacks: Iterable[str]) -> list[str]:
    """The documented ways of a framework among the stacks."""
    found = []
    for stack in stacks:
        mode = MODES[stack]
        documented = (SHIPPED_MODE[mode.environment], COMPILED_MODE[mode.environment])
        if FRAMEWORK[mode.framework] == framework and mode.mode in documented:
            found.append(stack)
    return found


def expected(cells: dict[str, list[list[float]]]) -> tuple[float, float, float]:
    """Value and ends, from way → the logarithms of its cells' forks: the rule of sql/core/evidence_benchmarks.sql."""
    means, lows, highs = [], [], []
    for of_way in cells.values():
        reach = [T90[len(forks) - 1] * stdev(forks) / math.sqrt(len(forks)) for forks in of_way]
        middle = [fmean(forks) for forks in of_way]
        means.append(fmean(middle))
        lows.append(fmean(m - r for m, r in zip(middle, reach, strict=True)))
        highs.append(fmean(m + r for m, r in zip(middle, reach, strict=True)))
    return math.exp(fmean(means)), math.exp(min(lows)), math.exp(max(highs))


@pytest.mark.parametrize(("metric", "phase"), [("train_speed", "train"), ("inference_speed", "infer")])
@pytest.mark.parametrize("framework", ["keras", "pytorch", "tensorflow", "jax"])
def test_speed_is_the_mean_over_ways_and_workloads(timed: World, made: Made, metric, phase, framework):
    logs = logs_of(made.records(), "cells", phase)
    cells = {
        way: [
            [math.log(100) - median(rounds) for rounds in logs[way, workload].values()] for workload in made.workloads
        ]
        for way in ways(framework, TIMES)
    }
    assert len(cells) == {"keras": 4, "pytorch": 2, "tensorflow": 2, "jax": 1}[framework]
    row = evidence(timed, "marts.evidence")[f"{metric}.{framework}"]
    assert (row["value"], row["low"], row["high"]) == pytest.approx(expected(cells), rel=1e-9)
    assert (row["n"], row["as_of"], row["is_withheld"], row["is_stale"]) == (3, dt.date(2026, 11, 20), False, False)
    assert "run a1a1a1a1 (standard tier, own) of 2026-11-20 on Test CPU 1" in row["note"]
    assert "3 workloads (cnn, lstm, mlp)" in row["note"]
    assert all(way in row["note"] for way in cells)


def test_a_speed_up_is_taken_within_rounds_and_the_recurrent_one_is_its_inverse(timed: World, made: Made):
    pairs = {"pytorch": ("torch-compile", "torch-eager"), "tensorflow": ("tensorflow-graph", "tensorflow-eager")}
    found = evidence(timed)
    for framework, (compiled, eager) in pairs.items():
        both = []
        for phase in ("train", "infer"):
            logs = logs_of(made.records(), "cells", phase)
            for workload in made.workloads:
                one, other = logs[compiled, workload], logs[eager, workload]
                both.append([median(b - a for a, b in zip(one[fork], other[fork], strict=True)) for fork in one])
        row = found[f"compiled_speedup.{framework}"]
        assert (row["value"], row["low"], row["high"]) == pytest.approx(expected({compiled: both}), rel=1e-9)
        recurrent = [[-value for value in forks] for forks in (both[1], both[4])]
        row = found[f"recurrent_dynamic_speedup.{framework}"]
        assert (row["value"], row["low"], row["high"]) == pytest.approx(expected({compiled: recurrent}), rel=1e-9)
        assert row["n"] == 1
    # Neither has a pair of a compiled way with its eager here.
    assert not {"compiled_speedup.jax", "compiled_speedup.keras"} & found.keys()


def test_a_speed_up_takes_every_workload_of_its_own_framework():
    # The runner times some ways on some workloads alone.
    only_mlp = {("lstm", stack): "not-run" for stack in ("tensorflow-eager", "keras-torch-compile")}
    times = {**TIMES, "keras-torch-compile": 0.02}
    found = evidence(world_of(Made(times, ("mlp", "lstm"), failed=only_mlp).content()))
    counted = {row["framework"]: row["n"] for row in found.values() if row["metric"] == "compiled_speedup"}
    assert counted == {"pytorch": 2, "keras": 1, "tensorflow": 1}
    assert "one workload (mlp)" in found["compiled_speedup.keras"]["note"]
    # Neither ways nor frameworks that were not timed there take the workload from the others' speed.
    assert {row["n"] for row in found.values() if row["metric"] == "train_speed"} == {2}


def test_memory_vision_and_data_sets_have_their_figures(timed: World, made: Made):
    found = evidence(timed, "marts.evidence")
    memory = found["peak_memory.pytorch"]
    assert memory["value"] == pytest.approx(math.sqrt(500e6 * 700e6))
    assert (memory["low"], memory["high"]) == pytest.approx((500e6, 700e6))
    logs = logs_of(made.records(), "cells", "train")
    vision = [[[math.log(100) - median(rounds) for rounds in logs["jax-jit", "cnn"].values()]]]
    row = found["vision_train_speed.jax"]
    assert row["value"] == pytest.approx(expected({"jax-jit": vision[0]})[0])
    assert not row["standing"]
    assert found["small_data_speed.pytorch"]["value"] == pytest.approx(100 / 0.002, rel=0.05)
    keras = found["large_data_speed.keras"]
    assert keras["value"] == pytest.approx(100 / math.sqrt(0.005 * 0.004), rel=0.05)
    assert (keras["low"] < 100 / 0.005, keras["high"] > 100 / 0.004) == (True, True)
    # No loader of it was timed.
    assert "small_data_speed.tensorflow" not in found


def test_every_figure_is_explained_and_shows_its_rows(timed: World):
    for evidence_id in evidence(timed):
        told = explain(timed.connection, models(), evidence_id)
        assert told.file == "sql/core/evidence_benchmarks.sql"
        assert told.rows, evidence_id
        assert [origin.dataset for origin in told.sources] == ["bench"]


def test_a_way_that_lacks_a_workload_is_left_out_and_named():
    failed = {("lstm", "keras-torch-eager"): "parity-failed"}
    found = evidence(world_of(Made(TIMES, ("mlp", "lstm"), failed=failed).content()))
    note = found["train_speed.keras"]["note"]
    assert "3 ways to run it (keras-jax-jit, keras-tensorflow-graph, keras-tensorflow-xla)" in note
    assert "left out, since not all of these ran: keras-torch-eager" in note
    assert found["train_speed.keras"]["n"] == 2


def test_a_workload_that_a_framework_lacks_counts_for_nobody():
    found = evidence(world_of(Made(TIMES, ("mlp", "lstm"), failed={("lstm", "jax-jit"): "timeout"}).content()))
    assert {row["n"] for row in found.values() if row["metric"] == "train_speed"} == {1}
    assert "one workload (mlp)" in found["train_speed.pytorch"]["note"]


def test_a_framework_without_one_whole_way_has_no_figure():
    failed = {("lstm", "torch-eager"): "oom", ("mlp", "torch-compile"): "oom"}
    found = evidence(world_of(Made(TIMES, ("mlp", "lstm"), failed=failed).content()))
    assert "train_speed.keras" in found
    assert "train_speed.pytorch" not in found


def test_a_failed_cell_says_why_and_stands_in_no_contrast():
    world = world_of(Made(TIMES, failed={("mlp", "jax-jit"): "parity-failed"}).content())
    rows = world.rows(
        "select distinct status, reason, step_s, forks from marts.benchmark_cells where stack = 'jax-jit'"
    )
    assert rows == [("parity-failed", "as was wanted", None, None)]
    assert world.rows("select * from marts.benchmark_contrasts where measured = 'jax-jit'") == []
    gate = "select gate, value, limit_value, checks_failed from marts.benchmark_parity where not passed"
    assert world.rows(gate) == [("P1", 0.1, 1e-5, 1)]
    assert check(world) > 100


def test_a_run_of_failures_alone_has_cells_and_no_evidence():
    failed = {("mlp", stack): "timeout" for stack in TIMES}
    world = world_of(Made(TIMES, failed=failed).content())
    assert world.rows("select cells_ok, cells_not_ok, is_chosen from marts.benchmark_runs") == [(0, 20, False)]
    assert evidence(world) == {}
    assert check(world) > 100


def test_a_single_fork_has_no_interval_and_decides_nothing():
    world = world_of(Made(TIMES, ("mlp", "lstm"), forks=1).content(), whole=True)
    found = evidence(world, "marts.evidence")
    assert {(row["low"], row["high"], row["is_withheld"]) for row in found.values()} == {(None, None, True)}
    assert all("a single fork has no interval" in row["note"] for row in found.values())
    assert world.rows("select * from marts.comparisons where metric = 'train_speed'") == []
    assert {verdicts(world)[claim] for claim in ("C16", "C17", "C18", "C19")} == {"not enough evidence"}
    assert check(world) > 100


def test_two_forks_have_an_honestly_wide_interval():
    narrow = evidence(world_of(Made(TIMES, forks=5).content()))["train_speed.jax"]
    wide = evidence(world_of(Made(TIMES, forks=2).content()))["train_speed.jax"]
    assert not wide["is_withheld"]
    assert wide["high"] / wide["low"] > narrow["high"] / narrow["low"]


def keras(**times: float) -> dict[str, float]:
    """The usual times with other ones for Keras."""
    return {**TIMES, **{f"keras-{way.replace('_', '-')}": seconds for way, seconds in times.items()}}


SLOW = keras(torch_eager=0.05, torch_compile=0.03, jax_jit=0.04, tensorflow_graph=0.045, tensorflow_xla=0.04)
FAST = keras(torch_eager=0.004, torch_compile=0.005, jax_jit=0.004, tensorflow_graph=0.005, tensorflow_xla=0.005)
BETWEEN = keras(torch_compile=0.02)


@pytest.mark.parametrize(
    ("times", "speed", "compiled"),
    [(SLOW, "supported", "supported"), (FAST, "contradicted", "mixed"), (BETWEEN, "mixed", "supported")],
    ids=["slow", "fast", "between"],
)
def test_claims_follow_the_timings_whichever_way_they_point(times, speed, compiled):
    memory = {stack: 10**9 * (2 if stack.startswith("keras") else 1) for stack in times}
    made = Made(
        times,
        ("mlp", "lstm"),
        sizes=(1_000, 100_000),
        loading={"torch-eager": 0.002, "keras-jax-jit": 0.004},
        peak_bytes=memory,
    )
    found = verdicts(world_of(made.content(), whole=True))
    assert (found["C18"], found["C16"]) == (speed, compiled)
    # Compiled is twice as fast in PyTorch; PyTorch needs half the memory and loads twice as fast, small and large.
    assert (found["C17"], found["C19"], found["C20"]) == ("contradicted", "supported", "mixed")
    # The hub was not asked, so half of it is not known.
    assert found["C36"] == "not enough evidence"


RUNS = {
    "smoke": {"tier": "smoke", "run": "b0" * 16},
    "standard": {"tier": "standard", "run": "b1" * 16},
    "newer": {"tier": "standard", "run": "b2" * 16, "started_at": "2026-11-21T10:00:00+00:00"},
    "one-fork": {"tier": "full", "run": "b4" * 16, "forks": 1},
    "two-forks": {"tier": "full", "run": "b6" * 16, "forks": 2},
    "cut": {"tier": "full", "run": "b7" * 16, "workloads": ("mlp", "cnn", "lstm"), "cut": {"cnn": 2, "lstm": 2}},
    "end-cut": {"tier": "full", "run": "b8" * 16, "workloads": ("mlp", "cnn", "lstm"), "cut": {"lstm": 2}},
    "few": {
        "tier": "full",
        "run": "b5" * 16,
        "started_at": "2026-11-22T10:00:00+00:00",
        "times": {"torch-eager": 0.02, "jax-jit": 0.01},
    },
}


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("smoke", "standard"), "standard"),
        (("newer", "standard", "smoke"), "newer"),
        (("one-fork", "smoke"), "smoke"),
        (("one-fork",), "one-fork"),
        (("two-forks", "smoke"), "smoke"),
        (("two-forks", "one-fork"), "two-forks"),
        (("few", "standard"), "standard"),
        (("cut", "smoke"), "smoke"),
        (("end-cut", "smoke"), "end-cut"),
    ],
)
def test_one_run_is_chosen_and_no_other_is_mixed_in(names, chosen):
    made = {name: Made(**{"times": TIMES, "cpu": f"CPU of {name}", **RUNS[name]}) for name in names}
    world = world_of(*(one.content() for one in made.values()))
    assert world.rows("select run from marts.benchmark_runs where is_chosen") == [(made[chosen].run[:8],)]
    alone = evidence(world_of(made[chosen].content()))
    found = evidence(world)
    assert {key: row["value"] for key, row in found.items()} == {key: row["value"] for key, row in alone.items()}
    assert all(f"run {made[chosen].run[:8]} " in row["note"] for row in found.values())
    assert world.rows("select count(*), count(*) filter (where is_newest) from marts.benchmark_runs") == [
        (len(names), len(names))
    ]
    assert check(world) > 100


def test_a_gpu_has_figures_of_its_own_beside_a_processor():
    slow = Made(TIMES, run="b1" * 16)
    fast = Made({stack: seconds / 8 for stack, seconds in TIMES.items()}, run="b3" * 16, device="cuda")
    world = world_of(slow.content(), fast.content())
    assert check(world) > 100
    assert world.rows("select device from marts.benchmark_runs where is_chosen order by device") == [
        ("cpu",),
        ("cuda",),
    ]
    found = evidence(world)
    who: dict[str, set[str]] = defaultdict(set)
    for row in found.values():
        who[row["metric"]].add(row["framework"])
    for metric in ("train_speed", "inference_speed", "compiled_speedup"):
        assert who[metric]
        assert who[f"{metric}_gpu"] == who[metric]
    ratio = found["train_speed_gpu.pytorch"]["value"] / found["train_speed.pytorch"]["value"]
    assert ratio == pytest.approx(8, rel=0.02)
    notes = {row["note"] for row in found.values() if row["metric"].endswith("_gpu")}
    assert all(f"run {fast.run[:8]} " in note and "its GPU" in note for note in notes)
    # What stands on one core alone has no twin.
    assert not who.keys() & {"small_data_speed_gpu", "vision_train_speed_gpu"}


def test_the_memory_of_a_gpu_is_that_of_later_forks():
    def larger(records: list[Record]) -> bytes:
        for one in of_kind(records, "fork"):
            one["memory"]["peak_bytes"] *= 10 if one["number"] == 0 else 1
        return as_lines(records)

    for device, metric, wanted in (("cuda", "peak_memory_gpu", 1.0), ("cpu", "peak_memory", 10 ** (1 / 3))):
        made = Made(TIMES, device=device)
        found = evidence(world_of(larger(made.records())))[f"{metric}.pytorch"]["value"]
        assert found == pytest.approx(10**9 * wanted)


def test_evidence_rests_on_tf32_where_it_was_timed_and_else_on_single_precision():
    cases = (("cpu", "fp32", "fp32"), ("cuda", "fp32", "fp32"), ("cuda", "tf32", "tf32"), ("cuda", "bf16", "fp32"))
    for device, timed, main in cases:
        world = world_of(Made(TIMES, device=device, precision=timed).content())
        assert world.rows("select main_precision from marts.benchmark_runs") == [(main,)]
        metric = "train_speed_gpu" if device == "cuda" else "train_speed"
        speeds = [row for row in evidence(world).values() if row["metric"] == metric]
        assert bool(speeds) == (timed == main)


def test_newest_is_by_machine_and_origin():
    one, two, other = (
        Made(TIMES, run=run * 16, started_at=f"2026-11-{day}T10:00:00+00:00", cpu=cpu)
        for run, day, cpu in (("c0", "18", "A"), ("c1", "19", "A"), ("c2", "17", "B"))
    )
    world = World(AS_OF, None, [TERMS])
    for number, (made, origin) in enumerate([(one, "FILE"), (two, "FILE"), (other, "FILE")]):
        give(world, made.content(), LANDED + dt.timedelta(seconds=number), origin)
    bundled = Made(TIMES, run="c3" * 16, started_at="2026-11-10T10:00:00+00:00", cpu="A")
    give(world, bundled.content(), LANDED, "bundle")
    rows = built(world).rows("select run, origin, is_newest from marts.benchmark_runs order by run")
    assert rows == [
        ("c0c0c0c0", "own", False),
        ("c1c1c1c1", "own", True),
        ("c2c2c2c2", "own", True),
        ("c3c3c3c3", "bundled", True),
    ]


def states() -> tuple[bytes, bytes]:
    """A run that was stopped after half of its lines, and the same run resumed to its end."""
    records = Made(TIMES, forks=2, run="d0" * 16).records()
    half = next(i for i, one in enumerate(records) if one["kind"] == "unit") + 1
    end = {"kind": "end", "at": "2026-11-20T10:00:30+00:00", "reason": "interrupted", "elapsed_s": 30.0}
    session = {**records[1], "resumed": True}
    cells = of_kind(records, "cell")
    stopped = [*records[:half], *cells, end]
    return as_lines(stopped), as_lines([*stopped, session, *records[half:]])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["grew", "older-copy-later"])
def test_of_a_run_the_fullest_state_counts_whenever_it_came(order):
    contents = states()
    world = world_of(*(contents[place] for place in order))
    rows = world.rows("select ending, sessions, elapsed_s, units_done, forks from marts.benchmark_runs")
    assert rows == [("complete", 2, 90.0, 2, 2)]
    alone = world_of(contents[1])
    cells = "select * from marts.benchmark_cells order by all"
    assert world.rows(cells) == alone.rows(cells)
    assert check(world) > 100


def test_an_older_edition_knows_the_state_of_its_day():
    short, whole = states()
    world = World(dt.date(2026, 11, 27), None, [TERMS])
    give(world, short, dt.datetime(2026, 11, 27, 8))
    give(world, whole, dt.datetime(2026, 11, 28, 8))
    rows = built(world).rows("select ending, sessions from marts.benchmark_runs")
    assert rows == [("interrupted", 1)]
    before = world_of(whole, as_of=dt.date(2026, 11, 26))
    assert before.rows("select * from marts.benchmark_runs") == []


def test_a_killed_run_counts_as_far_as_it_came():
    world = world_of(Made(TIMES, ending=None).content())
    assert world.rows("select ending, elapsed_s from marts.benchmark_runs") == [("killed", None)]
    assert evidence(world)


def test_dummies_reach_no_mart():
    made = Made({"dummy-one": 0.01, "dummy-slow": 0.012}, ("dummy",))
    beside = world_of(made.content(), Made(TIMES, run="e1" * 16).content())
    assert counts(beside) == counts(world_of(Made(TIMES, run="e1" * 16).content()))
    alone = world_of(made.content())
    assert counts(alone) == NOTHING
    assert alone.rows("select count(*) from raw.bench_blocks") != [(0,)]
    assert check(alone) > 100


def test_a_framework_that_is_not_compared_has_no_rows():
    world = World(AS_OF, None, [TERMS]).compare(
        {"keras": {"package": ["keras"]}, "pytorch": {"package": ["torch"]}, "jax": {"package": ["jax"]}}
    )
    built(give(world, Made(TIMES).content()))
    frameworks = {row[0] for row in world.rows("select distinct framework from marts.benchmark_cells")}
    assert frameworks == {"keras", "pytorch", "jax"}
    assert world.rows("select * from marts.benchmark_contrasts where against like 'tensorflow%'") == []
    assert "train_speed.tensorflow" not in evidence(world)


def test_old_timings_are_history():
    world = world_of(Made(TIMES).content(), as_of=dt.date(2028, 6, 1), whole=True)
    assert {row["is_stale"] for row in evidence(world, "marts.evidence").values()} == {True}
    health = "select status, newest_period, missing from marts.source_health where dataset = 'bench'"
    assert world.rows(health) == [
        ("stale", dt.date(2026, 11, 20), "figures after 2026-11-20 of: performance and memory")
    ]


def test_health_counts_the_cells_that_have_figures(timed: World):
    health = timed.rows(
        "select source, status, rows, newest_period, last_status, missing, origin is not null "
        "from marts.source_health where dataset = 'bench'"
    )
    assert health == [("bench", "ok", 120, dt.date(2026, 11, 20), "ok", None, True)]


@pytest.mark.parametrize("name", ["how_much_slower", "what_was_not_timed"])
def test_saved_questions_about_speed_answer(name):
    world = world_of(Made(TIMES, failed={("mlp", "jax-jit"): "timeout"}).content())
    query = next(one for one in load_queries(SQL, "queries") if one.name == name)
    assert world.rows(query.sql)


def test_runs_in_pairs_keep_their_groups_apart():
    """A small GPU holds two stacks at a time: one group a pair, the reference in each."""
    records = Made({"torch-eager": 0.02, "jax-jit": 0.01}).records()
    other = Made({"torch-eager": 0.02, "keras-jax-jit": 0.03}, seed=8).records()
    found = []
    for number, part in enumerate((records, other), 1):
        for one in part:
            if one["kind"] in ("run", "session", "end") and number == 2:
                continue
            if "group" in one:
                one = {**one, "group": f"{one['group']}/pair={number}"}
            if one["kind"] == "group":
                one |= {"value": number, "knob": "pair"}
            if one.get("fork"):
                one = {**one, "fork": f"{one['fork']}-{number}"}
            found.append(one)
    ends = [one for one in found if one["kind"] == "end"]
    world = world_of(as_lines([*(one for one in found if one["kind"] != "end"), *ends]))
    settings = world.rows("select distinct setting from marts.benchmark_cells order by 1")
    assert settings == [("mlp.pinned.fp32.matched.1",), ("mlp.pinned.fp32.matched.2",)]
    assert evidence(world)["train_speed.pytorch"]["value"] == pytest.approx(100 / 0.02, rel=0.05)
    assert check(world) > 100
