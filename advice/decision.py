"""From evidence rows to every table of advice, in one pure call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from advice.acceptability import Tally
from advice.claims import Advice, Judge
from advice.figures import read_figures
from advice.recommend import Row, assured, lean_at, pick_row, recommendation_rows, rounded
from advice.standings import OVERALL, Board, factor_worlds
from advice.words import factor_verdict
from advice.worlds import Draws, draw_weights, stream
from barometer.catalog import Catalog, Reader

# Numbers held at once for one chunk of worlds: about 30 MB, so that 200 frameworks need no more memory than four.
CHUNK = 4_000_000

Tables = dict[str, list[Row]]


def decide(evidence: Iterable[Mapping[str, Any]], catalog: Catalog) -> Tables:
    """Return the tables factor_standings, factor_verdicts, recommendations, picks and claims as lists of rows.

    `evidence` has the columns of `marts.evidence`. The same evidence, catalogue and seed give the same rows, whatever
    the order in which evidence and frameworks come.
    """
    board = Board(catalog, read_figures(evidence))
    factors, readers = _sample(board)
    tables: Tables = {"factor_standings": [], "factor_verdicts": [], "recommendations": [], "picks": [], "claims": []}
    for factor, tally in factors.items():
        tables["factor_standings"] += _standing_rows(board, factor, tally)
        tables["factor_verdicts"].append(_verdict_row(board, factor, tally))
    for reader in catalog.readers:
        tables["recommendations"] += recommendation_rows(board, reader, readers[reader.key])
        tables["picks"].append(pick_row(board, reader, readers[reader.key]))
    judge = Judge(catalog, board.figures, _reader_advice(tables, catalog), _factor_advice(tables, catalog))
    tables["claims"] = [judge.row(claim) for claim in catalog.claims]
    return tables


def lean_with_weights(
    evidence: Iterable[Mapping[str, Any]], catalog: Catalog, weights: Mapping[str, float]
) -> tuple[str | None, dict[str, float]]:
    """Return (lean, utilities) for any weights over the scored factors; they are scaled to sum to 1.

    The lean is None on a tie. Nothing is sampled: standings are those published in `factor_standings`.
    """
    return lean_at(Board(catalog, read_figures(evidence)), weights)


def _sample(board: Board) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Return filled tallies by factor, the overall one last, and by reader."""
    method, names = board.catalog.method, len(board.frameworks)
    factors = {key: Tally(names, method.draws, with_ranks=False) for key in [*board.factors, OVERALL]}
    readers = {reader.key: Tally(names, method.draws, with_ranks=True) for reader in board.catalog.readers}
    weights = {reader.key: _sampled_weights(board, reader) for reader in board.catalog.readers}
    start, rows = 0, max(1, CHUNK // (3 * names * len(board.factors)))
    for chunk in factor_worlds(board, method.draws, rows):
        for index, factor in enumerate(board.factors):
            factors[factor].add(chunk[:, index], board.gap[index])
        factors[OVERALL].add(chunk.mean(axis=1), board.gap.mean(axis=0))
        size = chunk.shape[2]
        for key, tally in readers.items():
            sampled = weights[key][start : start + size]
            tally.add(np.einsum("wk,pkwf->pwf", sampled, chunk), sampled @ board.gap)
        start += size
    return factors, readers


def _sampled_weights(board: Board, reader: Reader) -> Draws:
    method = board.catalog.method
    around = board.reader_weights(reader.weights)
    return draw_weights(around, method.weight_concentration, stream(method.seed, "weights", reader.key), method.draws)


def _central_and_measured(board: Board, factor: str) -> tuple[Draws, Draws]:
    if factor == OVERALL:
        return board.central.mean(axis=0), board.measured.mean(axis=0)
    index = board.factors.index(factor)
    return board.central[index], board.measured[index]


def _standing_rows(board: Board, factor: str, tally: Tally) -> list[Row]:
    central, measured = _central_and_measured(board, factor)
    low, high = tally.limits(board.catalog.method.interval)
    return [
        {
            "factor": factor,
            "framework": framework,
            "standing": rounded(central[i]),
            "low": rounded(min(low[i], central[i])),
            "high": rounded(max(high[i], central[i])),
            "measured_share": rounded(measured[i]),
            "p_best": rounded(tally.p_best[i]),
            "p_best_even": rounded(tally.p_even[i]),
            "p_best_possible": rounded(tally.p_possible[i]),
        }
        for i, framework in enumerate(board.frameworks)
    ]


def _verdict_row(board: Board, factor: str, tally: Tally) -> Row:
    method = board.catalog.method
    measured = rounded(_central_and_measured(board, factor)[1].mean())
    winner = "not measured" if measured == 0 else assured(board, tally) or "tie"
    p_best = {name: rounded(value) for name, value in zip(board.frameworks, tally.p_best, strict=True)}
    p_even = {name: rounded(value) for name, value in zip(board.frameworks, tally.p_even, strict=True)}
    labels = {framework.key: framework.label for framework in board.catalog.frameworks}
    open_to = [name for i, name in enumerate(board.frameworks) if tally.p_possible[i] >= 1 - method.pick_threshold]
    words = factor_verdict(winner, labels, p_best, p_even, open_to, measured, _unknown(board, factor))
    return {"factor": factor, "winner": winner, "p_best": p_best, "measured_share": measured, "verdict": words}


def _unknown(board: Board, factor: str) -> list[str]:
    """Labels of what is not measured for every framework: the metrics of a factor, the factors of the overall row."""
    if factor == OVERALL:
        labels = {item.key: item.label.lower() for item in board.catalog.factors}
        return [labels[key] for key, row in zip(board.factors, board.measured, strict=True) if row.min() < 1 - 1e-9]
    names = board.frameworks
    return [metric.label for metric, _ in board.metrics[factor] if not all(board.scored(metric.key, n) for n in names)]


def _reader_advice(tables: Tables, catalog: Catalog) -> Advice:
    picks, rows = tables["picks"], tables["recommendations"]
    return Advice(
        winner={row["reader"]: row["pick"] for row in picks},
        measured={row["reader"]: row["measured_weight"] for row in picks},
        possible={(row["reader"], row["framework"]): row["p_best_possible"] for row in rows},
        threshold=catalog.method.pick_threshold,
    )


def _factor_advice(tables: Tables, catalog: Catalog) -> Advice:
    verdicts, rows = tables["factor_verdicts"], tables["factor_standings"]
    return Advice(
        winner={row["factor"]: None if row["winner"] in ("tie", "not measured") else row["winner"] for row in verdicts},
        measured={row["factor"]: row["measured_share"] for row in verdicts},
        possible={(row["factor"], row["framework"]): row["p_best_possible"] for row in rows},
        threshold=catalog.method.pick_threshold,
    )
