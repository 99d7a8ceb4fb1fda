"""From paired blocks to a ratio with its interval and a verdict. All arithmetic is on natural logarithms of seconds.

A contrast's raw figures are one list a fork: the logarithm of (measured / against) of every kept round. A fork's value
is the median of its rounds, so one odd round does not move it, and the estimate is the mean of the forks' values.
Rounds of one process share its luck (memory layout, compilation), so forks and not rounds are what is independent
(Kalibera and Jones, Rigorous Benchmarking in Reasonable Time, 2013).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# A difference below this is not worth a word, whatever its interval.
SMALLEST = math.log(1.05)
DRAWS = 2000
# Below this many forks a percentile bootstrap is too narrow, and a t-interval is the one that is reported.
ENOUGH_FORKS = 10
# The 97.5 % points of Student's t for 1 to 8 degrees of freedom (any table).
_T = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060)

FASTER = "faster"
SLOWER = "slower"
INDISTINGUISHABLE = "indistinguishable"
UNDECIDED = "undecided"


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval, in logarithms, and the method it came by; the bootstrap's beside it."""

    estimate: float
    low: float
    high: float
    method: str
    forks: int
    rounds: int
    boot_low: float
    boot_high: float

    @property
    def half_width(self) -> float:
        """Half the interval's length, in logarithms."""
        return (self.high - self.low) / 2


def interval(forks: Sequence[Sequence[float]], seed: int = 0) -> Interval | None:
    """Return the interval of the mean of the forks' medians; None without a round.

    With 2 to 9 forks it is a t-interval on the forks' values, from 10 on the hierarchical bootstrap, and with a single
    fork a bootstrap over its rounds (method `one-fork`), which knows nothing of the luck of a process.
    """
    filled = [np.asarray(fork, float) for fork in forks if len(fork)]
    if not filled:
        return None
    values = np.array([np.median(fork) for fork in filled])
    boot_low, boot_high = bootstrap(filled, seed)
    estimate, rounds = float(values.mean()), sum(len(fork) for fork in filled)
    low, high, method = boot_low, boot_high, "one-fork" if len(filled) == 1 else "bootstrap"
    if 2 <= len(filled) < ENOUGH_FORKS:
        reach = _T[len(filled) - 2] * float(values.std(ddof=1)) / math.sqrt(len(filled))
        low, high, method = estimate - reach, estimate + reach, "t"
    return Interval(estimate, low, high, method, len(filled), rounds, boot_low, boot_high)


def bootstrap(forks: Sequence[np.ndarray], seed: int, draws: int = DRAWS) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean of medians: forks are drawn, then rounds within each."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(forks), (draws, len(forks)))
    medians = np.empty((draws, len(forks)))
    for number, fork in enumerate(forks):
        places = drawn == number
        rounds = rng.integers(0, len(fork), (int(places.sum()), len(fork)))
        medians[places] = np.median(fork[rounds], axis=1)
    low, high = np.percentile(medians.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def margin(control: Interval | None) -> float:
    """Return the smallest difference that counts, in logarithms: 5 %, or the A/A control's half-width if larger.

    A control that excludes equality shows a bias of the instrument itself; its far end is the margin then.
    """
    if control is None:
        return SMALLEST
    excludes = control.low > 0 or control.high < 0
    reach = max(abs(control.low), abs(control.high)) if excludes else control.half_width
    return max(SMALLEST, reach)


def verdict(found: Interval, control: Interval | None) -> str:
    """Return faster, slower or indistinguishable; undecided for a single fork.

    Different is what has an interval without equality and an estimate beyond the margin.
    """
    if found.forks < 2:
        return UNDECIDED
    least = margin(control)
    if found.low > 0 and found.estimate > least:
        return SLOWER
    if found.high < 0 and found.estimate < -least:
        return FASTER
    return INDISTINGUISHABLE
