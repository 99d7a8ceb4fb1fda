"""GitHub in the marts: stars by week, repositories, issues."""

from __future__ import annotations

import datetime as dt
import math
import statistics

import pytest

from tests.sql.live.support import DAY, FACTS, ISSUES, T, alpha, live
from tests.sql.world import World, months_from


def test_stars_given_are_summed_by_week_and_a_renamed_repository_counts_once():
    world = alpha(repository=["new/alpha", "old/alpha"])
    monday = dt.date(2026, 11, 9)
    rows = [(name, monday + i * DAY, 10) for i in range(10) for name in ("new/alpha", "old/alpha")]
    live(world, "star_gains", "repository day stars_gained", rows)
    live(world, "star_gains", "repository day stars_gained", [("new/alpha", monday, 4)], dt.datetime(2026, 11, 21))
    world.build("marts.star_gains_week")
    assert world.rows("select week, stars_given, days, stars_given_per_day, is_partial from marts.star_gains_week") == [
        (monday, 64, 7, 64 / 7, False),
        (monday + 7 * DAY, 30, 3, 10.0, True),
    ]


def test_the_day_of_the_reading_is_partial_and_nothing_after_the_edition_is_known():
    world = World(dt.date(2026, 11, 15)).compare({"alpha": {"repository": ["a/alpha"]}})
    monday = dt.date(2026, 11, 9)
    rows = [("a/alpha", monday + i * DAY, 10) for i in range(7)]
    live(world, "star_gains", "repository day stars_gained", rows, dt.datetime(2026, 11, 15, 20))
    live(world, "star_gains", "repository day stars_gained", [("a/alpha", monday, 99)], dt.datetime(2026, 11, 16))
    world.build("marts.star_gains_week")
    assert world.rows("select stars_given, days, is_partial from marts.star_gains_week") == [(70, 7, True)]


def test_stars_given_a_week_is_the_mean_of_whole_weeks():
    world = alpha(repository=["a/alpha"])
    first = dt.date(2026, 11, 16) - 51 * 7 * DAY
    weekly = [70 + 7 * (i % 3) for i in range(51)]
    rows = [("a/alpha", first + (7 * i + d) * DAY, weekly[i] // 7) for i in range(51) for d in range(7)]
    rows += [("a/alpha", dt.date(2026, 11, 16), 900)]
    live(world, "star_gains", "repository day stars_gained", rows).build("marts.evidence")
    reach = T[50] * statistics.stdev(weekly) / math.sqrt(51)
    mean = statistics.mean(weekly)
    assert world.rows("select value, low, high, n, as_of from marts.evidence") == [
        (pytest.approx(mean), pytest.approx(mean - reach), pytest.approx(mean + reach), 51, dt.date(2026, 11, 15))
    ]


def test_a_repository_bears_the_year_it_was_made_in_under_its_first_name():
    world = alpha(repository=["new/alpha", "old/alpha"])
    rows = [("new/alpha", 7, dt.date(2026, 11, 19), dt.date(2016, 8, 13), 5, 1)]
    rows += [("old/alpha", 9, dt.date(2026, 11, 20), dt.date(2012, 1, 1), 5, 1)]
    live(world, "repository_facts", FACTS, rows).build("marts.evidence")
    assert world.rows("select evidence_id, value, low, as_of, dataset from marts.evidence") == [
        ("repository_created_year.alpha", 2016.0, None, dt.date(2026, 11, 19), "github")
    ]


def test_issues_and_pull_requests_stay_apart_and_the_running_month_is_partial():
    world = alpha(repository=["a/alpha"])
    rows = [
        ("a/alpha", "issue", dt.date(2026, 10, 1), 62, 50, 48.0, 40, False, False),
        ("a/alpha", "pull", dt.date(2026, 10, 1), 310, 300, None, None, True, False),
        ("a/alpha", "issue", dt.date(2026, 11, 1), 5, None, None, None, False, True),
    ]
    live(world, "issue_flow", ISSUES, rows).build("marts.issues_month")
    assert world.rows(
        "select kind, month, opened, closed, opened_per_day, median_days_to_close, is_lower_bound, is_partial "
        "from marts.issues_month"
    ) == [
        ("issue", dt.date(2026, 10, 1), 62, 50, 2.0, 2.0, False, False),
        ("issue", dt.date(2026, 11, 1), 5, None, None, None, False, True),
        ("pull", dt.date(2026, 10, 1), 310, 300, 10.0, None, True, False),
    ]


def test_days_to_close_are_those_of_issues_in_whole_months():
    world = alpha(repository=["a/alpha"])
    hours = [24.0, 48.0, 96.0, 48.0, 24.0, 96.0]
    months = months_from(dt.date(2026, 5, 1), 6)
    rows = [("a/alpha", "issue", m, 9, 9, h, 10, False, False) for m, h in zip(months, hours, strict=True)]
    rows += [("a/alpha", "pull", m, 9, 9, 1.0, 10, False, False) for m in months]
    rows += [("a/alpha", "issue", dt.date(2026, 11, 1), 9, 9, 2400.0, 10, False, True)]
    live(world, "issue_flow", ISSUES, rows).build("marts.evidence")
    logs = [math.log(h / 24) for h in hours]
    reach = T[5] * statistics.stdev(logs) / math.sqrt(6)
    mean = statistics.mean(logs)
    assert world.rows("select metric, value, low, high, n, as_of from marts.evidence") == [
        (
            "days_to_close_issue",
            pytest.approx(math.exp(mean)),
            pytest.approx(math.exp(mean - reach)),
            pytest.approx(math.exp(mean + reach)),
            60,
            dt.date(2026, 10, 31),
        )
    ]
