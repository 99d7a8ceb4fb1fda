"""Stars, commits, questions, releases, search interest: gaps, renamings, partial ends, ties."""

from __future__ import annotations

import datetime as dt
import math
import statistics

import pytest

from tests.sql.world import World, months_from

DAY = dt.timedelta(days=1)


def renamed() -> World:
    return World().compare({"alpha": {"repository": ["new/alpha", "old/alpha"]}})


def test_weeks_are_mondays_across_the_new_year():
    days = [dt.date(2024, 12, 29), dt.date(2024, 12, 30), dt.date(2025, 1, 5), dt.date(2025, 1, 6)]
    world = renamed().stars([(day, "new/alpha", 100 + i) for i, day in enumerate(days)]).build("marts.stars_week")
    assert world.rows("select week, observed_on, stars, stars_gained, weeks_since_previous from marts.stars_week") == [
        (dt.date(2024, 12, 23), dt.date(2024, 12, 29), 100, None, None),
        (dt.date(2024, 12, 30), dt.date(2024, 12, 30), 101, 1, 1),
        (dt.date(2025, 1, 6), dt.date(2025, 1, 6), 103, 2, 1),
    ]


def test_leap_day_is_a_day_like_any_other():
    world = (
        renamed()
        .stars([(dt.date(2024, 2, 22), "new/alpha", 10), (dt.date(2024, 2, 29), "new/alpha", 24)])
        .build("marts.stars_week")
    )
    assert world.rows("select week, stars_gained, days_since_previous from marts.stars_week") == [
        (dt.date(2024, 2, 19), None, None),
        (dt.date(2024, 2, 26), 14, 7),
    ]


def test_a_renamed_repository_is_one_series_and_is_never_added():
    world = renamed()
    world.stars(
        [
            (dt.date(2022, 10, 31), "old/alpha", 20),
            (dt.date(2022, 11, 5), "new/alpha", 21),
            (dt.date(2022, 11, 7), "new/alpha", 22),
        ]
    )
    world.stars([(dt.date(2022, 11, 7), "old/alpha", 22)]).build("marts.stars_week")
    assert world.rows("select week, repository, stars, stars_gained from marts.stars_week") == [
        (dt.date(2022, 10, 31), "old/alpha", 20, None),
        (dt.date(2022, 11, 7), "new/alpha", 22, 2),
    ]


def test_weeks_not_observed_stay_gaps():
    world = (
        renamed()
        .stars([(dt.date(2026, 1, 5), "new/alpha", 10), (dt.date(2026, 1, 26), "new/alpha", 40)])
        .build("marts.stars_week")
    )
    assert world.rows("select week, stars_gained, weeks_since_previous from marts.stars_week") == [
        (dt.date(2026, 1, 5), None, None),
        (dt.date(2026, 1, 26), 30, 3),
    ]


def test_stars_gained_is_the_mean_of_neighbouring_weeks_with_students_t():
    gains = [10, 20, 30, 40] * 9
    days = [dt.date(2026, 8, 17) - (36 - i) * 7 * DAY for i in range(37)]
    world = (
        renamed()
        .stars([(day, "new/alpha", 1000 + sum(gains[:i])) for i, day in enumerate(days)])
        .build("marts.evidence")
    )
    reach = 1.6896 * statistics.stdev(gains) / 6
    found = world.rows("select value, low, high, n, as_of from marts.evidence where metric = 'stars_gained_per_week'")
    assert found == [(pytest.approx(25), pytest.approx(25 - reach), pytest.approx(25 + reach), 36, days[-1])]
    assert world.rows("select value, low, high, note from marts.evidence where metric = 'stars'") == [
        (1900.0, None, None, "complete count: no sampling error")
    ]


def test_falling_stars_are_cut_at_zero_and_say_so():
    days = [dt.date(2026, 8, 17) - (36 - i) * 7 * DAY for i in range(37)]
    world = renamed().stars([(day, "new/alpha", 1000 + (i % 2)) for i, day in enumerate(days)]).build("marts.evidence")
    found = world.rows(
        "select low, spread, note like '%cut there' from marts.evidence where metric = 'stars_gained_per_week'"
    )
    assert found == [(0.0, "bounds", True)]


