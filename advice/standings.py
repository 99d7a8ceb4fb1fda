"""Standings: how each framework stands in each factor, from 0 to 1, with what is not known kept as a range.

A measured figure stands at figure / best figure of the same world. What nobody measured, or what is out of date, may be
anything from nothing to as good as the best: its standing is the range [0, 1]. It keeps its share of the weight, so a
missing source widens every answer that rests on it and favours nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from advice.figures import Figure, Figures
from advice.worlds import Draws, FigureDraws, stream
from barometer.catalog import Catalog, Metric

OVERALL = "conclusion"


@dataclass(frozen=True)
class Board:
    """The frameworks, scored factors and their metrics, with the figures there are. Frameworks are sorted by key."""

    catalog: Catalog
    figures: Figures

    @cached_property
    def frameworks(self) -> list[str]:
        """Framework keys, sorted: the order of every array's last axis."""
        return sorted(framework.key for framework in self.catalog.frameworks)

    @cached_property
    def factors(self) -> list[str]:
        """Keys of the scored factors, in the catalogue's order."""
        return [factor.key for factor in self.catalog.scored_factors]

    @cached_property
    def metrics(self) -> dict[str, list[tuple[Metric, float]]]:
        """Standing metrics by factor, each with its share of the factor's importance, measured or not."""
        by_factor: dict[str, list[Metric]] = {key: [] for key in self.factors}
        for metric in sorted(self.catalog.metrics, key=lambda metric: metric.key):
            if metric.standing and metric.factor in by_factor:
                by_factor[metric.factor].append(metric)
        totals = {key: sum(metric.importance for metric in metrics) for key, metrics in by_factor.items()}
        return {key: [(m, m.importance / totals[key]) for m in metrics] for key, metrics in by_factor.items()}

    def scored(self, metric: str, framework: str) -> Figure | None:
        """Return the figure that counts, or None where it is missing or out of date."""
        figure = self.figures.get((metric, framework))
        return figure if figure is not None and figure.is_scored else None

    @cached_property
    def measured(self) -> Draws:
        """Share of each factor's importance that is measured, factors × frameworks."""

        def share_measured(factor: str, framework: str) -> float:
            return sum(share for metric, share in self.metrics[factor] if self.scored(metric.key, framework))

        return np.array([[share_measured(factor, name) for name in self.frameworks] for factor in self.factors])

    @cached_property
    def at_value(self) -> dict[str, MetricWorlds]:
        """By metric key, each scored metric's standings at the figures as printed."""
        return {metric.key: MetricWorlds(self, metric) for metrics in self.metrics.values() for metric, _ in metrics}

    @cached_property
    def central(self) -> Draws:
        """Standings at the figures as printed, what is not known at the middle of its range; factors × frameworks.

        Rounded as published, so that a lean can be worked out again from the published standings.
        """
        return np.round(self._weighted(lambda worlds: worlds.low_at_value + worlds.gap / 2, 0.5), 6)

    @cached_property
    def gap(self) -> Draws:
        """How far each factor standing may lie above its low end for want of knowledge; factors × frameworks."""
        return self._weighted(lambda worlds: worlds.gap, 1.0)

    def _weighted(self, part: Callable[[MetricWorlds], Draws], without: float) -> Draws:
        """Sum a property of the metrics over each factor by share; `without` for a factor that has no metrics."""
        rows = np.full((len(self.factors), len(self.frameworks)), without)
        for row, factor in zip(rows, self.factors, strict=True):
            if self.metrics[factor]:
                row[:] = sum(share * part(self.at_value[metric.key]) for metric, share in self.metrics[factor])
        return rows

    def standing_at_value(self, metric: Metric) -> Draws:
        """Return each framework's standing in one metric at the figures as printed, unsampled."""
        worlds = self.at_value[metric.key]
        return worlds.low_at_value + worlds.gap / 2

    def reader_weights(self, weights: dict[str, float]) -> Draws:
        """Return weights in the order of `factors`, scaled to sum to 1."""
        values = np.array([float(weights.get(factor, 0.0)) for factor in self.factors])
        return values / values.sum()


