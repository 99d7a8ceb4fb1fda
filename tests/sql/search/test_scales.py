"""Pulls of the same weeks: their median and spread, what supersedes what, and when two have one scale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np

from tests.sql.search.pulls import Cell, compared, pull, weeks
from tests.sql.world import AS_OF, READ, World


def test_the_median_of_all_pulls_and_how_far_they_spread() -> None:
    world = compared("alpha")
    for day, value in ((1, 40.0), (2, 90.0), (3, 50.0)):
        pull(world, {"alpha": [value, "<1"]}, fetched_at=dt.datetime(2026, 9, day))
    # Weeks of the source begin on Sunday; an index is rounded to a whole number, and "<1" lies between 0 and 1.
    assert weeks(world) == [
        ("alpha", dt.date(2026, 8, 3), 50.0, 39.5, 90.5, 3),
        ("alpha", dt.date(2026, 8, 10), 0.5, 0.0, 1.0, 3),
    ]


def test_nothing_known_is_no_row_and_zero_is_one() -> None:
    world = pull(compared("alpha", "beta"), {"alpha": [0.0, None], "beta": [None, 7.0]})
    assert weeks(world) == [
        ("alpha", dt.date(2026, 8, 3), 0.0, 0.0, 0.5, 1),
        ("beta", dt.date(2026, 8, 10), 7.0, 6.5, 7.5, 1),
    ]


def test_a_week_that_was_read_when_it_was_over_is_not_read_when_it_ran() -> None:
    world = compared("alpha")
    pull(world, {"alpha": [10.0, 1.0]}, fetched_at=dt.datetime(2026, 8, 11), partial=True)
    pull(world, {"alpha": [10.0, 20.0, 2.0]}, fetched_at=dt.datetime(2026, 8, 18), partial=True)
    assert weeks(world, "week, interest, pulls, is_partial") == [
        (dt.date(2026, 8, 3), 10.0, 2, False),
        (dt.date(2026, 8, 10), 20.0, 1, False),
        (dt.date(2026, 8, 17), 2.0, 1, True),
    ]


def test_an_edition_knows_neither_later_pulls_nor_weeks_that_ran() -> None:
    world = World(dt.date(2026, 8, 12)).compare({"alpha": {"search_term": ["alpha"]}})
    pull(world, {"alpha": [10.0, 20.0]}, fetched_at=dt.datetime(2026, 8, 12, 9))
    pull(world, {"alpha": [90.0, 90.0]}, fetched_at=dt.datetime(2026, 8, 13))
    assert weeks(world, "week, interest, pulls") == [(dt.date(2026, 8, 3), 10.0, 1)]


def test_days_are_averaged_to_weeks_and_seven_make_one() -> None:
    world = pull(compared("alpha"), {"alpha": [7.0, *range(1, 8), 9.0]}, first=dt.date(2026, 8, 2), granularity="day")
    assert weeks(world, "week, interest, is_partial") == [
        (dt.date(2026, 7, 27), 7.0, True),
        (dt.date(2026, 8, 3), 4.0, False),
        (dt.date(2026, 8, 10), 9.0, True),
    ]


def test_a_later_pull_whose_highest_week_moved_on_is_brought_to_one_scale() -> None:
    world = compared("alpha", "beta")
    # The same truth, 100 at its highest: the week of 200 leaves the window of the second pull.
    pull(world, {"alpha": [100, 50, 40, 50], "beta": [10, 20, 30, 20]}, fetched_at=dt.datetime(2026, 9, 1))
    later = {"alpha": [100, 80, 100, 90], "beta": [40, 60, 40, 50]}
    pull(world, later, first=dt.date(2026, 8, 9), fetched_at=dt.datetime(2026, 9, 8))
    rows = weeks(world, "framework, week, interest, low, high, pulls")
    assert [(row[0], round(row[2], 6), row[5]) for row in rows] == [
        ("alpha", 200.0, 1),
        ("beta", 20.0, 1),
        *[
            (name, value, 2)
            for pair in ((100, 40), (80, 60), (100, 40))
            for name, value in zip(("alpha", "beta"), pair, strict=True)
        ],
        ("alpha", 90.0, 1),
        ("beta", 50.0, 1),
    ]
    assert all(row[3] <= row[2] <= row[4] for row in rows)


def test_pulls_that_share_nothing_are_on_two_scales() -> None:
    world = compared("alpha", "beta")
    pull(world, {"alpha": [100.0], "beta": [50.0]}, first=dt.date(2020, 3, 1), request="file a")
    pull(world, {"alpha": [10.0], "beta": [100.0]}, request="file b")
    rows = weeks(world, "framework, interest, scale")
    assert [row[:2] for row in rows] == [("alpha", 100.0), ("beta", 50.0), ("alpha", 10.0), ("beta", 100.0)]
    assert len({row[2] for row in rows}) == 2


def test_terms_of_files_without_a_common_term_are_not_compared() -> None:
    world = compared("alpha", "beta")
    pull(world, {"alpha": [100.0] * 52}, first=dt.date(2025, 11, 16), request="file a")
    pull(world, {"beta": [100.0] * 52}, first=dt.date(2025, 11, 16), request="file b")
    world.build("core.evidence_search", "core.search_interest_week")
    assert world.rows("select * from core.evidence_search") == []
    assert len(world.rows("select distinct framework from core.search_interest_week")) == 1


def test_a_file_imported_again_in_another_way_counts_as_it_was_read_last() -> None:
    world = compared("alpha", "beta", topics=("alpha", "beta"))
    told = {"source": "trends_import", "sha": "one-file"}
    pull(world, {"alpha": [10.0], "beta": [100.0]}, request="file a", **told)
    pull(
        world,
        {"/g/alpha": [10.0], "/g/beta": [100.0]},
        kind="topic",
        request="file a --topics",
        fetched_at=READ + dt.timedelta(hours=1),
        **told,
    )
    world.build("staging.search_interest")
    assert world.rows("select distinct kind from staging.search_interest") == [("topic",)]


def test_two_years_of_daily_pulls_are_no_burden() -> None:
    random = np.random.default_rng(1)
    world = compared("alpha", "beta", "gamma", "delta")
    for i in range(0, 400, 8):
        day = AS_OF - dt.timedelta(days=i)
        sunday = day - dt.timedelta(days=(day.weekday() + 1) % 7)
        series: dict[str, Iterable[Cell]] = {
            name: [float(v) for v in random.integers(1, 100, 260)] for name in ("alpha", "beta", "gamma", "delta")
        }
        first = sunday - dt.timedelta(weeks=259)
        pull(world, series, first=first, fetched_at=dt.datetime.combine(day, dt.time(6)), partial=True)
    rows = weeks(world, "pulls, low <= interest and interest <= high")
    assert max(row[0] for row in rows) == 50
    assert all(row[1] for row in rows)
