"""What a run says of the time left."""

from __future__ import annotations

from bench.progress import Progress
from bench.schedule import groups, units
from bench.stop import Stop
from tests.bench.dummies import options


def test_later_forks_are_expected_to_be_shorter_and_then_to_take_what_they_took():
    plan = units(groups(options(stacks=("dummy-one",), forks=3)))
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
