"""Draws: each figure within its spread, each stream its own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from advice.figures import read_figures
from advice.worlds import FigureDraws, draw_weights, log_sigma, stream

DRAWS = 20_000


@pytest.fixture
def draws(row):
    def of(spread: str, value: float, low=None, high=None, n=None, framework="a"):
        figure = read_figures([row("m", framework, value, low, high, n=n)])["m", framework]
        return FigureDraws(figure, spread, 0.9, 7)

    return of


@pytest.mark.parametrize("spread", ["share", "count", "lognormal", "exact"])
@pytest.mark.parametrize("value", [0.0, 1e-9, 0.3, 1.0])
@pytest.mark.parametrize("ends", [(None, None), (0.0, 0.0), (0.0, 1.0), (0.2, 0.4)])
def test_no_spread_breaks_on_the_edge_of_its_range(draws, spread, value, ends):
    for n in (None, 0, 1, 50):
        for part in draws(spread, value, *ends, n=n).next(500):
            assert part.shape == (500,)
            assert np.isfinite(part).all()
            assert (part >= 0).all()


def test_a_lognormal_draw_has_the_interval_it_was_given(draws):
    true, _ = draws("lognormal", 100, 80, 125).next(DRAWS)
    assert np.quantile(true, [0.05, 0.5, 0.95]) == pytest.approx([80, 100, 125], rel=0.01)


def test_a_share_is_drawn_from_its_jeffreys_posterior(draws):
    true, again = draws("share", 0.1, n=400).next(DRAWS)
    assert true.mean() == pytest.approx(40.5 / 401, rel=0.01)
    assert true.var() == pytest.approx((40.5 * 360.5) / (401**2 * 402), rel=0.05)
    assert again.var() > 1.7 * true.var()


def test_a_share_of_few_leans_to_the_middle_on_both_sides(draws):
    true, again = draws("share", 0.25, n=4).next(DRAWS)
    assert true.mean() == pytest.approx(1.5 / 5, rel=0.02)
    assert set(again) == {0.0, 0.25, 0.5, 0.75, 1.0}


def test_nought_with_an_interval_is_anything_up_to_its_end(draws):
    for part in draws("lognormal", 0.0, 0.0, 4.0).next(DRAWS):
        assert part.mean() == pytest.approx(2, rel=0.02)
        assert part.max() == pytest.approx(4, rel=0.01)


def test_a_count_is_drawn_from_its_jeffreys_posterior(draws):
    true, again = draws("count", 30).next(DRAWS)
    assert true.mean() == pytest.approx(30.5, rel=0.01)
    assert true.var() == pytest.approx(30.5, rel=0.05)
    assert again.var() == pytest.approx(61, rel=0.05)


def test_measuring_again_doubles_the_variance_of_a_lognormal(draws):
    true, again = draws("lognormal", 100, 80, 125).next(DRAWS)
    assert np.log(again).var() == pytest.approx(2 * np.log(true).var(), rel=0.05)


def test_a_share_without_its_base_uses_its_interval(draws):
    true, _ = draws("share", 0.2, 0.1, 0.4).next(DRAWS)
    assert np.quantile(true, [0.05, 0.95]) == pytest.approx([0.1, 0.4], rel=0.03)


def test_a_figure_without_interval_is_drawn_as_it_stands(draws):
    for spread in ("exact", "lognormal", "share"):
        assert set(draws(spread, 12.5).next(10)[0]) == {12.5}


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (100, 80, 125, math.log(125 / 80) / (2 * 1.6448536)),
        (100, 0, 125, math.log(1.25) / 1.6448536),
        (0.5, 0.4, 0.8, math.log(2) / (2 * 1.6448536)),
        (100, 100, 100, 0.0),
        (100, 120, 80, 0.0),
    ],
)
def test_width_on_the_log_scale(value, low, high, expected):
    assert log_sigma(value, low, high, 0.9) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("spread", ["share", "count", "lognormal"])
def test_chunks_continue_one_stream(draws, spread):
    whole = draws(spread, 0.4, 0.3, 0.5, n=100).next(300)
    parts = draws(spread, 0.4, 0.3, 0.5, n=100)
    chunks = [parts.next(size) for size in (1, 99, 200)]
    for kind in (0, 1):
        assert np.array_equal(whole[kind], np.concatenate([chunk[kind] for chunk in chunks]))


def test_every_name_has_a_stream_of_its_own(draws, row):
    first, second = (draws("lognormal", 1, 0.5, 2, framework=name).next(DRAWS)[0] for name in "ab")
    assert abs(np.corrcoef(np.log(first), np.log(second))[0, 1]) < 0.03
    rows = [row(metric, "a", 1, 0.5, 2) for metric in "mn"]
    m, n = (FigureDraws(figure, "lognormal", 0.9, 7).next(DRAWS) for figure in read_figures(rows).values())
    for i, j in ((0, 0), (1, 1), (0, 1)):
        assert not np.array_equal(m[i], n[j])
    assert abs(np.corrcoef(np.log(m[0]), np.log(n[0]))[0, 1]) < 0.03
    assert stream(1, "a", "bc").random() != stream(1, "ab", "c").random()
    assert stream(1, "a").random() != stream(2, "a").random()


def test_sampled_weights_sum_to_one_around_the_readers_own():
    wanted = np.array([0.5, 0.3, 0.2, 0.0])
    sampled = draw_weights(wanted, 20, stream(1, "w"), DRAWS)
    assert sampled.sum(axis=1) == pytest.approx(np.ones(DRAWS))
    assert sampled.mean(axis=0) == pytest.approx(wanted, abs=0.005)
    assert sampled[:, 0].var() == pytest.approx(0.5 * 0.5 / 21, rel=0.05)
    assert not sampled[:, 3].any()


def test_a_single_weight_stays_one():
    sampled = draw_weights(np.array([0.0, 1.0]), 20, stream(1, "w"), 5)
    assert sampled == pytest.approx(np.array([[0.0, 1.0]] * 5))
