"""What is run in which order: balanced, fair when stopped, one knob a rung."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import asdict, replace
from itertools import pairwise

import pytest

from bench import stacks
from bench.discovery import load_workload, workload_ids
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
    order = units(plan, 0)
    assert len(order) == sum(group.forks for group in plan)
    first = [unit for unit in order if unit.number < 3 and is_primary(unit)]
    assert order[: len(first)] == first
    assert [unit.number for unit in first] == sorted(unit.number for unit in first)


def test_after_three_forks_come_one_of_everything_then_the_other_forks_then_every_core():
    seen = []
    for unit in units(every_group(), 0):
        rank, slow = 3 if unit.number > 0 else 1, unit.group.purpose != "data"
        if unit.group.track == "all-cores":
            rank = 4
        elif is_primary(unit):
            rank = 2 * (unit.number >= 3)
        seen.append((rank, slow))
    assert seen == sorted(seen)
    assert {rank for rank, _ in seen} == set(range(5))


@pytest.mark.parametrize("pairwise", [False, True])
def test_on_a_gpu_three_workloads_have_their_first_forks_before_the_next_begin(pairwise):
    asked = Options(TIERS["full"], "cuda", stacks=("torch-eager", "jax-jit", "torch-compile"), pairwise=pairwise)
    plan = groups(asked)
    order = units(plan, asked.tier.wave)
    assert sorted(map(repr, order)) == sorted(map(repr, units(plan, 0)))
    begun = [(unit.group.workload, unit.number) for unit in order[: 30 * (1 + pairwise)]]
    names = workload_ids()
    assert len(names) == 10
    for start in range(0, 10, 3):
        turn = [(name, number) for number in range(3) for name in names[start : start + 3] for _ in range(1 + pairwise)]
        assert begun[: len(turn)] == turn
        del begun[: len(turn)]
    assert begun == []


def test_a_data_set_smaller_than_a_batch_is_read_as_one_batch():
    size = load_workload("dummy").SPEC.sizes["small"]
    few, many = size.batch // 2, size.batch * 10
    loads = {group.value: group for group in every_group(examples=(few, many)) if group.purpose == "data"}
    assert {value: group.size.batch for value, group in loads.items()} == {few: few, many: size.batch}


def is_primary(unit):
    group = unit.group
    return (group.purpose, group.division, group.track, group.precision) == ("cells", "matched", "pinned", "fp32")


def test_a_tier_may_give_the_side_shows_fewer_forks_and_workloads():
    asked = replace(TIERS["standard"], shipped=("dummy",), second_track=("mlp",), side_forks=2, workloads=("dummy",))
    plan = groups(Options(asked, stacks=("dummy-one",), cores=2))
    assert {(group.division, group.track, group.forks) for group in plan} == {
        ("matched", "pinned", 5),
        ("as-shipped", "pinned", 2),
    }
    plan = groups(Options(replace(asked, shipped=("mlp",)), stacks=("dummy-one",), cores=2))
    assert {group.division for group in plan} == {"matched"}
    # Whoever names a workload gets everything of it.
    plan = groups(Options(asked, stacks=("dummy-one",), workloads=("dummy",), cores=2))
    assert {(group.division, group.track) for group in plan} == {
        (division, track) for division in ("matched", "as-shipped") for track in ("pinned", "all-cores")
    }


def test_a_stack_that_a_tier_times_on_few_workloads_says_so_elsewhere():
    tier = replace(
        TIERS["smoke"], workloads=("dummy",), stacks=("dummy-one", "dummy-odd"), narrow=(("dummy-odd", ("mlp",)),)
    )
    (group,) = groups(Options(tier))
    assert "dummy-odd" not in [member.stack for member in group.members]
    assert [(member.stack, "--stacks" in reason, "mlp" in reason) for member, reason in group.absent] == [
        ("dummy-odd", True, True)
    ]
    (group,) = groups(Options(tier, stacks=("dummy-one", "dummy-odd")))
    assert group.absent == ()
    # Nor is it worth a second track, unless it is named.
    wide = replace(tier, narrow=(("dummy-odd", ("dummy",)),), tracks=("pinned", "all-cores"))
    first, second = groups(Options(wide, cores=2))
    assert {member.stack for member in first.members} == {"dummy-one", "dummy-odd"}
    assert {member.stack for member in second.members} == {"dummy-one"}
    assert ["dummy on one core alone" in reason for _, reason in second.absent] == [True]
    assert not any(group.absent for group in groups(Options(wide, stacks=tier.stacks, cores=2)))


def test_the_standard_tier_has_every_workload_in_every_fork():
    """A stop by the budget leaves all cells with as many forks, but for one."""
    order = units(groups(Options(TIERS["standard"], cores=2)), 0)
    names = workload_ids()
    primary = [unit for unit in order if is_primary(unit)]
    assert [(unit.number, unit.group.workload) for unit in primary] == [(n, name) for n in range(5) for name in names]


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
    # What is commonly run in comes first, and gets its forks first.
    assert {unit.group.precision for unit in units(on_gpu, 0)[:3]} == {"tf32"}
    assert {group.track for group in on_gpu} == {"gpu"}


def test_without_tf32_in_the_tier_a_gpu_times_single_precision_first():
    tier = replace(TIERS["standard"], scaling=("dummy",), shipped=("dummy",))
    order = units(groups(Options(tier, device="cuda", workloads=("dummy",), stacks=("dummy-one", "dummy-odd"))), 0)
    assert [(one.group.purpose, one.group.precision, one.number) for one in order[:4]] == [
        *(("cells", "fp32", number) for number in range(3)),
        ("data", "fp32", 0),
    ]


# What each rung may change. `name` changes always.
KNOBS = {
    "precision": {"precision"},
    "layout": {"layout"},
    "allocator": {"allocator"},
    "compile": {"mode"},
    "placement": {"placement"},
    "optimizer": {"optimizer", "norms"},
}


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("environment", sorted(stacks.SHIPPED_MODE))
def test_a_rung_turns_one_knob_and_the_last_is_matched(environment: str, compiled: bool):
    rungs = stacks.ladder(environment, "cpu", 1, compiled)
    knobs = [rung.knob for rung in rungs]
    assert knobs == ["as-shipped", *(knob for knob in KNOBS if knob in knobs)]
    for before, after in pairwise(rungs):
        one, two = asdict(before.division), asdict(after.division)
        turned = {name for name in one if one[name] != two[name]} - {"name"}
        assert turned
        assert turned <= KNOBS[after.knob]
    mode = (stacks.COMPILED_MODE if compiled else stacks.SHIPPED_MODE)[environment]
    assert replace(rungs[-1].division, name="matched") == matched(mode, "cpu", threads=1)


def test_a_ladder_compiles_only_where_the_compiled_stack_is_timed():
    tier = replace(TIERS["standard"], ladder=("cnn",), workloads=("cnn",))
    plan = {group.id.rsplit("/", 1)[-1]: group for group in groups(Options(tier, cores=1)) if group.purpose == "ladder"}
    assert {member.stack for member in plan["keras-torch"].members} == {"keras-torch-eager"}
    assert {member.stack for member in plan["torch"].members} == {"torch-eager", "torch-compile"}


def test_the_table_of_stacks_is_whole():
    for pair in (*stacks.CONTRASTS, *stacks.BREAK_EVEN):
        assert set(pair) <= set(stacks.MODES)
    for tier in TIERS.values():
        assert set(tier.stacks) <= set(stacks.MODES)
        assert set(tier.workloads) | set(tier.ladder) | set(tier.scaling) <= set(workload_ids())
    assert {mode.environment for mode in stacks.MODES.values()} == set(stacks.SHIPPED_MODE) == set(stacks.COMPILED_MODE)


def test_a_sweep_does_not_time_again_what_is_timed_already():
    size = load_workload("mlp").SPEC.sizes["small"]
    plan = groups(Options(TIERS["standard"], workloads=("mlp",), cores=2))
    swept = {(group.purpose, group.value): group for group in plan if group.purpose in {"batch", "model"}}
    (cells,) = (group for group in plan if group.id == "cells/mlp/small/cpu/pinned/fp32/matched")
    again = {("batch", size.batch), ("model", size.dimensions["width"])}
    assert {key for key, group in swept.items() if group.same_as} == again <= set(swept)
    assert {swept[key].same_as for key in again} == {cells.id}
    timed = [unit.group.id for unit in units(plan, 0)]
    assert {key for key, group in swept.items() if group.id not in timed} == again
    # In pairs no group holds all of them: then the size is timed in the sweep.
    plan = groups(Options(TIERS["standard"], workloads=("mlp",), cores=2, pairwise=True))
    assert not [group for group in plan if group.same_as]
