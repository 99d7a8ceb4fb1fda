"""Evidence of the timing runner, against arithmetic of this file: speeds, speed-ups, memory, ways left out, claims."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from statistics import fmean, median, stdev

import pytest

from advice import decide
from bench.results import Record, of_kind
from bench.stacks import COMPILED_MODE, MODES, SHIPPED_MODE
from tests.bench_runs import Made
from tests.sql.timings.support import TIMES, check, evidence, world_of
from tests.sql.world import World, models, real_catalog
from warehouse.explain import explain

FRAMEWORK = {"torch": "pytorch", "keras": "keras", "jax": "jax", "tensorflow": "tensorflow"}
# The 95 % point of Student's t by degrees of freedom (any table).
T90 = {1: 6.3138, 2: 2.9200, 3: 2.3534, 4: 2.1318}


def verdicts(world: World) -> dict[str, str]:
    """The verdict on every claim, from the evidence of this world."""
    cursor = world.connection.execute("select * from marts.evidence")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["claim_id"]: row["verdict"] for row in decide(rows, real_catalog())["claims"]}


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
