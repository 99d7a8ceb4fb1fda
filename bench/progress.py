"""Progress on stderr: one line a step, with what is done and the time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from bench.further import Wish
from bench.group import Unit
from bench.stop import Stop

Say = Callable[[str], None]
# Before anything of a kind was timed: seconds a worker takes to start, and a stack's share of rounds.
_START_S = 6.0
# What a worker takes in a later fork of cells, or in any of a purpose that was not met yet, beside one in a first fork
# of cells, which also passes the gates and compiles everything cold. In a standard run on two cores a worker took
# 10.5 s in those, 3.5 s in later ones, 2.4 s in a first fork of the ladder.
_LATER = 0.3
_LONGEST = ("cells", True)


def quiet(line: str) -> None:
    """Say nothing."""


def to_stderr(line: str) -> None:
    """Write the line at once."""
    print(line, file=sys.stderr, flush=True)


class Progress:
    """What is done, and how long the rest takes, learned from the units that are done."""

    def __init__(self, units: Sequence[Unit], stop: Stop, say: Say) -> None:
        self._left = list(units)
        self._total = len(units)
        self._stop = stop
        self._took: dict[tuple[str, bool], list[float]] = {}
        self.say = say

    @property
    def learned(self) -> bool:
        """True once a unit is done."""
        return bool(self._took)

    def begin(self, unit: Unit) -> None:
        """Say which unit begins."""
        done = self._total - len(self._left) + 1
        of = max(unit.group.forks, unit.number + 1)
        self.say(f"[{done}/{self._total}] {unit.group.id}, fork {unit.number + 1} of {of}{self._remaining()}")

    def further(self, wish: Wish) -> None:
        """Say that a fork beyond those planned is taken, and why."""
        self._left.append(wish.unit)
        self._total += 1
        where, workers = wish.unit.group.workload, len(wish.unit.group.members)
        wide = f"{wish.wide} interval{'s' * (wish.wide > 1)} of {where} wider than 5 % to a side"
        self.say(f"time is left: another fork of {workers} workers for {wide}")

    def finish(self, unit: Unit, seconds: float) -> None:
        """Learn from a unit that is done."""
        self._took.setdefault(_kind(unit), []).append(seconds / max(1, len(unit.group.members)))
        self._left.remove(unit)

    def expected(self, unit: Unit) -> float:
        """Return the seconds a unit will take: as its kind took so far, a worker of it at a time.

        First forks and later ones are of different kinds.
        """
        took = self._took.get(_kind(unit)) or [_LATER * seconds for seconds in self._took.get(_LONGEST, ())]
        took = took or [seconds for known in self._took.values() for seconds in known]
        a_worker = sum(took) / len(took) if took else _START_S
        return a_worker * len(unit.group.members)

    def _remaining(self) -> str:
        rest = sum(self.expected(unit) for unit in self._left)
        left = self._stop.left()
        words = f"; about {clock(rest)} left"
        return words if left is None or left >= rest else f"{words}, the budget ends in {clock(left)}"


def _kind(unit: Unit) -> tuple[str, bool]:
    return unit.group.purpose, unit.number == 0


def clock(seconds: float) -> str:
    """Return seconds as people say them: 45 s, 12 min, 2 h 05 min."""
    whole = max(0, round(seconds))
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
