"""What a file says is done: a fork that was contaminated throughout is tried again, and its cell says how."""

from __future__ import annotations

from typing import Any

import pytest

from bench.group import Group
from bench.history import History
from bench.schedule import groups, units
from bench.spec import NOT_RUN, OK
from tests.bench.dummies import options


@pytest.fixture
def group() -> Group:
    return groups(options(stacks=("dummy-one",)))[0]


def records(group: Group, kept: dict[str, list[bool]]) -> list[dict[str, Any]]:
    """Rounds of one fork by phase, and the end of its unit."""
    members = [member.id for member in group.members]
    common = {"fork": "f0001", "group": group.id}
    rounds = [
        {"kind": "round", **common, "phase": phase, "round": number, "members": members, "kept": one, "reasons": []}
        for phase, found in kept.items()
        for number, one in enumerate(found)
    ]
    return [*rounds, {"kind": "unit", **common, "number": 0, "seconds": 1.0}]


@pytest.mark.parametrize(
    ("kept", "done"),
    [
        ({"train": [True, True]}, True),
        ({"train": [False, True]}, True),
        ({"train": [False, False]}, False),
        ({"train": [True], "infer": [False, False]}, False),
        ({}, True),
    ],
)
def test_a_fork_without_a_clean_round_in_some_phase_is_not_done(group: Group, kept: dict[str, list[bool]], done: bool):
    history = History(records(group, kept))
    (unit,) = units([group], 0)
    assert ((unit.group.id, unit.number) in history.done) is done


def test_a_contaminated_cell_says_what_to_do(group: Group):
    member = group.members[0]
    status, reason = History(records(group, {"train": [False, False]})).outcome(group, member, "train")
    assert status == NOT_RUN
    assert "all 2 rounds were contaminated" in reason
    assert "--resume" in reason
    assert History().outcome(group, member, "train") == (NOT_RUN, "the run stopped before it")
    assert History(records(group, {"train": [True]})).outcome(group, member, "train") == (OK, "")