def test_thirty_weekly_gains_are_needed():
    days = [dt.date(2026, 8, 17) - i * 7 * DAY for i in range(30)]
    world = renamed().stars([(day, "new/alpha", 1000 - i) for i, day in enumerate(days)]).build("marts.evidence")
    assert world.rows("select metric from marts.evidence") == [("stars",)]


def test_old_stars_are_stale_and_never_compared_with_new_ones():
    world = World().compare({"alpha": {"repository": ["a/alpha"]}, "beta": {"repository": ["b/beta"]}})
    world.stars([(dt.date(2024, 4, 1), "a/alpha", 100), (dt.date(2026, 8, 17), "b/beta", 200)]).build(
        "marts.comparisons"
    )
    assert world.rows("select framework, is_stale from marts.evidence order by 1") == [("alpha", True), ("beta", False)]
    assert world.rows("select * from marts.comparisons") == []


def commits(world: World, first: dt.date, authors: list[int], **stamp) -> World:
    rows = [
        ("new/alpha", month, 10, count) for month, count in zip(months_from(first, len(authors)), authors, strict=True)
    ]
    return world.give("repository_activity", "repository month commits authors", rows, **stamp)


def test_people_a_month_is_the_geometric_mean_of_complete_months():
    authors = [5, *[10, 20, 40] * 4, 1]
    world = commits(renamed(), dt.date(2025, 7, 1), authors).build("marts.evidence")
    assert world.rows("select month, is_partial from core.activity_month where is_partial") == [
        (dt.date(2026, 8, 1), True)
    ]
    logs = [math.log(count) for count in authors[1:13]]
    reach = 1.7959 * statistics.stdev(logs) / math.sqrt(12)
    found = world.rows("select value, low, high, as_of, n from marts.evidence where metric = 'authors_per_month'")
    assert found == [
        (
            pytest.approx(20),
            pytest.approx(20 * math.exp(-reach)),
            pytest.approx(20 * math.exp(reach)),
            dt.date(2026, 7, 31),
            12,
        )
    ]
    assert world.rows("select value from marts.evidence where metric = 'first_commit_year'") == [(2025.0,)]


def test_a_live_month_is_partial_until_read_after_its_end():
    world = commits(
        renamed(), dt.date(2026, 8, 1), [5, 6, 7], source="live", fetched_at=dt.datetime(2026, 10, 31, 12)
    ).build("core.activity_month")
    assert world.rows("select month, is_partial from core.activity_month") == [
        (dt.date(2026, 8, 1), False),
        (dt.date(2026, 9, 1), False),
        (dt.date(2026, 10, 1), True),
    ]


def test_questions_of_several_tags_are_not_added_and_partial_months_have_no_rate():
    world = World().compare({"alpha": {"question_tag": ["alpha", "alpha2"]}})
    rows = [
        ("so_tags_x", "alpha", dt.date(2019, 2, 1), 280, False, None),
        ("so_tags_x", "alpha2", dt.date(2019, 2, 1), 100, False, None),
        ("so_tags_x", "alpha", dt.date(2019, 3, 1), 31, True, "read early"),
        ("other", "alpha", dt.date(2019, 2, 1), 0, False, None),
    ]
    world.give("questions_monthly", "population tag month questions is_partial note", rows).build(
        "marts.questions_month"
    )
    assert world.rows(
        "select population, month, questions, questions_per_day, is_partial from marts.questions_month"
    ) == [
        ("other", dt.date(2019, 2, 1), 0, 0.0, False),
        ("so_tags_x", dt.date(2019, 2, 1), 280, 10.0, False),
        ("so_tags_x", dt.date(2019, 3, 1), 31, None, True),
    ]


def test_the_last_full_year_needs_twelve_complete_months():
    world = World().compare({"alpha": {"question_tag": ["alpha"]}})
    rows = [
        ("so_tags_x", "alpha", month, 10, i == 24, None) for i, month in enumerate(months_from(dt.date(2018, 1, 1), 25))
    ]
    world.give("questions_monthly", "population tag month questions is_partial note", rows[:-2]).build("marts.evidence")
    assert world.rows("select value, as_of from marts.evidence") == [(120.0, dt.date(2018, 12, 31))]


