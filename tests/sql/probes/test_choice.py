"""What does not count, and which run does."""

from __future__ import annotations

import datetime as dt

import pytest

from bench.results import Record
from tests.probe_runs import (
    OBJECTS,
    deployment,
    ease,
    file,
    integration,
    unit,
    whole,
)
from tests.sql.probes.support import check, figures, note, world_of


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