class MetricWorlds:
    """One metric's standings, drawn world by world; several calls to `next` continue the same streams.

    A standing's range is [low, low + gap]. The low end changes from world to world, the gap does not: 1 where nothing
    is known, the distance of the bounds where only those are, else 0.
    """

    def __init__(self, board: Board, metric: Metric) -> None:
        self._board = board
        self._metric = metric
        figures = [board.figures.get((metric.key, framework)) for framework in board.frameworks]
        self._known = np.array([board.scored(metric.key, framework) is not None for framework in board.frameworks])
        ends = [(np.nan, np.nan) if figure is None else _ends(figure, metric.spread) for figure in figures]
        at_value = self._relative(*np.array(ends).T[:, None, :])
        self.low_at_value: Draws = at_value[0][0]
        self.gap: Draws = (at_value[1] - at_value[0])[0]

    @cached_property
    def _draws(self) -> dict[int, FigureDraws]:
        """By column, the draws of the figures there are, out of date or not; none where nothing would vary or count."""
        method, metric = self._board.catalog.method, self._metric
        if metric.spread in ("exact", "bounds") or not self._known.any():
            return {}
        pairs = enumerate(self._board.figures.get((metric.key, framework)) for framework in self._board.frameworks)
        return {i: FigureDraws(figure, metric.spread, method.interval, method.seed) for i, figure in pairs if figure}

    @cached_property
    def _even(self) -> dict[int, np.random.Generator]:
        """By column, the stream that places a standing within its gap."""
        seed, names = self._board.catalog.method.seed, self._board.frameworks
        return {int(i): stream(seed, "even", self._metric.key, names[i]) for i in np.flatnonzero(self.gap)}

    def next(self, draws: int) -> tuple[Draws, Draws, Draws]:
        """Return (low, again, even), each worlds × frameworks.

        low: the low end of the true standing; again: of the standing if every figure were measured once more;
        even: a standing drawn evenly from [again, again + gap].
        """
        low = again = np.tile(self.low_at_value, (draws, 1))
        if self._draws:
            values = np.full((2, draws, len(self._known)), np.nan)
            for column, figure in self._draws.items():
                values[:, :, column] = figure.next(draws)
            low, again = (self._relative(part, part)[0] for part in values)
        even = again.copy()
        for column, random in self._even.items():
            even[:, column] += random.random(draws) * self.gap[column]
        return low, again, even

    def _relative(self, low: Draws, high: Draws) -> tuple[Draws, Draws]:
        """Standings from figures. An out-of-date figure still sets the scale, so that its ageing lifts nobody else."""
        if not self._known.any():
            return np.zeros(low.shape), np.ones(low.shape)
        if self._metric.better == "higher":
            best = np.nanmax(high, axis=1, keepdims=True)
            ranges = _ratio(low, best), _ratio(high, best)
        else:
            best = np.nanmin(low, axis=1, keepdims=True)
            ranges = _ratio(best, high), _ratio(best, low)
        return np.where(self._known, ranges[0], 0.0), np.where(self._known, ranges[1], 1.0)


def _ends(figure: Figure, spread: str) -> tuple[float, float]:
    """What is taken for the figure unsampled: its two bounds where only those are known, else its value twice."""
    low, high = sorted(figure.interval) if spread == "bounds" else (figure.value, figure.value)
    return max(0.0, low), max(0.0, high)


def _ratio(part: Draws, whole: Draws) -> Draws:
    """part / whole where part <= whole; nought of nought is as good as the best."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.ones(part.shape), where=(whole > 0) | np.isnan(whole))


def factor_worlds(board: Board, draws: int, rows: int) -> Iterator[Draws]:
    """Yield chunks of at most `rows` worlds of factor standings, [low, again, even] × factors × worlds × frameworks."""
    worlds = {
        key: [(MetricWorlds(board, metric), share) for metric, share in board.metrics[key]] for key in board.metrics
    }
    for start in range(0, draws, rows):
        size = min(rows, draws - start)
        chunk = np.zeros((3, len(board.factors), size, len(board.frameworks)))
        for index, factor in enumerate(board.factors):
            for metric, share in worlds[factor]:
                for total, part in zip(chunk[:, index], metric.next(size), strict=True):
                    total += share * part
            if not worlds[factor]:
                chunk[2, index] = 0.5
        yield chunk
