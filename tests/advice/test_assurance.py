"""Assured chances: nobody gains by a figure's absence, names and order mean nothing, better figures never hurt."""

from __future__ import annotations

import itertools
import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advice import decide

FRAMEWORKS = "abcd"
# Monotone in the figure draw by draw; counts and shares are so only on average.
PATHWISE = ("exact", "lognormal", "bounds")
SETTINGS = settings(max_examples=25, derandomize=True)


def chances(tables: dict) -> dict[tuple[str, str], float]:
    """p_best by (reader or factor, framework)."""
    rows = [(row["reader"], row) for row in tables["recommendations"]]
    rows += [(row["factor"], row) for row in tables["factor_standings"]]
    return {(name, row["framework"]): row["p_best"] for name, row in rows}


def risen(before: dict, after: dict) -> list:
    old, new = chances(before), chances(after)
    return [(key, old[key], new[key]) for key in old if new[key] > old[key] + 1e-9]


@st.composite
def cases(draw, make_catalog, row):
    """A random catalogue with random evidence: (catalogue, rows)."""
    spreads = ("exact", "lognormal", "bounds", "count", "share")
    count = draw(st.integers(1, 3))
    names = iter("mnopqrstu")
    factors = {
        f"f{i}": [
            (next(names), draw(st.sampled_from(spreads)), draw(st.sampled_from(("higher", "lower"))))
            for _ in range(draw(st.integers(1, 2)))
        ]
        for i in range(count)
    }
    parts = [draw(st.integers(0, 4)) for _ in range(count)]
    parts[0] += 1
    catalog = make_catalog(factors, {"r": {f"f{i}": part / sum(parts) for i, part in enumerate(parts)}}, draws=300)
    rows = []
    for metric in catalog.metrics:
        for framework in FRAMEWORKS:
            value = draw(st.floats(0.01, 1)) if metric.spread == "share" else draw(st.floats(0.5, 50))
            width = draw(st.floats(0, 0.4))
            if draw(st.integers(0, 9)):
                ends = value * math.exp(-width), value * math.exp(width)
                rows.append(row(metric.key, framework, value, *ends, n=draw(st.sampled_from((None, 40, 900)))))
    return catalog, rows


def test_removing_a_metric_or_letting_it_age_raises_nobody(make_catalog, row):
    @SETTINGS
    @given(cases(make_catalog, row))
    def check(case):
        catalog, rows = case
        before = decide(rows, catalog)
        for metric in {line["metric"] for line in rows}:
            removed = decide([line for line in rows if line["metric"] != metric], catalog)
            stale = decide([line | {"is_stale": line["metric"] == metric} for line in rows], catalog)
            assert risen(before, removed) == []
            assert removed == stale

    check()


def test_one_figure_that_ages_raises_nobody(make_catalog, row):
    @SETTINGS
    @given(cases(make_catalog, row), st.randoms(use_true_random=False))
    def check(case, random):
        catalog, rows = case
        if rows:
            aged = random.randrange(len(rows))
            after = decide([line | {"is_stale": i == aged} for i, line in enumerate(rows)], catalog)
            assert risen(decide(rows, catalog), after) == []

    check()


def test_one_figure_that_goes_never_raises_its_own_framework(make_catalog, row):
    """Others may gain where the lost figure was the best there was: the scale itself is lost. A stale row keeps it."""

    @SETTINGS
    @given(cases(make_catalog, row), st.randoms(use_true_random=False))
    def check(case, random):
        catalog, rows = case
        if rows:
            gone = rows[random.randrange(len(rows))]
            after = decide([line for line in rows if line is not gone], catalog)
            assert [rise for rise in risen(decide(rows, catalog), after) if rise[0][1] == gone["framework"]] == []

    check()


def test_losing_a_figure_that_is_never_the_best_raises_nobody(make_catalog, row):
    catalog = make_catalog({"f": [("m", "lognormal", "higher"), ("n", "lognormal", "higher")]}, {"r": {"f": 1.0}})
    rows = [row(m, f, v, 0.9 * v, 1.1 * v) for m in "mn" for f, v in zip(FRAMEWORKS, (9, 8.5, 3, 2), strict=True)]
    before = decide(rows, catalog)
    for metric, framework in itertools.product("mn", "cd"):
        kept = [line for line in rows if (line["metric"], line["framework"]) != (metric, framework)]
        assert risen(before, decide(kept, catalog)) == []


