"""Surveys, papers and jobs: shares with intervals, changed bases, zeros and missing figures, ratios."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from tests.sql.world import World, months_from

Z = 1.6448536
SURVEY = "survey year audience technology share_percent question_respondents users base status population"


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Wilson's score interval, written down a second time."""
    share = hits / total
    centre = (share + Z * Z / (2 * total)) / (1 + Z * Z / total)
    reach = Z / (1 + Z * Z / total) * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    return centre - reach, centre + reach


def survey(rows: list[tuple]) -> World:
    world = World().compare({"alpha": {"survey_option": ["alpha"]}, "beta": {"survey_option": ["beta"]}})
    return world.give("survey_usage", SURVEY, rows)


def test_survey_share_is_users_by_respondents_and_a_changed_base_is_flagged():
    world = survey(
        [
            ("Dev", 2020, "all", "alpha", 12.0, 1000, None, "who ticked one", "published", "so_survey_x"),
            ("Dev", 2021, "all", "alpha", 15.0, 1000, 120, "who ticked one", "published", "so_survey_x"),
            ("Dev", 2023, "all", "alpha", 11.0, 1000, 110, "all", "published", "so_survey_x"),
        ]
    ).build("marts.survey_year")
    found = world.rows("select year, share, low, high, is_base_changed, share_in_source from marts.survey_year")
    assert found == [
        (2020, 0.12, None, None, False, 0.12),
        (2021, 0.12, *map(pytest.approx, wilson(120, 1000)), True, 0.15),
        (2023, 0.11, *map(pytest.approx, wilson(110, 1000)), False, 0.11),
    ]


def test_evidence_takes_the_newest_counted_year_of_the_publisher_only():
    world = survey(
        [
            ("Dev", 2023, "all", "alpha", 5.0, 1000, 50, "all", "published", "so_survey_x"),
            ("Dev", 2023, "all", "beta", 6.0, 1000, 60, "all", "published", "so_survey_x"),
            ("Dev", 2024, "all", "alpha", 7.0, 1000, 70, "all", "published", "so_survey_x"),
            ("Dev", 2024, "professional", "beta", 9.0, 1000, 90, "all", "published", "so_survey_x"),
            ("Dev", 2025, "all", "beta", 9.0, None, None, "unknown", "published", "so_survey_x"),
            ("Blog", 2025, "all", "beta", 9.0, 1000, 90, "all", "quoted", "blog_x"),
        ]
    ).build("marts.evidence")
    assert world.rows("select evidence_id, value, as_of from marts.evidence") == [
        ("survey_share.alpha", 0.07, dt.date(2024, 12, 31))
    ]


def paper_world() -> World:
    return World().compare({"alpha": {"paper_label": ["alpha", "alpha_family"]}, "beta": {"paper_label": ["beta"]}})


def test_conference_papers_are_summed_over_venues_without_submissions():
    world = (
        paper_world()
        .papers(
            [
                ("conference_mentions", "2020-06", "month", "V1", "alpha_family", 30, 100, "papers"),
                ("conference_mentions", "2020-12", "month", "V2", "alpha_family", 10, 300, "papers"),
                ("conference_mentions", "2021-05", "month", "V3", "alpha_family", 90, 100, "submissions"),
                ("conference_mentions", "2021-06", "month", "V1", "alpha_family", 5, 100, "papers"),
            ]
        )
        .build("marts.papers_year", "marts.evidence")
    )
    assert world.rows("select year, papers, papers_total, share, low, high, is_partial from marts.papers_year") == [
        (2020, 40, 400, 0.1, *map(pytest.approx, wilson(40, 400)), False),
        (2021, 5, 100, 0.05, *map(pytest.approx, wilson(5, 100)), True),
    ]
    assert world.rows("select evidence_id, value, as_of from marts.evidence") == [
        ("paper_share_conferences.alpha", 0.1, dt.date(2020, 12, 31))
    ]


def sample(years: dict[str, tuple[int, int]], label: str = "alpha") -> list[tuple]:
    return [
        ("papers_with_code_sample", year, "year", "arXiv", label, hits, total, None)
        for year, (hits, total) in years.items()
    ]


def test_a_last_year_far_smaller_than_the_one_before_is_partial():
    world = (
        paper_world()
        .papers(sample({"2022": (10, 300), "2023": (20, 320), "2024": (9, 90)}))
        .build("marts.papers_year", "marts.evidence")
    )
    assert world.rows("select year, is_partial from marts.papers_year") == [(2022, False), (2023, False), (2024, True)]
    assert world.rows("select value from marts.evidence where metric = 'paper_share'") == [(20 / 320,)]


def test_growth_of_papers_is_a_ratio_of_shares_with_katz_interval():
    world = paper_world().papers(sample({"2020": (30, 200), "2023": (80, 400)})).build("marts.evidence")
    reach = math.exp(Z * math.sqrt(1 / 80 - 1 / 400 + 1 / 30 - 1 / 200))
    ratio = (80 / 400) / (30 / 200)
    found = world.rows("select value, low, high from marts.evidence where metric = 'paper_share_growth'")
    assert found == [(pytest.approx(ratio), pytest.approx(ratio / reach), pytest.approx(ratio * reach))]


