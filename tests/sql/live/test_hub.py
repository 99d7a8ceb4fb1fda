"""Models, views of articles, dependents, what a package says of itself, unanswered questions."""

from __future__ import annotations

import datetime as dt
import math
import statistics

import pytest

from tests.sql.live.support import DAY, HUB, T, alpha, live
from tests.sql.test_shares import wilson
from tests.sql.world import World, months_from


def test_models_of_several_libraries_lie_between_the_largest_and_the_sum():
    world = World().compare({"alpha": {"hub_library": ["alpha", "alpha-hub"]}, "beta": {"hub_library": ["beta"]}})
    day = dt.date(2026, 11, 20)
    rows = [
        ("alpha", "all", day, 1000, 50, 30, 100, True),
        ("alpha-hub", "all", day, 200, 5, 10, 100, True),
        ("beta", "all", day, 5000, 500, 90, 100, False),
        ("beta", "image-classification", day, 0, 0, 0, 0, False),
        ("alpha", "all", day + DAY, 9, 9, 9, 9, False),
    ]
    live(world, "hub_models", HUB, rows, dt.datetime(2026, 11, 21, 1)).build("marts.hub_models_day", "marts.evidence")
    assert world.rows(
        "select day, libraries, models_low, models_high, is_lower_bound from marts.hub_models_day "
        "where framework = 'alpha'"
    ) == [(day, 2, 1000, 1200, True), (day + DAY, 1, 9, 9, False)]
    # The day on which only one of the two library names answered does not count.
    assert world.rows(
        "select evidence_id, value, low, high, spread, as_of from marts.evidence where metric <> 'new_models_per_month'"
    ) == [
        ("pretrained_models.alpha", 1100.0, 1000.0, 1200.0, "bounds", day),
        ("pretrained_models.beta", 5000.0, None, None, "exact", day),
        ("vision_models.beta", 0.0, None, None, "exact", day),
    ]
    assert world.rows(
        "select framework, value, low < 30, high > 40, spread, note like '%not all pages%' from marts.evidence "
        "where metric = 'new_models_per_month'"
    ) == [("alpha", 35.0, True, True, "bounds", True), ("beta", 90.0, False, True, "count", False)]


def test_a_number_the_hub_did_not_tell_is_no_zero():
    world = alpha(hub_library=["alpha"])
    live(world, "hub_models", HUB, [("alpha", "all", dt.date(2026, 11, 20), None, 5, None, 10, True)])
    world.build("marts.hub_models_day", "marts.evidence")
    assert world.rows("select models_low, downloads_30d_low from marts.hub_models_day") == [(None, 5)]
    assert world.rows("select * from marts.evidence") == []


def test_views_of_old_and_new_titles_are_added_and_a_short_week_is_partial():
    world = alpha(article=["Alpha", "Old_Alpha"])
    monday = dt.date(2026, 11, 2)
    rows = [("en.wikipedia", "Alpha", monday + i * DAY, 100) for i in range(10)]
    rows += [("en.wikipedia", "Old_Alpha", monday + i * DAY, 40) for i in range(0, 10, 2)]
    live(world, "page_views_day", "project article day views", rows).build("marts.page_views_week")
    assert world.rows("select week, views, days, views_per_day, articles, is_partial from marts.page_views_week") == [
        (monday, 860, 7, 860 / 7, 2, False),
        (monday + 7 * DAY, 340, 3, 340 / 3, 2, True),
    ]


