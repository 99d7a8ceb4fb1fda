"""Picks, contenders, reasons, and the verdicts on factors in words."""

from __future__ import annotations

import pytest

from advice import decide
from advice.words import chance, factor_verdict, listed, number

TWO = {"f": [("m", "exact", "higher")], "g": [("n", "exact", "higher")]}


@pytest.fixture
def tables(make_catalog, row):
    def of(readers, values, factors=TWO, **method):
        rows = [
            row(m, f, v) for m, figures in values.items() for f, v in zip("abcd", figures, strict=True) if v is not None
        ]
        return decide(rows, make_catalog(factors, readers, **method))

    return of


def test_a_clear_best_is_picked_with_its_reasons(tables):
    result = tables({"r": {"f": 0.4, "g": 0.6}}, {"m": (9, 3, 2, 1), "n": (9, 8, 2, 1)})
    pick = result["picks"][0]
    assert (pick["pick"], pick["lean"], pick["contenders"], pick["reasons"]) == ("a", "a", ["a"], ["f", "g"])
    assert (pick["measured_weight"], pick["settle_factor"]) == (1.0, None)
    assert [line["is_pick"] for line in result["recommendations"]] == [True, False, False, False]


def test_reasons_leave_out_what_speaks_against_and_what_is_not_measured_for_both(tables):
    result = tables({"r": {"f": 0.5, "g": 0.5}}, {"m": (9, 3, 2, 1), "n": (5, 9, 2, 1)})
    assert result["picks"][0]["reasons"] == ["f"]
    result = tables({"r": {"f": 0.5, "g": 0.5}}, {"m": (9, 3, 2, 1), "n": (9, None, 2, 1)})
    assert result["picks"][0]["reasons"] == ["f"]


def test_what_is_not_measured_is_named_by_weight(tables):
    pick = tables({"r": {"f": 0.1, "g": 0.9}}, {"m": (9, 3, 2, 1)})["picks"][0]
    assert (pick["pick"], pick["settle_factor"], pick["measured_weight"]) == (None, "g", pytest.approx(0.1))
    assert pick["lean"] == "a"
    assert len(pick["contenders"]) > 1


def test_unmeasured_weight_below_the_lead_does_not_stop_a_pick(tables):
    result = tables({"r": {"f": 0.95, "g": 0.05}}, {"m": (9, 3, 2, 1)}, weight_concentration=1000.0)
    assert result["picks"][0]["pick"] == "a"
    assert result["recommendations"][0]["rank_high"] == 1


def test_contenders_together_reach_the_threshold(quick, realistic):
    result = decide(realistic, quick)
    even = {(line["reader"], line["framework"]): line["p_best_even"] for line in result["recommendations"]}
    for pick in result["picks"]:
        found = [even[pick["reader"], name] for name in pick["contenders"]]
        assert found == sorted(found, reverse=True)
        assert sum(found) >= 0.8 or pick["pick"]
        assert sum(found[:-1]) < 0.8


def test_the_overall_row_weighs_scored_factors_equally(tables):
    rows = tables({"r": {"f": 0.9, "g": 0.1}}, {"m": (9, 3, 9, 1), "n": (1, 4, 2, 2)})["factor_standings"]
    standing = {(line["factor"], line["framework"]): line["standing"] for line in rows}
    for framework in "abcd":
        mean = (standing["f", framework] + standing["g", framework]) / 2
        assert standing["conclusion", framework] == pytest.approx(mean, abs=1e-6)


def test_tables_have_every_row_once(quick, realistic):
    result = decide(realistic, quick)
    assert {key: len(rows) for key, rows in result.items()} == {
        "factor_standings": 44,
        "factor_verdicts": 11,
        "recommendations": 28,
        "picks": 7,
        "claims": 38,
    }
    keys = {
        "factor_standings": ("factor", "framework"),
        "recommendations": ("reader", "framework"),
        "picks": ("reader",),
    }
    for table, names in keys.items():
        found = [tuple(line[name] for name in names) for line in result[table]]
        assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("figures", "winner", "words"),
    [
        ({"m": (9, 3, 2, 1)}, "a", "A leads: measured again, it would come out best in over 99.9\u202f% of cases."),
        ({"m": (9, 9, 2, 1)}, "tie", "Too close to call: A or B. The figures do not tell them apart."),
        ({}, "not measured", "Not measured yet: no figures so far for m."),
        (
            {"m": (9, 3, 2, None)},
            "tie",
            "Partly measured (75\u202f%): A is ahead on the figures there are; D could still be best."
            " Not measured for everybody: m.",
        ),
    ],
)
def test_verdicts_in_words(tables, figures, winner, words):
    verdict = tables({"r": {"f": 1.0}}, figures, {"f": [("m", "exact", "higher")]})["factor_verdicts"][0]
    assert (verdict["winner"], verdict["verdict"]) == (winner, words)
    assert set(verdict["p_best"]) == set("abcd")


def test_a_winner_with_gaps_says_so():
    words = factor_verdict("a", {"a": "A", "b": "B"}, {"a": 0.9, "b": 0.0}, {"a": 1.0, "b": 0.0}, ["a"], 0.9, ["m"])
    assert words == (
        "A leads: measured again, it would come out best in 90\u202f% of cases, whatever the missing figures turn out "
        "to be. Not measured for everybody: m."
    )


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2_274_563, "downloads/day", "2.27\u202fM"),
        (999_500, "", "1\u202fM"),
        (999_499, "", "999\u202fk"),
        (1234, "", "1.23\u202fk"),
        (999.6, "", "1\u202fk"),
        (12_345_678_900, "", "12.3\u202fB"),
        (0.1064, "share", "10.6\u202f%"),
        (0.00123, "share", "0.123\u202f%"),
        (0, "share", "0\u202f%"),
        (4.7, "ratio", "4.7×"),
        (4.666, "ratio", "4.67×"),
        (2015, "year", "2015"),
        (1, "yes/no", "yes"),
        (0, "yes/no", "no"),
        (27, "releases", "27"),
        (27.34, "", "27.3"),
        (0.0000001234, "", "0.000000123"),
        (-1500, "", "-1.5\u202fk"),
        (0, "", "0"),
    ],
)
def test_numbers_as_printed(value, unit, text):
    assert number(value, unit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "under 0.1\u202f%"), (1.0, "over 99.9\u202f%"), (0.305, "30.5\u202f%"), (0.9764, "97.6\u202f%")],
)
def test_chances_as_printed(value, text):
    assert chance(value) == text


def test_lists_as_printed():
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_what_measuring_the_missing_factor_could_turn(tables):
    """g is not measured; b stands 2/3 below a in f, so b must stand 2/3 * 0.5 / 0.5 above a in g to draw level."""
    readers, figures = {"r": {"f": 0.5, "g": 0.5}}, {"m": (9, 3, 2, 1)}
    pick = tables(readers, figures)["picks"][0]
    assert (pick["settle_factor"], pick["settle_rival"], pick["settle_lead"]) == (
        "g",
        "b",
        pytest.approx(2 / 3, abs=1e-5),
    )
    for extra, lean in ((-0.001, "a"), (0.001, "b")):
        lead = pick["settle_lead"] + extra
        found = tables(readers, figures | {"n": (100 * (1 - lead), 100, 1, 1)})["picks"][0]
        assert found["lean"] == lean
    pick = tables({"r": {"f": 0.7, "g": 0.3}}, figures)["picks"][0]
    assert (pick["settle_factor"], pick["settle_rival"], pick["settle_lead"]) == ("g", None, None)
