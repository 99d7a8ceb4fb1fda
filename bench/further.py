"""Forks beyond those that were planned: once all else is done and time is left, of the groups with most wide intervals.

Widths alone decide who gets one, never a ratio or a verdict, or the figures would steer towards an answer. Decision
0018 says what stopping by width does to a 95 % interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.group import Group, Unit
from bench.results import Record, of_kind
from bench.statistics import SMALLEST
from bench.summary import summarize


@dataclass(frozen=True)
class Wish:
    """A fork that would help: the unit, how many of its group's intervals are wide, the seconds the last one took."""

    unit: Unit
    wide: int
    seconds: float


class Further:
    """Chooses among groups, of which none gets more than `most` forks in all. No fork is given twice."""

    def __init__(self, groups: Sequence[Group], most: int) -> None:
        self._groups = groups
        self._most = most
        self._given: dict[str, int] = {}

    def choose(self, records: Sequence[Record], left: float | None = None) -> Wish | None:
        """Return the fork that has most wide intervals to narrow for each second it takes.

        `records` are the run's. None where all are narrow enough, have all their forks, or take longer than the `left`
        seconds.
        """
        wishes = [wish for group in self._groups if (wish := self._wish(records, group)) is not None]
        wishes = [wish for wish in wishes if wish.wide and (left is None or wish.seconds <= left)]
        if not wishes:
            return None
        best = max(wishes, key=lambda wish: wish.wide / wish.seconds)
        self._given[best.unit.group.id] = best.unit.number
        return best

    def _wish(self, records: Sequence[Record], group: Group) -> Wish | None:
        done = [one for one in of_kind(records, "unit") if one["group"] == group.id]
        if not done:
            return None
        number = 1 + max(self._given.get(group.id, 0), *(one["number"] for one in done))
        # A first fork also passed gates and compiled: of a single one nothing is known about the next, nor of widths.
        if number >= self._most or len(done) < 2:
            return None
        return Wish(Unit(group, number), wide(records, group.id), done[-1]["seconds"])


def wide(records: Sequence[Record], group: str) -> int:
    """Return how many intervals of a group, A/A controls too, reach further than 5 % to a side."""
    # Every fork: gates name theirs, and one of another group must not be taken for one of this.
    own = [one for one in records if one["kind"] == "fork" or one.get("group") in (None, group)]
    return sum(math.log(row["high"] / row["low"]) / 2 > SMALLEST for row in summarize(own).contrasts)
