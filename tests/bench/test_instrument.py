"""The instrument measures what is known: ratios of 1.00 and 1.20, contention, and nothing where nothing is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench import pressure
from bench.pressure import Rule
from bench.spec import NOT_RUN, OK
from bench.tiers import TIERS
from tests.bench.dummies import STACKS, kinds, options, read, run_dummies
from tests.support import ROOT

BURN = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nprint(flush=True)\nwhile True: pass"


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """Four forks of the dummies of known speed."""
    out = tmp_path_factory.mktemp("known") / "run.jsonl"
    asked = options(stacks=("dummy-one", "dummy-slow"), forks=4, rounds=5, block_s=0.03)
    assert run_dummies(out, asked) == "complete"
    return read(out)


def test_known_ratios_are_recovered(known):
    """1.20 between the stacks, 1.00 between a stack and its twin; 1 % is the clock's and the request's own share."""
    rows = {row["kind"]: row for row in known[1].contrasts}
    assert rows["contrast"]["low"] * 0.99 <= 1.2 <= rows["contrast"]["high"] * 1.01
    assert 1.15 < rows["contrast"]["ratio"] < 1.25
    assert rows["contrast"]["verdict"] == "slower"
    assert rows["A/A"]["low"] * 0.99 <= 1.0 <= rows["A/A"]["high"] * 1.01
    assert rows["A/A"]["verdict"] == "indistinguishable"
    assert rows["contrast"]["forks"] == 4
    assert rows["contrast"]["method"] == "t"


def test_absolute_times_stand_beside_the_ratio(known):
    """A sleep ends late where other tests share the cores, never early."""
    row = next(row for row in known[1].contrasts if row["kind"] == "contrast")
    assert 0.0006 <= row["measured_s"] < 0.0009
    assert 0.0005 <= row["against_s"] < 0.00075


def test_what_a_worker_does_besides_the_block_is_no_part_of_its_surroundings(tmp_path):
    """Looking through a large heap for garbage takes as long as a block, and would count as a neighbour's work."""
    out = tmp_path / "run.jsonl"
    heaps = {"dummy-one": {"BENCH_DUMMY_HEAP": "400000"}}
    assert run_dummies(out, options(stacks=("dummy-one",)), variables=heaps) == "complete"
    blocks = kinds(read(out)[0], "block")
    assert blocks
    assert min(one["surroundings"]["seconds"] - one["wall_s"] for one in blocks) < 0.02


def test_the_first_fork_starts_cold_and_the_others_warm(known):
    records, found = known
    assert {(one["number"], one["cold"]) for one in kinds(records, "fork")} == {
        (0, True),
        (1, False),
        (2, False),
        (3, False),
    }
    assert all(cell["first_step_cold_s"] and cell["first_step_warm_s"] for cell in found.cells)


def test_every_fork_is_a_fresh_process_and_says_what_was_in_force(known):
    records, found = known
    forks = kinds(records, "fork")
    assert len(forks) == 4 * 3
    assert all(one["resolved"]["optimizer"]["epsilon"] == 1e-12 for one in forks)
    assert {one["resolved"]["allocator"] for one in forks} <= {"kept", None}
    assert all(one["memory"]["method"] == "ru_maxrss" for one in forks)
    assert len({one["environment_id"] for one in forks}) == 1
    assert "numpy" in kinds(records, "environment")[0]["distributions"]
    assert all(cell["peak_bytes"] > 1e6 and 0 < cell["ceiling_fraction"] < 1 for cell in found.cells)


def test_the_matrices_of_the_ceiling_are_in_no_peak_of_memory(tmp_path: Path):
    """One member takes the products, 38 MB of matrices; its peak is no higher than its neighbours'.

    Run from a small process: until it is larger itself, a worker's high water is that of the process it came from.
    """
    out = tmp_path / "run.jsonl"
    asked = "run_dummies(Path(sys.argv[1]), options(gemm_cpu=1792))"
    words = f"import sys; from pathlib import Path; from tests.bench.dummies import options, run_dummies; {asked}"
    subprocess.run([sys.executable, "-c", words, str(out)], cwd=ROOT, check=True, capture_output=True, timeout=120)
    records, _ = read(out)
    peaks = {one["member"]: one["memory"]["peak_bytes"] for one in kinds(records, "fork")}
    taken = {one["member"] for one in kinds(records, "gemm")}
    assert taken
    assert taken < peaks.keys()
    assert max(peaks.values()) - min(peaks.values()) < 15e6


