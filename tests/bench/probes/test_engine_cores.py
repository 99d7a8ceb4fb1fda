"""Which units of the probes run beside which, and on which cores."""

from __future__ import annotations

from pathlib import Path

from bench.environment import host
from bench.pressure import allowed_cores
from bench.probes.runner import side_by_side
from bench.results import Record
from tests.bench.probes import front, kinds


def test_units_run_side_by_side_each_on_a_core_of_its_own(tree: Path, tmp_path: Path):
    out = tmp_path / "probes.jsonl"
    done = front(tmp_path, tree, "probe", "beside", "--device", "cpu", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert sorted(one["unit"] for one in kinds(out, "unit")) == [f"when/{number}" for number in range(6)]
    found = kinds(out, "beside")
    # A core is nobody else's while a unit runs on it; where there are two, two units run at a time.
    together = [
        (one, other)
        for number, one in enumerate(found)
        for other in found[:number]
        if one["begun"] < other["ended"] and other["begun"] < one["ended"]
    ]
    assert all(len(one["cores"]) == 1 for one in found)
    assert all(one["cores"] != other["cores"] for one, other in together)
    assert bool(together) == (len(side_by_side(host("cpu"), "cpu")) > 1)
    alone = front(
        tmp_path, tree, "probe", "stubs", "--workloads", "nap", "--device", "cpu", "--out", str(tmp_path / "a")
    )
    assert alone.returncode == 0, alone.stderr
    assert [one["unit"] for one in kinds(tmp_path / "a", "unit")] == [f"nap/{number}" for number in range(4)]


def told_beside(tree: Path, tmp_path: Path, workload: str) -> tuple[Record, Record, dict[str, Record]]:
    """What the last two units of `beside` say of cores and times, and what the others do by unit."""
    out = tmp_path / "probes.jsonl"
    done = front(tmp_path, tree, "probe", "beside", "--workloads", workload, "--device", "cpu", "--out", str(out))
    assert done.returncode == 0, done.stderr
    found = {one["unit"]: one for one in kinds(out, "beside")}
    return found.pop("when/4"), found.pop("when/5"), found


def test_a_unit_alone_has_every_core_and_nothing_beside_it(tree: Path, tmp_path: Path):
    first, second, found = told_beside(tree, tmp_path, "mlp")
    assert first["cores"] == second["cores"] == allowed_cores()
    assert all(other["ended"] <= first["begun"] for other in found.values())
    assert first["ended"] <= second["begun"]
    assert all(len(one["cores"]) == 1 for one in found.values())


def test_units_apart_run_beside_their_own_kind_and_nothing_else(tree: Path, tmp_path: Path):
    first, second, found = told_beside(tree, tmp_path, "cnn")
    assert all(other["ended"] <= min(first["begun"], second["begun"]) for other in found.values())
    together = first["begun"] < second["ended"] and second["begun"] < first["ended"]
    assert together == (len(side_by_side(host("cpu"), "cpu")) > 1)
    assert not together or first["cores"] != second["cores"]


def test_memory_and_a_gpu_limit_how_many_run_side_by_side():
    cores, enough = allowed_cores(), len(allowed_cores()) * (4 << 30)
    for memory, limit, device, lanes in (
        (enough, "max", "cpu", len(cores)),
        (enough, None, "cpu", len(cores)),
        (None, None, "cpu", len(cores)),
        (enough, str(5 << 30), "cpu", 1),
        (1 << 30, "max", "cpu", 1),
        (enough, "max", "cuda", 1),
    ):
        assert side_by_side({"memory_bytes": memory, "cgroup_memory": limit}, device) == cores[:lanes]
