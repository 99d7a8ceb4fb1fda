"""The marts of the timing runner: what a row tells, and what fails the build."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from barometer.errors import AuditError
from bench.results import of_kind
from sources.bench_results import TERMS
from tests.bench_runs import Made, as_lines
from tests.sql.timings.support import AS_OF, NOTHING, TIMES, built, check, counts, evidence, give, world_of
from tests.sql.world import SQL, World
from warehouse.models import load_queries


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


def test_machines_that_contradict_each_other_are_named():
    here = Made({"torch-eager": 0.02, "jax-jit": 0.01, "keras-jax-jit": 0.03}, run="d1" * 16, cpu="A")
    there = Made({"torch-eager": 0.02, "jax-jit": 0.04, "keras-jax-jit": 0.03}, run="d2" * 16, cpu="B")
    query = next(one for one in load_queries(SQL, "queries") if one.name == "where_machines_disagree")
    columns = (
        "measured, against, phase, round(ratio, 1), round(ratio_there, 1), faster_on like '%A%', slower_on like '%B%'"
    )
    rows = world_of(here.content(), there.content()).rows(f"select distinct {columns} from ({query.sql})")
    # Keras on JAX is slower than PyTorch on both, and held to JAX itself it is slower on one and faster on the other.
    faster = ("jax-jit", "torch-eager", 0.5, 2.0, True, True)
    assert {(one, two, *rest) for one, two, _, *rest in rows if one == "jax-jit"} == {faster}
    assert {one for one, two, *_ in rows if two == "torch-eager"} == {"jax-jit"}
    assert not world_of(here.content()).rows(query.sql)
    fed = replace(there, batch=2 * there.batch)
    assert not world_of(here.content(), fed.content()).rows(query.sql)


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