def releases(rows: list[tuple[str, str, dt.date]], as_of: dt.date = dt.date(2026, 11, 23), **stamp) -> World:
    world = World(as_of).compare({"alpha": {"package": ["alpha", "alpha-cpu"], "companion": ["helper", "loader"]}})
    return world.give("package_releases", "project version first_upload files", [(*row, 1) for row in rows], **stamp)


def test_versions_are_told_apart_by_their_syntax():
    versions = {
        "1.0": "final",
        "0.9.0.1": "final",
        "1.0rc1": "pre-release",
        "1.0a2": "pre-release",
        "1.0b": "pre-release",
        "2.0-alpha1": "pre-release",
        "1.0.dev3": "development",
        "1.0rc1.dev3": "development",
        "1.0.post1": "post-release",
        "2023.1": "final",
    }
    world = releases([("alpha", version, dt.date(2020, 1, 1)) for version in versions]).build("core.releases")
    assert dict(world.rows("select version, kind from core.releases")) == versions


def test_releases_of_the_last_year_end_on_the_day_the_index_was_read():
    rows = [
        ("alpha", "1.0", dt.date(2025, 11, 23)),
        ("alpha", "1.1", dt.date(2025, 11, 24)),
        ("alpha", "1.2", dt.date(2026, 11, 23)),
        ("alpha", "1.3rc1", dt.date(2026, 11, 1)),
    ]
    world = releases(rows, as_of=dt.date(2027, 6, 1)).build("marts.evidence", "core.releases_year")
    found = world.rows("select value, as_of, is_stale from marts.evidence where metric = 'releases_last_year'")
    assert found == [(2.0, dt.date(2026, 11, 23), False)]
    assert world.rows("select year, releases, prereleases, is_partial from core.releases_year") == [
        (2025, 2, 0, False),
        (2026, 1, 1, True),
    ]


def test_a_version_of_several_packages_counts_once_and_no_release_is_a_measured_zero():
    rows = [("alpha", "1.0", dt.date(2024, 1, 5)), ("alpha-cpu", "1.0", dt.date(2024, 1, 6))]
    world = releases(rows).build("marts.evidence", "marts.releases_year")
    assert world.rows("select year, releases from marts.releases_year") == [(2024, 1)]
    value, low, high = world.rows("select value, low, high from marts.evidence where metric = 'releases_last_year'")[0]
    assert (value, low) == (0.0, 0.0)
    assert high == pytest.approx(3.0, abs=0.05)


def test_a_framework_whose_index_was_not_read_has_no_row():
    world = releases([]).build("marts.evidence")
    assert world.rows("select * from marts.evidence") == []


def test_idle_days_are_those_of_the_first_companion_that_was_read():
    rows = [
        ("loader", "1.0", dt.date(2026, 11, 1)),
        ("loader", "1.1rc1", dt.date(2026, 11, 20)),
        ("alpha", "1.0", dt.date(2026, 1, 1)),
    ]
    world = releases(rows).build("marts.evidence")
    assert world.rows(
        "select value, note like 'of loader,%' from marts.evidence where metric = 'companion_idle_days'"
    ) == [(22.0, True)]


def test_search_weeks_begin_on_monday_and_have_the_median_of_all_pulls():
    world = World().compare({"alpha": {"search_term": ["alpha"]}})
    for day, value in ((1, 40.0), (2, 60.0)):
        rows = [
            ("alpha", "term", "", dt.date(2026, 8, 2), "week", value, False, False, False),
            ("alpha", "term", "", dt.date(2026, 8, 9), "week", None, True, False, False),
        ]
        world.give(
            "search_interest",
            "term kind geo period_start granularity interest below_one no_data is_partial",
            rows,
            "live",
            dt.datetime(2026, 9, day),
        )
    world.build("marts.search_interest_week")
    assert world.rows("select week, interest, low, high, pulls from marts.search_interest_week") == [
        # an index is rounded: half a point below the lowest pull and above the highest
        (dt.date(2026, 8, 3), 50.0, 39.5, 60.5, 2),
        (dt.date(2026, 8, 10), 0.5, 0.0, 1.0, 2),
    ]
