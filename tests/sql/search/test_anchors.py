"""Frameworks that no one comparison holds share an anchor; topics and terms are never mixed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pytest

from tests.sql.search.pulls import Cell, compared, evidence, pull, weeks

NAMES = ("tensor", "alpha", "beta", "gamma", "delta", "epsilon", "zeta")


def true_interest(random: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """What people search for, in no unit: seven frameworks, from the anchor's size down to a thirtieth of it."""
    levels = dict(zip(NAMES, (1.0, 1.6, 0.8, 0.5, 0.3, 0.1, 0.03), strict=True))
    return {name: level * np.exp(random.normal(0, 0.15, count)) for name, level in levels.items()}


def rounded(truth: Mapping[str, np.ndarray], names: Iterable[str]) -> tuple[dict[str, list[Cell]], float]:
    """What a request for `names` shows: whole numbers, the highest being 100; and by what the truth was multiplied."""
    factor = 100 / max(truth[name].max() for name in names)
    shown: dict[str, list[Cell]] = {}
    for name in names:
        scaled = truth[name] * factor
        shown[name] = ["<1" if 0 < value < 0.5 else float(round(value)) for value in scaled]
    return shown, factor


@pytest.mark.parametrize("seed", range(5))
def test_seven_frameworks_by_a_shared_anchor_are_recovered_within_their_bounds(seed: int) -> None:
    truth = true_interest(np.random.default_rng([20261123, seed]), 60)
    world = compared(*NAMES)
    first = dt.date(2025, 9, 21)
    batches = (NAMES[:5], (NAMES[0], *NAMES[5:]))
    factors = []
    for batch in batches:
        shown, factor = rounded(truth, batch)
        factors.append(factor)
        pull(world, shown, first=first, request=f"GET {batch}")
    rows = weeks(world, "framework, week, interest, low, high")
    assert {row[0] for row in rows} == set(NAMES)
    for name, week, _, low, high in rows:
        value = truth[name][(week - first).days // 7] * factors[0]
        assert low <= value <= high, (name, week, low, value, high)
    # Without the ratio the second request's figures are several times too high: the test would see it.
    assert factors[1] > 1.3 * factors[0]


@pytest.mark.parametrize("seed", range(3))
def test_evidence_of_anchored_frameworks_holds_the_true_mean(seed: int) -> None:
    truth = true_interest(np.random.default_rng([7, seed]), 52)
    world = compared(*NAMES)
    shown, factor = rounded(truth, NAMES[:5])
    pull(world, shown, first=dt.date(2025, 11, 16), request="GET first")
    pull(world, rounded(truth, (NAMES[0], *NAMES[5:]))[0], first=dt.date(2025, 11, 16), request="GET second")
    found = evidence(world)
    assert len(found) == len(NAMES)
    for name in NAMES:
        value, low, high, n, _, note = found["search_interest", name]
        assert low <= truth[name].mean() * factor <= high, name
        assert n == 52
        assert ("anchor" in note) == (name in NAMES[5:])
        assert value > 0


def test_topics_are_taken_where_every_framework_has_one() -> None:
    world = compared("alpha", "beta", topics=("alpha", "beta"))
    pull(world, {"alpha": [10.0], "beta": [100.0]})
    pull(world, {"/g/alpha": [30.0], "/g/beta": [100.0]}, kind="topic", request="GET topics")
    assert weeks(world, "framework, interest, kind") == [("alpha", 30.0, "topic"), ("beta", 100.0, "topic")]


def test_terms_are_taken_where_a_framework_has_no_topic_and_the_two_are_never_mixed() -> None:
    world = compared("alpha", "beta", topics=("alpha",))
    pull(world, {"alpha": [10.0], "beta": [100.0]})
    pull(world, {"/g/alpha": [30.0]}, kind="topic", request="GET topics")
    assert weeks(world, "framework, interest, kind") == [("alpha", 10.0, "term"), ("beta", 100.0, "term")]


def test_a_column_that_is_no_frameworks_changes_nothing() -> None:
    world = pull(compared("alpha", "beta"), {"alpha": [10.0], "beta": [20.0], "gamma": [100.0]})
    assert weeks(world, "framework, interest") == [("alpha", 10.0), ("beta", 20.0)]


def test_official_shares_of_one_day_are_one_comparison() -> None:
    world = compared("alpha", "beta")
    for name, values in {"alpha": [0.02, 0.01], "beta": [0.04, 0.03]}.items():
        pull(world, {name: values}, kind="official", request=f"POST {name}")
    rows = weeks(world, "framework, interest, low, high, kind")
    assert [(row[0], round(row[1], 9), row[4]) for row in rows] == [
        ("alpha", 50.0, "official"),
        ("beta", 100.0, "official"),
        ("alpha", 25.0, "official"),
        ("beta", 75.0, "official"),
    ]
