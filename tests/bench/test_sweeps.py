"""Sweeps in a real run: what is timed as a cell is read there, and what shows no first step shares its caches."""

from __future__ import annotations

from pathlib import Path

from bench.discovery import load_workload
from bench.runner import COMPLETE
from tests.bench.dummies import kinds, options, read, run_dummies

STACKS = ("dummy-one", "dummy-slow")


def test_a_sweep_reads_its_own_size_in_the_cells_and_shares_its_caches(tmp_path: Path):
    own = load_workload("dummy").SPEC.sizes["small"].batch
    out = tmp_path / "run.jsonl"
    asked = options(stacks=STACKS, scaling=("dummy",), batches=(1, own, 2 * own), examples=())
    assert run_dummies(out, asked) == COMPLETE
    records, found = read(out)
    same = {one["group"]: one["same_as"] for one in kinds(records, "group") if one["same_as"]}
    (cells,) = set(same.values())
    assert f"batch/dummy/small/cpu/pinned/fp32/matched/batch={own}" in same
    for kind in ("unit", "fork", "block", "cell"):
        assert not set(same) & {one["group"] for one in kinds(records, kind)}

    times = {row["stack"]: (row["status"], row["step_s"], row["low_s"]) for row in found.cells}
    swept = [row for row in found.scaling if row["group"] in same]
    assert {(row["sweep"], row["stack"]) for row in swept} >= {("batch", stack) for stack in STACKS}
    assert all((row["status"], row["step_s"], row["low_s"]) == times[row["stack"]] for row in swept)

    cold: dict[str, set[bool]] = {}
    for one in kinds(records, "fork"):
        cold.setdefault(one["group"], set()).add(one["cold"])
    assert cold.pop(cells) == {True}
    assert sorted(map(sorted, cold.values())) == [[False]] * (len(cold) - 1) + [[True]]
    assert len(cold) > 2
