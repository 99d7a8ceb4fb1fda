"""Two sources of one data set: which figures count, from the bundle and from live readings."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.sql.live.support import alpha, live
from tests.sql.test_shares import wilson
from tests.sql.world import World, months_from


def test_live_counters_go_on_where_bundled_ones_end_and_the_later_fetch_of_a_day_wins():
    world = alpha(repository=["a/alpha"])
    world.stars([(dt.date(2026, 11, 9), "a/alpha", 100), (dt.date(2026, 11, 16), "a/alpha", 110)])
    late = dt.datetime(2026, 11, 23, 6)
    world.stars([(dt.date(2026, 11, 16), "a/alpha", 111)], source="github", fetched_at=late)
    world.stars([(dt.date(2026, 11, 23), "a/alpha", 130)], source="github", fetched_at=late).build("marts.stars_week")
    assert world.rows("select week, stars, stars_gained, source from marts.stars_week") == [
        (dt.date(2026, 11, 9), 100, None, "snapshot"),
        (dt.date(2026, 11, 16), 111, 11, "github"),
        (dt.date(2026, 11, 23), 130, 19, "github"),
    ]


def test_live_questions_are_a_population_of_their_own_and_fill_the_last_full_year():
    world = World().compare({"alpha": {"question_tag": ["alpha"]}, "beta": {"question_tag": ["beta"]}})
    columns = "population tag month questions is_partial"
    old = [("so_tags_x", tag, m, 100, False) for m in months_from(dt.date(2019, 1, 1), 12) for tag in ("alpha", "beta")]
    world.give("questions_monthly", columns, old)
    new = [("stackexchange-live", "alpha", m, 5, False) for m in months_from(dt.date(2025, 1, 1), 12)]
    live(world, "questions_monthly", columns, new)
    world.build("marts.evidence")
    # One framework of two is not a year of the collection: the older count of both stays.
    query = "select evidence_id, value, as_of from marts.evidence where metric = 'questions_last_year'"
    assert [row[:2] for row in world.rows(query)] == [
        ("questions_last_year.alpha", 1200.0),
        ("questions_last_year.beta", 1200.0),
    ]
    both = World().compare({"alpha": {"question_tag": ["alpha"]}, "beta": {"question_tag": ["beta"]}})
    both.give("questions_monthly", columns, old)
    live(both, "questions_monthly", columns, new + [(p, "beta", *rest) for p, _, *rest in new])
    both.build("marts.evidence", "marts.questions_month")
    assert both.rows(query) == [
        ("questions_last_year.alpha", 60.0, dt.date(2025, 12, 31)),
        ("questions_last_year.beta", 60.0, dt.date(2025, 12, 31)),
    ]
    assert both.rows(
        "select population, count(*), sum(questions) from marts.questions_month group by 1 order by 1"
    ) == [
        ("so_tags_x", 24, 2400),
        ("stackexchange-live", 24, 120),
    ]


def test_papers_of_a_year_read_before_its_end_are_partial():
    world = World(dt.date(2026, 2, 1)).compare({"alpha": {"paper_label": ["alpha"]}, "beta": {"paper_label": ["beta"]}})
    rows = [("openalex", "2024", "year", "all", label, 60, 100, None) for label in ("alpha", "beta")]
    early = [("openalex", "2025", "year", "all", label, 90, 100, None) for label in ("alpha", "beta")]
    world.papers(rows, source="openalex", fetched_at=dt.datetime(2025, 6, 1))
    world.papers(early, source="openalex", fetched_at=dt.datetime(2025, 12, 31, 23))
    world.build("marts.papers_year", "marts.evidence")
    assert world.rows("select year, is_partial from marts.papers_year where framework = 'alpha'") == [
        (2024, False),
        (2025, True),
    ]
    low, high = wilson(60, 100)
    assert world.rows("select value, low, high, as_of from marts.evidence where framework = 'alpha'") == [
        (0.6, pytest.approx(low), pytest.approx(high), dt.date(2024, 12, 31))
    ]
