"""Forks beyond those planned: given where intervals are wide and time is left, and to no group beyond its most."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.further import Further, wide
from bench.group import Group
from bench.runner import COMPLETE
from bench.schedule import groups, primary
from bench.tiers import TIERS, Options
from tests.bench.dummies import kinds, options, read, run_dummies
from tests.bench.recorded import FORKS, GROUP, world

# Processes of one stack differ by up to so much of their speed, so no interval of two is narrow.
UNLIKE = {stack: {"BENCH_DUMMY_LUCK": luck} for stack, luck in (("dummy-one", "0.5"), ("dummy-slow", "2"))}


def unit(number: int, group: str = GROUP, seconds: float = 10.0) -> dict[str, Any]:
    return {"kind": "unit", "fork": f"u{number}", "group": group, "number": number, "seconds": seconds}


def scattered(by: float) -> list[dict[str, Any]]:
    """The world with two of its contrasts scattered over forks by so much, and its four units done."""
    records = [dict(one) for one in world()]
    for one in records:
        if one["kind"] == "block" and one["member"] == "torch-eager@matched":
            one["wall_s"] *= math.exp(by * (FORKS.index(one["fork"]) - 1.5))
    return records + [unit(number) for number in range(4)]


def mlp() -> Group:
    (group,) = (one for one in primary(groups(Options(TIERS["standard"], cores=2))) if one.workload == "mlp")
    return group


def test_what_is_wide_is_counted_with_the_control():
    assert wide(scattered(0.0), GROUP) == 0
    # Both contrasts and the control; over four forks a scatter of 0.1 gives a half-width of 0.21, one of 0.01 0.02.
    assert wide(scattered(0.1), GROUP) == 3
    assert wide(scattered(0.01), GROUP) == 0


def test_a_gate_of_another_groups_fork_does_not_hide_an_interval():
    elsewhere = "cells/mlp/small/cpu/pinned/shipped/as-shipped"
    other = next(one for one in world() if one["kind"] == "fork") | {"fork": "f0009", "group": elsewhere}
    gate = {"kind": "parity", "workload": "mlp", "size": "small", "device": "cpu", "stack": "torch-eager"}
    gate |= {
        "fork": "f0009",
        "reference": None,
        "gate": "P1",
        "value": 1.0,
        "limit": 0.0,
        "passed": False,
        "detail": "",
    }
    assert wide([*scattered(0.1), other, gate], GROUP) == 3


def test_a_fork_is_given_once_and_none_beyond_the_most():
    group = mlp()
    assert group.id == GROUP
    more = Further([group], 6)
    records = scattered(0.1)
    assert [more.choose(records).unit.number for _ in range(2)] == [4, 5]
    assert more.choose(records) is None
    # What an earlier session gave counts as well.
    assert Further([group], 6).choose([*records, unit(4), unit(5)]) is None


@pytest.mark.parametrize(("by", "left"), [(0.0, None), (0.1, 9.9)])
def test_none_is_given_where_all_are_narrow_or_time_is_short(by: float, left: float | None):
    assert Further([mlp()], 9).choose(scattered(by), left) is None
    assert Further([mlp()], 9).choose(scattered(0.1), 10.0) is not None


def test_the_group_that_narrows_most_for_its_time_comes_first():
    quick, slow = mlp(), replace(mlp(), workload="cnn")
    there = {one["group"]: one for one in scattered(0.1) if "group" in one}
    assert set(there) == {quick.id}
    records = scattered(0.1)
    records += [{**one, "group": slow.id, "seconds": 40.0} for one in records if one["kind"] == "unit"]
    copied = [one for one in records if one.get("group") == quick.id and one["kind"] not in {"unit", "fork", "phase"}]
    renamed = [{**one, "group": slow.id} | ({"workload": "cnn"} if "workload" in one else {}) for one in copied]
    records += [{**one, "fork": one["fork"].replace("f", "g")} if "fork" in one else one for one in renamed]
    assert wide(records, slow.id) == 3
    assert Further([slow, quick], 9).choose(records).unit.group == quick
    records += [unit(4, quick.id, seconds=50.0)]
    assert Further([slow, quick], 9).choose(records).unit.group == slow


def test_primary_cells_alone_are_chosen_from():
    plan = groups(Options(TIERS["standard"], cores=2))
    ids = {one.id for one in primary(plan)}
    assert len(ids) == 10
    assert all("/pinned/fp32/matched" in one and one.startswith("cells/") for one in ids)


def test_a_run_goes_on_where_intervals_are_wide_and_is_complete_then(tmp_path: Path):
    asked = options(("dummy-one", "dummy-slow"), forks=2, most_forks=4)
    out = tmp_path / "r.jsonl"
    assert run_dummies(out, asked, variables=UNLIKE) == COMPLETE
    records, found = read(out)
    assert [one["number"] for one in kinds(records, "unit")] == [0, 1, 2, 3]
    assert {row["forks"] for row in found.contrasts} == {4}
    assert run_dummies(out, asked, variables=UNLIKE, resume=True) == COMPLETE
    assert len(kinds(read(out)[0], "unit")) == 4


def test_time_that_ends_among_further_forks_leaves_a_complete_run(tmp_path: Path):
    asked = options(("dummy-one", "dummy-slow"), forks=2, most_forks=9)
    out = tmp_path / "r.jsonl"
    whole = tmp_path / "whole.jsonl"
    run_dummies(whole, options(("dummy-one", "dummy-slow"), forks=2), variables=UNLIKE)
    seconds = [one["seconds"] for one in kinds(read(whole)[0], "unit")]
    assert run_dummies(out, asked, variables=UNLIKE, budget_s=sum(seconds) + 3 * seconds[1]) == COMPLETE
    assert 2 <= len(kinds(read(out)[0], "unit")) < 9
