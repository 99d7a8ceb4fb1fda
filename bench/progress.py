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
# Before a second fork was timed: its share of a first one, which also passes the gates and compiles everything anew. In
# the bundled run they took 54 s and 178 s.
_LATER = 0.3


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
        purpose, first = _kind(unit)
        took = self._took.get((purpose, first))
        if took is None and not first:
            took = [_LATER * seconds for seconds in self._took.get((purpose, True), ())]
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
