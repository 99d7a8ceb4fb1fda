"""On a thousand simulated worlds, with the truth known, the 90 % intervals hold it 87 to 93 times in a hundred.

Every world is a framework of its own in one build, so that the SQL under test is the SQL that runs.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tests.sql.world import World, month_days, months_from, next_month

WORLDS = 1000
SEED = 20261123
BREAK = dt.date(2025, 6, 1)
MONTHS = months_from(dt.date(2023, 3, 1), 37)
KINDS = ("package", "repository", "question_tag", "survey_option", "paper_label", "job_term")
Truth = dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def simulated() -> tuple[World, Truth]:
    """A build of a thousand frameworks, and by metric the truth of each."""
    names = [f"w{i:04d}" for i in range(WORLDS)]
    world = World().compare({name: {kind: [name] for kind in KINDS} for name in names})
    truth: Truth = {}
    for place, give in enumerate(
        (give_downloads, give_releases, give_questions, give_survey, give_papers, give_jobs, give_people, give_stars)
    ):
        give(world, names, np.random.default_rng([SEED, place]), truth)
    return world.build("marts.evidence", "core.download_trends", "core.survey_year", "core.job_sums"), truth


def give_downloads(world: World, names: list[str], random: np.random.Generator, truth: Truth) -> None:
    """Steady growth with independent noise; at the break, a step of the counting of any size."""
    slopes = random.uniform(-0.03, 0.06, WORLDS)
    levels = random.uniform(9, 14, WORLDS)
    steps = random.uniform(-0.5, 1.0, WORLDS)
    noise = random.normal(0, random.uniform(0.02, 0.2, WORLDS)[:, None], (WORLDS, len(MONTHS)))
    for backend in ("BigQuery", "ClickHouse"):
        rows = []
        for t, month in enumerate(MONTHS):
            if (month >= BREAK) == (backend == "ClickHouse"):
                days = month_days(month) if backend == "ClickHouse" else 30
                logs = levels + slopes * t + noise[:, t] + (steps if backend == "ClickHouse" else 0)
                rows += [
                    (next_month(month), name, round(count))
                    for name, count in zip(names, np.exp(logs) * days, strict=True)
                ]
        world.downloads(rows, backend)
    truth["downloads_per_day"] = dict(zip(names, np.exp(levels + slopes * 36 + steps), strict=True))
    truth["downloads_growth_1y"] = dict(zip(names, np.exp(12 * slopes), strict=True))
    truth["downloads_growth_3y"] = dict(zip(names, np.exp(36 * slopes), strict=True))


def give_releases(world: World, names: list[str], random: np.random.Generator, truth: Truth) -> None:
    rates = random.uniform(15, 60, WORLDS)
    rows = [
        (name, f"1.{i}", dt.date(2026, 11, 22) - dt.timedelta(days=int(random.integers(0, 360))), 1)
        for name, count in zip(names, random.poisson(rates), strict=True)
        for i in range(count)
    ]
    world.give("package_releases", "project version first_upload files", rows)
    truth["releases_last_year"] = dict(zip(names, rates, strict=True))


def give_questions(world: World, names: list[str], random: np.random.Generator, truth: Truth) -> None:
    rates = random.uniform(5, 60, WORLDS)
    counts = random.poisson(rates[:, None], (WORLDS, 12))
    rows = [
        ("so_tags_x", name, dt.date(2019, month + 1, 1), int(counts[i, month]), False)
        for i, name in enumerate(names)
        for month in range(12)
    ]
    world.give("questions_monthly", "population tag month questions is_partial", rows)
    truth["questions_last_year"] = dict(zip(names, rates * 12, strict=True))


def give_survey(world: World, names: list[str], random: np.random.Generator, truth: Truth) -> None:
    shares = random.uniform(0.01, 0.2, WORLDS)
    rows = [
        ("Dev", 2024, "all", name, 0.0, 5000, int(users), "all", "published", "so_survey_x")
        for name, users in zip(names, random.binomial(5000, shares), strict=True)
    ]
    columns = "survey year audience technology share_percent question_respondents users base status population"
    world.give("survey_usage", columns, rows)
    truth["survey_share"] = dict(zip(names, shares, strict=True))


def give_papers(world: World, names: list[str], random: np.random.Generator, truth: Truth) -> None:
    before, now = random.uniform(0.08, 0.4, WORLDS), random.uniform(0.08, 0.6, WORLDS)
    rows = []
    for year, total, shares in (("2020", 273, before), ("2023", 332, now)):
        hits = random.binomial(total, shares)
        rows += [
            ("papers_with_code_sample", year, "year", "all", name, int(n), total, None)
            for name, n in zip(names, hits, strict=True)
        ]
    world.papers(rows)
    truth["paper_share"] = dict(zip(names, now, strict=True))
    truth["paper_share_growth"] = dict(zip(names, now / before, strict=True))


def give_jobs(world: World, names: list[str], random: np.random.Generator, truth: Truth) -> None:
    shares, before = random.uniform(0.01, 0.2, WORLDS), random.uniform(0.005, 0.05, WORLDS)
    rows = []
    for population, first, count, total, chances in (
        ("hn-text-2015-2018", dt.date(2015, 1, 1), 24, 400, before),
        ("hn-text-2026", dt.date(2026, 1, 1), 5, 330, shares),
    ):
        for month in months_from(first, count):
            hits = random.binomial(total, chances)
            rows += [(population, month, name, int(n), total) for name, n in zip(names, hits, strict=True)]
    world.jobs(rows)
    truth["job_share_hn"] = dict(zip(names, shares, strict=True))
    truth["job_share_hn_2018"] = dict(zip(names, before, strict=True))
    truth["job_growth_hn"] = dict(zip(names, shares / before, strict=True))


def give_people(world: World, names: list[str], random: np.random.Generator, truth: Truth) -> None:
    logs = random.uniform(3, 6, WORLDS)
    rows = []
    for month in months_from(dt.date(2025, 8, 1), 13):
        counts = np.exp(logs + random.normal(0, 0.3, WORLDS)).round()
        rows += [(name, month, 1, int(n)) for name, n in zip(names, counts, strict=True)]
    world.give("repository_activity", "repository month commits authors", rows)
    truth["authors_per_month"] = dict(zip(names, np.exp(logs), strict=True))


def give_stars(world: World, names: list[str], random: np.random.Generator, truth: Truth) -> None:
    means = random.uniform(20, 300, WORLDS)
    gains = random.normal(means[:, None], means[:, None] / 2, (WORLDS, 53)).round()
    stars = 10_000 + gains.cumsum(axis=1)
    rows = [
        (dt.date(2026, 8, 17) - dt.timedelta(weeks=52 - week), name, int(stars[i, week]))
        for i, name in enumerate(names)
        for week in range(53)
    ]
    world.stars(rows)
    truth["stars_gained_per_week"] = dict(zip(names, means, strict=True))


@pytest.mark.parametrize(
    "metric",
    [
        "downloads_per_day",
        "downloads_growth_1y",
        "downloads_growth_3y",
        "releases_last_year",
        "questions_last_year",
        "survey_share",
        "paper_share",
        "paper_share_growth",
        "job_share_hn",
        "job_share_hn_2018",
        "job_growth_hn",
        "authors_per_month",
        "stars_gained_per_week",
    ],
)
def test_interval_holds_the_truth_as_often_as_it_says(metric: str, simulated: tuple[World, Truth]):
    world, truth = simulated
    found = world.rows(f"select framework, low, high from marts.evidence where metric = '{metric}'")
    assert len(found) == WORLDS
    held = sum(low <= truth[metric][name] <= high for name, low, high in found) / WORLDS
    assert 0.87 <= held <= 0.93


def test_a_growth_reading_without_the_step_would_be_wrong(simulated: tuple[World, Truth]):
    """The steps are large: taken for growth, they would leave the intervals far from the truth."""
    world, truth = simulated
    naive = world.rows("""
        select now.framework, now.downloads_per_day / before.downloads_per_day as ratio
        from core.downloads_month as now
        inner join core.downloads_month as before on before.framework = now.framework
        where now.month = date '2026-03-01' and before.month = date '2023-03-01'
    """)
    step = world.rows("select framework, growth from core.download_trends where window_months = 37 and eras = 2")
    errors = [
        np.median([abs(np.log(value / truth["downloads_growth_3y"][name])) for name, value in rows])
        for rows in (naive, step)
    ]
    assert errors[0] > 2 * errors[1]
