"""What a run says of the time left."""

from __future__ import annotations

import pytest

from bench.progress import Progress
from bench.schedule import groups, units
from bench.stop import Stop
from bench.tiers import TIERS, Options
from tests.bench.dummies import options


def test_later_forks_are_expected_to_be_shorter_and_then_to_take_what_they_took():
    plan = units(groups(options(stacks=("dummy-one",), forks=3)), 0)
    said: list[str] = []
    progress = Progress(plan, Stop(None), said.append)
    first, second, third = plan
    progress.begin(first)
    progress.finish(first, 100.0)
    progress.begin(second)
    progress.finish(second, 30.0)
    progress.begin(third)
    progress.finish(third, 30.0)
    assert [line.partition("about ")[2] for line in said] == ["36 s left", "60 s left", "30 s left"]
    assert progress.expected(first) == 100.0


def test_what_was_not_met_yet_is_not_expected_to_take_as_long_as_a_first_fork_of_cells():
    plan = units(groups(Options(TIERS["standard"], cores=2)), 0)
    progress = Progress(plan, Stop(None), lambda line: None)
    first, ladder = plan[0], next(unit for unit in plan if unit.group.purpose == "ladder")
    progress.finish(first, 10.0 * len(first.group.members))
    assert progress.expected(ladder) == pytest.approx(3.0 * len(ladder.group.members))