def job_world() -> World:
    return World().compare(
        {"alpha": {"job_term": ["alpha"]}, "beta": {"job_term": ["beta"]}, "gamma": {"job_term": ["gamma"]}}
    )


def test_a_zero_was_measured_and_a_missing_row_was_not():
    months = months_from(dt.date(2026, 1, 1), 5)
    world = job_world().jobs(
        [("hn-text-2026", m, "alpha", 2, 100) for m in months] + [("hn-text-2026", m, "beta", 0, 100) for m in months]
    )
    world.build("marts.jobs_year", "marts.evidence")
    assert world.rows(
        "select framework, year, postings, postings_total, share, low, high, months, is_partial from marts.jobs_year"
    ) == [
        ("alpha", 2026, 10, 500, 0.02, *map(pytest.approx, wilson(10, 500)), 5, True),
        ("beta", 2026, 0, 500, 0.0, 0.0, pytest.approx(wilson(0, 500)[1]), 5, True),
    ]
    assert world.rows("select evidence_id, value, as_of, n from marts.evidence") == [
        ("job_share_hn.alpha", 0.02, dt.date(2026, 5, 31), 500),
        ("job_share_hn.beta", 0.0, dt.date(2026, 5, 31), 500),
    ]


def test_jobs_of_the_last_twelve_months_across_a_new_year():
    months = months_from(dt.date(2025, 3, 1), 13)
    world = (
        job_world()
        .jobs([("ruanyf-zh-text-2019-2026", m, "alpha", 0 if i else 99, 100) for i, m in enumerate(months)])
        .build("marts.evidence")
    )
    assert world.rows("select evidence_id, value, n from marts.evidence") == [("job_share_zh.alpha", 0.0, 1200)]


def test_populations_are_never_added_and_extracted_fields_are_a_lower_bound():
    month = dt.date(2025, 1, 1)
    world = job_world().jobs(
        [("hn-llm-fields-2022-2025", month, "alpha", 1, 100), ("hn-published-x", month, "alpha", 2, 100)]
    )
    world.build("marts.jobs_year", "marts.evidence")
    assert world.rows("select population, postings, is_lower_bound from marts.jobs_year") == [
        ("hn-llm-fields-2022-2025", 1, True),
        ("hn-published-x", 2, False),
    ]
    assert world.rows("select * from marts.evidence") == []


def test_growth_of_postings_adds_a_half_to_a_zero_and_says_nothing_of_two_zeros():
    then, now = dt.date(2016, 1, 1), dt.date(2026, 1, 1)
    rows = [("hn-text-2015-2018", then, term, hits, 1000) for term, hits in (("alpha", 10), ("beta", 0), ("gamma", 0))]
    rows += [("hn-text-2026", now, term, hits, 500) for term, hits in (("alpha", 20), ("beta", 5), ("gamma", 0))]
    world = job_world().jobs(rows).build("marts.evidence")
    reach = math.exp(Z * math.sqrt(1 / 20 - 1 / 500 + 1 / 10 - 1 / 1000))
    half = math.exp(Z * math.sqrt(1 / 5.5 - 1 / 500.5 + 1 / 0.5 - 1 / 1000.5))
    ratio = (5.5 / 500.5) / (0.5 / 1000.5)
    assert world.rows(
        "select framework, value, low, high from marts.evidence where metric = 'job_growth_hn' order by 1"
    ) == [
        ("alpha", pytest.approx(4), pytest.approx(4 / reach), pytest.approx(4 * reach)),
        ("beta", pytest.approx(ratio), pytest.approx(ratio / half), pytest.approx(ratio * half)),
    ]


def test_ratio_of_two_figures_joins_both_intervals_on_the_log_scale():
    months = months_from(dt.date(2026, 1, 1), 5)
    rows = [
        ("hn-text-2026", m, term, hits, 100) for m in months for term, hits in (("alpha", 8), ("beta", 2), ("gamma", 0))
    ]
    world = job_world().jobs(rows).build("marts.comparisons")
    (low_a, high_a), (low_b, high_b) = wilson(40, 500), wilson(10, 500)
    low = 4 * math.exp(-math.hypot(math.log(0.08 / low_a), math.log(high_b / 0.02)))
    high = 4 * math.exp(math.hypot(math.log(high_a / 0.08), math.log(0.02 / low_b)))
    assert world.rows("select evidence_id, ratio, low, high from marts.comparisons") == [
        ("job_share_hn.alpha/beta", pytest.approx(4), pytest.approx(low), pytest.approx(high)),
        ("job_share_hn.beta/alpha", pytest.approx(0.25), pytest.approx(1 / high), pytest.approx(1 / low)),
    ]
