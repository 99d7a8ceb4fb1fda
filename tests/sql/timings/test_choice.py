"""Which runs and which states of them count: forks, frameworks, tiers, days, devices."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest

from bench.results import Record, of_kind
from sources.bench_results import TERMS
from tests.bench_runs import Made, as_lines
from tests.sql.timings.support import AS_OF, LANDED, NOTHING, TIMES, built, check, counts, evidence, give, world_of
from tests.sql.world import World

RUNS = {
    "smoke": {"tier": "smoke", "run": "b0" * 16},
    "standard": {"tier": "standard", "run": "b1" * 16},
    "newer": {"tier": "standard", "run": "b2" * 16, "started_at": "2026-11-21T10:00:00+00:00"},
    "broad": {"tier": "standard", "run": "b9" * 16, "workloads": ("mlp", "cnn")},
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
        (("broad", "newer"), "broad"),
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


def test_how_much_the_machine_slowed_is_by_all_stacks_together():
    """A fork in which everybody is slower counts; a stack that is slower by itself, or a fork without others, not."""

    def slowed(made: Made, by: float, stack: str | None = None) -> bytes:
        records = made.records()
        late = {one["fork"] for one in of_kind(records, "unit") if one["number"] == 2}
        for one in of_kind(records, "block"):
            one["wall_s"] *= by if one["fork"] in late and (stack is None or one["member"].startswith(stack)) else 1
        return as_lines(records)

    for by, stack, wanted in ((1.4, None, 1.4), (1.0, None, 1.0), (3.0, "torch-eager@", 1.0)):
        world = world_of(slowed(Made(TIMES, forks=4), by, stack))
        ((spread,),) = world.rows("select pace_spread from marts.benchmark_runs")
        assert spread == pytest.approx(wanted, rel=0.03)
        assert check(world) > 100
    alone = world_of(Made(TIMES, forks=1).content())
    assert alone.rows("select pace_spread from marts.benchmark_runs") == [(None,)]


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