def test_first_steps_are_taken_alone_in_the_forks_that_show_them(known):
    """The first fork's are cold, the second's warm; later forks take theirs side by side, and keep no duration."""
    number = {one["fork"]: one["number"] for one in kinds(known[0], "fork")}
    for one in kinds(known[0], "phase"):
        assert one["cold"] is (number[one["fork"]] == 0)
        assert (one["first_step_s"] is not None) is (number[one["fork"]] < 2)
    assert {number[one["fork"]] for one in kinds(known[0], "phase")} == {0, 1, 2, 3}
    assert all(cell["first_step_cold_s"] > 0 and cell["first_step_warm_s"] > 0 for cell in known[1].cells)


def test_every_phase_compiles_in_its_first_step(tmp_path: Path):
    """A program's output is compiled as inference is: asked for first, it would leave that a warm cache."""
    out = tmp_path / "run.jsonl"
    stacks = ("dummy-one", "dummy-slow")
    asked = replace(options(stacks=stacks, forks=2), phases=("train", "infer"))
    run_dummies(out, asked, variables={stack: {"BENCH_DUMMY_COMPILE": "0.3"} for stack in stacks})
    _, found = read(out)
    assert {cell["phase"] for cell in found.cells} == {"train", "infer"}
    for cell in found.cells:
        assert cell["first_step_cold_s"] > 0.3 > cell["first_step_warm_s"]


def test_long_blocks_get_few_rounds(tmp_path: Path):
    """The fewest, however slow the machine; how many others get is held where nothing keeps the pace."""
    out = tmp_path / "run.jsonl"
    slow = {"dummy-one": {"BENCH_DUMMY_STEP": "0.09"}}
    run_dummies(out, options(stacks=("dummy-one",), rounds=12, block_s=0.021), variables=slow)
    records = read(out)[0]
    assert len(kinds(records, "round")) == 5
    assert {one["steps"] for one in kinds(records, "block")} == {1}


def test_what_was_stopped_settles_before_a_block_unless_a_step_is_much_longer(tmp_path: Path):
    """It dies at its twelfth block, so the rounds that it is in show how many blocks a round takes it.

    A busy machine may stretch the shorter step fourfold before it counts as much longer.
    """
    rounds = {}
    for step in ("0.02", "0.12"):
        out = tmp_path / f"{step}.jsonl"
        dying = {"BENCH_DUMMY_STEP": step, "BENCH_DUMMY_FAULT": "die", "BENCH_DUMMY_AFTER": "11"}
        asked = options(stacks=("dummy-odd",), rounds=40, block_s=0.08, settle_s=0.004)
        run_dummies(out, asked, variables={"dummy-odd": dying})
        rounds[step] = len(kinds(read(out)[0], "round"))
    assert rounds["0.12"] >= 4
    assert rounds["0.02"] == rounds["0.12"] // 2


def test_members_take_every_place_of_a_round(known):
    places = {}
    for block in kinds(known[0], "block"):
        places.setdefault(block["member"], set()).add(block["place"])
    assert all(taken == {0, 1, 2} for taken in places.values())


@pytest.mark.parametrize("block_s", [0.1, TIERS["standard"].block_s])
def test_injected_contention_is_flagged_and_its_rounds_dropped(tmp_path: Path, block_s: float):
    # One that shares its core with one other may have it for most of a short block, and a round here is four blocks.
    cores = 3 * sorted(os.sched_getaffinity(0))
    burners = [subprocess.Popen([sys.executable, "-c", BURN, str(core)], stdout=subprocess.PIPE) for core in cores]
    try:
        for burner in burners:
            burner.stdout.readline()
        out = tmp_path / "run.jsonl"
        spin = {stack: {"BENCH_DUMMY_WORK": "spin"} for stack in STACKS}
        asked = options(rounds=2, retries=1, block_s=block_s)
        run_dummies(out, asked, rule=Rule(), variables=spin)
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
            burner.stdout.close()
    records, found = read(out)
    rounds = kinds(records, "round")
    assert len(rounds) == 3
    assert not any(one["kept"] for one in rounds)
    assert all("all blocks: foreign" in one["reasons"][-1] for one in rounds)
    # A block of 0.1 s is long enough to be judged by itself.
    assert block_s < 0.1 or all(re.match(r"dummy-\S+: foreign", one["reasons"][0]) for one in rounds)
    assert {cell["status"] for cell in found.cells} == {NOT_RUN}
    assert all("3 rounds were contaminated" in cell["reason"] for cell in found.cells)
    assert found.contrasts == []


