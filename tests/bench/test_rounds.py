"""How many rounds a phase gets and what settles before a block, from the pace of steps that nothing has to keep."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.group import LOAD, Member
from bench.rounds import settling_steps, wanted_rounds
from bench.seat import Seat
from bench.spec import matched
from bench.tiers import TIERS

TIER = replace(TIERS["standard"], rounds=12, block_s=0.021, settle_s=0.002)


def seats(*paces: tuple[int, float]) -> list[Seat]:
    """Members whose blocks are of so many steps, each of so many seconds."""
    member = Member("dummy-one", matched("eager", "cpu"))
    return [Seat(member, steps={"train": steps}, step_s={"train": step_s}) for steps, step_s in paces]


@pytest.mark.parametrize(
    ("step_s", "rounds"), [(0.001, 12), (0.023, 7), (0.0231, 12), (0.047, 6), (0.09, 5), (0.5, 5), (0.501, 3)]
)
def test_long_blocks_get_few_rounds(step_s: float, rounds: int):
    """As many as take as long as those that were asked for; five at least, or three of blocks of half a second."""
    steps = max(1, round(TIER.block_s / step_s))
    assert wanted_rounds(TIER, "train", seats((steps, step_s), (steps, step_s))) == rounds


def test_the_time_of_rounds_is_that_of_all_members_together():
    quick, slow = (21, 0.001), (1, 0.071)
    assert wanted_rounds(TIER, "train", seats(quick, slow)) == 6
    assert wanted_rounds(TIER, "train", seats(quick, quick, slow)) == 8
    assert wanted_rounds(TIER, "train", seats(quick, (1, 0.6))) == 3
    assert wanted_rounds(TIER, "train", []) == 0
    assert wanted_rounds(replace(TIER, rounds=2), "train", seats((1, 0.6))) == 2


@pytest.mark.parametrize(
    ("step_s", "steps"), [(0.0, 2000), (0.0005, 4), (0.0015, 1), (0.02, 1), (0.023, 1), (0.0231, 0), (0.03, 0)]
)
def test_as_many_steps_settle_as_take_the_time_for_it_unless_one_is_much_longer_than_a_block(step_s: float, steps: int):
    assert settling_steps(TIER, "train", step_s) == steps


def test_nothing_settles_before_an_epoch():
    assert settling_steps(TIER, LOAD, 0.0005) == 0
