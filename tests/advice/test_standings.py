"""Standings: relative to the best, the unknown as a range, shares of weight fixed by the catalogue."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from advice.acceptability import Tally, best_rival
from advice.figures import read_figures
from advice.standings import Board, MetricWorlds, factor_worlds

ONE = {"f": [("m", "exact", "higher")]}
ALL = {"r": {"f": 1.0}}


def standing(catalog, rows):
    metric = MetricWorlds(Board(catalog, read_figures(rows)), catalog.metrics[0])
    low, _, even = metric.next(4)
    return low[0], low[0] + metric.gap, even


def test_higher_is_divided_by_the_best(make_catalog, row):
    low, high, even = standing(
        make_catalog(ONE, ALL), [row("m", f, v) for f, v in zip("abcd", (10, 5, 20, 0), strict=True)]
    )
    assert list(low) == list(high) == list(even[0]) == [0.5, 0.25, 1.0, 0.0]


def test_lower_is_inverted(make_catalog, row):
    catalog = make_catalog({"f": [("m", "exact", "lower")]}, ALL)
    low, _, _ = standing(catalog, [row("m", f, v) for f, v in zip("abcd", (10, 5, 20, 5), strict=True)])
    assert list(low) == [0.5, 1.0, 0.25, 1.0]


def test_nought_is_the_best_of_lower_and_leaves_the_others_nothing(make_catalog, row):
    catalog = make_catalog({"f": [("m", "exact", "lower")]}, ALL)
    low, _, _ = standing(catalog, [row("m", f, v) for f, v in zip("abcd", (0, 5, 20, 0), strict=True)])
    assert list(low) == [1.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize("spread", ["exact", "share", "count", "lognormal", "bounds"])
def test_all_noughts_are_equal_and_do_not_crash(make_catalog, row, better, spread):
    catalog = make_catalog({"f": [("m", spread, better)]}, ALL)
    low, high, even = standing(catalog, [row("m", f, 0.0) for f in "abcd"])
    assert np.isfinite(even).all()
    if spread in ("exact", "lognormal", "bounds"):
        assert list(low) == list(high) == [1.0] * 4


def test_missing_is_anything_from_nothing_to_as_good_as_the_best(make_catalog, row):
    low, high, even = standing(make_catalog(ONE, ALL), [row("m", "a", 10), row("m", "b", 5)])
    assert list(low) == [1.0, 0.5, 0.0, 0.0]
    assert list(high) == [1.0, 0.5, 1.0, 1.0]
    assert len(set(even[:, 2])) == 4
    assert (even[:, 0] == 1.0).all()


def test_nothing_measured_leaves_everything_open(make_catalog):
    low, high, _ = standing(make_catalog(ONE, ALL), [])
    assert list(low) == [0.0] * 4
    assert list(high) == [1.0] * 4


def test_bounds_span_a_range_against_the_best_upper_bound(make_catalog, row):
    catalog = make_catalog({"f": [("m", "bounds", "higher")]}, ALL)
    low, high, even = standing(catalog, [row("m", "a", 3, 2, 4), row("m", "b", 8, 6, 10), row("m", "c", 5)])
    assert list(low) == pytest.approx([0.2, 0.6, 0.5, 0.0])
    assert list(high) == pytest.approx([0.4, 1.0, 0.5, 1.0])
    assert ((even[:, 0] > 0.2) & (even[:, 0] < 0.4)).all()


def test_bounds_of_lower_are_inverted(make_catalog, row):
    catalog = make_catalog({"f": [("m", "bounds", "lower")]}, ALL)
    low, high, _ = standing(
        catalog, [row("m", "a", 3, 2, 4), row("m", "b", 8, 4, 8), row("m", "c", 2), row("m", "d", 9)]
    )
    assert list(low) == pytest.approx([0.5, 0.25, 1.0, 2 / 9])
    assert list(high) == pytest.approx([1.0, 0.5, 1.0, 2 / 9])


def test_an_out_of_date_figure_counts_for_nothing_but_keeps_the_scale(make_catalog, row):
    low, high, _ = standing(make_catalog(ONE, ALL), [row("m", "a", 10, is_stale=True), row("m", "b", 5)])
    assert list(low) == [0.0, 0.5, 0.0, 0.0]
    assert list(high) == [1.0, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_row_without_a_number_is_no_figure(row, value):
    assert read_figures([row("m", "a", value)]) == {}


def test_importance_is_shared_among_all_metrics_measured_or_not(make_catalog, row):
    catalog = make_catalog({"f": [("m", "exact", "higher"), ("n", "exact", "higher")]}, ALL)
    board = Board(catalog, read_figures([row("m", "a", 2), row("m", "b", 1)]))
    assert board.measured.tolist() == [[0.5, 0.5, 0.0, 0.0]]
    assert board.central.tolist() == [[0.75, 0.5, 0.5, 0.5]]
    assert board.gap.tolist() == [[0.5, 0.5, 1.0, 1.0]]


def test_a_metric_that_is_shown_alone_has_no_share(make_catalog, row):
    catalog = make_catalog({"f": [("m", "exact", "higher"), ("n", "exact", "higher")]}, ALL)
    shown = msgspec.structs.replace(catalog.metrics[1], standing=False)
    catalog = msgspec.structs.replace(catalog, metrics=(catalog.metrics[0], shown))
    board = Board(catalog, read_figures([row("m", "a", 2), row("m", "b", 1), row("n", "c", 1)]))
    assert board.measured.tolist() == [[1.0, 1.0, 0.0, 0.0]]
    assert board.central.tolist() == [[1.0, 0.5, 0.5, 0.5]]


def test_chunks_give_the_same_worlds(make_catalog, row):
    catalog = make_catalog(
        {"f": [("m", "lognormal", "higher")], "g": [("n", "count", "lower")]}, {"r": {"f": 0.5, "g": 0.5}}
    )
    board = Board(catalog, read_figures([row("m", "a", 2, 1, 3), row("m", "b", 1, 0.5, 2), row("n", "c", 4)]))
    whole = next(factor_worlds(board, 100, 100))
    parts = np.concatenate(list(factor_worlds(board, 100, 33)), axis=2)
    assert np.array_equal(whole, parts)


def test_best_rival_is_the_best_of_the_others():
    values = np.random.default_rng(0).random((50, 6))
    expected = [[max(np.delete(line, i)) for i in range(6)] for line in values]
    assert np.array_equal(best_rival(values), expected)


def test_ties_are_nobodys_win_and_split_evenly():
    tally = Tally(3, 2, with_ranks=True)
    worlds = np.array([[[0.5, 0.5, 0.1], [0.9, 0.2, 0.1]]] * 3)
    tally.add(worlds, np.zeros((2, 3)))
    assert tally.p_best.tolist() == [0.5, 0.0, 0.0]
    assert tally.p_even.tolist() == [0.75, 0.25, 0.0]
    assert tally.p_possible.tolist() == [1.0, 0.5, 0.0]
    assert tally.ranks(0.9) == ([1, 1, 3], [2, 2, 3])


def test_a_range_counts_as_possible_not_as_assured():
    tally = Tally(2, 1, with_ranks=True)
    tally.add(np.array([[[0.5, 0.4]], [[0.5, 0.4]], [[0.5, 0.45]]]), np.array([[0.0, 0.2]]))
    assert tally.p_best.tolist() == [0.0, 0.0]
    assert tally.p_possible.tolist() == [1.0, 1.0]
    assert tally.p_even.tolist() == [1.0, 0.0]
    assert tally.ranks(0.9) == ([1, 1], [2, 2])