def test_a_clean_block_is_clean_and_each_limit_is_held():
    clean = {"seconds": 0.5, "cores": 1, "foreign": 0.01, "steal": 0.0, "pressure": 0.9, "throttled": 0.0, "gpu": None}
    assert pressure.contamination(clean, Rule()) == []
    for name, value in (("foreign", 0.2), ("steal", 0.1), ("throttled", 0.1)):
        reasons = pressure.contamination({**clean, name: value}, Rule())
        assert len(reasons) == 1
        assert reasons[0].startswith(name)
    unknown = {**clean, "foreign": None}
    assert pressure.contamination(unknown, Rule())[0].startswith("pressure")
    # A framework whose own pool is larger than the track raises pressure by itself, and is not punished for it.
    assert pressure.contamination({**clean, "pressure": 1.0}, Rule()) == []


def test_a_throttled_gpu_and_foreign_processes_on_it_void_a_round():
    clean = {"seconds": 0.5, "cores": 8, "foreign": 0.0, "steal": 0.0, "pressure": 0.0, "throttled": 0.0}
    at_its_power_cap = {**clean, "gpu": {"reasons": 4, "foreign": 0}}
    assert pressure.contamination(at_its_power_cap, Rule()) == []
    assert "throttled" in pressure.contamination({**clean, "gpu": {"reasons": 64}}, Rule())[0]
    assert "2 foreign" in pressure.contamination({**clean, "gpu": {"reasons": 0, "foreign": 2}}, Rule())[0]


def test_a_workers_own_time_is_not_foreign():
    before = pressure.Snapshot(10.0, 5.0, 0.0, 1.0, None, 0.5)
    after = pressure.Snapshot(11.0, 6.0, 0.0, 1.1, None, 0.5)
    assert pressure.between(before, after, own_cpu=0.9, cores=1)["foreign"] == pytest.approx(0.1)
    assert pressure.between(before, after, own_cpu=0.0, cores=2)["foreign"] == pytest.approx(0.5)
    assert pressure.between(before, after, own_cpu=1.2, cores=1)["foreign"] == pytest.approx(-0.2)


def test_no_more_is_foreign_than_the_worker_left_of_the_cores():
    """The kernel's ticks may fall so that they say a core was busy for longer than there was time."""
    before = pressure.Snapshot(10.0, 5.0, 0.0, None, None, None)
    after = pressure.Snapshot(10.03, 5.05, 0.0, None, None, None)
    assert pressure.between(before, after, own_cpu=0.0297, cores=1)["foreign"] == pytest.approx(0.01)


def test_what_short_blocks_cannot_show_they_show_together():
    block = {"seconds": 0.03, "cores": 1, "foreign": 0.2, "steal": 0.0, "pressure": None, "throttled": 0.0}
    quiet = {**block, "foreign": -0.1}
    assert pressure.contamination(block, Rule()) == []
    assert pressure.contamination(pressure.pooled([block, quiet] * 6), Rule()) == []
    together = pressure.pooled([block] * 12)
    assert together["seconds"] == pytest.approx(0.36)
    assert pressure.contamination(together, Rule()) == ["foreign 0.200 > 0.106"]
    # A figure that one block lacks is not a figure of all.
    assert pressure.pooled([block, {**block, "foreign": None}])["foreign"] is None


def test_ladder_scaling_and_loaders_are_timed(tmp_path: Path):
    out = tmp_path / "run.jsonl"
    asked = options(
        stacks=("dummy-one",), ladder=("dummy",), scaling=("dummy",), batches=(1, 4), examples=(32, 64), rounds=1
    )
    run_dummies(out, asked)
    records, found = read(out)
    assert [row["knob"] for row in found.ladder] == [
        "as-shipped",
        "precision",
        "layout",
        "allocator",
        "placement",
        "optimizer",
    ]
    assert all(row["status"] == OK and row["ratio"] > 0 for row in found.ladder)
    swept = {(row["sweep"], row["value"]): row for row in found.scaling}
    assert set(swept) == {
        ("batch", 1),
        ("batch", 4),
        ("model", 8),
        ("model", 16),
        ("model", 32),
        ("data", 32),
        ("data", 64),
    }
    assert all(row["status"] == OK and row["step_s"] > 0 for row in swept.values())
    for batch in (1, 4):
        row = swept["batch", batch]
        assert row["samples_per_s"] * row["step_s"] == pytest.approx(batch)
    assert {one["steps"] for one in kinds(records, "block") if one["phase"] == "load"} == {2, 4}
    assert json.loads(out.read_text(encoding="utf-8").splitlines()[0])["kind"] == "run"
