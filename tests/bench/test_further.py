"""Forks beyond those planned: given where intervals are wide and time is left, and to no group beyond its most."""

from __future__ import annotations

import math
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.further import choose, wide
from bench.group import Group
from bench.runner import COMPLETE, Request, run
from bench.schedule import groups, primary
from bench.stacks import CONTRASTS, MAIN_CONTRASTS
from bench.stop import INTERRUPTED
from bench.tiers import TIERS, Options
from tests.bench import recorded
from tests.bench.dummies import LENIENT, kinds, options, read, run_dummies
from tests.bench.recorded import FORKS, GROUP, failed_gate, world

# Processes of one stack differ by up to so much of their speed, so no interval of two is narrow.
UNLIKE = {stack: {"BENCH_DUMMY_LUCK": luck} for stack, luck in (("dummy-one", "0.5"), ("dummy-slow", "2"))}


def unit(number: int, group: str = GROUP, seconds: float = 10.0) -> dict[str, Any]:
    return {"kind": "unit", "fork": f"u{number}", "group": group, "number": number, "seconds": seconds}


def scattered(by: float, member: str = "torch-eager@matched", pairs: Any = None) -> list[dict[str, Any]]:
    """The world with a member's times scattered over forks by so much, and its four units done."""
    records = [recorded.run(pairs) if one["kind"] == "run" else dict(one) for one in world()]
    for one in records:
        if one["kind"] == "block" and one["member"] == member:
            one["wall_s"] *= math.exp(by * (FORKS.index(one["fork"]) - 1.5))
    return records + [unit(number) | {"fork": FORKS[number]} for number in range(4)]


def stacks(wish: Any) -> list[tuple[str, bool]]:
    return [(one.stack, one.twin) for one in wish.unit.group.members]


def mlp() -> Group:
    (group,) = (one for one in primary(groups(Options(TIERS["standard"], cores=2))) if one.workload == "mlp")
    return group


def test_what_is_wide_is_counted_with_the_control():
    assert wide(scattered(0.0), GROUP) == []
    # Both contrasts and the control; over four forks a scatter of 0.1 gives a half-width of 0.21, one of 0.01 0.02.
    assert len(wide(scattered(0.1), GROUP)) == 3
    assert wide(scattered(0.01), GROUP) == []


def test_a_gate_of_another_groups_fork_does_not_hide_an_interval():
    elsewhere = "cells/mlp/small/cpu/pinned/shipped/as-shipped"
    other = next(one for one in world() if one["kind"] == "fork") | {"fork": "f0009", "group": elsewhere}
    gate = failed_gate(fork="f0009", stack="torch-eager")
    assert len(wide([*scattered(0.1), other, gate], GROUP)) == 3


def test_a_fork_is_given_once_and_none_beyond_the_most():
    group = mlp()
    assert group.id == GROUP
    records = scattered(0.1)
    assert choose([group], 6, records).unit.number == 4
    assert choose([group], 6, [*records, unit(4)]).unit.number == 5
    assert choose([group], 6, [*records, unit(4), unit(5)]) is None


def test_a_fork_that_was_cut_is_one_of_the_most():
    records = scattered(0.1)
    cut = [{**one, "fork": "f0009"} for one in records if one["kind"] != "unit" and one.get("fork") == FORKS[-1]]
    assert {row["forks"] for row in wide([*records, *cut], GROUP) if row["kind"] != "contrast"} == {5}
    assert choose([mlp()], 5, records).unit.number == 4
    assert choose([mlp()], 5, [*records, *cut]) is None
    assert choose([mlp()], 6, [*records, *cut]).unit.number == 4


@pytest.mark.parametrize(("by", "left"), [(0.0, None), (0.1, 5.9)])
def test_none_is_given_where_all_are_narrow_or_time_is_short(by: float, left: float | None):
    assert choose([mlp()], 9, scattered(by), left) is None
    # Three of the five workers that the last fork had, and its ten seconds.
    assert choose([mlp()], 9, scattered(0.1), 6.1) is not None


