"""Intervals and verdicts: equal code is not called different, a known difference is, and noise widens the interval."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.statistics import (
    ENOUGH_FORKS,
    FASTER,
    INDISTINGUISHABLE,
    SLOWER,
    SMALLEST,
    UNDECIDED,
    Interval,
    interval,
    margin,
    verdict,
)


def blocks(rng: np.random.Generator, ratio: float, forks: int, fork_noise: float, round_noise: float, rounds: int = 7):
    """Log-ratios as a run gives them: a fork's own luck, shared by its rounds, and each round's noise."""
    return [
        list(math.log(ratio) + rng.normal(0, fork_noise) + rng.normal(0, round_noise, rounds)) for _ in range(forks)
    ]


# A fork's luck and a round's noise, in shares: a quiet pinned core; a noisy machine, where 5 % alone would not help.
@pytest.mark.parametrize(("fork_noise", "round_noise"), [(0.02, 0.03), (0.10, 0.20)])
def test_equal_code_is_called_different_in_at_most_five_percent_of_trials(fork_noise: float, round_noise: float):
    wrong = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        found = interval(blocks(rng, 1.0, 5, fork_noise, round_noise), seed)
        control = interval(blocks(rng, 1.0, 5, fork_noise, round_noise), seed)
        wrong += verdict(found, control) != INDISTINGUISHABLE
    assert wrong <= 10


@pytest.mark.parametrize(("ratio", "word"), [(1.2, SLOWER), (1 / 1.2, FASTER)])
def test_a_fifth_is_found_in_nearly_all_trials(ratio: float, word: str):
    right = held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        found = interval(blocks(rng, ratio, 5, 0.02, 0.03), seed)
        control = interval(blocks(rng, 1.0, 5, 0.02, 0.03), seed)
        right += verdict(found, control) == word
        held += found.low <= math.log(ratio) <= found.high
    assert right >= 190
    # 95 % intervals hold the truth in 190 of 200, give or take three standard deviations.
    assert 180 <= held <= 199


def test_stopping_by_width_calls_equal_code_different_as_seldom():
    """Five forks, and more until the interval is narrow or there are nine: the run's own rule, one contrast alone."""
    wrong = held = taken = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        forks = blocks(rng, 1.0, 5, 0.06, 0.03)
        while interval(forks, seed).half_width > SMALLEST and len(forks) < ENOUGH_FORKS - 1:
            forks += blocks(rng, 1.0, 1, 0.06, 0.03)
        found = interval(forks, seed)
        wrong += verdict(found, None) != INDISTINGUISHABLE
        held += found.low <= 0 <= found.high
        taken += len(forks)
    assert wrong <= 10
    assert held >= 180
    assert 1000 < taken < 1800


def test_a_bootstrap_of_five_forks_would_be_too_narrow():
    """Why a t-interval is reported below ten forks: the percentile bootstrap misses the truth far too often."""
    held = 0
    for seed in range(200):
        found = interval(blocks(np.random.default_rng(seed), 1.0, 5, 0.05, 0.01), seed)
        held += found.boot_low <= 0 <= found.boot_high
    assert held < 180


def test_the_method_follows_the_number_of_forks():
    rng = np.random.default_rng(0)
    methods = {forks: interval(blocks(rng, 1.0, forks, 0.02, 0.02)).method for forks in (1, 2, 9, 10)}
    assert methods == {1: "one-fork", 2: "t", 9: "t", 10: "bootstrap"}
    assert interval([]) is None
    assert interval([[], []]) is None
    assert interval([[0.1], []]).forks == 1


def test_the_t_interval_is_the_textbooks():
    """Mean 3, standard deviation sqrt(2.5), five values: 3 +- 2.7764 * 1.5811 / 2.2361."""
    found = interval([[value] for value in (1.0, 2.0, 3.0, 4.0, 5.0)])
    assert found.estimate == 3
    assert found.high - 3 == pytest.approx(1.9632, abs=1e-4)
    assert 3 - found.low == pytest.approx(1.9632, abs=1e-4)


