"""Where the lean turns: the smallest change of one factor's weight that puts another framework ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from advice.worlds import Draws

# Two utilities this close are a tie: rounding of a sum of ten products, and nothing else.
EQUAL = 1e-12


@dataclass(frozen=True)
class Flip:
    """With the weight of factor number `factor` beyond `weight`, the others scaled, framework number `leader` leads."""

    factor: int
    weight: float
    leader: int


def leader(utilities: Draws) -> int | None:
    """Return the index of the largest utility, or None on a tie."""
    order = np.argsort(-utilities, kind="stable")
    return None if utilities[order[0]] - utilities[order[1]] <= EQUAL else int(order[0])


def shifted(weights: Draws, factor: int, weight: float) -> Draws:
    """Return the weights with one factor's set to `weight` and the others scaled so that all still sum to 1.

    Where that factor had all the weight, the others share the rest evenly.
    """
    others = np.delete(weights, factor)
    total = others.sum()
    scaled = others / total if total > 0 else np.full(len(others), 1 / len(others))
    return np.insert(scaled * (1 - weight), factor, weight)


def nearest_flip(weights: Draws, standings: Draws) -> Flip | None:
    """Return the flip that moves a weight least, or None if no single weight between 0 and 1 changes the lean.

    `standings` is factors × frameworks. Utility is linear in the moved weight t, so the lead over each rival is
    t·own + (1 - t)·rest, and it is lost at t = rest / (rest - own): exact, no search. On equal distances the first
    factor, then the first framework wins.
    """
    lean = leader(weights @ standings)
    if lean is None or len(weights) < 2:
        return None
    flips = list(_crossings(weights, standings, lean))
    return min(flips, key=lambda flip: (round(abs(flip.weight - weights[flip.factor]), 12), flip.factor), default=None)


def _crossings(weights: Draws, standings: Draws, lean: int) -> Iterator[Flip]:
    """Yield, for each factor and direction, the first weight at which the lean is lost."""
    for factor in range(len(weights)):
        own = standings[factor, lean] - standings[factor]
        rest = shifted(weights, factor, 0.0) @ (standings[:, [lean]] - standings)
        slope = own - rest
        for side in (-1, 1):
            falling = np.flatnonzero(side * slope < -EQUAL)
            points = -rest[falling] / slope[falling]
            inside = (points > EQUAL) & (points < 1 - EQUAL)
            if not inside.any():
                continue
            falling, points = falling[inside], points[inside]
            first = points.min() if side > 0 else points.max()
            # Of several rivals that draw level at one point, the one that gains fastest leads beyond it.
            level = falling[np.abs(points - first) <= EQUAL]
            yield Flip(factor, float(first), int(level[np.argmin(side * slope[level])]))
