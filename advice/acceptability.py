"""How often each framework is best: assured, possible and even-handed.

Assured and possible are the lower and upper probabilities of Dempster (1967) and Walley (1991): true whatever the
unmeasured turns out to be, and true for at least one way it may turn out. Even-handed is the first-rank acceptability
index of SMAA-2 (Lahdelma & Salminen 2001), the unmeasured drawn evenly from its range.

"Best" asks whether a framework would come out best again if every figure were measured once more (the posterior
predictive). Asked of the true values alone, chance picks one of four equal frameworks in 12 % of all worlds; so, in
under 5 %. Ranges of standings, utilities and ranks are of the true values, so that a 90 % interval holds 90 %.
"""

from __future__ import annotations

import numpy as np

from advice.worlds import Draws

# Utilities closer than this are equal: far above the rounding of a sum, far below any figure.
TIE = 1e-9


class Tally:
    """Counts over worlds for one set of frameworks, filled chunk by chunk."""

    def __init__(self, frameworks: int, draws: int, with_ranks: bool) -> None:
        self.draws = draws
        self._filled = 0
        self._best = np.zeros(frameworks)
        self._possible = np.zeros(frameworks)
        self._even = np.zeros(frameworks)
        # Single precision: only quantiles are read from these, and 200 frameworks must fit in memory.
        self._low = np.empty((frameworks, draws), dtype=np.float32)
        self._gap = np.zeros((frameworks, draws if with_ranks else 1), dtype=np.float32)
        shape = (frameworks, frameworks + 1) if with_ranks else (0, 0)
        self._optimistic = np.zeros(shape, dtype=np.int64)
        self._pessimistic = np.zeros(shape, dtype=np.int64)

    def add(self, worlds: Draws, gap: Draws) -> None:
        """Count the worlds of one chunk: [low, again, even] × worlds × frameworks, ranges reaching up by `gap`.

        `gap` is worlds × frameworks where weights are drawn (with ranks), else one number a framework.
        """
        low, again, even = worlds
        high, again_high = low + gap, again + gap
        size = len(low)
        self._low[:, self._filled : self._filled + size] = low.T
        if self._gap.shape[1] > 1:
            self._gap[:, self._filled : self._filled + size] = gap.T
        else:
            self._gap[:, 0] = gap
        self._filled += size
        self._best += (again > best_rival(again_high) + TIE).sum(axis=0)
        self._possible += (again_high >= best_rival(again) - TIE).sum(axis=0)
        leads = even >= even.max(axis=1, keepdims=True) - TIE
        self._even += (leads / leads.sum(axis=1, keepdims=True)).sum(axis=0)
        if len(self._optimistic):
            self._add_ranks(low, high)

    def _add_ranks(self, low: Draws, high: Draws) -> None:
        surely_ahead = np.zeros(low.shape, dtype=np.int32)
        perhaps_ahead = np.full(low.shape, -1, dtype=np.int32)  # itself is counted once below
        for rival in range(low.shape[1]):
            surely_ahead += low[:, rival, None] > high + TIE
            perhaps_ahead += high[:, rival, None] >= low - TIE
        for table, ranks in ((self._optimistic, surely_ahead), (self._pessimistic, perhaps_ahead)):
            offsets = np.arange(low.shape[1]) * table.shape[1]
            table += np.bincount((ranks + 1 + offsets).ravel(), minlength=table.size).reshape(table.shape)

    @property
    def p_best(self) -> Draws:
        """Share of worlds in which each is best whatever the unmeasured turns out to be; need not sum to 1."""
        return self._best / self.draws

    @property
    def p_possible(self) -> Draws:
        """Share of worlds in which each may be best."""
        return self._possible / self.draws

    @property
    def p_even(self) -> Draws:
        """First-rank acceptability with the unmeasured drawn evenly; sums to 1."""
        return self._even / self.draws

    def limits(self, interval: float) -> tuple[Draws, Draws]:
        """Return the lower quantile of the lower ends and the upper quantile of the upper ends."""
        tail = (1 - interval) / 2
        low = np.quantile(self._low, tail, axis=1, method="inverted_cdf")
        high = np.quantile(self._low + self._gap, 1 - tail, axis=1, method="inverted_cdf")
        return low.astype(np.float64), high.astype(np.float64)

    def ranks(self, interval: float) -> tuple[list[int], list[int]]:
        """Return the best and the worst rank of each within the interval; 1 is best."""
        tail = (1 - interval) / 2
        return _rank_at(self._optimistic, tail * self.draws), _rank_at(self._pessimistic, (1 - tail) * self.draws)


def best_rival(values: Draws) -> Draws:
    """Return, for each column, the largest of the other columns, row by row."""
    order = np.argpartition(values, -2, axis=1)
    rows = np.arange(len(values))
    first, second = order[:, -1], order[:, -2]
    rival = np.repeat(values[rows, first][:, None], values.shape[1], axis=1)
    rival[rows, first] = values[rows, second]
    return rival


def _rank_at(counts: np.ndarray, worlds: float) -> list[int]:
    """The first rank by which at least `worlds` worlds are counted."""
    return [int(rank) for rank in (counts.cumsum(axis=1) >= max(worlds, 1) - 1e-6).argmax(axis=1)]
