"""Machines that contradict each other: which pairs turn round, and that only what was timed alike is held together."""

from __future__ import annotations

from typing import Any

from barometer.catalog import Catalog
from reports.benchmark import side_by_side
from reports.benchmark.contradictions import contradictions_finding, contradictions_table
from reports.benchmark.runs import Run
from tests.reports.benchmark_rows import ONE, OTHER, World, benchmark_tables
from tests.reports.test_benchmark_findings import runs, said

PLAIN: dict[str, Any] = {
    "stacks": ("keras-torch-eager", "torch-eager"),
    "workloads": ("cnn", "mlp"),
    "spread": 0.0,
    "with_sweeps": False,
}


def world(ratio: float, run: str = ONE, **changed: Any) -> World:
    return World(run=run, machine=f"machine of {run}", relative={"keras-torch-eager": ratio}, **{**PLAIN, **changed})


def lines(found: list[Run], number: int = 0) -> list[list[str]]:
    table = contradictions_table(found[number], found)
    return [[said(cell) for cell in row] for row in table.rows] if table else []


def finding(found: list[Run]) -> str:
    return said(contradictions_finding(found[0], found) or "")


def test_what_turns_round_is_named_with_both_ratios_on_both_pages(catalog: Catalog) -> None:
    found = runs(catalog, world(1.5), world(0.5, OTHER))
    pair = "Keras on PyTorch (eager) against PyTorch (eager)"
    for number, (there, ratio, other) in enumerate(((OTHER, "1.5×", "0.5×"), (ONE, "0.5×", "1.5×"))):
        machine, *rows = lines(found, number)
        assert machine == [f"machine of {there}"]
        here = [row for row in rows if row[0] == f"cnn, training: {pair}"]
        assert [(row[1], row[4]) for row in here] == [(ratio, other)]
        assert {row[0].partition(":")[0] for row in rows} == {
            f"{workload}, {phase}" for workload in ("cnn", "mlp") for phase in ("training", "inference")
        }
    assert any("all cores" in row[0] for row in lines(found)[1:])


def test_machines_that_agree_or_cannot_tell_contradict_nothing(catalog: Catalog) -> None:
    agreed = runs(catalog, world(1.5), world(1.4, OTHER))
    assert lines(agreed) == []
    assert "does so in none of" in finding(agreed)
    unsure = runs(catalog, world(1.5), world(1.0, OTHER))
    assert (lines(unsure), finding(unsure)) == ([], "")
    alone = runs(catalog, world(1.5))
    assert (lines(alone), finding(alone)) == ([], "")
    gpu = runs(catalog, world(1.5), world(0.5, OTHER, device="cuda"))
    assert (lines(gpu), finding(gpu)) == ([], "")


def test_a_workload_fed_with_another_batch_is_another(catalog: Catalog) -> None:
    worlds = (world(1.5), world(0.5, OTHER))
    contrasts = [
        row | ({"batch": 8} if (row["run"], row["workload"]) == (OTHER, "mlp") else {})
        for row in benchmark_tables(*worlds)["benchmark_contrasts"]
    ]
    found = runs(catalog, *worlds, benchmark_contrasts=contrasts)
    assert {row[0].partition(",")[0] for row in lines(found)[1:]} == {"cnn"}
    exhibit = side_by_side.machines_exhibit(found)
    assert exhibit is not None
    opening = "The runs agree in none of one workload that more than one timed"
    assert exhibit.title == f"{opening} and say the opposite in one"
    assert exhibit.table is not None
    assert [said(row[0]) for row in exhibit.table.rows if len(row) > 1] == ["cnn", "mlp", "cnn"]