@pytest.mark.parametrize("evidence", ["realistic", "complete"])
def test_removing_any_data_set_or_metric_raises_nobody(quick, evidence, request):
    rows = request.getfixturevalue(evidence)
    before = decide(rows, quick)
    dataset = {metric.key: metric.dataset for metric in quick.metrics}
    for gone in sorted({dataset[line["metric"]] for line in rows}):
        assert risen(before, decide([line for line in rows if dataset[line["metric"]] != gone], quick)) == [], gone
    for gone in sorted({line["metric"] for line in rows if line["metric"] in dataset})[::3]:
        assert risen(before, decide([line for line in rows if line["metric"] != gone], quick)) == [], gone


def test_removing_everything_step_by_step_only_ever_widens(quick, complete):
    """Never zero, never re-weighted: each loss lowers the low ends, raises the high ends and stretches the ranks."""
    standing = {metric.key for metric in quick.metrics if metric.standing}
    rows, before = complete, decide(complete, quick)
    for factor in ("performance", "ease", "popularity", "jobs"):
        lost = {metric.key for metric in quick.metrics if metric.factor == factor} & standing
        rows = [line for line in rows if line["metric"] not in lost]
        after = decide(rows, quick)
        for old, new in zip(before["recommendations"], after["recommendations"], strict=True):
            assert new["utility_low"] < old["utility_low"]
            assert new["utility_high"] > old["utility_high"] - 1e-6
            assert new["rank_low"] <= old["rank_low"] <= old["rank_high"] <= new["rank_high"]
            assert new["p_best_possible"] >= old["p_best_possible"]
        assert risen(before, after) == []
        before = after


def test_without_any_evidence_everything_is_open(quick):
    tables = decide([], quick)
    for line in tables["recommendations"]:
        assert (line["p_best"], line["p_best_possible"], line["rank_low"], line["rank_high"]) == (0, 1, 1, 4)
        assert (line["utility_low"], line["utility_high"]) == pytest.approx((0, 1))
        assert line["p_best_even"] == pytest.approx(0.25, abs=0.05)
    assert {line["winner"] for line in tables["factor_verdicts"]} == {"not measured"}
    assert {(line["pick"], line["lean"]) for line in tables["picks"]} == {(None, None)}


def test_the_best_at_everything_is_sure_to_be_picked(quick, complete):
    better = {metric.key: metric.better for metric in quick.metrics}
    share = {metric.key for metric in quick.metrics if metric.unit == "share"}
    rows = []
    for line in complete:
        good = (line["framework"] == "jax") == (better[line["metric"]] == "higher")
        value = (0.9 if good else 0.1) * (1 if line["metric"] in share else 100)
        rows.append(line | {"value": value, "low": 0.95 * value, "high": 1.05 * value})
    tables = decide(rows, quick)
    assert {line["pick"] for line in tables["picks"]} == {"jax"}
    assert all(line["p_best"] > 0.999 for line in tables["recommendations"] if line["framework"] == "jax")
    assert all(line["winner"] == "jax" for line in tables["factor_verdicts"])


def test_two_that_are_the_same_are_never_picked(quick, complete):
    twin = {line["metric"]: line for line in complete if line["framework"] == "jax"}
    rows = [
        twin[line["metric"]] | {"framework": line["framework"]} for line in complete if line["framework"] == "pytorch"
    ]
    rows += [line for line in complete if line["framework"] != "pytorch"]
    tables = decide(rows, quick)
    assert not {line["pick"] for line in tables["picks"]} & {"jax", "pytorch"}
    for line in tables["picks"]:
        assert line["lean"] not in ("jax", "pytorch")


def test_exact_twins_are_never_assured(make_catalog, row):
    catalog = make_catalog(
        {"f": [("m", "exact", "higher")], "g": [("n", "exact", "lower")]}, {"r": {"f": 0.7, "g": 0.3}}
    )
    rows = [row(m, f, 5 if f in "ab" else (1 if m == "m" else 9)) for m in "mn" for f in FRAMEWORKS]
    tables = decide(rows, catalog)
    assert [line["p_best"] for line in tables["recommendations"]] == [0, 0, 0, 0]
    assert [line["p_best_even"] for line in tables["recommendations"]] == [0.5, 0.5, 0, 0]
    assert [line["rank_high"] for line in tables["recommendations"]] == [2, 2, 4, 4]
    assert tables["picks"][0]["contenders"] == ["a", "b"]


