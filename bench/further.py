"""Forks beyond those that were planned: once all else is done and time is left, where intervals are wide.

Widths alone decide who gets one, never a ratio or a verdict, or the figures would steer towards an answer. Decision
0018 says what stopping by width does to a 95 % interval, decision 0020 why narrow ones sit such a fork out.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bench.group import Group, Unit
from bench.results import Record, of_kind
from bench.stacks import MAIN_CONTRASTS
from bench.statistics import SMALLEST
from bench.summary import CONTROL, summarize
from bench.sweeps import Row


@dataclass(frozen=True)
class Wish:
    """A fork that would help: the unit, how many wide intervals it narrows, the seconds it may take.

    The unit's group has no other members than these intervals need.
    """

    unit: Unit
    wide: int
    seconds: float


def choose(groups: Sequence[Group], most: int, records: Sequence[Record], left: float | None = None) -> Wish | None:
    """Return the fork that has most wide intervals to narrow for each second it takes.

    Main contrasts come first, with their A/A control, and the others of a group when no main one is left to narrow
    anywhere. `records` are the run's, `most` the forks that a group may have. None where all are narrow enough, have
    all their forks, or take longer than the `left` seconds.
    """
    rows = {group.id: wide(records, group.id) for group in groups}
    for choice in (main, list):
        found = [_wish(group, most, records, choice(rows[group.id])) for group in groups]
        wishes = [wish for wish in found if wish is not None and (left is None or wish.seconds <= left)]
        if wishes:
            return max(wishes, key=lambda wish: wish.wide / wish.seconds)
    return None


def _wish(group: Group, most: int, records: Sequence[Record], rows: Collection[Row]) -> Wish | None:
    done = [one for one in of_kind(records, "unit") if one["group"] == group.id]
    # A first fork also passed gates and compiled: of a single one nothing is known about the next, nor of widths.
    if not rows or len(done) < 2:
        return None
    number = 1 + max(one["number"] for one in done)
    # One that was cut is no unit done, but is a process in the statistics by the rounds it kept.
    forks = {one["fork"] for one in of_kind(records, "round") if one["group"] == group.id and one["kept"]}
    if max(number, len(forks)) >= most:
        return None
    needed = _needed(group, rows)
    had = sum(one["fork"] == done[-1]["fork"] for one in of_kind(records, "fork"))
    return Wish(Unit(needed, number), len(rows), done[-1]["seconds"] * len(needed.members) / max(1, had))


def wide(records: Sequence[Record], group: str) -> list[Row]:
    """Return the contrasts of a group, A/A controls too, whose intervals reach further than 5 % to a side."""
    # Every fork: gates name theirs, and one of another group must not be taken for one of this.
    own = [one for one in records if one["kind"] == "fork" or one.get("group") in (None, group)]
    return [row for row in summarize(own).contrasts if math.log(row["high"] / row["low"]) / 2 > SMALLEST]


def main(rows: Collection[Row]) -> list[Row]:
    """Return the main contrasts, and with any of them the A/A control, whose width a verdict's margin is."""
    found = [row for row in rows if (row["measured"], row["against"]) in MAIN_CONTRASTS]
    return found + [row for row in rows if found and row["kind"] == CONTROL]


def _needed(group: Group, rows: Collection[Row]) -> Group:
    """Return the group with those members alone that the rows compare."""
    stacks = {row["chosen"] or row["measured"] for row in rows} | {row["against"] for row in rows}
    twins = {row["against"] for row in rows if row["kind"] == CONTROL}
    return replace(group, members=tuple(one for one in group.members if one.stack in (twins if one.twin else stacks)))