def test_views_a_day_are_the_geometric_mean_of_thirteen_whole_weeks():
    world = alpha(article=["Alpha"])
    first = dt.date(2026, 11, 16) - 13 * 7 * DAY
    weekly = [100 + 10 * (i % 2) for i in range(13)]
    rows = [("en.wikipedia", "Alpha", first + i * DAY, weekly[i // 7]) for i in range(91)]
    rows += [("en.wikipedia", "Alpha", dt.date(2026, 11, 16), 5)]
    live(world, "page_views_day", "project article day views", rows).build("marts.evidence")
    logs = [math.log(views) for views in weekly]
    reach = T[12] * statistics.stdev(logs) / math.sqrt(13)
    assert world.rows("select value, low, n, as_of from marts.evidence") == [
        (
            pytest.approx(math.exp(statistics.mean(logs))),
            pytest.approx(math.exp(statistics.mean(logs) - reach)),
            13,
            dt.date(2026, 11, 15),
        )
    ]


def test_of_several_packages_the_one_with_most_dependents_counts_as_of_the_services_own_count():
    world = alpha(package=["alpha", "alpha-cpu"])
    day = dt.date(2026, 11, 20)
    rows = [
        ("alpha", day, 10, None, dt.datetime(2026, 11, 1)),
        ("alpha-cpu", day, 40, 700, dt.datetime(2026, 10, 1)),
        ("alpha", day - DAY, 999, 999, None),
    ]
    columns = "project observed_on dependent_packages dependent_repositories synced_at"
    live(world, "package_dependents", columns, rows).build("marts.dependents_day", "marts.evidence")
    assert world.rows(
        "select day, package, packages, dependent_packages, dependent_repositories, counted_on "
        "from marts.dependents_day"
    ) == [
        (day - DAY, "alpha", 1, 999, 999, day - DAY),
        (day, "alpha-cpu", 2, 40, 700, dt.date(2026, 10, 1)),
    ]
    assert world.rows("select metric, value, as_of from marts.evidence order by 1") == [
        ("dependent_packages", 40.0, dt.date(2026, 10, 1)),
        ("dependent_repositories", 700.0, dt.date(2026, 10, 1)),
    ]


@pytest.mark.parametrize(
    ("summary", "classifiers", "keywords", "named"),
    [
        ("A web framework", ["Topic :: Internet"], None, 0.0),
        ("Deep Learning for humans", [], None, 1.0),
        (None, ["Topic :: Artificial Intelligence"], "neural-network, tensors", 1.0),
        ("neural networks in Python", [], None, 1.0),
        ("an open source machine learning framework for everyone.", [], None, 1.0),
        ("machine learning", [], "networks", 0.0),
        ("neural netting", [], None, 0.0),
    ],
)
def test_what_a_package_says_of_itself(summary: str | None, classifiers: list[str], keywords: str | None, named: float):
    world = alpha(package=["alpha"])
    rows = [("alpha", "1.0", summary, classifiers, keywords)]
    live(world, "package_facts", "project version summary classifiers keywords", rows).build("marts.evidence")
    assert world.rows("select evidence_id, value, dataset from marts.evidence") == [
        ("names_deep_learning.alpha", named, "package_releases")
    ]


def test_a_package_that_only_a_claim_names_has_figures_for_that_claim_and_no_comparison():
    world = World()
    facts = [(name, "1.0", "A web framework", [], None) for name in ("fastapi", "torch", "someone-elses")]
    live(world, "package_facts", "project version summary classifiers keywords", facts)
    rows = [("torchtext", "0.18.0", dt.date(2024, 4, 24), 1), ("torchtext", "0.19.0rc1", dt.date(2026, 11, 1), 1)]
    rows += [(name, "1.0", dt.date(2026, 11, 10), 1) for name in ("torchvision", "fastapi")]
    live(world, "package_releases", "project version first_upload files", rows)
    world.build("marts.comparisons", "core.companion_releases")
    assert world.rows(
        "select evidence_id, value from marts.evidence "
        "where metric in ('companion_idle_days', 'names_deep_learning') order by 1"
    ) == [
        ("companion_idle_days.pytorch", 10.0),
        ("companion_idle_days.torchtext", 940.0),
        ("names_deep_learning.fastapi", 0.0),
        ("names_deep_learning.pytorch", 0.0),
    ]
    assert world.rows("select * from marts.comparisons") == []


def test_unanswered_share_is_that_of_the_last_year_of_whole_months():
    world = alpha(question_tag=["alpha"])
    months = months_from(dt.date(2025, 10, 1), 14)
    asked = [("stackexchange-live", "alpha", m, 100, False) for m in months]
    open_ones = [("stackexchange-live", "alpha", m, 90 if i == 0 else 20, i == 13) for i, m in enumerate(months)]
    live(world, "questions_monthly", "population tag month questions is_partial", asked)
    live(world, "questions_unanswered", "population tag month unanswered is_partial", open_ones)
    world.build("marts.evidence", "marts.questions_month")
    low, high = wilson(240, 1200)
    assert world.rows(
        "select value, low, high, n, as_of from marts.evidence where metric = 'questions_unanswered_share'"
    ) == [(0.2, pytest.approx(low), pytest.approx(high), 1200, dt.date(2026, 10, 31))]
    assert world.rows("select month, unanswered from marts.questions_month order by month desc limit 1") == [
        (dt.date(2026, 10, 1), 20)
    ]
