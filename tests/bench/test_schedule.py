"""What is run in which order: balanced, fair when stopped, one knob a rung."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import asdict, replace
from itertools import pairwise

import pytest

from bench import stacks
from bench.discovery import workload_ids
from bench.errors import OptionError
from bench.schedule import groups, orders, units
from bench.spec import matched
from bench.tiers import TIERS, Options
from tests.bench.dummies import options


def test_orders_are_balanced_and_random():
    drawn = orders(4, 8, random.Random(1))
    for block in (drawn[:4], drawn[4:]):
        for place in range(4):
            assert {order[place] for order in block} == {0, 1, 2, 3}
    assert drawn == orders(4, 8, random.Random(1))
    assert drawn != orders(4, 8, random.Random(2))
    first = Counter(orders(3, 3, random.Random(seed))[0][0] for seed in range(300))
    assert min(first.values()) > 70


def every_group(**changes):
    tier = replace(TIERS["full"], ladder=("dummy",), scaling=("dummy",), size="small", **changes)
    asked = Options(tier, workloads=("dummy",), stacks=("dummy-one", "dummy-slow", "dummy-odd"), cores=2)
    return groups(asked)


def test_a_stop_at_any_moment_leaves_the_most_telling_and_whole_forks():
    plan = every_group()
    order = units(plan)
    assert len(order) == sum(group.forks for group in plan)
    primary = [unit for unit in order if unit.group.purpose == "cells" and unit.group.division == "matched"]
    pinned = [unit for unit in primary if unit.group.track == "pinned"]
    assert order[: len(pinned)] == pinned
    assert [unit.number for unit in pinned] == sorted(unit.number for unit in pinned)


def test_ids_are_unique_also_in_pairs():
    ids = [group.id for group in every_group()]
    assert len(ids) == len(set(ids))
    asked = replace(options(), pairwise=True)
    pairs = groups(asked)
    assert len({group.id for group in pairs}) == len(pairs) == 2
    assert [[member.id for member in group.members] for group in pairs] == [
        ["dummy-one@matched", "dummy-slow@matched", "dummy-one@matched#twin"],
        ["dummy-one@matched", "dummy-odd@matched", "dummy-one@matched#twin"],
    ]


def test_one_stack_runs_twice_in_every_group_of_cells():
    for group in every_group():
        twins = [member for member in group.members if member.twin]
        assert len(twins) == (group.purpose == "cells")


def test_every_asked_stack_is_a_member_or_absent_with_a_reason():
    asked = replace(options(stacks=("dummy-one", "torch-eager")), workloads=("dummy",))
    (group,) = groups(asked)
    assert [(member.stack, reason) for member, reason in group.absent] == [
        ("torch-eager", "torch has no program for dummy")
    ]
    missing = replace(options(), skipped={"dummy-odd": "no environment"})
    (group,) = groups(missing)
    assert [(member.stack, reason) for member, reason in group.absent] == [("dummy-odd", "no environment")]


def test_what_cannot_be_asked_for_is_refused():
    for wrong in ({"stacks": ("nope",)}, {"workloads": ("nope",)}, {"device": "tpu"}):
        with pytest.raises(OptionError) as caught:
            groups(replace(options(), **wrong))
        assert caught.value.hint
    with pytest.raises(OptionError) as caught:
        groups(replace(options(stacks=("torch-eager",))))
    assert "no program" in caught.value.hint


def test_tf32_is_a_track_of_gpus_alone():
    tier = replace(TIERS["full"], size="small")
    asked = Options(tier, workloads=("dummy",), stacks=("dummy-one",), cores=1)
    assert {group.precision for group in groups(asked)} == {"fp32", "bf16", "shipped"}
    on_gpu = groups(replace(asked, device="cuda"))
    assert {group.precision for group in on_gpu} == {"fp32", "tf32", "bf16", "shipped"}
    assert {group.track for group in on_gpu} == {"gpu"}


# What each rung may change. `name` changes always.
KNOBS = {
    "precision": {"precision"},
    "layout": {"layout"},
    "compile": {"mode"},
    "placement": {"placement"},
    "optimizer": {"optimizer", "norms"},
}


@pytest.mark.parametrize("environment", sorted(stacks.SHIPPED_MODE))
def test_a_rung_turns_one_knob_and_the_last_is_matched(environment: str):
    rungs = stacks.ladder(environment, "cpu", 1)
    assert [rung.knob for rung in rungs] == ["as-shipped", *KNOBS]
    for before, after in pairwise(rungs):
        one, two = asdict(before.division), asdict(after.division)
        turned = {name for name in one if one[name] != two[name]} - {"name"}
        assert turned <= KNOBS[after.knob]
    goal = matched(stacks.COMPILED_MODE[environment], "cpu", threads=1)
    assert replace(rungs[-1].division, name="matched") == goal


def test_the_table_of_stacks_is_whole():
    for pair in (*stacks.CONTRASTS, *stacks.BREAK_EVEN):
        assert set(pair) <= set(stacks.MODES)
    for tier in TIERS.values():
        assert set(tier.stacks) <= set(stacks.MODES)
        assert set(tier.workloads) | set(tier.ladder) | set(tier.scaling) <= set(workload_ids())
    assert {mode.environment for mode in stacks.MODES.values()} == set(stacks.SHIPPED_MODE) == set(stacks.COMPILED_MODE)
