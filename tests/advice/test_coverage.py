"""On a thousand simulated worlds: intervals hold what they promise, and equals get no winner."""

from __future__ import annotations

import math

import numpy as np
import pytest

from advice import decide

WORLDS = 1000
Z = 1.6448536


def measured(row, random, spread: str, metric: str, framework: str, true: float) -> dict:
    """One honest measurement of a true value, with its interval."""
    if spread == "count":
        return row(metric, framework, float(random.poisson(true)))
    if spread == "share":
        return row(metric, framework, random.binomial(1500, true) / 1500, n=1500)
    value = true * math.exp(random.normal(0, 0.1))
    return row(metric, framework, value, value * math.exp(-0.1 * Z), value * math.exp(0.1 * Z))


def true_values(random, spread: str) -> np.ndarray:
    low, high = {"count": (30, 300), "share": (0.04, 0.5), "lognormal": (1, 10)}[spread]
    return np.exp(random.uniform(math.log(low), math.log(high), size=4))


@pytest.mark.parametrize(
    ("spread", "better"), [("lognormal", "higher"), ("lognormal", "lower"), ("share", "higher"), ("count", "higher")]
)
def test_ninety_per_cent_intervals_cover_ninety_per_cent(make_catalog, row, spread, better):
    """Of the best one the standing is 1 by definition, so the promise is tested on the others."""
    catalog = make_catalog({"f": [("m", spread, better)]}, {"r": {"f": 1.0}}, draws=300)
    random = np.random.default_rng(11)
    hits, ranks, cases = 0, 0, 0
    for _ in range(WORLDS):
        true = true_values(random, spread)
        tables = decide([measured(row, random, spread, "m", f, v) for f, v in zip("abcd", true, strict=True)], catalog)
        good = true if better == "higher" else 1 / true
        ranking = (-good).argsort().argsort() + 1
        standings, places = tables["factor_standings"][:4], tables["recommendations"]
        for i in range(4):
            ranks += places[i]["rank_low"] <= ranking[i] <= places[i]["rank_high"]
            if ranking[i] > 1:
                cases += 1
                hits += standings[i]["low"] <= good[i] / good.max() <= standings[i]["high"]
    assert 0.87 <= hits / cases <= 0.93
    assert ranks / (4 * WORLDS) >= 0.87


def test_intervals_over_several_metrics_cover_too(make_catalog, row):
    spreads = {"m": "lognormal", "n": "share", "o": "count"}
    catalog = make_catalog(
        {"f": [(key, spread, "higher") for key, spread in spreads.items()]}, {"r": {"f": 1.0}}, draws=300
    )
    random = np.random.default_rng(12)
    hits = utilities = 0
    for _ in range(WORLDS):
        true = {metric: true_values(random, spread) for metric, spread in spreads.items()}
        rows = [
            measured(row, random, spreads[m], m, f, v) for m in spreads for f, v in zip("abcd", true[m], strict=True)
        ]
        tables = decide(rows, catalog)
        exact = np.mean([values / values.max() for values in true.values()], axis=0)
        hits += sum(s["low"] <= x <= s["high"] for s, x in zip(tables["factor_standings"][:4], exact, strict=True))
        pairs = zip(tables["recommendations"], exact, strict=True)
        utilities += sum(s["utility_low"] <= x <= s["utility_high"] for s, x in pairs)
    assert 0.87 <= hits / (4 * WORLDS) <= 0.93
    assert 0.87 <= utilities / (4 * WORLDS) <= 0.93


@pytest.mark.parametrize(
    ("spread", "gaps"),
    [
        ("lognormal", "none"),
        ("share", "none"),
        ("count", "none"),
        ("lognormal", "some rows missing"),
        ("lognormal", "a factor missing"),
    ],
)
def test_four_equals_seldom_get_a_sole_winner(make_catalog, row, spread, gaps):
    factors = {"f": [("m", spread, "higher")], "g": [("n", spread, "lower")]}
    readers = {"r": {"f": 0.5, "g": 0.5}}
    catalog = make_catalog(factors, readers, draws=250)
    random = np.random.default_rng(13)
    true = {"lognormal": 3.0, "share": 0.2, "count": 60.0}[spread]
    picks = winners = 0
    for _ in range(WORLDS):
        metrics = "m" if gaps == "a factor missing" else "mn"
        rows = [measured(row, random, spread, m, f, true) for m in metrics for f in "abcd"]
        if gaps == "some rows missing":
            rows = [line for line in rows if random.random() < 0.9]
        tables = decide(rows, catalog)
        picks += tables["picks"][0]["pick"] is not None
        winners += tables["factor_verdicts"][0]["winner"] in set("abcd")
    assert picks <= 0.05 * WORLDS
    assert winners <= 0.05 * WORLDS
