"""Which weeks or months make a year's figure, and what is left open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest

from tests.sql.search.pulls import Cell, compared, evidence, pull


def test_places_stand_apart_and_evidence_is_worldwide() -> None:
    world = compared("alpha", "beta")
    pull(world, {"alpha": [10.0] * 52, "beta": [20.0] * 52}, first=dt.date(2025, 11, 16))
    pull(world, {"alpha": [90.0] * 52, "beta": [20.0] * 52}, first=dt.date(2025, 11, 16), geo="DE", request="GET DE")
    assert evidence(world)["search_interest", "alpha"][0] == 10.0
    query = "select distinct geo, interest from core.search_interest_period where framework = 'alpha' order by 1"
    assert world.rows(query) == [("", 10.0), ("DE", 90.0)]


def test_evidence_is_of_the_last_52_complete_weeks() -> None:
    world = compared("alpha", "beta")
    values: list[Cell] = [90.0] * 40 + [10.0, 20.0] * 26 + [99.0]
    pull(world, {"alpha": values, "beta": [5.0] * 93}, first=dt.date(2025, 2, 9), partial=True)
    value, low, high, n, as_of, note = evidence(world)["search_interest", "alpha"]
    assert (value, n, as_of) == (15.0, 52, dt.date(2026, 11, 15))
    # 15 ± t(51) · s/√52, s² = 25 · 52/51
    assert (low, high) == pytest.approx((15 - 1.6753 * (25 / 51) ** 0.5, 15 + 1.6753 * (25 / 51) ** 0.5))
    assert note.startswith("mean of 52 weeks, plain terms, each the median of 1 pull, of an index that compares only")


def test_what_rounding_hides_is_left_open() -> None:
    world = compared("alpha", "beta", "gamma")
    series: dict[str, Iterable[Cell]] = {"alpha": ["<1"] * 52, "beta": [3.0] * 52, "gamma": [30.0, 31.0] * 26}
    found = evidence(pull(world, series, first=dt.date(2025, 11, 16)))
    ends = {name: found["search_interest", name][:3] for name in ("alpha", "beta", "gamma")}
    assert ends["alpha"] == (0.5, 0.0, 1.0)
    assert ends["beta"] == (3.0, 2.5, 3.5)
    # Figures that vary by more than half a point: rounding averages out.
    assert ends["gamma"] == pytest.approx((30.5, 30.5 - 1.6753 * 0.5 / 51**0.5, 30.5 + 1.6753 * 0.5 / 51**0.5))
    spreads = world.rows("select framework, spread from core.evidence_search order by 1")
    assert spreads == [("alpha", "bounds"), ("beta", None), ("gamma", None)]


@pytest.mark.parametrize(("count", "has_figure"), [(39, False), (40, True)])
def test_a_year_takes_forty_weeks(count: int, has_figure: bool) -> None:
    world = compared("alpha", "beta")
    pull(world, {"alpha": [10.0] * count, "beta": [20.0] * count}, first=dt.date(2020, 1, 5))
    assert (("search_interest_2020", "alpha") in evidence(world)) == has_figure


def test_2020_is_read_from_months_where_no_weeks_are() -> None:
    world = compared("alpha", "beta")
    months: list[Cell] = [1.0] * 192 + [30.0] * 6 + [50.0] * 6 + [5.0] * 60
    pull(world, {"alpha": months, "beta": [8.0] * 264}, first=dt.date(2004, 1, 1), granularity="month")
    found = evidence(world)
    assert set(found) == {("search_interest_2020", "alpha"), ("search_interest_2020", "beta")}
    value, low, high, n, as_of, note = found["search_interest_2020", "alpha"]
    assert (value, n, as_of) == (40.0, 12, dt.date(2020, 12, 31))
    # 40 ± t(11) · s/√12, s² = 100 · 12/11
    assert (low, high) == pytest.approx((40 - 1.7959 * (100 / 11) ** 0.5, 40 + 1.7959 * (100 / 11) ** 0.5))
    assert note.startswith("mean of 12 months")
    assert world.rows("select count(*) from core.search_interest_period where span = 'week'") == [(0,)]


def test_weeks_and_months_are_never_mixed_in_one_figure() -> None:
    world = compared("alpha", "beta")
    pull(
        world, {"alpha": [10.0] * 12, "beta": [80.0] * 12}, first=dt.date(2020, 1, 1), granularity="month", request="m"
    )
    pull(world, {"alpha": [60.0] * 52, "beta": [30.0] * 52}, first=dt.date(2020, 1, 5), request="w")
    found = evidence(world)
    assert [
        (found["search_interest_2020", name][0], found["search_interest_2020", name][3]) for name in ("alpha", "beta")
    ] == [
        (60.0, 52),
        (30.0, 52),
    ]


def test_months_serve_where_weeks_hold_fewer_frameworks() -> None:
    world = compared("alpha", "beta", "gamma")
    pull(
        world,
        dict.fromkeys(("alpha", "beta", "gamma"), [10.0] * 12),
        first=dt.date(2020, 1, 1),
        granularity="month",
        request="m",
    )
    pull(world, dict.fromkeys(("alpha", "beta"), [60.0] * 52), first=dt.date(2020, 1, 5), request="w")
    assert {key[1]: row[0] for key, row in evidence(world).items()} == {"alpha": 10.0, "beta": 10.0, "gamma": 10.0}