@pytest.mark.parametrize("forks", range(2, ENOUGH_FORKS))
def test_a_t_interval_holds_95_percent_of_students_distribution(forks: int):
    """Its density, integrated over what the interval reaches in standard errors, by the number of forks."""
    values = np.arange(forks, dtype=float)
    found = interval([[value] for value in values])
    assert found.half_width == pytest.approx(found.high - found.estimate)
    reach = found.half_width * math.sqrt(forks) / float(values.std(ddof=1))
    freedom = forks - 1
    points = np.linspace(-reach, reach, 400_001)
    density = (1 + points**2 / freedom) ** (-(freedom + 1) / 2)
    constant = math.gamma((freedom + 1) / 2) / (math.sqrt(freedom * math.pi) * math.gamma(freedom / 2))
    assert constant * float(np.trapezoid(density, points)) == pytest.approx(0.95, abs=1e-5)


def test_the_bootstrap_of_many_forks_reaches_as_far_as_the_normal_distribution():
    values = np.random.default_rng(5).normal(0, 1, 400)
    found = interval([[value] for value in values])
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    assert found.high - found.estimate == pytest.approx(1.96 * error, rel=0.05)
    assert found.estimate - found.low == pytest.approx(1.96 * error, rel=0.05)


def test_one_odd_round_does_not_move_a_fork():
    quiet = interval([[0.0] * 7] * 5)
    odd = interval([[0.0] * 6 + [3.0]] * 5)
    assert odd.estimate == quiet.estimate == 0


def test_the_same_figures_give_the_same_interval():
    forks = blocks(np.random.default_rng(1), 1.1, 12, 0.02, 0.02)
    assert interval(forks, 3) == interval(forks, 3)
    assert interval(forks, 3) != interval(forks, 4)


def test_a_single_fork_decides_nothing():
    assert verdict(interval([[0.5, 0.5, 0.5]]), None) == UNDECIDED


def test_a_difference_within_the_margin_is_none_however_sure():
    sure = interval([[0.03 + wobble] for wobble in (0.0, 1e-4, -1e-4, 2e-4, -2e-4)])
    assert sure.low > 0
    assert verdict(sure, None) == INDISTINGUISHABLE


def test_the_margin_is_five_percent_or_the_controls_half_width():
    narrow = interval([[value] for value in (0.0, 0.001, -0.001)])
    wide = interval([[value] for value in (0.0, 0.1, -0.1)])
    assert margin(None) == margin(narrow) == math.log(1.05)
    assert margin(wide) == pytest.approx(wide.half_width)
    # 8 % between identical programs: nothing below that is believed.
    biased = interval([[value] for value in (0.08, 0.081, 0.079)])
    assert margin(biased) == pytest.approx(biased.high)
    assert verdict(interval([[value] for value in (0.07, 0.071, 0.069)]), biased) == INDISTINGUISHABLE


def known(estimate: float, low: float, high: float, forks: int = 5) -> Interval:
    return Interval(estimate, low, high, "t", forks, 60, low, high)


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (known(0.2, 0.1, 0.3, forks=2), SLOWER),
        (known(-0.2, -0.3, -0.1, forks=2), FASTER),
        (known(-0.2, -0.3, -0.1, forks=1), UNDECIDED),
        # Surely different, by too little.
        (known(0.04, 0.03, 0.05), INDISTINGUISHABLE),
        (known(-0.04, -0.05, -0.03), INDISTINGUISHABLE),
        # Different by enough, and not surely so.
        (known(0.2, -0.1, 0.5), INDISTINGUISHABLE),
        (known(-0.2, -0.5, 0.1), INDISTINGUISHABLE),
        # On the edge: an interval that ends at equality holds it, and the margin is not beyond the margin.
        (known(0.2, 0.0, 0.4), INDISTINGUISHABLE),
        (known(-0.2, -0.4, 0.0), INDISTINGUISHABLE),
        (known(SMALLEST, 0.01, 0.1), INDISTINGUISHABLE),
        (known(-SMALLEST, -0.1, -0.01), INDISTINGUISHABLE),
    ],
)
def test_a_verdict_needs_an_interval_without_equality_and_more_than_the_margin(found: Interval, word: str):
    assert verdict(found, None) == word


@pytest.mark.parametrize(
    ("control", "least"),
    [
        (known(0.08, 0.07, 0.09), 0.09),
        (known(-0.08, -0.09, -0.07), 0.09),
        (known(0.02, -0.1, 0.14), 0.12),
        (known(0.1, 0.0, 0.2), 0.1),
        (known(-0.1, -0.2, 0.0), 0.1),
        (known(0.01, 0.005, 0.015), SMALLEST),
    ],
)
def test_a_control_without_equality_is_a_bias_as_far_as_it_reaches(control: Interval, least: float):
    assert margin(control) == pytest.approx(least)