def test_the_group_that_narrows_most_for_its_time_comes_first():
    quick, slow = mlp(), replace(mlp(), workload="cnn")
    there = {one["group"]: one for one in scattered(0.1) if "group" in one}
    assert set(there) == {quick.id}
    records = scattered(0.1)
    records += [{**one, "group": slow.id, "seconds": 40.0} for one in records if one["kind"] == "unit"]
    copied = [one for one in records if one.get("group") == quick.id and one["kind"] not in {"unit", "fork", "phase"}]
    renamed = [{**one, "group": slow.id} | ({"workload": "cnn"} if "workload" in one else {}) for one in copied]
    records += [{**one, "fork": one["fork"].replace("f", "g")} if "fork" in one else one for one in renamed]
    assert len(wide(records, slow.id)) == 3
    assert choose([slow, quick], 9, records).unit.group.id == quick.id
    records += [unit(4, quick.id, seconds=50.0)]
    assert choose([slow, quick], 9, records).unit.group.id == slow.id


def test_who_is_in_no_wide_contrast_sits_the_fork_out_and_it_takes_their_time_less():
    wish = choose([mlp()], 9, scattered(0.1, "keras-torch-eager@matched"))
    assert stacks(wish) == [("keras-torch-eager", False), ("torch-eager", False)]
    assert (wish.wide, wish.seconds) == (1, pytest.approx(4.0))
    assert wish.unit.group.id == GROUP
    wish = choose([mlp()], 9, scattered(0.1, "torch-eager@matched#twin"))
    assert stacks(wish) == [("torch-eager", False), ("torch-eager", True)]


def test_main_contrasts_come_before_the_others():
    pairs = [["torch-compile", "torch-eager"], ["keras-jax-jit", "torch-compile"]]
    both = scattered(0.1, "torch-compile@matched", pairs)
    # With the best backend's, which is this pair without its first fork.
    assert len(wide(both, GROUP)) == 3
    wish = choose([mlp()], 9, both)
    assert (stacks(wish), wish.wide) == ([("keras-jax-jit", False), ("torch-compile", False)], 1)
    other = choose([mlp()], 9, scattered(0.1, "torch-compile@matched", pairs[:1]))
    assert {stack for stack, _ in stacks(other)} == {"torch-eager", "torch-compile", "keras-jax-jit"}


def test_a_control_alone_does_not_keep_the_others_waiting():
    records = scattered(0.1, pairs=[["torch-compile", "torch-eager"]])
    wish = choose([mlp()], 9, records)
    assert (wish.wide, ("torch-compile", False) in stacks(wish), ("torch-eager", True) in stacks(wish)) == (
        2,
        True,
        True,
    )


def test_main_contrasts_are_declared_ones():
    assert set(MAIN_CONTRASTS) < set(CONTRASTS)


def test_the_best_backend_counts_as_the_one_that_was_chosen():
    records = scattered(0.1, "keras-jax-jit@matched", [["torch-compile", "torch-eager"]])
    (row,) = wide(records, GROUP)
    assert (row["measured"], row["chosen"]) == ("keras-best", "keras-jax-jit")
    assert stacks(choose([mlp()], 9, records)) == [("keras-jax-jit", False), ("torch-compile", False)]


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


def test_stopped_among_further_forks_the_call_was_interrupted_and_the_run_is_complete(tmp_path: Path):
    asked = options(("dummy-one", "dummy-slow"), forks=2, most_forks=9)
    out = tmp_path / "r.jsonl"

    def press(line: str) -> None:
        if line.startswith("time is left"):
            os.kill(os.getpid(), signal.SIGINT)

    assert run(Request(asked, out, rule=LENIENT, timeout_s=20, variables=UNLIKE, say=press)) == INTERRUPTED
    records, found = read(out)
    assert kinds(records, "end")[-1]["reason"] == COMPLETE
    assert len(kinds(records, "unit")) == 2
    assert {row["forks"] for row in found.contrasts} == {2}
