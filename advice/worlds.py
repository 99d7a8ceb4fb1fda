"""Random worlds: every figure drawn within its spread, every reader's weights around their own.

Each (metric, framework) and each reader has a random stream of its own, seeded from the catalogue's seed and the names.
So a figure that comes or goes moves no other draw: two editions differ only where their evidence does.
"""

from __future__ import annotations

import hashlib
import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from advice.figures import Figure

Draws = NDArray[np.float64]


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the random stream that belongs to these names: PCG64 seeded by their SHA-256."""
    digest = hashlib.sha256("\x1f".join((str(seed), *names)).encode()).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(int.from_bytes(digest[:16], "big"))))


class FigureDraws:
    """One figure, drawn world by world; several calls to `next` continue the same streams."""

    def __init__(self, figure: Figure, spread: str, interval: float, seed: int) -> None:
        self._figure = figure
        self._spread = spread
        self._interval = interval
        self._true = stream(seed, "true", figure.metric, figure.framework)
        self._again = stream(seed, "again", figure.metric, figure.framework)

    def next(self, draws: int) -> tuple[Draws, Draws]:
        """Return (true, again): what the true value may be, and what measuring it once more may give. Never negative.

        share: Jeffreys posterior Beta(k + 1/2, n - k + 1/2) of k of n, then Binomial(n) / n; count: Gamma(value + 1/2),
        the Jeffreys posterior of a Poisson mean, then Poisson; lognormal: normal on the log scale with the interval's
        width, once and twice; exact: the value itself.
        """
        value = max(0.0, self._figure.value)
        n = self._figure.n
        if self._spread == "count":
            mean = self._true.standard_gamma(value + 0.5, size=draws)
            return mean, self._again.poisson(mean).astype(np.float64)
        if self._spread == "share" and n is not None and n > 0:
            hits = min(value, 1.0) * n
            share = self._true.beta(hits + 0.5, n - hits + 0.5, size=draws)
            trials = max(1, round(n))
            return share, self._again.binomial(trials, share) / trials
        if self._spread in ("exact", "bounds"):
            return np.full(draws, value), np.full(draws, value)
        low, high = self._figure.interval
        if value == 0.0:
            # A logarithm has no zero: between nothing and the upper end anything is as likely.
            even = self._true.uniform(0.0, max(high, 0.0), size=draws)
            return even, even
        sigma = log_sigma(value, low, high, self._interval)
        first = sigma * self._true.standard_normal(draws)
        return value * np.exp(first), value * np.exp(first + sigma * self._again.standard_normal(draws))


def log_sigma(value: float, low: float, high: float, interval: float) -> float:
    """Return the standard deviation on the log scale of a figure whose central `interval` is [low, high].

    Where the lower end is not above zero, the upper half alone gives the width.
    """
    z = NormalDist().inv_cdf((1 + interval) / 2)
    if high <= low or high <= 0:
        return 0.0
    if low > 0:
        return math.log(high / low) / (2 * z)
    return max(0.0, math.log(high / value)) / z


def draw_weights(weights: Draws, concentration: float, random: np.random.Generator, draws: int) -> Draws:
    """Return `draws` rows of weights that sum to 1: Dirichlet around `weights`. A weight of nought stays nought."""
    sampled = np.zeros((draws, len(weights)))
    positive = weights > 0
    sampled[:, positive] = random.dirichlet(concentration * weights[positive], size=draws)
    return sampled