def test_chances_are_chances(make_catalog, row):
    @SETTINGS
    @given(cases(make_catalog, row))
    def check(case):
        catalog, rows = case
        tables = decide(rows, catalog)
        for table, key in (("recommendations", "reader"), ("factor_standings", "factor")):
            sums: dict[str, float] = {}
            for line in tables[table]:
                sums[line[key]] = sums.get(line[key], 0) + line["p_best_even"]
                assert 0 <= line["p_best"] <= line["p_best_even"] + 1e-6
                assert line["p_best_even"] <= line["p_best_possible"] + 1e-6
            assert all(total == pytest.approx(1, abs=1e-5) for total in sums.values())
        for line in tables["recommendations"]:
            assert 1 <= line["rank_low"] <= line["rank_high"] <= 4
            assert -1e-9 <= line["utility_low"] <= line["utility_high"] <= 1 + 1e-6
        for line in tables["factor_standings"]:
            assert 0 <= line["low"] <= line["standing"] <= line["high"] <= 1 + 1e-6
        for line in tables["picks"]:
            assert line["pick"] in (None, line["lean"])

    check()


def test_a_better_figure_never_hurts(make_catalog, row):
    @SETTINGS
    @given(cases(make_catalog, row), st.randoms(use_true_random=False), st.floats(1.01, 3))
    def check(case, random, gain):
        catalog, rows = case
        spread = {metric.key: metric.spread for metric in catalog.metrics}
        better = {metric.key: metric.better for metric in catalog.metrics}
        movable = [i for i, line in enumerate(rows) if spread[line["metric"]] in PATHWISE]
        if not movable:
            return
        moved = random.choice(movable)
        factor = gain if better[rows[moved]["metric"]] == "higher" else 1 / gain
        line = rows[moved] | {key: rows[moved][key] * factor for key in ("value", "low", "high")}
        before, after = (
            chances(decide(rows, catalog)),
            chances(decide([*rows[:moved], line, *rows[moved + 1 :]], catalog)),
        )
        own = [key for key in before if key[1] == line["framework"]]
        assert [key for key in own if after[key] < before[key] - 1e-9] == []

    check()


@pytest.mark.parametrize("spread", ["count", "share"])
def test_a_better_count_or_share_helps_on_average(make_catalog, row, spread):
    catalog = make_catalog({"f": [("m", spread, "higher")]}, {"r": {"f": 1.0}}, draws=4000)
    found = []
    for value in (0.2, 0.24, 0.28, 0.32, 0.36):
        size = value if spread == "share" else 100 * value
        rows = [row("m", f, size if f == "a" else size * 0.28 / value, n=100) for f in FRAMEWORKS]
        found.append(decide(rows, catalog)["recommendations"][0]["p_best"])
    assert found == sorted(found)
    assert found[-1] > found[0] + 0.3


def test_new_names_change_nothing_but_the_names(quick, complete):
    """Streams belong to names, so the same worlds are not drawn again: equal up to sampling."""
    cycle = {"keras": "pytorch", "pytorch": "tensorflow", "tensorflow": "jax", "jax": "keras"}
    before = decide(complete, quick)
    after = decide([line | {"framework": cycle[line["framework"]]} for line in complete], quick)
    renamed = {(line["reader"], line["framework"]): line for line in after["recommendations"]}
    for line in before["recommendations"]:
        other = renamed[line["reader"], cycle[line["framework"]]]
        assert other["p_best"] == pytest.approx(line["p_best"], abs=0.06)
        assert other["utility_low"] == pytest.approx(line["utility_low"], abs=0.02)
    for old, new in zip(before["picks"], after["picks"], strict=True):
        assert new["lean"] == cycle[old["lean"]]
        assert new["flip_weight_to"] == old["flip_weight_to"]
        assert new["flips_to"] == cycle[old["flips_to"]]


def test_a_higher_threshold_only_takes_picks_away(quick, complete):
    strict = msgspec.structs.replace(quick, method=msgspec.structs.replace(quick.method, pick_threshold=0.99))
    for easy, hard in zip(decide(complete, quick)["picks"], decide(complete, strict)["picks"], strict=True):
        assert hard["pick"] in (None, easy["pick"])
