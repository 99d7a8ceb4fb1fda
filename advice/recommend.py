"""Advice for readers: rows for each framework, the pick or the contenders, the reasons, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from advice.acceptability import Tally
from advice.flips import leader, nearest_flip
from advice.standings import Board
from advice.worlds import Draws
from barometer.catalog import Reader

Row = dict[str, Any]
PLACES = 6  # decimals published: below sampling error, above rounding error


def recommendation_rows(board: Board, reader: Reader, tally: Tally) -> list[Row]:
    """Return one row a framework: p_best, p_best_even, p_best_possible, ranks, utilities, is_pick."""
    method = board.catalog.method
    low, high = tally.limits(method.interval)
    best_rank, worst_rank = tally.ranks(method.interval)
    pick = assured(board, tally)
    return [
        {
            "reader": reader.key,
            "framework": framework,
            "p_best": rounded(tally.p_best[i]),
            "p_best_even": rounded(tally.p_even[i]),
            "p_best_possible": rounded(tally.p_possible[i]),
            "rank_low": best_rank[i],
            "rank_high": worst_rank[i],
            "utility_low": rounded(low[i]),
            "utility_high": rounded(high[i]),
            "is_pick": framework == pick,
        }
        for i, framework in enumerate(board.frameworks)
    ]


def assured(board: Board, tally: Tally) -> str | None:
    """Return the framework that is best in at least `pick_threshold` of the worlds, or None."""
    best = int(np.argmax(tally.p_best))
    return board.frameworks[best] if tally.p_best[best] >= board.catalog.method.pick_threshold else None


def pick_row(board: Board, reader: Reader, tally: Tally) -> Row:
    """Return the reader's line of the short answer."""
    weights = board.reader_weights(reader.weights)
    utilities = weights @ board.central
    lean = leader(utilities)
    pick = assured(board, tally)
    shown = board.frameworks.index(pick) if pick is not None else lean
    measured = board.measured.mean(axis=1)
    flip = nearest_flip(weights, board.central)
    settle = _settle(board, weights * (1 - measured))
    rival, lead = (None, None) if settle is None or lean is None else upset(board, weights, lean, settle)
    return {
        "reader": reader.key,
        "pick": pick,
        "lean": None if lean is None else board.frameworks[lean],
        "contenders": [pick] if pick is not None else contenders(board, tally),
        "measured_weight": rounded(weights @ measured),
        "reasons": [] if shown is None else reasons(board, weights, utilities, shown),
        "flip_factor": board.factors[flip.factor] if flip else None,
        "flip_weight_from": rounded(float(weights[flip.factor])) if flip else None,
        "flip_weight_to": rounded(flip.weight) if flip else None,
        "flips_to": board.frameworks[flip.leader] if flip else None,
        "settle_factor": settle,
        "settle_rival": rival,
        "settle_lead": lead,
    }


def contenders(board: Board, tally: Tally) -> list[str]:
    """Return the likeliest frameworks, even-handed, until together they reach the pick threshold."""
    order = sorted(range(len(board.frameworks)), key=lambda i: (-rounded(tally.p_even[i]), board.frameworks[i]))
    total, names = 0.0, []
    for i in order:
        names.append(board.frameworks[i])
        total += rounded(tally.p_even[i])
        if total >= board.catalog.method.pick_threshold:
            break
    return names


def reasons(board: Board, weights: Draws, utilities: Draws, best: int) -> list[str]:
    """Return up to two factors in which `best` leads its runner-up by most, over metrics measured for both."""
    rivals = utilities.copy()
    rivals[best] = -np.inf
    runner_up = int(np.argmax(rivals))
    gains = {}
    for factor, weight in zip(board.factors, weights.tolist(), strict=True):
        gains[factor] = weight * measured_lead(board, factor, best, runner_up)
    strongest = sorted((factor for factor in gains if gains[factor] > 1e-9), key=lambda factor: -gains[factor])
    return strongest[:2]


def measured_lead(board: Board, factor: str, first: int, second: int) -> float:
    """Return how far `first` stands above `second` in a factor, counting only metrics measured for both."""
    pair = [board.frameworks[first], board.frameworks[second]]
    return sum(
        share * float(board.standing_at_value(metric)[first] - board.standing_at_value(metric)[second])
        for metric, share in board.metrics[factor]
        if all(board.scored(metric.key, framework) for framework in pair)
    )


def upset(board: Board, weights: Draws, lean: int, factor: str) -> tuple[str | None, float | None]:
    """Return the rival that least overtakes the lean when `factor` is measured, and its lead there at which it does.

    The lead is in standings, all else as published. Both are None where no outcome of that factor can turn the lean.
    """
    index = board.factors.index(factor)
    utilities, now = weights @ board.central, board.central[index]
    needed = now - now[lean] + (utilities[lean] - utilities) / weights[index]
    # What is not known can move each by half its range from the middle.
    reach = now - now[lean] + (board.gap[index] + board.gap[index, lean]) / 2
    found = [(float(needed[i]), name) for i, name in enumerate(board.frameworks) if i != lean and needed[i] < reach[i]]
    lead, rival = min(found, default=(None, None))
    return rival, None if lead is None else rounded(lead)


def lean_at(board: Board, weights: Mapping[str, float]) -> tuple[str | None, dict[str, float]]:
    """Return the leading framework at the published standings, None on a tie, and every framework's utility."""
    utilities = board.reader_weights(dict(weights)) @ board.central
    lead = leader(utilities)
    by_framework = dict(zip(board.frameworks, utilities.tolist(), strict=True))
    return (None if lead is None else board.frameworks[lead]), by_framework


def _settle(board: Board, unmeasured: Draws) -> str | None:
    """The factor whose measurement would settle most, None when nothing is missing."""
    most = int(np.argmax(unmeasured))
    return board.factors[most] if unmeasured[most] > 1e-9 else None


def rounded(value: float | np.floating | Draws) -> float:
    """Return a plain float with the published number of decimals, never a negative zero."""
    return round(float(value), PLACES) + 0.0
